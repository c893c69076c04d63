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
    { 200, -1, "{}", OUTCOME_UNSURE, "http-200", "", false, 0, "no id" },
    { 204, -1, "", OUTCOME_ACCEPTED, "", "", false, 0, "nothing at all" },
    { 200, -1, "", OUTCOME_UNSURE, "http-200", "", false, 0, "nothing, where the manual has a body" },
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

/* What the request of a send holds behind messages: files, reservation, schedule. */
static void send_ends_with(const struct batch *batch, const struct section *section, const char *type,
                           const char *end)
{
    struct account nsms = account("tok");
    struct request request = { 0 };
    struct error err = { 0 };
    char begin[40];
    const char *rest;

    nsms.section = section;
    if (!api_notificationsms.send.build(batch, &nsms, &request, &err))
        fail_msg("not built: %s", err.text);
    snprintf(begin, sizeof begin, "{\"type\":\"%s\",", type);
    assert_memory_equal(buf_text(&request.body), begin, strlen(begin));
    rest = strstr(buf_text(&request.body), "\"content\":\"a\"}]");
    assert_non_null(rest);
    assert_string_equal(rest + strlen("\"content\":\"a\"}]"), end);
    request_clear(&request);
}

static void sends_images_and_reservations(void **state)
{
    struct batch_item item = { .to = "01012345678", .text = "a", .subject = "t", .reference = "a-1" };
    struct batch batch = { .kind = KIND_MMS, .item = &item, .count = 1 };
    struct account nsms = account("tok");
    struct request request = { 0 };
    struct error err = { 0 };

    (void)state;
    send_ends_with(&batch, NULL, "LMS", "}");
    batch.image = "\xff\xd8\0\xd9";
    batch.image_bytes = 4;
    send_ends_with(&batch, NULL, "MMS", ",\"files\":[{\"name\":\"image.jpg\",\"body\":\"/9gA2Q==\"}]}");
    batch.image = NULL;
    batch.kind = KIND_SMS;
    send_ends_with(&batch, driver_section("schedule", "night", NULL), "SMS", ",\"scheduleCode\":\"night\"}");
    batch.at = "2026-12-31 08:05:00";
    send_ends_with(&batch, NULL, "SMS",
                   ",\"reserveTime\":\"2026-12-31 08:05\",\"reserveTimeZone\":\"Asia/Seoul\"}");
    send_ends_with(&batch, driver_section("schedule", "night", "zone", "KST", NULL), "SMS",
                   ",\"reserveTime\":\"2026-12-31 08:05\",\"reserveTimeZone\":\"KST\"}");
    batch.at = "2026-12-31 08:05:01";
    assert_false(api_notificationsms.send.build(&batch, &nsms, &request, &err));
    assert_int_equal(err.kind, ERROR_USAGE);
    assert_string_equal(err.text, "--at: NotificationSMS takes whole minutes, no seconds");
    request_clear(&request);
}

#define BARE "\nAuthorization: Bearer tok\nContent-Type: application/json\n\n"

static void asks_by_id(void **state)
{
    static const struct {
        const struct operation *operation;
        const char *request;
    } asked[] = {
        { &api_notificationsms.result, "GET /api/v1/sms?requestId=R%2F1%26x" BARE },
        { &api_notificationsms.reservation_show, "GET /api/v1/reserve_sms?reserveId=R%2F1%26x" BARE },
        { &api_notificationsms.reservation_cancel,
          "DELETE /api/v1/reserve_sms_del?reserveId=R%2F1%26x" BARE },
    };
    struct account nsms = account("tok");

    (void)state;
    for (size_t i = 0; i < CASES(asked); i++) {
        driver_asks(asked[i].operation, &nsms, &(struct query){ .ref = "R/1&x" }, asked[i].request);
        driver_asks_not(asked[i].operation, &nsms, &(struct query){ 0 }, ERROR_USAGE, "REF: ");
        driver_asks_not(asked[i].operation, &nsms, &(struct query){ .ref = "R 1" }, ERROR_USAGE, "REF: ");
    }
}

/* Every code of the manual with its status, as every look-up meets it; 300 is judged by what was asked. */
#define COMMON_REFUSALS                                                                                      \
    { 400, "{\"error\":{\"errorCode\":\"100\"}}", OUTCOME_ACCOUNT, "100", NULL, "request" },                 \
        { 401, "{\"error\":{\"errorCode\":\"200\"}}", OUTCOME_ACCOUNT, "200", NULL, "token ended" },         \
        { 401, "{\"error\":{\"errorCode\":210}}", OUTCOME_ACCOUNT, "210", NULL, "no right" },                \
        { 429, "{\"error\":{\"errorCode\":\"400\"}}", OUTCOME_ACCOUNT, "400", NULL, "quota" },               \
        { 429, "{\"error\":{\"errorCode\":\"410\"}}", OUTCOME_RETRY, "410", NULL, "throttled" },             \
        { 429, "{\"error\":{\"errorCode\":\"420\"}}", OUTCOME_RETRY, "420", NULL, "rate" },                  \
        { 413, "{\"error\":{\"errorCode\":\"430\"}}", OUTCOME_ACCOUNT, "430", NULL, "too large" },           \
        { 503, "{\"error\":{\"errorCode\":\"500\"}}", OUTCOME_UNSURE, "500", NULL, "endpoint" },             \
        { 504, "{\"error\":{\"errorCode\":\"510\"}}", OUTCOME_UNSURE, "510", NULL, "endpoint, late" },       \
        { 500, "{\"error\":{\"errorCode\":\"900\"}}", OUTCOME_UNSURE, "900", NULL, "unexpected" },           \
        { 404, "<html>", OUTCOME_ACCOUNT, "http-404", NULL, "404 alone" },                                   \
    {                                                                                                        \
        200, "{\"error\":{\"errorCode\":\"900\"}}", OUTCOME_UNSURE, "900", NULL, "an error with 200"         \
    }

static void looks_up_requests(void **state)
{
    static const struct driver_case cases[] = {
        { 200,
          "{\"requestId\":\"R1\",\"statusCode\":\"202\",\"messages\":[{\"messageId\":\"M1\","
          "\"requestTime\":\"2026-12-31 08:05\",\"messages_contentType\":\"COMM\","
          "\"messages_countryCode\":\"82\",\"messages_from\":\"0212345678\","
          "\"messages_to\":\"01012345678\"}]}",
          OUTCOME_ACCEPTED, "", "M1|01012345678|COMM|-|202|-|2026-12-31 08:05|-|-\n", "as printed" },
        { 200,
          "{\"requestId\":1,\"statusCode\":202,\"statusName\":\"ok\",\"messages\":[{\"messageId\":2,"
          "\"contentType\":\"COMM\",\"to\":\"01012345678\"},{\"messages_messageId\":3,\"to\":4}],}",
          OUTCOME_ACCEPTED, "", "2|01012345678|COMM|-|202|ok|-|-|-\n3|4|-|-|202|ok|-|-|-\n",
          "without the prefix, numbers, a comma" },
        { 200, "{\"requestId\":\"R1\",\"messages\":{\"messageId\":\"M1\",\"messages_to\":\"010\"}}",
          OUTCOME_ACCEPTED, "", "M1|010|-|-|-|-|-|-|-\n", "one message without a list" },
        { 200, "{\"messages\":[{\"messageId\":\"M1\"}]}", OUTCOME_ACCEPTED, "", "M1|-|-|-|-|-|-|-|-\n",
          "messages alone" },
        { 200, "{\"requestId\":\"R1\",\"statusCode\":\"202\"}", OUTCOME_ACCEPTED, "",
          "R1|-|-|-|202|-|-|-|-\n", "the request alone" },
        { 200, "{\"requestId\":\"R1\",\"messages\":[1,null,[]]}", OUTCOME_ACCEPTED, "",
          "R1|-|-|-|-|-|-|-|-\nR1|-|-|-|-|-|-|-|-\nR1|-|-|-|-|-|-|-|-\n", "messages that are none" },
        { 200, "{}", OUTCOME_UNSURE, "http-200", NULL, "says nothing" },
        { 200, "", OUTCOME_UNSURE, "http-200", NULL, "nothing" },
        { 200, "{\"requestId\":\"R1", OUTCOME_UNSURE, "http-200", NULL, "cut off" },
        { 404, "{\"error\":{\"errorCode\":\"300\"}}", OUTCOME_REFUSED, "300", NULL, "no such request" },
        { 401, "{\"requestId\":\"R1\"}", OUTCOME_ACCOUNT, "http-401", NULL, "against the status" },
        COMMON_REFUSALS,
    };
    struct account nsms = account("tok");

    (void)state;
    driver_answers(&api_notificationsms.result, &nsms, &(struct query){ .ref = "R1" }, listing_result, cases,
                   CASES(cases));
}

static void looks_at_reservations(void **state)
{
    static const struct driver_case shown[] = {
        { 200,
          "{\"reserveId\":\"R1\",\"reserveTime\":\"2026-12-31 08:05\",\"reserveTimeZone\":\"Asia/Seoul\","
          "\"reserveStatus\":\"READY\"}",
          OUTCOME_ACCEPTED, "", "R1|-|-|-|-|2026-12-31 08:05|Asia/Seoul|READY\n", "as printed" },
        { 200, "{\"reserveStatus\":1,}", OUTCOME_ACCEPTED, "", "R9|-|-|-|-|-|-|1\n", "the state alone" },
        { 200, "{\"reserveId\":7}", OUTCOME_ACCEPTED, "", "7|-|-|-|-|-|-|-\n", "the id alone, a number" },
        { 200, "{}", OUTCOME_UNSURE, "http-200", NULL, "says nothing" },
        { 200, "{\"reserveStatus\":{}}", OUTCOME_UNSURE, "http-200", NULL, "a state that is none" },
        { 404, "{\"error\":{\"errorCode\":300}}", OUTCOME_REFUSED, "300", NULL, "no such reservation" },
        COMMON_REFUSALS,
    };
    static const struct driver_case cancelled[] = {
        { 200, "", OUTCOME_ACCEPTED, "", "R9\n", "empty" },
        { 204, "", OUTCOME_ACCEPTED, "", "R9\n", "no content" },
        { 200, "{\"reserveId\":\"R9\"}", OUTCOME_ACCEPTED, "", "R9\n", "an object" },
        { 200, "OK", OUTCOME_ACCEPTED, "", "R9\n", "a word" },
        { 404, "{\"error\":{\"errorCode\":\"300\"}}", OUTCOME_REFUSED, "300", NULL, "no such reservation" },
        { 302, "", OUTCOME_ACCOUNT, "http-302", NULL, "a redirect" },
        COMMON_REFUSALS,
    };
    struct account nsms = account("tok");
    struct query query = { .ref = "R9" };
    struct reply reply = driver_reply(200, "{\"err");
    struct answer answer = { 0 };

    (void)state;
    driver_answers(&api_notificationsms.reservation_show, &nsms, &query, listing_reservation, shown,
                   CASES(shown));
    driver_answers(&api_notificationsms.reservation_cancel, &nsms, &query, listing_cancelled, cancelled,
                   CASES(cancelled));
    reply.carried = CARRIED_PARTLY;
    api_notificationsms.reservation_cancel.judge(&query, &nsms, &reply, &answer);
    assert_int_equal(answer.outcome.kind, OUTCOME_UNSURE);
    answer_clear(&answer);
    reply_clear(&reply);
}

static void asks_who_refuses(void **state)
{
    static const struct {
        struct query query;
        const char *parameters;
    } asked[] = {
        { { 0 }, "pageSize=100&pageIndex=0" },
        { { .page = 1, .size = 20 }, "pageSize=20&pageIndex=0" },
        { { .page = 3 }, "pageSize=100&pageIndex=2" },
        { { .phone = "01012345678", .start = "1700000000", .end = "1800000000" },
          "clientTelNo=01012345678&pageSize=100&pageIndex=0&startTime=1700000000&endTime=1800000000" },
    };
    static const struct {
        struct query query;
        const char *start;
    } bad[] = {
        { { .phone = "010-1234-5678" }, "--phone: " },
        { { .phone = "" }, "--phone: " },
        { { .start = "2026-12-31" }, "--start: " },
        { { .start = "-1" }, "--start: " },
        { { .end = "1e9" }, "--end: " },
    };
    static const char *const numbers[] = { NULL, "", "+8613800138000", "010 1234 5678", "010&a=b" };
    struct account nsms = account("tok");
    struct query query = { .number = "01012345678" };
    char expected[300];

    (void)state;
    for (size_t i = 0; i < CASES(asked); i++) {
        snprintf(expected, sizeof expected, "GET /api/v1/unsubscribes_sms_get?%s" BARE, asked[i].parameters);
        driver_asks(&api_notificationsms.unsubscribed_list, &nsms, &asked[i].query, expected);
    }
    for (size_t i = 0; i < CASES(bad); i++)
        driver_asks_not(&api_notificationsms.unsubscribed_list, &nsms, &bad[i].query, ERROR_USAGE,
                        bad[i].start);
    driver_asks(&api_notificationsms.unsubscribed_add, &nsms, &query,
                "POST /api/v1/unsubscribes_sms" BARE "{\"clientTelNo\":\"01012345678\"}");
    driver_asks(&api_notificationsms.unsubscribed_remove, &nsms, &query,
                "DELETE /api/v1/unsubscribes_sms_del?clientTelNo=01012345678" BARE);
    for (size_t i = 0; i < CASES(numbers); i++) {
        query.number = numbers[i];
        driver_asks_not(&api_notificationsms.unsubscribed_add, &nsms, &query, ERROR_USAGE, "NUMBER: ");
        driver_asks_not(&api_notificationsms.unsubscribed_remove, &nsms, &query, ERROR_USAGE, "NUMBER: ");
    }
}

#define REFUSED_1                                                                                            \
    "{\"clientTelNo\":\"01012345678\",\"reserveTime\":\"2026-12-01 10:00\",\"registerType\":\"A\"}"
#define REFUSED_2 "{\"clientTelNo\":821087654321}"
#define ROW_1     "01012345678|2026-12-01 10:00|A\n"
#define ROW_2     "821087654321|-|-\n"

static void reads_who_refuses(void **state)
{
    static const struct driver_case listed[] = {
        { 200, "[" REFUSED_1 "," REFUSED_2 "]", OUTCOME_ACCEPTED, "", ROW_1 ROW_2, "an array" },
        { 200, "{\"total\":2,\"list\":[" REFUSED_1 "," REFUSED_2 ",]}", OUTCOME_ACCEPTED, "", ROW_1 ROW_2,
          "a wrapped array" },
        { 200, "{\"errors\":[],\"data\":{\"content\":[" REFUSED_2 "]}}", OUTCOME_ACCEPTED, "", ROW_2,
          "wrapped twice" },
        { 200, REFUSED_1, OUTCOME_ACCEPTED, "", ROW_1, "one as printed" },
        { 200, "{\"data\":" REFUSED_1 "}", OUTCOME_ACCEPTED, "", ROW_1, "one, wrapped" },
        { 200, "{\"a\":{\"b\":{\"c\":[" REFUSED_1 "]}}}", OUTCOME_ACCEPTED, "", "", "too deep" },
        { 200, "[1,null,{\"clientTelNo\":{}},[]]", OUTCOME_ACCEPTED, "", "", "no numbers" },
        { 200, "[]", OUTCOME_ACCEPTED, "", "", "none" },
        { 200, "{}", OUTCOME_ACCEPTED, "", "", "none, as an object" },
        { 204, "", OUTCOME_ACCEPTED, "", "", "none, without a word" },
        { 200, "<html>", OUTCOME_UNSURE, "http-200", NULL, "a page" },
        { 404, "{\"error\":{\"errorCode\":\"300\"}}", OUTCOME_ACCOUNT, "300", NULL, "no such path" },
        COMMON_REFUSALS,
    };
    static const struct driver_case changed[] = {
        { 200, REFUSED_1, OUTCOME_ACCEPTED, "", ROW_1, "as printed" },
        { 201, "[" REFUSED_2 "]", OUTCOME_ACCEPTED, "", ROW_2, "an array" },
        { 200, "{}", OUTCOME_ACCEPTED, "", "01099998888|-|-\n", "an object that says nothing" },
        { 200, "", OUTCOME_ACCEPTED, "", "01099998888|-|-\n", "nothing" },
        { 404, "{\"error\":{\"errorCode\":\"300\"}}", OUTCOME_REFUSED, "300", NULL, "no such number" },
        COMMON_REFUSALS,
    };
    struct account nsms = account("tok");
    struct query query = { .number = "01099998888" };

    (void)state;
    driver_answers(&api_notificationsms.unsubscribed_list, &nsms, &query, listing_unsubscribed, listed,
                   CASES(listed));
    driver_answers(&api_notificationsms.unsubscribed_add, &nsms, &query, listing_unsubscribed, changed,
                   CASES(changed));
    driver_answers(&api_notificationsms.unsubscribed_remove, &nsms, &query, listing_unsubscribed, changed,
                   CASES(changed));
}

static void signs_up(void **state)
{
    static const struct driver_case cases[] = {
        { 200, "{\"token\":\"t1\"}", OUTCOME_ACCEPTED, "", "ops\n", "with a token" },
        { 201, "", OUTCOME_ACCEPTED, "", "ops\n", "without a word" },
        { 200, "{\"token\":\"a b\"}", OUTCOME_ACCEPTED, "", "ops\n", "with a token that is none" },
        { 400, "{\"token\":\"t1\"}", OUTCOME_ACCOUNT, "http-400", NULL, "against the status" },
        COMMON_REFUSALS,
    };
    struct account nsms = account(NULL);
    struct query query = { .now_ms = 1700000000999, .name = "ops" };
    struct reply reply = driver_reply(200, "{\"data\":{\"token\":\"t1\"}}");
    struct answer answer = { 0 };

    (void)state;
    driver_asks_not(&api_notificationsms.signup, &nsms, &query, ERROR_SETTINGS, "key signup_path");
    nsms.section = driver_section("signup_path", "/api/v1/join", NULL);
    driver_asks(&api_notificationsms.signup, &nsms, &query,
                "POST /api/v1/join\nContent-Type: application/json\n\n"
                "{\"name\":\"ops\",\"email\":\"ops@example.com\",\"password\":\"pass\\\"word\"}");
    driver_asks_not(&api_notificationsms.signup, &nsms, &(struct query){ 0 }, ERROR_USAGE, "--name: ");
    driver_asks_not(&api_notificationsms.signup, &nsms, &(struct query){ .name = "" }, ERROR_USAGE,
                    "--name: ");
    driver_answers(&api_notificationsms.signup, &nsms, &query, listing_signup, cases, CASES(cases));
    api_notificationsms.signup.judge(&query, &nsms, &reply, &answer);
    assert_string_equal(answer.token, "t1");
    assert_int_equal(answer.token_until, 1700000000 + 3600);
    answer_clear(&answer);
    reply_clear(&reply);
    nsms.user = NULL; /* a fixed token spares the login's keys */
    driver_asks_not(&api_notificationsms.signup, &nsms, &query, ERROR_SETTINGS, "nsms needs user and secret");
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
        cmocka_unit_test(sends_images_and_reservations),
        cmocka_unit_test(asks_by_id),
        cmocka_unit_test(looks_up_requests),
        cmocka_unit_test(looks_at_reservations),
        cmocka_unit_test(asks_who_refuses),
        cmocka_unit_test(reads_who_refuses),
        cmocka_unit_test(signs_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
