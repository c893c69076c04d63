/* NotificationSMS. Its manual lacks the login; path and key of the token are settings here too. */
#include <string.h>

#include "sim/account.h"
#include "sim/check.h"
#include "sim/config.h"
#include "sim/form.h"
#include "sim/phones.h"

/* Messages that may be sent, and won for each: the manual names neither. */
enum { QUOTA = 100000, PRICE_SMS = 12, PRICE_LMS = 35, PRICE_MMS = 100 };
enum { SMS_BYTES = 90, LMS_BYTES = 2000, BODY_BYTES = 10 * 1000 * 1000, TOKEN_LIFE_S = 3600 };

/* Table of common errors. */
static const struct {
    int code;
    unsigned status;
    const char *message;
} errors[] = {
    { 100, 400, "Bad Request Exception" }, { 200, 401, "Authentication Failed" },
    { 300, 404, "Not Found Exception" },   { 400, 429, "Quota Exceeded" },
    { 420, 429, "Rate Limited" },          { 430, 413, "Request Entity Too Large" },
};

static bool fail(struct exchange *x, int code)
{
    struct json_object *error = json_object_new_object(), *object = json_object_new_object();
    size_t i = 0;

    while (errors[i].code != code)
        i++;
    json_object_object_add(error, "errorCode", json_count(code, config.shape != SHAPE_OTHER));
    json_object_object_add(error, "message", json_text(errors[i].message));
    json_object_object_add(object, "error", error);
    answer_json(x, errors[i].status, object);
    return false;
}

#define violated(x, code, ...) (violate(x, __VA_ARGS__), fail(x, code))
#define refused(x, code, ...)  (refuse(x, __VA_ARGS__), fail(x, code))

static struct json_object *body_object(struct exchange *x)
{
    struct json_object *object;

    if (!header_type_is(x, "application/json")) {
        violated(x, 100, "content type is not application/json");
        return NULL;
    }
    object = read_json(x, x->body, x->body_bytes);
    if (object == NULL)
        fail(x, 100);
    return object;
}

static void login(struct exchange *x)
{
    static const char *const keys[] = { "email", "password", NULL };
    struct json_object *object = body_object(x), *reply;
    const char *email, *password;
    time_t until;

    x->action = "login";
    if (object == NULL)
        return;
    email = object_text(x, object, "email");
    password = object_text(x, object, "password");
    if (!check_keys(x, object, keys) || email == NULL || password == NULL) {
        violated(x, 100, "email or password is missing");
    } else if (strcmp(email, NSMS_EMAIL) != 0 || strcmp(password, NSMS_PASSWORD) != 0) {
        violated(x, 200, "wrong email or password");
    } else {
        reply = json_object_new_object();
        json_object_object_add(reply, config.token_key, json_text(token_issue(x, TOKEN_LIFE_S, &until)));
        answer_json(x, 200, reply);
    }
    json_object_put(object);
}

static bool authorized(struct exchange *x)
{
    const char *given = header(x, "authorization");

    if (given == NULL || strncmp(given, "Bearer ", 7) != 0)
        return violated(x, 200, "no Bearer authorization");
    return token_check(x, given + 7) || fail(x, 200);
}

/* Text for everybody, kept where a message has none of its own. */
struct order {
    const char *kind, *from, *subject, *content, *at;
    bool korean, image;
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

static bool read_reservation(struct exchange *x, struct json_object *object, struct order *order)
{
    time_t when;

    order->at = object_text(x, object, "reserveTime");
    if (order->at != NULL && !read_korean_date(order->at, "%Y-%m-%d %H:%M", &when))
        return violated(x, 100, "reserveTime '%s'", order->at);
    return true;
}

static bool read_order(struct exchange *x, struct json_object *object, struct order *order)
{
    static const char *const keys[] = { "type",        "contentType",  "countryCode",     "from",
                                        "subject",     "content",      "messages",        "files",
                                        "reserveTime", "scheduleCode", "reserveTimeZone", NULL };
    const char *country = object_text(x, object, "countryCode");
    const char *content_type = object_text(x, object, "contentType");
    struct json_object *files = json_object_object_get(object, "files");

    order->kind = object_text(x, object, "type");
    order->from = object_text(x, object, "from");
    order->subject = object_text(x, object, "subject");
    order->content = object_text(x, object, "content");
    order->image = json_object_is_type(files, json_type_array) && json_object_array_length(files) > 0;
    order->korean = country == NULL || strcmp(country, "82") == 0;
    if (!check_keys(x, object, keys) || x->violation != NULL)
        return fail(x, 100);
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
    /* Without a file MMS goes out as LMS. */
    if (strcmp(order->kind, "MMS") == 0 && !order->image)
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
                                   .image = order->image };
    if ((own = object_text(x, object, "subject")) != NULL)
        delivery->subject = own;
    if ((own = object_text(x, object, "content")) != NULL)
        delivery->text = own;
    if (x->violation != NULL)
        return fail(x, 100);
    if (delivery->to == NULL
        || !(order->korean ? is_korean_mobile(delivery->to) : is_digits(delivery->to, 5, 15)))
        return violated(x, 100, "to is no mobile number of digits");
    pairs_add(x, seen, (struct pair){ .name = "", .value = delivery->to });
    if (find_double(seen) != NULL)
        return violated(x, 100, "a receiver twice");
    if (config_wrong(delivery->to))
        return refused(x, 100, "wrong number");
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

static void reply_accepted(struct exchange *x, const char *id)
{
    struct json_object *object = json_object_new_object();

    json_object_object_add(object, "requestId", json_text(id));
    json_object_object_add(object, "requestTime", json_text(korean_time(x, "%FT%T.000", time(NULL))));
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
    if (!balance_take(x, QUOTA, (long)count)) {
        fail(x, 400);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        deliveries[i].reference = id;
        cut_text(x, &deliveries[i]);
        phone_deliver(x, &deliveries[i]);
    }
    reply_accepted(x, id);
}

static void send(struct exchange *x)
{
    struct json_object *object;

    x->action = "send";
    if (!authorized(x) || (object = body_object(x)) == NULL)
        return;
    send_object(x, object);
    json_object_put(object);
}

static void serve_notificationsms(struct exchange *x)
{
    bool post = strcmp(x->method, "POST") == 0;

    if (!x->secure && config.https_only)
        violated(x, 100, "plain HTTP");
    else if (x->body_bytes > BODY_BYTES || x->too_large)
        violated(x, 430, "body over 10 MB");
    else if (!rate_allows(x))
        fail(x, 420);
    else if (x->query != NULL)
        violated(x, 100, "parameters in the URL");
    else if (post && strcmp(x->path, config.login_path) == 0)
        login(x);
    else if (post && strcmp(x->path, "/api/v1/sms") == 0)
        send(x);
    else
        violated(x, 300, "no such call");
}

const struct gateway gateway_notificationsms = { "notificationsms", "/api/v1/", serve_notificationsms,
                                                 false };
