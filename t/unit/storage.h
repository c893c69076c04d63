#ifndef MUNJA_T_UNIT_STORAGE_H
#define MUNJA_T_UNIT_STORAGE_H

/* For tests of the store: a folder of its own, records, and a second look at the file with SQLite itself. */

#include "unit/unit.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/now.h"
#include "store/store.h"

#define NOON   ((int64_t)1700000000000)
#define MINUTE ((int64_t)60000)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

static char place_dir[64], place_file[96];

static inline int place_setup(void **state)
{
    (void)state;
    snprintf(place_dir, sizeof place_dir, "/tmp/munja-store-XXXXXX");
    assert_non_null(mkdtemp(place_dir));
    snprintf(place_file, sizeof place_file, "%s/munja.db", place_dir);
    now_set(NOON);
    return 0;
}

static inline int place_teardown(void **state)
{
    char command[128];

    (void)state;
    now_set(0);
    snprintf(command, sizeof command, "rm -rf '%s'", place_dir);
    return system(command);
}

/* With a deadline that counts: the tests hold the clock, so waiting would never end. */
static inline struct store *open_store(void)
{
    struct store *store = NULL;
    struct error err = { 0 };

    if (!store_open(place_file, now_steady_ms() + 20000, &store, &err))
        fail_msg("%s", err.text);
    return store;
}

static inline void make_record(struct record *record, const char *key, const char *state)
{
    *record = (struct record){ 0 };
    snprintf(record->recipient, sizeof record->recipient, "01012345678");
    snprintf(record->identity.key, sizeof record->identity.key, "%s", key);
    record->identity.lasting = true;
    assert_true(alert_set(&record->alert, "type", "PROBLEM", NULL));
    assert_true(alert_set(&record->alert, "host", "db1", NULL));
    assert_true(alert_set(&record->alert, "output", "디스크 가득", NULL));
    assert_true(alert_set(&record->alert, "state", state, NULL));
}

static inline bool accept_one(struct store *store, struct record *record)
{
    struct error err = { 0 };

    if (!store_accept(store, record, 1, HOUR, MINUTE, &err))
        fail_msg("%s", err.text);
    return record->leased;
}

/* A record added by a store of its own, which is closed again. */
static inline void add_record(const char *key, const char *state)
{
    struct store *store = open_store();
    struct record record;

    make_record(&record, key, state);
    assert_true(accept_one(store, &record));
    record_clear(&record);
    store_close(store);
}

static inline void begin_as(struct store *store, struct record *record, const char *provider,
                            const char *reference)
{
    const struct posting begins = { &record, 1, NULL, provider, reference };
    struct error err = { 0 };

    if (!store_post(store, &(const struct posting *){ &begins }, 1, &err))
        fail_msg("%s", err.text);
}

static inline void begin_one(struct store *store, struct record *record, const char *provider)
{
    begin_as(store, record, provider, "ref");
}

static inline void settle_one(struct store *store, struct record *record, enum record_state state,
                              const char *outcome, bool keep)
{
    struct settlement s = { .state = state,
                            .outcome = outcome,
                            .code = "E1",
                            .reference = state == RECORD_ACCEPTED ? "ref-1" : NULL,
                            .due_ms = now_ms() + MINUTE,
                            .keep_lease = keep };
    struct error err = { 0 };

    if (!store_settle(store, &record, &s, 1, &err))
        fail_msg("%s", err.text);
}

/* Whatever is due; the number of records, the first of them in *first (the caller clears). */
static inline size_t claim(struct store *store, size_t most, struct record *first)
{
    struct record *records = NULL;
    struct error err = { 0 };
    size_t count = 0;

    *first = (struct record){ 0 };
    if (!store_claim(store, NULL, most, now_ms(), MINUTE, &records, &count, &err))
        fail_msg("%s", err.text);
    for (size_t i = 1; i < count; i++)
        record_clear(&records[i]);
    if (count > 0)
        *first = records[0];
    free(records);
    return count;
}

/* One value, as text, past the store. */
static inline const char *ask(const char *sql)
{
    static char answer[256];
    sqlite3 *db = NULL;
    sqlite3_stmt *rows = NULL;

    assert_int_equal(sqlite3_open(place_file, &db), SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &rows, NULL), SQLITE_OK);
    answer[0] = '\0';
    if (sqlite3_step(rows) == SQLITE_ROW && sqlite3_column_text(rows, 0) != NULL)
        snprintf(answer, sizeof answer, "%s", (const char *)sqlite3_column_text(rows, 0));
    assert_int_equal(sqlite3_finalize(rows), SQLITE_OK);
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_close(db);
    return answer;
}

#define cmocka_place_test(test) cmocka_unit_test_setup_teardown(test, place_setup, place_teardown)

#endif
