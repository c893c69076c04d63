/* SMS57-SMGW: one URL, the action is a parameter, the password may be a signature. */
#include <stdlib.h>
#include <string.h>

#include "sim/account.h"
#include "sim/check.h"
#include "sim/config.h"
#include "sim/digest.h"
#include "sim/form.h"
#include "sim/message.h"
#include "sim/sms57.h"

/* 厘, a thousandth of a yuan: to start with, and for each part of a text. The manual names no price. */
enum { BALANCE = 1000000, PRICE = 50 };
enum { SMS_UNITS = 70, NUMBERS_ADVISED = 200 };

/* Table 8 (RESULT). */
enum { RESULT_OK = 0, RESULT_EXTNO = 10, RESULT_BALANCE = 15, RESULT_SIGNATURE = 17 };

struct json_object *sms57_object(struct exchange *x, int status)
{
    struct json_object *object = json_object_new_object();

    /* "0" in one sample of the manual, 0 in another. */
    json_object_object_add(object, "status", json_count(status, config.shape != SHAPE_CLEAN));
    json_object_object_add(object, "balance", json_object_new_int64(balance_left(x, BALANCE)));
    return object;
}

bool sms57_fail(struct exchange *x, int status)
{
    answer_json(x, 200, sms57_object(x, status));
    return false;
}

bool sms57_authorized(struct exchange *x, const struct pairs *form, const char *further)
{
    const char *given = pairs_text(form, "password");
    const char *text = exchange_format(x, "%s%s", SMS57_SECRET, further);
    const char *md5 = digest_hex(x, "md5", text, strlen(text));
    bool plain = strcmp(given, SMS57_SECRET) == 0 && strcmp(config.password, "md5") != 0;
    bool hashed = md5 != NULL && strcmp(given, md5) == 0 && strcmp(config.password, "plain") != 0;

    if (strcmp(pairs_text(form, "account"), SMS57_ACCOUNT) != 0 || (!plain && !hashed))
        return violated(x, STATUS_PASSWORD, "wrong account or password");
    return true;
}

static void balance(struct exchange *x, const struct pairs *form)
{
    struct json_object *object;

    x->action = "balance";
    if (!sms57_authorized(x, form, ""))
        return;
    object = sms57_object(x, STATUS_OK);
    json_object_object_add(object, "chargeType", json_text(config.postpaid ? "POSTCHARGE" : "PRECHARGE"));
    answer_json(x, 200, object);
}

/* Who pays afterwards owes what is below nothing. */
static bool pay(struct exchange *x, long cost)
{
    if (!config.postpaid || balance_left(x, BALANCE) >= cost)
        return balance_take(x, BALANCE, cost);
    balance_give(x, -cost);
    return true;
}

/* Judge one text and add its line of the list. */
static void submit(struct exchange *x, const struct pairs *form, const struct pair *text,
                   struct json_object *list)
{
    struct json_object *entry = json_object_new_object();
    struct delivery delivery = { .to = text->name,
                                 .from = pairs_text(form, "extno"),
                                 .kind = "sms",
                                 .text = text->value,
                                 .text_bytes = text->bytes,
                                 .unit = "units",
                                 .limit = SMS_UNITS,
                                 .currency = "厘" };
    size_t signature = strlen(config.signature);
    int result = RESULT_OK;

    delivery.reference = exchange_format(x, "4C2CA883%08lX", serial_next());
    measure_units(x, text->value, text->bytes, &delivery.used);
    delivery.parts = units_parts(delivery.used);
    delivery.cost = PRICE * delivery.parts;
    if (strcmp(delivery.from, SMS57_EXTNO) != 0) {
        violate(x, "extno '%s'", delivery.from);
        result = RESULT_EXTNO;
    } else if (strncmp(text->value, config.signature, signature) != 0
               && (text->bytes < signature
                   || strcmp(text->value + text->bytes - signature, config.signature) != 0)) {
        violate(x, "the registered signature is missing");
        result = RESULT_SIGNATURE;
    } else if (!pay(x, delivery.cost)) {
        result = RESULT_BALANCE;
    } else {
        message_take(x, &delivery);
    }
    json_object_object_add(entry, "mid", json_text(result == RESULT_OK ? delivery.reference : ""));
    json_object_object_add(entry, "mobile", json_text(text->name));
    json_object_object_add(entry, "result", json_count(result, config.shape == SHAPE_OTHER));
    json_object_array_add(list, entry);
}

static void submit_all(struct exchange *x, const struct pairs *form, const struct pairs *texts)
{
    struct json_object *list, *object;
    struct pairs numbers = { 0 };
    const char *wrong;
    long used;

    if (texts->count > NUMBERS_ADVISED) {
        violated(x, STATUS_NUMBERS, "%zu numbers, 200 are advised", texts->count);
        return;
    }
    for (size_t i = 0; i < texts->count; i++) {
        const struct pair *text = &texts->pair[i];

        pairs_add(x, &numbers, (struct pair){ .name = "", .value = text->name });
        wrong = measure_units(x, text->value, text->bytes, &used);
        if (wrong != NULL || text->bytes == 0) {
            violated(x, STATUS_FORMAT, "content: %s", wrong == NULL ? "empty" : wrong);
            return;
        }
        if (!is_chinese_mobile(text->name)) {
            violated(x, STATUS_FORMAT, "receiver '%s' is no mobile number of digits", text->name);
            return;
        }
        if (config_wrong(text->name)) {
            refused(x, STATUS_SYSTEM, "wrong number");
            return;
        }
    }
    if (find_double(x, &numbers) != NULL) {
        violated(x, STATUS_FORMAT, "a receiver twice");
        return;
    }
    list = json_object_new_array();
    for (size_t i = 0; i < texts->count; i++)
        submit(x, form, &texts->pair[i], list);
    object = sms57_object(x, STATUS_OK);
    json_object_object_add(object, "list", list);
    answer_json(x, 200, object);
}

static void send(struct exchange *x, const struct pairs *form)
{
    const char *content = pairs_text(form, "content"), *mobile = pairs_text(form, "mobile");
    struct pairs numbers = { 0 }, texts = { 0 };

    x->action = "send";
    if (!sms57_authorized(x, form, exchange_format(x, "%s%s%s", pairs_text(form, "extno"), content, mobile)))
        return;
    split_text(x, mobile, ",", &numbers);
    for (size_t i = 0; i < numbers.count; i++)
        pairs_add(x, &texts,
                  (struct pair){ .name = numbers.pair[i].value, .value = content, .bytes = strlen(content) });
    submit_all(x, form, &texts);
}

/* Lines of Mobile#Content; the signature leaves the line breaks out. */
static void p2p(struct exchange *x, const struct pairs *form)
{
    const char *list = pairs_text(form, "mobileContentList");
    char *joined = exchange_take(x, strlen(list) + 1), *lines = exchange_copy(x, list, strlen(list));
    char *line, *rest = NULL, *to = joined;
    struct pairs texts = { 0 };

    x->action = "send";
    for (const char *c = list; *c != '\0'; c++)
        if (*c != '\r' && *c != '\n')
            *to++ = *c;
    if (!sms57_authorized(x, form, exchange_format(x, "%s%s", pairs_text(form, "extno"), joined)))
        return;
    for (line = strtok_r(lines, "\r\n", &rest); line != NULL; line = strtok_r(NULL, "\r\n", &rest)) {
        char *hash = strchr(line, '#');

        if (hash == NULL) {
            violated(x, STATUS_FORMAT, "a line of p2p without #");
            return;
        }
        *hash = '\0';
        pairs_add(x, &texts, (struct pair){ .name = line, .value = hash + 1, .bytes = strlen(hash + 1) });
    }
    if (texts.count == 0)
        violated(x, STATUS_FORMAT, "p2p without lines");
    else
        submit_all(x, form, &texts);
}

/* The parameters of each action; those behind required are not needed. */
static const struct {
    const char *action;
    void (*call)(struct exchange *x, const struct pairs *form);
    size_t required;
    const char *const fields[8];
} calls[] = {
    { "send", send, 7, { "action", "account", "password", "rt", "mobile", "content", "extno" } },
    { "p2p", p2p, 6, { "action", "account", "password", "rt", "mobileContentList", "extno" } },
    { "balance", balance, 4, { "action", "account", "password", "rt" } },
    { "report", sms57_report, 4, { "action", "account", "password", "rt", "size" } },
    { "mo", sms57_mo, 4, { "action", "account", "password", "rt", "size", "szie" } },
};

static void serve_form(struct exchange *x, const char *text, size_t bytes)
{
    static const char *const fields[] = { "action", "account", "password", "rt",
                                          "mobile", "content", "extno",    "mobileContentList",
                                          "size",   "szie",    NULL };
    struct pairs form = { 0 }, known = { 0 };
    size_t i = 0;

    if (!read_urlencoded(x, text, bytes, fields, &form)) {
        sms57_fail(x, STATUS_FORMAT);
        return;
    }
    while (i < LENGTH(calls) && strcmp(calls[i].action, pairs_text(&form, "action")) != 0)
        i++;
    if (i == LENGTH(calls)) {
        violated(x, STATUS_FORMAT, "action '%s'", pairs_text(&form, "action"));
        return;
    }
    if (strcmp(pairs_text(&form, "rt"), "json") != 0) {
        violated(x, STATUS_FORMAT, "rt is not json");
        return;
    }
    /* Exactly the parameters of the action. */
    if (!read_urlencoded(x, text, bytes, calls[i].fields, &known)) {
        sms57_fail(x, STATUS_FORMAT);
        return;
    }
    for (size_t at = 0; at < calls[i].required; at++)
        if (pairs_find(&known, calls[i].fields[at]) == NULL) {
            violated(x, STATUS_FORMAT, "%s is missing", calls[i].fields[at]);
            return;
        }
    calls[i].call(x, &known);
}

static void serve_sms57(struct exchange *x)
{
    if (!rate_allows(x))
        sms57_fail(x, STATUS_BUSY);
    else if (strcmp(x->method, "GET") == 0)
        serve_form(x, x->query == NULL ? "" : x->query, x->query == NULL ? 0 : strlen(x->query));
    else if (strcmp(x->method, "POST") != 0 || x->query != NULL)
        violated(x, STATUS_FORMAT, "method %s, or parameters in the URL of a POST", x->method);
    else if (!header_type_is(x, "application/x-www-form-urlencoded"))
        violated(x, STATUS_FORMAT, "content type is not application/x-www-form-urlencoded");
    else
        serve_form(x, x->body, x->body_bytes);
}

const struct gateway gateway_sms57 = { "sms57", "/sms", serve_sms57, true };
