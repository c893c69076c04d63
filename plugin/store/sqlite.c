/* SQLite behind store/db.h: one file in WAL mode. Each run of munja is short, so the start is kept cheap:
   nothing is set that is set already, and what only a writer needs waits for the first write. */
#include "store/db.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/now.h"
#include "store/place.h"
#include "store/vfs.h"

/* "mun" in front of the version, so that nobody else's database is taken for ours. */
#define MARK(version) (0x6d756e00 | (version))

/* Whoever comes first after all others have gone reads the whole log, so it is copied into the database when
   it has so many pages: 64 x 4 KiB are read in a quarter of a millisecond, and about every sixth run copies.
 */
#define LOG_PAGES 64

/* A process that stays changes the same pages again and again, and each is copied once for all of that. */
#define LOG_PAGES_STAYS 256

/* The log starts anew only at a commit after the copying, in the same life of the shared memory. Where each
   process commits once and ends, that never comes: cut it off then. */
#define LOG_PAGES_MOST 512

/* 64 MiB: who never has the time for it copies only where nobody else seems to be left to do it. */
#define LOG_PAGES_HURRIED 16384

/* A lock is asked for so often at least, before it is given up. */
#define WAITS_LEAST 16

#define STATEMENTS_MAX 64
#define NUMBERS_MAX    32

struct rows {
    struct db *db;
    const char *sql;
    sqlite3_stmt *handle;
    int places;                        /* in the statement, for values */
    unsigned char number[NUMBERS_MAX]; /* of the value for each place */
};

struct db {
    sqlite3 *handle;
    char *name;
    int64_t until_ms;
    bool writes;   /* prepared for writing */
    int log_pages; /* from so many on the log is copied */
    bool hurries;  /* no lock is waited for: checkpoints are for whoever finds the time */
    struct rows statement[STATEMENTS_MAX];
    size_t statements;
};

static const struct {
    int code;
    const char *reason;
} reasons[] = {
    { SQLITE_BUSY, "another process holds it too long" },
    { SQLITE_LOCKED, "another process holds it too long" },
    { SQLITE_PROTOCOL, "another process holds it too long" },
    { SQLITE_FULL, "the disk is full" },
    { SQLITE_READONLY, "no right to write it" },
    { SQLITE_NOTADB, "is not a database" },
    { SQLITE_CORRUPT, "is damaged" },
    { SQLITE_CANTOPEN, "cannot open it, its log or its index" },
    { SQLITE_IOERR, "cannot read or write it" },
};

static bool db_fails(sqlite3 *handle, const char *name, struct error *err)
{
    int code = sqlite3_extended_errcode(handle);
    int system = sqlite3_system_errno(handle);
    const char *reason = sqlite3_errmsg(handle);

    if ((code & 0xff) == SQLITE_NOMEM)
        return error_memory(err);
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (reasons[i].code == (code & 0xff))
            reason = reasons[i].reason;
    if (system != 0 && ((code & 0xff) == SQLITE_CANTOPEN || (code & 0xff) == SQLITE_IOERR))
        return error_set(err, ERROR_STORE, code, "store %s: %s: %s", name, reason, strerror(system));
    return error_set(err, ERROR_STORE, code, "store %s: %s", name, reason);
}

/* Sleep at random, and longer the more often it was in vain: the more wait, the less each may ask, or the
   asking takes the processor from the one who holds the lock. */
static int wait_for_lock(void *context, int tries)
{
    const struct db *db = context;
    int64_t left_ms = db->until_ms - now_steady_ms();
    long most_us = tries < 25 ? 2000L * (tries + 1) : 50000L;
    struct timespec t = { 0 };

    if (db->hurries || left_ms <= 0)
        return 0;
    /* Who has little time asks more often in it: a commit is mostly over in less than a millisecond. */
    if (most_us > left_ms * 1000 / WAITS_LEAST)
        most_us = (long)left_ms * 1000 / WAITS_LEAST;
    clock_gettime(CLOCK_MONOTONIC, &t);
    t = (struct timespec){ .tv_nsec = (200 + t.tv_nsec % most_us) * 1000 };
    nanosleep(&t, NULL);
    return 1;
}

static int log_grew(void *context, sqlite3 *handle, const char *schema, int pages)
{
    struct db *db = context;

    if (pages < db->log_pages)
        return SQLITE_OK;
    db->hurries = true;
    /* The commit itself is safe already: when this fails, the next commit tries again. */
    sqlite3_wal_checkpoint_v2(handle, schema,
                              pages < LOG_PAGES_MOST ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_TRUNCATE,
                              NULL, NULL);
    db->hurries = false;
    return SQLITE_OK;
}

static bool handle_open(const char *path, const char *name, sqlite3 **handle, struct error *err)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW;

    /* No twenty pages in advance for the file and again for each statement's passing table: a run needs few.
       Nor a sum of every piece of memory, which nobody reads. Refused, and no harm, once SQLite is in use. */
    sqlite3_config(SQLITE_CONFIG_PAGECACHE, NULL, 0, 0);
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    if (sqlite3_open_v2(path, handle, flags, vfs_name()) == SQLITE_OK) {
        sqlite3_extended_result_codes(*handle, 1);
        return true;
    }
    if (*handle == NULL)
        return error_memory(err);
    db_fails(*handle, name, err);
    sqlite3_close(*handle);
    *handle = NULL;
    return false;
}

bool db_open(const char *where, int64_t until_ms, struct db **db, bool *fresh, struct error *err)
{
    struct place place = { 0 };
    struct db *made = NULL;
    int version = 0;
    bool opened = false;

    *fresh = false;
    if (strstr(where, "://") != NULL) {
        error_set(err, ERROR_STORE, 0, "store %.*s://…: this kind of database is not built in; name a file",
                  (int)(strstr(where, "://") - where), where);
        goto out;
    }
    if (!place_find(where, &place, err))
        goto out;
    if (!place.exists) {
        *fresh = true;
        opened = true;
        goto out;
    }
    made = calloc(1, sizeof *made);
    if (made == NULL || (made->name = strdup(where)) == NULL) {
        error_memory(err);
        goto out;
    }
    if (!handle_open(place.path, where, &made->handle, err))
        goto out;
    made->until_ms = until_ms;
    made->log_pages = LOG_PAGES;
    sqlite3_busy_handler(made->handle, wait_for_lock, made);
    if (!place.has_log) {
        if (!db_version(made, &version, err)) /* the first read makes the log */
            goto out;
        place_share_log(&place);
    }
    *db = made;
    made = NULL;
    opened = true;
out:
    db_close(made);
    place_clear(&place);
    return opened;
}

static bool draft_run(sqlite3 *handle, const char *name, const char *sql, struct error *err)
{
    return sqlite3_exec(handle, sql, NULL, NULL, NULL) == SQLITE_OK || db_fails(handle, name, err);
}

/* Nobody else knows the draft: no lock, and one sync at the end, which place_keep does. */
static bool draft_fill(const char *draft, const char *name, const struct db_change *changes, int version,
                       struct error *err)
{
    char mark[48];
    sqlite3 *handle = NULL;
    bool filled = false;

    sqlite3_snprintf(sizeof mark, mark, "PRAGMA user_version = %d", MARK(version));
    if (!handle_open(draft, name, &handle, err))
        return false;
    if (!draft_run(handle, name, "PRAGMA synchronous = OFF", err)
        || !draft_run(handle, name, "PRAGMA journal_mode = MEMORY", err)
        || !draft_run(handle, name, "BEGIN", err))
        goto out;
    for (; changes->sql != NULL; changes++)
        if (!draft_run(handle, name, changes->sql, err))
            goto out;
    filled = draft_run(handle, name, mark, err) && draft_run(handle, name, "COMMIT", err)
             && draft_run(handle, name, "PRAGMA journal_mode = WAL", err);
out:
    if (sqlite3_close(handle) != SQLITE_OK)
        filled = false;
    return filled;
}

bool db_create(const char *where, const struct db_change *changes, int version, struct error *err)
{
    struct place place = { 0 };
    char *draft = NULL;
    bool made = false;

    if (!place_find(where, &place, err) || place.exists) {
        made = place.exists;
        goto out;
    }
    if (!place_draft(&place, &draft, err))
        goto out;
    if (draft_fill(draft, where, changes, version, err))
        made = place_keep(&place, draft, err);
    else
        place_drop(draft);
out:
    free(draft);
    place_clear(&place);
    return made;
}

void db_log(struct db *db, enum db_log log)
{
    static const int pages[] = { [DB_LOG_STAYS] = LOG_PAGES_STAYS, [DB_LOG_HURRIES] = LOG_PAGES_HURRIED };

    db->log_pages = pages[log];
}

void db_until(struct db *db, int64_t until_ms)
{
    db->until_ms = until_ms;
}

void db_close(struct db *db)
{
    if (db == NULL)
        return;
    for (size_t i = 0; i < db->statements; i++)
        sqlite3_finalize(db->statement[i].handle);
    /* Else the last to close would copy the log, unlink it, and wait for three syncs. */
    if (db->handle != NULL)
        sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_close(db->handle);
    free(db->name);
    free(db);
}

const char *db_name(const struct db *db)
{
    return db->name;
}

bool db_moved(struct db *db)
{
    int moved = 0;

    return sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK && moved;
}

bool db_version(struct db *db, int *version, struct error *err)
{
    struct rows *rows = NULL;
    bool found = false, read = false;
    int mark;

    if (!db_query(db, "PRAGMA user_version", NULL, 0, &rows, err) || !rows_next(rows, &found, err))
        goto out;
    mark = (int)rows_number(rows, 0);
    *version = (mark & ~0xff) == MARK(0) ? mark & 0xff : 0;
    read = true;
out:
    rows_end(rows);
    return read;
}

static bool run_plain(struct db *db, const char *sql, struct error *err)
{
    return db_run(db, sql, NULL, 0, err);
}

bool db_begin(struct db *db, struct error *err)
{
    if (!db->writes) {
        if (!run_plain(db, "PRAGMA synchronous = FULL", err))
            return false;
        sqlite3_wal_hook(db->handle, log_grew, db);
        db->writes = true;
    }
    return run_plain(db, "BEGIN IMMEDIATE", err);
}

bool db_commit(struct db *db, struct error *err)
{
    return run_plain(db, "COMMIT", err);
}

bool db_within(const struct db *db)
{
    return !sqlite3_get_autocommit(db->handle);
}

void db_rollback(struct db *db)
{
    /* SQLite rolls some failures back by itself. */
    if (db_within(db))
        run_plain(db, "ROLLBACK", NULL);
}

bool db_upgrade(struct db *db, const struct db_change *changes, int version, struct error *err)
{
    char mark[48];
    int from = 0;
    bool done = false;

    sqlite3_snprintf(sizeof mark, mark, "PRAGMA user_version = %d", MARK(version));
    if (!db_begin(db, err) || !db_version(db, &from, err))
        goto out;
    for (; from < version && changes->sql != NULL; changes++)
        if (changes->version > from && !run_plain(db, changes->sql, err))
            goto out;
    done = (from >= version || run_plain(db, mark, err)) && db_commit(db, err);
out:
    if (!done)
        db_rollback(db);
    return done;
}

/* To SQLite "$2" is a name like any other, and takes the next free place. */
static bool find_places(struct rows *rows, struct error *err)
{
    rows->places = sqlite3_bind_parameter_count(rows->handle);
    if (rows->places > NUMBERS_MAX)
        return error_set(err, ERROR_BUG, 0, "store: more values than foreseen");
    for (int i = 0; i < rows->places; i++)
        rows->number[i] =
            (unsigned char)strtoul(sqlite3_bind_parameter_name(rows->handle, i + 1) + 1, NULL, 10);
    return true;
}

/* A statement in use, as when one query runs inside the rows of another, cannot be used twice. */
static struct rows *statement_find(struct db *db, const char *sql, struct error *err)
{
    struct rows *rows = db->statement;
    struct rows *end = rows + db->statements;

    while (rows < end && (rows->sql != sql || sqlite3_stmt_busy(rows->handle)))
        rows++;
    if (rows < end)
        return rows;
    if (db->statements == STATEMENTS_MAX) {
        error_set(err, ERROR_BUG, 0, "store: more statements than foreseen");
        return NULL;
    }
    *rows = (struct rows){ .db = db, .sql = sql };
    if (sqlite3_prepare_v2(db->handle, sql, -1, &rows->handle, NULL) != SQLITE_OK) {
        db_fails(db->handle, db->name, err);
        return NULL;
    }
    db->statements++;
    return find_places(rows, err) ? rows : NULL;
}

static int bind_value(sqlite3_stmt *handle, int at, const struct db_value *value)
{
    if (value->bytes != NULL)
        return sqlite3_bind_blob64(handle, at, value->bytes, (sqlite3_uint64)value->number, NULL);
    return value->text != NULL ? sqlite3_bind_text(handle, at, value->text, -1, NULL)
                               : sqlite3_bind_int64(handle, at, value->number);
}

bool db_query(struct db *db, const char *sql, const struct db_value *values, size_t count, struct rows **rows,
              struct error *err)
{
    struct rows *found = statement_find(db, sql, err);

    if (found == NULL)
        return false;
    for (int i = 0; i < found->places; i++) {
        size_t number = found->number[i];
        if (number == 0 || number > count) {
            rows_end(found);
            return error_set(err, ERROR_BUG, 0, "store: no value for $%zu", number);
        }
        if (bind_value(found->handle, i + 1, &values[number - 1]) != SQLITE_OK) {
            db_fails(db->handle, db->name, err);
            rows_end(found);
            return false;
        }
    }
    *rows = found;
    return true;
}

bool rows_next(struct rows *rows, bool *found, struct error *err)
{
    switch (sqlite3_step(rows->handle)) {
    case SQLITE_ROW:
        *found = true;
        return true;
    case SQLITE_DONE:
        *found = false;
        return true;
    default:
        return db_fails(rows->db->handle, rows->db->name, err);
    }
}

int64_t rows_number(const struct rows *rows, int column)
{
    return sqlite3_column_int64(rows->handle, column);
}

const char *rows_text(const struct rows *rows, int column)
{
    const char *text = (const char *)sqlite3_column_text(rows->handle, column);

    return text == NULL ? "" : text;
}

const void *rows_blob(const struct rows *rows, int column, size_t *bytes)
{
    const void *blob = sqlite3_column_blob(rows->handle, column);

    *bytes = blob == NULL ? 0 : (size_t)sqlite3_column_bytes(rows->handle, column);
    return blob;
}

void rows_end(struct rows *rows)
{
    if (rows == NULL)
        return;
    sqlite3_reset(rows->handle);
    sqlite3_clear_bindings(rows->handle); /* the texts may go now */
}

bool db_run(struct db *db, const char *sql, const struct db_value *values, size_t count, struct error *err)
{
    struct rows *rows = NULL;
    bool found = false;
    bool run = db_query(db, sql, values, count, &rows, err) && rows_next(rows, &found, err);

    rows_end(rows);
    return run;
}

int64_t db_changed(const struct db *db)
{
    return sqlite3_changes(db->handle);
}

/* RETURNING would have SQLite make a table for the moment. */
bool db_insert(struct db *db, const char *sql, const struct db_value *values, size_t count, int64_t *id,
               struct error *err)
{
    if (!db_run(db, sql, values, count, err))
        return false;
    *id = sqlite3_last_insert_rowid(db->handle);
    return true;
}
