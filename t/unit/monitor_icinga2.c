/* plugin/monitor/icinga2.c: its REST API, as its own answers were seen. */
#include "monitor.h"

static const struct monitor_ask ask = { .user = "munja",
                                        .secret = "hidden",
                                        .host = "웹01",
                                        .service = "디스크; \"C\"",
                                        .event = "",
                                        .author = "kim",
                                        .text = "가는 중",
                                        .now_s = 1700000000 };

#define HEAD(method, path)                                                                                   \
    method " " path "\nAccept: application/json\nAuthorization: Basic bXVuamE6aGlkZGVu\n"

static void requests(void **state)
{
    struct monitor_ask host = ask, none = ask;
    struct request request = { 0 };
    struct error err = { 0 };

    (void)state;
    step_asks(
        &monitor_icinga2.acknowledge[0], &ask,
        HEAD("POST",
             "/v1/actions/acknowledge-problem") "Content-Type: application/json\n\n"
                                                "{\"service\":\"웹01!디스크; "
                                                "\\\"C\\\"\",\"verbose\":true,\"author\":\"kim\",\"comment\":"
                                                "\"가는 "
                                                "중\",\"sticky\":false,\"notify\":false,\"persistent\":"
                                                "false}");
    host.service = "";
    host.notify = true;
    step_asks(
        &monitor_icinga2.acknowledge[0], &host,
        HEAD("POST",
             "/v1/actions/acknowledge-problem") "Content-Type: application/json\n\n"
                                                "{\"host\":\"웹01\",\"verbose\":true,\"author\":\"kim\","
                                                "\"comment\":\"가는 중\","
                                                "\"sticky\":false,\"notify\":true,\"persistent\":false}");
    step_asks(
        &monitor_icinga2.result[0], &ask,
        HEAD("POST", "/v1/actions/process-check-result") "Content-Type: application/json\n\n"
                                                         "{\"service\":\"웹01!디스크; "
                                                         "\\\"C\\\"\",\"verbose\":true,\"exit_status\":2,"
                                                         "\"plugin_output\":\"가는 중\"}");
    step_asks(&monitor_icinga2.test[0], &ask, HEAD("GET", "/v1") "\n");
    none.host = "";
    assert_false(monitor_icinga2.acknowledge[0].build(&none, &request, &err));
    assert_int_equal(err.kind, ERROR_USAGE);
    request_clear(&request);
    assert_null(monitor_icinga2.acknowledge[1].build);
}

#define RESULTS(code, status) "{\"results\":[{\"code\":" code ",\"status\":\"" status "\"}]}"

static void actions(void **state)
{
    static const char garbage[] = "the answer is not one of Icinga 2";
    static const struct judged cases[] = {
        { 200, RESULTS("200.0", "Successfully acknowledged problem for object 'H!S'."), MONITOR_DONE,
          "Successfully acknowledged problem for object 'H!S'." },
        { 409, RESULTS("409.0", "Service H!S is already acknowledged."), MONITOR_ALREADY,
          "Service H!S is already acknowledged." },
        { 409, RESULTS("409.0", "Service H!S is OK."), MONITOR_ALREADY, "Service H!S is OK." },
        { 409, RESULTS("409.0", "Host H is UP."), MONITOR_ALREADY, "Host H is UP." },
        { 404, "{\"error\":404.0,\"status\":\"No objects found.\"}", MONITOR_UNKNOWN, "No objects found." },
        { 404,
          "{\"diagnostic_information\":\"Error: Missing permission: actions/acknowledge-problem\\n\","
          "\"error\":404.0,\"status\":\"No objects found.\"}",
          MONITOR_REFUSED, "Error: Missing permission: actions/acknowledge-problem " },
        { 404,
          "{\"diagnostic_information\":\"Error: Access denied to object 'H!S' of type 'Service'\","
          "\"error\":404.0,\"status\":\"No objects found.\"}",
          MONITOR_REFUSED, "Error: Access denied to object 'H!S' of type 'Service'" },
        { 500, "{\"results\":[]}", MONITOR_UNKNOWN, "No objects found." },
        { 500, RESULTS("500.0", "Could not create comment."), MONITOR_LATER, "Could not create comment." },
        { 403, RESULTS("403.0", "Passive checks are disabled for object 'H!S'."), MONITOR_REFUSED,
          "Passive checks are disabled for object 'H!S'." },
        { 400, RESULTS("400.0", "Acknowledgements require author and comment."), MONITOR_REFUSED,
          "Acknowledgements require author and comment." },
        { 400, "<h1>Accept header is missing or not set to 'application/json'.</h1>", MONITOR_REFUSED,
          "HTTP status 400" },
        { 401, "{\"error\":401.0,\"status\":\"Unauthorized. Please check your user credentials.\"}",
          MONITOR_REFUSED, "Unauthorized. Please check your user credentials." },
        { 401, "<h1>Unauthorized. Please check your user credentials.</h1>", MONITOR_REFUSED,
          "the user or the password is wrong" },
        { 503, "{\"error\":503,\"status\":\"Icinga is shutting down\"}", MONITOR_LATER,
          "Icinga is shutting down" },
        { 502, "<html>Bad Gateway</html>", MONITOR_LATER, "HTTP status 502" },
        { 302, "", MONITOR_LATER, "HTTP status 302" },
        { 200, "<html>It works!</html>", MONITOR_LATER, garbage },
        { 200, "{\"results\":[]}", MONITOR_LATER, garbage },
        { 200, "", MONITOR_LATER, garbage },
    };

    (void)state;
    step_judges(&monitor_icinga2.acknowledge[0], &ask, cases, CASES(cases));
    step_judges(&monitor_icinga2.result[0], &ask, cases, CASES(cases));
}

#define USER(permissions)                                                                                    \
    "{\"results\":[{\"info\":\"More information\",\"permissions\":[" permissions "],\"user\":\"munja\","     \
    "\"version\":\"r2.13.6-1\"}]}"

static void tests_of_the_user(void **state)
{
    static const struct judged both[] = {
        { 200, USER("\"actions/acknowledge-problem\",\"actions/process-check-result\""), MONITOR_DONE,
          "Icinga 2 r2.13.6-1 takes the user" },
        { 200, USER("\"*\""), MONITOR_DONE, "Icinga 2 r2.13.6-1 takes the user" },
        { 200, USER("\"actions/*\""), MONITOR_DONE, "Icinga 2 r2.13.6-1 takes the user" },
        { 200, USER("\"actions/process-check-result\""), MONITOR_REFUSED,
          "the user lacks the permission actions/acknowledge-problem" },
        { 200, USER("\"actions/acknowledge-problem\""), MONITOR_REFUSED,
          "the user lacks the permission actions/process-check-result" },
        { 200, USER(""), MONITOR_REFUSED, "the user lacks the permission actions/acknowledge-problem" },
        { 401, "", MONITOR_REFUSED, "the user or the password is wrong" },
        { 200, "{}", MONITOR_LATER, "the answer is not one of Icinga 2" },
        { 404, "<html>", MONITOR_LATER, "the answer is not one of Icinga 2" },
    };
    static const struct judged one = { 200, USER("\"actions/acknowledge-problem\""), MONITOR_DONE,
                                       "Icinga 2 r2.13.6-1 takes the user" };
    struct monitor_ask results = ask;

    (void)state;
    results.results = true;
    step_judges(&monitor_icinga2.test[0], &results, both, CASES(both));
    step_judges(&monitor_icinga2.test[0], &ask, &one, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests),
        cmocka_unit_test(actions),
        cmocka_unit_test(tests_of_the_user),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
