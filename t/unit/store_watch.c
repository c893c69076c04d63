/* plugin/store/watch.c and round.c: when to look for what became of a message, over restarts. */
#include "unit/storage.h"

#include "store/round.h"
#include "store/watch.h"

#define KIM "01012345678"
#define LEE "01099998888"

static int64_t accepted(struct store *store, const char *key, const char *recipient, const char *reference)
{
    struct settlement s = { .state = RECORD_ACCEPTED, .outcome = "accepted", .reference = reference };
    struct record record, *records = &record;
    int64_t id;

    make_record(&record, key, "CRITICAL");
    snprintf(record.recipient, sizeof record.recipient, "%s", recipient);
    accept_one(store, &record);
    begin_one(store, &record, "joa");
    assert_true(store_settle(store, &records, &s, 1, NULL));
    id = record.id;
    record_clear(&record);
    return id;
}

static void say(struct store *store, const char *provider, const char *reference, const char *recipient,
                const char *state)
{
    const struct receipt_said said = {
        .reference = reference, .recipient = recipient, .state = state, .code = state
    };
    size_t added;

    assert_true(store_receipts(store, provider, &said, 1, &added, NULL));
}

/* How many are due by then; the first of them in *first. */
static size_t due(struct store *store, int64_t by_ms, struct watched *first)
{
    struct watched *list = NULL;
    struct error err = { 0 };
    size_t count = 0;

    if (!watch_due(store, by_ms, 10, &list, &count, &err))
        fail_msg("%s", err.text);
    if (count > 0)
        *first = list[0];
    free(list);
    return count;
}

static int64_t next(struct store *store)
{
    int64_t look_ms = 0;

    assert_true(watch_next(store, &look_ms, NULL));
    return look_ms;
}

static void what_was_accepted_is_looked_at_soon(void **state)
{
    struct store *store = open_store();
    struct watched w;

    (void)state;
    assert_true(next(store) == INT64_MAX);
    assert_int_equal(due(store, INT64_MAX, &w), 0);
    accepted(store, "k1", KIM, "s1");
    assert_int_equal(next(store), NOON + 5000);
    assert_int_equal(due(store, NOON + 4999, &w), 0);
    store_close(store);
    store = open_store();
    assert_int_equal(due(store, NOON + 5000, &w), 1);
    assert_string_equal(w.provider, "joa");
    assert_string_equal(w.reference, "s1");
    assert_int_equal(w.sent_ms, NOON);
    assert_false(w.told);
    assert_false(w.chased);
    accepted(store, "k2", KIM, ""); /* nobody could say what it is */
    assert_int_equal(due(store, INT64_MAX, &w), 1);
    store_close(store);
}

static void it_is_looked_at_when_the_time_comes(void **state)
{
    struct store *store = open_store();
    struct watched w;

    (void)state;
    accepted(store, "k1", KIM, "s1");
    assert_int_equal(due(store, INT64_MAX, &w), 1);
    w.next_ms = NOON + HOUR;
    assert_true(watch_set(store, &w, 1, NULL));
    assert_int_equal(w.look_ms, NOON + HOUR);
    assert_int_equal(next(store), NOON + HOUR);
    w.next_ms = 0;
    assert_true(watch_set(store, &w, 1, NULL));
    assert_true(next(store) == INT64_MAX);
    say(store, "joa", "s1", KIM, "delivered");
    assert_int_equal(due(store, NOON, &w), 1);
    assert_true(w.told);
    store_close(store);
}

/* A receipt that came while somebody asked is not slept over. */
static void a_receipt_wakes(void **state)
{
    static const struct {
        const char *provider, *reference, *recipient, *state, *why;
        size_t woken;
    } cases[] = {
        { "joa", "s1", KIM, "missed", "its own", 1 },
        { "joa", "s1", "", "failed", "of all under the reference", 2 },
        { "joa", "s1", LEE, "gateway", "of the other", 1 },
        { "joa", "s1", KIM, "waiting", "says nothing", 0 },
        { "joa", "s2", KIM, "failed", "another reference", 0 },
        { "plex", "s1", KIM, "failed", "another provider", 0 },
        { "joa", "", KIM, "failed", "no reference", 0 },
    };

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        struct store *store = open_store();
        struct watched w, before;
        ask("DELETE FROM record");
        ask("DELETE FROM attempt");
        ask("DELETE FROM receipt");
        accepted(store, "k1", KIM, "s1");
        accepted(store, "k2", LEE, "s1");
        assert_int_equal(due(store, INT64_MAX, &before), 2);
        say(store, cases[i].provider, cases[i].reference, cases[i].recipient, cases[i].state);
        if (due(store, NOON, &w) != cases[i].woken)
            fail_msg("%s", cases[i].why);
        before.next_ms = 0;
        assert_true(watch_set(store, &before, 1, NULL));
        assert_int_equal(due(store, NOON, &w), cases[i].woken);
        store_close(store);
    }
}

static void it_may_come_before_the_answer(void **state)
{
    struct store *store = open_store();
    struct watched w;

    (void)state;
    say(store, "joa", "s1", KIM, "failed");
    accepted(store, "k1", KIM, "s1");
    assert_int_equal(due(store, NOON + 5000, &w), 1);
    assert_true(w.told);
    store_close(store);
}

static void rounds_go_on_where_they_were(void **state)
{
    struct round round = { 1, 1 };
    struct store *store = open_store();

    (void)state;
    assert_true(round_get(store, "cn", "reports", &round, NULL));
    assert_int_equal(round.since_ms + round.next_ms, 0);
    round = (struct round){ NOON, NOON + MINUTE };
    assert_true(round_put(store, "cn", "reports", &round, NULL));
    round.next_ms += MINUTE;
    assert_true(round_put(store, "cn", "reports", &round, NULL));
    store_close(store);
    store = open_store();
    assert_true(round_get(store, "cn", "replies", &round, NULL));
    assert_int_equal(round.next_ms, 0);
    assert_true(round_get(store, "cn", "reports", &round, NULL));
    assert_int_equal(round.since_ms, NOON);
    assert_int_equal(round.next_ms, NOON + 2 * MINUTE);
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_place_test(what_was_accepted_is_looked_at_soon),
        cmocka_place_test(it_is_looked_at_when_the_time_comes),
        cmocka_place_test(a_receipt_wakes),
        cmocka_place_test(it_may_come_before_the_answer),
        cmocka_place_test(rounds_go_on_where_they_were),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
