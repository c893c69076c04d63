/* plugin/flow/ledger.c: what fibers have to write goes to disk together; what it says when it cannot. */
#include "unit/storage.h"

#include "flow/ledger.h"

#define MANY 12

/* A fiber with something to write, and what it was told. */
struct clerk {
    struct ledger *ledger;
    struct record *record;
    bool ends; /* else it begins */
    bool done, written;
    int turn;
    struct error err;
};

static int turns;

static void write_down(void *context)
{
    struct clerk *clerk = context;
    const struct settlement accepted = { .state = RECORD_ACCEPTED, .outcome = "accepted" };

    clerk->written = clerk->ends ? ledger_settle(clerk->ledger, &clerk->record, &accepted, 1, &clerk->err)
                                 : ledger_begin(clerk->ledger, &clerk->record, 1, "joa", "ref", &clerk->err);
    clerk->done = true;
    clerk->turn = turns++;
}

/* The ledger of a worker, and records that wait in its store. */
struct office {
    struct store *store;
    struct fibers *fibers;
    struct ledger ledger;
    struct record record[MANY];
    struct clerk clerk[MANY];
};

static void open_office(struct office *o)
{
    struct error err = { 0 };
    char key[16];

    *o = (struct office){ .store = open_store() };
    for (int i = 0; i < MANY; i++) {
        snprintf(key, sizeof key, "k%d", i);
        make_record(&o->record[i], key, "CRITICAL");
    }
    if (!store_accept(o->store, o->record, MANY, HOUR, MINUTE, &err)
        || (o->fibers = fibers_open(&err)) == NULL)
        fail_msg("%s", err.text);
    o->ledger = (struct ledger){ .store = o->store, .fibers = o->fibers };
    turns = 0;
}

static void close_office(struct office *o)
{
    fibers_close(o->fibers);
    for (int i = 0; i < MANY; i++)
        record_clear(&o->record[i]);
    store_close(o->store);
}

static void set_to_work(struct office *o, int i, bool ends)
{
    struct error err = { 0 };

    o->clerk[i] = (struct clerk){ .ledger = &o->ledger, .record = &o->record[i], .ends = ends };
    if (!fiber_start(o->fibers, write_down, &o->clerk[i], &err))
        fail_msg("%s", err.text);
}

static void commit(struct office *o)
{
    ledger_commit(&o->ledger);
    fibers_run(o->fibers);
}

/* What another process could do to the store. */
static sqlite3 *meddle(const char *sql)
{
    sqlite3 *db = NULL;

    assert_int_equal(sqlite3_open(place_file, &db), SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    return db;
}

static uint32_t number_at(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* Commits that stand in SQLite's log: frames that say how large the database is by then. */
static int commits(void)
{
    unsigned char head[32], frame[24];
    char path[128];
    int count = 0;
    FILE *file;

    snprintf(path, sizeof path, "%s-wal", place_file);
    file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(fread(head, 1, sizeof head, file), sizeof head);
    while (fread(frame, 1, sizeof frame, file) == sizeof frame && memcmp(frame + 8, head + 16, 8) == 0) {
        count += number_at(frame + 4) != 0;
        assert_int_equal(fseek(file, (long)number_at(head + 8), SEEK_CUR), 0);
    }
    fclose(file);
    return count;
}

static void one_commit_for_many(void **state)
{
    struct office o;
    int before;

    (void)state;
    open_office(&o);
    for (int i = 0; i < MANY; i++)
        set_to_work(&o, i, false);
    before = commits();
    assert_string_equal(ask("SELECT count(*) FROM attempt"), "0");
    assert_int_equal(fibers_count(o.fibers), MANY);
    commit(&o);
    assert_int_equal(commits(), before + 1);
    assert_string_equal(ask("SELECT count(*) FROM attempt WHERE outcome = ''"), "12");
    for (int i = 0; i < MANY; i++) {
        assert_true(o.clerk[i].written);
        assert_int_equal(o.clerk[i].turn, i); /* in the order in which they came */
        assert_int_equal(o.record[i].attempt, 1);
        set_to_work(&o, i, true);
    }
    commit(&o);
    assert_int_equal(commits(), before + 2);
    assert_false(o.ledger.stuck);
    commit(&o); /* nothing to say: nothing is written */
    assert_int_equal(commits(), before + 2);
    assert_string_equal(ask("SELECT count(*) FROM record WHERE state = 'accepted'"), "12");
    close_office(&o);
}

static void without_fibers_each_writes_at_once(void **state)
{
    struct office o;
    struct ledger alone = { 0 };
    struct record *record;

    (void)state;
    open_office(&o);
    record = &o.record[0];
    assert_true(ledger_begin(&alone, &record, 1, "joa", "", NULL)); /* without a store, too */
    assert_int_equal(record->attempt, 0);
    alone.store = o.store;
    assert_true(ledger_begin(&alone, &record, 0, "joa", "", NULL));
    assert_string_equal(ask("SELECT count(*) FROM attempt"), "0");
    assert_true(ledger_begin(&alone, &record, 1, "joa", "", NULL));
    assert_string_equal(ask("SELECT count(*) FROM attempt"), "1");
    close_office(&o);
}

/* One that the database does not take, first, in between or last; it begins or ends. */
static void one_fault_does_not_cost_the_others(void **state)
{
    static const struct {
        int bad;
        bool ends;
    } cases[] = { { 0, false }, { 5, false }, { MANY - 1, false },
                  { 0, true },  { 5, true },  { MANY - 1, true } };

    for (size_t c = 0; c < CASES(cases); c++) {
        bool ends = cases[c].ends;
        char sql[256], others[96];
        struct office o;
        if (c > 0)
            assert_int_equal(place_teardown(state) | place_setup(state), 0);
        open_office(&o);
        snprintf(sql, sizeof sql,
                 "CREATE TRIGGER bad BEFORE INSERT ON attempt WHEN NEW.record = %lld"
                 " BEGIN SELECT RAISE(ABORT, 'bad'); END",
                 (long long)o.record[cases[c].bad].id);
        sqlite3_close(meddle(sql));
        for (int i = 0; i < MANY; i++)
            set_to_work(&o, i, ends);
        commit(&o);
        assert_true(o.ledger.stuck);
        snprintf(others, sizeof others, "SELECT count(*) FROM attempt WHERE outcome = '%s'",
                 ends ? "accepted" : "");
        assert_string_equal(ask(others), "11");
        for (int i = 0; i < MANY; i++) {
            const struct clerk *clerk = &o.clerk[i];
            assert_int_equal(clerk->done, !ends || i != cases[c].bad);
            assert_int_equal(clerk->written, i != cases[c].bad);
            if (clerk->done && !clerk->written)
                assert_int_equal(clerk->err.kind, ERROR_STORE);
        }
        sqlite3_close(meddle("DROP TRIGGER bad"));
        commit(&o);
        assert_false(o.ledger.stuck);
        assert_int_equal(fibers_count(o.fibers), 0);
        assert_string_equal(ask(others), ends ? "12" : "11");
        close_office(&o);
    }
}

/* While another process has the lock, or nothing can be written at all, beginnings fail and ends wait. */
static void ends_are_never_given_up(void **state)
{
    static const struct {
        const char *hinder, *free;
    } cases[] = {
        { "BEGIN IMMEDIATE", "COMMIT" },
        { "CREATE TRIGGER full BEFORE INSERT ON attempt BEGIN SELECT RAISE(ABORT, 'full'); END;"
          "CREATE TRIGGER still BEFORE UPDATE ON attempt BEGIN SELECT RAISE(ABORT, 'full'); END",
          "DROP TRIGGER full; DROP TRIGGER still" },
    };

    for (size_t c = 0; c < CASES(cases); c++) {
        struct office o;
        sqlite3 *other;
        if (c > 0)
            assert_int_equal(place_teardown(state) | place_setup(state), 0);
        open_office(&o);
        now_set(0);
        store_until(o.store, now_steady_ms() + 5000);
        for (int i = 0; i < MANY / 2; i++)
            set_to_work(&o, i, false);
        commit(&o);
        other = meddle(cases[c].hinder);
        for (int i = 0; i < MANY; i++)
            set_to_work(&o, i, i < MANY / 2);
        for (int round = 0; round < 3; round++) {
            store_until(o.store, now_steady_ms() + 20);
            commit(&o);
            assert_true(o.ledger.stuck);
            for (int i = 0; i < MANY; i++) {
                assert_int_equal(o.clerk[i].done, i >= MANY / 2);
                assert_false(o.clerk[i].written);
                if (o.clerk[i].done)
                    assert_int_equal(o.clerk[i].err.kind, ERROR_STORE);
            }
        }
        assert_int_equal(sqlite3_exec(other, cases[c].free, NULL, NULL, NULL), SQLITE_OK);
        sqlite3_close(other);
        turns = 0;
        store_until(o.store, now_steady_ms() + 5000);
        commit(&o);
        assert_false(o.ledger.stuck);
        assert_int_equal(fibers_count(o.fibers), 0);
        for (int i = 0; i < MANY / 2; i++) {
            assert_true(o.clerk[i].written);
            assert_int_equal(o.clerk[i].turn, i);
        }
        assert_string_equal(ask("SELECT count(*) FROM record WHERE state = 'accepted'"), "6");
        assert_string_equal(ask("SELECT count(*) FROM attempt"), "6");
        close_office(&o);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_place_test(one_commit_for_many),
        cmocka_place_test(without_fibers_each_writes_at_once),
        cmocka_place_test(one_fault_does_not_cost_the_others),
        cmocka_place_test(ends_are_never_given_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
