/* SMSJOA: sending, at once or reserved. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sim/account.h"
#include "sim/check.h"
#include "sim/config.h"
#include "sim/form.h"
#include "sim/jpeg.h"
#include "sim/message.h"
#include "sim/smsjoa.h"

/* Won for each text: the guide names no prices. */
enum { PRICE_SMS = 10, PRICE_LMS = 30, PRICE_MMS = 90 };
enum { SMS_BYTES = 90, LMS_BYTES = 2000, IMAGE_WIDTH = 720, IMAGE_HEIGHT = 480 };

/* What one request asks for. */
struct order {
    struct pairs form;
    const char *kind, *callback, *subject, *at;
    time_t due;
    struct jpeg jpeg;
    struct pairs texts; /* name: receiver, value: text */
    long limit, price;
};

static bool check_text(struct exchange *x, const char *text, size_t bytes, long limit)
{
    const char *wrong;
    long used;

    wrong = measure_euckr(x, text, bytes, &used);
    if (wrong != NULL)
        return violated(x, strncmp(wrong, "not", 3) == 0 ? 100002 : 100016, "msg: %s", wrong);
    if (bytes == 0)
        return violated(x, 100016, "msg is empty");
    if (used > limit)
        return violated(x, 100034, "msg has %ld bytes, limit %ld", used, limit);
    return true;
}

static bool read_kind(struct exchange *x, struct order *order)
{
    static const struct {
        const char *name;
        long limit, price;
    } kinds[] = { { "sms", SMS_BYTES, PRICE_SMS },
                  { "lms", LMS_BYTES, PRICE_LMS },
                  { "mms", LMS_BYTES, PRICE_MMS } };

    order->kind = pairs_text(&order->form, "msg_type");
    for (size_t i = 0; i < LENGTH(kinds); i++)
        if (strcmp(kinds[i].name, order->kind) == 0) {
            order->limit = kinds[i].limit;
            order->price = kinds[i].price;
            return true;
        }
    return violated(x, 100015, "msg_type '%s'", order->kind);
}

static bool read_image(struct exchange *x, struct order *order)
{
    const struct pair *image = pairs_find(&order->form, "image");

    for (size_t i = 0; i < order->form.count; i++)
        if (&order->form.pair[i] != image && order->form.pair[i].file != NULL)
            return violated(x, 100003, "%s is sent as a file", order->form.pair[i].name);
    if (image == NULL)
        return strcmp(order->kind, "mms") != 0 || violated(x, 100006, "mms without an image");
    if (strcmp(order->kind, "mms") != 0 || image->file == NULL || image->file[0] == '\0')
        return violated(x, 100006, "image without mms or without a file name");
    if (image->type != NULL && strcasecmp(image->type, "image/jpeg") != 0)
        return violated(x, 100006, "the image is sent as %s", image->type);
    if (image->bytes > JPEG_BYTES)
        return violated(x, 100032, "the image has %zu bytes", image->bytes);
    if (!jpeg_read(image->value, image->bytes, &order->jpeg))
        return violated(x, 100005, "the image is no JPEG that can be read");
    if (order->jpeg.width > IMAGE_WIDTH || order->jpeg.height > IMAGE_HEIGHT)
        return violated(x, 100006, "the image has %ld x %ld pixels", order->jpeg.width, order->jpeg.height);
    return true;
}

/* Nothing tells which code belongs to which fault of a reservation: another shape answers the general one. */
static bool bad_reservation(struct exchange *x, int code, const char *given)
{
    return violated(x, config.shape == SHAPE_OTHER ? 100027 : code, "trandate '%s'", given);
}

static bool read_reservation(struct exchange *x, struct order *order)
{
    const struct pair *at = pairs_find(&order->form, "trandate");

    if (at == NULL)
        return true;
    if (at->bytes == 0)
        return bad_reservation(x, 100027, at->value);
    if (!is_digits(at->value, 14, 14))
        return bad_reservation(x, 100023, at->value);
    if (!read_korean_date(exchange_copy(x, at->value, 8), "%Y%m%d", &order->due))
        return bad_reservation(x, 100024, at->value);
    if (!read_korean_date(at->value, "%Y%m%d%H%M%S", &order->due))
        return bad_reservation(x, 100025, at->value);
    if (order->due <= config_now())
        return bad_reservation(x, 100017, at->value);
    order->at = at->value;
    return true;
}

static bool read_envelope(struct exchange *x, struct order *order)
{
    long used;

    order->callback = pairs_text(&order->form, "callback");
    order->subject = pairs_text(&order->form, "subject");
    if (!is_digits(order->callback, 3, 12))
        return violated(x, 100039, "callback is no number of digits");
    if (!config_sender(order->callback))
        return refused(x, 100039, "callback is not registered");
    if (strcmp(order->kind, "sms") == 0 && order->subject[0] != '\0')
        return violated(x, 100015, "subject with sms");
    if (measure_euckr(x, order->subject, strlen(order->subject), &used) != NULL
        || strchr(order->subject, '\n') != NULL)
        return violated(x, 100016, "subject is not one line of EUC-KR");
    return read_reservation(x, order);
}

static bool read_list(struct exchange *x, struct order *order, const struct pair *list)
{
    struct json_object *object;
    bool good = true;

    if (strcmp(order->kind, "sms") != 0)
        return violated(x, 100011, "msg_list with %s", order->kind);
    if (pairs_find(&order->form, "phone") != NULL || pairs_find(&order->form, "msg") != NULL)
        return violated(x, 100020, "msg_list beside phone or msg");
    object = read_json(x, list->value, list->bytes);
    if (object == NULL)
        return smsjoa_fail(x, 100020);
    json_object_object_foreach(object, key, value)
    {
        const char *text = json_object_get_string(value);

        if (!json_object_is_type(value, json_type_string))
            good = violate(x, "msg_list: a text is no string");
        else
            pairs_add(x, &order->texts,
                      (struct pair){ .name = exchange_format(x, "%s", key),
                                     .value = exchange_format(x, "%s", text),
                                     .bytes = (size_t)json_object_get_string_len(value) });
    }
    json_object_put(object);
    return good || smsjoa_fail(x, 100020);
}

static bool read_receivers(struct exchange *x, struct order *order)
{
    const struct pair *list = pairs_find(&order->form, "msg_list");
    const struct pair *msg = pairs_find(&order->form, "msg");
    struct pairs phones = { 0 };

    if (list != NULL) {
        if (!read_list(x, order, list))
            return false;
    } else {
        split_text(x, pairs_text(&order->form, "phone"), ",", &phones);
        if (find_double(x, &phones) != NULL)
            return violated(x, 100019, "a receiver twice");
        if (msg == NULL)
            return violated(x, 100016, "no msg");
        for (size_t i = 0; i < phones.count; i++)
            pairs_add(
                x, &order->texts,
                (struct pair){ .name = phones.pair[i].value, .value = msg->value, .bytes = msg->bytes });
    }
    if (order->texts.count == 0)
        return violated(x, 100018, "no receiver");
    for (size_t i = 0; i < order->texts.count; i++) {
        const struct pair *text = &order->texts.pair[i];

        if (!is_korean_mobile(text->name))
            return violated(x, 100019, "receiver '%s' is no mobile number of digits", text->name);
        if (config_wrong(text->name))
            return refused(x, 100019, "wrong number");
        if (!check_text(x, text->value, text->bytes, order->limit))
            return false;
    }
    return true;
}

static void reply_accepted(struct exchange *x, const char *serial, long total, long cost)
{
    struct json_object *object;

    if (config.shape == SHAPE_PRINTED) {
        answer_text(x, 200, "application/json;charset=UTF-8",
                    exchange_format(x,
                                    "{\n    \"msg_serial\":\"%s\",\n    \"total_count\":\"%ld\",\n"
                                    "    \"cost\":\"%ld\",\n}\n",
                                    serial, total, cost));
        return;
    }
    object = json_object_new_object();
    json_object_object_add(object, "msg_serial",
                           config.shape == SHAPE_OTHER ? json_object_new_int64(atoll(serial))
                                                       : json_text(serial));
    json_object_object_add(object, "total_count", json_object_new_int64(total));
    json_object_object_add(object, "cost", json_object_new_int64(cost));
    answer_json(x, 200, object);
}

void smsjoa_send(struct exchange *x)
{
    static const char *const fields[] = { "msg_type", "phone",    "callback", "subject", "msg",
                                          "msg_list", "trandate", "image",    NULL };
    struct order order = { 0 };
    const char *serial;
    long cost;

    x->action = "send";
    if (!header_type_is(x, "multipart/form-data")) {
        violated(x, 100003, "content type is not multipart/form-data");
        return;
    }
    if (!read_multipart(x, fields, &order.form)) {
        smsjoa_fail(x, 100003);
        return;
    }
    if (!read_kind(x, &order) || !read_image(x, &order) || !read_envelope(x, &order)
        || !read_receivers(x, &order))
        return;
    cost = order.price * (long)order.texts.count;
    if (!balance_take(x, SMSJOA_BALANCE, cost)) {
        smsjoa_fail(x, 100033);
        return;
    }
    serial = exchange_format(x, "%s%06lu", korean_time(x, "%Y%m%d", config_now()), serial_next());
    for (size_t i = 0; i < order.texts.count; i++) {
        const struct pair *text = &order.texts.pair[i];
        struct delivery delivery = { .to = text->name,
                                     .from = order.callback,
                                     .kind = order.kind,
                                     .subject = order.subject,
                                     .text = text->value,
                                     .text_bytes = text->bytes,
                                     .unit = "bytes",
                                     .limit = order.limit,
                                     .parts = 1,
                                     .cost = order.price,
                                     .currency = "원",
                                     .reference = serial,
                                     .at = order.at,
                                     .due = order.due,
                                     .image = order.jpeg.bytes > 0,
                                     .jpeg = order.jpeg };

        measure_euckr(x, text->value, text->bytes, &delivery.used);
        message_take(x, &delivery);
    }
    reply_accepted(x, serial, (long)order.texts.count, cost);
}
