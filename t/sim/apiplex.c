/* API PLEX verification SMS: each message of a request has its own verdict. */
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sim/account.h"
#include "sim/check.h"
#include "sim/config.h"
#include "sim/form.h"
#include "sim/journal.h"
#include "sim/message.h"

/* Won: the manual names no prices. */
enum { CREDIT = 100000, PRICE = 9 };
enum { SMS_BYTES = 90, ITEMS_MAX = 10, ECHO_BYTES = 256, CID_DIGITS = 10 };

/* Accepted keys, to know them again. */
struct known {
    char *key, *to, *text;
};
static void *known; /* a tree of them */

static void fail(struct exchange *x, unsigned status, const char *code, const char *name)
{
    struct json_object *object = json_object_new_object();
    const char *reason = x->violation != NULL ? x->violation : x->refusal;

    json_object_object_add(object, "code", json_text(code));
    json_object_object_add(object, "name", json_text(name));
    json_object_object_add(object, "description", json_text(reason == NULL ? name : reason));
    answer_json(x, status, object);
}

static bool authorized(struct exchange *x)
{
    const char *given = header(x, "authorization");

    if (given == NULL) {
        violate(x, "no Authorization");
        fail(x, 401, "C401_1", "authorization fail - authorization field error");
    } else if (strchr(given, ';') == NULL) {
        violate(x, "Authorization without ;");
        fail(x, 401, "C401_2", "authorization fail - authorization value error");
    } else if (strcmp(given, PLEX_USER ";" PLEX_SECRET) != 0) {
        violate(x, "wrong user id or secret key");
        fail(x, 401, "C401_3", "authorization fail - invalid authorization");
    } else {
        return true;
    }
    return false;
}

struct item {
    const char *key, *from, *to, *text, *echo, *cid;
    const char *code, *desc;
    long used;
    bool bad_echo;
};

static bool bad_item(struct exchange *x, const char *code, const char *format, const char *what)
{
    violate(x, format, what);
    fail(x, 400, code, "bad request");
    return false;
}

/* The whole request fails when an item is malformed. */
static bool read_item(struct exchange *x, struct json_object *object, struct item *item)
{
    static const char *const keys[] = { "msg_key",    "sender_number", "receiver_number",
                                        "origin_cid", "msg",           "echo_to_webhook",
                                        NULL };
    struct json_object *echo;
    const char *wrong;

    if (!json_object_is_type(object, json_type_object))
        return bad_item(x, "C400_1", "%s", "an item is no object");
    if (!check_keys(x, object, keys))
        return bad_item(x, "C400_2", "%s", "unknown key");
    item->key = object_text(x, object, "msg_key");
    item->from = object_text(x, object, "sender_number");
    item->to = object_text(x, object, "receiver_number");
    item->text = object_text(x, object, "msg");
    item->cid = object_text(x, object, "origin_cid");
    if (x->violation != NULL)
        return bad_item(x, "C400_1", "%s", "wrong type");
    /* The one key whose type is judged for its message alone (G142). */
    echo = json_object_object_get(object, "echo_to_webhook");
    item->bad_echo = echo != NULL && !json_object_is_type(echo, json_type_string);
    item->echo = item->bad_echo ? NULL : object_text(x, object, "echo_to_webhook");
    if (item->from == NULL || item->to == NULL || item->text == NULL || item->text[0] == '\0')
        return bad_item(x, "C400_3", "%s", "a required key is missing or empty");
    if (item->cid != NULL && !is_digits(item->cid, 1, CID_DIGITS))
        return bad_item(x, "C400_2", "%s", "origin_cid is not up to 10 digits");
    wrong = measure_euckr(x, item->text, strlen(item->text), &item->used);
    if (wrong != NULL)
        return bad_item(x, "C400_2", "msg: %s", wrong);
    if (item->used > SMS_BYTES)
        return bad_item(x, "C400_2", "%s", exchange_format(x, "msg has %ld bytes, limit 90", item->used));
    if (item->key != NULL && item->key[strspn(item->key, " ")] == '\0')
        item->key = NULL;
    return true;
}

static int compare_known(const void *a, const void *b)
{
    return strcmp(((const struct known *)a)->key, ((const struct known *)b)->key);
}

static const struct known *find_known(const char *key)
{
    const struct known wanted = { .key = (char *)(uintptr_t)key };
    void *node = tfind(&wanted, &known, compare_known);

    return node == NULL ? NULL : *(struct known **)node;
}

static void remember(const struct item *item)
{
    struct known *at = calloc(1, sizeof *at);

    if (at == NULL)
        abort();
    at->key = strdup(item->key);
    at->to = strdup(item->to);
    at->text = strdup(item->text);
    if (tsearch(at, &known, compare_known) == NULL)
        abort();
}

/* What would be pushed to the customer, a line of DIR/webhooks. */
static void write_webhook(struct exchange *x, const struct item *item, const char *code)
{
    static const char *const carriers[] = { "SKT", "KT", "LGU" };
    struct json_object *body = json_object_new_object(), *results = json_object_new_array();
    struct json_object *result = json_object_new_object();

    json_object_object_add(result, "code", json_text(code));
    json_object_object_add(result, "desc", json_text(strcmp(code, "0") == 0 ? "성공" : "실패"));
    if (config.shape != SHAPE_OTHER)
        json_object_object_add(result, "dest", json_text(carriers[strlen(item->text) % LENGTH(carriers)]));
    json_object_object_add(result, "request_date", json_text(korean_time(x, "%F %T.000", config_now())));
    json_object_object_add(result, "done_date", json_text(korean_time(x, "%F %T.390", config_now())));
    json_object_object_add(result, "msg_key", json_text(item->key));
    json_object_object_add(result, "echo_to_webhook", item->echo == NULL ? NULL : json_text(item->echo));
    json_object_object_add(result, "message_type", json_text("SMS"));
    json_object_array_add(results, result);
    json_object_object_add(body, "results", results);
    journal_append("webhooks", json_object_to_json_string_ext(body, JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(body);
}

static void deliver(struct exchange *x, const struct item *item)
{
    struct delivery delivery = { .to = item->to,
                                 .from = item->from,
                                 .kind = "sms",
                                 .text = item->text,
                                 .text_bytes = strlen(item->text),
                                 .unit = "bytes",
                                 .used = item->used,
                                 .limit = SMS_BYTES,
                                 .parts = 1,
                                 .cost = PRICE,
                                 .currency = "원",
                                 .reference = item->key };
    const char *code;

    if (item->echo != NULL)
        pairs_add(x, &delivery.extra, (struct pair){ .name = "echo_to_webhook", .value = item->echo });
    if (item->cid != NULL)
        pairs_add(x, &delivery.extra, (struct pair){ .name = "origin_cid", .value = item->cid });
    code = message_result(message_take(x, &delivery), "0");
    if (code[0] != '\0')
        write_webhook(x, item, code);
}

static void judge(struct exchange *x, struct item *item)
{
    const struct known *before = item->key == NULL ? NULL : find_known(item->key);

    item->code = "C100";
    item->desc = "success";
    if (before != NULL && (strcmp(before->to, item->to) != 0 || strcmp(before->text, item->text) != 0))
        violate(x, "msg_key of another message");
    /* An accepted key is blocked behind the gateway: accepted again, never delivered again. */
    if (before != NULL) {
        write_webhook(x, item, "C");
        return;
    }
    if (!is_digits(item->from, 3, 12) || !config_sender(item->from)) {
        if (!is_digits(item->from, 3, 12))
            violate(x, "sender_number is no number of digits");
        refuse(x, "sender is not registered");
        item->code = "G140";
        item->desc = "발신번호 예외";
    } else if (!is_korean_mobile(item->to) || config_wrong(item->to)) {
        if (!is_korean_mobile(item->to))
            violate(x, "receiver_number is no mobile number of digits");
        refuse(x, "wrong number");
        item->code = "G141";
        item->desc = "수신번호 예외";
    } else if (item->bad_echo || (item->echo != NULL && strlen(item->echo) > ECHO_BYTES)) {
        violate(x, "echo_to_webhook is no string, or over 256 bytes");
        item->code = "G142";
        item->desc = "잘못된 echo_to_webhook";
    } else if (!balance_take(x, CREDIT, PRICE)) {
        item->code = "G150";
        item->desc = "여신 부족";
    } else {
        if (item->key == NULL)
            item->key = exchange_format(x, "4b68ca16-7aa8-4a17-b74c-%012lx", serial_next());
        remember(item);
        deliver(x, item);
    }
}

static void reply_results(struct exchange *x, const struct item *items, size_t count)
{
    struct json_object *reply = json_object_new_object(), *results = json_object_new_array();

    /* The manual promises no order. */
    for (size_t i = 0; i < count; i++) {
        const struct item *item = &items[config.shape == SHAPE_OTHER ? count - 1 - i : i];
        struct json_object *result = json_object_new_object();

        json_object_object_add(result, "code", json_text(item->code));
        json_object_object_add(result, "msg_key", item->key == NULL ? NULL : json_text(item->key));
        json_object_object_add(result, "desc", json_text(item->desc));
        json_object_array_add(results, result);
    }
    json_object_object_add(reply, "results", results);
    answer_json(x, 200, reply);
}

static void send_object(struct exchange *x, struct json_object *object)
{
    static const char *const keys[] = { "msg_data", NULL };
    struct json_object *list = json_object_object_get(object, "msg_data");
    struct item *items;
    size_t count;

    if (!json_object_is_type(list, json_type_array) || !check_keys(x, object, keys)) {
        violate(x, "msg_data is no list");
        fail(x, 400, list == NULL ? "C400_3" : "C400_1", "bad request");
        return;
    }
    count = json_object_array_length(list);
    if (count == 0 || count > ITEMS_MAX) {
        violate(x, "%zu items", count);
        fail(x, count == 0 ? 400 : 200, count == 0 ? "C400_3" : "G160", "1회 발송 최대 수 초과");
        return;
    }
    items = exchange_take(x, count * sizeof *items);
    for (size_t i = 0; i < count; i++) {
        if (!read_item(x, json_object_array_get_idx(list, i), &items[i]))
            return;
        for (size_t j = 0; j < i; j++)
            if (items[i].key != NULL && items[j].key != NULL && strcmp(items[i].key, items[j].key) == 0)
                violate(x, "a msg_key twice in one request");
    }
    for (size_t i = 0; i < count; i++)
        judge(x, &items[i]);
    reply_results(x, items, count);
}

static void serve_apiplex(struct exchange *x)
{
    const char *type = header(x, "content-type");
    struct json_object *object;

    if (!rate_allows(x)) {
        answer_text(x, 429, "text/plain", "");
        return;
    }
    if (strcmp(x->path, "/sms-verify/v2/send") != 0 || x->query != NULL) {
        violate(x, "no such call");
        fail(x, 200, "G110", "API UNIQUE ID 예외");
        return;
    }
    x->action = "send";
    if (strcmp(x->method, "POST") != 0) {
        violate(x, "method is not POST");
        fail(x, 400, "C400_2", "bad request");
        return;
    }
    if (!authorized(x))
        return;
    if (type == NULL || strcasecmp(type, "application/json;charset=utf-8") != 0) {
        violate(x, "content type is not application/json;charset=utf-8");
        fail(x, 400, "C400_2", "bad request");
        return;
    }
    object = read_json(x, x->body, x->body_bytes);
    if (object == NULL) {
        fail(x, 400, "C400_1", "bad request");
        return;
    }
    send_object(x, object);
    json_object_put(object);
}

const struct gateway gateway_apiplex = { "apiplex", "/sms-verify/", serve_apiplex, false };
