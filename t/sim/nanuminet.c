/* Nanuminet SMS REST API V1: success only where result is true; the HTTP status of refusals is not told. */
#include <stdlib.h>
#include <string.h>

#include "sim/account.h"
#include "sim/check.h"
#include "sim/config.h"
#include "sim/digest.h"
#include "sim/nanuminet.h"

enum { TOKEN_LIFE_S = 7200, CLOCK_OFF_S = 300 };

bool nanumi_fail(struct exchange *x, const char *msg)
{
    struct json_object *object = json_object_new_object();

    json_object_object_add(object, "result", json_object_new_boolean(0));
    json_object_object_add(object, "msg", json_text(msg));
    answer_json(x, config.shape == SHAPE_OTHER ? 401 : 200, object);
    return false;
}

static struct json_object *success(void)
{
    struct json_object *object = json_object_new_object();

    json_object_object_add(object, "result", json_object_new_boolean(1));
    json_object_object_add(object, "msg", json_text("성공"));
    return object;
}

void nanumi_succeed(struct exchange *x, struct json_object *data)
{
    struct json_object *object = success(), *list;

    if (data != NULL && config.shape == SHAPE_OTHER) {
        list = json_object_new_array();
        json_object_array_add(list, data);
        data = list;
    }
    if (data != NULL)
        json_object_object_add(object, "data", data);
    answer_json(x, 200, object);
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
                           json_count(balance_left(x, NANUMI_QUANTITY), config.shape == SHAPE_OTHER));
    answer_json(x, 200, object);
}

/* A list; an array of PHP may as well come as an object with numbers for keys. */
static void callback(struct exchange *x)
{
    struct json_object *object = success();
    struct json_object *data =
        config.shape == SHAPE_OTHER ? json_object_new_object() : json_object_new_array();

    x->action = "senders";
    for (size_t i = 0; i < config.senders.count; i++) {
        struct json_object *number = json_text(config.senders.pair[i].value);

        if (config.shape == SHAPE_OTHER)
            json_object_object_add(data, exchange_format(x, "%zu", i + 1), number);
        else
            json_object_array_add(data, number);
    }
    json_object_object_add(object, "data", data);
    answer_json(x, 200, object);
}

/* A path that ends with a slash takes segments behind it. */
static const struct {
    const char *method, *path;
    bool query;
    void (*call)(struct exchange *x);
} calls[] = {
    { "POST", "/v1/send", false, nanumi_send },     { "GET", "/v1/count", false, count },
    { "GET", "/v1/list", true, nanumi_list },       { "GET", "/v1/get/", false, nanumi_get },
    { "GET", "/v1/callback", false, callback },     { "GET", "/v1/staylist", true, nanumi_stay_list },
    { "GET", "/v1/cancel/", false, nanumi_cancel }, { "GET", "/v1/cancelall", false, nanumi_cancel_all },
};

static void serve_call(struct exchange *x, size_t i)
{
    const char *token = header(x, "x-nnm-accesstoken");

    if (token == NULL)
        violated(x, "인증 실패", "no X-NNM-ACCESSTOKEN");
    else if (!token_check(x, token))
        nanumi_fail(x, "인증 실패");
    else if (x->query != NULL && !calls[i].query)
        violated(x, "잘못된 요청", "parameters in the URL");
    else
        calls[i].call(x);
}

static void serve_nanuminet(struct exchange *x)
{
    if (!rate_allows(x)) {
        answer_text(x, 429, "text/plain", "");
        return;
    }
    if (strcmp(x->method, "GET") == 0 && strcmp(x->path, "/v1/auth") == 0 && x->query == NULL) {
        auth(x);
        return;
    }
    for (size_t i = 0; i < LENGTH(calls); i++)
        if (strcmp(x->method, calls[i].method) == 0 && is_path(x, calls[i].path)) {
            serve_call(x, i);
            return;
        }
    violate(x, "no such call");
    answer_text(x, 404, "text/html", "<html>404</html>");
}

const struct gateway gateway_nanuminet = { "nanuminet", "/v1/", serve_nanuminet, false };
