/* SMSJOA Messaging API. What is open in its guide (shape of errors, quoted numbers) follows the shape. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sim/account.h"
#include "sim/check.h"
#include "sim/config.h"
#include "sim/digest.h"
#include "sim/form.h"
#include "sim/phones.h"

/* Won: to start with, and for each text. The guide names no prices. */
enum { BALANCE = 100000, PRICE_SMS = 10, PRICE_LMS = 30, PRICE_MMS = 90 };
enum { SMS_BYTES = 90, LMS_BYTES = 2000, IMAGE_BYTES = 300 * 1024, TOKEN_LIFE_S = 86400 };

/* Guide, section 1: codes with their HTTP status. Those named here are the ones that can come up. */
static const struct {
    int code;
    unsigned status;
    const char *message;
} errors[] = {
    { 100001, 401, "API KEY 를 확인하세요" },
    { 100002, 400, "Charset Error" },
    { 100003, 400, "CONTENT TYPE 을 확인하세요" },
    { 100004, 500, "HTTPS 프로토콜만 접근이 가능합니다" },
    { 100006, 400, "MMS 이미지를 확인하세요" },
    { 100009, 401, "Token 을 확인하세요" },
    { 100010, 401, "Token 이 유효하지 않습니다" },
    { 100011, 400, "개별내용 전송은 SMS 형식만 지원됩니다" },
    { 100012, 401, "등록되지 않은 client 입니다" },
    { 100015, 400, "메시지 타입 을 확인하세요" },
    { 100016, 400, "문자내용을 확인하세요" },
    { 100017, 400, "미래시간만 예약이 가능합니다" },
    { 100018, 400, "수신가능한 번호가 없습니다" },
    { 100019, 400, "수신번호를 확인하세요" },
    { 100020, 400, "수신자 번호와 문자 내용을 확인하세요" },
    { 100022, 401, "아이디를 확인하세요" },
    { 100024, 400, "예약 전송날짜가 잘못되었습니다" },
    { 100032, 400, "이미지 파일 크기가 300KByte 를 초과하였습니다" },
    { 100033, 403, "잔액부족" },
    { 100034, 400, "전송 메세지 내용이 최대 Byte 를 초과하였습니다" },
    { 100039, 400, "회신번호를 확인하세요" },
    { 0, 404, "Not found" },
};

static bool fail(struct exchange *x, int code)
{
    struct json_object *object;
    size_t i = 0;

    while (errors[i].code != 0 && errors[i].code != code)
        i++;
    if (config.shape == SHAPE_OTHER) {
        answer_text(x, errors[i].status, "text/plain;charset=UTF-8",
                    exchange_format(x, "-%d %s", code, errors[i].message));
        return false;
    }
    object = json_object_new_object();
    json_object_object_add(object, "code", json_count(-code, config.shape == SHAPE_PRINTED));
    json_object_object_add(object, "message", json_text(errors[i].message));
    answer_json(x, errors[i].status, object);
    return false;
}

/* violated(x, CODE, "…"): the client's fault; refused(…): the account's. */
#define violated(x, code, ...) (violate(x, __VA_ARGS__), fail(x, code))
#define refused(x, code, ...)  (refuse(x, __VA_ARGS__), fail(x, code))

static void token(struct exchange *x)
{
    const char *given = header(x, "authorization");
    const char *user = base64_of(x, SMSJOA_CLIENT ":" SMSJOA_KEY, strlen(SMSJOA_CLIENT ":" SMSJOA_KEY));
    struct json_object *object;
    time_t until;

    x->action = "login";
    if (given == NULL || strncmp(given, "Basic ", 6) != 0)
        violated(x, 100022, "no Basic authorization");
    else if (strcmp(given + 6, user) != 0)
        violated(x, strncmp(given + 6, user, 12) == 0 ? 100001 : 100012, "wrong client id or API key");
    else if (x->body_bytes > 0 || x->query != NULL)
        violated(x, 100003, "the token takes neither body nor parameters");
    else {
        object = json_object_new_object();
        json_object_object_add(object, "token", json_text(token_issue(x, TOKEN_LIFE_S, &until)));
        answer_json(x, 200, object);
    }
}

static bool authorized(struct exchange *x)
{
    const char *given = header(x, "authorization");

    if (given == NULL || strncmp(given, "Bearer ", 7) != 0)
        return violated(x, 100009, "no Bearer authorization");
    return token_check(x, given + 7) || fail(x, 100010);
}

static void balance(struct exchange *x)
{
    struct json_object *object = json_object_new_object();

    x->action = "balance";
    json_object_object_add(object, "money",
                           json_count(balance_left(x, BALANCE), config.shape != SHAPE_OTHER));
    answer_json(x, 200, object);
}

/* What one request asks for. */
struct order {
    struct pairs form;
    const char *kind, *callback, *subject, *at;
    bool image;
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
        return true;
    if (strcmp(order->kind, "mms") != 0 || image->file == NULL)
        return violated(x, 100006, "image without mms or without a file name");
    if (image->bytes < 3 || memcmp(image->value, "\xff\xd8\xff", 3) != 0)
        return violated(x, 100006, "the image is no JPEG");
    if (image->bytes > IMAGE_BYTES)
        return violated(x, 100032, "the image has %zu bytes", image->bytes);
    order->image = true;
    return true;
}

static bool read_envelope(struct exchange *x, struct order *order)
{
    const struct pair *at = pairs_find(&order->form, "trandate");
    time_t when;
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
    if (at == NULL)
        return true;
    if (!is_digits(at->value, 14, 14) || !read_korean_date(at->value, "%Y%m%d%H%M%S", &when))
        return violated(x, 100024, "trandate '%s'", at->value);
    if (when <= time(NULL))
        return violated(x, 100017, "trandate has passed");
    order->at = at->value;
    return true;
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
        return fail(x, 100020);
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
    return good || fail(x, 100020);
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
        split_list(x, pairs_text(&order->form, "phone"), &phones);
        if (find_double(&phones) != NULL)
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

static void send(struct exchange *x)
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
        fail(x, 100003);
        return;
    }
    if (!read_kind(x, &order) || !read_image(x, &order) || !read_envelope(x, &order)
        || !read_receivers(x, &order))
        return;
    cost = order.price * (long)order.texts.count;
    if (!balance_take(x, BALANCE, cost)) {
        fail(x, 100033);
        return;
    }
    serial = exchange_format(x, "%s%06lu", korean_time(x, "%Y%m%d", time(NULL)), serial_next());
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
                                     .image = order.image };

        measure_euckr(x, text->value, text->bytes, &delivery.used);
        phone_deliver(x, &delivery);
    }
    reply_accepted(x, serial, (long)order.texts.count, cost);
}

static void serve_smsjoa(struct exchange *x)
{
    static const struct {
        const char *method, *path;
        void (*call)(struct exchange *x);
    } calls[] = { { "GET", "/1/balance", balance }, { "POST", "/1/send", send } };

    if (!x->secure && config.https_only) {
        violated(x, 100004, "plain HTTP");
        return;
    }
    if (!rate_allows(x)) {
        answer_text(x, 429, "text/plain", "");
        return;
    }
    if (strcmp(x->method, "POST") == 0 && strcmp(x->path, "/1/token") == 0) {
        token(x);
        return;
    }
    for (size_t i = 0; i < LENGTH(calls); i++)
        if (strcmp(x->method, calls[i].method) == 0 && strcmp(x->path, calls[i].path) == 0) {
            if (!authorized(x))
                return;
            if (x->query != NULL)
                violated(x, 100003, "parameters in the URL");
            else
                calls[i].call(x);
            return;
        }
    violated(x, 0, "no such call");
}

const struct gateway gateway_smsjoa = { "smsjoa", "/1/", serve_smsjoa, false };
