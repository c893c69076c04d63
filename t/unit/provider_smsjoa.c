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
    { 200, "{}", OUTCOME_UNSURE, "http-200", "", false, "says nothing" },
    { 200, "{\"msg_serial\":null}", OUTCOME_UNSURE, "http-200", "", false, "no serial" },
    { 204, "", OUTCOME_UNSURE, "http-204", "", false, "another success than the guide's" },
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

static void sends_an_image_and_a_reservation(void **state)
{
    struct account joa = account("tok");
    struct batch_item item = { .to = "01012345678", .text = "graph", .subject = "제목", .reference = "a-1" };
    struct batch batch = {
        .kind = KIND_MMS, .image = "\xff\xd8\0\xd9", .image_bytes = 4, .item = &item, .count = 1
    };
    struct request request = { 0 };
    struct error err = { 0 };

    (void)state;
    batch.at = "2026-12-31 08:05:09";
    assert_true(api_smsjoa.send.build(&batch, &joa, &request, &err));
    assert_memory_equal(request.part[6].data, "\xff\xd8\0\xd9", 4);
    driver_request_is(&request,
                      "POST /1/send\nAuthorization: Bearer tok\n\nmsg_type=mms\ncallback=0212345678\n"
                      "subject=제목\nphone=01012345678\nmsg=graph\ntrandate=20261231080509\n"
                      "image=<image.jpg image/jpeg 4 bytes>\n");
    batch.image = NULL;
    batch.at = NULL;
    assert_true(api_smsjoa.send.build(&batch, &joa, &request, &err));
    driver_request_is(&request,
                      "POST /1/send\nAuthorization: Bearer tok\n\nmsg_type=lms\ncallback=0212345678\n"
                      "subject=제목\nphone=01012345678\nmsg=graph\n");
}

/* Codes that every look-up can meet, whatever it asks for. */
#define COMMON_REFUSALS                                                                                      \
    { 401, "{\"code\":\"-100010\"}", OUTCOME_ACCOUNT, "-100010", NULL, "token ended" },                      \
        { 401, "{\"code\":-100013}", OUTCOME_ACCOUNT, "-100013", NULL, "address" },                          \
        { 400, "-100007", OUTCOME_REFUSED, "-100007", NULL, "serial" },                                      \
        { 403, "{\"code\":\"-100031\"}", OUTCOME_REFUSED, "-100031", NULL, "no information" },               \
        { 500, "{\"code\":\"-100004\"}", OUTCOME_ACCOUNT, "-100004", NULL, "HTTPS only" },                   \
        { 500, "oops", OUTCOME_UNSURE, "http-500", NULL, "500 alone" },                                      \
        { 404, "", OUTCOME_ACCOUNT, "http-404", NULL, "404 alone" },                                         \
        { 200, "", OUTCOME_UNSURE, "http-200", NULL, "nothing" },                                            \
        { 200, "[]", OUTCOME_UNSURE, "http-200", NULL, "an array" },                                         \
    {                                                                                                        \
        200, "{\"code\":\"-100033\"}", OUTCOME_ACCOUNT, "-100033", NULL, "an error with 200"                 \
    }

static void asks_for_the_balance(void **state)
{
    static const struct driver_case cases[] = {
        { 200, "{\"money\":\"1200\"}", OUTCOME_ACCEPTED, "", "1200|KRW|-\n", "as printed" },
        { 200, "{\" money\":1200,}", OUTCOME_ACCEPTED, "", "1200|KRW|-\n", "a number, a blank, a comma" },
        { 200, "{\"money\":-12.5}", OUTCOME_ACCEPTED, "", "-12.5|KRW|-\n", "a debt" },
        { 200, "{\"money\":0}", OUTCOME_ACCEPTED, "", "0|KRW|-\n", "nothing left" },
        { 200, "{\"money\":\"잔액\"}", OUTCOME_UNSURE, "http-200", NULL, "a word" },
        { 200, "{\"money\":\"\"}", OUTCOME_UNSURE, "http-200", NULL, "empty" },
        { 200, "{\"money\":\"-\"}", OUTCOME_UNSURE, "http-200", NULL, "a sign" },
        { 200, "{\"money\":\"1.2.3\"}", OUTCOME_UNSURE, "http-200", NULL, "two points" },
        { 200, "{\"money\":null}", OUTCOME_UNSURE, "http-200", NULL, "null" },
        { 200, "{\"money\":[1]}", OUTCOME_UNSURE, "http-200", NULL, "a list" },
        { 401, "{\"money\":\"1\"}", OUTCOME_ACCOUNT, "http-401", NULL, "against the status" },
        COMMON_REFUSALS,
    };
    struct account joa = account("tok");
    struct query query = { 0 };

    (void)state;
    driver_asks(&api_smsjoa.balance, &joa, &query, "GET /1/balance\nAuthorization: Bearer tok\n\n");
    driver_answers(&api_smsjoa.balance, &joa, &query, listing_balance, cases, CASES(cases));
}

static void asks_for_results(void **state)
{
    static const struct {
        const char *ref;
        int size, page;
        const char *path;
    } asked[] = {
        { "20261201000001", 0, 0, "20261201000001/100/1" },
        { "20261201000001", 20, 3, "20261201000001/20/3" },
        { "a/b?c", 100, 1, "a%2Fb%3Fc/100/1" },
    };
    static const char *const bad[] = { NULL, "", ".", "..", "a b", "a\nb", "\xed\x95\x9c" };
    struct account joa = account("tok");

    (void)state;
    for (size_t i = 0; i < CASES(asked); i++) {
        struct query query = { .ref = asked[i].ref, .size = asked[i].size, .page = asked[i].page };
        char expected[100];
        snprintf(expected, sizeof expected, "GET /1/send/%s\nAuthorization: Bearer tok\n\n", asked[i].path);
        driver_asks(&api_smsjoa.result, &joa, &query, expected);
    }
    for (size_t i = 0; i < CASES(bad); i++) {
        struct query query = { .ref = bad[i] };
        driver_asks_not(&api_smsjoa.result, &joa, &query, ERROR_USAGE, "REF: ");
        driver_asks_not(&api_smsjoa.reservation_cancel, &joa, &query, ERROR_USAGE, "REF: ");
    }
    driver_asks_not(&api_smsjoa.result, &joa, &(struct query){ .ref = "S1", .size = 101 }, ERROR_USAGE,
                    "--size: ");
}

#define ROW(fields) "{\"total_count\":1,\"data\":[{\"phone\":\"01012345678\"," fields "}]}"

static void reads_results(void **state)
{
    static const struct driver_case cases[] = {
        { 200,
          "{\"total_count\": 2,\n\"data\": [{\"msg_type\":\"lms\",\"phone\":\"0100000000\","
          "\"trandate\":\"20141107165822\",\"status\":\"Y\",\"rsltcode\":\"401\",\"rsltdate\":null,"
          "\"telecom\":\"ETC\"},{\"msg_type\":\"lms\",\"phone\":\"0100000099\","
          "\"tran_date\":\"20141107165822\",\"status\":\"N\",\"rsltcode\":null,\"rsltdate\":null,"
          "\"telecom\":null}]}",
          OUTCOME_ACCEPTED, "",
          "S1|0100000000|lms|failed|401|spam, by the receiver's number|2014-11-07 16:58:22|-|ETC\n"
          "S1|0100000099|lms|waiting|-|-|2014-11-07 16:58:22|-|-\n",
          "the guide's sample" },
        { 200, ROW("\"status\":\"Y\",\"rsltcode\":100,\"rsltdate\":20141107165900,\"telecom\":\"SKT\""),
          OUTCOME_ACCEPTED, "", "S1|01012345678|-|delivered|100|delivered|-|2014-11-07 16:59:00|SKT\n",
          "numbers" },
        { 200, ROW("\"rsltcode\":\"101\""), OUTCOME_ACCEPTED, "",
          "S1|01012345678|-|failed|101|no such number|-|-|-\n", "101" },
        { 200, ROW("\"rsltcode\":\"102\""), OUTCOME_ACCEPTED, "",
          "S1|01012345678|-|missed|102|timed out|-|-|-\n", "102" },
        { 200, ROW("\"rsltcode\":\"103\""), OUTCOME_ACCEPTED, "",
          "S1|01012345678|-|gateway|103|wrong format for the carrier|-|-|-\n", "103" },
        { 200, ROW("\"rsltcode\":\"104\""), OUTCOME_ACCEPTED, "",
          "S1|01012345678|-|missed|104|the phone is off|-|-|-\n", "104" },
        { 200, ROW("\"rsltcode\":\"105\""), OUTCOME_ACCEPTED, "",
          "S1|01012345678|-|failed|105|the phone refused it|-|-|-\n", "105" },
        { 200, ROW("\"rsltcode\":\"106\""), OUTCOME_ACCEPTED, "",
          "S1|01012345678|-|missed|106|the subscription is suspended|-|-|-\n", "106" },
        { 200, ROW("\"rsltcode\":\"107\""), OUTCOME_ACCEPTED, "",
          "S1|01012345678|-|failed|107|the phone cannot receive MMS|-|-|-\n", "107" },
        { 200, ROW("\"rsltcode\":\"108\""), OUTCOME_ACCEPTED, "",
          "S1|01012345678|-|failed|108|another fault|-|-|-\n", "108" },
        { 200, ROW("\"rsltcode\":\"109\""), OUTCOME_ACCEPTED, "",
          "S1|01012345678|-|missed|109|no reception|-|-|-\n", "109" },
        { 200, ROW("\"rsltcode\":\"110\""), OUTCOME_ACCEPTED, "",
          "S1|01012345678|-|missed|110|the phone's store is full|-|-|-\n", "110" },
        { 200, ROW("\"rsltcode\":\"402\""), OUTCOME_ACCEPTED, "",
          "S1|01012345678|-|failed|402|spam, by the sender's number|-|-|-\n", "402" },
        { 200, ROW("\"rsltcode\":\"403\""), OUTCOME_ACCEPTED, "",
          "S1|01012345678|-|failed|403|spam, by the text|-|-|-\n", "403" },
        { 200, ROW("\"rsltcode\":\"901\""), OUTCOME_ACCEPTED, "",
          "S1|01012345678|-|gateway|901|no result came in time|-|-|-\n", "901" },
        { 200, ROW("\"status\":\"Y\",\"rsltcode\":\"999\""), OUTCOME_ACCEPTED, "",
          "S1|01012345678|-|failed|999|-|-|-|-\n", "unlisted" },
        { 200, ROW("\"status\":\"Y\",\"rsltcode\":\"\",\"trandate\":\"soon\""), OUTCOME_ACCEPTED, "",
          "S1|01012345678|-|-||-|soon|-|-\n", "a result without a code, a time of another form" },
        { 200, "{\"total_count\":\"0\"}", OUTCOME_ACCEPTED, "", "", "none" },
        { 200, "{\"total_count\":\"5\",\"data\":null}", OUTCOME_ACCEPTED, "", "", "none here" },
        { 200, "{\"data\":[1,null,\"x\",[]]}", OUTCOME_ACCEPTED, "", "", "no rows at all" },
        { 200, "{\"data\":{}}", OUTCOME_UNSURE, "http-200", NULL, "data of another shape" },
        { 200, "{\"total_count\":2,\"data\":[{\"msg", OUTCOME_UNSURE, "http-200", NULL, "cut off" },
        { 400, "{\"code\":\"-100036\"}", OUTCOME_ACCEPTED, "", "", "behind the last page" },
        { 400, "{\"code\":-100035}", OUTCOME_REFUSED, "-100035", NULL, "too many at once" },
        { 403, "{\"code\":\"-100030\"}", OUTCOME_REFUSED, "-100030", NULL, "no such message" },
        { 403, "{\"code\":\"-100040\"}", OUTCOME_REFUSED, "-100040", NULL, "too old" },
        COMMON_REFUSALS,
    };
    struct account joa = account("tok");
    struct query query = { .ref = "S1" };
    struct reply reply = driver_reply(200, "{\"total_count\":\"7\",\"data\":[]}");
    struct answer answer = { 0 };

    (void)state;
    driver_answers(&api_smsjoa.result, &joa, &query, listing_result, cases, CASES(cases));
    api_smsjoa.result.judge(&query, &joa, &reply, &answer);
    assert_int_equal(answer.listing.total, 7);
    answer_clear(&answer);
    reply_clear(&reply);
}

static void cancels_reservations(void **state)
{
    static const struct driver_case cases[] = {
        { 200, "{\n    \" msg_serial\":\"S1\"\n}", OUTCOME_ACCEPTED, "", "S1\n", "as printed" },
        { 200, "{\"msg_serial\":17,}", OUTCOME_ACCEPTED, "", "17\n", "a number, a comma" },
        { 200, "{\"msg_serial\":null}", OUTCOME_UNSURE, "http-200", NULL, "no serial" },
        { 403, "{\"msg_serial\":\"S1\"}", OUTCOME_ACCOUNT, "http-403", NULL, "against the status" },
        { 403, "{\"code\":\"-100026\"}", OUTCOME_REFUSED, "-100026", NULL, "ten minutes" },
        { 403, "{\"code\":\"-100028\"}", OUTCOME_RETRY, "-100028", NULL, "passing" },
        { 403, "{\"code\":\"-100029\"}", OUTCOME_REFUSED, "-100029", NULL, "no such reservation" },
        { 403, "-100038 전송라인", OUTCOME_REFUSED, "-100038", NULL, "no line" },
        COMMON_REFUSALS,
    };
    struct account joa = account("tok");
    struct query query = { .ref = "S\"1" };
    struct reply reply = driver_reply(401, "{\"code\":\"-100010\"}");
    struct answer answer = { 0 };

    (void)state;
    driver_asks(&api_smsjoa.reservation_cancel, &joa, &query,
                "DELETE /1/reservation\nAuthorization: Bearer tok\nContent-Type: application/json\n\n"
                "{\"msg_serial\":\"S\\\"1\"}");
    driver_answers(&api_smsjoa.reservation_cancel, &joa, &query, listing_cancelled, cases, CASES(cases));
    api_smsjoa.reservation_cancel.judge(&query, &joa, &reply, &answer);
    assert_true(answer.outcome.token_refused);
    answer_clear(&answer);
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
        cmocka_unit_test(sends_an_image_and_a_reservation),
        cmocka_unit_test(asks_for_the_balance),
        cmocka_unit_test(asks_for_results),
        cmocka_unit_test(reads_results),
        cmocka_unit_test(cancels_reservations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
