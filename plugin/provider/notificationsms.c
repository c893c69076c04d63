/* NotificationSMS, the service of that name. Its manual has no numbered chapters; table titles are named. */
#include <string.h>

#include "base/utf8.h"
#include "provider/api.h"
#include "provider/json.h"

/* "발급 토큰 유효": a token ends an hour after it was issued. */
#define TOKEN_LIFE_S 3600

/* The manual names no size of titles; phones show some 40 bytes. */
#define SUBJECT_BYTES 40

/* The manual says that sign-up and login exist, but not where they are and what they look like. */
static const struct setting keys[] = {
    { "login_path", SETTING_TEXT, "path of the login behind url", "/api/v1/login", NULL },
    { "signup_path", SETTING_TEXT, "path of the sign-up behind url", NULL, NULL },
    { "token_key", SETTING_TEXT, "name of the token in the answer to the login", "token", NULL },
    { "token", SETTING_TEXT | SETTING_SECRET, "a fixed token, in place of the login", NULL, NULL },
    { 0 },
};

/* "공통 오류". Some codes look like an HTTP status but are none: see answered. */
static const struct verdict verdicts[] = {
    { "100", OUTCOME_ACCOUNT, "bad request: protocol or encoding",
      "Bad Request Exception: protocol(https), endocing(UTF-8) 등" },
    { "200", OUTCOME_ACCOUNT, "not authenticated", "Authentication Failed: 인증실패" },
    { "210", OUTCOME_ACCOUNT, "no right to do this", "Permission Denied: 권한없음" },
    { "300", OUTCOME_ACCOUNT, "no such resource", "Not Found Exception: 권한없음" },
    { "400", OUTCOME_ACCOUNT, "the quota is used up", "Quota Exceeded: Quota 초과" },
    { "410", OUTCOME_RETRY, "too many at once (throttled)", "Throttle Limited: Rate 초과" },
    { "420", OUTCOME_RETRY, "too many at once (rate limit)", "Rate Limited: Rate 초과" },
    { "430", OUTCOME_ACCOUNT, "the request is larger than 10 MB",
      "Request Entity Too Large: content-length 초과 (10MB)" },
    { "500", OUTCOME_UNSURE, "the gateway could not reach its sending service",
      "Endpoint Error: 엔드포인트 연결오류" },
    { "510", OUTCOME_UNSURE, "the gateway's sending service did not answer in time",
      "Endpoint Timeout: 엔드포인트 연결시간 초과" },
    { "900", OUTCOME_UNSURE, "an error that the gateway did not expect",
      "Unexpected Error: 예외처리가 안된 오류" },
    { 0 },
};

static const struct verdict_table verdict_tables[] = {
    { "common errors (공통 오류)", verdicts },
    { 0 },
};

/* The HTTP status that the manual gives each code. With another one the code is somebody else's, say an HTTP
   status that a proxy put there: 400 must not be read as a quota. */
static const struct {
    const char *code;
    int status;
} answered[] = {
    { "100", 400 }, { "200", 401 }, { "210", 401 }, { "300", 404 }, { "400", 429 }, { "410", 429 },
    { "420", 429 }, { "430", 413 }, { "500", 503 }, { "510", 504 }, { "900", 500 },
};

static bool code_fits(const char *code, int status)
{
    for (size_t i = 0; i < sizeof answered / sizeof *answered; i++) {
        if (strcmp(answered[i].code, code) == 0)
            return answered[i].status == status || status / 100 == 2;
    }
    return true;
}

/* {"error":{"errorCode":…,"message":…}}. A 401 without a code of its own is taken for a token that has
   ended. */
static void judge_refusal(struct outcome *outcome, struct json_object *said, const struct reply *reply)
{
    struct json_object *error = json_member(said, "error");
    const char *code = json_text(error, "errorCode");

    if (code != NULL && !code_fits(code, reply->status))
        code = NULL;
    outcome_from_refusal(outcome, verdicts, code, json_text(error, "message"), reply);
    outcome->token_refused = code != NULL ? strcmp(code, "200") == 0 : reply->status == 401;
}

static bool login_build(const struct query *query, const struct account *account, struct request *request,
                        struct error *err)
{
    struct json_object *body = json_object_new_object();
    bool built = false;

    (void)query;
    if (!json_add(body, "email", json_object_new_string(account->user))
        || !json_add(body, "password", json_object_new_string(account->secret)))
        error_memory(err);
    else
        built = request_start(request, "POST", account_key(account, "login_path"), err)
                && json_body(request, "application/json", body, err);
    json_object_put(body);
    return built;
}

/* The token under this name, on the first or the second level. */
static const char *token_named(struct json_object *said, const char *key)
{
    const char *token = json_text(said, key);

    if (token != NULL || !json_object_is_type(said, json_type_object))
        return token;
    json_object_object_foreach(said, name, member)
    {
        (void)name;
        token = json_text(member, key);
        if (token != NULL)
            return token;
    }
    return NULL;
}

static void login_judge(const struct query *query, const struct account *account, const struct reply *reply,
                        struct answer *answer)
{
    const char *const names[] = { account_key(account, "token_key"), "accessToken", "access_token" };
    struct json_object *said = json_read(reply);
    const char *token = NULL;

    for (size_t i = 0; i < sizeof names / sizeof *names && token == NULL; i++)
        token = token_named(said, names[i]);
    if (reply->status / 100 == 2 && json_member(said, "error") == NULL) {
        answer_login(answer, token, query->now_ms / 1000 + TOKEN_LIFE_S);
    } else {
        judge_refusal(&answer->outcome, said, reply);
        answer->outcome.token_refused = false; /* there was none yet */
    }
    json_object_put(said);
}

/* A title is required even for SMS, which shows none, and for LMS an alert may come without one: then the
   text's first line serves, which is within the charset because the text is. No character takes more bytes
   in EUC-KR than in UTF-8, so the cut is within the limit too. */
static struct json_object *subject_of(const struct batch_item *item)
{
    size_t bytes = strcspn(item->text, "\n");

    if (item->subject[0] != '\0')
        return json_object_new_string(item->subject);
    return json_object_new_string_len(item->text, (int)utf8_border(item->text, bytes, SUBJECT_BYTES));
}

/* The manual calls messages a string, yet gives it fields: an array of objects. */
static struct json_object *messages_of(const struct batch *batch)
{
    struct json_object *messages = json_object_new_array();

    for (size_t i = 0; i < batch->count; i++) {
        const struct batch_item *item = &batch->item[i];
        struct json_object *message = json_object_new_object();
        bool filled = json_add(message, "to", json_object_new_string(item->to))
                      && json_add(message, "subject", subject_of(item))
                      && json_add(message, "content", json_object_new_string(item->text));
        if (!filled) {
            json_object_put(message);
            message = NULL;
        }
        if (!json_push(messages, message)) {
            json_object_put(messages);
            return NULL;
        }
    }
    return messages;
}

static bool send_build(const struct batch *batch, const struct account *account, struct request *request,
                       struct error *err)
{
    struct json_object *body = json_object_new_object();
    bool built = false;

    if (!json_add(body, "type", json_object_new_string(batch->kind == KIND_SMS ? "SMS" : "LMS"))
        || !json_add(body, "contentType", json_object_new_string("COMM"))
        || !json_add(body, "countryCode", json_object_new_string("82"))
        || !json_add(body, "from", json_object_new_string(account->from))
        || !json_add(body, "subject", subject_of(&batch->item[0]))
        || !json_add(body, "content", json_object_new_string(batch->item[0].text))
        || !json_add(body, "messages", messages_of(batch)))
        error_memory(err);
    else
        built = request_start(request, "POST", "/api/v1/sms", err)
                && request_bearer(request, account->token, err)
                && json_body(request, "application/json", body, err);
    json_object_put(body);
    return built;
}

/* The manual gives success no status and its words no values: 2xx without an error is success. A body that
   cannot be read could hold an error. */
static void send_judge(const struct account *account, const struct reply *reply, struct batch *batch)
{
    struct json_object *said = json_read(reply);
    bool read =
        json_object_is_type(said, json_type_object) || (reply->bytes == 0 && reply->carried == CARRIED_WHOLE);
    struct outcome outcome = { 0 };

    (void)account;
    if (reply->status / 100 == 2 && read && json_member(said, "error") == NULL)
        outcome_accept(&outcome, json_text(said, "requestId"));
    else
        judge_refusal(&outcome, said, reply);
    for (size_t i = 0; i < batch->count; i++)
        batch->item[i].outcome = outcome;
    json_object_put(said);
}

const struct api api_notificationsms = {
    .name = "notificationsms",
    .title = "NotificationSMS",
    .country = COUNTRY_KOREA,
    .needs_user = true,
    .needs_secret = true,
    .needs_from = true,
    .limits.charset = CHARSET_EUCKR,
    .limits.sms = 90,
    .limits.lms = 2000, /* neither length is printed: those of all Korean gateways */
    .limits.subject = SUBJECT_BYTES,
    .same_max = 100, /* the manual names no number of messages */
    .own_max = 100,
    .own_kinds = 1 << KIND_SMS | 1 << KIND_LMS,
    .keys = keys,
    .verdicts = verdict_tables,
    .send.build = send_build,
    .send.judge = send_judge,
    .login.build = login_build,
    .login.judge = login_judge,
};
