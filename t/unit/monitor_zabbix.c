/* plugin/monitor/zabbix.c: its JSON-RPC, as its own answers were seen. */
#include "monitor.h"

static const struct monitor_ask ask = { .secret = "0123456789abcdef",
                                        .host = "웹01",
                                        .service = "",
                                        .event = "41",
                                        .author = "kim",
                                        .text = "가는 중",
                                        .version = 600 };

enum { VERSION, LOOK, ACKNOWLEDGE };
static const struct monitor_step *step(int number)
{
    return &monitor_zabbix.acknowledge[number];
}

#define POST "POST /api_jsonrpc.php\n"
#define TYPE "Content-Type: application/json-rpc\n\n"

/* Up to 6.2 the token goes in the body, from 6.4 on in a header. */
static void requests(void **state)
{
    struct monitor_ask newer = ask;

    (void)state;
    step_asks(step(VERSION), &ask,
              POST TYPE "{\"params\":[],\"jsonrpc\":\"2.0\",\"method\":\"apiinfo.version\",\"id\":1}");
    step_asks(step(LOOK), &ask,
              POST TYPE "{\"params\":{\"output\":[\"eventid\",\"acknowledged\"],\"selectHosts\":[\"host\","
                        "\"name\"],\"eventids\":\"41\"},\"jsonrpc\":\"2.0\",\"method\":\"event.get\","
                        "\"id\":1,\"auth\":\"0123456789abcdef\"}");
    step_asks(step(ACKNOWLEDGE), &ask,
              POST TYPE "{\"params\":{\"eventids\":\"41\",\"action\":6,\"message\":\"kim: 가는 중\"},"
                        "\"jsonrpc\":\"2.0\",\"method\":\"event.acknowledge\",\"id\":1,"
                        "\"auth\":\"0123456789abcdef\"}");
    newer.version = 604;
    step_asks(step(ACKNOWLEDGE), &newer,
              POST "Authorization: Bearer 0123456789abcdef\n" TYPE
                   "{\"params\":{\"eventids\":\"41\",\"action\":6,\"message\":\"kim: 가는 중\"},"
                   "\"jsonrpc\":\"2.0\",\"method\":\"event.acknowledge\",\"id\":1}");
    assert_null(step(3)->build);
}

static void an_event_has_a_number(void **state)
{
    static const char *const events[] = { "", "x", "4 1", "-1", "41\n" };

    (void)state;
    for (size_t i = 0; i < CASES(events); i++) {
        struct monitor_ask odd = ask;
        struct request request = { 0 };
        struct error err = { 0 };

        odd.event = events[i];
        assert_false(step(LOOK)->build(&odd, &request, &err));
        assert_int_equal(err.kind, ERROR_USAGE);
        request_clear(&request);
    }
}

/* Counted in characters. */
static void a_long_message(void **state)
{
    struct monitor_ask longer = ask;
    struct request request = { 0 };
    char text[3 * 3000 + 1] = "";

    (void)state;
    for (size_t i = 0; i < 3000; i++)
        memcpy(text + 3 * i, "가", 4);
    longer.text = text;
    assert_true(step(ACKNOWLEDGE)->build(&longer, &request, NULL));
    text[(size_t)3 * (2048 - strlen("kim: "))] = '\0';
    assert_non_null(strstr(request.body.data, text));
    assert_non_null(strstr(request.body.data, "가\"}"));
    text[strlen(text)] = "가"[0];
    assert_null(strstr(request.body.data, text));
    request_clear(&request);
}

#define ERROR_(code, data)                                                                                   \
    "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":" code ",\"message\":\"Invalid params.\",\"data\":\"" data     \
    "\"},\"id\":1}"
#define RESULT(result) "{\"jsonrpc\":\"2.0\",\"result\":" result ",\"id\":1}"

static const char garbage[] = "the answer is not one of Zabbix' API";

static void versions(void **state)
{
    static const struct {
        const char *said;
        int version;
    } good[] = { { "6.0.14", 600 }, { "6.4.0", 604 }, { "7.0.0alpha1", 700 }, { "7.2.10", 702 } };
    static const struct judged bad[] = {
        { 200, RESULT("\"six\""), MONITOR_LATER, garbage },
        { 200, RESULT("null"), MONITOR_LATER, garbage },
        { 200, RESULT("\"999999999999.1\""), MONITOR_LATER, garbage },
        { 200, RESULT("\"-6.0\""), MONITOR_LATER, garbage },
        { 200, "<html>", MONITOR_LATER, garbage },
        { 412, "", MONITOR_LATER, "HTTP status 412" },
        { 404, "<html>", MONITOR_LATER, "HTTP status 404" },
        { 200, ERROR_("-32602", "Not authorized."), MONITOR_LATER, "Not authorized." },
    };

    (void)state;
    for (size_t i = 0; i < CASES(good); i++) {
        char body[100];
        struct monitor_word word = { 0 };
        struct reply reply;

        snprintf(body, sizeof body, RESULT("\"%s\""), good[i].said);
        reply = driver_reply(200, body);
        step(VERSION)->judge(&ask, &reply, &word);
        assert_int_equal(word.verdict, MONITOR_GO_ON);
        assert_int_equal(word.version, good[i].version);
        reply_clear(&reply);
    }
    step_judges(step(VERSION), &ask, bad, CASES(bad));
}

static void a_look(void **state)
{
    static const char none[] = "there is no such event, or it may not be seen";
    static const struct judged cases[] = {
        { 200, RESULT("[{\"eventid\":\"41\",\"acknowledged\":\"0\",\"hosts\":[]}]"), MONITOR_GO_ON, "" },
        { 200, RESULT("[{\"eventid\":\"41\",\"acknowledged\":\"1\",\"hosts\":[]}]"), MONITOR_ALREADY,
          "it is acknowledged already" },
        { 200, RESULT("[]"), MONITOR_UNKNOWN, none },
        { 200, ERROR_("-32602", "No permissions to call \\\"event.get\\\"."), MONITOR_REFUSED,
          "No permissions to call \"event.get\"." },
    };
    static const struct judged among[] = {
        { 200,
          RESULT(
              "[{\"eventid\":\"41\",\"acknowledged\":\"0\",\"hosts\":[{\"host\":\"w\",\"name\":\"웹01\"}]}]"),
          MONITOR_GO_ON, "" },
        { 200,
          RESULT(
              "[{\"eventid\":\"41\",\"acknowledged\":\"0\",\"hosts\":[{\"host\":\"웹01\",\"name\":\"w\"}]}]"),
          MONITOR_GO_ON, "" },
        { 200,
          RESULT(
              "[{\"eventid\":\"41\",\"acknowledged\":\"0\",\"hosts\":[{\"host\":\"db\",\"name\":\"db\"}]}]"),
          MONITOR_UNKNOWN, none },
        { 200, RESULT("[{\"eventid\":\"41\",\"acknowledged\":\"1\",\"hosts\":[{\"host\":7}]}]"),
          MONITOR_UNKNOWN, none },
    };
    struct monitor_ask several = ask;

    (void)state;
    step_judges(step(LOOK), &ask, cases, CASES(cases));
    several.among = true;
    step_judges(step(LOOK), &several, among, CASES(among));
}

static void acknowledgements(void **state)
{
    static const struct judged cases[] = {
        { 200, RESULT("{\"eventids\":[41]}"), MONITOR_DONE, "acknowledged" },
        { 200, ERROR_("-32500", "No permissions to referred object or it does not exist!"), MONITOR_UNKNOWN,
          "No permissions to referred object or it does not exist!" },
        { 200,
          ERROR_("-32602",
                 "Incorrect value for field \\\"action\\\": no permissions to acknowledge problems."),
          MONITOR_REFUSED, "Incorrect value for field \"action\": no permissions to acknowledge problems." },
        { 200, ERROR_("-32602", "No permissions to call \\\"event.acknowledge\\\"."), MONITOR_REFUSED,
          "No permissions to call \"event.acknowledge\"." },
        { 200, ERROR_("-32602", "Not authorized."), MONITOR_REFUSED, "Not authorized." },
        { 200, ERROR_("-32500", "API token expired."), MONITOR_REFUSED, "API token expired." },
        { 200, ERROR_("-32602", "Session terminated, re-login, please."), MONITOR_REFUSED,
          "Session terminated, re-login, please." },
        { 200, ERROR_("-32700", "Invalid JSON. An error occurred on the server."), MONITOR_REFUSED,
          "Invalid JSON. An error occurred on the server." },
        { 200, "{\"error\":{\"code\":-1}}", MONITOR_LATER, "-1" },
        { 200, "", MONITOR_LATER, garbage },
        { 200, "[]", MONITOR_LATER, garbage },
        { 412, "", MONITOR_LATER, "HTTP status 412" },
        { 503, "<html>", MONITOR_LATER, "HTTP status 503" },
    };

    (void)state;
    step_judges(step(ACKNOWLEDGE), &ask, cases, CASES(cases));
}

/* An event that nobody has: that it is not there means that the token may. */
static void tests_of_the_token(void **state)
{
    static const struct judged look[] = {
        { 200, RESULT("[]"), MONITOR_GO_ON, "there is no such event, or it may not be seen" },
        { 200, ERROR_("-32602", "Not authorized."), MONITOR_REFUSED, "Not authorized." },
    };
    static const struct judged last[] = {
        { 200, ERROR_("-32500", "No permissions to referred object or it does not exist!"), MONITOR_DONE,
          "Zabbix 6.0 takes the token" },
        { 200, ERROR_("-32602", "No permissions to call \\\"event.acknowledge\\\"."), MONITOR_REFUSED,
          "No permissions to call \"event.acknowledge\"." },
    };
    const struct monitor_step *test = monitor_zabbix.test;

    (void)state;
    assert_ptr_equal(test[0].build, step(VERSION)->build);
    step_asks(&test[1], &ask,
              POST TYPE "{\"params\":{\"output\":[\"eventid\",\"acknowledged\"],\"selectHosts\":[\"host\","
                        "\"name\"],\"eventids\":\"0\"},\"jsonrpc\":\"2.0\",\"method\":\"event.get\","
                        "\"id\":1,\"auth\":\"0123456789abcdef\"}");
    step_asks(&test[2], &ask,
              POST TYPE "{\"params\":{\"eventids\":\"0\",\"action\":6,\"message\":\"kim: 가는 중\"},"
                        "\"jsonrpc\":\"2.0\",\"method\":\"event.acknowledge\",\"id\":1,"
                        "\"auth\":\"0123456789abcdef\"}");
    step_judges(&test[1], &ask, look, CASES(look));
    step_judges(&test[2], &ask, last, CASES(last));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests),
        cmocka_unit_test(an_event_has_a_number),
        cmocka_unit_test(a_long_message),
        cmocka_unit_test(versions),
        cmocka_unit_test(a_look),
        cmocka_unit_test(acknowledgements),
        cmocka_unit_test(tests_of_the_token),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
