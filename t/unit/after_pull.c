/* plugin/after/pull.c and flow/lookup.c: which questions are asked of which gateway, and what is made of the
   answers. */
#include "unit/storage.h"

#include "after/pull.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "flow/lookup.h"
#include "store/receipt.h"

/* A gateway that answers by the path, and remembers what it was asked. */
static struct {
    char asked[2048];
    const char *(*answer)(const char *path);
} gateway;

static bool carry(struct carrier *carrier, const struct carrier_settings *settings,
                  const struct request *request, int64_t until_ms, struct reply *reply, struct error *err)
{
    size_t length = strlen(gateway.asked);
    const char *path = buf_text(&request->target);

    (void)carrier, (void)settings, (void)until_ms, (void)err;
    snprintf(gateway.asked + length, sizeof gateway.asked - length, "%s\n", path);
    *reply = (struct reply){ .carried = CARRIED_WHOLE, .status = 200, .retry_after_s = -1 };
    reply->body = strdup(gateway.answer(path));
    reply->bytes = strlen(reply->body);
    return true;
}

static struct carrier *open_nothing(struct error *err)
{
    (void)err;
    return (struct carrier *)&gateway;
}

static void close_nothing(struct carrier *carrier)
{
    (void)carrier;
}

static bool digest(const char *name, const void *data, size_t bytes, char hex[DIGEST_HEX_MAX],
                   struct error *err)
{
    (void)name, (void)data, (void)bytes, (void)err;
    strcpy(hex, "0");
    return true;
}

static const struct wire wire = {
    .open = open_nothing, .close = close_nothing, .carry = carry, .digest = digest
};

struct world {
    struct provider provider;
    struct plan plan;
    struct session session;
    struct store *store;
};

static void open_world(struct world *w, const char *api, const char *(*answer)(const char *path))
{
    static const struct section none;

    *w = (struct world){ .provider = { .name = "p", .api = api_named(api), .timeout_s = 5 } };
    w->provider.account = (struct account){ .name = "p",
                                            .user = "u",
                                            .secret = "hush",
                                            .token = "t",
                                            .section = &none,
                                            .keys = w->provider.api->keys };
    w->plan = (struct plan){ .provider = &w->provider, .providers = 1 };
    w->store = open_store();
    gateway.asked[0] = '\0';
    gateway.answer = answer;
    assert_true(session_open(&w->session, &w->plan, &wire, w->store, NULL));
}

static void close_world(struct world *w)
{
    session_close(&w->session);
    store_close(w->store);
}

static struct outcome pull(struct world *w, const char *reference, int64_t sent_ms)
{
    struct outcome outcome = { 0 };

    pull_message(&w->session, &w->provider, reference, sent_ms, now_steady_ms() + 5000, &outcome);
    return outcome;
}

static void ways_are_those_of_the_manuals(void **state)
{
    static const struct {
        const char *api;
        enum pull_way way;
    } cases[] = {
        { "smsjoa", PULL_RESULT }, { "nanuminet", PULL_LIST },       { "sms57", PULL_ROUND },
        { "apiplex", PULL_NONE },  { "notificationsms", PULL_NONE },
    };

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++)
        if (pull_way(api_named(cases[i].api)) != cases[i].way)
            fail_msg("%s", cases[i].api);
}

/* Its table is that of December: the clock there went ahead by a little, or is late. */
static const char *december(const char *path)
{
    return strstr(path, "YM=202612") == NULL
               ? "{\"result\":true,\"data\":{\"totalCnt\":0,\"list\":[]}}"
               : "{\"result\":true,\"data\":{\"YM\":\"202612\",\"totalCnt\":1,\"list\":[{\"INDEXNUM\":\"5\","
                 "\"PHONE\":\"01012345678\",\"TYPE\":\"SMS\",\"STAT\":\"08\"}]}}";
}

static void lists_are_those_of_the_month_of_sending(void **state)
{
    /* 2026-11-30 23:59:50, 2026-11-30 22:00:00 and 2027-01-01 00:00:10 in Korea */
    const int64_t late_ms = INT64_C(1796050790) * 1000, early_ms = INT64_C(1796043600) * 1000,
                  next_ms = INT64_C(1798729210) * 1000;
    struct world w;

    (void)state;
    open_world(&w, "nanuminet", december);
    now_set(early_ms + DAY);
    assert_int_equal(pull(&w, "m1-1z", early_ms).kind, OUTCOME_ACCEPTED);
    assert_non_null(strstr(gateway.asked, "YM=202611"));
    assert_null(strstr(gateway.asked, "YM=202612"));
    assert_non_null(strstr(gateway.asked, "CETC1=m1-1z"));
    assert_non_null(strstr(gateway.asked, "sms_result=A"));
    assert_string_equal(ask("SELECT count(*) FROM receipt"), "0");
    gateway.asked[0] = '\0';
    assert_int_equal(pull(&w, "m1-1z", late_ms).kind, OUTCOME_ACCEPTED);
    assert_non_null(strstr(gateway.asked, "YM=202611"));
    assert_non_null(strstr(gateway.asked, "YM=202612"));
    assert_string_equal(
        ask("SELECT reference || ' ' || recipient || ' ' || state || ' ' || code FROM receipt"),
        "m1-1z 01012345678 missed 08");
    gateway.asked[0] = '\0';
    assert_int_equal(pull(&w, "m1-2z", next_ms).kind, OUTCOME_ACCEPTED);
    assert_non_null(strstr(gateway.asked, "YM=202701"));
    assert_string_equal(ask("SELECT count(*) FROM receipt"), "2");
    close_world(&w);
}

/* A month that has not begun is none to it. */
static const char *no_december(const char *path)
{
    return strstr(path, "YM=202612") == NULL ? december(path)
                                             : "{\"result\":false,\"msg\":\"검색조건 오류\"}";
}

/* Sent, the answer lost, and looked for at once. */
static enum lookup look(struct world *w, int64_t created_ms, const char *recipient)
{
    struct record record = { .id = 1, .created_ms = created_ms };
    enum lookup found = LOOKUP_UNKNOWN;

    UTF8_COPY(record.recipient, recipient);
    UTF8_COPY(record.reference, "m1-1z");
    gateway.asked[0] = '\0';
    lookup_find(&w->session, &w->provider, (struct record *[]){ &record }, 1, now_steady_ms() + 5000, &found);
    return found;
}

static void what_was_lost_is_looked_for_in_each_month_it_may_be_in(void **state)
{
    /* Korea's 2026-11-30 23:59:50, 2027-01-01 00:00:10 and 2026-11-30 12:00:00 */
    const int64_t late_ms = INT64_C(1796050790) * 1000, next_ms = INT64_C(1798729210) * 1000,
                  noon_ms = INT64_C(1796007600) * 1000;
    struct world w;

    (void)state;
    open_world(&w, "nanuminet", december);
    now_set(late_ms);
    assert_int_equal(look(&w, late_ms, "01012345678"), LOOKUP_FOUND);
    assert_int_equal(look(&w, late_ms, "01099998888"), LOOKUP_MISSING);
    now_set(next_ms);
    assert_int_equal(look(&w, next_ms, "01012345678"), LOOKUP_FOUND);
    gateway.answer = no_december;
    now_set(late_ms);
    assert_int_equal(look(&w, late_ms, "01012345678"), LOOKUP_MISSING);
    now_set(late_ms + 20000);
    assert_int_equal(look(&w, late_ms, "01012345678"), LOOKUP_UNKNOWN);
    gateway.answer = december;
    now_set(noon_ms);
    assert_int_equal(look(&w, noon_ms, "01012345678"), LOOKUP_MISSING);
    assert_null(strstr(gateway.asked, "YM=202612"));
    assert_null(strstr(gateway.asked, "YM=202610"));
    close_world(&w);
}

/* 250 messages of one serial; the last page says nothing yet. */
static const char *pages(const char *path)
{
    static char body[32768];
    int page = atoi(strrchr(path, '/') + 1), rows = page < 3 ? 100 : 50;
    size_t length = (size_t)snprintf(body, sizeof body, "{\"total_count\":\"250\",\"data\":[");

    for (int i = 0; i < rows; i++)
        length += (size_t)snprintf(body + length, sizeof body - length,
                                   "%s{\"phone\":\"010%08d\",\"status\":\"%s\",\"rsltcode\":%s,\"rsltdate\":"
                                   "null,\"telecom\":\"KT\"}",
                                   i > 0 ? "," : "", page * 1000 + i, page < 3 ? "Y" : "N",
                                   page < 3 ? "\"100\"" : "null");
    snprintf(body + length, sizeof body - length, "]}");
    return body;
}

static void all_pages_are_read(void **state)
{
    struct world w;

    (void)state;
    open_world(&w, "smsjoa", pages);
    assert_int_equal(pull(&w, "20261122000001", NOON).kind, OUTCOME_ACCEPTED);
    assert_string_equal(gateway.asked, "/1/send/20261122000001/100/1\n/1/send/20261122000001/100/2\n"
                                       "/1/send/20261122000001/100/3\n");
    assert_string_equal(
        ask("SELECT count(*) || ' ' || sum(state = 'delivered') || ' ' || sum(state = 'waiting')"
            " || ' ' || max(carrier) FROM receipt"),
        "250 200 50 KT");
    close_world(&w);
}

static const char *many(const char *path)
{
    (void)path;
    return "{\"total_count\":9999999,\"data\":[{\"phone\":\"01012345678\",\"status\":\"Y\",\"rsltcode\":101}]"
           "}";
}

static void a_gateway_that_never_ends_is_left(void **state)
{
    struct world w;
    size_t lines = 0;

    (void)state;
    open_world(&w, "smsjoa", many);
    assert_int_equal(pull(&w, "1", NOON).kind, OUTCOME_ACCEPTED);
    for (const char *c = gateway.asked; *c != '\0'; c++)
        lines += *c == '\n';
    assert_int_equal(lines, 10);
    assert_string_equal(ask("SELECT count(*) FROM receipt"), "1");
    close_world(&w);
}

static const char *report(const char *path)
{
    (void)path;
    return "{\"status\":0,\"list\":[{\"flag\":1,\"mid\":\"m1\",\"mobile\":\"13900001234\",\"stat\":"
           "\"DELIVRD\","
           "\"time\":\"2023-11-15 07:13:20\"}]}";
}

static void a_round_is_kept_once(void **state)
{
    struct outcome outcome = { 0 };
    struct world w;
    bool full = true;

    (void)state;
    open_world(&w, "sms57", report);
    for (int i = 0; i < 2; i++) {
        pull_round(&w.session, &w.provider, "reports", now_steady_ms() + 5000, &full, &outcome);
        assert_int_equal(outcome.kind, OUTCOME_ACCEPTED);
        assert_false(full);
    }
    assert_string_equal(ask("SELECT count(*) || ' ' || max(recipient) FROM receipt"), "1 +8613900001234");
    close_world(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ways_are_those_of_the_manuals),
        cmocka_place_test(lists_are_those_of_the_month_of_sending),
        cmocka_place_test(what_was_lost_is_looked_for_in_each_month_it_may_be_in),
        cmocka_place_test(all_pages_are_read),
        cmocka_place_test(a_gateway_that_never_ends_is_left),
        cmocka_place_test(a_round_is_kept_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
