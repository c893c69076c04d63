/* Nanuminet: the questions to the letter of its manual, and every way of answering them. */
#include "driver.h"

static struct account account(void)
{
    return (struct account){
        .name = "nanumi",
        .user = "apikey",
        .secret = "s3cret-hex",
        .from = "16441447",
        .token = "tok",
        .keys = api_nanuminet.keys,
    };
}

#define GET(target) "GET " target "\nX-NNM-ACCESSTOKEN: tok\n\n"

static void asks_to_the_letter(void **state)
{
    static const struct {
        const char *word;
        struct query query;
        const char *request;
    } cases[] = {
        { "balance", { 0 }, GET("/v1/count") },
        { "senders", { 0 }, GET("/v1/callback") },
        { "list", { 0 }, GET("/v1/list?sms_result=A") },
        { "list",
          { .month = "202611",
            .from_day = "1",
            .to_day = "30",
            .kind = "sms",
            .result = "F",
            .phone = "01011",
            .page = 2,
            .size = 100,
            .field = { [1] = "m-41-a", [6] = "서울 & 부산" } },
          GET("/v1/list?YM=202611&start_day=01&end_day=30&sms_result=F&send_type=S&search_field=PHONE"
              "&search_keyword=01011&page=2&pageSize=100&CETC1=m-41-a&CETC6=%EC%84%9C%EC%9A%B8%20%26%20%EB%"
              "B6%80%EC%82%B0") },
        { "list",
          { .kind = "LMS", .result = "E", .callback = "16441447", .from_day = "31" },
          GET("/v1/"
              "list?start_day=31&sms_result=E&send_type=M&search_field=CALLBACK&search_keyword=16441447") },
        { "list",
          { .kind = "mms", .result = "I", .text = "디스크 90%" },
          GET("/v1/"
              "list?sms_result=I&send_type=M&search_field=MSG&search_keyword=%EB%94%94%EC%8A%A4%ED%81%AC%"
              "2090%25") },
        { "list", { .kind = "auto", .result = "S" }, GET("/v1/list?sms_result=S") },
        { "result", { .ref = "202211/S/12345" }, GET("/v1/get/202211/S/12345") },
        { "result", { .ref = "202212/M/1" }, GET("/v1/get/202212/M/1") },
        { "reservation-list", { 0 }, GET("/v1/staylist") },
        { "reservation-list",
          { .kind = "sms", .phone = "01011", .page = 1, .size = 15, .field = { [2] = "b" } },
          GET("/v1/"
              "staylist?send_type=S&search_field=PHONE&search_keyword=01011&page=1&pageSize=15&CETC2=b") },
        { "reservation-cancel", { .ref = "S/12345" }, GET("/v1/cancel/S/12345") },
        { "reservation-cancel", { .ref = "M/7" }, GET("/v1/cancel/M/7") },
        { "reservation-cancel-all", { 0 }, GET("/v1/cancelall") },
    };
    struct account nanumi = account();

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++)
        driver_asks(api_operation(&api_nanuminet, cases[i].word), &nanumi, &cases[i].query, cases[i].request);
}

static void asks_nothing_malformed(void **state)
{
    static const char long_field[] = "한한한한한한한한한한한한한한한한한한한한한한한한한한한한한한한한한한한"
                                     "한한한한한한한한한한한한한한한한한한한";
    static const struct {
        const char *word;
        struct query query;
        const char *start;
    } cases[] = {
        { "list", { .month = "2026-11" }, "--month: " },
        { "list", { .month = "20261" }, "--month: " },
        { "list", { .month = "2026110" }, "--month: " },
        { "list", { .month = "202600" }, "--month: " },
        { "list", { .month = "202613" }, "--month: " },
        { "list", { .month = "" }, "--month: " },
        { "list", { .from_day = "0" }, "--from-day: " },
        { "list", { .from_day = "32" }, "--from-day: " },
        { "list", { .from_day = "001" }, "--from-day: " },
        { "list", { .to_day = "1&x=y" }, "--to-day: " },
        { "list", { .to_day = "" }, "--to-day: " },
        { "list", { .kind = "fax" }, "--kind: " },
        { "list", { .result = "s" }, "--result: " },
        { "list", { .result = "" }, "--result: " },
        { "list", { .result = "SI" }, "--result: " },
        { "list", { .phone = "010-1" }, "--phone: " },
        { "list", { .phone = "" }, "--phone: " },
        { "list", { .phone = "012345678901234567890" }, "--phone: " },
        { "list", { .callback = "%" }, "--callback: " },
        { "list", { .text = "" }, "--text: " },
        { "list", { .phone = "1", .callback = "1" }, "--callback: " },
        { "list", { .phone = "1", .text = "a" }, "--text: " },
        { "list", { .page = -1 }, "--page: " },
        { "list", { .size = -1 }, "--size: " },
        { "list", { .size = 101 }, "--size: " },
        { "list", { .field = { [1] = long_field } }, "--field: CETC1" },
        { "list", { .field = { [6] = "" } }, "--field: CETC6" },
        { "reservation-list", { .kind = "x" }, "--kind: " },
        { "reservation-list", { .size = 101 }, "--size: " },
        { "reservation-list", { .field = { [4] = long_field } }, "--field: CETC4" },
        { "result", { 0 }, "REF: " },
        { "result", { .ref = "" }, "REF: " },
        { "result", { .ref = "S/12345" }, "REF: " },
        { "result", { .ref = "202213/S/1" }, "REF: " },
        { "result", { .ref = "202211/X/1" }, "REF: " },
        { "result", { .ref = "202211/S/" }, "REF: " },
        { "result", { .ref = "202211/S/1/2" }, "REF: " },
        { "result", { .ref = "202211/S/1", .page = 1 }, "--page: " },
        { "result", { .ref = "202211/S/1", .size = 1 }, "--size: " },
        { "result", { .ref = "202211/S/1?a" }, "REF: " },
        { "result", { .ref = "202211/S/-1" }, "REF: " },
        { "result", { .ref = "202211/S/ 1" }, "REF: " },
        { "result", { .ref = "20221/S/1" }, "REF: " },
        { "result", { .ref = "202211/S/1234567890123456789" }, "REF: " },
        { "reservation-cancel", { 0 }, "REF: " },
        { "reservation-cancel", { .ref = "202211/S/1" }, "REF: " },
        { "reservation-cancel", { .ref = "S/../all" }, "REF: " },
        { "reservation-cancel", { .ref = "s/1" }, "REF: " },
        { "reservation-cancel", { .ref = "S/1 " }, "REF: " },
        { "reservation-cancel", { .ref = "S" }, "REF: " },
    };
    struct account nanumi = account();

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++)
        driver_asks_not(api_operation(&api_nanuminet, cases[i].word), &nanumi, &cases[i].query, ERROR_USAGE,
                        cases[i].start);
}

/* A kept connection that dies must not cancel twice: once sent, only the operator knows. */
static void what_acts_is_sent_once(void **state)
{
    static const struct query query = { .ref = "S/1" };
    struct account nanumi = account();

    (void)state;
    for (const struct api_operation *o = api_operations; o->word != NULL; o++) {
        const struct operation *operation = api_operation(&api_nanuminet, o->word);
        struct request request = { 0 };

        if (operation == NULL || strcmp(o->word, "result") == 0 || strcmp(o->word, "login") == 0)
            continue;
        assert_true(operation->build(&query, &nanumi, &request, NULL));
        assert_int_equal(request.once, strncmp(o->word, "reservation-cancel", 18) == 0);
        request_clear(&request);
    }
}

static void needs_its_token(void **state)
{
    static const struct query query = { .ref = "S/1" };
    struct account nanumi = account();

    (void)state;
    nanumi.token = NULL;
    driver_asks_not(&api_nanuminet.balance, &nanumi, &query, ERROR_BUG, "");
    driver_asks_not(&api_nanuminet.list, &nanumi, &query, ERROR_BUG, "");
    driver_asks_not(&api_nanuminet.reservation_cancel, &nanumi, &query, ERROR_BUG, "");
}

/* What every question meets alike, shown with the plainest. */
static const struct driver_case balances[] = {
    { 200, "{\"result\":true,\"msg\":\"성공\",\"count\":1234}", OUTCOME_ACCEPTED, "", "1234|messages|-\n",
      "a number" },
    { 200, "{\"result\":true,\"count\":\"1234\",}", OUTCOME_ACCEPTED, "", "1234|messages|-\n", "in quotes" },
    { 200, "{\"result\":true,\"count\":0}", OUTCOME_ACCEPTED, "", "0|messages|-\n", "nothing left" },
    { 200, "{\"result\":true,\"count\":-5}", OUTCOME_ACCEPTED, "", "-5|messages|-\n", "less than nothing" },
    { 500, "{\"result\":true,\"count\":1}", OUTCOME_ACCEPTED, "", "1|messages|-\n", "true counts" },
    { 200, "{\"result\":true}", OUTCOME_UNSURE, "none", NULL, "no count" },
    { 200, "{\"result\":true,\"count\":null}", OUTCOME_UNSURE, "none", NULL, "null" },
    { 200, "{\"result\":true,\"count\":\"many\"}", OUTCOME_UNSURE, "none", NULL, "a word" },
    { 200, "{\"result\":true,\"count\":\"\"}", OUTCOME_UNSURE, "none", NULL, "nothing" },
    { 200, "{\"result\":true,\"count\":\"-\"}", OUTCOME_UNSURE, "none", NULL, "a sign" },
    { 200, "{\"result\":true,\"count\":1.5}", OUTCOME_UNSURE, "none", NULL, "half a message" },
    { 200, "{\"result\":true,\"count\":[1]}", OUTCOME_UNSURE, "none", NULL, "a list" },
    { 200, "{\"result\":\"true\",\"count\":1}", OUTCOME_UNSURE, "http-200", NULL, "the word true" },
    { 200, "{\"result\":1,\"count\":1}", OUTCOME_UNSURE, "http-200", NULL, "the number 1" },
    { 200, "{\"result\":false,\"count\":1}", OUTCOME_ACCOUNT, "false", NULL, "no reason" },
    { 200, "{\"result\":false,\"msg\":\"토큰 만료\"}", OUTCOME_ACCOUNT, "token", NULL, "the token" },
    { 401, "{\"result\":false,\"msg\":\"인증 실패\"}", OUTCOME_ACCOUNT, "token", NULL, "the login" },
    { 200, "{\"result\":false,\"msg\":\"허용되지 않은 IP\"}", OUTCOME_ACCOUNT, "address", NULL,
      "the address" },
    { 401, "", OUTCOME_ACCOUNT, "http-401", NULL, "by status" },
    { 404, "<html>", OUTCOME_ACCOUNT, "http-404", NULL, "another path" },
    { 429, "", OUTCOME_RETRY, "http-429", NULL, "too many" },
    { 503, "", OUTCOME_UNSURE, "http-503", NULL, "a fault" },
    { 200, "", OUTCOME_UNSURE, "http-200", NULL, "nothing at all" },
    { 200, "[true]", OUTCOME_UNSURE, "http-200", NULL, "a list" },
};

static void judges_balances(void **state)
{
    static const struct query query = { 0 };
    struct account nanumi = account();

    (void)state;
    driver_answers(&api_nanuminet.balance, &nanumi, &query, listing_balance, balances, CASES(balances));
}

static void renews_a_token_that_ended(void **state)
{
    static const struct {
        const char *body;
        bool refused;
    } cases[] = {
        { "{\"result\":false,\"msg\":\"만료된 토큰\"}", true },
        { "{\"result\":false,\"msg\":\"?\"}", true },
        { "{\"result\":false,\"msg\":\"예약내역이 없습니다\"}", false },
        { "{\"result\":false,\"msg\":\"이미 발송되었습니다\"}", false },
        { "{\"result\":true}", false },
    };
    static const struct query query = { .ref = "S/1" };
    struct account nanumi = account();

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        struct reply reply = driver_reply(200, cases[i].body);
        struct answer answer = { 0 };

        api_nanuminet.reservation_cancel.judge(&query, &nanumi, &reply, &answer);
        assert_int_equal(answer.outcome.token_refused, cases[i].refused);
        answer_clear(&answer);
        reply_clear(&reply);
    }
}

static const struct driver_case senders[] = {
    { 200, "{\"result\":true,\"data\":[\"16441447\",\"0212345678\"]}", OUTCOME_ACCEPTED, "",
      "16441447\n0212345678\n", "texts" },
    { 200, "{\"result\":true,\"data\":[16441447,1012345678,212345678,21234567,\"\"]}", OUTCOME_ACCEPTED, "",
      "16441447\n01012345678\n0212345678\n021234567\n", "numbers that lost a zero, but for a service's" },
    { 200, "{\"result\":true,\"data\":[\"16441447\",[]]}", OUTCOME_UNSURE, "none", NULL, "what is none" },
    { 200, "{\"result\":true,\"data\":[{\"name\":\"16441447\"}]}", OUTCOME_UNSURE, "none", NULL,
      "objects of another kind" },
    { 200, "{\"result\":true,\"data\":{\"totalCnt\":0,\"list\":null}}", OUTCOME_ACCEPTED, "", NULL,
      "an empty page" },
    { 200, "{\"result\":true,\" data\":[\"16441447\"]}", OUTCOME_ACCEPTED, "", "16441447\n",
      "a blank in front of the key" },
    { 200,
      "{\"result\":true,\"data\":[{\"CALLBACK\":\"16441447\"},{\"number\":\"15880000\",\"INDEXNUM\":1}]}",
      OUTCOME_ACCEPTED, "", "16441447\n15880000\n", "objects" },
    { 200, "{\"result\":true,\"data\":{\"0\":\"16441447\",\"2\":\"15880000\"}}", OUTCOME_ACCEPTED, "",
      "16441447\n15880000\n", "an array whose keys do not count" },
    { 200, "{\"result\":true,\"data\":{\"totalCnt\":1,\"list\":[{\"callback\":\"16441447\"}]}}",
      OUTCOME_ACCEPTED, "", "16441447\n", "as a page" },
    { 200, "{\"result\":true,\"data\":[]}", OUTCOME_ACCEPTED, "", NULL, "none" },
    { 200, "{\"result\":true,\"data\":null}", OUTCOME_ACCEPTED, "", NULL, "null" },
    { 200, "{\"result\":true,\"data\":\"x\"}", OUTCOME_UNSURE, "none", NULL, "a word" },
    { 200, "{\"result\":true}", OUTCOME_UNSURE, "none", NULL, "no data" },
    { 200, "{\"result\":false,\"msg\":\"데이터가 없습니다\"}", OUTCOME_REFUSED, "none", NULL, "in words" },
};

static void judges_senders(void **state)
{
    static const struct query query = { 0 };
    struct account nanumi = account();

    (void)state;
    driver_answers(&api_nanuminet.senders, &nanumi, &query, listing_senders, senders, CASES(senders));
}

#define PAGE(rows)                                                                                           \
    "{\"result\":true,\"msg\":\"\",\"data\":{\"YM\":\"202211\",\"totalCnt\":\"40\",\"page\":1,\"pageSize\":" \
    "15,\"list\":" rows "}}"

static const struct driver_case lists[] = {
    { 200,
      PAGE("[{\"ROWNUM\":40,\"INDEXNUM\":12345,\"SEND_DATE\":\"2022-11-07 17:40:00\",\"SUBJECT\":null,"
           "\"MSG\":\"디스크\\n90%\",\"CALLBACK\":\"16441447\",\"PHONE\":\"01012345678\",\"TYPE\":\"SMS\","
           "\"STAT\":\"06\",\"STAT_TEXT\":\"전송성공\",\"FCNT\":0},"
           "{\"ROWNUM\":\"39\",\"INDEXNUM\":\"9\",\"SEND_DATE\":\"2022-11-07 17:39:00\",\"SUBJECT\":\"제목\","
           "\"MSG\":\"본문\",\"CALLBACK\":\"16441447\",\"PHONE\":\"01087654321\",\"TYPE\":\"MMS\","
           "\"STAT\":3004,\"STAT_TEXT\":\"전원 꺼짐\",\"FCNT\":\"1\"}]"),
      OUTCOME_ACCEPTED, "",
      "202211/S/12345|sms|01012345678|16441447|-|디스크\n90%|delivered|06|delivered|2022-11-07 17:40:00|0\n"
      "202211/M/9|mms|01087654321|16441447|제목|본문|missed|3004|the phone is off|2022-11-07 17:39:00|1\n",
      "as printed, and in the other types" },
    { 200,
      PAGE("[{\"INDEXNUM\":1,\"TYPE\":\"LMS\",\"STAT\":6},{\"INDEXNUM\":2,\"TYPE\":\"sms\",\"STAT\":0}]"),
      OUTCOME_ACCEPTED, "",
      "202211/M/1|lms|-|-|-|-|delivered|06|delivered|-|-\n"
      "202211/S/2|sms|-|-|-|-|waiting|00|waiting for the result|-|-\n",
      "codes that lost a zero as numbers" },
    { 200, PAGE("[{\"INDEXNUM\":1,\"TYPE\":\"SMS\",\"STAT\":\"77\",\"STAT_TEXT\":\"새 코드\"}]"),
      OUTCOME_ACCEPTED, "", "202211/S/1|sms|-|-|-|-|-|77|새 코드|-|-\n", "an unlisted code keeps its words" },
    { 200, PAGE("[{\"INDEXNUM\":\"x/1\",\"TYPE\":\"FAX\",\"STAT\":[],\"PHONE\":{}}]"), OUTCOME_ACCEPTED, "",
      "-|FAX|-|-|-|-|-|-|-|-|-\n", "an index and a type that are none" },
    { 200, PAGE("{\"0\":{\"INDEXNUM\":1,\"TYPE\":\"SMS\"},\"5\":{\"INDEXNUM\":2,\"TYPE\":\"SMS\"}}"),
      OUTCOME_ACCEPTED, "", "202211/S/1|sms|-|-|-|-|-|-|-|-|-\n202211/S/2|sms|-|-|-|-|-|-|-|-|-\n",
      "an array whose keys do not count" },
    { 200, PAGE("{\"INDEXNUM\":1,\"TYPE\":\"SMS\"}"), OUTCOME_ACCEPTED, "",
      "202211/S/1|sms|-|-|-|-|-|-|-|-|-\n", "one row without its list" },
    { 200, PAGE("[null]"), OUTCOME_UNSURE, "none", NULL, "a row that is null" },
    { 200, PAGE("[{\"INDEXNUM\":1},7]"), OUTCOME_UNSURE, "none", NULL, "one that is a number" },
    { 200, PAGE("[{}]"), OUTCOME_UNSURE, "none", NULL, "one that is empty" },
    { 200, PAGE("[{\"phone\":\"01012345678\"}]"), OUTCOME_UNSURE, "none", NULL, "one with other keys" },
    { 200, PAGE("\"?\""), OUTCOME_UNSURE, "none", NULL, "a word for a list" },
    { 200, PAGE("null"), OUTCOME_UNSURE, "none", NULL, "forty, but no list" },
    { 200, PAGE("[]"), OUTCOME_UNSURE, "none", NULL, "forty, but an empty list" },
    { 200, "{\"result\":true,\"data\":{\"totalCnt\":\"?\",\"list\":[]}}", OUTCOME_UNSURE, "none", NULL,
      "nobody knows how many, and an empty list" },
    { 200, "{\"result\":true,\"data\":{\"totalCnt\":3}}", OUTCOME_UNSURE, "none", NULL, "three, no list" },
    { 200, "{\"result\":true,\"data\":{\"YM\":\"202211\",\"totalCnt\":0}}", OUTCOME_ACCEPTED, "", NULL,
      "none, and no list" },
    { 200, "{\"result\":true,\"data\":{\"totalCnt\":0,\"list\":[]}}", OUTCOME_ACCEPTED, "", NULL,
      "none, and an empty list" },
    { 200, "{\"result\":true,\"data\":{\"list\":[]}}", OUTCOME_ACCEPTED, "", NULL, "an empty list alone" },
    { 200, "{\"result\":true,\"data\":{\"rows\":[{\"INDEXNUM\":1}]}}", OUTCOME_UNSURE, "none", NULL,
      "rows under another key" },
    { 200, "{\"result\":true,\"data\":[[{\"INDEXNUM\":5,\"PHONE\":\"01012345678\"}]]}", OUTCOME_UNSURE,
      "none", NULL, "a list in a list" },
    { 200, "{\"result\":true,\" data\":{\" list\":[{\"INDEXNUM\":1,\"TYPE\":\"SMS\"}]}}", OUTCOME_ACCEPTED,
      "", "202301/S/1|sms|-|-|-|-|-|-|-|-|-\n", "blanks in front of keys" },
    { 200,
      PAGE("[{\"INDEXNUM\":1,\"PHONE\":1012345678,\"CALLBACK\":16441447},"
           "{\"INDEXNUM\":2,\"PHONE\":\"1012345678\",\"CALLBACK\":212345678}]"),
      OUTCOME_ACCEPTED, "",
      "-|-|01012345678|16441447|-|-|-|-|-|-|-\n-|-|1012345678|0212345678|-|-|-|-|-|-|-\n",
      "numbers that lost a zero, but for a service's and those in quotes" },
    { 200,
      "{\"result\":true,\"data\":[{\"YM\":202211,\"totalCnt\":1,\"list\":[{\"INDEXNUM\":1,\"TYPE\":\"SMS\"}]}"
      "]}",
      OUTCOME_ACCEPTED, "", "202211/S/1|sms|-|-|-|-|-|-|-|-|-\n", "data as a list of one" },
    { 200, "{\"result\":true,\"data\":[{\"totalCnt\":0,\"list\":null}]}", OUTCOME_ACCEPTED, "", NULL,
      "the same, empty" },
    { 200, "{\"result\":true,\"data\":[{\"INDEXNUM\":1,\"TYPE\":\"SMS\"}]}", OUTCOME_ACCEPTED, "",
      "202301/S/1|sms|-|-|-|-|-|-|-|-|-\n", "data as the list; the month is the one asked for" },
    { 200, "{\"result\":true,\"data\":{\"YM\":\"../..\",\"list\":[{\"INDEXNUM\":1,\"TYPE\":\"SMS\"}]}}",
      OUTCOME_ACCEPTED, "", "202301/S/1|sms|-|-|-|-|-|-|-|-|-\n", "a month that is none" },
    { 200, "{\"result\":true,\"data\":[]}", OUTCOME_ACCEPTED, "", NULL, "an empty array" },
    { 200, "{\"result\":true,\"data\":7}", OUTCOME_UNSURE, "none", NULL, "a number" },
    { 200, "{\"result\":true,\"data\":\"xyz\"}", OUTCOME_UNSURE, "none", NULL, "a word" },
    { 200, "{\"result\":true}", OUTCOME_UNSURE, "none", NULL, "no data" },
    { 200, "{\"result\":true,\"data\":{\"list\":[{\"INDEXNUM\":1", OUTCOME_UNSURE, "http-200", NULL,
      "cut off" },
    { 200, "{\"result\":false,\"msg\":\"조회된 데이터가 없습니다\"}", OUTCOME_REFUSED, "none", NULL,
      "in words" },
};

static void judges_lists(void **state)
{
    /* 2026-01-31 23:59:59 and 2026-02-01 00:00:00 in Korea. */
    static const struct query query = { .month = "202301" },
                              undated[] = { { .now_ms = 1769871599000 }, { .now_ms = 1769871600000 } };
    static const char *const dated[] = { "202601/S/1|sms|-|-|-|-|-|-|-|-|-\n",
                                         "202602/S/1|sms|-|-|-|-|-|-|-|-|-\n" };
    static const struct query behind = { .page = 9 };
    struct account nanumi = account();
    struct reply reply = driver_reply(200, lists[0].body);
    struct answer answer = { 0 };

    (void)state;
    driver_answers(&api_nanuminet.list, &nanumi, &query, listing_list, lists, CASES(lists));
    api_nanuminet.list.judge(&query, &nanumi, &reply, &answer);
    assert_int_equal(answer.listing.total, 40);
    answer_clear(&answer);
    reply_clear(&reply);
    /* Without a month the gateway lists the present one. */
    reply = driver_reply(200, "{\"result\":true,\"data\":[{\"INDEXNUM\":1,\"TYPE\":\"SMS\"}]}");
    for (size_t i = 0; i < CASES(undated); i++) {
        api_nanuminet.list.judge(&undated[i], &nanumi, &reply, &answer);
        driver_rows_are(&answer.listing, dated[i]);
        assert_int_equal(answer.listing.total, -1);
        answer_clear(&answer);
    }
    reply_clear(&reply);
    /* A page behind the last is empty although there are some. */
    reply = driver_reply(200, PAGE("[]"));
    api_nanuminet.list.judge(&behind, &nanumi, &reply, &answer);
    assert_int_equal(answer.outcome.kind, OUTCOME_ACCEPTED);
    assert_int_equal(answer.listing.total, 40);
    answer_clear(&answer);
    reply_clear(&reply);
}

/* A row of a list leads to itself. */
static void references_are_taken_back(void **state)
{
    static const struct query query = { 0 };
    struct account nanumi = account();
    struct reply reply = driver_reply(200, lists[0].body);
    struct answer answer = { 0 };

    (void)state;
    api_nanuminet.list.judge(&query, &nanumi, &reply, &answer);
    assert_int_equal(answer.listing.count, 2);
    for (size_t i = 0; i < answer.listing.count; i++) {
        struct query again = { .ref = listing_cell(&answer.listing, i, "reference") };
        struct request request = { 0 };
        assert_true(api_nanuminet.result.build(&again, &nanumi, &request, NULL));
        request_clear(&request);
    }
    answer_clear(&answer);
    reply_clear(&reply);
}

#define ROW(type, stat)                                                                                      \
    "{\"INDEXNUM\":12345,\"SEND_DATE\":\"2022-11-07 17:40:00\",\"SUBJECT\":\"\",\"MSG\":\"a\","              \
    "\"CALLBACK\":\"16441447\",\"PHONE\":\"01012345678\",\"TYPE\":\"" type "\",\"STAT\":" stat               \
    ",\"STAT_TEXT\":\"말\",\"FCNT\":0,\"CETC1\":\"m-41-a\",\"CETC2\":null}"
#define SHOWN(state) "202211/S/12345|01012345678|sms|" state "|2022-11-07 17:40:00|-|-\n"

static const struct driver_case results[] = {
    { 200, "{\"result\":true,\"data\":" ROW("SMS", "\"06\"") "}", OUTCOME_ACCEPTED, "",
      SHOWN("delivered|06|delivered"), "data as an object" },
    { 200, "{\"result\":true,\"data\":[" ROW("SMS", "8") "],}", OUTCOME_ACCEPTED, "",
      SHOWN("missed|08|the phone is off"), "data as a list of one, a comma too many" },
    { 200, "{\"result\":true,\"data\":" ROW("SMS", "\"1000\"") "}", OUTCOME_ACCEPTED, "",
      SHOWN("delivered|1000|delivered"), "a code of the other table" },
    { 200, "{\"result\":true,\"data\":" ROW("SMS", "\"zz\"") "}", OUTCOME_ACCEPTED, "", SHOWN("-|zz|말"),
      "an unlisted code" },
    { 200, "{\"result\":true,\"data\":" ROW("SMS", "null") "}", OUTCOME_ACCEPTED, "", SHOWN("-|-|말"),
      "no code" },
    { 200, "{\"result\":true,\"data\":[]}", OUTCOME_REFUSED, "none", NULL, "no such message: an empty list" },
    { 200, "{\"result\":true,\"data\":{}}", OUTCOME_REFUSED, "none", NULL, "an empty object" },
    { 200, "{\"result\":true,\"data\":null}", OUTCOME_REFUSED, "none", NULL, "null" },
    { 200, "{\"result\":true,\"data\":\"xyz\"}", OUTCOME_UNSURE, "none", NULL, "a word" },
    { 200, "{\"result\":true,\"data\":[[]]}", OUTCOME_UNSURE, "none", NULL, "a list in a list" },
    { 200, "{\"result\":true}", OUTCOME_UNSURE, "none", NULL, "no data" },
    { 200, "{\"result\":false,\"msg\":\"발송내역이 없습니다\"}", OUTCOME_REFUSED, "none", NULL, "in words" },
    { 200, "{\"result\":false,\"msg\":\"존재하지 않는 인덱스\"}", OUTCOME_REFUSED, "none", NULL,
      "in others" },
};

static void judges_results(void **state)
{
    static const struct query query = { .ref = "202211/S/12345" };
    struct account nanumi = account();

    (void)state;
    driver_answers(&api_nanuminet.result, &nanumi, &query, listing_result, results, CASES(results));
}

/* Every code of both tables is told by its word, as a text and, where it begins with no zero, as a number. */
static void every_stat_is_read(void **state)
{
    static const struct query query = { .ref = "202211/S/12345" };
    struct account nanumi = account();
    size_t codes = 0;

    (void)state;
    for (const struct receipt_table *table = api_nanuminet.receipts; table->rows != NULL; table++)
        for (const struct receipt *row = table->rows; row->code != NULL; row++)
            for (int quoted = 0; quoted < 2; quoted++) {
                struct answer answer = { 0 };
                struct reply reply;
                char body[128];

                snprintf(body, sizeof body, "{\"result\":true,\"data\":{\"INDEXNUM\":1,\"STAT\":%s%s%s}}",
                         quoted ? "\"" : "", quoted || *row->code != '0' ? row->code : row->code + 1,
                         quoted ? "\"" : "");
                reply = driver_reply(200, body);
                api_nanuminet.result.judge(&query, &nanumi, &reply, &answer);
                assert_int_equal(answer.listing.count, 1);
                assert_string_equal(listing_cell(&answer.listing, 0, "code"), row->code);
                assert_string_equal(listing_cell(&answer.listing, 0, "state"), receipt_name(row->kind));
                assert_string_equal(listing_cell(&answer.listing, 0, "meaning"), row->meaning);
                answer_clear(&answer);
                reply_clear(&reply);
                codes++;
            }
    assert_int_equal(codes, 2 * (31 + 39));
}

static const struct driver_case reservations[] = {
    { 200,
      PAGE("[{\"ROWNUM\":1,\"INDEXNUM\":12345,\"SEND_DATE\":\"2023-01-03 09:00:00\",\"SUBJECT\":\"\","
           "\"MSG\":\"점검\",\"CALLBACK\":\"16441447\",\"PHONE\":\"01012345678\",\"TYPE\":\"SMS\",\"STAT\":0,"
           "\"STAT_TEXT\":\"대기\",\"FCNT\":0},{\"INDEXNUM\":\"6\",\"TYPE\":\"LMS\",\"STAT\":\"0\"}]"),
      OUTCOME_ACCEPTED, "",
      "S/12345|sms|01012345678|16441447|점검|2023-01-03 09:00:00|-|waiting\nM/6|lms|-|-|-|-|-|waiting\n",
      "as printed" },
    { 200, PAGE("[{\"INDEXNUM\":6}]"), OUTCOME_ACCEPTED, "", "-|-|-|-|-|-|-|-\n", "no type, no reference" },
    { 200, "{\"result\":true,\"data\":{\"totalCnt\":0,\"list\":[]}}", OUTCOME_ACCEPTED, "", NULL, "none" },
    { 200, PAGE("\"?\""), OUTCOME_UNSURE, "none", NULL, "a word for a list" },
    { 200, PAGE("[]"), OUTCOME_UNSURE, "none", NULL, "forty, but an empty list" },
    { 200, "{\"result\":true}", OUTCOME_UNSURE, "none", NULL, "no data" },
    { 200, "{\"result\":false,\"msg\":\"예약내역이 없습니다\"}", OUTCOME_REFUSED, "none", NULL, "in words" },
};

static const struct driver_case cancels[] = {
    { 200, "{\"result\":true,\"msg\":\"취소되었습니다\"}", OUTCOME_ACCEPTED, "", "S/12345\n", "cancelled" },
    { 200, "{\"result\":false,\"msg\":\"예약내역이 없습니다\"}", OUTCOME_REFUSED, "none", NULL,
      "no such one" },
    { 200, "{\"result\":false,\"msg\":\"이미 발송된 메시지\"}", OUTCOME_REFUSED, "late", NULL,
      "sent before" },
    { 200, "{\"result\":false}", OUTCOME_ACCOUNT, "false", NULL, "no reason" },
    { 200, "{\"result\":\"true\"}", OUTCOME_UNSURE, "http-200", NULL, "the word true" },
    { 200, "", OUTCOME_UNSURE, "http-200", NULL, "nothing" },
    { 502, "", OUTCOME_UNSURE, "http-502", NULL, "a proxy" },
};

static const struct driver_case cancels_of_all[] = {
    { 200, "{\"result\":true,\"msg\":\"\"}", OUTCOME_ACCEPTED, "", NULL, "cancelled, nobody says how many" },
    { 200, "{\"result\":false,\"msg\":\"취소할 수 없습니다\"}", OUTCOME_REFUSED, "late", NULL, "not" },
    { 200, "{\"result\":null}", OUTCOME_UNSURE, "http-200", NULL, "null" },
};

static void judges_reservations(void **state)
{
    static const struct query query = { .ref = "S/12345" };
    struct account nanumi = account();

    (void)state;
    driver_answers(&api_nanuminet.reservation_list, &nanumi, &query, listing_reservation, reservations,
                   CASES(reservations));
    driver_answers(&api_nanuminet.reservation_cancel, &nanumi, &query, listing_cancelled, cancels,
                   CASES(cancels));
    driver_answers(&api_nanuminet.reservation_cancel_all, &nanumi, &query, listing_cancelled, cancels_of_all,
                   CASES(cancels_of_all));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asks_to_the_letter),
        cmocka_unit_test(asks_nothing_malformed),
        cmocka_unit_test(what_acts_is_sent_once),
        cmocka_unit_test(needs_its_token),
        cmocka_unit_test(judges_balances),
        cmocka_unit_test(renews_a_token_that_ended),
        cmocka_unit_test(judges_senders),
        cmocka_unit_test(judges_lists),
        cmocka_unit_test(references_are_taken_back),
        cmocka_unit_test(judges_results),
        cmocka_unit_test(every_stat_is_read),
        cmocka_unit_test(judges_reservations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
