/* plugin/store/missed.c: which PROBLEMs a RECOVERY tells, and what becomes of them. */
#include "unit/storage.h"

#include "store/handover.h"

static int serial;

static void fill(struct record *record, const char *type, const char *state)
{
    char key[16];

    snprintf(key, sizeof key, "k%d", ++serial);
    make_record(record, key, state);
    assert_true(alert_set(&record->alert, "type", type, NULL));
    assert_true(alert_set(&record->alert, "service", "disk", NULL));
}

/* One more record, which was tried once and has to wait a minute; its id. */
static int64_t keep(struct store *store, const char *type, const char *outcome)
{
    struct record record;
    int64_t id;

    fill(&record, type, "CRITICAL");
    assert_true(accept_one(store, &record));
    begin_one(store, &record, "joa");
    settle_one(store, &record, RECORD_WAITING, outcome, false);
    id = record.id;
    record_clear(&record);
    return id;
}

static const char *states(void)
{
    return ask("SELECT group_concat(state || CASE WHEN merged_into > 0 THEN merged_into ELSE '' END"
               " || CASE WHEN lease_until_ms > 0 THEN '*' ELSE '' END)"
               " FROM (SELECT * FROM record ORDER BY id)");
}

static void a_recovery_tells_what_was_kept(void **state)
{
    struct store *store = open_store(), *other = open_store();
    struct record recovery, claimed;

    (void)state;
    keep(store, "PROBLEM", "retry");
    keep(store, "PROBLEM", "account");
    fill(&recovery, "RECOVERY", "OK");
    assert_true(accept_one(store, &recovery));
    assert_int_equal(recovery.missed_count, 2);
    assert_int_equal(recovery.missed[0].id, 2);
    assert_string_equal(alert_get(&recovery.missed[1].alert, "state"), "CRITICAL");
    assert_string_equal(states(), "waiting*,waiting*,waiting*");
    now_set(NOON + MINUTE - 1);
    assert_int_equal(claim(other, 9, &claimed), 0); /* nobody else sends them meanwhile */
    begin_one(store, &recovery, "joa");
    settle_one(store, &recovery, RECORD_WAITING, "retry", true);
    assert_string_equal(states(), "waiting*,waiting*,waiting*"); /* the next provider */
    begin_one(store, &recovery, "plex");
    settle_one(store, &recovery, RECORD_ACCEPTED, "accepted", false);
    assert_string_equal(states(), "merged3,merged3,accepted");
    record_clear(&recovery);
    store_close(other);
    store_close(store);
}

static void not_accepted_they_wait_as_before(void **state)
{
    static const struct {
        enum record_state state;
        const char *outcome, *then;
    } cases[] = {
        { RECORD_WAITING, "retry", "waiting,waiting" },
        { RECORD_REFUSED, "refused", "waiting,refused" },
        { RECORD_HELD, "unsure", "waiting,held" },
    };

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        struct store *store = open_store();
        struct record recovery;

        ask("DELETE FROM record");
        ask("DELETE FROM attempt");
        keep(store, "PROBLEM", "retry");
        fill(&recovery, "RECOVERY", "OK");
        assert_true(accept_one(store, &recovery));
        assert_int_equal(recovery.missed_count, 1);
        begin_one(store, &recovery, "joa");
        settle_one(store, &recovery, cases[i].state, cases[i].outcome, false);
        assert_string_equal(states(), cases[i].then);
        record_clear(&recovery);
        store_close(store);
    }
}

/* What may have arrived, was told in part, is about something else, or is in other hands. */
static void others_are_left_alone(void **state)
{
    static const struct {
        const char *change, *why;
        size_t missed;
    } cases[] = {
        { "UPDATE record SET id = id", "nothing is in the way", 1 },
        { "UPDATE attempt SET outcome = 'unsure'", "its answer was lost", 0 },
        { "UPDATE attempt SET ended_ms = 0", "its sender died", 0 },
        { "INSERT INTO attempt VALUES (1, 2, 'plex', 1, 2, 'retry', '', '', '', 0)", "two were sure", 1 },
        { "UPDATE record SET parts_done = 1", "a part went out", 0 },
        { "UPDATE record SET state = 'dead'", "it was given up, and told as that", 0 },
        { "UPDATE record SET wish_at = '2030-01-01 09:00'", "it was to come later", 0 },
        { "UPDATE record SET lease_until_ms = 1700000030000", "another process sends it", 0 },
        { "UPDATE record SET recipient = '01099998888', topic = 'p1'", "of another phone", 0 },
        { "UPDATE record SET topic = ''", "of an older munja", 0 },
    };

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        struct store *store = open_store();
        struct record recovery;

        ask("DELETE FROM record");
        ask("DELETE FROM attempt");
        keep(store, "PROBLEM", "retry");
        ask(cases[i].change);
        fill(&recovery, "RECOVERY", "OK");
        assert_true(accept_one(store, &recovery));
        if (recovery.missed_count != cases[i].missed)
            fail_msg("%s: %zu", cases[i].why, recovery.missed_count);
        record_clear(&recovery);
        store_close(store);
    }
}

/* Both wait: whosever turn it is, the recovery goes, once, though it is not due itself. */
static void a_kept_recovery_takes_the_place_of_its_problems(void **state)
{
    struct store *store = open_store();
    struct record claimed;

    (void)state;
    keep(store, "PROBLEM", "retry");
    keep(store, "PROBLEM", "retry");
    keep(store, "RECOVERY", "retry");
    ask("UPDATE record SET due_ms = due_ms + 600000 WHERE id = 3");
    now_set(NOON + MINUTE);
    assert_int_equal(claim(store, 9, &claimed), 1);
    assert_int_equal(claimed.id, 3);
    assert_int_equal(claimed.missed_count, 2);
    assert_string_equal(states(), "waiting*,waiting*,waiting*");
    begin_one(store, &claimed, "joa");
    settle_one(store, &claimed, RECORD_WAITING, "retry", false);
    assert_string_equal(states(), "waiting,waiting,waiting");
    record_clear(&claimed);
    now_set(NOON + 30 * MINUTE); /* all of them */
    assert_int_equal(claim(store, 9, &claimed), 1);
    assert_int_equal(claimed.missed_count, 2);
    begin_one(store, &claimed, "joa");
    settle_one(store, &claimed, RECORD_ACCEPTED, "accepted", false);
    assert_string_equal(states(), "merged3,merged3,accepted");
    record_clear(&claimed);
    store_close(store);
}

/* The same key may be known to the gateway with the words of that time. */
static void a_recovery_that_may_have_arrived_tells_nothing_new(void **state)
{
    struct store *store = open_store();
    struct record *records = NULL;
    size_t count = 0;

    (void)state;
    keep(store, "PROBLEM", "retry");
    keep(store, "RECOVERY", "unsure");
    now_set(NOON + MINUTE);
    assert_true(store_claim(store, NULL, 9, now_ms(), MINUTE, &records, &count, NULL));
    assert_int_equal(count, 2);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(records[i].missed_count, 0);
        record_clear(&records[i]);
    }
    free(records);
    store_close(store);
}

static void a_worker_that_accepts_tells_them_too(void **state)
{
    struct store *store = open_store(), *worker = open_store();
    struct record recovery;

    (void)state;
    assert_true(handover_work(worker, NULL));
    keep(store, "PROBLEM", "retry");
    fill(&recovery, "RECOVERY", "OK");
    assert_true(accept_one(worker, &recovery));
    assert_int_equal(recovery.missed_count, 1);
    assert_string_equal(ask("SELECT group_concat(lease_owner) FROM record"), "worker,worker");
    begin_one(worker, &recovery, "joa");
    settle_one(worker, &recovery, RECORD_ACCEPTED, "accepted", false);
    assert_string_equal(states(), "merged2,accepted");
    record_clear(&recovery);
    store_close(worker);
    store_close(store);
}

/* From a worker that died, whose leases of the others somebody ended already. */
static void taken_back_it_tells_them_too(void **state)
{
    struct store *store = open_store(), *worker = open_store();
    struct record recovery, found;

    (void)state;
    assert_true(handover_work(worker, NULL));
    keep(store, "PROBLEM", "retry");
    fill(&recovery, "RECOVERY", "OK");
    assert_true(accept_one(worker, &recovery));
    ask("UPDATE record SET lease_until_ms = 0, lease_owner = '' WHERE id = 1");
    serial--;
    fill(&found, "RECOVERY", "OK");
    assert_false(accept_one(store, &found));
    assert_int_equal(found.missed_count, 0);
    assert_true(handover_take_back(store, &found, 1, true, MINUTE, NULL));
    assert_true(found.leased);
    assert_int_equal(found.missed_count, 1);
    record_clear(&found);
    record_clear(&recovery);
    store_close(worker);
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_place_test(a_recovery_tells_what_was_kept),
        cmocka_place_test(not_accepted_they_wait_as_before),
        cmocka_place_test(others_are_left_alone),
        cmocka_place_test(a_kept_recovery_takes_the_place_of_its_problems),
        cmocka_place_test(a_recovery_that_may_have_arrived_tells_nothing_new),
        cmocka_place_test(a_worker_that_accepts_tells_them_too),
        cmocka_place_test(taken_back_it_tells_them_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
