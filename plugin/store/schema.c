/* The tables, as SQLite wants them: ids that number themselves, BLOB, WITHOUT ROWID and randomblob are its
   own words, where all other statements of the store are common to databases. */
#include "store/schema.h"

#include <stddef.h>

const char *const schema_statements[] = {
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)",

    /* accepted_by: the attempt that proved the acceptance, since a later one of another process may have gone
       wrong. The alert stands last: it can be long, and most statements do not need it. */
    "CREATE TABLE record (id INTEGER PRIMARY KEY, identity TEXT NOT NULL, recipient TEXT NOT NULL,"
    " state TEXT NOT NULL, priority INTEGER NOT NULL, created_ms BIGINT NOT NULL, due_ms BIGINT NOT NULL,"
    " lease_until_ms BIGINT NOT NULL, lease_owner TEXT NOT NULL,"
    " accepted_by INTEGER NOT NULL DEFAULT 0, parts_done INTEGER NOT NULL DEFAULT 0,"
    " wish_provider TEXT NOT NULL, wish_kind TEXT NOT NULL, wish_at TEXT NOT NULL,"
    " wish_image TEXT NOT NULL, image BIGINT NOT NULL, alert TEXT NOT NULL)",
    "CREATE TABLE image (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL)",
    "CREATE INDEX record_identity ON record (identity)",
    "CREATE INDEX record_due ON record (priority, due_ms) WHERE state = 'waiting'",

    /* What checks count: few, among many that went well. */
    "CREATE INDEX record_over ON record (state) WHERE state IN ('held', 'refused', 'dead')",

    /* Whom a reply answers. */
    "CREATE INDEX record_reached ON record (recipient, id) WHERE state = 'accepted'",

    /* Each time a gateway was, or may have been, asked. */
    "CREATE TABLE attempt (record BIGINT NOT NULL, number INTEGER NOT NULL, provider TEXT NOT NULL,"
    " begun_ms BIGINT NOT NULL, ended_ms BIGINT NOT NULL, outcome TEXT NOT NULL, code TEXT NOT NULL,"
    " meaning TEXT NOT NULL, reference TEXT NOT NULL, PRIMARY KEY (record, number)) WITHOUT ROWID",

    /* What gateways said later, kept as it was said: it may come twice, contradict itself, and come before
       the attempt knows its reference. So receipts find their record when they are read, by provider,
       reference and recipient, which is the order of the index. */
    "CREATE TABLE receipt (id INTEGER PRIMARY KEY, provider TEXT NOT NULL, reference TEXT NOT NULL,"
    " recipient TEXT NOT NULL, state TEXT NOT NULL, code TEXT NOT NULL, meaning TEXT NOT NULL,"
    " time TEXT NOT NULL, seen_ms BIGINT NOT NULL)",
    "CREATE UNIQUE INDEX receipt_once ON receipt (provider, reference, recipient, code)",

    /* record: what it answers, found when it came, since later alerts do not change that; 0: nothing known.
       What gateways call a reply's id need not be one: replies are the same when all they say is. */
    "CREATE TABLE reply (id INTEGER PRIMARY KEY, provider TEXT NOT NULL, reference TEXT NOT NULL,"
    " sender TEXT NOT NULL, recipient TEXT NOT NULL, text TEXT NOT NULL, time TEXT NOT NULL,"
    " seen_ms BIGINT NOT NULL, record BIGINT NOT NULL)",
    "CREATE UNIQUE INDEX reply_once ON reply (provider, reference, sender, time, text)",
    "CREATE INDEX reply_record ON reply (record)",

    "CREATE TABLE token (name TEXT PRIMARY KEY, token TEXT NOT NULL, until_ms BIGINT NOT NULL,"
    " renew_until_ms BIGINT NOT NULL, renew_owner TEXT NOT NULL)",

    /* Told to gateways with each id: a database made anew starts at 1 again. */
    "INSERT INTO meta VALUES ('id', lower(hex(randomblob(4))))",
    NULL,
};
