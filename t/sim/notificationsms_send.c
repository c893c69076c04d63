/* NotificationSMS: sending, at once or reserved. */
#include <string.h>

#include "sim/account.h"
#include "sim/check.h"
#include "sim/config.h"
#include "sim/digest.h"
#include "sim/form.h"
#include "sim/jpeg.h"
#include "sim/message.h"
#include "sim/notificationsms.h"

/* Won, to start with and for each text: the manual names neither. */
enum { CREDIT = 1000000, PRICE_SMS = 12, PRICE_LMS = 35, PRICE_MMS = 100 };
enum { SMS_BYTES = 90, LMS_BYTES = 2000 };

/* Text for everybody, kept where a message has none of its own. */
struct order {
    const char *kind, *from, *subject, *content, *country;
    const char *at, *zone, *schedule;
    time_t due;
    bool korean;
    struct jpeg jpeg; /* the last of its files */
    long limit, price;
};

static bool check_text(struct exchange *x, const char *name, const char *text)
{
    const char *wrong;
    long used;

    if (text == NULL || text[0] == '\0')
        return violated(x, 100, "%s is missing or empty", name);
    wrong = measure_euckr(x, text, strlen(text), &used);
    return wrong == NULL || violated(x, 100, "%s: %s", name, wrong);
}

/* The manual's list of zones is lost; Korea's is the one that its gateway must know. */
static bool read_reservation(struct exchange *x, struct json_object *object, struct order *order)
{
    order->at = object_text(x, object, "reserveTime");
    order->zone = object_text(x, object, "reserveTimeZone");
    order->schedule = object_text(x, object, "scheduleCode");
    if (order->schedule != NULL && order->schedule[0] == '\0')
        return violated(x, 100, "scheduleCode is empty");
    if (order->zone != NULL && strcmp(order->zone, "Asia/Seoul") != 0)
        return violated(x, 100, "reserveTimeZone '%s'", order->zone);
    if (order->at == NULL)
        return order->zone == NULL || violated(x, 100, "reserveTimeZone without reserveTime");
    if (!read_korean_date(order->at, "%Y-%m-%d %H:%M", &order->due))
        return violated(x, 100, "reserveTime '%s'", order->at);
    if (order->due <= config_now())
        return violated(x, 100, "reserveTime has passed");
    return true;
}

/* Rules of images are not given; those of its neighbours are taken. */
static bool read_file(struct exchange *x, struct json_object *file, struct jpeg *jpeg)
{
    static const char *const keys[] = { "name", "body", NULL };
    const char *name, *body, *image;
    size_t bytes;

    if (!json_object_is_type(file, json_type_object) || !check_keys(x, file, keys))
        return violated(x, 100, "a file is no object");
    name = object_text(x, file, "name");
    body = object_text(x, file, "body");
    if (name == NULL || name[0] == '\0' || body == NULL)
        return violated(x, 100, "a file lacks name or body");
    image = base64_read(x, body, &bytes);
    if (image == NULL || !jpeg_read(image, bytes, jpeg))
        return violated(x, 100, "a file is no JPEG in base64");
    if (bytes > JPEG_BYTES)
        return violated(x, 100, "a file has %zu bytes", bytes);
    return true;
}

static bool read_files(struct exchange *x, struct json_object *files, struct order *order)
{
    if (files == NULL)
        return true;
    if (!json_object_is_type(files, json_type_array))
        return violated(x, 100, "files is no list");
    for (size_t i = 0; i < json_object_array_length(files); i++)
        if (!read_file(x, json_object_array_get_idx(files, i), &order->jpeg))
            return false;
    if (order->jpeg.bytes > 0 && strcmp(order->kind, "MMS") != 0)
        return violated(x, 100, "files with %s", order->kind);
    return true;
}

static bool read_order(struct exchange *x, struct json_object *object, struct order *order)
{
    static const char *const keys[] = { "type",        "contentType",  "countryCode",     "from",
                                        "subject",     "content",      "messages",        "files",
                                        "reserveTime", "scheduleCode", "reserveTimeZone", NULL };
    const char *country = object_text(x, object, "countryCode");
    const char *content_type = object_text(x, object, "contentType");

    order->kind = object_text(x, object, "type");
    order->from = object_text(x, object, "from");
    order->subject = object_text(x, object, "subject");
    order->content = object_text(x, object, "content");
    order->country = country == NULL ? "82" : country;
    order->korean = country == NULL || strcmp(country, "82") == 0;
    if (!check_keys(x, object, keys) || x->violation != NULL)
        return nsms_fail(x, 100);
    if (order->kind == NULL || order->from == NULL)
        return violated(x, 100, "type or from is missing");
    if (strcmp(order->kind, "SMS") != 0 && strcmp(order->kind, "LMS") != 0 && strcmp(order->kind, "MMS") != 0)
        return violated(x, 100, "type '%s'", order->kind);
    if (content_type != NULL && strcmp(content_type, "COMM") != 0)
        return violated(x, 100, "contentType '%s'", content_type);
    if (country != NULL && !is_digits(country, 1, 3))
        return violated(x, 100, "countryCode '%s'", country);
    if (!is_digits(order->from, 3, 12))
        return violated(x, 100, "from is no number of digits");
    if (!config_sender(order->from))
        return refused(x, 100, "from is not registered");
    if (!read_files(x, json_object_object_get(object, "files"), order))
        return false;
    /* Without a file MMS goes out as LMS. */
    if (strcmp(order->kind, "MMS") == 0 && order->jpeg.bytes == 0)
        order->kind = "LMS";
    order->limit = strcmp(order->kind, "SMS") == 0 ? SMS_BYTES : LMS_BYTES;
    order->price = strcmp(order->kind, "SMS") == 0   ? PRICE_SMS
                   : strcmp(order->kind, "LMS") == 0 ? PRICE_LMS
                                                     : PRICE_MMS;
    return check_text(x, "subject", order->subject) && check_text(x, "content", order->content)
           && read_reservation(x, object, order);
}

static bool read_message(struct exchange *x, struct json_object *object, const struct order *order,
                         struct pairs *seen, struct delivery *delivery)
{
    static const char *const keys[] = { "to", "subject", "content", NULL };
    const char *own;

    if (!json_object_is_type(object, json_type_object) || !check_keys(x, object, keys))
        return violated(x, 100, "a message is no object");
    *delivery = (struct delivery){ .to = object_text(x, object, "to"),
                                   .from = order->from,
                                   .kind = strcmp(order->kind, "SMS") == 0   ? "sms"
                                           : strcmp(order->kind, "LMS") == 0 ? "lms"
                                                                             : "mms",
                                   .subject = order->subject,
                                   .text = order->content,
                                   .unit = "bytes",
                                   .limit = order->limit,
                                   .parts = 1,
                                   .cost = order->price,
                                   .currency = "원",
                                   .at = order->at,
                                   .due = order->due,
                                   .image = order->jpeg.bytes > 0,
                                   .jpeg = order->jpeg };
    if ((own = object_text(x, object, "subject")) != NULL)
        delivery->subject = own;
    if ((own = object_text(x, object, "content")) != NULL)
        delivery->text = own;
    if (x->violation != NULL)
        return nsms_fail(x, 100);
    if (delivery->to == NULL
        || !(order->korean ? is_korean_mobile(delivery->to) : is_digits(delivery->to, 5, 15)))
        return violated(x, 100, "to is no mobile number of digits");
    pairs_add(x, seen, (struct pair){ .name = "", .value = delivery->to });
    if (find_double(x, seen) != NULL)
        return violated(x, 100, "a receiver twice");
    if (config_wrong(delivery->to))
        return refused(x, 100, "wrong number");
    if (nsms_unsubscribed(delivery->to))
        return refused(x, 100, "to has unsubscribed");
    if (!check_text(x, "message subject", delivery->subject)
        || !check_text(x, "message content", delivery->text))
        return false;
    /* Every message has a title, but the phone shows none with an SMS. */
    if (strcmp(delivery->kind, "sms") == 0)
        delivery->subject = "";
    delivery->text_bytes = strlen(delivery->text);
    measure_euckr(x, delivery->text, delivery->text_bytes, &delivery->used);
    return true;
}

/* "Over-long text is cut": the phone shows what is left, and the client should not have relied on it. */
static void cut_text(struct exchange *x, struct delivery *delivery)
{
    if (delivery->used <= delivery->limit)
        return;
    violate(x, "text of %ld bytes was cut to %ld", delivery->used, delivery->limit);
    delivery->text_bytes = cut_euckr(delivery->text, delivery->text_bytes, delivery->limit);
    measure_euckr(x, delivery->text, delivery->text_bytes, &delivery->used);
}

static void add_extra(struct exchange *x, const struct order *order, struct pairs *extra)
{
    const struct pair pairs[] = {
        { .name = "country", .value = order->country },
        { .name = "requested", .value = korean_time(x, "%FT%T.000", config_now()) },
        { .name = "zone",
          .value = order->at == NULL     ? NULL
                   : order->zone == NULL ? "Asia/Seoul"
                                         : order->zone },
        { .name = "schedule", .value = order->schedule },
    };

    for (size_t i = 0; i < LENGTH(pairs); i++)
        if (pairs[i].value != NULL)
            pairs_add(x, extra, pairs[i]);
}

static void reply_accepted(struct exchange *x, const char *id)
{
    struct json_object *object = json_object_new_object();

    json_object_object_add(object, "requestId", json_text(id));
    json_object_object_add(object, "requestTime", json_text(korean_time(x, "%FT%T.000", config_now())));
    json_object_object_add(object, "statusCode", json_count(202, config.shape != SHAPE_OTHER));
    json_object_object_add(object, "statusName", json_text("success"));
    answer_json(x, config.shape == SHAPE_OTHER ? 202 : 200, object);
}

static void send_object(struct exchange *x, struct json_object *object)
{
    struct json_object *messages = json_object_object_get(object, "messages");
    struct order order = { 0 };
    struct delivery *deliveries;
    struct pairs seen = { 0 };
    const char *id = exchange_format(x, "req-%08lu", serial_next());
    size_t count;

    if (!json_object_is_type(messages, json_type_array) || json_object_array_length(messages) == 0) {
        violated(x, 100, "messages is no list of messages");
        return;
    }
    if (!read_order(x, object, &order))
        return;
    count = json_object_array_length(messages);
    deliveries = exchange_take(x, count * sizeof *deliveries);
    for (size_t i = 0; i < count; i++)
        if (!read_message(x, json_object_array_get_idx(messages, i), &order, &seen, &deliveries[i]))
            return;
    if (!balance_take(x, CREDIT, order.price * (long)count)) {
        nsms_fail(x, 400);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        deliveries[i].reference = id;
        cut_text(x, &deliveries[i]);
        add_extra(x, &order, &deliveries[i].extra);
        message_take(x, &deliveries[i]);
    }
    reply_accepted(x, id);
}

void nsms_send(struct exchange *x)
{
    struct json_object *object;

    x->action = "send";
    object = nsms_body(x);
    if (object == NULL)
        return;
    send_object(x, object);
    json_object_put(object);
}
