/* plugin/store/sqlite.c: locks, the log, a full disk, files that are no database; and what db_open refuses.
 */
#include "unit/storage.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>

#include "store/db.h"

static int64_t log_bytes(void)
{
    char name[128];
    struct stat info = { 0 };

    snprintf(name, sizeof name, "%s-wal", place_file);
    return stat(name, &info) == 0 ? info.st_size : -1;
}

static void refuses(const char *where, const char *words)
{
    struct store *store = NULL;
    struct error err = { 0 };

    assert_false(store_open(where, now_steady_ms() + 100, &store, &err));
    assert_null(store);
    assert_int_equal(err.kind, ERROR_STORE);
    if (strstr(err.text, words) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.text, words);
}

static void write_file(const char *bytes, size_t count)
{
    int fd = open(place_file, O_WRONLY | O_CREAT | O_TRUNC, 0660);

    assert_true(fd >= 0 && write(fd, bytes, count) == (ssize_t)count);
    close(fd);
}

static void refuses_servers_for_now(void **state)
{
    (void)state;
    refuses("postgresql://munja:hush@db.example/munja", "store postgresql://");
    refuses("postgresql://munja:hush@db.example/munja", "not built in");
}

static void refuses_what_is_no_database(void **state)
{
    static const char junk[8192] = "This is a letter to the editor, not a database.";

    (void)state;
    write_file(junk, sizeof junk);
    refuses(place_file, "is not a database");
    unlink(place_file);
    ask("CREATE TABLE letters (text)");
    refuses(place_file, "something else");
    ask("DROP TABLE letters");
    ask("PRAGMA user_version = 7");
    refuses(place_file, "something else");
}

static void refuses_a_newer_version(void **state)
{
    (void)state;
    add_record("k1", "OK");
    ask("PRAGMA user_version = 1836412421"); /* "mun", 5 */
    refuses(place_file, "version 4");
}

/* As version 1 made it. */
static void make_old(void)
{
    add_record("k1", "OK");
    ask("DROP TABLE breaker");
    ask("DROP TABLE balance");
    ask("DROP TABLE writeback");
    ask("DROP TABLE rounds");
    ask("DROP TABLE chase");
    ask("DROP INDEX attempt_look");
    ask("DROP INDEX record_recovers");
    ask("ALTER TABLE attempt DROP COLUMN look_ms");
    ask("ALTER TABLE receipt DROP COLUMN carrier");
    ask("ALTER TABLE record DROP COLUMN recovers");
    ask("DELETE FROM meta WHERE name = 'unchased'");
    ask("DROP INDEX attempt_begun");
    ask("DROP INDEX attempt_reference");
    ask("DROP INDEX attempt_open");
    ask("DROP INDEX record_topic");
    ask("ALTER TABLE record DROP COLUMN topic");
    ask("ALTER TABLE record DROP COLUMN merged_into");
    ask("DROP TABLE problem");
    ask("DROP INDEX record_problem");
    ask("DROP INDEX reply_new");
    ask("DROP INDEX reply_answer");
    ask("ALTER TABLE record DROP COLUMN problem");
    ask("ALTER TABLE reply DROP COLUMN outcome");
    ask("ALTER TABLE reply DROP COLUMN acted_ms");
    ask("ALTER TABLE reply DROP COLUMN answer");
    ask("INSERT INTO reply (provider, reference, sender, recipient, text, time, seen_ms, record)"
        " VALUES ('cn', 'm1', '+8613900001234', '', 'ok', '', 1700000000000, 1)");
    ask("PRAGMA user_version = 1836412417"); /* "mun", 1 */
}

static void an_old_one_is_brought_up_to_date(void **state)
{
    struct record record;
    struct store *store;

    (void)state;
    make_old();
    store = open_store();
    assert_string_equal(ask("PRAGMA user_version"), "1836412420");
    assert_string_equal(ask("SELECT count(*) FROM breaker"), "0");
    assert_string_equal(ask("SELECT count(*) FROM balance"), "0");
    assert_string_equal(ask("SELECT count(*) FROM writeback"), "0");
    assert_string_equal(ask("SELECT count(*) FROM problem"), "0");
    assert_string_equal(ask("SELECT outcome FROM reply"), "before");
    now_set(NOON + MINUTE);
    assert_int_equal(claim(store, 9, &record), 1);
    record_clear(&record);
    store_close(store);
}

/* One does it, the others wait for that. */
static void many_bring_it_up_to_date(void **state)
{
    (void)state;
    make_old();
    for (int i = 0; i < 8; i++)
        if (fork() == 0) {
            struct store *store = NULL;
            bool opened = store_open(place_file, now_steady_ms() + 20000, &store, NULL);
            _exit(opened && store_can_write(store, NULL) ? 0 : 1);
        }
    for (int i = 0; i < 8; i++) {
        int status = 0;
        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
    }
    assert_string_equal(ask("PRAGMA user_version"), "1836412420");
}

static int run(sqlite3 *db, const char *sql)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

/* Killed before its commit: what it did is not there, and the next one does it all. */
static void half_an_upgrade_is_none(void **state)
{
    struct store *store;
    pid_t child;

    (void)state;
    make_old();
    child = fork();
    if (child == 0) {
        sqlite3 *db = NULL;
        if (sqlite3_open(place_file, &db) == SQLITE_OK && run(db, "BEGIN IMMEDIATE") == SQLITE_OK
            && run(db, "CREATE TABLE breaker (half INTEGER)") == SQLITE_OK
            && sqlite3_db_cacheflush(db) == SQLITE_OK)
            kill(getpid(), SIGKILL);
        _exit(1);
    }
    assert_int_equal(waitpid(child, NULL, 0), child);
    store = open_store();
    assert_string_equal(ask("SELECT count(*) FROM pragma_table_info('breaker') WHERE name = 'until_ms'"),
                        "1");
    store_close(store);
}

/* Told at the first thing that is asked of it, whatever that is. */
static void refuses_a_damaged_one(void **state)
{
    static const char damage[4096] = { 1, 2, 3 };
    struct record record = { 0 };
    struct store *store;
    struct error err = { 0 };
    int fd;

    (void)state;
    add_record("k1", "OK");
    ask("PRAGMA wal_checkpoint(TRUNCATE)");
    fd = open(place_file, O_WRONLY);
    for (off_t page = 1; page < 12; page++) /* behind the header, which stays */
        assert_int_equal(pwrite(fd, damage, sizeof damage, page * 4096), sizeof damage);
    close(fd);
    make_record(&record, "k2", "OK");
    store = open_store();
    assert_false(store_accept(store, &record, 1, 0, 60000, &err));
    assert_int_equal(err.kind, ERROR_STORE);
    assert_non_null(strstr(err.text, "damaged"));
    assert_null(store_id(store, &err));
    assert_non_null(strstr(err.text, "damaged"));
    store_close(store);
    alert_clear(&record.alert);
}

/* The log of a process that was cut off is there in part: what was committed counts, the rest does not. */
static void a_torn_log_loses_only_its_end(void **state)
{
    char name[128];
    int64_t whole;

    (void)state;
    add_record("k1", "OK");
    whole = log_bytes();
    assert_true(whole > 0);
    add_record("k2", "OK");
    snprintf(name, sizeof name, "%s-wal", place_file);
    assert_int_equal(truncate(name, whole + 100), 0);
    assert_string_equal(ask("SELECT group_concat(identity) FROM record"), "k1");
    add_record("k3", "OK");
    assert_string_equal(ask("SELECT count(*) FROM record"), "2");
}

static void waits_for_a_lock_until_its_time(void **state)
{
    struct store *store;
    struct record record;
    struct error err = { 0 };
    sqlite3 *holder = NULL;
    int64_t before;

    (void)state;
    now_set(0);
    store = open_store();
    assert_int_equal(sqlite3_open(place_file, &holder), SQLITE_OK);
    assert_int_equal(sqlite3_exec(holder, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    make_record(&record, "k1", "CRITICAL");
    before = now_steady_ms();
    store_until(store, before + 150);
    assert_false(store_accept(store, &record, 1, HOUR, MINUTE, &err));
    assert_in_range(now_steady_ms() - before, 150, 5000); /* not the twenty seconds it was opened with */
    assert_non_null(strstr(err.text, "another process"));
    assert_true(store_find(store, &record, 1, HOUR, NULL)); /* reading waits for nobody */
    sqlite3_close(holder);
    assert_true(accept_one(store, &record)); /* though its time is over: nobody is in the way */
    record_clear(&record);
    store_close(store);
}

/* Beyond the limit a write fails as on a full disk. */
static void limit_file(rlim_t bytes)
{
    struct rlimit limit = { .rlim_cur = bytes, .rlim_max = RLIM_INFINITY };

    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void a_full_disk_is_an_error(void **state)
{
    struct store *store;
    struct record record;
    struct error err = { 0 };

    (void)state;
    limit_file(8192);
    refuses(place_file, "cannot");
    limit_file(RLIM_INFINITY);
    assert_int_equal(access(place_file, F_OK), -1);
    assert_int_equal(rmdir(place_dir), 0); /* not even a draft is left */
    assert_int_equal(mkdir(place_dir, 0700), 0);

    store = open_store();
    make_record(&record, "k1", "CRITICAL");
    limit_file(8192);
    assert_false(store_accept(store, &record, 1, HOUR, MINUTE, &err));
    limit_file(RLIM_INFINITY);
    assert_int_equal(err.kind, ERROR_STORE);
    assert_int_equal(record.id, 0);
    assert_true(accept_one(store, &record));
    record_clear(&record);
    store_close(store);
    assert_string_equal(ask("SELECT count(*) FROM record"), "1");
}

/* Each process commits once and ends, as with a killed one: the log must not grow for ever. */
static void the_log_stays_small(void **state)
{
    int status;

    (void)state;
    for (int i = 0; i < 400; i++) {
        if (fork() == 0) {
            char key[16];
            struct store *store = open_store();
            struct record record;

            snprintf(key, sizeof key, "k%d", i);
            make_record(&record, key, "OK");
            accept_one(store, &record);
            _exit(0);
        }
        assert_true(wait(&status) > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0);
        assert_in_range(log_bytes(), 0, 540 * 4120);
    }
    assert_string_equal(ask("SELECT count(*) FROM record"), "400");
}

static void a_closed_store_leaves_its_log(void **state)
{
    (void)state;
    add_record("k1", "OK");
    assert_true(log_bytes() > 0);
}

static void parameters_go_by_number(void **state)
{
    struct db *db = NULL;
    struct rows *rows = NULL;
    bool fresh = true, found = false;

    (void)state;
    add_record("k1", "OK");
    assert_true(db_open(place_file, now_steady_ms() + 1000, &db, &fresh, NULL));
    assert_false(fresh);
    assert_true(DB_QUERY(db, &rows, NULL, "SELECT $2, $1, $2, NULL", DB_TEXT("one"), DB_NUMBER(2)));
    assert_true(rows_next(rows, &found, NULL) && found);
    assert_int_equal(rows_number(rows, 0), 2);
    assert_string_equal(rows_text(rows, 1), "one");
    assert_int_equal(rows_number(rows, 2), 2);
    assert_string_equal(rows_text(rows, 3), "");
    assert_true(rows_next(rows, &found, NULL) && !found);
    rows_end(rows);
    db_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_place_test(refuses_servers_for_now),
        cmocka_place_test(refuses_what_is_no_database),
        cmocka_place_test(refuses_a_newer_version),
        cmocka_place_test(an_old_one_is_brought_up_to_date),
        cmocka_place_test(many_bring_it_up_to_date),
        cmocka_place_test(half_an_upgrade_is_none),
        cmocka_place_test(refuses_a_damaged_one),
        cmocka_place_test(a_torn_log_loses_only_its_end),
        cmocka_place_test(waits_for_a_lock_until_its_time),
        cmocka_place_test(a_full_disk_is_an_error),
        cmocka_place_test(the_log_stays_small),
        cmocka_place_test(a_closed_store_leaves_its_log),
        cmocka_place_test(parameters_go_by_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
