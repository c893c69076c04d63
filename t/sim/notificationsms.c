/* NotificationSMS. Its manual lacks login and sign-up; their paths and the key of the token are settings here
   too. */
#include <stdlib.h>
#include <string.h>

#include "sim/account.h"
#include "sim/config.h"
#include "sim/form.h"
#include "sim/notificationsms.h"

enum { BODY_BYTES = 10 * 1000 * 1000, TOKEN_LIFE_S = 3600 };

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

bool nsms_fail(struct exchange *x, int code)
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

struct json_object *nsms_body(struct exchange *x)
{
    struct json_object *object;

    if (x->query != NULL) {
        violated(x, 100, "parameters in the URL");
        return NULL;
    }
    object = read_json(x, x->body, x->body_bytes);
    if (object == NULL)
        nsms_fail(x, 100);
    return object;
}

bool nsms_query(struct exchange *x, const char *const *allowed, struct pairs *query)
{
    if (x->body_bytes > 0)
        return violated(x, 100, "%s with a body", x->method);
    return x->query == NULL || read_urlencoded(x, x->query, strlen(x->query), allowed, query)
           || nsms_fail(x, 100);
}

void nsms_deleted(struct exchange *x, const char *key, const char *value)
{
    struct json_object *object;

    if (config.shape == SHAPE_CLEAN) {
        object = json_object_new_object();
        json_object_object_add(object, key, json_text(value));
        answer_json(x, 200, object);
    } else {
        answer_text(x, config.shape == SHAPE_OTHER ? 204 : 200, "application/json", "");
    }
}

/* Accounts beside the first; email and password. */
static struct account {
    struct account *next;
    char *email, *password;
} * accounts;

static const char *password_of(const char *email)
{
    const struct account *account = accounts;

    if (strcmp(email, NSMS_EMAIL) == 0)
        return NSMS_PASSWORD;
    while (account != NULL && strcmp(account->email, email) != 0)
        account = account->next;
    return account == NULL ? NULL : account->password;
}

static void add_account(const char *email, const char *password)
{
    struct account *account = calloc(1, sizeof *account);

    if (account == NULL)
        abort();
    account->email = strdup(email);
    account->password = strdup(password);
    account->next = accounts;
    accounts = account;
}

/* "The key issued after login or sign-up": both hand out a token. */
static void reply_token(struct exchange *x, unsigned status)
{
    struct json_object *reply = json_object_new_object();
    time_t until;

    json_object_object_add(reply, config.token_key, json_text(token_issue(x, TOKEN_LIFE_S, &until)));
    answer_json(x, status, reply);
}

static void login_object(struct exchange *x, struct json_object *object)
{
    static const char *const keys[] = { "email", "password", NULL };
    const char *email = object_text(x, object, "email"), *password = object_text(x, object, "password");
    const char *wanted;

    if (!check_keys(x, object, keys) || email == NULL || password == NULL) {
        violated(x, 100, "email or password is missing");
        return;
    }
    wanted = password_of(email);
    if (wanted == NULL || strcmp(password, wanted) != 0)
        violated(x, 200, "wrong email or password");
    else
        reply_token(x, 200);
}

static void sign_up_object(struct exchange *x, struct json_object *object)
{
    static const char *const keys[] = { "name", "email", "password", NULL };
    const char *name = object_text(x, object, "name"), *email = object_text(x, object, "email");
    const char *password = object_text(x, object, "password");

    if (!check_keys(x, object, keys) || name == NULL || name[0] == '\0' || email == NULL
        || strchr(email, '@') == NULL || password == NULL || password[0] == '\0') {
        violated(x, 100, "name, email or password is missing");
    } else if (password_of(email) != NULL) {
        refused(x, 100, "the account exists");
    } else {
        add_account(email, password);
        reply_token(x, config.shape == SHAPE_OTHER ? 201 : 200);
    }
}

static void login(struct exchange *x)
{
    struct json_object *object;

    x->action = "login";
    object = nsms_body(x);
    if (object != NULL)
        login_object(x, object);
    json_object_put(object);
}

static void sign_up(struct exchange *x)
{
    struct json_object *object;

    x->action = "signup";
    object = nsms_body(x);
    if (object != NULL)
        sign_up_object(x, object);
    json_object_put(object);
}

static bool authorized(struct exchange *x)
{
    const char *given = header(x, "authorization");

    if (given == NULL || strncmp(given, "Bearer ", 7) != 0)
        return violated(x, 200, "no Bearer authorization");
    return token_check(x, given + 7) || nsms_fail(x, 200);
}

static const struct {
    const char *method, *path;
    void (*call)(struct exchange *x);
} calls[] = {
    { "POST", "/api/v1/sms", nsms_send },
    { "GET", "/api/v1/sms", nsms_look_up },
    { "GET", "/api/v1/reserve_sms", nsms_reservation },
    { "DELETE", "/api/v1/reserve_sms_del", nsms_cancel },
    { "GET", "/api/v1/unsubscribes_sms_get", nsms_unsubscribed_list },
    { "POST", "/api/v1/unsubscribes_sms", nsms_unsubscribed_add },
    { "DELETE", "/api/v1/unsubscribes_sms_del", nsms_unsubscribed_remove },
};

/* Every call is JSON by its table of headers, those without a body too. */
static void serve_call(struct exchange *x)
{
    bool post = strcmp(x->method, "POST") == 0;

    if (!header_type_is(x, "application/json")) {
        violated(x, 100, "content type is not application/json");
        return;
    }
    if (post && strcmp(x->path, config.login_path) == 0) {
        login(x);
        return;
    }
    if (post && strcmp(x->path, config.signup_path) == 0) {
        sign_up(x);
        return;
    }
    for (size_t i = 0; i < LENGTH(calls); i++)
        if (strcmp(x->method, calls[i].method) == 0 && strcmp(x->path, calls[i].path) == 0) {
            if (authorized(x))
                calls[i].call(x);
            return;
        }
    violated(x, 300, "no such call");
}

static void serve_notificationsms(struct exchange *x)
{
    if (!x->secure && config.https_only)
        violated(x, 100, "plain HTTP");
    else if (x->body_bytes > BODY_BYTES || x->too_large)
        violated(x, 430, "body over 10 MB");
    else if (!rate_allows(x))
        nsms_fail(x, 420);
    else
        serve_call(x);
}

const struct gateway gateway_notificationsms = { "notificationsms", "/api/v1/", serve_notificationsms,
                                                 false };
