/* plugin/store/handover.c: what the worker has, and who takes it for dead. */
#include "unit/storage.h"

#include "store/handover.h"

/* One is the worker, one handed an alert over to it. */
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

/* The worker accepts it. */
static void give(struct pair *pair, struct record *record, const char *key)
{
    struct error err = { 0 };

    make_record(record, key, "CRITICAL");
    if (!store_accept(pair->worker, record, 1, HOUR, HANDOVER_LEASE_MS, &err))
        fail_msg("%s", err.text);
    assert_true(record->leased);
}

/* Whoever heard no yes finds it, and that it is not his. */
static void find(struct pair *pair, struct record *record, const char *key)
{
    make_record(record, key, "CRITICAL");
    assert_false(accept_one(pair->door, record));
    assert_true(record->found);
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
    struct record given, mine, found, got;

    (void)state;
    open_pair(&pair);
    give(&pair, &given, "k1");
    make_record(&mine, "k2", "OK");
    assert_true(accept_one(pair.door, &mine));
    assert_string_equal(ask("SELECT group_concat(lease_owner = 'worker') FROM record"), "1,0");
    assert_int_equal(claim(pair.worker, 9, &got), 0); /* both are leased */
    find(&pair, &found, "k1");
    assert_int_equal(found.id, given.id);
    begin_one(pair.worker, &given, "joa");
    settle_one(pair.worker, &given, RECORD_ACCEPTED, "accepted", false);
    assert_string_equal(ask("SELECT group_concat(state) FROM record"), "accepted,waiting");
    record_clear(&found);
    record_clear(&given);
    record_clear(&mine);
    close_pair(&pair);
}

/* The worker said nothing: what it has not begun is taken back, and then it is too late for it. What the one
   who takes back has already stays his. */
static void what_is_not_begun_comes_back(void **state)
{
    struct pair pair;
    struct record given, found[2];
    struct error err = { 0 };

    (void)state;
    open_pair(&pair);
    give(&pair, &given, "k1");
    find(&pair, &found[0], "k1");
    make_record(&found[1], "k2", "OK");
    assert_true(accept_one(pair.door, &found[1]));
    if (!handover_take_back(pair.door, found, 2, false, MINUTE, &err))
        fail_msg("%s", err.text);
    assert_true(found[0].leased && found[1].leased);
    assert_int_equal(found[0].state, RECORD_WAITING);
    assert_string_equal(alert_get(&found[0].alert, "output"), "디스크 가득");
    begin_one(pair.worker, &given, "joa"); /* it was stopped until now */
    assert_false(given.leased);
    assert_string_equal(ask("SELECT count(*) FROM attempt"), "0");
    begin_one(pair.door, &found[0], "joa");
    assert_true(found[0].leased);
    settle_one(pair.door, &found[0], RECORD_ACCEPTED, "accepted", false);
    assert_string_equal(ask("SELECT group_concat(state) FROM record"), "accepted,waiting");
    record_clear(&given);
    record_clear(&found[0]);
    record_clear(&found[1]);
    close_pair(&pair);
}

/* How far the worker is, whether it died, and whether the record is this process's then. */
static void what_is_begun_stays_unless_it_died(void **state)
{
    enum { ACCEPTED, BEGUN, KEPT, FAILED_OVER, SENT };
    static const struct {
        int far;
        bool died, back;
        const char *outcome;
        enum record_state state;
    } cases[] = {
        { ACCEPTED, false, true, "", RECORD_WAITING },
        { ACCEPTED, true, true, "", RECORD_WAITING },
        { BEGUN, false, false, "begun", RECORD_WAITING },
        { BEGUN, true, true, "begun", RECORD_WAITING },
        { KEPT, false, false, "retry", RECORD_WAITING }, /* given back to all, and due later */
        { KEPT, true, false, "retry", RECORD_WAITING },
        { FAILED_OVER, false, true, "retry", RECORD_WAITING },
        { FAILED_OVER, true, true, "retry", RECORD_WAITING },
        { SENT, false, false, "accepted", RECORD_ACCEPTED },
        { SENT, true, false, "accepted", RECORD_ACCEPTED },
    };
    struct pair pair;

    (void)state;
    open_pair(&pair);
    for (size_t i = 0; i < CASES(cases); i++) {
        struct record given, found;
        char key[8];
        snprintf(key, sizeof key, "k%zu", i);
        give(&pair, &given, key);
        if (cases[i].far >= BEGUN)
            begin_one(pair.worker, &given, "joa");
        if (cases[i].far == KEPT || cases[i].far == FAILED_OVER)
            settle_one(pair.worker, &given, RECORD_WAITING, "retry", cases[i].far == FAILED_OVER);
        if (cases[i].far == SENT)
            settle_one(pair.worker, &given, RECORD_ACCEPTED, "accepted", false);
        find(&pair, &found, key);
        take_back(&pair, &found, cases[i].died);
        if (found.leased != cases[i].back || strcmp(found.outcome, cases[i].outcome) != 0
            || found.state != cases[i].state)
            fail_msg("case %zu: leased %d outcome %s state %d", i, found.leased, found.outcome, found.state);
        if (found.leased)
            assert_int_equal(found.lease_until_ms, now_ms() + MINUTE);
        record_clear(&given);
        record_clear(&found);
    }
    close_pair(&pair);
}

/* The end that a worker brings after it was taken for dead changes nothing but to "accepted". */
static void a_late_acceptance_counts(void **state)
{
    struct pair pair;
    struct record given, found;

    (void)state;
    open_pair(&pair);
    give(&pair, &given, "k1");
    begin_one(pair.worker, &given, "joa");
    find(&pair, &found, "k1");
    take_back(&pair, &found, true);
    settle_one(pair.worker, &given, RECORD_ACCEPTED, "accepted", false);
    assert_string_equal(ask("SELECT state FROM record"), "accepted");
    begin_one(pair.door, &found, "joa");
    assert_false(found.leased);
    record_clear(&given);
    record_clear(&found);
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
    assert_int_equal(claim(pair.worker, 9, &got), 1);
    assert_int_equal(got.id, given.id);
    record_clear(&given);
    record_clear(&mine);
    record_clear(&got);
    close_pair(&pair);
}

/* Whoever asked for it does not wait any more, and may have done without the store by now. */
static void nothing_is_accepted_too_late(void **state)
{
    struct pair pair;
    struct record both[2];
    struct error err = { 0 };

    (void)state;
    open_pair(&pair);
    make_record(&both[0], "k1", "OK");
    make_record(&both[1], "k2", "OK");
    both[0].accept_until_ms = now_steady_ms() - 1;
    both[1].accept_until_ms = now_steady_ms();
    if (!store_accept(pair.worker, both, 2, HOUR, HANDOVER_LEASE_MS, &err))
        fail_msg("%s", err.text);
    assert_int_equal(both[0].id, 0);
    assert_false(both[0].leased);
    assert_true(both[1].leased);
    assert_string_equal(ask("SELECT group_concat(identity) FROM record"), "k2");
    record_clear(&both[0]);
    record_clear(&both[1]);
    close_pair(&pair);
}

/* With a window of 0 the same text is a new alert each time, but for the record that the worker made of this
   very one: known by its id, or by being the worker's since this process asked. */
static void without_a_window_the_workers_is_found(void **state)
{
    enum { PLAIN, ASKED, ASKED_LATER, BY_ID, BY_ANOTHERS_ID };
    static const struct {
        int how;
        bool found;
    } cases[] = {
        { PLAIN, false }, { ASKED, true }, { ASKED_LATER, false }, { BY_ID, true }, { BY_ANOTHERS_ID, false }
    };
    struct pair pair;
    struct record given, another;
    struct error err = { 0 };

    (void)state;
    open_pair(&pair);
    for (size_t i = 0; i < CASES(cases); i++) {
        struct record mine;
        char key[8];
        snprintf(key, sizeof key, "k%zu", i);
        make_record(&another, "other", "CRITICAL");
        make_record(&given, key, "CRITICAL");
        given.identity.lasting = another.identity.lasting = false;
        assert_true(store_accept(pair.worker, &another, 1, 0, HANDOVER_LEASE_MS, &err));
        assert_true(store_accept(pair.worker, &given, 1, 0, HANDOVER_LEASE_MS, &err));
        make_record(&mine, key, "CRITICAL");
        mine.identity.lasting = false;
        mine.asked_ms = cases[i].how == ASKED ? NOON - 1 : cases[i].how == ASKED_LATER ? NOON + 1 : 0;
        mine.id = cases[i].how == BY_ID ? given.id : cases[i].how == BY_ANOTHERS_ID ? another.id : 0;
        assert_true(store_accept(pair.door, &mine, 1, 0, MINUTE, &err));
        if (mine.found != cases[i].found || (mine.id == given.id) != cases[i].found
            || mine.leased == cases[i].found)
            fail_msg("case %zu: found %d, leased %d", i, mine.found, mine.leased);
        record_clear(&mine);
        record_clear(&given);
        record_clear(&another);
    }
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
        cmocka_place_test(nothing_is_accepted_too_late),
        cmocka_place_test(without_a_window_the_workers_is_found),
        cmocka_place_test(next_due_is_when_one_is_due_and_free),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
