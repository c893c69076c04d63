/* SMSJOA: the history of a sending (guide, 2.4) and the end of a reservation (2.5). */
#include <stdlib.h>
#include <string.h>

#include "sim/check.h"
#include "sim/config.h"
#include "sim/form.h"
#include "sim/message.h"
#include "sim/smsjoa.h"

/* No most list_count is named, nor whether three months are 90 days. */
enum { LIST_MAX = 100, HISTORY_S = 90 * 86400, CANCEL_S = 600 };

/* Result and its time are null while none came. A result may also come without time and carrier. */
static struct json_object *row_object(struct exchange *x, const struct message *message, size_t at)
{
    static const char *const carriers[] = { "SKT", "KT", "LGU" };
    struct json_object *row = json_object_new_object();
    const struct delivery *delivery = &message->delivery;
    const char *code = message_result(message, "100");
    bool bare = code[0] == '\0' || config.shape == SHAPE_PRINTED, second = at % 2 == 1;

    json_object_object_add(row, "msg_type", json_text(delivery->kind));
    json_object_object_add(row, "phone", json_text(delivery->to));
    /* The sample spells the key in two ways. */
    json_object_object_add(
        row,
        config.shape == SHAPE_OTHER || (config.shape == SHAPE_PRINTED && second) ? "tran_date" : "trandate",
        json_text(korean_time(x, "%Y%m%d%H%M%S", message->due)));
    json_object_object_add(row, "status", json_text(code[0] == '\0' ? "N" : "Y"));
    json_object_object_add(row, "rsltcode",
                           code[0] == '\0' ? NULL : json_count(atol(code), config.shape != SHAPE_OTHER));
    json_object_object_add(row, "rsltdate",
                           bare ? NULL : json_text(korean_time(x, "%Y%m%d%H%M%S", message->due)));
    json_object_object_add(row, "telecom",
                           code[0] == '\0' ? NULL
                           : bare          ? json_text("ETC")
                                           : json_text(carriers[at % LENGTH(carriers)]));
    return row;
}

static void reply_page(struct exchange *x, const char *serial, long total, long size, long page)
{
    struct json_object *object = json_object_new_object(), *data = json_object_new_array();
    const struct message *message = NULL;
    long at = 0;

    while ((message = message_next(x, message, serial)) != NULL) {
        if (message->state == MESSAGE_CANCELLED)
            continue;
        if (at / size == page - 1)
            json_object_array_add(data, row_object(x, message, (size_t)at));
        at++;
    }
    json_object_object_add(object, "total_count", json_count(total, config.shape == SHAPE_OTHER));
    json_object_object_add(object, "data", data);
    answer_json(x, 200, object);
}

void smsjoa_history(struct exchange *x)
{
    const struct message *message = NULL;
    struct pairs segments = { 0 };
    const char *serial;
    long size, page, total = 0;
    bool old = false;

    x->action = "result";
    split_path(x, "/1/send/", &segments);
    if (segments.count != 3) {
        violated(x, 0, "the path has not three segments behind /1/send");
        return;
    }
    serial = segments.pair[0].value;
    if (!is_digits(serial, 1, 32)) {
        violated(x, 100007, "msg_serial '%s'", serial);
        return;
    }
    if (!read_number(segments.pair[1].value, 1, LIST_MAX, &size)) {
        violated(x, 100035, "list_count '%s'", segments.pair[1].value);
        return;
    }
    if (!read_number(segments.pair[2].value, 1, 999999999, &page)) {
        violated(x, 100036, "page '%s'", segments.pair[2].value);
        return;
    }
    while ((message = message_next(x, message, serial)) != NULL) {
        total += message->state != MESSAGE_CANCELLED;
        old = message->due < config_now() - HISTORY_S;
    }
    if (total == 0)
        refused(x, 100030, "no such msg_serial");
    else if (old)
        refused(x, 100040, "older than three months");
    else if ((page - 1) * size >= total)
        refused(x, 100036, "page %ld of %ld", page, (total + size - 1) / size);
    else
        reply_page(x, serial, total, size, page);
}

static void reply_cancelled(struct exchange *x, const char *serial)
{
    struct json_object *object = json_object_new_object();

    /* The blank in front of the key is the guide's. */
    json_object_object_add(object, config.shape == SHAPE_PRINTED ? " msg_serial" : "msg_serial",
                           config.shape == SHAPE_OTHER ? json_object_new_int64(atoll(serial))
                                                       : json_text(serial));
    answer_json(x, 200, object);
}

static void cancel_serial(struct exchange *x, const char *serial)
{
    struct message *message = message_next(x, NULL, serial);

    if (message == NULL || message->state != MESSAGE_WAITING) {
        refused(x, 100029, "no such reservation");
        return;
    }
    if (message->due - config_now() <= CANCEL_S) {
        refused(x, 100026, "due in ten minutes or less");
        return;
    }
    reply_cancelled(x, serial);
    for (; message != NULL; message = message_next(x, message, serial))
        message_cancel(x, message);
}

void smsjoa_cancel(struct exchange *x)
{
    static const char *const keys[] = { "msg_serial", NULL };
    struct json_object *object;
    const char *serial;

    x->action = "cancel";
    if (!header_type_is(x, "application/json")) {
        violated(x, 100003, "content type is not application/json");
        return;
    }
    object = read_json(x, x->body, x->body_bytes);
    if (object == NULL) {
        smsjoa_fail(x, 100007);
        return;
    }
    serial = object_text(x, object, "msg_serial");
    if (!check_keys(x, object, keys))
        smsjoa_fail(x, 100007);
    else if (serial == NULL || !is_digits(serial, 1, 32))
        violated(x, 100007, "msg_serial is no text of digits");
    else
        cancel_serial(x, serial);
    json_object_put(object);
}
