/* plugin/store/store.c: records are accepted once, found again, and forgotten when they are old. */
#include "unit/storage.h"

static void accept_adds(void **state)
{
    struct store *store = open_store();
    struct record record;

    (void)state;
    make_record(&record, "k1", "CRITICAL");
    snprintf(record.wish.provider, sizeof record.wish.provider, "joa");
    assert_true(accept_one(store, &record));
    assert_true(record.id > 0);
    assert_false(record.found);
    assert_int_equal(record.state, RECORD_WAITING);
    assert_int_equal(record.created_ms, NOON);
    assert_int_equal(record.due_ms, NOON);
    assert_string_equal(alert_get(&record.alert, "host"), "db1");
    assert_string_equal(record.wish.provider, "joa");
    record_clear(&record);
    store_close(store);
    assert_string_equal(ask("SELECT state || ' ' || recipient || ' ' || wish_provider FROM record"),
                        "waiting 01012345678 joa");
}

static void repeat_is_found(void **state)
{
    struct store *store = open_store(), *other = open_store();
    struct record record, repeat;

    (void)state;
    make_record(&record, "k1", "CRITICAL");
    make_record(&repeat, "k1", "CRITICAL");
    assert_true(accept_one(store, &record));
    assert_false(accept_one(other, &repeat));
    assert_true(repeat.found);
    assert_int_equal(repeat.id, record.id);
    assert_string_equal(repeat.outcome, "");
    begin_one(store, &record, "joa");
    settle_one(store, &record, RECORD_ACCEPTED, "accepted", false);
    assert_false(accept_one(other, &repeat));
    assert_int_equal(repeat.state, RECORD_ACCEPTED);
    assert_string_equal(repeat.provider, "joa");
    assert_string_equal(repeat.reference, "ref-1");
    assert_string_equal(repeat.code, "E1");
    assert_int_equal(repeat.tries, 1);
    assert_string_equal(alert_get(&repeat.alert, "host"), "db1");
    record_clear(&record);
    record_clear(&repeat);
    store_close(store);
    store_close(other);
}

static void same_alert_twice_in_one_call(void **state)
{
    struct store *store = open_store();
    struct record records[2];

    (void)state;
    make_record(&records[0], "k1", "CRITICAL");
    make_record(&records[1], "k1", "CRITICAL");
    assert_true(store_accept(store, records, 2, HOUR, MINUTE, NULL));
    assert_true(records[0].leased);
    assert_true(records[1].found);
    assert_false(records[1].leased);
    assert_int_equal(records[0].id, records[1].id);
    record_clear(&records[0]);
    record_clear(&records[1]);
    store_close(store);
}

static const struct {
    bool lasting;
    int64_t later_ms;
    bool found;
    const char *why;
} windows[] = {
    { false, 59 * MINUTE, true, "within the window" },
    { false, 61 * MINUTE, false, "after the window it is a new alert" },
    { true, 20 * DAY, true, "a lasting identity counts for as long as it is known" },
    { false, -59 * MINUTE, true, "a clock set back a little" },
    { false, -61 * MINUTE, false, "a clock that ran ahead must not swallow alerts" },
};

static void window(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(windows); i++) {
        struct store *store = open_store();
        struct record record;
        char key[16];

        snprintf(key, sizeof key, "w%zu", i);
        now_set(NOON);
        make_record(&record, key, "WARNING");
        record.identity.lasting = windows[i].lasting;
        accept_one(store, &record);
        now_set(NOON + windows[i].later_ms);
        record.id = 0; /* another process */
        assert_true(store_find(store, &record, 1, HOUR, NULL));
        if (record.found != windows[i].found)
            fail_msg("%s", windows[i].why);
        record.id = 0;
        accept_one(store, &record);
        if (record.found != windows[i].found)
            fail_msg("%s", windows[i].why);
        record_clear(&record);
        store_close(store);
    }
}

static void find_leaves_unknown_alone(void **state)
{
    struct store *store = open_store();
    struct record record;

    (void)state;
    make_record(&record, "k1", "CRITICAL");
    record.due_ms = 7;
    assert_true(store_find(store, &record, 1, HOUR, NULL));
    assert_false(record.found);
    assert_int_equal(record.due_ms, 7);
    assert_string_equal(record.recipient, "01012345678");
    record_clear(&record);
    store_close(store);
    assert_string_equal(ask("SELECT count(*) FROM record"), "0");
}

static void repeat_takes_over(void **state)
{
    struct store *store;
    struct record record;

    (void)state;
    add_record("k1", "CRITICAL");
    store = open_store();
    make_record(&record, "k1", "CRITICAL");
    assert_false(accept_one(store, &record)); /* the other still has it */
    now_set(NOON + MINUTE);
    assert_true(accept_one(store, &record));
    assert_true(record.found);
    settle_one(store, &record, RECORD_WAITING, "retry", false);
    assert_false(accept_one(store, &record)); /* not due yet */
    now_set(NOON + 2 * MINUTE);
    assert_true(accept_one(store, &record));
    record.parts_done = 1;
    record_clear(&record);
    store_close(store);
}

static void begun_parts_are_for_claim(void **state)
{
    struct store *store = open_store();
    struct record record;
    struct record *records = &record;
    struct settlement s = { .state = RECORD_WAITING, .outcome = "accepted", .due_ms = NOON, .parts_done = 1 };

    (void)state;
    make_record(&record, "k1", "CRITICAL");
    accept_one(store, &record);
    begin_one(store, &record, "joa");
    assert_true(store_settle(store, &records, &s, 1, NULL));
    assert_false(accept_one(store, &record));
    assert_int_equal(record.parts_done, 1);
    record_clear(&record);
    assert_int_equal(claim(store, 5, &record), 1);
    assert_int_equal(record.parts_done, 1);
    assert_string_equal(alert_get(&record.alert, "output"), "디스크 가득");
    record_clear(&record);
    store_close(store);
}

static void failed_accept_adds_none(void **state)
{
    struct store *store = open_store();
    struct record records[2];
    struct error err = { 0 };

    (void)state;
    ask("CREATE TRIGGER no BEFORE INSERT ON record WHEN NEW.identity = 'k2'"
        " BEGIN SELECT RAISE(ABORT, 'not that one'); END");
    make_record(&records[0], "k1", "CRITICAL");
    make_record(&records[1], "k2", "CRITICAL");
    assert_false(store_accept(store, records, 2, HOUR, MINUTE, &err));
    assert_int_equal(err.kind, ERROR_STORE);
    assert_non_null(strstr(err.text, place_file));
    assert_int_equal(records[0].id, 0);
    assert_false(records[0].leased);
    assert_string_equal(ask("SELECT count(*) FROM record"), "0");
    assert_true(accept_one(store, &records[0])); /* and the store goes on */
    record_clear(&records[0]);
    record_clear(&records[1]);
    store_close(store);
}

static void prune(void **state)
{
    struct store *store = open_store();
    static const char *const keys[] = { "old", "old waiting", "young", "newest" };
    struct record record;

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        now_set(i < 2 ? NOON : NOON + 20 * DAY);
        make_record(&record, keys[i], "CRITICAL");
        accept_one(store, &record);
        if (i != 1) {
            begin_one(store, &record, "joa");
            settle_one(store, &record, RECORD_ACCEPTED, "accepted", false);
        }
        record_clear(&record);
    }
    now_set(NOON + 31 * DAY);
    assert_true(store_prune(store, 30 * DAY, NULL));
    assert_string_equal(ask("SELECT group_concat(identity) FROM (SELECT identity FROM record ORDER BY id)"),
                        "old waiting,young,newest");
    assert_string_equal(ask("SELECT count(*) FROM attempt"), "2");
    now_set(NOON + 90 * DAY);
    assert_true(store_prune(store, 30 * DAY, NULL));
    assert_string_equal(ask("SELECT group_concat(identity) FROM (SELECT identity FROM record ORDER BY id)"),
                        "old waiting,newest");
    make_record(&record, "later", "OK");
    accept_one(store, &record);
    assert_int_equal(record.id, 5); /* never an id that a gateway knows already */
    record_clear(&record);
    store_close(store);
}

static void id(void **state)
{
    struct store *store = open_store(), *again = open_store();
    char id[16];

    (void)state;
    snprintf(id, sizeof id, "%s", store_id(store, NULL));
    assert_int_equal(strlen(id), 8);
    assert_int_equal(strspn(id, "0123456789abcdef"), 8);
    assert_string_equal(store_id(again, NULL), id);
    store_close(again);
    store_close(store);
    place_teardown(NULL);
    place_setup(NULL);
    store = open_store();
    assert_string_not_equal(store_id(store, NULL), id);
    store_close(store);
}

/* Every process accepts the same alert and one of its own. */
static void crowd(void **state)
{
    enum { CROWD = 50 };
    int status, leases = 0;

    (void)state;
    now_set(0);
    for (int i = 0; i < CROWD; i++) {
        if (fork() == 0) {
            struct store *store = NULL;
            struct record records[2];
            char key[16];

            snprintf(key, sizeof key, "own%d", i);
            make_record(&records[0], "same", "CRITICAL");
            make_record(&records[1], key, "CRITICAL");
            if (!store_open(place_file, now_steady_ms() + 20000, &store, NULL)
                || !store_accept(store, records, 2, HOUR, MINUTE, NULL) || !records[1].leased)
                _exit(9);
            _exit(records[0].leased ? 1 : 0);
        }
    }
    for (int i = 0; i < CROWD; i++) {
        assert_true(wait(&status) > 0 && WIFEXITED(status) && WEXITSTATUS(status) <= 1);
        leases += WEXITSTATUS(status);
    }
    assert_int_equal(leases, 1);
    assert_string_equal(ask("SELECT count(*) FROM record"), "51");
    assert_string_equal(ask("PRAGMA integrity_check"), "ok");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_place_test(accept_adds),
        cmocka_place_test(repeat_is_found),
        cmocka_place_test(same_alert_twice_in_one_call),
        cmocka_place_test(window),
        cmocka_place_test(find_leaves_unknown_alone),
        cmocka_place_test(repeat_takes_over),
        cmocka_place_test(begun_parts_are_for_claim),
        cmocka_place_test(failed_accept_adds_none),
        cmocka_place_test(prune),
        cmocka_place_test(id),
        cmocka_place_test(crowd),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
