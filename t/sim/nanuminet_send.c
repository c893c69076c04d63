/* Nanuminet: sending, at once or reserved. */
#include <stdlib.h>
#include <string.h>

#include "sim/account.h"
#include "sim/check.h"
#include "sim/config.h"
#include "sim/digest.h"
#include "sim/form.h"
#include "sim/jpeg.h"
#include "sim/message.h"
#include "sim/nanuminet.h"

/* Messages that one text costs. */
enum { PRICE_SMS = 1, PRICE_LMS = 3, PRICE_MMS = 6 };
enum { SMS_BYTES = 90, LMS_BYTES = 2000, CETC_BYTES = 160 };

struct order {
    struct pairs form, phones;
    struct pairs extra; /* CETC1 to CETC6 */
    struct jpeg jpeg;
    const char *kind, *at;
    time_t due;
    long price, limit, used;
    size_t text_bytes;
};

static bool read_extras(struct exchange *x, struct order *order)
{
    const char *subject = pairs_text(&order->form, "subject");
    long used;

    for (int i = 1; i <= 6; i++) {
        const struct pair *field = pairs_find(&order->form, exchange_format(x, "CETC%d", i));

        if (field == NULL)
            continue;
        if (field->bytes > CETC_BYTES || measure_units(x, field->value, field->bytes, &used) != NULL)
            return violated(x, "추가필드 오류", "CETC%d is over 160 bytes or no text", i);
        pairs_add(x, &order->extra, *field);
    }
    if (measure_euckr(x, subject, strlen(subject), &used) != NULL || strchr(subject, '\n') != NULL)
        return violated(x, "제목 오류", "subject is not one line of EUC-KR");
    return true;
}

/* A malformed date is no error: the text goes out at once. */
static void read_senddate(struct exchange *x, struct order *order)
{
    const struct pair *senddate = pairs_find(&order->form, "senddate");

    if (senddate == NULL)
        return;
    if (!read_korean_date(senddate->value, "%Y-%m-%d %H:%M:%S", &order->due))
        violate(x, "senddate '%s': sent at once", senddate->value);
    else if (order->due <= config_now())
        violate(x, "senddate has passed: sent at once");
    else
        order->at = senddate->value;
}

/* A JPEG as Data URL, or where to fetch one, which is not done here. */
static bool read_image(struct exchange *x, struct order *order)
{
    const struct pair *field = pairs_find(&order->form, "upFile");
    const char *data, *image, *host;
    size_t bytes;

    if (field == NULL)
        return true;
    if (strncmp(field->value, "data:", 5) != 0) {
        host = strstr(field->value, "://");
        if ((strncmp(field->value, "https:", 6) != 0 && strncmp(field->value, "http:", 5) != 0)
            || host == NULL || host[3] == '\0' || strpbrk(field->value, " \t\r\n\"<>") != NULL)
            return violated(x, "파일 오류", "upFile is neither a URL nor a Data URL");
        return true;
    }
    data = strchr(field->value, ',');
    if (data == NULL
        || strncmp(field->value, "data:image/jpeg;base64,", (size_t)(data - field->value) + 1) != 0)
        return violated(x, "파일 오류", "upFile is no Data URL of image/jpeg in base64");
    image = base64_read(x, data + 1, &bytes);
    if (image == NULL || !jpeg_read(image, bytes, &order->jpeg))
        return violated(x, "파일 오류", "upFile is no JPEG");
    if (bytes > JPEG_BYTES)
        return violated(x, "파일크기 오류", "upFile has %zu bytes", bytes);
    return true;
}

static bool read_text(struct exchange *x, struct order *order)
{
    const struct pair *msg = pairs_find(&order->form, "msg");
    const char *use_mms = pairs_text(&order->form, "use_mms"), *wrong;
    bool image = pairs_find(&order->form, "upFile") != NULL, short_only = strcmp(use_mms, "N") == 0;

    if (strcmp(use_mms, "") != 0 && !short_only && strcmp(use_mms, "Y") != 0)
        return violated(x, "use_mms 오류", "use_mms '%s'", use_mms);
    if (msg == NULL || msg->bytes == 0)
        return violated(x, "메시지 내용 누락", "no msg");
    wrong = measure_euckr(x, msg->value, msg->bytes, &order->used);
    if (wrong != NULL)
        return violated(x, "메시지 내용 오류", "msg: %s", wrong);
    if (order->used > LMS_BYTES)
        return violated(x, "메시지 길이 초과", "msg has %ld bytes", order->used);
    order->text_bytes = msg->bytes;
    order->kind = image ? "mms" : order->used > SMS_BYTES ? "lms" : "sms";
    if (short_only && strcmp(order->kind, "sms") != 0) {
        violate(x, "use_mms=N: text of %ld bytes was cut to 90, or lost its image", order->used);
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
    split_text(x, pairs_text(&order->form, "phone"), ",", &order->phones);
    if (find_double(x, &order->phones) != NULL)
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
    struct json_object *data = json_object_new_object();
    const char *kinds[] = { "sms", "lms", "mms" };

    json_object_object_add(data, "before_qty", json_object_new_int64(before));
    json_object_object_add(data, "after_qty", json_object_new_int64(balance_left(x, NANUMI_QUANTITY)));
    json_object_object_add(data, "total_count", json_object_new_int64((long)order->phones.count));
    for (size_t i = 0; i < LENGTH(kinds); i++)
        json_object_object_add(
            data, exchange_format(x, "%s_count", kinds[i]),
            json_object_new_int64(strcmp(kinds[i], order->kind) == 0 ? (long)order->phones.count : 0));
    json_object_object_add(data, "get_code", json_text("00"));
    nanumi_succeed(x, data);
}

/* SMS are numbered apart from LMS and MMS, so that the same index names two messages. */
static const char *index_next(struct exchange *x, const char *kind)
{
    static unsigned long indices[2] = { 12344, 12344 };

    return exchange_format(x, "%lu", ++indices[strcmp(kind, "sms") != 0]);
}

void nanumi_send(struct exchange *x)
{
    static const char *const fields[] = { "phone",   "callback", "msg",   "subject", "upFile",
                                          "use_mms", "senddate", "CETC1", "CETC2",   "CETC3",
                                          "CETC4",   "CETC5",    "CETC6", NULL };
    struct order order = { 0 };
    long before = balance_left(x, NANUMI_QUANTITY);

    x->action = "send";
    if (!header_type_is(x, "application/x-www-form-urlencoded")) {
        violated(x, "잘못된 요청", "content type is not application/x-www-form-urlencoded");
        return;
    }
    if (!read_urlencoded(x, x->body, x->body_bytes, fields, &order.form)) {
        nanumi_fail(x, "잘못된 요청");
        return;
    }
    if (!read_numbers(x, &order) || !read_extras(x, &order) || !read_image(x, &order)
        || !read_text(x, &order))
        return;
    read_senddate(x, &order);
    if (!balance_take(x, NANUMI_QUANTITY, order.price * (long)order.phones.count)) {
        nanumi_fail(x, "잔여건수 부족");
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
                                     .due = order.due,
                                     .extra = order.extra,
                                     .image = strcmp(order.kind, "mms") == 0,
                                     .jpeg = order.jpeg };

        delivery.reference = index_next(x, order.kind);
        message_take(x, &delivery);
    }
    reply_sent(x, &order, before);
}
