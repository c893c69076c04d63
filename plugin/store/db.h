#ifndef MUNJA_STORE_DB_H
#define MUNJA_STORE_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* What the store asks of a database: statements with parameters $1, $2, …, rows, and transactions. Statements
   are worded so that PostgreSQL understands them as SQLite does; how they are carried out stays behind these
   functions. The schema alone is worded for SQLite. */

struct db;

/* A parameter: bytes, or text, or a number when both are NULL. */
struct db_value {
    const char *text;
    int64_t number; /* of bytes: how many */
    const void *bytes;
};
#define DB_BLOB(value, count) ((struct db_value){ .bytes = (value), .number = (int64_t)(count) })
#define DB_TEXT(value)        ((struct db_value){ .text = (value) })
#define DB_NUMBER(value)      ((struct db_value){ .number = (value) })

/* Open a database that exists. fresh tells that it does not yet (and then *db is NULL): db_create it, and
   open again. No call waits for a lock beyond until_ms (now_steady_ms). */
bool db_open(const char *where, int64_t until_ms, struct db **db, bool *fresh, struct error *err);

/* A statement of the schema, and the version that it came with; one without sql ends a list of them. */
struct db_change {
    int version;
    const char *sql;
};

/* Make the database with these statements and mark it with version, whole or not at all. Does nothing when
   another process was faster. */
bool db_create(const char *where, const struct db_change *changes, int version, struct error *err);

/* Likewise bring an older one up to date, in place: with those that came after its own version. */
bool db_upgrade(struct db *db, const struct db_change *changes, int version, struct error *err);

/* Who copies the log into the database: whoever commits, as soon as it has grown a little, unless it says
   something else. */
enum db_log {
    DB_LOG_STAYS,   /* this process, which comes again and again: when it has grown more */
    DB_LOG_HURRIES, /* another one does, and this one only as a last resort */
};
void db_log(struct db *db, enum db_log log);

void db_until(struct db *db, int64_t until_ms);
void db_close(struct db *db);

/* Whether its file is not the one of that name any more: it was removed, or another took its place. */
bool db_moved(struct db *db);

/* The version that db_create marked it with; 0 when it is a database of something else. */
bool db_version(struct db *db, int *version, struct error *err);

/* For messages: the file's path. */
const char *db_name(const struct db *db);

/* A transaction that writes: it has the lock from the start, since a read that turns into a write fails at
   once when somebody else wrote in between. Committed means that it survives a power cut. After a failure,
   db_rollback; that never fails and is harmless without a transaction. */
bool db_begin(struct db *db, struct error *err);
bool db_commit(struct db *db, struct error *err);
void db_rollback(struct db *db);

/* Whether one is open. */
bool db_within(const struct db *db);

/* Rows of a statement, one at a time. sql must be a literal: statements are kept, prepared, by its address.
   The values' texts must live until rows_end, which accepts NULL. */
struct rows;
bool db_query(struct db *db, const char *sql, const struct db_value *values, size_t count, struct rows **rows,
              struct error *err);
bool rows_next(struct rows *rows, bool *found, struct error *err);
int64_t rows_number(const struct rows *rows, int column);   /* 0 for NULL */
const char *rows_text(const struct rows *rows, int column); /* "" for NULL; valid until the next row */
const void *rows_blob(const struct rows *rows, int column, size_t *bytes); /* NULL for none; likewise */
void rows_end(struct rows *rows);

/* A statement that gives no rows. */
bool db_run(struct db *db, const char *sql, const struct db_value *values, size_t count, struct error *err);

/* How many rows the last statement changed. */
int64_t db_changed(const struct db *db);

/* A statement that inserts one row into a table whose ids number themselves: its id. */
bool db_insert(struct db *db, const char *sql, const struct db_value *values, size_t count, int64_t *id,
               struct error *err);

/* DB_RUN(db, err, SQL, DB_TEXT(key), DB_NUMBER(5)): the values, one at least, written out in place. */
#define DB_VALUES(...)                                                                                       \
    (const struct db_value[]){ __VA_ARGS__ },                                                                \
        sizeof((const struct db_value[]){ __VA_ARGS__ }) / sizeof(struct db_value)
#define DB_QUERY(db, rows, err, sql, ...) db_query(db, sql, DB_VALUES(__VA_ARGS__), rows, err)
#define DB_RUN(db, err, sql, ...)         db_run(db, sql, DB_VALUES(__VA_ARGS__), err)
#define DB_INSERT(db, id, err, sql, ...)  db_insert(db, sql, DB_VALUES(__VA_ARGS__), id, err)

#endif
