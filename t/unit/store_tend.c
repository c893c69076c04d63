/* plugin/store/tend.c: an operator's hand in the queue. */
#include "unit/storage.h"

#include "store/count.h"
#include "store/tend.h"

typedef bool tender(struct store *store, struct tending *tendings, size_t count, struct error *err);

static struct tending tend_one(struct store *store, tender *act, int64_t id)
{
    struct tending tending = { .id = id };
    struct error err = { 0 };

    if (!act(store, &tending, 1, &err))
        fail_msg("%s", err.text);
    return tending;
}

/* The record of that store, once sent, in that state. */
static void add_ended(struct store *store, const char *key, enum record_state state, const char *outcome)
{
    struct record record;

    make_record(&record, key, "CRITICAL");
    assert_true(accept_one(store, &record));
    begin_one(store, &record, "joa");
    settle_one(store, &record, state, outcome, false);
    record_clear(&record);
}

static void what_can_be_done(void **state)
{
    static const struct {
        enum record_state state;
        const char *outcome;
        enum tended retried, dropped;
    } cases[] = {
        { RECORD_WAITING, "retry", TENDED_DONE, TENDED_DONE },
        { RECORD_HELD, "unsure", TENDED_DONE, TENDED_DONE },
        { RECORD_DEAD, "retry", TENDED_DONE, TENDED_DONE },
        { RECORD_REFUSED, "refused", TENDED_DONE, TENDED_OVER },
        { RECORD_ACCEPTED, "accepted", TENDED_OVER, TENDED_OVER },
    };
    struct store *store = open_store();
    char key[16];

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        struct tending tending;
        snprintf(key, sizeof key, "drop %zu", i);
        add_ended(store, key, cases[i].state, cases[i].outcome);
        tending = tend_one(store, tend_drop, (int64_t)(2 * i + 1));
        assert_int_equal(tending.tended, cases[i].dropped);
        assert_int_equal(tending.state, tending.tended == TENDED_DONE ? RECORD_DEAD : cases[i].state);
        snprintf(key, sizeof key, "retry %zu", i);
        add_ended(store, key, cases[i].state, cases[i].outcome);
        tending = tend_one(store, tend_retry, (int64_t)(2 * i + 2));
        assert_int_equal(tending.tended, cases[i].retried);
        assert_int_equal(tending.state, tending.tended == TENDED_DONE ? RECORD_WAITING : cases[i].state);
    }
    assert_int_equal(tend_one(store, tend_retry, 4711).tended, TENDED_MISSING);
    assert_int_equal(tend_one(store, tend_drop, -1).tended, TENDED_MISSING);
    assert_string_equal(ask("SELECT group_concat(state) FROM (SELECT state FROM record ORDER BY id)"),
                        "dead,waiting,dead,waiting,dead,waiting,refused,waiting,accepted,accepted");
    store_close(store);
}

static void retried_is_due_now(void **state)
{
    struct store *store = open_store();
    struct record claimed;

    (void)state;
    add_ended(store, "a", RECORD_WAITING, "retry"); /* due in a minute */
    assert_int_equal(claim(store, 9, &claimed), 0);
    tend_one(store, tend_retry, 1);
    assert_int_equal(claim(store, 9, &claimed), 1);
    assert_string_equal(claimed.provider, "joa");
    assert_int_equal(claimed.tries, 1);
    record_clear(&claimed);
    store_close(store);
}

static void a_living_lease_is_respected(void **state)
{
    struct store *store = open_store(), *other = open_store();
    struct error err = { 0 };
    struct record record;

    (void)state;
    make_record(&record, "a", "CRITICAL");
    assert_true(accept_one(other, &record));
    begin_one(other, &record, "joa");
    assert_int_equal(tend_one(store, tend_retry, record.id).tended, TENDED_BUSY);
    assert_int_equal(tend_one(store, tend_drop, record.id).tended, TENDED_BUSY);
    assert_true(tend_flush(store, &err));
    settle_one(other, &record, RECORD_ACCEPTED, "accepted", false);
    assert_string_equal(ask("SELECT state FROM record"), "accepted");
    record_clear(&record);

    make_record(&record, "b", "CRITICAL");
    assert_true(accept_one(other, &record));
    begin_one(other, &record, "joa");
    now_set(NOON + MINUTE); /* the other is dead */
    assert_int_equal(tend_one(store, tend_drop, record.id).tended, TENDED_DONE);
    /* It was not dead, only slow: what a gateway has is accepted. */
    settle_one(other, &record, RECORD_ACCEPTED, "accepted", false);
    assert_string_equal(ask("SELECT state FROM record WHERE id = 2"), "accepted");
    record_clear(&record);
    store_close(store);
    store_close(other);
}

static void dropped_says_so_and_stays(void **state)
{
    struct store *store = open_store();
    struct queue_count count = { 0 };
    struct error err = { 0 };
    struct record claimed;

    (void)state;
    add_ended(store, "a", RECORD_DEAD, "retry");
    assert_true(count_queue(store, 0, &count, &err));
    assert_int_equal(count.dead, 1);
    tend_one(store, tend_drop, 1);
    assert_true(count_queue(store, 0, &count, &err));
    assert_int_equal(count.dead, 0);
    assert_string_equal(
        ask("SELECT number || provider || outcome || meaning FROM attempt ORDER BY number DESC"),
        "2droppeddropped by hand");
    assert_int_equal(tend_one(store, tend_drop, 1).tended, TENDED_OVER);
    assert_string_equal(ask("SELECT count(*) FROM attempt"), "2");

    /* Taken up again, and given up by itself: it counts again. */
    tend_one(store, tend_retry, 1);
    assert_int_equal(claim(store, 9, &claimed), 1);
    begin_one(store, &claimed, "joa");
    settle_one(store, &claimed, RECORD_DEAD, "retry", false);
    assert_true(count_queue(store, 0, &count, &err));
    assert_int_equal(count.dead, 1);
    record_clear(&claimed);
    store_close(store);
}

static void dropped_before_its_first_attempt(void **state)
{
    struct store *store;
    struct record record;

    (void)state;
    add_record("a", "CRITICAL");
    now_set(NOON + MINUTE);
    store = open_store();
    assert_int_equal(tend_one(store, tend_drop, 1).tended, TENDED_DONE);
    assert_string_equal(ask("SELECT number || outcome FROM attempt"), "1dropped");
    make_record(&record, "a", "CRITICAL"); /* the monitor says it again */
    assert_false(accept_one(store, &record));
    assert_int_equal(record.state, RECORD_DEAD);
    assert_string_equal(record.meaning, "dropped by hand");
    record_clear(&record);
    store_close(store);
}

static void flushed_are_all_that_wait(void **state)
{
    struct store *store = open_store();
    struct error err = { 0 };
    struct record claimed;

    (void)state;
    add_ended(store, "a", RECORD_WAITING, "retry");
    add_ended(store, "b", RECORD_WAITING, "unsure");
    add_ended(store, "c", RECORD_HELD, "unsure");
    add_ended(store, "d", RECORD_DEAD, "retry");
    assert_true(tend_flush(store, &err));
    assert_int_equal(claim(store, 9, &claimed), 2);
    record_clear(&claimed);
    store_close(store);
}

static void one_that_cannot_hinders_no_other(void **state)
{
    struct tending tendings[] = { { .id = 9 }, { .id = 1 }, { .id = 1 } };
    struct store *store = open_store();
    struct error err = { 0 };

    (void)state;
    add_ended(store, "a", RECORD_HELD, "unsure");
    assert_true(tend_drop(store, tendings, CASES(tendings), &err));
    assert_int_equal(tendings[0].tended, TENDED_MISSING);
    assert_int_equal(tendings[1].tended, TENDED_DONE);
    assert_int_equal(tendings[2].tended, TENDED_OVER);
    assert_true(tend_retry(store, tendings, 0, &err));
    store_close(store);
}

/* The store cannot be written in time: nothing is said to be done. */
static void nothing_is_said_before_it_is_on_disk(void **state)
{
    struct tending tending = { .id = 1, .tended = TENDED_MISSING };
    struct store *store = open_store();
    struct error err = { 0 };
    sqlite3 *db = NULL;

    (void)state;
    add_ended(store, "a", RECORD_HELD, "unsure");
    assert_int_equal(sqlite3_open(place_file, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    store_until(store, now_steady_ms());
    assert_false(tend_retry(store, &tending, 1, &err));
    assert_int_equal(err.kind, ERROR_STORE);
    assert_int_equal(tending.tended, TENDED_MISSING);
    assert_false(tend_flush(store, &err));
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_close(db);
    assert_string_equal(ask("SELECT state FROM record"), "held");
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_place_test(what_can_be_done),
        cmocka_place_test(retried_is_due_now),
        cmocka_place_test(a_living_lease_is_respected),
        cmocka_place_test(dropped_says_so_and_stays),
        cmocka_place_test(dropped_before_its_first_attempt),
        cmocka_place_test(flushed_are_all_that_wait),
        cmocka_place_test(one_that_cannot_hinders_no_other),
        cmocka_place_test(nothing_is_said_before_it_is_on_disk),
    };

    return cmocka_run_group_tests_name("store_tend", tests, NULL, NULL);
}
