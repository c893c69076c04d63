/* plugin/store/lease.c: who works on a record, every attempt, and what becomes of it when a process dies or
   comes too late. */
#include "unit/storage.h"

#include <signal.h>

static void claims_the_worst_first(void **state)
{
    static const struct {
        const char *key, *state;
        int64_t at;
    } rows[] = {
        { "ok", "OK", 0 }, { "warning", "WARNING", 1 }, { "down", "DOWN", 3 }, { "critical", "CRITICAL", 2 }
    };
    static const char *const order[] = { "critical", "down", "ok", "warning" };
    struct store *store;
    struct record record;

    (void)state;
    for (size_t i = 0; i < CASES(rows); i++) {
        now_set(NOON + rows[i].at);
        add_record(rows[i].key, rows[i].state);
    }
    store = open_store();
    assert_int_equal(claim(store, 9, &record), 0); /* all leased by those who accepted */
    now_set(NOON + 2 * MINUTE);
    for (size_t i = 0; i < CASES(order); i++) {
        assert_int_equal(claim(store, 1, &record), 1);
        assert_string_equal(record.identity.key, order[i]);
        assert_true(record.leased);
        assert_string_equal(alert_get(&record.alert, "host"), "db1");
        record_clear(&record);
    }
    assert_int_equal(claim(store, 1, &record), 0);
    store_close(store);
}

static void claims_only_what_was_due_by_then(void **state)
{
    struct store *store;
    struct record *records = NULL;
    size_t count = 9;

    (void)state;
    add_record("k1", "CRITICAL");
    now_set(NOON + HOUR);
    store = open_store();
    assert_true(store_claim(store, NULL, 9, NOON - 1, MINUTE, &records, &count, NULL));
    assert_int_equal(count, 0);
    free(records);
    records = NULL;
    assert_true(store_claim(store, NULL, 9, NOON, MINUTE, &records, &count, NULL));
    assert_int_equal(count, 1);
    record_clear(records);
    free(records);
    store_close(store);
}

static void due_says_whether_a_claim_would_find(void **state)
{
    struct store *store = open_store();
    struct record record;
    bool due = true, leased = true;

    (void)state;
    assert_true(store_due(store, &due, &leased, NULL));
    assert_false(due || leased);
    add_record("k1", "CRITICAL");
    assert_true(store_due(store, &due, &leased, NULL) && !due && leased);
    now_set(NOON + MINUTE);
    assert_true(store_due(store, &due, &leased, NULL) && due && !leased);
    assert_int_equal(claim(store, 9, &record), 1);
    assert_true(store_due(store, &due, &leased, NULL) && !due && !leased); /* by itself */
    record_clear(&record);
    store_close(store);
}

static void keeps_every_attempt(void **state)
{
    struct store *store = open_store();
    struct record record;

    (void)state;
    make_record(&record, "k1", "CRITICAL");
    accept_one(store, &record);
    begin_one(store, &record, "joa");
    assert_string_equal(record.outcome, "begun");
    assert_string_equal(record.provider, "joa");
    assert_int_equal(record.attempt, 1);
    settle_one(store, &record, RECORD_WAITING, "retry", true);
    assert_true(record.leased);
    assert_int_equal(record.attempt, 0);
    assert_string_equal(record.outcome, "retry");
    begin_one(store, &record, "nanumi");
    settle_one(store, &record, RECORD_ACCEPTED, "accepted", false);
    assert_false(record.leased);
    assert_int_equal(record.state, RECORD_ACCEPTED);
    assert_int_equal(record.tries, 2);
    assert_string_equal(record.reference, "ref-1");
    record_clear(&record);
    store_close(store);
    assert_string_equal(
        ask("SELECT group_concat(number || provider || ' ' || outcome || ' ' || code || reference)"
            " FROM attempt WHERE begun_ms > 0 AND ended_ms > 0"),
        "1joa retry E1,2nanumi accepted E1ref-1");
    assert_string_equal(ask("SELECT state || accepted_by || lease_owner || lease_until_ms FROM record"),
                        "accepted20");
}

static void settles_without_asking_a_gateway(void **state)
{
    struct store *store = open_store();
    struct record record;

    (void)state;
    make_record(&record, "k1", "CRITICAL");
    accept_one(store, &record);
    settle_one(store, &record, RECORD_REFUSED, "refused", false);
    assert_int_equal(record.tries, 1);
    record_clear(&record);
    store_close(store);
    assert_string_equal(
        ask("SELECT r.state || ' ' || a.number || a.provider || a.outcome FROM record r, attempt a"),
        "refused 1refused");
}

static void a_kept_lease_is_not_extended(void **state)
{
    struct store *store = open_store(), *other = open_store();
    struct record record, taken;

    (void)state;
    make_record(&record, "k1", "CRITICAL");
    accept_one(store, &record);
    now_set(NOON + MINUTE - 1000);
    begin_one(store, &record, "joa");
    settle_one(store, &record, RECORD_WAITING, "retry", true);
    assert_int_equal(claim(other, 9, &taken), 0);
    now_set(NOON + 2 * MINUTE);
    assert_int_equal(claim(other, 9, &taken), 1);
    record_clear(&record);
    record_clear(&taken);
    store_close(store);
    store_close(other);
}

/* The first attempt can begin in the same commit; a settlement without an outcome is no attempt. */
static void accepted_with_the_first_attempt_begun(void **state)
{
    const struct settlement later = { .state = RECORD_WAITING, .due_ms = NOON + 5000 };
    struct store *store = open_store();
    struct record record;
    struct record *records = &record;

    (void)state;
    make_record(&record, "k1", "CRITICAL");
    strcpy(record.provider, "joa");
    accept_one(store, &record);
    assert_int_equal(record.attempt, 1);
    assert_string_equal(record.outcome, "begun");
    settle_one(store, &record, RECORD_WAITING, "retry", true);
    assert_int_equal(record.tries, 1);
    assert_true(store_settle(store, &records, &later, 1, NULL));
    assert_false(record.leased);
    assert_int_equal(record.tries, 1);
    record_clear(&record);
    assert_int_equal(claim(store, 9, &record), 0);
    now_set(NOON + 5000);
    assert_int_equal(claim(store, 9, &record), 1);
    assert_int_equal(record.tries, 1);
    assert_string_equal(record.outcome, "retry");
    record_clear(&record);
    store_close(store);
}

/* One image for all recipients; whoever claims a record has it. */
static void an_image_goes_with_its_records(void **state)
{
    static const char jpeg[] = "\xff\xd8 not\0really";
    struct store *store = open_store(), *other = open_store();
    struct record records[2], taken;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        make_record(&records[i], i == 0 ? "k1" : "k2", "CRITICAL");
        records[i].image = jpeg;
        records[i].image_bytes = sizeof jpeg;
    }
    assert_true(store_accept(store, records, 2, HOUR, MINUTE, NULL));
    assert_int_not_equal(records[0].image_id, 0);
    assert_int_equal(records[0].image_id, records[1].image_id);
    assert_ptr_equal(records[0].image, jpeg);
    now_set(NOON + 2 * MINUTE);
    assert_int_equal(claim(store, 1, &taken), 0); /* lapsed, but in hand */
    assert_int_equal(claim(other, 1, &taken), 1);
    assert_int_equal(taken.image_bytes, sizeof jpeg);
    assert_memory_equal(taken.image, jpeg, sizeof jpeg);
    record_clear(&taken);
    record_clear(&records[0]);
    record_clear(&records[1]);
    store_close(other);
    store_close(store);
}

/* Killed between the begin and the end: the next one learns that the answer is lost. */
static void a_killed_process_leaves_begun(void **state)
{
    struct store *store;
    struct record record;
    int status;

    (void)state;
    if (fork() == 0) {
        struct record mine;

        store = open_store();
        make_record(&mine, "k1", "CRITICAL");
        accept_one(store, &mine);
        begin_one(store, &mine, "joa");
        kill(getpid(), SIGKILL);
    }
    assert_true(wait(&status) > 0 && WIFSIGNALED(status));
    store = open_store();
    assert_int_equal(claim(store, 9, &record), 0);
    now_set(NOON + 2 * MINUTE);
    assert_int_equal(claim(store, 9, &record), 1);
    assert_string_equal(record.outcome, "begun");
    assert_string_equal(record.provider, "joa");
    assert_int_equal(record.tries, 1);
    settle_one(store, &record, RECORD_HELD, "unsure", false); /* the dead one's attempt has its end now */
    assert_int_equal(record.tries, 1);
    record_clear(&record);
    store_close(store);
    assert_string_equal(ask("SELECT count(*) || max(outcome) FROM attempt"), "1unsure");
}

/* Killed inside a transaction: nothing of it is there, and nobody is locked out. */
static void a_killed_writer_leaves_nothing(void **state)
{
    int status;

    (void)state;
    add_record("k0", "OK");
    if (fork() == 0) {
        sqlite3 *db = NULL;

        sqlite3_open(place_file, &db);
        sqlite3_exec(
            db, "PRAGMA cache_size = 1; BEGIN IMMEDIATE; UPDATE record SET alert = hex(zeroblob(900000))",
            NULL, NULL, NULL);
        kill(getpid(), SIGKILL);
    }
    assert_true(wait(&status) > 0 && WIFSIGNALED(status));
    add_record("k1", "OK");
    assert_string_equal(ask("SELECT count(*) || ' ' || max(length(alert) < 1000) FROM record"), "2 1");
    assert_string_equal(ask("PRAGMA integrity_check"), "ok");
}

/* A process was stopped for longer than its lease, another took the record and is sending. */
static struct store *late, *taker;
static struct record mine, theirs;

static int overtaken_setup(void **state)
{
    place_setup(state);
    late = open_store();
    taker = open_store();
    make_record(&mine, "k1", "CRITICAL");
    accept_one(late, &mine);
    begin_one(late, &mine, "joa");
    now_set(NOON + 2 * MINUTE);
    assert_int_equal(claim(taker, 9, &theirs), 1);
    return 0;
}

static int overtaken_teardown(void **state)
{
    record_clear(&mine);
    record_clear(&theirs);
    store_close(late);
    store_close(taker);
    return place_teardown(state);
}

static void late_begin_is_left_out(void **state)
{
    (void)state;
    begin_one(late, &mine, "nanumi");
    assert_false(mine.leased);
    assert_string_equal(ask("SELECT count(*) FROM attempt"), "1");
}

/* An attempt that is there already, whoever wrote it, is not begun a second time. */
static void a_number_that_is_taken_is_left_out(void **state)
{
    (void)state;
    ask("INSERT INTO attempt SELECT record, 2, provider, begun_ms, 1, 'retry', '', '', 'its own', 0 FROM "
        "attempt");
    begin_one(taker, &theirs, "nanumi");
    assert_false(theirs.leased);
    assert_int_equal(theirs.attempt, 0);
    assert_string_equal(ask("SELECT group_concat(number || outcome || reference) FROM attempt"),
                        "1ref,2retryits own");
}

static void late_failure_changes_only_its_attempt(void **state)
{
    (void)state;
    begin_one(taker, &theirs, "nanumi");
    assert_int_equal(theirs.attempt, 2);
    settle_one(late, &mine, RECORD_REFUSED, "refused", false);
    assert_int_equal(mine.state, RECORD_WAITING);
    assert_false(mine.leased);
    assert_string_equal(ask("SELECT group_concat(number || outcome) FROM attempt"), "1refused,2");
    assert_string_equal(ask("SELECT state FROM record WHERE lease_owner <> ''"), "waiting");
    settle_one(taker, &theirs, RECORD_ACCEPTED, "accepted", false);
    assert_int_equal(theirs.state, RECORD_ACCEPTED);
}

static void late_acceptance_wins(void **state)
{
    struct record again;

    (void)state;
    begin_one(taker, &theirs, "nanumi");
    settle_one(late, &mine, RECORD_ACCEPTED, "accepted", false);
    assert_int_equal(mine.state, RECORD_ACCEPTED);
    settle_one(taker, &theirs, RECORD_DEAD, "retry", false);
    assert_int_equal(theirs.state, RECORD_ACCEPTED);
    begin_one(taker, &theirs, "plex");
    assert_false(theirs.leased);
    make_record(&again, "k1", "CRITICAL");
    accept_one(taker, &again);
    assert_int_equal(again.state, RECORD_ACCEPTED);
    assert_string_equal(again.provider, "joa"); /* who has it, not who tried last */
    assert_string_equal(again.reference, "ref-1");
    assert_int_equal(again.tries, 2);
    record_clear(&again);
}

static void late_end_without_begin_is_nothing(void **state)
{
    (void)state;
    settle_one(late, &mine, RECORD_WAITING, "retry", false);
    settle_one(late, &mine, RECORD_REFUSED, "refused", false);
    assert_int_equal(mine.state, RECORD_WAITING);
    assert_string_equal(ask("SELECT group_concat(number || outcome) FROM attempt"), "1retry");
}

static void a_forgotten_record_takes_no_end(void **state)
{
    (void)state;
    ask("DELETE FROM attempt");
    ask("DELETE FROM record");
    settle_one(late, &mine, RECORD_ACCEPTED, "accepted", false);
    assert_string_equal(ask("SELECT count(*) FROM attempt"), "0");
}

static void a_lease_of_a_wrong_clock_lapses(void **state)
{
    struct store *store = open_store();
    struct record record;

    (void)state;
    now_set(NOON + 400 * DAY);
    add_record("k1", "CRITICAL");
    ask("UPDATE record SET due_ms = 1700000000000");
    now_set(NOON);
    assert_int_equal(claim(store, 9, &record), 1);
    record_clear(&record);
    store_close(store);
}

static void an_unreadable_alert_does_not_stop_the_others(void **state)
{
    struct store *store = open_store();
    struct record record;

    (void)state;
    add_record("broken", "CRITICAL");
    add_record("whole", "WARNING");
    ask("UPDATE record SET alert = 'nonsense' WHERE identity = 'broken'");
    now_set(NOON + MINUTE);
    assert_int_equal(claim(store, 9, &record), 1);
    assert_string_equal(record.identity.key, "whole");
    record_clear(&record);
    store_close(store);
    assert_string_equal(
        ask("SELECT r.state || ': ' || a.meaning FROM record r, attempt a WHERE a.record = r.id"),
        "held: the stored alert cannot be read");
}

static void one_of_many_takes_each(void **state)
{
    enum { CROWD = 12, RECORDS = 40 };
    int status, taken = 0;

    (void)state;
    for (int i = 0; i < RECORDS; i++) {
        char key[16];

        snprintf(key, sizeof key, "k%d", i);
        add_record(key, "CRITICAL");
    }
    ask("UPDATE record SET lease_until_ms = 0, due_ms = 0");
    now_set(0);
    for (int i = 0; i < CROWD; i++) {
        if (fork() == 0) {
            struct store *store = open_store();
            struct record record;
            int got = 0;

            for (size_t count = 1; count > 0; got += (int)count, record_clear(&record))
                count = claim(store, 3, &record);
            _exit(got);
        }
    }
    for (int i = 0; i < CROWD; i++) {
        assert_true(wait(&status) > 0 && WIFEXITED(status));
        taken += WEXITSTATUS(status);
    }
    assert_int_equal(taken, RECORDS);
}

#define overtaken(test) cmocka_unit_test_setup_teardown(test, overtaken_setup, overtaken_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_place_test(claims_the_worst_first),
        cmocka_place_test(claims_only_what_was_due_by_then),
        cmocka_place_test(due_says_whether_a_claim_would_find),
        cmocka_place_test(keeps_every_attempt),
        cmocka_place_test(settles_without_asking_a_gateway),
        cmocka_place_test(a_kept_lease_is_not_extended),
        cmocka_place_test(accepted_with_the_first_attempt_begun),
        cmocka_place_test(an_image_goes_with_its_records),
        cmocka_place_test(a_killed_process_leaves_begun),
        cmocka_place_test(a_killed_writer_leaves_nothing),
        overtaken(late_begin_is_left_out),
        overtaken(a_number_that_is_taken_is_left_out),
        overtaken(late_failure_changes_only_its_attempt),
        overtaken(late_acceptance_wins),
        overtaken(late_end_without_begin_is_nothing),
        overtaken(a_forgotten_record_takes_no_end),
        cmocka_place_test(a_lease_of_a_wrong_clock_lapses),
        cmocka_place_test(an_unreadable_alert_does_not_stop_the_others),
        cmocka_place_test(one_of_many_takes_each),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
