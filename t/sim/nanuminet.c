/* Nanuminet SMS REST API V1: success only where result is true; the HTTP status of refusals is not told. */
#include <stdlib.h>
#include <string.h>

#include "sim/account.h"
#include "sim/check.h"
#include "sim/config.h"
#include "sim/digest.h"
#include "sim/form.h"
#include "sim/phones.h"

/* Messages: to start with, and for each text. */
enum { QUANTITY = 10000, PRICE_SMS = 1, PRICE_LMS = 3, PRICE_MMS = 6 };
enum { SMS_BYTES = 90, LMS_BYTES = 2000, CETC_BYTES = 160, TOKEN_LIFE_S = 7200, CLOCK_OFF_S = 300 };

static bool fail(struct exchange *x, const char *msg)
{
    struct json_object *object = json_object_new_object();

    json_object_object_add(object, "result", json_object_new_boolean(0));
    json_object_object_add(object, "msg", json_text(msg));
    answer_json(x, config.shape == SHAPE_OTHER ? 401 : 200, object);
    return false;
}

#define violated(x, msg, ...) (violate(x, __VA_ARGS__), fail(x, msg))
#define refused(x, msg, ...)  (refuse(x, __VA_ARGS__), fail(x, msg))

static struct json_object *success(void)
{
    struct json_object *object = json_object_new_object();

    json_object_object_add(object, "result", json_object_new_boolean(1));
    json_object_object_add(object, "msg", json_text("성공"));
    return object;
}

static bool check_date(struct exchange *x, const char *date)
{
    time_t when;

    if (!read_korean_date(date, "%Y-%m-%dT%H:%M:%S+09:00", &when)
        && !read_korean_date(date, "%Y-%m-%d %H:%M:%S", &when))
        return violated(x, "인증 실패", "X-NNM-DATE '%s'", date);
    if (labs((long)(time(NULL) - when)) >= CLOCK_OFF_S)
        return violated(x, "인증 실패", "X-NNM-DATE is five minutes off, or no Korean time");
    return true;
}

static void auth(struct exchange *x)
{
    const char *key = header(x, "x-nnm-apikey"), *date = header(x, "x-nnm-date");
    const char *hash = header(x, "x-nnm-hash"), *signature = header(x, "x-nnm-signature");
    const char *wanted;
    struct json_object *object;
    time_t until;

    x->action = "login";
    if (key == NULL || date == NULL || hash == NULL || signature == NULL) {
        violated(x, "인증 실패", "X-NNM-APIKEY, -DATE, -HASH or -SIGNATURE is missing");
        return;
    }
    if (strcmp(hash, "md5") != 0 && strcmp(hash, "sha256") != 0 && strcmp(hash, "sha512") != 0) {
        violated(x, "인증 실패", "X-NNM-HASH '%s'", hash);
        return;
    }
    if (!check_date(x, date))
        return;
    wanted = hmac_hex(x, hash, NANUMI_SECRET, exchange_format(x, "%s%s", key, date));
    if (strcmp(key, NANUMI_KEY) != 0 || wanted == NULL || strcmp(wanted, signature) != 0) {
        violated(x, "인증 실패", "wrong key or signature");
        return;
    }
    object = success();
    json_object_object_add(object, "access_token", json_text(token_issue(x, TOKEN_LIFE_S, &until)));
    json_object_object_add(object, "expire_date", json_text(korean_time(x, "%F %T", until)));
    answer_json(x, 200, object);
}

static void count(struct exchange *x)
{
    struct json_object *object = success();

    x->action = "balance";
    json_object_object_add(object, "count",
                           json_count(balance_left(x, QUANTITY), config.shape == SHAPE_OTHER));
    answer_json(x, 200, object);
}

struct order {
    struct pairs form, phones;
    const char *kind, *at;
    long price, limit, used;
    size_t text_bytes;
};

static bool read_extras(struct exchange *x, struct order *order)
{
    const struct pair *senddate = pairs_find(&order->form, "senddate");
    const char *use_mms = pairs_text(&order->form, "use_mms"), *subject = pairs_text(&order->form, "subject");
    time_t when;
    long used;

    for (int i = 1; i <= 6; i++) {
        const struct pair *field = pairs_find(&order->form, exchange_format(x, "CETC%d", i));

        if (field != NULL
            && (field->bytes > CETC_BYTES || measure_units(x, field->value, field->bytes, &used) != NULL))
            return violated(x, "추가필드 오류", "CETC%d is over 160 bytes or no text", i);
    }
    if (strcmp(use_mms, "") != 0 && strcmp(use_mms, "N") != 0 && strcmp(use_mms, "Y") != 0)
        return violated(x, "use_mms 오류", "use_mms '%s'", use_mms);
    if (measure_euckr(x, subject, strlen(subject), &used) != NULL || strchr(subject, '\n') != NULL)
        return violated(x, "제목 오류", "subject is not one line of EUC-KR");
    if (senddate == NULL)
        return true;
    /* A malformed date is no error: the text goes out at once. */
    if (!read_korean_date(senddate->value, "%Y-%m-%d %H:%M:%S", &when))
        violate(x, "senddate '%s': sent at once", senddate->value);
    else if (when <= time(NULL))
        violate(x, "senddate has passed");
    else
        order->at = senddate->value;
    return true;
}

static bool read_text(struct exchange *x, struct order *order)
{
    const struct pair *msg = pairs_find(&order->form, "msg");
    const char *image = pairs_text(&order->form, "upFile"), *wrong;
    bool short_only = strcmp(pairs_text(&order->form, "use_mms"), "N") == 0;

    if (msg == NULL || msg->bytes == 0)
        return violated(x, "메시지 내용 누락", "no msg");
    wrong = measure_euckr(x, msg->value, msg->bytes, &order->used);
    if (wrong != NULL)
        return violated(x, "메시지 내용 오류", "msg: %s", wrong);
    if (order->used > LMS_BYTES)
        return violated(x, "메시지 길이 초과", "msg has %ld bytes", order->used);
    order->text_bytes = msg->bytes;
    order->kind = image[0] != '\0' ? "mms" : order->used > SMS_BYTES ? "lms" : "sms";
    if (short_only && strcmp(order->kind, "sms") != 0) {
        violate(x, "use_mms=N: text of %ld bytes was cut to 90", order->used);
        order->kind = "sms";
        order->text_bytes = cut_euckr(msg->value, msg->bytes, SMS_BYTES);
        measure_euckr(x, msg->value, order->text_bytes, &order->used);
    }
    order->limit = strcmp(order->kind, "sms") == 0 ? SMS_BYTES : LMS_BYTES;
    order->price = strcmp(order->kind, "sms") == 0   ? PRICE_SMS
                   : strcmp(order->kind, "lms") == 0 ? PRICE_LMS
                                                     : PRICE_MMS;
    return true;
}

static bool read_numbers(struct exchange *x, struct order *order)
{
    const char *callback = pairs_text(&order->form, "callback");

    if (!is_digits(callback, 3, 12))
        return violated(x, "발신번호 오류", "callback is no number of digits");
    if (!config_sender(callback))
        return refused(x, "등록되지 않은 발신번호", "callback is not registered");
    split_list(x, pairs_text(&order->form, "phone"), &order->phones);
    if (find_double(&order->phones) != NULL)
        return violated(x, "수신번호 중복", "a receiver twice");
    for (size_t i = 0; i < order->phones.count; i++) {
        if (!is_korean_mobile(order->phones.pair[i].value))
            return violated(x, "수신번호 오류", "a receiver is no mobile number of digits");
        if (config_wrong(order->phones.pair[i].value))
            return refused(x, "수신번호 오류", "wrong number");
    }
    return true;
}

static void reply_sent(struct exchange *x, const struct order *order, long before)
{
    struct json_object *object = success(), *data = json_object_new_object(), *list;
    const char *kinds[] = { "sms", "lms", "mms" };

    json_object_object_add(data, "before_qty", json_object_new_int64(before));
    json_object_object_add(data, "after_qty", json_object_new_int64(balance_left(x, QUANTITY)));
    json_object_object_add(data, "total_count", json_object_new_int64((long)order->phones.count));
    for (size_t i = 0; i < LENGTH(kinds); i++)
        json_object_object_add(
            data, exchange_format(x, "%s_count", kinds[i]),
            json_object_new_int64(strcmp(kinds[i], order->kind) == 0 ? (long)order->phones.count : 0));
    json_object_object_add(data, "get_code", json_text("00"));
    /* "(array)" may be an object or a list of one. */
    if (config.shape == SHAPE_OTHER) {
        list = json_object_new_array();
        json_object_array_add(list, data);
        data = list;
    }
    json_object_object_add(object, "data", data);
    answer_json(x, 200, object);
}

static void send(struct exchange *x)
{
    static const char *const fields[] = { "phone",   "callback", "msg",   "subject", "upFile",
                                          "use_mms", "senddate", "CETC1", "CETC2",   "CETC3",
                                          "CETC4",   "CETC5",    "CETC6", NULL };
    struct order order = { 0 };
    long before = balance_left(x, QUANTITY);

    x->action = "send";
    if (!header_type_is(x, "application/x-www-form-urlencoded")) {
        violated(x, "잘못된 요청", "content type is not application/x-www-form-urlencoded");
        return;
    }
    if (!read_urlencoded(x, x->body, x->body_bytes, fields, &order.form)) {
        fail(x, "잘못된 요청");
        return;
    }
    if (!read_numbers(x, &order) || !read_extras(x, &order) || !read_text(x, &order))
        return;
    if (!balance_take(x, QUANTITY, order.price * (long)order.phones.count)) {
        fail(x, "잔여건수 부족");
        return;
    }
    for (size_t i = 0; i < order.phones.count; i++) {
        struct delivery delivery = { .to = order.phones.pair[i].value,
                                     .from = pairs_text(&order.form, "callback"),
                                     .kind = order.kind,
                                     .subject = strcmp(order.kind, "sms") == 0
                                                    ? ""
                                                    : pairs_text(&order.form, "subject"),
                                     .text = pairs_text(&order.form, "msg"),
                                     .text_bytes = order.text_bytes,
                                     .unit = "bytes",
                                     .used = order.used,
                                     .limit = order.limit,
                                     .parts = 1,
                                     .cost = order.price,
                                     .currency = "건",
                                     .at = order.at,
                                     .image = strcmp(order.kind, "mms") == 0 };

        delivery.reference = exchange_format(x, "%lu", serial_next());
        phone_deliver(x, &delivery);
    }
    reply_sent(x, &order, before);
}

static void serve_nanuminet(struct exchange *x)
{
    static const struct {
        const char *method, *path;
        void (*call)(struct exchange *x);
    } calls[] = { { "GET", "/v1/count", count }, { "POST", "/v1/send", send } };
    const char *token = header(x, "x-nnm-accesstoken");

    if (!rate_allows(x)) {
        answer_text(x, 429, "text/plain", "");
        return;
    }
    if (strcmp(x->method, "GET") == 0 && strcmp(x->path, "/v1/auth") == 0 && x->query == NULL) {
        auth(x);
        return;
    }
    for (size_t i = 0; i < LENGTH(calls); i++)
        if (strcmp(x->method, calls[i].method) == 0 && strcmp(x->path, calls[i].path) == 0) {
            if (token == NULL)
                violated(x, "인증 실패", "no X-NNM-ACCESSTOKEN");
            else if (!token_check(x, token))
                fail(x, "인증 실패");
            else if (x->query != NULL)
                violated(x, "잘못된 요청", "parameters in the URL");
            else
                calls[i].call(x);
            return;
        }
    violate(x, "no such call");
    answer_text(x, 404, "text/html", "<html>404</html>");
}

const struct gateway gateway_nanuminet = { "nanuminet", "/v1/", serve_nanuminet, false };
