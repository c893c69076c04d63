/* plugin/worker/health.c: what of a worker's state is a fault of its own. */
#include "unit/storage.h"

#include "worker/health.h"

static void expect(struct store *store, int64_t since_ms, bool healthy, const char *expected)
{
    struct buf json = { 0 };
    bool is_healthy = !healthy;

    assert_true(health_write(store, since_ms, &json, &is_healthy, NULL));
    assert_string_equal(buf_text(&json), expected);
    assert_int_equal(is_healthy, healthy);
    buf_clear(&json);
}

static void a_queue_that_stands_is_a_fault(void **state)
{
    const int64_t stuck = (int64_t)HEALTH_STUCK_S * 1000;
    struct store *store = open_store();
    struct record record;

    (void)state;
    expect(store, NOON, true,
           "{\"status\":\"ok\",\"store\":\"ok\",\"queue\":\"ok\",\"waiting\":0,\"oldest_seconds\":0}\n");
    make_record(&record, "a", "CRITICAL");
    accept_one(store, &record);
    now_set(NOON + stuck);
    expect(store, NOON, true,
           "{\"status\":\"ok\",\"store\":\"ok\",\"queue\":\"ok\",\"waiting\":1,\"oldest_seconds\":1200}\n");
    now_set(NOON + stuck + 1);
    expect(store, NOON, false,
           "{\"status\":\"failing\",\"store\":\"ok\",\"queue\":\"stuck\",\"waiting\":1,"
           "\"oldest_seconds\":1200}\n");
    expect(store, NOON + 1, true, /* it has only started */
           "{\"status\":\"ok\",\"store\":\"ok\",\"queue\":\"ok\",\"waiting\":1,\"oldest_seconds\":1200}\n");
    begin_one(store, &record, "p"); /* something is tried */
    expect(store, NOON, true,
           "{\"status\":\"ok\",\"store\":\"ok\",\"queue\":\"ok\",\"waiting\":1,\"oldest_seconds\":1200}\n");
    record_clear(&record);
    store_close(store);
}

static void a_store_that_is_locked_is_a_fault(void **state)
{
    struct store *store = open_store();
    sqlite3 *db = NULL;

    (void)state;
    now_set(0); /* a lock is waited for by the clock */
    assert_int_equal(sqlite3_open(place_file, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    expect(store, NOON, false,
           "{\"status\":\"failing\",\"store\":\"not writable\",\"queue\":\"ok\",\"waiting\":0,"
           "\"oldest_seconds\":0}\n");
    assert_int_equal(sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    expect(store, NOON, true,
           "{\"status\":\"ok\",\"store\":\"ok\",\"queue\":\"ok\",\"waiting\":0,\"oldest_seconds\":0}\n");
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_close(db);
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_place_test(a_queue_that_stands_is_a_fault),
        cmocka_place_test(a_store_that_is_locked_is_a_fault),
    };

    return cmocka_run_group_tests_name("flow_health", tests, NULL, NULL);
}
