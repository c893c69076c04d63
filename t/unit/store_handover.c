/* plugin/store/handover.c: records between the process that accepts them and the worker. */
#include "unit/storage.h"

#include "store/handover.h"

/* One accepts and hands over, one is the worker. */
struct pair {
    struct store *door, *worker;
};

static void open_pair(struct pair *pair)
{
    struct error err = { 0 };

    *pair = (struct pair){ .door = open_store() };
    pair->worker = open_store();
    if (!handover_work(pair->worker, &err))
        fail_msg("%s", err.text);
}

static void close_pair(struct pair *pair)
{
    store_close(pair->worker);
    store_close(pair->door);
}

/* Accept it, leased to the worker. */
static void give(struct pair *pair, struct record *record, const char *key)
{
    struct error err = { 0 };

    make_record(record, key, "CRITICAL");
    handover_give(pair->door, true);
    if (!store_accept(pair->door, record, 1, HOUR, HANDOVER_LEASE_MS, &err))
        fail_msg("%s", err.text);
    handover_give(pair->door, false);
    assert_true(record->leased);
}

static size_t fetch(struct store *store, const int64_t *id, size_t count, struct record *first)
{
    struct record *records = NULL;
    struct error err = { 0 };
    size_t found = 0;

    *first = (struct record){ 0 };
    if (!handover_fetch(store, id, count, &records, &found, &err))
        fail_msg("%s", err.text);
    for (size_t i = 1; i < found; i++)
        record_clear(&records[i]);
    if (found > 0)
        *first = records[0];
    free(records);
    return found;
}

static void take_back(struct pair *pair, struct record *record, bool died)
{
    struct error err = { 0 };

    if (!handover_take_back(pair->door, record, 1, died, MINUTE, &err))
        fail_msg("%s", err.text);
}

static void what_is_given_is_the_workers(void **state)
{
    struct pair pair;
    struct record given, mine, got;

    (void)state;
    open_pair(&pair);
    give(&pair, &given, "k1");
    make_record(&mine, "k2", "OK");
    assert_true(accept_one(pair.door, &mine));
    assert_string_equal(ask("SELECT group_concat(lease_owner = 'worker') FROM record"), "1,0");
    assert_int_equal(claim(pair.worker, 9, &got), 0); /* both are leased */
    assert_int_equal(fetch(pair.worker, (int64_t[]){ mine.id, 99, given.id }, 3, &got), 1);
    assert_int_equal(got.id, given.id);
    assert_true(got.leased);
    assert_string_equal(alert_get(&got.alert, "output"), "디스크 가득");
    assert_string_equal(got.recipient, "01012345678");
    begin_one(pair.worker, &got, "joa");
    settle_one(pair.worker, &got, RECORD_ACCEPTED, "accepted", false);
    record_clear(&got);
    assert_int_equal(fetch(pair.worker, &given.id, 1, &got), 0); /* over */
    assert_int_equal(fetch(pair.worker, NULL, 0, &got), 0);
    record_clear(&given);
    record_clear(&mine);
    close_pair(&pair);
}

/* The worker said nothing: what it has not begun is taken back, and then it is too late for it. */
static void what_is_not_begun_comes_back(void **state)
{
    struct pair pair;
    struct record given, got;

    (void)state;
    open_pair(&pair);
    give(&pair, &given, "k1");
    assert_int_equal(fetch(pair.worker, &given.id, 1, &got), 1);
    take_back(&pair, &given, false);
    assert_true(given.leased);
    assert_int_equal(given.state, RECORD_WAITING);
    begin_one(pair.worker, &got, "joa"); /* it was stopped until now */
    assert_false(got.leased);
    assert_string_equal(ask("SELECT count(*) FROM attempt"), "0");
    begin_one(pair.door, &given, "joa");
    assert_true(given.leased);
    record_clear(&got);
    assert_int_equal(fetch(pair.worker, &given.id, 1, &got), 0);
    settle_one(pair.door, &given, RECORD_ACCEPTED, "accepted", false);
    assert_string_equal(ask("SELECT state FROM record"), "accepted");
    record_clear(&given);
    close_pair(&pair);
}

/* How far the worker is, whether it died, and whether the record is this process's then. */
static void what_is_begun_stays_unless_it_died(void **state)
{
    enum { FETCHED, BEGUN, KEPT, FAILED_OVER, ACCEPTED };
    static const struct {
        int far;
        bool died, back;
        const char *outcome;
        enum record_state state;
    } cases[] = {
        { FETCHED, false, true, "", RECORD_WAITING },
        { FETCHED, true, true, "", RECORD_WAITING },
        { BEGUN, false, false, "begun", RECORD_WAITING },
        { BEGUN, true, true, "begun", RECORD_WAITING },
        { KEPT, false, false, "retry", RECORD_WAITING }, /* given back to all, and due later */
        { KEPT, true, false, "retry", RECORD_WAITING },
        { FAILED_OVER, false, true, "retry", RECORD_WAITING },
        { FAILED_OVER, true, true, "retry", RECORD_WAITING },
        { ACCEPTED, false, false, "accepted", RECORD_ACCEPTED },
        { ACCEPTED, true, false, "accepted", RECORD_ACCEPTED },
    };
    struct pair pair;

    (void)state;
    open_pair(&pair);
    for (size_t i = 0; i < CASES(cases); i++) {
        struct record given, got;
        char key[8];
        snprintf(key, sizeof key, "k%zu", i);
        give(&pair, &given, key);
        assert_int_equal(fetch(pair.worker, &given.id, 1, &got), 1);
        if (cases[i].far >= BEGUN)
            begin_one(pair.worker, &got, "joa");
        if (cases[i].far == KEPT || cases[i].far == FAILED_OVER)
            settle_one(pair.worker, &got, RECORD_WAITING, "retry", cases[i].far == FAILED_OVER);
        if (cases[i].far == ACCEPTED)
            settle_one(pair.worker, &got, RECORD_ACCEPTED, "accepted", false);
        take_back(&pair, &given, cases[i].died);
        if (given.leased != cases[i].back || strcmp(given.outcome, cases[i].outcome) != 0
            || given.state != cases[i].state)
            fail_msg("case %zu: leased %d outcome %s state %d", i, given.leased, given.outcome, given.state);
        if (given.leased)
            assert_int_equal(given.lease_until_ms, now_ms() + MINUTE);
        record_clear(&given);
        record_clear(&got);
    }
    close_pair(&pair);
}

/* The end that a worker brings after it was taken for dead changes nothing but to "accepted". */
static void a_late_acceptance_counts(void **state)
{
    struct pair pair;
    struct record given, got;

    (void)state;
    open_pair(&pair);
    give(&pair, &given, "k1");
    assert_int_equal(fetch(pair.worker, &given.id, 1, &got), 1);
    begin_one(pair.worker, &got, "joa");
    take_back(&pair, &given, true);
    settle_one(pair.worker, &got, RECORD_ACCEPTED, "accepted", false);
    assert_string_equal(ask("SELECT state FROM record"), "accepted");
    begin_one(pair.door, &given, "joa");
    assert_false(given.leased);
    record_clear(&given);
    record_clear(&got);
    close_pair(&pair);
}

/* A new worker knows that the one before is dead; what others have is theirs. */
static void a_new_worker_frees_what_the_old_one_had(void **state)
{
    struct pair pair;
    struct record given, mine, got;
    struct error err = { 0 };

    (void)state;
    open_pair(&pair);
    give(&pair, &given, "k1");
    make_record(&mine, "k2", "OK");
    assert_true(accept_one(pair.door, &mine));
    store_close(pair.worker);
    pair.worker = open_store();
    if (!handover_work(pair.worker, &err))
        fail_msg("%s", err.text);
    assert_int_equal(fetch(pair.worker, &given.id, 1, &got), 0);
    assert_int_equal(claim(pair.worker, 9, &got), 1);
    assert_int_equal(got.id, given.id);
    record_clear(&given);
    record_clear(&mine);
    record_clear(&got);
    close_pair(&pair);
}

static void next_due_is_when_one_is_due_and_free(void **state)
{
    static const struct {
        const char *sql;
        int64_t due_ms; /* from NOON; -1: none */
    } cases[] = {
        { "DELETE FROM record", -1 },
        { "UPDATE record SET due_ms = due_ms + 7000, lease_until_ms = 0", 7000 },
        { "UPDATE record SET due_ms = due_ms - 7000, lease_until_ms = 0", -7000 },
        { "UPDATE record SET lease_until_ms = due_ms + 5000", 5000 },
        { "UPDATE record SET lease_until_ms = due_ms - 5000", 0 },
        { "UPDATE record SET lease_until_ms = due_ms + 864000000", 0 }, /* no lease is that long */
        { "UPDATE record SET state = 'accepted'", -1 },
        { "UPDATE record SET state = 'dead'", -1 },
    };

    for (size_t i = 0; i < CASES(cases); i++) {
        struct pair pair;
        struct record given;
        int64_t due_ms = 1;
        sqlite3 *db = NULL;
        if (i > 0)
            assert_int_equal(place_teardown(state) | place_setup(state), 0);
        open_pair(&pair);
        give(&pair, &given, "k1");
        assert_int_equal(sqlite3_open(place_file, &db), SQLITE_OK);
        assert_int_equal(sqlite3_exec(db, cases[i].sql, NULL, NULL, NULL), SQLITE_OK);
        sqlite3_close(db);
        assert_true(handover_next_due(pair.worker, &due_ms, NULL));
        if (due_ms != (cases[i].due_ms == -1 ? INT64_MAX : NOON + cases[i].due_ms))
            fail_msg("%s: %lld", cases[i].sql, (long long)(due_ms - NOON));
        record_clear(&given);
        close_pair(&pair);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_place_test(what_is_given_is_the_workers),
        cmocka_place_test(what_is_not_begun_comes_back),
        cmocka_place_test(what_is_begun_stays_unless_it_died),
        cmocka_place_test(a_late_acceptance_counts),
        cmocka_place_test(a_new_worker_frees_what_the_old_one_had),
        cmocka_place_test(next_due_is_when_one_is_due_and_free),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
