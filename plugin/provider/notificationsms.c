/* NotificationSMS, the service of that name: its facts, login, look-up, reservations and sign-up. Its manual
   has no numbered chapters; table titles are named. */
#include "provider/notificationsms.h"

#include <stdio.h>

#include "http/json.h"
#include "provider/notificationsms_codes.h"

/* "발급 토큰 유효": a token ends an hour after it was issued. */
#define TOKEN_LIFE_S 3600

/* The manual says that sign-up and login exist, but not where they are and what they look like. */
static const struct setting keys[] = {
    { "login_path", SETTING_TEXT, "path of the login behind url", "/api/v1/login", NULL },
    { "signup_path", SETTING_TEXT, "path of the sign-up behind url", NULL, NULL },
    { "token_key", SETTING_TEXT, "name of the token in the answer to the login", "token", NULL },
    { "token", SETTING_TEXT | SETTING_SECRET, "a fixed token, in place of the login", NULL, NULL },
    /* The manual's list of zones is lost in print. */
    { "zone", SETTING_TEXT, "the gateway's name of Korean time, for reservations", "Asia/Seoul", NULL },
    { "schedule", SETTING_TEXT, "scheduleCode of every message that is no reservation", NULL, NULL },
    { 0 },
};

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

static const char *token_of(struct json_object *said, const struct account *account)
{
    const char *const names[] = { account_key(account, "token_key"), "accessToken", "access_token" };
    const char *token = NULL;

    for (size_t i = 0; i < sizeof names / sizeof *names && token == NULL; i++)
        token = token_named(said, names[i]);
    return token;
}

static void login_judge(const struct query *query, const struct account *account, const struct reply *reply,
                        struct answer *answer)
{
    struct json_object *said = json_read(reply);

    if (reply->status / 100 == 2 && json_member(said, "error") == NULL)
        answer_login(answer, token_of(said, account), query->now_ms / 1000 + TOKEN_LIFE_S);
    else
        notificationsms_codes_judge(&answer->outcome, said, reply);
    json_object_put(said);
}

/* Beside the token every call shows its content type, even those that have no content ("요청 헤더"). Their
   parameters stand in the address: a body is not for GET and DELETE. */
bool notificationsms_start_bare(struct request *request, const char *method, const char *path,
                                const struct account *account, struct error *err)
{
    request->content_type = "application/json";
    return request_start(request, method, path, err) && request_bearer(request, account->token, err);
}

bool notificationsms_done(struct json_object *said, const struct reply *reply)
{
    return reply->status / 100 == 2 && json_member(said, "error") == NULL
           && (said != NULL || reply->carried == CARRIED_WHOLE);
}

/* "메시지 발송 요청 조회" */
static bool result_build(const struct query *query, const struct account *account, struct request *request,
                         struct error *err)
{
    return query_has_ref(query, err) && query_is_whole(query, err)
           && notificationsms_start_bare(request, "GET", "/api/v1/sms", account, err)
           && request_query(request, "requestId", query->ref, err);
}

/* Most keys of a message are printed with a prefix that looks like a slip. */
static const char *message_text(struct json_object *message, const char *key)
{
    char prefixed[40];
    const char *text = json_text(message, key);

    snprintf(prefixed, sizeof prefixed, "messages_%s", key);
    return text != NULL ? text : json_text(message, prefixed);
}

/* A message, or the request alone when it names none. The status is that of the request; its values are lost
   in print. */
static bool add_result(struct answer *answer, struct json_object *said, struct json_object *message)
{
    const char *id = message_text(message, "messageId");

    return answer_row(answer, (const char *const[]){
                                  id != NULL ? id : json_text(said, "requestId"),
                                  message_text(message, "to"),
                                  message_text(message, "contentType"),
                                  NULL,
                                  json_text(said, "statusCode"),
                                  json_text(said, "statusName"),
                                  message_text(message, "requestTime"),
                                  NULL,
                                  NULL,
                              });
}

static void result_judge(const struct query *query, const struct account *account, const struct reply *reply,
                         struct answer *answer)
{
    struct json_object *said = json_read(reply), *messages = json_member(said, "messages");
    size_t count = json_count(messages);

    (void)query;
    (void)account;
    listing_start(&answer->listing, listing_result);
    if (notificationsms_done(said, reply) && (json_text(said, "requestId") != NULL || count > 0)) {
        outcome_accept(&answer->outcome, json_text(said, "requestId"));
        if (count == 0)
            add_result(answer, said, messages);
        for (size_t i = 0; i < count && add_result(answer, said, json_item(messages, i)); i++)
            ;
    } else {
        notificationsms_codes_judge_id(&answer->outcome, said, reply);
    }
    json_object_put(said);
}

/* "예약 메시지 상태 조회". No answer to a send names a reserveId: the request's own id it must be. */
static bool show_build(const struct query *query, const struct account *account, struct request *request,
                       struct error *err)
{
    return query_has_ref(query, err)
           && notificationsms_start_bare(request, "GET", "/api/v1/reserve_sms", account, err)
           && request_query(request, "reserveId", query->ref, err);
}

static void show_judge(const struct query *query, const struct account *account, const struct reply *reply,
                       struct answer *answer)
{
    struct json_object *said = json_read(reply);
    const char *id = json_text(said, "reserveId"), *status = json_text(said, "reserveStatus");

    (void)account;
    listing_start(&answer->listing, listing_reservation);
    if (notificationsms_done(said, reply) && (id != NULL || status != NULL)) {
        outcome_accept(&answer->outcome, id);
        answer_row(answer, (const char *const[]){ id != NULL ? id : query->ref, NULL, NULL, NULL, NULL,
                                                  json_text(said, "reserveTime"),
                                                  json_text(said, "reserveTimeZone"), status });
    } else {
        notificationsms_codes_judge_id(&answer->outcome, said, reply);
    }
    json_object_put(said);
}

/* "예약 메시지 취소" */
static bool cancel_build(const struct query *query, const struct account *account, struct request *request,
                         struct error *err)
{
    return query_has_ref(query, err)
           && notificationsms_start_bare(request, "DELETE", "/api/v1/reserve_sms_del", account, err)
           && request_query(request, "reserveId", query->ref, err);
}

static void cancel_judge(const struct query *query, const struct account *account, const struct reply *reply,
                         struct answer *answer)
{
    struct json_object *said = json_read(reply);

    (void)account;
    listing_start(&answer->listing, listing_cancelled);
    if (notificationsms_done(said, reply)) {
        outcome_accept(&answer->outcome, NULL);
        answer_row(answer, &query->ref);
    } else {
        notificationsms_codes_judge_id(&answer->outcome, said, reply);
    }
    json_object_put(said);
}

/* "인증키 발급": name, email and password make an account. */
static bool signup_build(const struct query *query, const struct account *account, struct request *request,
                         struct error *err)
{
    const char *path = account_key(account, "signup_path");
    struct json_object *body = json_object_new_object();
    bool built = false;

    if (path == NULL)
        error_set(err, ERROR_SETTINGS, 0, "key signup_path of %s is missing: the manual does not name it",
                  account->name);
    else if (account->user == NULL || account->secret == NULL)
        error_set(err, ERROR_SETTINGS, 0, "%s needs user and secret: they become those of the account",
                  account->name);
    else if (query->name == NULL || *query->name == '\0')
        error_set(err, ERROR_USAGE, 0, "--name: an account needs a name");
    else if (!json_add(body, "name", json_object_new_string(query->name))
             || !json_add(body, "email", json_object_new_string(account->user))
             || !json_add(body, "password", json_object_new_string(account->secret)))
        error_memory(err);
    else
        built =
            request_start(request, "POST", path, err) && json_body(request, "application/json", body, err);
    json_object_put(body);
    return built;
}

/* A token may come with it ("로그인 또는 회원 가입 후 발급"); without one the account is there all the
   same. */
static void signup_judge(const struct query *query, const struct account *account, const struct reply *reply,
                         struct answer *answer)
{
    struct json_object *said = json_read(reply);

    listing_start(&answer->listing, listing_signup);
    if (notificationsms_done(said, reply)) {
        answer_login(answer, token_of(said, account), query->now_ms / 1000 + TOKEN_LIFE_S);
        outcome_accept(&answer->outcome, NULL);
        answer_row(answer, &query->name);
    } else
        notificationsms_codes_judge(&answer->outcome, said, reply);
    json_object_put(said);
}

const struct api api_notificationsms = {
    .name = "notificationsms",
    .title = "NotificationSMS",
    .country = COUNTRY_KOREA,
    .caps = API_RESERVE | API_IMAGE,
    .needs_user = true,
    .needs_secret = true,
    .needs_from = true,
    .limits.charset = CHARSET_EUCKR,
    .limits.sms = 90,
    .limits.lms = 2000, /* no length is printed: these are those of all Korean gateways */
    .limits.mms = 2000,
    .limits.subject = NOTIFICATIONSMS_SUBJECT_BYTES,
    .at_whole_minutes = true,
    .same_max = 100, /* the manual names no number of messages */
    .own_max = 100,
    .own_kinds = 1 << KIND_SMS | 1 << KIND_LMS | 1 << KIND_MMS,
    .keys = keys,
    .verdicts = notificationsms_verdict_tables,
    .send = { notificationsms_send_build, notificationsms_send_judge },
    .login = { login_build, login_judge },
    .result = { result_build, result_judge },
    .reservation_show = { show_build, show_judge },
    .reservation_cancel = { cancel_build, cancel_judge },
    .unsubscribed_list = { notificationsms_unsubscribed_build, notificationsms_unsubscribed_judge },
    .unsubscribed_add = { notificationsms_add_build, notificationsms_change_judge },
    .unsubscribed_remove = { notificationsms_remove_build, notificationsms_change_judge },
    .signup = { signup_build, signup_judge },
};
