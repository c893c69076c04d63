/* The tables, as SQLite wants them: ids that number themselves, BLOB, WITHOUT ROWID and randomblob are its
   own words, where all other statements of the store are common to databases. What a version brought is never
   changed again: stores that have it are in use. */
#include "store/schema.h"

#include <stddef.h>

const struct db_change schema_changes[] = {
    { 1, "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)" },

    /* accepted_by: the attempt that proved the acceptance, since a later one of another process may have gone
       wrong. The alert stands last: it can be long, and most statements do not need it. */
    { 1,
      "CREATE TABLE record (id INTEGER PRIMARY KEY, identity TEXT NOT NULL, recipient TEXT NOT NULL,"
      " state TEXT NOT NULL, priority INTEGER NOT NULL, created_ms BIGINT NOT NULL, due_ms BIGINT NOT NULL,"
      " lease_until_ms BIGINT NOT NULL, lease_owner TEXT NOT NULL,"
      " accepted_by INTEGER NOT NULL DEFAULT 0, parts_done INTEGER NOT NULL DEFAULT 0,"
      " wish_provider TEXT NOT NULL, wish_kind TEXT NOT NULL, wish_at TEXT NOT NULL,"
      " wish_image TEXT NOT NULL, image BIGINT NOT NULL, alert TEXT NOT NULL)" },
    { 1, "CREATE TABLE image (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL)" },
    { 1, "CREATE INDEX record_identity ON record (identity)" },
    { 1, "CREATE INDEX record_due ON record (priority, due_ms) WHERE state = 'waiting'" },

    /* What checks count: few, among many that went well. */
    { 1, "CREATE INDEX record_over ON record (state) WHERE state IN ('held', 'refused', 'dead')" },

    /* Whom a reply answers. */
    { 1, "CREATE INDEX record_reached ON record (recipient, id) WHERE state = 'accepted'" },

    /* Each time a gateway was, or may have been, asked. */
    { 1, "CREATE TABLE attempt (record BIGINT NOT NULL, number INTEGER NOT NULL, provider TEXT NOT NULL,"
         " begun_ms BIGINT NOT NULL, ended_ms BIGINT NOT NULL, outcome TEXT NOT NULL, code TEXT NOT NULL,"
         " meaning TEXT NOT NULL, reference TEXT NOT NULL, PRIMARY KEY (record, number)) WITHOUT ROWID" },

    /* What gateways said later, kept as it was said: it may come twice, contradict itself, and come before
       the attempt knows its reference. So receipts find their record when they are read, by provider,
       reference and recipient, which is the order of the index. */
    { 1, "CREATE TABLE receipt (id INTEGER PRIMARY KEY, provider TEXT NOT NULL, reference TEXT NOT NULL,"
         " recipient TEXT NOT NULL, state TEXT NOT NULL, code TEXT NOT NULL, meaning TEXT NOT NULL,"
         " time TEXT NOT NULL, seen_ms BIGINT NOT NULL)" },
    { 1, "CREATE UNIQUE INDEX receipt_once ON receipt (provider, reference, recipient, code)" },

    /* record: what it answers, found when it came, since later alerts do not change that; 0: nothing known.
       What gateways call a reply's id need not be one: replies are the same when all they say is. */
    { 1, "CREATE TABLE reply (id INTEGER PRIMARY KEY, provider TEXT NOT NULL, reference TEXT NOT NULL,"
         " sender TEXT NOT NULL, recipient TEXT NOT NULL, text TEXT NOT NULL, time TEXT NOT NULL,"
         " seen_ms BIGINT NOT NULL, record BIGINT NOT NULL)" },
    { 1, "CREATE UNIQUE INDEX reply_once ON reply (provider, reference, sender, time, text)" },
    { 1, "CREATE INDEX reply_record ON reply (record)" },

    { 1, "CREATE TABLE token (name TEXT PRIMARY KEY, token TEXT NOT NULL, until_ms BIGINT NOT NULL,"
         " renew_until_ms BIGINT NOT NULL, renew_owner TEXT NOT NULL)" },

    /* Told to gateways with each id: a database made anew starts at 1 again. */
    { 1, "INSERT INTO meta VALUES ('id', lower(hex(randomblob(4))))" },

    /* Providers that others than this process shall know to fail; a row for each that does now. */
    { 2, "CREATE TABLE breaker (name TEXT PRIMARY KEY, failures INTEGER NOT NULL, pause_s INTEGER NOT NULL,"
         " until_ms BIGINT NOT NULL, trial_ms BIGINT NOT NULL, account INTEGER NOT NULL,"
         " reason TEXT NOT NULL) WITHOUT ROWID" },

    /* topic: what a record that is kept is about (missed.h), so that a RECOVERY finds what it is to tell;
       merged_into: the one that told it. */
    { 2, "ALTER TABLE record ADD COLUMN topic TEXT NOT NULL DEFAULT ''" },
    { 2, "ALTER TABLE record ADD COLUMN merged_into BIGINT NOT NULL DEFAULT 0" },
    { 2, "CREATE INDEX record_topic ON record (topic) WHERE state = 'waiting' AND topic <> ''" },

    /* Spelled without IN, for which SQLite makes a table each time that a state changes. */
    { 2, "DROP INDEX record_over" },
    { 2, "CREATE INDEX record_over ON record (state) WHERE " SCHEMA_OVER },

    /* What was tried lately, among the attempts of all that is kept. */
    { 3, "CREATE INDEX attempt_begun ON attempt (begun_ms)" },

    /* What providers said last, for those who may not ask them. */
    { 3, "CREATE TABLE balance (provider TEXT PRIMARY KEY, amount TEXT NOT NULL, seen_ms BIGINT NOT NULL)"
         " WITHOUT ROWID" },

    /* Whose message a receipt is of: by what its gateway calls it, or still under way. */
    { 4, "CREATE INDEX attempt_reference ON attempt (reference, provider) WHERE reference <> ''" },
    { 4, "CREATE INDEX attempt_open ON attempt (provider) WHERE ended_ms = 0 AND reference = ''" },

    /* What monitors are to be told. A reply acts once; it may name several problems. */
    { 4, "CREATE TABLE writeback (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, record BIGINT NOT NULL,"
         " reply BIGINT NOT NULL, source TEXT NOT NULL, host TEXT NOT NULL, service TEXT NOT NULL,"
         " event TEXT NOT NULL, author TEXT NOT NULL, text TEXT NOT NULL, state TEXT NOT NULL,"
         " tries INTEGER NOT NULL, created_ms BIGINT NOT NULL, due_ms BIGINT NOT NULL,"
         " monitor TEXT NOT NULL, said TEXT NOT NULL)" },
    { 4, "CREATE UNIQUE INDEX writeback_once ON writeback (reply, record) WHERE reply > 0" },
    { 4, "CREATE INDEX writeback_due ON writeback (due_ms) WHERE state = 'waiting'" },

    /* What somebody may acknowledge, by a code (problem.h). taken: acknowledged already. */
    { 4, "CREATE TABLE problem (id INTEGER PRIMARY KEY, code TEXT NOT NULL, topic TEXT NOT NULL,"
         " mark TEXT NOT NULL, seen_ms BIGINT NOT NULL, ended_ms BIGINT NOT NULL, taken_ms BIGINT NOT NULL,"
         " taken_by TEXT NOT NULL)" },
    { 4, "CREATE UNIQUE INDEX problem_code ON problem (code)" },
    { 4, "CREATE INDEX problem_topic ON problem (topic, id)" },
    { 4, "ALTER TABLE record ADD COLUMN problem BIGINT NOT NULL DEFAULT 0" },
    { 4, "CREATE INDEX record_problem ON record (recipient, problem) WHERE problem > 0" },

    /* What was done about a reply: "" as long as nothing was. Those that came before anything could be are
       left alone. answer: the record that told the phone what was wrong with it. */
    { 4, "ALTER TABLE reply ADD COLUMN outcome TEXT NOT NULL DEFAULT 'before'" },
    { 4, "ALTER TABLE reply ADD COLUMN acted_ms BIGINT NOT NULL DEFAULT 0" },
    { 4, "ALTER TABLE reply ADD COLUMN answer BIGINT NOT NULL DEFAULT 0" },
    { 4, "CREATE INDEX reply_new ON reply (id) WHERE outcome = ''" },
    { 4, "CREATE INDEX reply_answer ON reply (sender, answer) WHERE answer > 0" },

    /* look_ms: when the receipts of this attempt are to be looked at next; 0: when one comes. What was
       accepted long ago is left alone. */
    { 4, "ALTER TABLE receipt ADD COLUMN carrier TEXT NOT NULL DEFAULT ''" },
    { 4, "ALTER TABLE attempt ADD COLUMN look_ms BIGINT NOT NULL DEFAULT 0" },
    { 4, "UPDATE attempt SET look_ms = begun_ms WHERE outcome = 'accepted' AND reference <> ''"
         " AND begun_ms > (strftime('%s', 'now') - 3 * 86400) * 1000" },
    { 4, "CREATE INDEX attempt_look ON attempt (look_ms) WHERE look_ms > 0" },

    /* When providers are asked for what they tell of all messages together (round.h). */
    { 4, "CREATE TABLE rounds (provider TEXT NOT NULL, what TEXT NOT NULL, since_ms BIGINT NOT NULL,"
         " next_ms BIGINT NOT NULL, PRIMARY KEY (provider, what)) WITHOUT ROWID" },

    /* Texts that did not arrive, and those sent in their place (chase.h). recovers: of a RECOVERY, the topic
       of its PROBLEM. Which RECOVERY came before that was noted is not known: what is that old is not chased.
     */
    { 4, "CREATE TABLE chase (record INTEGER PRIMARY KEY, root BIGINT NOT NULL, step INTEGER NOT NULL,"
         " first TEXT NOT NULL, next BIGINT NOT NULL, remedy TEXT NOT NULL, why TEXT NOT NULL,"
         " done_ms BIGINT NOT NULL)" },
    { 4, "CREATE INDEX chase_root ON chase (root)" },
    { 4, "ALTER TABLE record ADD COLUMN recovers TEXT NOT NULL DEFAULT ''" },
    { 4, "CREATE INDEX record_recovers ON record (recovers) WHERE recovers <> ''" },
    { 4, "INSERT INTO meta SELECT 'unchased', coalesce(max(id), 0) FROM record" },
    { 0, NULL },
};
