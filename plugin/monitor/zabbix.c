/* Zabbix: JSON-RPC of the frontend. First its version, which decides how the token travels; then a look
   whether the event is there, and not acknowledged by now, since acknowledging it again would succeed and add
   the message once more. */
#include "monitor/type.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "http/json.h"

static const struct setting *const keys[] = { monitor_api_keys, monitor_result_keys, NULL };

#define PATH "/api_jsonrpc.php"

/* The API refuses more. */
#define MESSAGE_CHARACTERS_MAX 2048

/* From this version on it takes the token in a header, and later no other way. */
#define VERSION_HEADER 604

/* Bits of an action: acknowledge, with a message. */
#define ACTION 6

/* No event has it. */
#define NO_EVENT "0"

/* params is taken over. ask NULL: without the token, which would be refused. */
static bool call(const struct monitor_ask *ask, const char *method, struct json_object *params, bool whole,
                 struct request *request, struct error *err)
{
    struct json_object *body = json_object_new_object();
    const bool header = ask != NULL && ask->version >= VERSION_HEADER;
    bool built = json_add(body, "params", params) && whole
                 && json_add(body, "jsonrpc", json_object_new_string("2.0"))
                 && json_add(body, "method", json_object_new_string(method))
                 && json_add(body, "id", json_object_new_int(1))
                 && (ask == NULL || header || json_add(body, "auth", json_object_new_string(ask->secret)));

    built = built ? request_start(request, "POST", PATH, err)
                        && (!header || request_bearer(request, ask->secret, err))
                        && json_body(request, "application/json-rpc", body, err)
                  : error_memory(err);
    json_object_put(body);
    return built;
}

static bool version_build(const struct monitor_ask *ask, struct request *request, struct error *err)
{
    (void)ask;
    return call(NULL, "apiinfo.version", json_object_new_array(), true, request, err);
}

static bool look_build(const struct monitor_ask *ask, struct request *request, struct error *err)
{
    static const char *const output[] = { "eventid", "acknowledged", NULL }, *const names[] = { "host",
                                                                                                "name",
                                                                                                NULL };
    struct json_object *params, *list;
    bool whole;

    if (ask->event[0] == '\0' || ask->event[strspn(ask->event, "0123456789")] != '\0')
        return error_set(err, ERROR_USAGE, 0, "the alert has no event id of Zabbix");
    params = json_object_new_object();
    list = json_object_new_array();
    whole = json_add(params, "output", list);
    for (size_t i = 0; whole && output[i] != NULL; i++)
        whole = json_push(list, json_object_new_string(output[i]));
    list = json_object_new_array();
    whole = whole && json_add(params, "selectHosts", list);
    for (size_t i = 0; whole && names[i] != NULL; i++)
        whole = json_push(list, json_object_new_string(names[i]));
    whole = whole && json_add(params, "eventids", json_object_new_string(ask->event));
    return call(ask, "event.get", params, whole, request, err);
}

/* At most so many characters of a text, which is UTF-8. */
static size_t cut(const char *text, size_t characters)
{
    size_t bytes = strlen(text), at = 0, length;

    for (; at < bytes && characters > 0; at += length, characters--) {
        length = utf8_decode(text + at, bytes - at, NULL);
        if (length == 0)
            length = 1;
    }
    return at;
}

static bool acknowledge(const struct monitor_ask *ask, const char *event, struct request *request,
                        struct error *err)
{
    struct json_object *params = json_object_new_object();
    struct buf message = { 0 };
    bool whole = buf_format(&message, "%s: %s", ask->author, ask->text);

    /* Everybody's author is the token's user. */
    buf_cut(&message, cut(buf_text(&message), MESSAGE_CHARACTERS_MAX));
    whole = whole && json_add(params, "eventids", json_object_new_string(event))
            && json_add(params, "action", json_object_new_int(ACTION))
            && json_add(params, "message", json_object_new_string(buf_text(&message)));
    buf_clear(&message);
    return call(ask, "event.acknowledge", params, whole, request, err);
}

static bool acknowledge_build(const struct monitor_ask *ask, struct request *request, struct error *err)
{
    return acknowledge(ask, ask->event, request, err);
}

/* Nothing can come of these two, but what the token lacks is told. */
static bool test_look_build(const struct monitor_ask *ask, struct request *request, struct error *err)
{
    struct monitor_ask none = *ask;

    none.event = NO_EVENT;
    return look_build(&none, request, err);
}

static bool test_build(const struct monitor_ask *ask, struct request *request, struct error *err)
{
    return acknowledge(ask, NO_EVENT, request, err);
}

/* The error that a reply holds, judged; true where it holds a result. Its codes say little, its words more.
 */
static bool judge_error(const struct reply *reply, struct json_object *body, struct monitor_word *word)
{
    struct json_object *error = json_member(body, "error");
    const char *code = json_text(error, "code"), *said = json_text(error, "data");
    char status[32];

    if (reply->carried == CARRIED_WHOLE && json_has(body, "result"))
        return true;
    snprintf(status, sizeof status, "HTTP status %d", reply->status);
    if (code == NULL)
        monitor_say(word, MONITOR_LATER,
                    reply->status == 200 ? "the answer is not one of Zabbix' API" : status);
    else if (said == NULL)
        monitor_say(word, MONITOR_LATER, code);
    else if (strstr(said, "does not exist") != NULL)
        monitor_say(word, MONITOR_UNKNOWN, said);
    else
        monitor_say(word, MONITOR_REFUSED, said);
    return false;
}

static void version_judge(const struct monitor_ask *ask, const struct reply *reply, struct monitor_word *word)
{
    struct json_object *body = json_read(reply);
    const char *version = json_text(body, "result");
    int major = 0, minor = 0;

    (void)ask;
    if (!judge_error(reply, body, word)) {
        /* It needs no right: whatever is wrong, it is not the token. */
        word->verdict = MONITOR_LATER;
    } else if (version == NULL || sscanf(version, "%3d.%2d", &major, &minor) != 2 || major < 1 || minor < 0) {
        monitor_say(word, MONITOR_LATER, "the answer is not one of Zabbix' API");
    } else {
        monitor_say(word, MONITOR_GO_ON, "");
        word->version = major * 100 + minor;
    }
    json_object_put(body);
}

static bool is_of_host(struct json_object *event, const char *host)
{
    struct json_object *hosts = json_member(event, "hosts");

    for (size_t i = 0; i < json_count(hosts); i++) {
        const char *name = json_text(json_item(hosts, i), "name"),
                   *id = json_text(json_item(hosts, i), "host");
        if ((name != NULL && strcmp(name, host) == 0) || (id != NULL && strcmp(id, host) == 0))
            return true;
    }
    return false;
}

/* Two servers have events of the same number: then the host must fit, too. */
static void look_judge(const struct monitor_ask *ask, const struct reply *reply, struct monitor_word *word)
{
    struct json_object *body = json_read(reply), *event = json_item(json_member(body, "result"), 0);
    const char *acknowledged = json_text(event, "acknowledged");

    if (judge_error(reply, body, word)) {
        if (event == NULL || (ask->among && !is_of_host(event, ask->host)))
            monitor_say(word, MONITOR_UNKNOWN, "there is no such event, or it may not be seen");
        else if (acknowledged != NULL && strcmp(acknowledged, "1") == 0)
            monitor_say(word, MONITOR_ALREADY, "it is acknowledged already");
        else
            monitor_say(word, MONITOR_GO_ON, "");
    }
    json_object_put(body);
}

static void acknowledge_judge(const struct monitor_ask *ask, const struct reply *reply,
                              struct monitor_word *word)
{
    struct json_object *body = json_read(reply);

    (void)ask;
    if (judge_error(reply, body, word))
        monitor_say(word, MONITOR_DONE, "acknowledged");
    json_object_put(body);
}

static void test_look_judge(const struct monitor_ask *ask, const struct reply *reply,
                            struct monitor_word *word)
{
    look_judge(ask, reply, word);
    if (word->verdict == MONITOR_UNKNOWN)
        word->verdict = MONITOR_GO_ON;
}

static void test_judge(const struct monitor_ask *ask, const struct reply *reply, struct monitor_word *word)
{
    char said[64];

    acknowledge_judge(ask, reply, word);
    if (word->verdict != MONITOR_UNKNOWN && word->verdict != MONITOR_DONE)
        return;
    snprintf(said, sizeof said, "Zabbix %d.%d takes the token", ask->version / 100, ask->version % 100);
    monitor_say(word, MONITOR_DONE, said);
}

const struct monitor_type monitor_zabbix = {
    .name = "zabbix",
    .by_api = true,
    .path = PATH,
    .keys = keys,
    .acknowledge = { { version_build, version_judge },
                     { look_build, look_judge },
                     { acknowledge_build, acknowledge_judge } },
    .test = { { version_build, version_judge },
              { test_look_build, test_look_judge },
              { test_build, test_judge } },
};
