/* API PLEX: ten keyed messages in a request, each with a result of its own, in no promised order. */
#include "driver.h"

static struct account account(void)
{
    return (struct account){
        .name = "plex",
        .user = "user",
        .secret = "s;ecret",
        .from = "0212345678",
        .keys = api_apiplex.keys,
    };
}

static void sends_keyed_messages(void **state)
{
    struct account plex = account();
    struct batch_item items[] = {
        { .to = "01012345678", .text = "하나\n\"둘\"", .subject = "", .reference = "17-plex" },
        { .to = "01087654321", .text = "a/b", .subject = "", .reference = "18-plex" },
    };
    struct batch batch = { .kind = KIND_SMS, .own = true, .item = items, .count = 2 };
    struct request request = { 0 };
    struct error err = { 0 };

    (void)state;
    assert_true(api_apiplex.send.build(&batch, &plex, &request, &err));
    driver_request_is(&request, "POST /sms-verify/v2/send\nAuthorization: user;s;ecret\n"
                                "Content-Type: application/json;charset=utf-8\n\n{\"msg_data\":["
                                "{\"msg_key\":\"17-plex\",\"sender_number\":\"0212345678\","
                                "\"receiver_number\":\"01012345678\",\"msg\":\"하나\\n\\\"둘\\\"\"},"
                                "{\"msg_key\":\"18-plex\",\"sender_number\":\"0212345678\","
                                "\"receiver_number\":\"01087654321\",\"msg\":\"a/b\"}]}");
}

static void says_where_messages_start(void **state)
{
    static const char *const bad[] = { "", "12345678901", "12a", "-1", " 1" };
    struct account plex = account();
    struct batch_item item = { .to = "01012345678", .text = "a", .subject = "", .reference = "17-plex" };
    struct batch batch = { .kind = KIND_SMS, .item = &item, .count = 1 };
    struct request request = { 0 };
    struct error err = { 0 };

    (void)state;
    plex.section = driver_section("origin_cid", "0123456789", NULL);
    assert_true(api_apiplex.send.build(&batch, &plex, &request, &err));
    driver_request_is(&request,
                      "POST /sms-verify/v2/send\nAuthorization: user;s;ecret\n"
                      "Content-Type: application/json;charset=utf-8\n\n{\"msg_data\":["
                      "{\"msg_key\":\"17-plex\",\"sender_number\":\"0212345678\","
                      "\"receiver_number\":\"01012345678\",\"origin_cid\":\"0123456789\",\"msg\":\"a\"}]}");
    for (size_t i = 0; i < CASES(bad); i++) {
        plex.section = driver_section("origin_cid", bad[i], NULL);
        assert_false(api_apiplex.send.build(&batch, &plex, &request, &err));
        assert_int_equal(err.kind, ERROR_SETTINGS);
        request_clear(&request);
    }
}

static const struct {
    int status;
    const char *body;
    enum outcome_kind first;
    const char *first_code;
    enum outcome_kind second;
    const char *second_code;
    const char *why;
} sends[] = {
    { 200,
      "{\"results\":[{\"code\":\"C100\",\"msg_key\":\"k1\",\"desc\":\"success\"},"
      "{\"code\":\"C100\",\"msg_key\":\"k2\",\"desc\":\"success\"}]}",
      OUTCOME_ACCEPTED, "", OUTCOME_ACCEPTED, "", "both" },
    { 200, "{\"results\":[{\"code\":\"G141\",\"msg_key\":\"k2\"},{\"code\":\"C100\",\"msg_key\":\"k1\"},]}",
      OUTCOME_ACCEPTED, "", OUTCOME_REFUSED, "G141", "by key, not by index" },
    { 200, "{\"results\":[{\"code\":\"C100\",\"msg_key\":\"k1\"}]}", OUTCOME_ACCEPTED, "", OUTCOME_UNSURE,
      "missing", "one is missing" },
    { 200, "{\"results\":[]}", OUTCOME_UNSURE, "missing", OUTCOME_UNSURE, "missing", "all are missing" },
    { 200, "{\"results\":\"C100\"}", OUTCOME_UNSURE, "missing", OUTCOME_UNSURE, "missing", "no list" },
    { 200, "{\"results\":[{\"code\":\"C341\",\"msg_key\":\"k1\",\"desc\":\"success\"},\"x\",null]}",
      OUTCOME_UNSURE, "C341", OUTCOME_UNSURE, "missing", "the sample's unlisted code" },
    { 200, "{\"results\":[{\"code\":\"c100\",\"msg_key\":\"k1\"},{\"code\":\"G140\",\"msg_key\":\"k2\"}]}",
      OUTCOME_UNSURE, "c100", OUTCOME_ACCOUNT, "G140", "case matters; sender" },
    { 200, "{\"results\":[{\"code\":\"G150\",\"msg_key\":\"k1\"},{\"code\":\"G142\",\"msg_key\":\"k2\"}]}",
      OUTCOME_ACCOUNT, "G150", OUTCOME_ACCOUNT, "G142", "credit; echo" },
    { 200, "{\"code\":\"G160\",\"name\":\"n\",\"description\":\"d\"}", OUTCOME_ACCOUNT, "G160",
      OUTCOME_ACCOUNT, "G160", "too many, in one shape" },
    { 200, "{\"results\":[{\"code\":\"G160\",\"desc\":\"d\"}]}", OUTCOME_ACCOUNT, "G160", OUTCOME_ACCOUNT,
      "G160", "too many, in the other" },
    { 400, "{\"results\":[{\"code\":\"G110\"}]}", OUTCOME_ACCOUNT, "G110", OUTCOME_ACCOUNT, "G110",
      "wrong URL, at any status" },
    { 200, "{\"code\":\"G110\"}", OUTCOME_ACCOUNT, "G110", OUTCOME_ACCOUNT, "G110", "wrong URL" },
    { 200, "{\"results\":[{\"code\":\"C100\"}]}", OUTCOME_UNSURE, "C100", OUTCOME_UNSURE, "C100",
      "accepted, but which" },
    { 200, "{\"code\":\"C100\"}", OUTCOME_UNSURE, "C100", OUTCOME_UNSURE, "C100",
      "a success of no printed shape" },
    { 400, "{\"code\":\"C400_3\",\"name\":\"n\",\"description\":\"msg\"}", OUTCOME_ACCOUNT, "C400_3",
      OUTCOME_ACCOUNT, "C400_3", "a parameter" },
    { 401, "{\"code\":\"C401_1\",\"name\":\"authorization fail\"}", OUTCOME_ACCOUNT, "C401_1",
      OUTCOME_ACCOUNT, "C401_1", "authorization" },
    { 400, "{\"code\":\"C400_9\",\"description\":\"d\"}", OUTCOME_ACCOUNT, "C400_9", OUTCOME_ACCOUNT,
      "C400_9", "an unlisted code of a clear status" },
    { 500, "{\"code\":\"CS00_1\"}", OUTCOME_UNSURE, "CS00_1", OUTCOME_UNSURE, "CS00_1",
      "server, as printed" },
    { 500, "{\"code\":\"C500_1\"}", OUTCOME_UNSURE, "C500_1", OUTCOME_UNSURE, "C500_1", "server, as meant" },
    { 500, "{\"results\":[{\"code\":\"C100\",\"msg_key\":\"k1\"}]}", OUTCOME_UNSURE, "http-500",
      OUTCOME_UNSURE, "http-500", "a success that contradicts itself" },
    { 200, "", OUTCOME_UNSURE, "http-200", OUTCOME_UNSURE, "http-200", "nothing" },
    { 200, "{\"results\":[{\"code\":\"C100\",\"msg_key\":\"k1\"}", OUTCOME_UNSURE, "http-200", OUTCOME_UNSURE,
      "http-200", "cut off" },
    { 200, "{\"results\":[{\"code\":[\"C100\"],\"msg_key\":\"k1\"},{\"code\":\"C100\",\"msg_key\":{}}]}",
      OUTCOME_UNSURE, "C100", OUTCOME_UNSURE, "C100", "wrong types" },
    { 401, "", OUTCOME_ACCOUNT, "http-401", OUTCOME_ACCOUNT, "http-401", "401 alone" },
    { 429, "", OUTCOME_RETRY, "http-429", OUTCOME_RETRY, "http-429", "too many" },
    { 502, "<html>", OUTCOME_UNSURE, "http-502", OUTCOME_UNSURE, "http-502", "a proxy" },
};

static void judges_each_message(void **state)
{
    struct account plex = account();

    (void)state;
    for (size_t i = 0; i < CASES(sends); i++) {
        struct batch_item items[2] = { { .reference = "k1" }, { .reference = "k2" } };
        struct batch batch = { .kind = KIND_SMS, .item = items, .count = 2 };
        const struct outcome *a = &items[0].outcome, *b = &items[1].outcome;

        driver_send(&api_apiplex, &plex, sends[i].status, sends[i].body, &batch);
        if (a->kind != sends[i].first || strcmp(a->code, sends[i].first_code) != 0
            || b->kind != sends[i].second || strcmp(b->code, sends[i].second_code) != 0)
            fail_msg("%s: %s %s, %s %s", sends[i].why, outcome_name(a->kind), a->code, outcome_name(b->kind),
                     b->code);
        assert_string_equal(a->reference, a->kind == OUTCOME_ACCEPTED ? "k1" : "");
        assert_false(a->token_refused);
    }
}

/* What webhooks bring back, in bytes. */
static void says_what_to_echo(void **state)
{
    struct account plex = account();
    struct batch_item item = { .to = "01012345678", .text = "a", .subject = "", .reference = "17-plex" };
    struct batch batch = { .kind = KIND_SMS, .item = &item, .count = 1 };
    struct request request = { 0 };
    struct error err = { 0 };
    char echo[300] = "";

    (void)state;
    plex.section = driver_section("echo_to_webhook", "노드 1", NULL);
    assert_true(api_apiplex.send.build(&batch, &plex, &request, &err));
    driver_request_is(&request,
                      "POST /sms-verify/v2/send\nAuthorization: user;s;ecret\n"
                      "Content-Type: application/json;charset=utf-8\n\n{\"msg_data\":["
                      "{\"msg_key\":\"17-plex\",\"sender_number\":\"0212345678\","
                      "\"receiver_number\":\"01012345678\",\"msg\":\"a\",\"echo_to_webhook\":\"노드 1\"}]}");
    memset(echo, 'e', 256);
    plex.section = driver_section("echo_to_webhook", echo, NULL);
    assert_true(api_apiplex.send.build(&batch, &plex, &request, &err));
    request_clear(&request);
    echo[256] = 'e';
    assert_false(api_apiplex.send.build(&batch, &plex, &request, &err));
    assert_int_equal(err.kind, ERROR_SETTINGS);
    request_clear(&request);
}

#define PUSH(fields) "{\"results\":[{" fields "}]}"
#define KEY          "\"msg_key\":\"17-plex\""

static const struct {
    const char *body, *rows; /* rows NULL: not understood */
    const char *why;
} pushes[] = {
    { PUSH("\"code\":\"0\",\"desc\":\"성공\",\"dest\":\"LGU\",\"request_date\":\"2022-10-22 13:52:40.000\","
           "\"done_date\":\"2022-10-22 13:52:44.390\"," KEY
           ",\"echo_to_webhook\":\"echo test\",\"message_type\":\"SMS\""),
      "report|17-plex|-|-|delivered|0|delivered|-|2022-10-22 13:52:44.390|LGU\n", "as printed" },
    { "{\"results\":[{\"code\":0," KEY "},{\"code\":\"e\",\"msg_key\":18,\"dest\":null},]}",
      "report|17-plex|-|-|delivered|0|delivered|-|-|-\nreport|18|-|-|gateway|e|server error|-|-|-\n",
      "numbers, several, nulls, a comma" },
    { PUSH("\"code\":\"E\"," KEY), "report|17-plex|-|-|missed|E|the phone is off|-|-|-\n", "E is not e" },
    { PUSH("\"code\":\"C\"," KEY),
      "report|17-plex|-|-|failed|C|blocked as a duplicate key, or another fault of the phone|-|-|-\n",
      "printed twice" },
    { PUSH("\"code\":\"q\"," KEY), "report|17-plex|-|-|failed|q|blocked as a duplicate key|-|-|-\n",
      "a duplicate key" },
    { PUSH("\"code\":\"G430\"," KEY), "report|17-plex|-|-|gateway|G430|no result came in time|-|-|-\n",
      "no result" },
    { PUSH("\"code\":\"Z\",\"desc\":\"새 오류\"," KEY), "report|17-plex|-|-|failed|Z|새 오류|-|-|-\n",
      "unlisted" },
    { PUSH("\"code\":\"g430\"," KEY), "report|17-plex|-|-|failed|g430|-|-|-|-\n", "unlisted by its case" },
    { "{\"results\":[1,null,[],{},{\"code\":\"0\"},{\"msg_key\":\"k\"},{\"code\":\"0\",\"msg_key\":\"\"},"
      "{\"code\":\"0\"," KEY "}]}",
      "report|17-plex|-|-|delivered|0|delivered|-|-|-\n", "one among others that are none" },
    { PUSH("\"code\":[\"0\"]," KEY), NULL, "a code that is none" },
    { "{\"results\":[]}", NULL, "none" },
    { "{\"results\":{\"code\":\"0\"," KEY "}}", NULL, "no array" },
    { "{\"results\":[{\"code\":\"0\"," KEY "}", NULL, "cut off" },
    { "[]", NULL, "an array" },
    { "", NULL, "nothing" },
    { "results=1", NULL, "a form" },
};

static void judges_what_is_pushed(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(pushes); i++) {
        struct reply pushed = driver_reply(0, pushes[i].body);
        struct answer answer = { 0 };
        struct error err = { 0 };

        if (api_apiplex.webhook.judge(&pushed, &answer, &err) != (pushes[i].rows != NULL))
            fail_msg("%s: %s", pushes[i].why, err.text);
        if (pushes[i].rows != NULL) {
            assert_int_equal(answer.outcome.kind, OUTCOME_ACCEPTED);
            assert_ptr_equal(answer.listing.column, listing_webhook);
            driver_rows_are(&answer.listing, pushes[i].rows);
        } else {
            assert_int_equal(err.kind, ERROR_GATEWAY);
        }
        answer_clear(&answer);
        reply_clear(&pushed);
    }
    assert_string_equal(api_apiplex.webhook.taken, "{\"code\":\"100\",\"desc\":\"success\"}");
    assert_string_equal(api_apiplex.webhook.content_type, "application/json");
}

/* Every code of the manual comes out with its kind and meaning. */
static void knows_every_result(void **state)
{
    const struct receipt *rows = api_apiplex.receipts[0].rows;

    (void)state;
    for (size_t i = 0; rows[i].code != NULL; i++) {
        const struct receipt *first = receipt_find(rows, rows[i].code);
        struct reply pushed;
        struct answer answer = { 0 };
        char body[100], expected[200];

        snprintf(body, sizeof body, PUSH("\"code\":\"%s\"," KEY), rows[i].code);
        snprintf(expected, sizeof expected, "report|17-plex|-|-|%s|%s|%s|-|-|-\n", receipt_name(rows[i].kind),
                 rows[i].code, first->meaning);
        pushed = driver_reply(0, body);
        assert_true(api_apiplex.webhook.judge(&pushed, &answer, NULL));
        driver_rows_are(&answer.listing, expected);
        answer_clear(&answer);
        reply_clear(&pushed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sends_keyed_messages),  cmocka_unit_test(says_where_messages_start),
        cmocka_unit_test(judges_each_message),   cmocka_unit_test(says_what_to_echo),
        cmocka_unit_test(judges_what_is_pushed), cmocka_unit_test(knows_every_result),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
