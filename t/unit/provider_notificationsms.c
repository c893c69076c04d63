/* NotificationSMS: its JSON, its login that no manual describes, its codes that look like HTTP. */
#include "driver.h"

#define HEAD                                                                                                 \
    "POST /api/v1/sms\nAuthorization: Bearer tok\nContent-Type: application/json\n\n"                        \
    "{\"type\":\"%s\",\"contentType\":\"COMM\",\"countryCode\":\"82\",\"from\":\"0212345678\","

static struct account account(const char *token)
{
    return (struct account){
        .name = "nsms",
        .user = "ops@example.com",
        .secret = "pass\"word",
        .from = "0212345678",
        .token = token,
        .keys = api_notificationsms.keys,
    };
}

static void logs_in(void **state)
{
    struct account nsms = account(NULL);
    struct query query = { .now_ms = 1000 };
    struct request request = { 0 };
    struct error err = { 0 };

    (void)state;
    assert_true(api_notificationsms.login.build(&query, &nsms, &request, &err));
    driver_request_is(&request, "POST /api/v1/login\nContent-Type: application/json\n\n"
                                "{\"email\":\"ops@example.com\",\"password\":\"pass\\\"word\"}");
    nsms.section = driver_section("login_path", "/v2/auth", NULL);
    assert_true(api_notificationsms.login.build(&query, &nsms, &request, &err));
    driver_request_is(&request, "POST /v2/auth\nContent-Type: application/json\n\n"
                                "{\"email\":\"ops@example.com\",\"password\":\"pass\\\"word\"}");
}

static void judges_logins(void **state)
{
    static const struct {
        int status;
        const char *token_key, *body;
        enum outcome_kind kind;
        const char *code, *token;
    } cases[] = {
        { 200, NULL, "{\"token\":\"t1\"}", OUTCOME_ACCEPTED, "", "t1" },
        { 201, NULL, "{\"status\":\"ok\",\"data\":{\"token\":\"t1\"}}", OUTCOME_ACCEPTED, "", "t1" },
        { 200, NULL, "{\"accessToken\":\"t2\"}", OUTCOME_ACCEPTED, "", "t2" },
        { 200, NULL, "{\"data\":{\"access_token\":\"t3\"}}", OUTCOME_ACCEPTED, "", "t3" },
        { 200, "jwt", "{\"token\":\"no\",\"jwt\":\"t4\"}", OUTCOME_ACCEPTED, "", "t4" },
        { 200, "jwt", "{\"result\":{\"jwt\":\"t5\"},\"accessToken\":\"no\"}", OUTCOME_ACCEPTED, "", "t5" },
        { 200, NULL, "{\"a\":{\"b\":{\"token\":\"deep\"}}}", OUTCOME_UNSURE, "no-token", NULL },
        { 200, NULL, "{\"token\":{\"x\":1}}", OUTCOME_UNSURE, "no-token", NULL },
        { 200, NULL, "[\"token\"]", OUTCOME_UNSURE, "no-token", NULL },
        { 200, NULL, "", OUTCOME_UNSURE, "no-token", NULL },
        { 200, NULL, "{\"token\":\"t\",\"error\":{\"errorCode\":\"200\"}}", OUTCOME_ACCOUNT, "200", NULL },
        { 401, NULL, "{\"error\":{\"errorCode\":\"200\",\"message\":\"Authentication Failed\"}}",
          OUTCOME_ACCOUNT, "200", NULL },
        { 401, NULL, "{\"token\":\"t\"}", OUTCOME_ACCOUNT, "http-401", NULL },
        { 404, NULL, "<html>", OUTCOME_ACCOUNT, "http-404", NULL },
        { 503, NULL, "{\"error\":{\"errorCode\":500}}", OUTCOME_UNSURE, "500", NULL },
    };

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        struct account nsms = account(NULL);
        struct answer answer = { 0 };

        if (cases[i].token_key != NULL)
            nsms.section = driver_section("token_key", cases[i].token_key, NULL);
        driver_login(&api_notificationsms, &nsms, 1700000000999, cases[i].status, cases[i].body, &answer);
        assert_string_equal(answer.outcome.code, cases[i].code);
        assert_int_equal(answer.outcome.kind, cases[i].kind);
        assert_false(answer.outcome.token_refused);
        if (cases[i].token != NULL) {
            assert_string_equal(answer.token, cases[i].token);
            assert_int_equal(answer.token_until, 1700000000 + 3600);
        } else {
            assert_null(answer.token);
        }
        answer_clear(&answer);
    }
}

static void sends_each_message_whole(void **state)
{
    struct account nsms = account("tok");
    struct batch_item items[] = {
        { .to = "01012345678", .text = "하나\n둘", .subject = "제목", .reference = "a-1" },
        { .to = "01087654321", .text = "셋", .subject = "다른", .reference = "a-2" },
    };
    struct batch batch = { .kind = KIND_LMS, .own = true, .item = items, .count = 2 };
    struct request request = { 0 };
    struct error err = { 0 };
    char expected[1000];

    (void)state;
    snprintf(expected, sizeof expected,
             HEAD "\"subject\":\"제목\",\"content\":\"하나\\n둘\",\"messages\":["
                  "{\"to\":\"01012345678\",\"subject\":\"제목\",\"content\":\"하나\\n둘\"},"
                  "{\"to\":\"01087654321\",\"subject\":\"다른\",\"content\":\"셋\"}]}",
             "LMS");
    assert_true(api_notificationsms.send.build(&batch, &nsms, &request, &err));
    driver_request_is(&request, expected);
}

/* An SMS has no title, but the manual requires one. */
static void a_missing_title_is_the_first_line(void **state)
{
    static const struct {
        const char *text, *title;
    } cases[] = {
        { "[PROBLEM] web1\nhttp down", "[PROBLEM] web1" },
        { "a/b", "a/b" },
        { "가나다라마바사아자차카타파하", "가나다라마바사아자차카타파" },
        { "0123456789012345678901234567890123456789012", "0123456789012345678901234567890123456789" },
    };
    struct account nsms = account("tok");

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        struct batch_item item = {
            .to = "01012345678", .text = cases[i].text, .subject = "", .reference = "a-1"
        };
        struct batch batch = { .kind = KIND_SMS, .item = &item, .count = 1 };
        struct request request = { 0 };
        struct error err = { 0 };
        char title[200];

        assert_true(api_notificationsms.send.build(&batch, &nsms, &request, &err));
        snprintf(title, sizeof title, "{\"to\":\"01012345678\",\"subject\":\"%s\",", cases[i].title);
        assert_non_null(strstr(buf_text(&request.body), title));
        snprintf(title, sizeof title, "\"from\":\"0212345678\",\"subject\":\"%s\",", cases[i].title);
        assert_non_null(strstr(buf_text(&request.body), title));
        assert_non_null(strstr(buf_text(&request.body), "{\"type\":\"SMS\","));
        request_clear(&request);
    }
}

static const struct {
    int status, pause;
    const char *body;
    enum outcome_kind kind;
    const char *code, *reference;
    bool token_refused;
    int wait_s;
    const char *why;
} sends[] = {
    { 200, -1,
      "{\"requestId\":\"R1\",\"requestTime\":\"…\",\"statusCode\":\"202\",\"statusName\":\"success\"}",
      OUTCOME_ACCEPTED, "", "R1", false, 0, "as printed" },
    { 202, -1, "{\"requestId\":12,}", OUTCOME_ACCEPTED, "", "12", false, 0, "any 2xx, a number, a comma" },
    { 200, -1, "{\"requestId\":\"R1\",\"error\":null}", OUTCOME_ACCEPTED, "", "R1", false, 0, "no error" },
    { 200, -1, "{}", OUTCOME_ACCEPTED, "", "", false, 0, "no id" },
    { 204, -1, "", OUTCOME_ACCEPTED, "", "", false, 0, "nothing at all" },
    { 200, -1, "{\"error\":{\"errorCode\":\"400\"}}", OUTCOME_ACCOUNT, "400", "", false, 0,
      "error with 200" },
    { 200, -1, "{\"error\":\"bad\"}", OUTCOME_UNSURE, "http-200", "", false, 0, "an error of another shape" },
    { 200, -1, "{\"requestId\":\"R", OUTCOME_UNSURE, "http-200", "", false, 0, "cut off" },
    { 200, -1, "<html>login</html>", OUTCOME_UNSURE, "http-200", "", false, 0, "a page" },
    { 200, -1, "[1]", OUTCOME_UNSURE, "http-200", "", false, 0, "an array" },
    { 400, -1, "{\"error\":{\"errorCode\":\"100\",\"message\":\"Bad Request Exception\"}}", OUTCOME_ACCOUNT,
      "100", "", false, 0, "the request" },
    { 400, -1, "{\"error\":{\"errorCode\":\"400\"}}", OUTCOME_ACCOUNT, "http-400", "", false, 0,
      "400 as HTTP, not the quota" },
    { 401, -1, "{\"error\":{\"errorCode\":\"200\"}}", OUTCOME_ACCOUNT, "200", "", true, 0, "token ended" },
    { 401, -1, "{\"error\":{\"errorCode\":200}}", OUTCOME_ACCOUNT, "200", "", true, 0, "as a number" },
    { 401, -1, "{\"error\":{\"errorCode\":\"210\"}}", OUTCOME_ACCOUNT, "210", "", false, 0, "no right" },
    { 401, -1, "", OUTCOME_ACCOUNT, "http-401", "", true, 0, "401 alone" },
    { 404, -1, "{\"error\":{\"errorCode\":\"300\"}}", OUTCOME_ACCOUNT, "300", "", false, 0, "wrong path" },
    { 429, 30, "{\"error\":{\"errorCode\":\"400\"}}", OUTCOME_ACCOUNT, "400", "", false, 0, "the quota" },
    { 429, 30, "{\"error\":{\"errorCode\":\"410\"}}", OUTCOME_RETRY, "410", "", false, 30, "throttled" },
    { 429, -1, "{\"error\":{\"errorCode\":\"420\"}}", OUTCOME_RETRY, "420", "", false, 0, "rate" },
    { 429, 5, "", OUTCOME_RETRY, "http-429", "", false, 5, "429 alone" },
    { 413, -1, "{\"error\":{\"errorCode\":\"430\"}}", OUTCOME_ACCOUNT, "430", "", false, 0, "too large" },
    { 503, -1, "{\"error\":{\"errorCode\":\"500\"}}", OUTCOME_UNSURE, "500", "", false, 0, "endpoint" },
    { 504, -1, "{\"error\":{\"errorCode\":\"510\"}}", OUTCOME_UNSURE, "510", "", false, 0, "endpoint, late" },
    { 500, -1, "{\"error\":{\"errorCode\":\"900\"}}", OUTCOME_UNSURE, "900", "", false, 0, "unexpected" },
    { 500, -1, "{\"error\":{\"errorCode\":\"410\"}}", OUTCOME_UNSURE, "http-500", "", false, 0,
      "a code that this status does not carry" },
    { 503, 60, "", OUTCOME_UNSURE, "http-503", "", false, 0, "503 alone" },
    { 418, -1, "{\"error\":{\"errorCode\":\"777\"}}", OUTCOME_ACCOUNT, "777", "", false, 0, "unlisted" },
    { 200, -1, "{\"error\":{\"errorCode\":\"777\"}}", OUTCOME_UNSURE, "777", "", false, 0,
      "unlisted with 200" },
};

static void judges_sends(void **state)
{
    struct account nsms = account("tok");

    (void)state;
    for (size_t i = 0; i < CASES(sends); i++) {
        struct batch_item items[2] = { { .to = "01012345678" }, { .to = "01087654321" } };
        struct batch batch = { .kind = KIND_SMS, .item = items, .count = 2 };
        struct reply reply = driver_reply(sends[i].status, sends[i].body);

        reply.retry_after_s = sends[i].pause;
        api_notificationsms.send.judge(&nsms, &reply, &batch);
        reply_clear(&reply);
        for (size_t j = 0; j < 2; j++) {
            const struct outcome *outcome = &items[j].outcome;
            if (outcome->kind != sends[i].kind || strcmp(outcome->code, sends[i].code) != 0
                || strcmp(outcome->reference, sends[i].reference) != 0 || outcome->wait_s != sends[i].wait_s
                || outcome->token_refused != sends[i].token_refused)
                fail_msg("%s: %s %s %s %d %d", sends[i].why, outcome_name(outcome->kind), outcome->code,
                         outcome->reference, outcome->wait_s, outcome->token_refused);
        }
    }
}

static void a_broken_off_answer_is_unsure(void **state)
{
    struct account nsms = account("tok");
    struct batch_item item = { .to = "01012345678" };
    struct batch batch = { .kind = KIND_SMS, .item = &item, .count = 1 };
    struct reply reply = driver_reply(200, "");

    (void)state;
    reply.carried = CARRIED_PARTLY;
    api_notificationsms.send.judge(&nsms, &reply, &batch);
    assert_int_equal(item.outcome.kind, OUTCOME_UNSURE);
    assert_string_equal(item.outcome.code, "partial");
    reply_clear(&reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logs_in),
        cmocka_unit_test(judges_logins),
        cmocka_unit_test(sends_each_message_whole),
        cmocka_unit_test(a_missing_title_is_the_first_line),
        cmocka_unit_test(judges_sends),
        cmocka_unit_test(a_broken_off_answer_is_unsure),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
