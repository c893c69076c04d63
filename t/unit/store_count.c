/* plugin/store/count.c: the numbers of checks. */
#include "unit/storage.h"

#include "store/count.h"
#include "store/receipt.h"

#define MOST 4

static struct queue_count counted(struct store *store)
{
    struct queue_count count = { 0 };
    struct error err = { 0 };

    if (!count_queue(store, now_ms() - DAY, &count, &err))
        fail_msg("%s", err.text);
    return count;
}

static void assert_counts(struct store *store, size_t waiting, size_t held, size_t dead, size_t refused)
{
    struct queue_count count = counted(store);

    assert_int_equal(count.waiting, waiting);
    assert_int_equal(count.held, held);
    assert_int_equal(count.dead, dead);
    assert_int_equal(count.refused, refused);
}

/* One more record, sent once with that outcome. */
static void add_ended(struct store *store, const char *key, const char *provider, enum record_state state,
                      const char *outcome)
{
    struct record record;

    make_record(&record, key, "CRITICAL");
    assert_true(accept_one(store, &record));
    begin_one(store, &record, provider);
    settle_one(store, &record, state, outcome, false);
    record_clear(&record);
}

static void counts_the_queue(void **state)
{
    struct store *store = open_store();

    (void)state;
    assert_counts(store, 0, 0, 0, 0);
    assert_int_equal(counted(store).oldest_waiting_ms, 0);
    add_ended(store, "a", "joa", RECORD_WAITING, "retry");
    now_set(NOON + MINUTE);
    add_record("b", "CRITICAL"); /* under way: it waits as well */
    add_ended(store, "c", "joa", RECORD_HELD, "unsure");
    add_ended(store, "d", "joa", RECORD_DEAD, "retry");
    add_ended(store, "e", "joa", RECORD_REFUSED, "refused");
    add_ended(store, "f", "joa", RECORD_ACCEPTED, "accepted");
    assert_counts(store, 2, 1, 1, 1);
    assert_int_equal(counted(store).oldest_waiting_ms, NOON);
    store_close(store);
}

static void refusals_grow_old_the_dead_do_not(void **state)
{
    struct store *store = open_store();

    (void)state;
    add_ended(store, "a", "joa", RECORD_DEAD, "retry");
    add_ended(store, "b", "joa", RECORD_REFUSED, "refused");
    now_set(NOON + DAY);
    assert_counts(store, 0, 0, 1, 1);
    now_set(NOON + DAY + 1);
    assert_counts(store, 0, 0, 1, 0);
    store_close(store);
}

static size_t attempts(struct store *store, int64_t since_ms, struct attempt_count found[MOST])
{
    struct attempt_count *list = NULL;
    struct error err = { 0 };
    size_t count = 0;

    if (!count_attempts(store, since_ms, &list, &count, &err))
        fail_msg("%s", err.text);
    assert_true(count <= MOST);
    for (size_t i = 0; i < count; i++)
        found[i] = list[i];
    free(list);
    return count;
}

static void assert_attempts(const struct attempt_count *n, const char *provider, size_t accepted,
                            size_t failed, size_t unsure)
{
    assert_string_equal(n->provider, provider);
    assert_int_equal(n->accepted, accepted);
    assert_int_equal(n->failed, failed);
    assert_int_equal(n->unsure, unsure);
}

static void counts_attempts_by_provider(void **state)
{
    struct store *store = open_store();
    struct attempt_count found[MOST];

    (void)state;
    assert_int_equal(attempts(store, 0, found), 0);
    add_ended(store, "a", "joa", RECORD_ACCEPTED, "accepted");
    now_set(NOON + MINUTE);
    add_ended(store, "b", "joa", RECORD_WAITING, "retry");
    add_ended(store, "c", "joa", RECORD_REFUSED, "refused");
    add_ended(store, "d", "joa", RECORD_WAITING, "account");
    add_ended(store, "e", "joa", RECORD_WAITING, "unsure");
    add_ended(store, "f", "cn", RECORD_ACCEPTED, "accepted");
    add_ended(store, "g", "", RECORD_HELD, "refused"); /* a note, not an attempt */
    assert_int_equal(attempts(store, 0, found), 2);
    assert_attempts(&found[0], "cn", 1, 0, 0);
    assert_attempts(&found[1], "joa", 1, 3, 1);
    assert_int_equal(found[1].first_ms, NOON);
    assert_int_equal(attempts(store, NOON + 1, found), 2);
    assert_attempts(&found[1], "joa", 0, 3, 1);
    assert_int_equal(attempts(store, NOON + MINUTE + 1, found), 0);
    store_close(store);
}

/* An attempt without an end is under way as long as its lease runs, and lost after that. */
static void what_is_under_way_counts_later(void **state)
{
    struct store *store = open_store();
    struct attempt_count found[MOST];
    struct record record;

    (void)state;
    make_record(&record, "a", "CRITICAL");
    assert_true(accept_one(store, &record));
    begin_one(store, &record, "joa");
    assert_int_equal(attempts(store, 0, found), 0);
    now_set(NOON + MINUTE + 1);
    assert_int_equal(attempts(store, 0, found), 1);
    assert_attempts(&found[0], "joa", 0, 0, 1);
    record_clear(&record);
    store_close(store);
}

static void looking_makes_no_store(void **state)
{
    struct store *store = NULL;
    struct error err = { 0 };

    (void)state;
    assert_true(count_open(place_file, now_steady_ms() + 20000, &store, &err));
    assert_null(store);
    assert_int_equal(access(place_file, F_OK), -1);
    add_record("a", "CRITICAL");
    assert_true(count_open(place_file, now_steady_ms() + 20000, &store, &err));
    assert_non_null(store);
    assert_counts(store, 1, 0, 0, 0);
    store_close(store);
    assert_false(count_open("/dev/null", now_steady_ms() + 20000, &store, &err));
    assert_false(count_open("postgresql://munja@db.example/munja", now_steady_ms() + 20000, &store, &err));
}

/* Somebody else writes: the numbers come all the same, and at once. */
static void looking_waits_for_nobody(void **state)
{
    struct store *store;
    sqlite3 *db = NULL;

    (void)state;
    add_record("a", "CRITICAL");
    store = open_store();
    store_until(store, now_steady_ms());
    assert_int_equal(sqlite3_open(place_file, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE; DELETE FROM record", NULL, NULL, NULL), SQLITE_OK);
    assert_counts(store, 1, 0, 0, 0);
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_close(db);
    store_close(store);
}

/* Each message once, by its last word, and only what was sent from here. */
static void counts_what_arrived(void **state)
{
    static const struct receipt_said said[] = {
        { "r1", "", "waiting", "W", "", "", "" },      { "r1", "", "failed", "q", "", "", "" },
        { "r1", "", "delivered", "0", "", "", "SKT" }, { "r2", "", "missed", "8", "", "", "KT" },
        { "r2", "", "failed", "2", "", "", "KT" },     { "r3", "", "gateway", "5", "", "", "" },
        { "r4", "", "waiting", "W", "", "", "" },      { "other", "", "failed", "2", "", "", "" },
    };
    struct store *store = open_store();
    struct receipt_count *list = NULL;
    size_t count = 0, added;

    (void)state;
    for (int i = 1; i <= 4; i++) {
        char sql[200];
        snprintf(sql, sizeof sql,
                 "INSERT INTO attempt VALUES (%d, 1, 'joa', 1, 1, 'accepted', '', '', 'r%d', 0)", i, i);
        ask(sql);
    }
    assert_true(store_receipts(store, "joa", said, CASES(said), &added, NULL));
    assert_true(count_receipts(store, NOON - 1, &list, &count, NULL));
    assert_int_equal(count, 3);
    assert_string_equal(list[0].carrier, "");
    assert_int_equal(list[0].gateway, 1);
    assert_string_equal(list[1].carrier, "KT");
    assert_int_equal(list[1].failed, 1);
    assert_int_equal(count_undelivered(&list[1]), 1);
    assert_string_equal(list[2].carrier, "SKT");
    assert_int_equal(list[2].delivered, 1);
    assert_int_equal(count_undelivered(&list[2]), 0);
    free(list);
    assert_true(count_receipts(store, NOON + 1, &list, &count, NULL));
    assert_int_equal(count, 0);
    free(list);
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_place_test(counts_the_queue),
        cmocka_place_test(refusals_grow_old_the_dead_do_not),
        cmocka_place_test(counts_attempts_by_provider),
        cmocka_place_test(what_is_under_way_counts_later),
        cmocka_place_test(counts_what_arrived),
        cmocka_place_test(looking_makes_no_store),
        cmocka_place_test(looking_waits_for_nobody),
    };

    return cmocka_run_group_tests_name("store_count", tests, NULL, NULL);
}
