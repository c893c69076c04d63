/* SMS57-SMGW: balance, pulled and pushed reports and replies, to the letter of its document. */
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

#define POST(fields) "POST /sms\nContent-Type: application/x-www-form-urlencoded\n\n" fields

static void asks_to_the_letter(void **state)
{
    static const struct {
        const char *word;
        int size;
        const char *before, *after;
    } cases[] = {
        { "balance", 0, "action=balance&account=922011&password=", "&rt=json" },
        { "reports", 0, "action=report&account=922011&password=", "&size=1000&rt=json" },
        { "reports", 10, "action=report&account=922011&password=", "&size=10&rt=json" },
        { "reports", 3000, "action=report&account=922011&password=", "&size=3000&rt=json" },
        { "replies", 0, "action=mo&account=922011&password=", "&size=300&rt=json" },
        { "replies", 10, "action=mo&account=922011&password=", "&size=10&rt=json" },
        { "replies", 1000, "action=mo&account=922011&password=", "&size=1000&rt=json" },
    };
    char hex[DIGEST_HEX_MAX], expected[512];

    (void)state;
    assert_true(munja_wire.digest("md5", "pass&word", 9, hex, NULL));
    for (size_t i = 0; i < 2 * CASES(cases); i++) {
        const bool plain = i % 2;
        struct account cn = account(plain ? driver_section("sign", "plain", NULL) : NULL);
        struct query query = { .size = cases[i / 2].size };

        if (plain)
            cn.wire = NULL; /* nothing is to be computed */
        snprintf(expected, sizeof expected, POST("%s%s%s"), cases[i / 2].before, plain ? "pass%26word" : hex,
                 cases[i / 2].after);
        driver_asks(api_operation(&api_sms57, cases[i / 2].word), &cn, &query, expected);
    }
}

static void asks_nothing_malformed(void **state)
{
    static const struct {
        const char *word;
        int size;
    } cases[] = {
        { "reports", 9 }, { "reports", 3001 }, { "reports", 10000 }, { "reports", -1 },
        { "replies", 9 }, { "replies", 1001 }, { "replies", -1 },
    };
    struct account cn = account(NULL);

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        struct query query = { .size = cases[i].size };
        driver_asks_not(api_operation(&api_sms57, cases[i].word), &cn, &query, ERROR_USAGE, "--size: ");
    }
    cn.wire = NULL;
    driver_asks_not(&api_sms57.balance, &cn, &(struct query){ 0 }, ERROR_BUG, "");
}

static const struct driver_case balances[] = {
    { 200, "{\"status\":0,\"balance\":-153278040,\"chargeType\":\"POSTCHARGE\"}", OUTCOME_ACCEPTED, "",
      "-153278040|CNY/1000|postpaid\n", "as printed" },
    { 200, "{\"status\":\"0\",\"balance\":\"25000\",\"chargeType\":\"PRECHARGE\",}", OUTCOME_ACCEPTED, "",
      "25000|CNY/1000|prepaid\n", "in quotes, paid in advance, a comma too many" },
    { 200, "{\"status\":0,\"balance\":9000000000123}", OUTCOME_ACCEPTED, "", "9000000000123|CNY/1000|-\n",
      "beyond 32 bits, without a type" },
    { 200, "{\"status\":0,\"balance\":0,\"chargeType\":\"OTHER\"}", OUTCOME_ACCEPTED, "", "0|CNY/1000|-\n",
      "another type" },
    { 200, "{\"status\":0,\"balance\":0,\"chargeType\":[]}", OUTCOME_ACCEPTED, "", "0|CNY/1000|-\n", "none" },
    { 200, "{\"status\":0}", OUTCOME_UNSURE, "none", NULL, "no balance" },
    { 200, "{\"status\":0,\"balance\":\"-\"}", OUTCOME_UNSURE, "none", NULL, "a sign" },
    { 200, "{\"status\":0,\"balance\":\"\"}", OUTCOME_UNSURE, "none", NULL, "nothing" },
    { 200, "{\"status\":0,\"balance\":12.5}", OUTCOME_UNSURE, "none", NULL, "a fraction" },
    { 200, "{\"status\":0,\"balance\":\"1e9\"}", OUTCOME_UNSURE, "none", NULL, "another notation" },
    { 500, "{\"status\":0,\"balance\":1}", OUTCOME_UNSURE, "http-500", NULL, "a success that HTTP denies" },
    { 200, "{\"balance\":1}", OUTCOME_UNSURE, "http-200", NULL, "no status" },
    { 200, "{\"status\":\"999\",\"balance\":1}", OUTCOME_UNSURE, "999", NULL, "an unlisted status" },
    { 200, "", OUTCOME_UNSURE, "http-200", NULL, "nothing at all" },
    { 404, "", OUTCOME_ACCOUNT, "http-404", NULL, "another path" },
    { 429, "", OUTCOME_RETRY, "http-429", NULL, "too many" },
};

static void judges_balances(void **state)
{
    static const struct query query = { 0 };
    struct account cn = account(NULL);

    (void)state;
    driver_answers(&api_sms57.balance, &cn, &query, listing_balance, balances, CASES(balances));
}

/* 7, for each of the three questions and in both types. */
static void knows_every_status(void **state)
{
    static const struct query query = { 0 };
    static const char *const words[] = { "balance", "reports", "replies" };
    struct account cn = account(NULL);

    (void)state;
    for (const struct verdict *row = api_sms57.verdicts[0].rows; row->code != NULL; row++)
        for (size_t i = 0; i < 2 * CASES(words); i++) {
            const struct operation *operation = api_operation(&api_sms57, words[i / 2]);
            struct answer answer = { 0 };
            struct reply reply;
            char body[128];

            snprintf(body, sizeof body, "{\"status\":%s%s%s,\"balance\":1,\"list\":[]}", i % 2 ? "\"" : "",
                     row->code, i % 2 ? "\"" : "");
            reply = driver_reply(200, body);
            operation->judge(&query, &cn, &reply, &answer);
            assert_int_equal(answer.outcome.kind, row->kind);
            assert_int_equal(answer.outcome.kind == OUTCOME_ACCEPTED, strcmp(row->code, "0") == 0);
            if (answer.outcome.kind != OUTCOME_ACCEPTED)
                assert_string_equal(answer.outcome.code, row->code);
            answer_clear(&answer);
            reply_clear(&reply);
        }
}

#define LIST(entries) "{\"status\":\"0\",\"balance\":-153278040,\"list\":[" entries "]}"

static const struct driver_case reports[] = {
    { 200,
      LIST("{\"flag\":1,\"mid\":\"4C36654382720005\",\"spid\":\"922011\",\"accessCode\":\"10690\","
           "\"mobile\":\"18983437010\",\"stat\":\"MA:0029\",\"time\":\"2017-04-12 01:38:21\"},"
           "{\"flag\":\"1\",\"mid\":7,\"mobile\":18983437011,\"stat\":\"DELIVRD\",\"time\":null},"),
      OUTCOME_ACCEPTED, "",
      "4C36654382720005|+8618983437010|failed|MA:0029|the number's range is on the channel's black list|"
      "2017-04-12 01:38:21\n7|+8618983437011|delivered|DELIVRD|delivered|-\n",
      "as printed, and in the other types; a comma too many" },
    { 200, LIST("{\"mid\":\"A\",\"mobile\":\"18983437010\",\"stat\":\"MO:0042\"}"), OUTCOME_ACCEPTED, "",
      "A|+8618983437010|gateway|MO:0042|NNNN is the next gateway's own code, which only its operator can "
      "explain|-\n",
      "a code of the next gateway" },
    { 200, LIST("{\"mid\":\"A\",\"mobile\":\"1069\",\"stat\":\"UNDELIV\"},{\"mid\":\"B\",\"mobile\":\"x\"}"),
      OUTCOME_ACCEPTED, "", "A|1069|failed|UNDELIV|a code that the document does not list|-\nB|x|-|-|-|-\n",
      "whatever is not DELIVRD failed; no code, no state" },
    { 200, LIST("null,7,{\"mid\":\"A\"},[],\"x\""), OUTCOME_ACCEPTED, "", "A|-|-|-|-|-\n", "one entry" },
    { 200, LIST("null,7,[],\"x\""), OUTCOME_UNSURE, "none", NULL, "no entries" },
    { 200,
      LIST("{\"mid\":\"A\",\"mobile\":\"8618983437010\"},{\"mid\":\"B\",\"mobile\":8618983437011},"
           "{\"mid\":\"C\",\"mobile\":\"008618983437012\"},{\"mid\":\"D\",\"mobile\":\"861898343701\"}"),
      OUTCOME_ACCEPTED, "",
      "A|+8618983437010|-|-|-|-\nB|+8618983437011|-|-|-|-\nC|+8618983437012|-|-|-|-\nD|861898343701|-|-|-|-"
      "\n",
      "the country's code without its plus" },
    { 200, LIST("{\"mid\":12345678901234567890123,\"mobile\":\"18983437010\"}"), OUTCOME_ACCEPTED, "",
      "-|+8618983437010|-|-|-|-\n", "a reference that no number holds" },
    { 200, "[{\"mid\":\"A\"},{\"mid\":\"B\"}]", OUTCOME_ACCEPTED, "", "A|-|-|-|-|-\nB|-|-|-|-|-\n",
      "a list alone" },
    { 200, "[]", OUTCOME_ACCEPTED, "", NULL, "an empty one" },
    { 200, "[7]", OUTCOME_UNSURE, "none", NULL, "one of something else" },
    { 500, "[{\"mid\":\"A\"}]", OUTCOME_UNSURE, "http-500", NULL, "one that HTTP denies" },
    { 200, "{\"status\":0,\"list\":null}", OUTCOME_ACCEPTED, "", NULL, "null" },
    { 200, "{\"status\":0,\"list\":\"x\"}", OUTCOME_UNSURE, "none", NULL, "a word" },
    { 200, "{\"status\":0,\"list\":7}", OUTCOME_UNSURE, "none", NULL, "a number" },
    { 200, "{\"status\":0,\"list\":{\"x\":1}}", OUTCOME_UNSURE, "none", NULL, "an object that is no entry" },
    { 200, LIST(""), OUTCOME_ACCEPTED, "", NULL, "nothing is there" },
    { 200, "{\"status\":0}", OUTCOME_ACCEPTED, "", NULL, "no list" },
    { 200, "{\"status\":0,\"list\":{\"mid\":\"A\"}}", OUTCOME_ACCEPTED, "", "A|-|-|-|-|-\n",
      "an entry without its list" },
    { 200, "{\"status\":3,\"list\":[{\"mid\":\"A\"}]}", OUTCOME_ACCOUNT, "3", NULL, "refused" },
    { 200, "{\"status\":0,\"list\":[{\"mid\":\"A\"}]", OUTCOME_ACCEPTED, "", "A|-|-|-|-|-\n",
      "an answer that arrived whole, but for its last brace" },
    { 200, "{\"status\":0,\"list\":{\"mid\":\"A\"}", OUTCOME_ACCEPTED, "", "A|-|-|-|-|-\n",
      "the same, an entry without its list" },
    { 200, "[{\"mid\":\"A\"},{\"mid\":\"B", OUTCOME_ACCEPTED, "", "A|-|-|-|-|-\n", "half of a list alone" },
    { 200, "{\"status\":3,\"list\":[{\"mid\":\"A\"}]", OUTCOME_ACCOUNT, "3", NULL, "refused, without it" },
};

static const struct driver_case replies[] = {
    { 200,
      LIST("{\"flag\":0,\"mid\":\"4C36654382720005\",\"spid\":\"922011\",\"accessCode\":\"10690\","
           "\"mobile\":\"18983437010\",\"content\":\"上行内容 1\",\"time\":\"2017-04-12 01:38:21\"},"
           "{\"flag\":\"0\",\"mid\":null,\"accessCode\":10690,\"mobile\":18983437011,\"content\":\"\"}"),
      OUTCOME_ACCEPTED, "",
      "4C36654382720005|+8618983437010|10690|上行内容 1|2017-04-12 01:38:21\n-|+8618983437011|10690||-\n",
      "as printed, and in the other types" },
    { 200, LIST("{\"mobile\":\"+8618983437010\",\"content\":\"a\\nb\"}"), OUTCOME_ACCEPTED, "",
      "-|+8618983437010|-|a\nb|-\n", "a number with its country, two lines" },
    { 200, LIST(""), OUTCOME_ACCEPTED, "", NULL, "nothing is there" },
    { 200, "{\"status\":21}", OUTCOME_RETRY, "21", NULL, "too many connections" },
    { 200, "OK", OUTCOME_UNSURE, "http-200", NULL, "no JSON" },
};

static void judges_what_is_pulled(void **state)
{
    static const struct query query = { 0 };
    struct account cn = account(NULL);

    (void)state;
    driver_answers(&api_sms57.reports, &cn, &query, listing_reports, reports, CASES(reports));
    driver_answers(&api_sms57.replies, &cn, &query, listing_replies, replies, CASES(replies));
}

/* The gateway does not say it again. */
static void reads_what_arrived_of_a_broken_answer(void **state)
{
    static const struct {
        const char *body, *rows;
        enum outcome_kind kind;
    } cases[] = {
        { "{\"status\":0,\"list\":[{\"mid\":\"A\",\"content\":\"a\"},{\"mid\":\"B\",\"content\":\"b\"},{"
          "\"mid\":\"C",
          "A|-|-|a|-\nB|-|-|b|-\n", OUTCOME_ACCEPTED },
        { "{\"status\":0,\"list\":[{\"mid\":\"A\",\"content\":\"}\"}", "A|-|-|}|-\n", OUTCOME_ACCEPTED },
        { "{\"status\":0,\"list\":[{\"mid\":\"A\",\"content\":\"{}\"},{\"mid\":\"B\",\"content\":\"}}} b",
          "A|-|-|{}|-\n", OUTCOME_ACCEPTED },
        { "{\"status\":0,\"list\":[{\"mid\":\"A\",\"content\":\"a\"},", "A|-|-|a|-\n", OUTCOME_ACCEPTED },
        { "{\"status\":0,\"list\":[{\"mid\":\"A\",\"content\":\"a", "", OUTCOME_UNSURE },
        { "{\"status\":0,\"list\":[{\"mid\":\"A\",\"content\":\"}}}}}}}}} a", "", OUTCOME_UNSURE },
        { "{\"status\":3,\"list\":[{\"mid\":\"A\"}", "", OUTCOME_ACCOUNT },
        { "}", "", OUTCOME_UNSURE },
        { "", "", OUTCOME_UNSURE },
    };
    static const struct query query = { 0 };
    struct account cn = account(NULL);

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        struct reply reply = driver_reply(200, cases[i].body);
        struct answer answer = { 0 };

        reply.carried = CARRIED_PARTLY;
        api_sms57.replies.judge(&query, &cn, &reply, &answer);
        assert_int_equal(answer.outcome.kind, cases[i].kind);
        driver_rows_are(&answer.listing, cases[i].rows);
        if (answer.outcome.kind == OUTCOME_ACCEPTED)
            assert_non_null(strstr(answer.outcome.meaning, "broke off"));
        answer_clear(&answer);
        reply_clear(&reply);
    }
}

static void every_stat_is_read(void **state)
{
    static const struct query query = { 0 };
    struct account cn = account(NULL);

    (void)state;
    for (const struct receipt *row = api_sms57.receipts[0].rows; row->code != NULL; row++) {
        struct answer answer = { 0 };
        struct reply reply;
        char body[128];

        snprintf(body, sizeof body, LIST("{\"mid\":\"A\",\"stat\":\"%s\"}"), row->code);
        reply = driver_reply(200, body);
        api_sms57.reports.judge(&query, &cn, &reply, &answer);
        assert_string_equal(listing_cell(&answer.listing, 0, "state"), receipt_name(row->kind));
        assert_string_equal(listing_cell(&answer.listing, 0, "meaning"), row->meaning);
        answer_clear(&answer);
        reply_clear(&reply);
    }
}

static const struct {
    const char *body;
    bool taken;
    const char *rows, *why;
} pushes[] = {
    { "[{\"flag\":0,\"mid\":\"4C36654382720005\",\"spid\":\"922011\",\"accessCode\":\"10690\","
      "\"mobile\":\"18983437010\",\"content\":\"上行内容\",\"time\":\"2017-04-12 01:38:21\"},"
      "{\"flag\":1,\"mid\":\"4C36654382720006\",\"spid\":\"922011\",\"accessCode\":\"10690\","
      "\"mobile\":\"18983437011\",\"stat\":\"DELIVRD\",\"time\":\"2017-04-12 01:38:21\"}]",
      true,
      "reply|4C36654382720005|10690|+8618983437010|-|-|-|上行内容|2017-04-12 01:38:21|-\n"
      "report|4C36654382720006|+8618983437011|10690|delivered|DELIVRD|delivered|-|2017-04-12 01:38:21|-\n",
      "as printed" },
    { "[{\"flag\":\"1\",\"mid\":6,\"mobile\":18983437011,\"stat\":\"MO:0254\",\"content\":\"x\"},"
      "{\"flag\":\"0\",\"mobile\":18983437011,\"content\":\"y\",\"stat\":\"z\"}]",
      true,
      "report|6|+8618983437011|-|gateway|MO:0254|passing it on took too long|-|-|-\n"
      "reply|-|-|+8618983437011|-|-|-|y|-|-\n",
      "in the other types; what is not valid for a flag does not count" },
    { "[{\"mid\":\"A\",\"stat\":\"EXPIRED\"},{\"mid\":\"B\",\"content\":\"b\"}]", true,
      "report|A|-|-|missed|EXPIRED|not delivered in time|-|-|-\nreply|B|-|-|-|-|-|b|-|-\n", "without flags" },
    { "[{\"flag\":2,\"mid\":\"A\"},{\"mid\":\"B\",\"content\":\"b\"},{\"mid\":\"C\"},null,7,[],{}]", true,
      "reply|B|-|-|-|-|-|b|-|-\n", "what is neither is passed over" },
    { "[{\"flag\":2,\"mid\":\"A\"},{\"mid\":\"B\"},null,7,[],{}]", false, NULL, "nothing but such" },
    { "[]", true, "", "nothing" },
    { "{\"flag\":1}", false, NULL, "no list" },
    { "OK", false, NULL, "no JSON" },
    { "", false, NULL, "nothing at all" },
    { "[{\"flag\":1,", false, NULL, "cut off" },
};

static void judges_what_is_pushed(void **state)
{
    (void)state;
    assert_string_equal(api_sms57.webhook.taken, "OK");
    assert_string_equal(api_sms57.webhook.content_type, "text/plain");
    for (size_t i = 0; i < CASES(pushes); i++) {
        struct reply pushed = driver_reply(0, pushes[i].body);
        struct answer answer = { 0 };
        struct error err = { 0 };

        if (api_sms57.webhook.judge(&pushed, &answer, &err) != pushes[i].taken)
            fail_msg("%s: %s", pushes[i].why, err.text);
        assert_int_equal(err.kind, pushes[i].taken ? ERROR_NONE : ERROR_GATEWAY);
        if (pushes[i].taken) {
            assert_int_equal(answer.outcome.kind, OUTCOME_ACCEPTED);
            assert_ptr_equal(answer.listing.column, listing_webhook);
            driver_rows_are(&answer.listing, pushes[i].rows);
        }
        answer_clear(&answer);
        reply_clear(&pushed);
    }
}

/* It knows no reservations and no images: left out, a message for tomorrow would go out today. */
static void sends_no_more_than_it_can(void **state)
{
    struct account cn = account(driver_section("extno", "10690", NULL));
    struct batch_item item = { .to = "+8613800000001", .text = "a", .subject = "", .reference = "a-1" };
    const struct batch batches[] = {
        { .kind = KIND_SMS, .item = &item, .count = 1, .at = "2026-12-31 09:00:00" },
        { .kind = KIND_MMS, .item = &item, .count = 1, .image = "x", .image_bytes = 1 },
        { .kind = KIND_MMS, .item = &item, .count = 1, .image_url = "https://a.example/" },
    };

    (void)state;
    for (size_t i = 0; i < CASES(batches); i++) {
        struct request request = { 0 };

        assert_false(api_sms57.send.build(&batches[i], &cn, &request, NULL));
        request_clear(&request);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asks_to_the_letter),        cmocka_unit_test(asks_nothing_malformed),
        cmocka_unit_test(judges_balances),           cmocka_unit_test(knows_every_status),
        cmocka_unit_test(judges_what_is_pulled),     cmocka_unit_test(reads_what_arrived_of_a_broken_answer),
        cmocka_unit_test(every_stat_is_read),        cmocka_unit_test(judges_what_is_pushed),
        cmocka_unit_test(sends_no_more_than_it_can),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
