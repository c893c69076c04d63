/* Icinga 2: its REST API, or its command pipe, which takes the same lines as Nagios. */
#include "monitor/type.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "http/json.h"

static const struct setting own_keys[] = {
    { "user", SETTING_TEXT, "ApiUser of Icinga 2", NULL, NULL },
    { 0 },
};
static const struct setting *const keys[] = { own_keys, monitor_api_keys, monitor_file_keys,
                                              monitor_result_keys, NULL };

#define ACKNOWLEDGE "actions/acknowledge-problem"
#define RESULT      "actions/process-check-result"

static bool start(const struct monitor_ask *ask, const char *method, const char *path,
                  struct request *request, struct error *err)
{
    /* It takes this value only, to the letter. */
    return request_start(request, method, path, err)
           && request_header(request, "Accept", "application/json", err)
           && request_basic(request, ask->user, ask->secret, err);
}

/* The object by its name, and why it was not found, if it was not. */
static bool name_object(const struct monitor_ask *ask, struct json_object *body)
{
    struct buf name = { 0 };
    bool named = buf_format(&name, "%s%s%s", ask->host, ask->service[0] == '\0' ? "" : "!", ask->service)
                 && json_add(body, ask->service[0] == '\0' ? "host" : "service",
                             json_object_new_string(buf_text(&name)))
                 && json_add(body, "verbose", json_object_new_boolean(true));

    buf_clear(&name);
    return named;
}

static bool acknowledge_build(const struct monitor_ask *ask, struct request *request, struct error *err)
{
    struct json_object *body;
    bool built;

    if (ask->host[0] == '\0')
        return error_set(err, ERROR_USAGE, 0, "the alert names no host");
    body = json_object_new_object();
    /* Not sticky: a problem that gets worse is told again. */
    built = name_object(ask, body) && json_add(body, "author", json_object_new_string(ask->author))
            && json_add(body, "comment", json_object_new_string(ask->text))
            && json_add(body, "sticky", json_object_new_boolean(false))
            && json_add(body, "notify", json_object_new_boolean(ask->notify))
            && json_add(body, "persistent", json_object_new_boolean(false));

    built = built ? start(ask, "POST", "/v1/" ACKNOWLEDGE, request, err)
                        && json_body(request, "application/json", body, err)
                  : error_memory(err);
    json_object_put(body);
    return built;
}

/* Without times: a result that seems older than the last one is dropped with a success. */
static bool result_build(const struct monitor_ask *ask, struct request *request, struct error *err)
{
    struct json_object *body = json_object_new_object();
    bool built = name_object(ask, body) && json_add(body, "exit_status", json_object_new_int(2))
                 && json_add(body, "plugin_output", json_object_new_string(ask->text));

    built = built ? start(ask, "POST", "/v1/" RESULT, request, err)
                        && json_body(request, "application/json", body, err)
                  : error_memory(err);
    json_object_put(body);
    return built;
}

static bool test_build(const struct monitor_ask *ask, struct request *request, struct error *err)
{
    return start(ask, "GET", "/v1", request, err);
}

/* What a status means, whatever the body says. A body is looked at where it tells more. */
static enum monitor_verdict verdict_of(int status)
{
    static const struct {
        int status;
        enum monitor_verdict verdict;
    } table[] = {
        { 200, MONITOR_DONE },    { 400, MONITOR_REFUSED }, /* it does not understand us: another version */
        { 401, MONITOR_REFUSED }, { 403, MONITOR_REFUSED }, /* passive checks are disabled */
        { 404, MONITOR_UNKNOWN }, { 409, MONITOR_ALREADY }, /* acknowledged, or no problem any more */
    };

    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].status == status)
            return table[i].verdict;
    return MONITOR_LATER;
}

static bool is_about_rights(const char *why)
{
    return why != NULL && (strstr(why, "Missing permission") != NULL || strstr(why, "Access denied") != NULL);
}

static void say_status(struct monitor_word *word, const struct reply *reply, const char *said)
{
    char status[64];

    snprintf(status, sizeof status,
             reply->status == 401 ? "the user or the password is wrong" : "HTTP status %d", reply->status);
    monitor_say(word, verdict_of(reply->status), said == NULL || *said == '\0' ? status : said);
}

static void action_judge(const struct monitor_ask *ask, const struct reply *reply, struct monitor_word *word)
{
    struct json_object *body = json_read(reply), *results = json_member(body, "results");
    struct json_object *first = json_item(results, 0);
    const char *said = json_text(first == NULL ? body : first, "status");
    const char *why = json_text(body, "diagnostic_information");

    (void)ask;
    say_status(word, reply, said);
    if (why == NULL)
        why = json_text(first, "diagnostic_information");
    if (is_about_rights(why))
        monitor_say(word, MONITOR_REFUSED, why);
    else if (reply->carried != CARRIED_WHOLE || (word->verdict == MONITOR_DONE && first == NULL))
        monitor_say(word, MONITOR_LATER, "the answer is not one of Icinga 2");
    else if (reply->status == 500 && results != NULL && json_count(results) == 0)
        monitor_say(word, MONITOR_UNKNOWN, "No objects found.");
    json_object_put(body);
}

/* Whether the user may: permissions are shell patterns. */
static bool may(struct json_object *user, const char *action)
{
    struct json_object *list = json_member(user, "permissions");

    for (size_t i = 0; i < json_count(list); i++) {
        const char *pattern = json_scalar(json_item(list, i));
        if (pattern != NULL && fnmatch(pattern, action, FNM_CASEFOLD) == 0)
            return true;
    }
    return false;
}

static void test_judge(const struct monitor_ask *ask, const struct reply *reply, struct monitor_word *word)
{
    struct json_object *body = json_read(reply), *user = json_item(json_member(body, "results"), 0);
    const char *version = json_text(user, "version");
    char said[100];

    say_status(word, reply, NULL);
    if (reply->status == 200 && version == NULL)
        monitor_say(word, MONITOR_LATER, "the answer is not one of Icinga 2");
    else if (reply->status == 200 && !may(user, ACKNOWLEDGE))
        monitor_say(word, MONITOR_REFUSED, "the user lacks the permission " ACKNOWLEDGE);
    else if (reply->status == 200 && ask->results && !may(user, RESULT))
        monitor_say(word, MONITOR_REFUSED, "the user lacks the permission " RESULT);
    else if (reply->status == 200) {
        snprintf(said, sizeof said, "Icinga 2 %s takes the user", version);
        monitor_say(word, MONITOR_DONE, said);
    } else if (reply->status == 404)
        monitor_say(word, MONITOR_LATER, "the answer is not one of Icinga 2");
    json_object_put(body);
}

const struct monitor_type monitor_icinga2 = {
    .name = "icinga2",
    .by_file = true,
    .by_api = true,
    .takes_results = true,
    .needs_user = true,
    .keys = keys,
    .acknowledge = { { acknowledge_build, action_judge } },
    .result = { { result_build, action_judge } },
    .test = { { test_build, test_judge } },
};
