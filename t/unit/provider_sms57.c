/* SMS57-SMGW: requests to the letter of its document, and every way of answering. */
#include "driver.h"

static struct account account(const struct section *section)
{
    return (struct account){
        .name = "cn",
        .user = "922011",
        .secret = "pass&word",
        .section = section,
        .keys = api_sms57.keys,
        .wire = &munja_wire,
    };
}

/* The digest that is expected, of the text that the document says. */
static const char *md5(const char *text)
{
    static char hex[DIGEST_HEX_MAX];

    assert_true(munja_wire.digest("md5", text, strlen(text), hex, NULL));
    return hex;
}

static void is_request(struct request *request, const char *action, const char *password, const char *rest)
{
    char expected[1024];

    snprintf(expected, sizeof expected,
             "POST /sms\nContent-Type: application/x-www-form-urlencoded\n\n"
             "action=%s&account=922011&password=%s&%s&extno=10690&rt=json",
             action, password, rest);
    driver_request_is(request, expected);
}

static void sends_one_text_to_several(void **state)
{
    struct account cn = account(driver_section("extno", "10690", NULL));
    struct batch_item items[] = {
        { .to = "+8613800000001", .text = "【运维】磁盘 90%\n#1", .subject = "", .reference = "a-1" },
        { .to = "+8613800000002", .text = "【运维】磁盘 90%\n#1", .subject = "", .reference = "a-2" },
    };
    struct batch batch = { .kind = KIND_SMS, .item = items, .count = 2 };
    struct request request = { 0 };

    (void)state;
    assert_true(api_sms57.send.build(&batch, &cn, &request, NULL));
    is_request(&request, "send", md5("pass&word10690【运维】磁盘 90%\n#113800000001,13800000002"),
               "mobile=13800000001%2C13800000002"
               "&content=%E3%80%90%E8%BF%90%E7%BB%B4%E3%80%91%E7%A3%81%E7%9B%98%2090%25%0A%231");
}

static void sends_own_texts_as_lines(void **state)
{
    struct account cn = account(driver_section("extno", "10690", NULL));
    struct batch_item items[] = {
        { .to = "+8613800000001", .text = "内容1", .subject = "", .reference = "a-1" },
        { .to = "+8613800000002", .text = "disk 2%", .subject = "", .reference = "a-2" },
    };
    struct batch batch = { .kind = KIND_SMS, .own = true, .item = items, .count = 2 };
    struct request request = { 0 };

    (void)state;
    assert_true(api_sms57.send.build(&batch, &cn, &request, NULL));
    is_request(&request, "p2p", md5("pass&word1069013800000001#内容113800000002#disk 2%"),
               "mobileContentList=13800000001%23%E5%86%85%E5%AE%B91%0A13800000002%23disk%202%25");
}

static void signs_plainly_when_told(void **state)
{
    struct account cn = account(driver_section("extno", "10690", "sign", "plain", NULL));
    struct batch_item item = { .to = "+8613800000001", .text = "a", .subject = "", .reference = "a-1" };
    struct batch batch = { .kind = KIND_SMS, .item = &item, .count = 1 };
    struct request request = { 0 };

    (void)state;
    cn.wire = NULL; /* nothing is to be computed */
    assert_true(api_sms57.send.build(&batch, &cn, &request, NULL));
    is_request(&request, "send", "pass%26word", "mobile=13800000001&content=a");
}

static const struct {
    const char *extno, *to, *text;
    bool own;
    enum error_kind kind;
    const char *why;
} refused[] = {
    { NULL, "+8613800000001", "a", false, ERROR_SETTINGS, "no extno" },
    { "", "+8613800000001", "a", false, ERROR_SETTINGS, "an empty extno" },
    { "106x", "+8613800000001", "a", false, ERROR_SETTINGS, "an extno that is none" },
    { "106", "+8613800000001", "a\n13900000000#b", true, ERROR_BUG, "a line break among own texts" },
    { "106", "+8613800000001", "a\rb", true, ERROR_BUG, "its brother" },
    { "106", "+8613800000001", "a#b", true, ERROR_BUG, "what ends a number" },
    { "106", "+12025550123", "a", false, ERROR_BUG, "a number elsewhere" },
    { "106", "+86", "a", true, ERROR_BUG, "no number" },
    { "106", "138#1", "a", true, ERROR_BUG, "more than digits" },
};

static void refuses_what_must_not_be_sent(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(refused); i++) {
        struct account cn =
            account(refused[i].extno == NULL ? NULL : driver_section("extno", refused[i].extno, NULL));
        struct batch_item item = {
            .to = refused[i].to, .text = refused[i].text, .subject = "", .reference = "a"
        };
        struct batch batch = { .kind = KIND_SMS, .own = refused[i].own, .item = &item, .count = 1 };
        struct request request = { 0 };
        struct error err = { 0 };

        if (api_sms57.send.build(&batch, &cn, &request, &err) || err.kind != refused[i].kind)
            fail_msg("%s: %s", refused[i].why, err.text);
        assert_null(strstr(err.text, refused[i].to));
        request_clear(&request);
    }
}

/* What becomes of 13800000001 and 13800000002. */
static const struct {
    int status;
    const char *body;
    enum outcome_kind kind[2];
    const char *code[2], *reference[2], *why;
} sends[] = {
    { 200,
      "{\"status\":\"0\",\"balance\":-1,\"list\":[{\"mid\":\"4C2C\",\"mobile\":\"13800000001\",\"result\":0},"
      "{\"mid\":\"4C2D\",\"mobile\":\"13800000002\",\"result\":0}]}",
      { OUTCOME_ACCEPTED, OUTCOME_ACCEPTED },
      { "", "" },
      { "4C2C", "4C2D" },
      "a status in quotes" },
    { 200,
      "{\"status\":0,\"list\":[{\"mid\":7,\"mobile\":13800000002,\"result\":\"0\"},"
      "{\"mid\":6,\"mobile\":\"+8613800000001\",\"result\":\"0\"}]}",
      { OUTCOME_ACCEPTED, OUTCOME_ACCEPTED },
      { "", "" },
      { "6", "7" },
      "a status without, another order, numbers of both types" },
    { 200,
      "{\"status\":\"0\",\"list\":[{\"mid\":\"A\",\"mobile\":\"13800000001\",\"result\":0},"
      "{\"mid\":\"B\",\"mobile\":\"13800000002\",\"result\":10},]}",
      { OUTCOME_ACCEPTED, OUTCOME_ACCOUNT },
      { "", "10" },
      { "A", "" },
      "one taken, one with a wrong extno; a comma too many" },
    { 200,
      "{\"status\":\"0\",\"list\":[{\"mobile\":\"13800000001\",\"result\":\"15\"},"
      "{\"mid\":\"B\",\"mobile\":\"13800000002\",\"result\":17}]}",
      { OUTCOME_ACCOUNT, OUTCOME_ACCOUNT },
      { "15", "17" },
      { "", "" },
      "balance and signature" },
    { 200,
      "{\"status\":\"0\",\"list\":[{\"mid\":\"A\",\"mobile\":\"13800000001\",\"result\":99},"
      "{\"mid\":\"B\",\"mobile\":\"13800000002\"}]}",
      { OUTCOME_UNSURE, OUTCOME_UNSURE },
      { "99", "missing" },
      { "", "" },
      "an unlisted result, and none" },
    { 200,
      "{\"status\":\"0\",\"list\":[{\"mid\":\"B\",\"mobile\":\"13800000002\",\"result\":10},"
      "{\"mid\":\"C\",\"mobile\":\"13800000002\",\"result\":0}]}",
      { OUTCOME_UNSURE, OUTCOME_ACCEPTED },
      { "missing", "" },
      { "", "C" },
      "an entry missing; a number named twice is taken when one is" },
    { 200,
      "{\"status\":\"0\",\"list\":[{\"mid\":\"B\",\"mobile\":\"138000000020\",\"result\":0},null,7,[],"
      "{\"mobile\":null,\"result\":0},{\"result\":0}]}",
      { OUTCOME_UNSURE, OUTCOME_UNSURE },
      { "missing", "missing" },
      { "", "" },
      "other numbers, and no numbers" },
    { 200,
      "{\"status\":0}",
      { OUTCOME_UNSURE, OUTCOME_UNSURE },
      { "missing", "missing" },
      { "", "" },
      "no list" },
    { 200,
      "{\"status\":0,\"list\":{\"mid\":\"A\",\"mobile\":\"13800000001\",\"result\":0}}",
      { OUTCOME_ACCEPTED, OUTCOME_UNSURE },
      { "", "missing" },
      { "A", "" },
      "an entry without its list" },
    { 200,
      "{\"status\":0,\"list\":\"x\"}",
      { OUTCOME_UNSURE, OUTCOME_UNSURE },
      { "missing", "missing" },
      { "", "" },
      "a list that is none" },
    { 200,
      "{\"status\":0,\"list\":[{\"mid\":\"A\",\"mobile\":\"8613800000001\",\"result\":0},"
      "{\"mid\":\"B\",\"mobile\":8613800000002,\"result\":15}]}",
      { OUTCOME_ACCEPTED, OUTCOME_ACCOUNT },
      { "", "15" },
      { "A", "" },
      "the country's code without its plus" },
    { 200,
      "{\"status\":0,\"list\":[{\"mid\":\"A\",\"mobile\":\"13800000001\",\"result\":0},"
      "{\"mid\":\"B\",\"mobile\":\"13800000002\",\"result\":10}]",
      { OUTCOME_ACCEPTED, OUTCOME_ACCOUNT },
      { "", "10" },
      { "A", "" },
      "without its last brace" },
    { 200,
      "{\"status\":0,\"list\":[{\"mid\":\"A\",\"mobile\":\"13800000001\",\"result\":0},{\"mid\":\"B",
      { OUTCOME_ACCEPTED, OUTCOME_UNSURE },
      { "", "missing" },
      { "A", "" },
      "cut off behind the first" },
    { 200,
      "{\"status\":0,\"list\":[{\"mid\":12345678901234567890123,\"mobile\":\"13800000001\",\"result\":0}]}",
      { OUTCOME_ACCEPTED, OUTCOME_UNSURE },
      { "", "missing" },
      { "", "" },
      "a reference that no number holds" },
    { 200,
      "{\"status\":\"3\",\"list\":[{\"mid\":\"A\",\"mobile\":\"13800000001\",\"result\":0}]}",
      { OUTCOME_ACCOUNT, OUTCOME_ACCOUNT },
      { "3", "3" },
      { "", "" },
      "the status comes first" },
    { 500,
      "{\"status\":0,\"list\":[{\"mid\":\"A\",\"mobile\":\"13800000001\",\"result\":0}]}",
      { OUTCOME_UNSURE, OUTCOME_UNSURE },
      { "http-500", "http-500" },
      { "", "" },
      "a success that HTTP denies" },
    { 400,
      "{\"status\":102}",
      { OUTCOME_ACCOUNT, OUTCOME_ACCOUNT },
      { "102", "102" },
      { "", "" },
      "with a 400" },
    { 200, "{\"status\":999}", { OUTCOME_UNSURE, OUTCOME_UNSURE }, { "999", "999" }, { "", "" }, "unlisted" },
    { 200,
      "{\"status\":null}",
      { OUTCOME_UNSURE, OUTCOME_UNSURE },
      { "http-200", "http-200" },
      { "", "" },
      "null" },
    { 200,
      "{\"status\":[0]}",
      { OUTCOME_UNSURE, OUTCOME_UNSURE },
      { "http-200", "http-200" },
      { "", "" },
      "a list" },
    { 200, "OK", { OUTCOME_UNSURE, OUTCOME_UNSURE }, { "http-200", "http-200" }, { "", "" }, "no JSON" },
    { 200, "", { OUTCOME_UNSURE, OUTCOME_UNSURE }, { "http-200", "http-200" }, { "", "" }, "nothing" },
    { 200,
      "{\"status\":\"0\",\"list\":[{\"mid\":",
      { OUTCOME_UNSURE, OUTCOME_UNSURE },
      { "http-200", "http-200" },
      { "", "" },
      "cut off" },
    { 502, "<html>", { OUTCOME_UNSURE, OUTCOME_UNSURE }, { "http-502", "http-502" }, { "", "" }, "a proxy" },
    { 404, "", { OUTCOME_ACCOUNT, OUTCOME_ACCOUNT }, { "http-404", "http-404" }, { "", "" }, "another path" },
    { 429, "", { OUTCOME_RETRY, OUTCOME_RETRY }, { "http-429", "http-429" }, { "", "" }, "too many" },
};

static void judges_sends(void **state)
{
    struct account cn = account(NULL);

    (void)state;
    for (size_t i = 0; i < CASES(sends); i++) {
        struct batch_item items[2] = { { .to = "+8613800000001" }, { .to = "+8613800000002" } };
        struct batch batch = { .kind = KIND_SMS, .item = items, .count = 2 };

        driver_send(&api_sms57, &cn, sends[i].status, sends[i].body, &batch);
        for (size_t j = 0; j < 2; j++) {
            const struct outcome *outcome = &items[j].outcome;
            if (outcome->kind != sends[i].kind[j] || strcmp(outcome->code, sends[i].code[j]) != 0
                || strcmp(outcome->reference, sends[i].reference[j]) != 0 || outcome->token_refused)
                fail_msg("%s: %zu %s %s %s", sends[i].why, j, outcome_name(outcome->kind), outcome->code,
                         outcome->reference);
        }
    }
}

static void knows_every_status(void **state)
{
    static const struct {
        const char *code;
        enum outcome_kind kind;
    } codes[] = {
        { "1", OUTCOME_ACCOUNT },   { "2", OUTCOME_ACCOUNT }, { "3", OUTCOME_ACCOUNT },
        { "4", OUTCOME_ACCOUNT },   { "5", OUTCOME_RETRY },   { "6", OUTCOME_ACCOUNT },
        { "7", OUTCOME_ACCOUNT },   { "21", OUTCOME_RETRY },  { "100", OUTCOME_RETRY },
        { "102", OUTCOME_ACCOUNT },
    };
    struct account cn = account(NULL);

    (void)state;
    for (size_t i = 0; i < 2 * CASES(codes); i++) {
        struct batch_item item = { .to = "+8613800000001" };
        struct batch batch = { .kind = KIND_SMS, .item = &item, .count = 1 };
        char body[64];

        snprintf(body, sizeof body, i % 2 == 0 ? "{\"status\":%s}" : "{\"status\":\"%s\"}",
                 codes[i / 2].code);
        driver_send(&api_sms57, &cn, 200, body, &batch);
        assert_int_equal(item.outcome.kind, codes[i / 2].kind);
        assert_string_equal(item.outcome.code, codes[i / 2].code);
    }
}

static void no_row_of_the_document_is_missing(void **state)
{
    static const char *const stats[] = {
        "DELIVRD", "EXPIRED", "DELETED", "REJECTED", "MA:0001", "MA:0002", "MA:0003", "MA:0004",
        "MA:0005", "MA:0006", "MA:0009", "MA:0011",  "MA:0012", "MA:0013", "MA:0014", "MA:0021",
        "MA:0022", "MA:0023", "MA:0024", "MA:0025",  "MA:0026", "MA:0027", "MA:0028", "MA:0029",
        "MA:0030", "MO:200",  "MO:0254", "MO:0255",  "MO:NNNN",
    };
    const struct receipt *rows = api_sms57.receipts[0].rows;

    (void)state;
    for (size_t i = 0; i < CASES(stats); i++) {
        assert_string_equal(rows[i].code, stats[i]);
        assert_int_equal(rows[i].kind == RECEIPT_DELIVERED, i == 0);
    }
    assert_null(rows[CASES(stats)].code);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sends_one_text_to_several),
        cmocka_unit_test(sends_own_texts_as_lines),
        cmocka_unit_test(signs_plainly_when_told),
        cmocka_unit_test(refuses_what_must_not_be_sent),
        cmocka_unit_test(judges_sends),
        cmocka_unit_test(knows_every_status),
        cmocka_unit_test(no_row_of_the_document_is_missing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
