/* SMSJOA: requests to the letter of its guide, and every way of answering. */
#include "driver.h"

static struct account account(const char *token)
{
    return (struct account){
        .name = "joa",
        .user = "client-1",
        .secret = "api-key",
        .from = "0212345678",
        .token = token,
        .keys = api_smsjoa.keys,
    };
}

static void logs_in_with_basic(void **state)
{
    struct account joa = account(NULL);
    struct query query = { .now_ms = 1000 };
    struct request request = { 0 };
    struct error err = { 0 };

    (void)state;
    assert_true(api_smsjoa.login.build(&query, &joa, &request, &err));
    assert_int_equal(request.kind, BODY_NONE);
    driver_request_is(&request, "POST /1/token\nAuthorization: Basic Y2xpZW50LTE6YXBpLWtleQ==\n\n");
}

static void judges_logins(void **state)
{
    static const struct {
        int status;
        const char *body;
        enum outcome_kind kind;
        const char *code, *token;
    } cases[] = {
        { 200, "{\"token\":\"abc.DEF-1\"}", OUTCOME_ACCEPTED, "", "abc.DEF-1" },
        { 200, "{\n \" token\":\"t\",\n}", OUTCOME_ACCEPTED, "", "t" },
        { 200, "{\"token\":\"\"}", OUTCOME_UNSURE, "no-token", NULL },
        { 200, "{\"token\":\"a\\r\\nX: y\"}", OUTCOME_UNSURE, "no-token", NULL },
        { 200, "{\"token\":null}", OUTCOME_UNSURE, "http-200", NULL },
        { 200, "garbage", OUTCOME_UNSURE, "http-200", NULL },
        { 401, "{\"code\":\"-100001\",\"message\":\"API KEY\"}", OUTCOME_ACCOUNT, "-100001", NULL },
        { 401, "{\"code\":-100008}", OUTCOME_ACCOUNT, "-100008", NULL },
        { 401, "", OUTCOME_ACCOUNT, "http-401", NULL },
        { 401, "{\"token\":\"t\"}", OUTCOME_ACCOUNT, "http-401", NULL },
        { 500, "-100004", OUTCOME_ACCOUNT, "-100004", NULL },
        { 500, "", OUTCOME_UNSURE, "http-500", NULL },
    };
    struct account joa = account(NULL);

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        struct answer answer = { 0 };

        driver_login(&api_smsjoa, &joa, 1000, cases[i].status, cases[i].body, &answer);
        assert_int_equal(answer.outcome.kind, cases[i].kind);
        assert_string_equal(answer.outcome.code, cases[i].code);
        assert_false(answer.outcome.token_refused);
        assert_int_equal(answer.token_until, 0);
        if (cases[i].token != NULL)
            assert_string_equal(answer.token, cases[i].token);
        else
            assert_null(answer.token);
        answer_clear(&answer);
    }
}

static void sends_one_text_to_several(void **state)
{
    struct account joa = account("tok");
    struct batch_item items[] = {
        { .to = "01012345678", .text = "디스크\n90% & 95%", .subject = "", .reference = "a-1" },
        { .to = "0111234567", .text = "디스크\n90% & 95%", .subject = "", .reference = "a-2" },
    };
    struct batch batch = { .kind = KIND_SMS, .item = items, .count = 2 };
    struct request request = { 0 };
    struct error err = { 0 };

    (void)state;
    assert_true(api_smsjoa.send.build(&batch, &joa, &request, &err));
    assert_int_equal(request.kind, BODY_MULTIPART);
    driver_request_is(&request,
                      "POST /1/send\nAuthorization: Bearer tok\n\nmsg_type=sms\ncallback=0212345678\n"
                      "phone=01012345678,0111234567\nmsg=디스크\n90% & 95%\n");
}

static void sends_titles_with_lms_only(void **state)
{
    struct account joa = account("tok");
    struct batch_item item = { .to = "01012345678", .text = "long", .subject = "제목", .reference = "a-1" };
    struct batch batch = { .kind = KIND_LMS, .item = &item, .count = 1 };
    struct request request = { 0 };
    struct error err = { 0 };

    (void)state;
    assert_true(api_smsjoa.send.build(&batch, &joa, &request, &err));
    driver_request_is(&request,
                      "POST /1/send\nAuthorization: Bearer tok\n\nmsg_type=lms\ncallback=0212345678\n"
                      "subject=제목\nphone=01012345678\nmsg=long\n");
    item.subject = "";
    assert_true(api_smsjoa.send.build(&batch, &joa, &request, &err));
    driver_request_is(&request,
                      "POST /1/send\nAuthorization: Bearer tok\n\nmsg_type=lms\ncallback=0212345678\n"
                      "phone=01012345678\nmsg=long\n");
    item.subject = "제목";
    batch.kind = KIND_SMS;
    assert_true(api_smsjoa.send.build(&batch, &joa, &request, &err));
    driver_request_is(&request,
                      "POST /1/send\nAuthorization: Bearer tok\n\nmsg_type=sms\ncallback=0212345678\n"
                      "phone=01012345678\nmsg=long\n");
}

static void sends_own_texts_as_a_list(void **state)
{
    struct account joa = account("tok");
    struct batch_item items[] = {
        { .to = "01012345678", .text = "하나 \"1\"\n끝", .subject = "", .reference = "a-1" },
        { .to = "01087654321", .text = "a/b\\", .subject = "", .reference = "a-2" },
    };
    struct batch batch = { .kind = KIND_SMS, .own = true, .item = items, .count = 2 };
    struct request request = { 0 };
    struct error err = { 0 };

    (void)state;
    assert_true(api_smsjoa.send.build(&batch, &joa, &request, &err));
    driver_request_is(&request,
                      "POST /1/send\nAuthorization: Bearer tok\n\nmsg_type=sms\ncallback=0212345678\n"
                      "msg_list={\"01012345678\":\"하나 \\\"1\\\"\\n끝\",\"01087654321\":\"a/b\\\\\"}\n");
}

static void writes_line_breaks_as_told(void **state)
{
    struct account joa = account("tok");
    struct batch_item item = { .to = "01012345678", .text = "a\n\nb\n", .subject = "", .reference = "a-1" };
    struct batch batch = { .kind = KIND_SMS, .item = &item, .count = 1 };
    struct request request = { 0 };
    struct error err = { 0 };

    (void)state;
    joa.section = driver_section("newline", "backslash-n", NULL);
    assert_true(api_smsjoa.send.build(&batch, &joa, &request, &err));
    driver_request_is(&request,
                      "POST /1/send\nAuthorization: Bearer tok\n\nmsg_type=sms\ncallback=0212345678\n"
                      "phone=01012345678\nmsg=a\\n\\nb\\n\n");
    batch.own = true;
    assert_true(api_smsjoa.send.build(&batch, &joa, &request, &err));
    driver_request_is(&request,
                      "POST /1/send\nAuthorization: Bearer tok\n\nmsg_type=sms\ncallback=0212345678\n"
                      "msg_list={\"01012345678\":\"a\\\\n\\\\nb\\\\n\"}\n");
    joa.section = driver_section("newline", "lf", NULL);
    batch.own = false;
    assert_true(api_smsjoa.send.build(&batch, &joa, &request, &err));
    driver_request_is(&request,
                      "POST /1/send\nAuthorization: Bearer tok\n\nmsg_type=sms\ncallback=0212345678\n"
                      "phone=01012345678\nmsg=a\n\nb\n\n");
}

static void sends_nothing_without_a_token(void **state)
{
    struct account joa = account(NULL);
    struct batch_item item = { .to = "01012345678", .text = "a", .subject = "", .reference = "a-1" };
    struct batch batch = { .kind = KIND_SMS, .item = &item, .count = 1 };
    struct request request = { 0 };
    struct error err = { 0 };

    (void)state;
    assert_false(api_smsjoa.send.build(&batch, &joa, &request, &err));
    assert_int_equal(err.kind, ERROR_BUG);
    request_clear(&request);
}

static const struct {
    int status;
    const char *body;
    enum outcome_kind kind;
    const char *code, *reference;
    bool token_refused;
    const char *why;
} sends[] = {
    { 200, "{\"msg_serial\":\"S1\",\"total_count\":\"2\",\"cost\":\"40\"}", OUTCOME_ACCEPTED, "", "S1", false,
      "as printed" },
    { 200, "{\n    \"msg_serial\":\"S1\",\n    \"total_count\":\"2\",\n    \"cost\":\"40\",\n}",
      OUTCOME_ACCEPTED, "", "S1", false, "the guide's own comma" },
    { 200, "{\" msg_serial\":77,\"total_count\":2}", OUTCOME_ACCEPTED, "", "77", false, "a number, a blank" },
    { 200, "{\"msg_serial\":\"S1\"}", OUTCOME_ACCEPTED, "", "S1", false, "no count" },
    { 200, "{\"msg_serial\":\"S1\",\"total_count\":\"two\"}", OUTCOME_ACCEPTED, "", "S1", false,
      "a count that is none" },
    { 200, "{\"msg_serial\":\"S1\",\"total_count\":0}", OUTCOME_UNSURE, "none", "", false, "none counted" },
    { 200, "{\"msg_serial\":\"S1\",\"tot", OUTCOME_ACCEPTED, "unread", "", false, "cut off" },
    { 200, "", OUTCOME_ACCEPTED, "unread", "", false, "nothing" },
    { 200, "\x01\xff\xfe", OUTCOME_ACCEPTED, "unread", "", false, "garbage" },
    { 200, "{}", OUTCOME_ACCEPTED, "unread", "", false, "says nothing" },
    { 200, "{\"msg_serial\":null}", OUTCOME_ACCEPTED, "unread", "", false, "no serial" },
    { 200, "{\"code\":\"-100033\"}", OUTCOME_ACCOUNT, "-100033", "", false, "an error with 200" },
    { 200, "-100019 수신번호", OUTCOME_REFUSED, "-100019", "", false, "an error in plain text with 200" },
    { 400, "{\"code\":\"-100019\",\"message\":\"…\"}", OUTCOME_REFUSED, "-100019", "", false, "a string" },
    { 400, "{\"error\":{\"errorCode\":-100034}}", OUTCOME_REFUSED, "-100034", "", false, "a number, deep" },
    { 400, "[-100016]", OUTCOME_REFUSED, "-100016", "", false, "an array" },
    { 400, "-100018", OUTCOME_REFUSED, "-100018", "", false, "plain text" },
    { 400, "{\"code\":\"-100019\",", OUTCOME_REFUSED, "-100019", "", false, "cut off" },
    { 400, "{\"code\":\"-100039\"}", OUTCOME_ACCOUNT, "-100039", "", false, "the sender" },
    { 400, "{\"code\":\"-100002\"}", OUTCOME_ACCOUNT, "-100002", "", false, "the request" },
    { 403, "{\"code\":\"-100033\"}", OUTCOME_ACCOUNT, "-100033", "", false, "balance" },
    { 403, "{\"code\":\"-100014\"}", OUTCOME_RETRY, "-100014", "", false, "passing" },
    { 401, "{\"code\":\"-100010\"}", OUTCOME_ACCOUNT, "-100010", "", true, "token ended" },
    { 401, "{\"code\":\"-100009\"}", OUTCOME_ACCOUNT, "-100009", "", true, "token wrong" },
    { 401, "{\"code\":\"-100008\"}", OUTCOME_ACCOUNT, "-100008", "", true, "token not made" },
    { 401, "{\"code\":\"-100013\"}", OUTCOME_ACCOUNT, "-100013", "", false, "another login changes nothing" },
    { 401, "", OUTCOME_ACCOUNT, "http-401", "", true, "401 alone" },
    { 403, "", OUTCOME_ACCOUNT, "http-403", "", false, "403 is not about tokens" },
    { 404, "not found", OUTCOME_ACCOUNT, "http-404", "", false, "wrong path" },
    { 500, "{\"code\":\"-100004\"}", OUTCOME_ACCOUNT, "-100004", "", false, "HTTPS only, for good" },
    { 500, "oops", OUTCOME_UNSURE, "http-500", "", false, "500 alone" },
    { 502, "<html>", OUTCOME_UNSURE, "http-502", "", false, "a proxy" },
    { 302, "", OUTCOME_ACCOUNT, "http-302", "", false, "a redirect" },
    { 429, "", OUTCOME_RETRY, "http-429", "", false, "too many" },
    { 400, "{\"code\":\"-1000199\"}", OUTCOME_ACCOUNT, "http-400", "", false, "a longer number" },
    { 400, "-10001", OUTCOME_ACCOUNT, "http-400", "", false, "a shorter one" },
    { 400, "-100-1000-10001-100019", OUTCOME_REFUSED, "-100019", "", false, "after false starts" },
    { 400, "{\"code\":\"-100099\"}", OUTCOME_ACCOUNT, "-100099", "", false, "unlisted, with a clear status" },
    { 403, "{\"code\":\"-100030\"}", OUTCOME_ACCOUNT, "-100030", "", false,
      "a look-up's code refuses no text" },
    { 500, "{\"code\":\"-100099\"}", OUTCOME_UNSURE, "-100099", "", false, "unlisted, with an unclear one" },
};

static void judges_sends(void **state)
{
    struct account joa = account("tok");

    (void)state;
    for (size_t i = 0; i < CASES(sends); i++) {
        struct batch_item items[2] = { { .to = "01012345678" }, { .to = "01087654321" } };
        struct batch batch = { .kind = KIND_SMS, .item = items, .count = 2 };

        driver_send(&api_smsjoa, &joa, sends[i].status, sends[i].body, &batch);
        for (size_t j = 0; j < 2; j++) {
            const struct outcome *outcome = &items[j].outcome;
            if (outcome->kind != sends[i].kind || strcmp(outcome->code, sends[i].code) != 0
                || strcmp(outcome->reference, sends[i].reference) != 0
                || outcome->token_refused != sends[i].token_refused)
                fail_msg("%s: %s %s %s %d", sends[i].why, outcome_name(outcome->kind), outcome->code,
                         outcome->reference, outcome->token_refused);
        }
    }
}

static void tells_when_fewer_were_counted(void **state)
{
    struct account joa = account("tok");
    struct batch_item items[2] = { { .to = "01012345678" }, { .to = "01087654321" } };
    struct batch batch = { .kind = KIND_SMS, .item = items, .count = 2 };

    (void)state;
    driver_send(&api_smsjoa, &joa, 200, "{\"msg_serial\":\"S1\",\"total_count\":\"1\"}", &batch);
    assert_int_equal(items[1].outcome.kind, OUTCOME_ACCEPTED);
    assert_string_equal(items[1].outcome.meaning, "the answer counts 1 messages of 2");
    driver_send(&api_smsjoa, &joa, 200, "{\"msg_serial\":\"S1\",\"total_count\":\"2\"}", &batch);
    assert_string_equal(items[1].outcome.meaning, "");
}

/* A status of 200 means that the message went out even when the rest of the answer never came. */
static void a_broken_off_200_was_accepted(void **state)
{
    struct account joa = account("tok");
    struct batch_item item = { .to = "01012345678" };
    struct batch batch = { .kind = KIND_SMS, .item = &item, .count = 1 };
    struct reply reply = driver_reply(200, "{\"msg_se");

    (void)state;
    reply.carried = CARRIED_PARTLY;
    api_smsjoa.send.judge(&joa, &reply, &batch);
    assert_int_equal(item.outcome.kind, OUTCOME_ACCEPTED);
    assert_string_equal(item.outcome.code, "unread");
    reply.status = 500;
    api_smsjoa.send.judge(&joa, &reply, &batch);
    assert_int_equal(item.outcome.kind, OUTCOME_UNSURE);
    assert_string_equal(item.outcome.code, "partial");
    reply_clear(&reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logs_in_with_basic),
        cmocka_unit_test(judges_logins),
        cmocka_unit_test(sends_one_text_to_several),
        cmocka_unit_test(sends_titles_with_lms_only),
        cmocka_unit_test(sends_own_texts_as_a_list),
        cmocka_unit_test(writes_line_breaks_as_told),
        cmocka_unit_test(sends_nothing_without_a_token),
        cmocka_unit_test(judges_sends),
        cmocka_unit_test(tells_when_fewer_were_counted),
        cmocka_unit_test(a_broken_off_200_was_accepted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
