/* Nanuminet: requests to the letter of its manual, and every way of answering. */
#include "driver.h"

#include <time.h>

/* 2022-11-07 17:40:00 in Korea, the manual's own example. */
#define NOW_MS 1667810400000

static struct account account(const char *token)
{
    return (struct account){
        .name = "nanumi",
        .user = "apikey",
        .secret = "s3cret-hex",
        .from = "16441447",
        .token = token,
        .keys = api_nanuminet.keys,
        .wire = &munja_wire,
    };
}

static void logs_in_signed(void **state)
{
    static const char *const zones[] = { "UTC", "Asia/Seoul", "America/New_York" };
    static const char *const hashes[] = { NULL, "md5", "sha256", "sha512" };

    (void)state;
    for (size_t i = 0; i < CASES(zones) * CASES(hashes); i++) {
        struct account nanumi = account(NULL);
        const char *hash = hashes[i % CASES(hashes)];
        struct query query = { .now_ms = NOW_MS + 999 };
        struct request request = { 0 };
        char hex[DIGEST_HEX_MAX], expected[512];

        setenv("TZ", zones[i / CASES(hashes)], 1);
        tzset();
        if (hash != NULL)
            nanumi.section = driver_section("hash", hash, NULL);
        else
            hash = "sha256";
        assert_true(munja_wire.hmac(hash, "s3cret-hex", "apikey2022-11-07T17:40:00+09:00", 31, hex, NULL));
        assert_true(api_nanuminet.login.build(&query, &nanumi, &request, NULL));
        snprintf(expected, sizeof expected,
                 "GET /v1/auth\nX-NNM-APIKEY: apikey\nX-NNM-DATE: 2022-11-07T17:40:00+09:00\n"
                 "X-NNM-HASH: %s\nX-NNM-SIGNATURE: %s\n\n",
                 hash, hex);
        driver_request_is(&request, expected);
    }
}

static void logs_in_with_the_key_alone(void **state)
{
    struct account nanumi = account(NULL);
    struct query query = { .now_ms = NOW_MS };
    struct request request = { 0 };

    (void)state;
    nanumi.section = driver_section("hash", "none", NULL);
    nanumi.secret = NULL;
    nanumi.wire = NULL;
    assert_true(api_nanuminet.login.build(&query, &nanumi, &request, NULL));
    driver_request_is(&request, "GET /v1/auth\nX-NNM-APIKEY: apikey\n\n");
}

static void signs_nothing_without_the_means(void **state)
{
    struct account nanumi = account(NULL);
    struct query query = { .now_ms = NOW_MS };
    struct request request = { 0 };
    struct error err = { 0 };

    (void)state;
    nanumi.wire = NULL;
    assert_false(api_nanuminet.login.build(&query, &nanumi, &request, &err));
    assert_int_equal(err.kind, ERROR_BUG);
    request_clear(&request);
}

#define SOON_S (NOW_MS / 1000 + 7200 - 60)

static const struct {
    int status;
    const char *body;
    enum outcome_kind kind;
    const char *code, *token;
    int64_t until;
    const char *why;
} logins[] = {
    { 200, "{\"result\":true,\"msg\":\"\",\"access_token\":\"t1\",\"expire_date\":\"2022-11-07 18:40:00\"}",
      OUTCOME_ACCEPTED, "", "t1", NOW_MS / 1000 + 3600, "an hour left" },
    { 200, "{\"result\":true,\"access_token\":\"t1\",\"expire_date\":\"2022-11-07 19:40:00\"}",
      OUTCOME_ACCEPTED, "", "t1", SOON_S, "two hours, less a minute" },
    { 200, "{\"result\":true,\"access_token\":\"t1\",\"expire_date\":\"2099-01-01 00:00:00\"}",
      OUTCOME_ACCEPTED, "", "t1", SOON_S, "too good to be true" },
    { 200, "{\"result\":true,\"access_token\":\"t1\",\"expire_date\":\"2022-11-07 08:40:00\"}",
      OUTCOME_ACCEPTED, "", "t1", SOON_S, "over already: not believed" },
    { 200, "{\"result\":true,\"access_token\":\"t1\",\"expire_date\":\"2022-11-07T18:40:00\"}",
      OUTCOME_ACCEPTED, "", "t1", SOON_S, "another form" },
    { 200, "{\"result\":true,\"access_token\":\"t1\",\"expire_date\":\"2022-11-07 18:40:00 +09\"}",
      OUTCOME_ACCEPTED, "", "t1", SOON_S, "more than the form" },
    { 200, "{\"result\":true,\"access_token\":\"t1\",\"expire_date\":{}}", OUTCOME_ACCEPTED, "", "t1", SOON_S,
      "of another type" },
    { 200, "{\"result\":true,\"access_token\":\"t1\"}", OUTCOME_ACCEPTED, "", "t1", SOON_S, "no end" },
    { 200, "{\"result\":true}", OUTCOME_UNSURE, "no-token", NULL, 0, "no token" },
    { 200, "{\"result\":true,\"access_token\":\"a\\nX: y\"}", OUTCOME_UNSURE, "no-token", NULL, 0,
      "a smuggled header" },
    { 200, "{\"result\":\"true\",\"access_token\":\"t1\"}", OUTCOME_UNSURE, "http-200", NULL, 0,
      "the word true" },
    { 200, "{\"result\":1,\"access_token\":\"t1\"}", OUTCOME_UNSURE, "http-200", NULL, 0, "the number 1" },
    { 200, "{\"access_token\":\"t1\"}", OUTCOME_UNSURE, "http-200", NULL, 0, "no result" },
    { 200, "{\"result\":false,\"msg\":\"인증 실패\"}", OUTCOME_ACCOUNT, "token", NULL, 0, "refused" },
    { 403, "{\"result\":false,\"msg\":\"허용되지 않은 IP\"}", OUTCOME_ACCOUNT, "address", NULL, 0,
      "by address" },
    { 200, "{\"result\":false}", OUTCOME_ACCOUNT, "false", NULL, 0, "without a word" },
    { 401, "", OUTCOME_ACCOUNT, "http-401", NULL, 0, "by status" },
    { 500, "oops", OUTCOME_UNSURE, "http-500", NULL, 0, "a fault" },
    { 429, "", OUTCOME_RETRY, "http-429", NULL, 0, "too many" },
};

static void judges_logins(void **state)
{
    struct account nanumi = account(NULL);

    (void)state;
    setenv("TZ", "America/New_York", 1);
    tzset();
    for (size_t i = 0; i < CASES(logins); i++) {
        struct answer answer = { 0 };

        driver_login(&api_nanuminet, &nanumi, NOW_MS, logins[i].status, logins[i].body, &answer);
        if (answer.outcome.kind != logins[i].kind || strcmp(answer.outcome.code, logins[i].code) != 0
            || answer.token_until != logins[i].until)
            fail_msg("%s: %s %s %lld", logins[i].why, outcome_name(answer.outcome.kind), answer.outcome.code,
                     (long long)answer.token_until);
        if (logins[i].token != NULL)
            assert_string_equal(answer.token, logins[i].token);
        else
            assert_null(answer.token);
        answer_clear(&answer);
    }
}

static const struct {
    enum kind kind;
    const char *subject, *rest;
} builds[] = {
    { KIND_SMS, "", "&use_mms=N" },
    { KIND_SMS, "title", "&use_mms=N" },
    { KIND_LMS, "제목", "&subject=%EC%A0%9C%EB%AA%A9" },
    { KIND_LMS, "", "" },
    { KIND_MMS, "title", "&subject=title" },
};

static void sends_one_text_to_several(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(builds); i++) {
        struct account nanumi = account("tok");
        struct batch_item items[] = {
            { .to = "01012345678",
              .text = "디스크\n90% & +",
              .subject = builds[i].subject,
              .reference = "m-41-a" },
            { .to = "0111234567",
              .text = "디스크\n90% & +",
              .subject = builds[i].subject,
              .reference = "m-42-b" },
        };
        struct batch batch = { .kind = builds[i].kind, .item = items, .count = 2 };
        struct request request = { 0 };
        char expected[512];

        assert_true(api_nanuminet.send.build(&batch, &nanumi, &request, NULL));
        snprintf(expected, sizeof expected,
                 "POST /v1/send\nX-NNM-ACCESSTOKEN: tok\nContent-Type: application/x-www-form-urlencoded\n\n"
                 "phone=01012345678%%2C0111234567&callback=16441447"
                 "&msg=%%EB%%94%%94%%EC%%8A%%A4%%ED%%81%%AC%%0A90%%25%%20%%26%%20%%2B%s&CETC1=m-41-a",
                 builds[i].rest);
        driver_request_is(&request, expected);
    }
}

static void is_send(const struct account *nanumi, const struct batch *batch, const char *rest)
{
    struct request request = { 0 };
    struct error err = { 0 };
    char expected[2048];

    if (!api_nanuminet.send.build(batch, nanumi, &request, &err))
        fail_msg("not built: %s", err.text);
    snprintf(expected, sizeof expected,
             "POST /v1/send\nX-NNM-ACCESSTOKEN: tok\nContent-Type: application/x-www-form-urlencoded\n\n"
             "phone=01012345678&callback=16441447&msg=a%s",
             rest);
    driver_request_is(&request, expected);
}

static void sends_images(void **state)
{
    static const unsigned char jpeg[] = { 0xff, 0xd8, 0xff, 0xfb, 0xff, 0xd9, 0x00 };
    struct account nanumi = account("tok");
    struct batch_item item = { .to = "01012345678", .text = "a", .subject = "t", .reference = "m-1" };
    struct batch batch = { .kind = KIND_MMS, .item = &item, .count = 1 };

    (void)state;
    batch.image = jpeg;
    batch.image_bytes = sizeof jpeg;
    is_send(&nanumi, &batch,
            "&subject=t&upFile=data%3Aimage%2Fjpeg%3Bbase64%2C%2F9j%2F%2B%2F%2FZAA%3D%3D&CETC1=m-1");
    batch.image = NULL;
    batch.image_url = "https://graphs.example/a.jpg?b=1&c=%20";
    is_send(&nanumi, &batch,
            "&subject=t&upFile=https%3A%2F%2Fgraphs.example%2Fa.jpg%3Fb%3D1%26c%3D%2520&CETC1=m-1");
    batch.image_url = NULL;
    is_send(&nanumi, &batch, "&subject=t&CETC1=m-1");
}

/* 160 bytes at most, cut at a character: a label is no reason to keep an alert back. */
static void sends_extra_fields(void **state)
{
    struct account nanumi = account("tok");
    struct batch_item item = { .to = "01012345678", .text = "a", .subject = "", .reference = "m-1" };
    struct batch batch = { .kind = KIND_SMS, .item = &item, .count = 1 };
    char label[200] = "", expected[1024] = "&use_mms=N&CETC1=m-1&CETC6=";

    (void)state;
    nanumi.section = driver_section("cetc2", "서울 & x", "cetc4", "", "cetc6", "6", NULL);
    is_send(&nanumi, &batch, "&use_mms=N&CETC1=m-1&CETC2=%EC%84%9C%EC%9A%B8%20%26%20x&CETC6=6");
    for (int i = 0; i < 54; i++) { /* 53 of them are 159 bytes */
        strcat(label, "한");
        if (i < 53)
            strcat(expected, "%ED%95%9C");
    }
    nanumi.section = driver_section("cetc6", label, NULL);
    is_send(&nanumi, &batch, expected);
}

static void reserves(void **state)
{
    struct account nanumi = account("tok");
    struct batch_item item = { .to = "01012345678", .text = "a", .subject = "", .reference = "m-1" };
    struct batch batch = { .kind = KIND_SMS, .at = "2024-02-29 09:00:00", .item = &item, .count = 1 };

    (void)state;
    is_send(&nanumi, &batch, "&use_mms=N&CETC1=m-1&senddate=2024-02-29%2009%3A00%3A00");
    batch.kind = KIND_LMS;
    batch.at = "2026-12-31 23:59:59";
    is_send(&nanumi, &batch, "&CETC1=m-1&senddate=2026-12-31%2023%3A59%3A59");
}

/* The gateway would send at once what it cannot read. */
static void sends_no_malformed_date(void **state)
{
    static const char *const bad[] = {
        "",
        "tomorrow",
        "2026-12-31",
        "2026-12-31 09:00",
        "2026-12-31T09:00:00",
        "2026-12-31 09:00:00 ",
        " 2026-12-31 09:00:00",
        "2026-12-31  09:00:00",
        "2026-12-31 09:00:00+09:00",
        "2026-12-31 09:00:00.0",
        "2026/12/31 09:00:00",
        "26-12-31 09:00:00",
        "2026-1-31 09:00:00",
        "2026-12-31 9:00:00",
        "2026-13-01 09:00:00",
        "2026-00-01 09:00:00",
        "2026-12-00 09:00:00",
        "2026-12-32 09:00:00",
        "2026-02-29 09:00:00",
        "2026-04-31 09:00:00",
        "2026-12-31 24:00:00",
        "2026-12-31 09:60:00",
        "2026-12-31 09:00:60",
        "2026-12-31 -9:00:00",
        "0000-12-31 09:00:00",
        "12026-12-31 09:00:00",
        "20261231090000",
        "２026-12-31 09:00:00",
        "2026-12-31 09:00:00\n",
    };
    struct account nanumi = account("tok");
    struct batch_item item = { .to = "01012345678", .text = "a", .subject = "", .reference = "m-1" };
    struct batch batch = { .kind = KIND_SMS, .item = &item, .count = 1 };

    (void)state;
    for (size_t i = 0; i < CASES(bad); i++) {
        struct request request = { 0 };
        struct error err = { 0 };

        batch.at = bad[i];
        if (api_nanuminet.send.build(&batch, &nanumi, &request, &err) || strstr(err.text, "--at") == NULL)
            fail_msg("\"%s\": %s", bad[i], err.text);
        request_clear(&request);
    }
}

static void sends_no_image_that_it_cannot(void **state)
{
    static const struct {
        enum kind kind;
        const char *image, *url;
        enum error_kind error;
    } cases[] = {
        { KIND_SMS, "x", NULL, ERROR_BUG },
        { KIND_LMS, "x", NULL, ERROR_BUG },
        { KIND_SMS, NULL, "https://a.example/", ERROR_BUG },
        { KIND_MMS, NULL, "", ERROR_USAGE },
        { KIND_MMS, NULL, "/etc/passwd", ERROR_USAGE },
        { KIND_MMS, NULL, "file:///etc/passwd", ERROR_USAGE },
        { KIND_MMS, NULL, "data:image/jpeg;base64,AA", ERROR_USAGE },
        { KIND_MMS, NULL, "https://", ERROR_USAGE },
        { KIND_MMS, NULL, "https:///a", ERROR_USAGE },
        { KIND_MMS, NULL, "https://a.example/ b", ERROR_USAGE },
        { KIND_MMS, NULL, "https://a.example/\xed\x95\x9c", ERROR_USAGE },
    };
    struct account nanumi = account("tok");
    struct batch_item item = { .to = "01012345678", .text = "a", .subject = "", .reference = "m-1" };

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        struct batch batch = { .kind = cases[i].kind,
                               .image = cases[i].image,
                               .image_bytes = cases[i].image != NULL,
                               .image_url = cases[i].url,
                               .item = &item,
                               .count = 1 };
        struct request request = { 0 };
        struct error err = { 0 };

        if (api_nanuminet.send.build(&batch, &nanumi, &request, &err) || err.kind != cases[i].error)
            fail_msg("%zu: %s", i, err.text);
        request_clear(&request);
    }
}

static void sends_nothing_without_a_token(void **state)
{
    struct account nanumi = account(NULL);
    struct batch_item item = { .to = "01012345678", .text = "a", .subject = "", .reference = "m-1" };
    struct batch batch = { .kind = KIND_SMS, .item = &item, .count = 1 };
    struct request request = { 0 };
    struct error err = { 0 };

    (void)state;
    assert_false(api_nanuminet.send.build(&batch, &nanumi, &request, &err));
    assert_int_equal(err.kind, ERROR_BUG);
    request_clear(&request);
}

static const struct {
    int status;
    const char *body;
    enum outcome_kind kind;
    const char *code, *meaning;
    bool token_refused;
    const char *why;
} sends[] = {
    { 200,
      "{\"result\":true,\"msg\":\"성공\",\"data\":{\"before_qty\":10,\"after_qty\":9,\"total_count\":1}}",
      OUTCOME_ACCEPTED, "", "", false, "data as an object" },
    { 200, "{\"result\":true,\"data\":[{\"total_count\":\"1\"}],}", OUTCOME_ACCEPTED, "", "", false,
      "data as a list, the count in quotes, a comma too many" },
    { 200, "{\"result\":true}", OUTCOME_ACCEPTED, "", "", false, "no data" },
    { 200, "{\"result\":true,\"data\":{\"total_count\":null}}", OUTCOME_ACCEPTED, "", "", false, "no count" },
    { 200, "{\"result\":true,\"data\":{\"total_count\":\"many\"}}", OUTCOME_ACCEPTED, "", "", false,
      "a word" },
    { 200, "{\"result\":true,\"data\":[[],7]}", OUTCOME_ACCEPTED, "", "", false, "data of another kind" },
    { 200, "{\"result\":true,\"data\":{\"total_count\":0}}", OUTCOME_UNSURE, "none", "the answer counts",
      false, "no message counted" },
    { 500, "{\"result\":true}", OUTCOME_ACCEPTED, "", "", false, "true counts, whatever the status" },
    { 200, "{\"result\":\"true\"}", OUTCOME_UNSURE, "http-200", "", false, "the word is not the value" },
    { 200, "{\"result\":1}", OUTCOME_UNSURE, "http-200", "", false, "nor is the number" },
    { 200, "[true]", OUTCOME_UNSURE, "http-200", "", false, "nor a list" },
    { 200, "{\"result\":true", OUTCOME_UNSURE, "http-200", "", false, "cut off" },
    { 200, "", OUTCOME_UNSURE, "http-200", "", false, "nothing" },
    { 200, "{\"result\":false,\"msg\":\"토큰이 만료되었습니다\"}", OUTCOME_ACCOUNT, "token", "토큰이 만료",
      true, "the token has ended" },
    { 200, "{\"result\":false,\"msg\":\"Invalid access token\"}", OUTCOME_ACCOUNT, "token", "Invalid", true,
      "the same in English" },
    { 401, "{\"result\":false,\"msg\":\"인증 오류\"}", OUTCOME_ACCOUNT, "token", "인증", true, "with a 401" },
    { 200, "{\"result\":false,\"msg\":\"인증되지 않은 발신번호입니다\"}", OUTCOME_ACCOUNT, "sender",
      "발신번호", false, "the sender, not the token" },
    { 200, "{\"result\":false,\"msg\":\"수신번호 오류 01012345678\"}", OUTCOME_REFUSED, "number",
      "010****5678", false, "the receiver" },
    { 200, "{\"result\":false,\"msg\":\"잔여건수가 부족합니다\"}", OUTCOME_ACCOUNT, "credit", "잔여건수",
      false, "no credit" },
    { 200, "{\"result\":false,\"msg\":\"허용되지 않은 IP 접근\"}", OUTCOME_ACCOUNT, "address", "IP", false,
      "the address" },
    { 200, "{\"result\":false,\"msg\":\"시스템 점검\"}", OUTCOME_ACCOUNT, "false", "시스템 점검", true,
      "a reason nobody knows may be the token" },
    { 200, "{\"result\":false}", OUTCOME_ACCOUNT, "false", "refused", true, "no reason" },
    { 200, "{\"result\":false,\"msg\":{}}", OUTCOME_ACCOUNT, "false", "refused", true,
      "a reason of another type" },
    { 200, "{\"result\":false,\"msg\":\"no such apikey\"}", OUTCOME_ACCOUNT, "false", "refused", true,
      "the API key comes back" },
    { 500, "{\"result\":false,\"msg\":\"발신번호\"}", OUTCOME_ACCOUNT, "sender", "", false,
      "false counts, whatever the status" },
    { 401, "", OUTCOME_ACCOUNT, "http-401", "", true, "401 alone" },
    { 403, "<html>", OUTCOME_ACCOUNT, "http-403", "", true, "403 alone" },
    { 404, "", OUTCOME_ACCOUNT, "http-404", "", false, "another path" },
    { 429, "", OUTCOME_RETRY, "http-429", "", false, "too many" },
    { 500, "oops", OUTCOME_UNSURE, "http-500", "", false, "a fault" },
    { 302, "", OUTCOME_ACCOUNT, "http-302", "", false, "a redirect" },
};

static void judges_sends(void **state)
{
    struct account nanumi = account("tok-1");

    (void)state;
    for (size_t i = 0; i < CASES(sends); i++) {
        struct batch_item item = { .to = "01012345678" };
        struct batch batch = { .kind = KIND_SMS, .item = &item, .count = 1 };

        driver_send(&api_nanuminet, &nanumi, sends[i].status, sends[i].body, &batch);
        if (item.outcome.kind != sends[i].kind || strcmp(item.outcome.code, sends[i].code) != 0
            || strstr(item.outcome.meaning, sends[i].meaning) == NULL
            || item.outcome.token_refused != sends[i].token_refused)
            fail_msg("%s: %s %s %s %d", sends[i].why, outcome_name(item.outcome.kind), item.outcome.code,
                     item.outcome.meaning, item.outcome.token_refused);
        assert_null(strstr(item.outcome.meaning, "apikey"));
        assert_string_equal(item.outcome.reference, "");
    }
}

static const struct {
    const char *body;
    enum outcome_kind kind;
    const char *meaning;
} several[] = {
    { "{\"result\":true,\"data\":{\"total_count\":2}}", OUTCOME_ACCEPTED, "" },
    { "{\"result\":true,\"data\":{\"total_count\":\"1\"}}", OUTCOME_ACCEPTED,
      "the answer counts 1 messages of 2" },
    { "{\"result\":false,\"msg\":\"수신번호 오류\"}", OUTCOME_REFUSED,
      "the receiver's number is refused: 수신번호 오류" },
};

static void judges_several_alike(void **state)
{
    struct account nanumi = account("tok");

    (void)state;
    for (size_t i = 0; i < CASES(several); i++) {
        struct batch_item items[2] = { { .to = "01012345678" }, { .to = "01087654321" } };
        struct batch batch = { .kind = KIND_SMS, .item = items, .count = 2 };

        driver_send(&api_nanuminet, &nanumi, 200, several[i].body, &batch);
        for (size_t j = 0; j < 2; j++) {
            assert_int_equal(items[j].outcome.kind, several[i].kind);
            assert_string_equal(items[j].outcome.meaning, several[i].meaning);
        }
    }
}

static void no_row_of_the_manual_is_missing(void **state)
{
    static const char *const sms =
        "00 01 02 03 04 05 06 07 08 09 10 11 14 17 18 19 20 21 22 23 24 25 26 27 28 29 "
        "30 31 40 91 99 ";
    static const char *const mms =
        "1000 2000 2001 2002 2003 3000 3001 3002 3004 3005 3006 4000 4001 4002 4003 4101 4102 4104 4201 5000 "
        "5001 "
        "5003 5201 5202 5301 5302 5303 5304 9001 9002 9003 9004 9005 9006 9007 9008 9009 9010 9011 ";
    const char *const expected[] = { sms, mms };

    (void)state;
    for (size_t i = 0; i < CASES(expected); i++) {
        struct buf codes = { 0 };

        for (const struct receipt *row = api_nanuminet.receipts[i].rows; row->code != NULL; row++) {
            bool delivered = strcmp(row->code, "06") == 0 || strcmp(row->code, "1000") == 0;
            assert_true(buf_format(&codes, "%s ", row->code));
            assert_int_equal(row->kind == RECEIPT_DELIVERED, delivered);
        }
        assert_string_equal(buf_text(&codes), expected[i]);
        buf_clear(&codes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logs_in_signed),
        cmocka_unit_test(logs_in_with_the_key_alone),
        cmocka_unit_test(signs_nothing_without_the_means),
        cmocka_unit_test(judges_logins),
        cmocka_unit_test(sends_one_text_to_several),
        cmocka_unit_test(sends_images),
        cmocka_unit_test(sends_extra_fields),
        cmocka_unit_test(reserves),
        cmocka_unit_test(sends_no_malformed_date),
        cmocka_unit_test(sends_no_image_that_it_cannot),
        cmocka_unit_test(sends_nothing_without_a_token),
        cmocka_unit_test(judges_sends),
        cmocka_unit_test(judges_several_alike),
        cmocka_unit_test(no_row_of_the_manual_is_missing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
