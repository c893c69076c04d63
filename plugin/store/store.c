/* Durable records: what was accepted, who works on it, and what became of it. Why something is sent, and
   where, is flow's business. A process can die between any two of these functions; what it left is found by
   the next one when the lease lapses. */
#include "store/store.h"

#include <stdlib.h>
#include <string.h>

#include "base/now.h"
#include "base/utf8.h"
#include "store/db.h"
#include "store/missed.h"
#include "store/problem.h"
#include "store/record.h"
#include "store/schema.h"

/* Read when somebody sends, not when an alert is accepted only. */
bool store_know(struct store *store, struct error *err)
{
    struct rows *rows = NULL;
    bool found = false, read = false;

    if (store->id[0] != '\0')
        return true;
    if (!db_query(store->db, "SELECT value, EXISTS (SELECT 1 FROM breaker) FROM meta WHERE name = 'id'", NULL,
                  0, &rows, err)
        || !rows_next(rows, &found, err))
        goto out;
    UTF8_COPY(store->id, rows_text(rows, 0));
    store->breakers = rows_number(rows, 1) != 0;
    read = true;
out:
    rows_end(rows);
    return read;
}

static bool version_check(struct db *db, struct error *err)
{
    int version = 0;

    if (!db_version(db, &version, err)
        || (version > 0 && version < SCHEMA_VERSION
            && (!db_upgrade(db, schema_changes, SCHEMA_VERSION, err) || !db_version(db, &version, err))))
        return false;
    if (version == 0)
        return error_set(err, ERROR_STORE, 0, "store %s: is the database of something else", db_name(db));
    if (version != SCHEMA_VERSION)
        return error_set(err, ERROR_STORE, 0, "store %s: is of version %d, this munja knows version %d",
                         db_name(db), version, SCHEMA_VERSION);
    return true;
}

bool store_open(const char *where, int64_t until_ms, struct store **store, struct error *err)
{
    struct store *made = calloc(1, sizeof *made);
    bool fresh = false, opened = false;

    if (made == NULL) {
        error_memory(err);
        goto out;
    }
    made->owners = -1;
    made->holder = made->owner;
    if (!owner_name(made, err) || !db_open(where, until_ms, &made->db, &fresh, err))
        goto out;
    if (fresh
        && (!db_create(where, schema_changes, SCHEMA_VERSION, err)
            || !db_open(where, until_ms, &made->db, &fresh, err)))
        goto out;
    if (made->db == NULL) {
        error_set(err, ERROR_STORE, 0, "store %s: was removed just now", where);
        goto out;
    }
    if (!version_check(made->db, err))
        goto out;
    *store = made;
    made = NULL;
    opened = true;
out:
    store_close(made);
    return opened;
}

void store_until(struct store *store, int64_t until_ms)
{
    db_until(store->db, until_ms);
}

const char *store_id(struct store *store, struct error *err)
{
    return store_know(store, err) ? store->id : NULL;
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    db_close(store->db);
    owner_unlock(store);
    free(store);
}

/* Which record it is; 0: a new one. */
static bool find_id(struct store *store, const struct record *wanted, int64_t window_ms, int64_t now,
                    int64_t *id, struct error *err)
{
    struct rows *rows = NULL;
    bool found = false, looked = false;

    *id = wanted->id;
    if (*id == 0 && !record_named(store, &wanted->identity, window_ms, now, id, err))
        return false;
    if (*id != 0 || wanted->asked_ms == 0)
        return true;
    if (!DB_QUERY(store->db, &rows, err,
                  "SELECT id FROM record WHERE identity = $1 AND created_ms >= $2 AND lease_owner = $3"
                  " ORDER BY id DESC LIMIT 1",
                  DB_TEXT(wanted->identity.key), DB_NUMBER(wanted->asked_ms), DB_TEXT(OWNER_WORKER))
        || !rows_next(rows, &found, err))
        goto out;
    *id = found ? rows_number(rows, 0) : 0;
    looked = true;
out:
    rows_end(rows);
    return looked;
}

/* What this process has in hand it has, whether its lease lapsed or not. */
static bool is_in_hand(struct store *store, int64_t id, bool *yes, struct error *err)
{
    struct rows *rows = NULL;
    bool looked = DB_QUERY(store->db, &rows, err, "SELECT 1 FROM record WHERE id = $1 AND lease_owner = $2",
                           DB_NUMBER(id), DB_TEXT(store->owner))
                  && rows_next(rows, yes, err);

    rows_end(rows);
    return looked;
}

/* Fill found, all but its alert, with what the database has for wanted, if anything. Most alerts are new: for
   them the statement for a whole record, whose planning takes longer than all the rest, is not prepared. */
static bool find_one(struct store *store, const struct record *wanted, int64_t window_ms, int64_t now,
                     struct record *found, bool *ready, struct error *err)
{
    struct rows *rows = NULL;
    int64_t id = 0;
    bool looked = false;

    if (!find_id(store, wanted, window_ms, now, &id, err))
        return false;
    if (id == 0)
        return true;
    if (!DB_QUERY(store->db, &rows, err, RECORD_SELECT "WHERE r.id = $3", DB_NUMBER(now),
                  DB_NUMBER(now + LEASE_MS_MAX), DB_NUMBER(id))
        || !rows_next(rows, &found->found, err))
        goto out;
    if (found->found)
        record_read(rows, found, ready);
    if (found->found && strcmp(found->identity.key, wanted->identity.key) != 0) {
        *found = (struct record){ 0 }; /* another store's id */
        *ready = false;
    }
    looked = true;
out:
    rows_end(rows);
    return looked;
}

bool record_insert(struct store *store, const struct record *record, const char *holder, int64_t *id,
                   struct error *err)
{
    char *packed = alert_pack(&record->alert, err);
    char topic[TOPIC_BYTES];
    bool inserted;

    missed_recovers(&record->alert, &record->wish, record->recipient, topic);
    inserted =
        packed != NULL
        && DB_INSERT(
            store->db, id, err,
            "INSERT INTO record (identity, recipient, state, priority, created_ms, due_ms,"
            " lease_until_ms, lease_owner, wish_provider, wish_kind, wish_at, wish_image, image, problem,"
            " alert, recovers) VALUES ($1, $2, 'waiting', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,"
            " $14, $15)",
            DB_TEXT(record->identity.key), DB_TEXT(record->recipient),
            DB_NUMBER(record_priority(&record->alert)), DB_NUMBER(record->created_ms),
            DB_NUMBER(record->due_ms), DB_NUMBER(record->lease_until_ms), DB_TEXT(holder),
            DB_TEXT(record->wish.provider), DB_TEXT(record->wish.kind), DB_TEXT(record->wish.at),
            DB_TEXT(record->wish.image_url), DB_NUMBER(record->image_id), DB_NUMBER(record->problem),
            DB_TEXT(packed), DB_TEXT(topic));

    free(packed);
    return inserted;
}

/* The alert, its image and its wish stay the caller's. */
static bool add_one(struct store *store, const struct record *wanted, int64_t now, int64_t lease_ms,
                    struct record *added, struct error *err)
{
    struct record made = *wanted;

    made.created_ms = made.due_ms = now;
    made.lease_until_ms = lease_end(now, lease_ms);
    if (!problem_accept(store, &made, err) || !record_insert(store, &made, store->holder, &added->id, err))
        return false;
    added->identity = wanted->identity;
    memcpy(added->recipient, wanted->recipient, sizeof added->recipient);
    added->created_ms = added->due_ms = now;
    added->leased = true;
    added->image_id = wanted->image_id;
    added->problem = made.problem;
    memcpy(added->reply, made.reply, sizeof added->reply);
    if (store->holder == store->owner
        && !missed_take(store, &wanted->alert, &wanted->wish, added, made.lease_until_ms, err))
        return false;
    if (wanted->provider[0] != '\0') {
        if (!lease_attempt(store, added->id, 1, wanted->provider, "", err))
            return false;
        added->tries = added->attempt = 1;
        record_say(added, wanted->provider, "begun", "", "", "");
    }
    return true;
}

/* The same image goes in once, with the first record that is new. */
static bool add_image(struct store *store, struct record *records, size_t index, struct error *err)
{
    struct record *record = &records[index];

    record->image_id = 0;
    for (size_t i = 0; i < index && record->image != NULL; i++)
        if (records[i].image == record->image && records[i].image_id != 0)
            record->image_id = records[i].image_id;
    return record->image == NULL || record->image_id != 0
           || image_add(store, record->image, record->image_bytes, &record->image_id, err);
}

bool store_accept(struct store *store, struct record *records, size_t count, int64_t window_ms,
                  int64_t lease_ms, struct error *err)
{
    struct record *results = calloc(count + 1, sizeof *results);
    int64_t now = now_ms(), steady;
    bool accepted = false;

    if (results == NULL)
        return error_memory(err);
    if (store->holder == store->owner)
        owner_lock(store);
    if (!db_begin(store->db, err))
        goto out;
    /* Whoever gives a record up at that time waits for the lock from then on, and finds what is added here.
     */
    steady = now_steady_ms();
    for (size_t i = 0; i < count; i++) {
        struct record *result = &results[i];
        bool ready = false, in_hand = false;

        if (records[i].accept_until_ms != 0 && steady > records[i].accept_until_ms)
            continue;
        if (!find_one(store, &records[i], window_ms, now, result, &ready, err))
            goto out;
        if (!result->found && !add_image(store, records, i, err))
            goto out;
        if (!result->found && !add_one(store, &records[i], now, lease_ms, result, err))
            goto out;
        if (ready && !is_in_hand(store, result->id, &in_hand, err))
            goto out;
        /* Begun parts go on with the stored text, which store_claim brings. */
        ready = ready && result->parts_done == 0 && !in_hand;
        if (ready
            && (!lease_take(store, store->holder, result->id, lease_end(now, lease_ms), err)
                || (store->holder == store->owner
                    && !missed_take(store, &records[i].alert, &records[i].wish, result,
                                    lease_end(now, lease_ms), err))))
            goto out;
        result->leased = result->leased || ready;
        result->priority = record_priority(&records[i].alert);
        result->lease_until_ms = lease_end(now, lease_ms);
    }
    if (!db_commit(store->db, err))
        goto out;
    for (size_t i = 0; i < count; i++)
        record_adopt(&records[i], &results[i]);
    accepted = true;
out:
    if (!accepted)
        db_rollback(store->db);
    for (size_t i = 0; !accepted && i < count; i++)
        record_clear(&results[i]);
    free(results);
    return accepted;
}

bool store_find(struct store *store, struct record *records, size_t count, int64_t window_ms,
                struct error *err)
{
    struct record *results = calloc(count + 1, sizeof *results);
    int64_t now = now_ms();
    bool ready = false, looked = false;

    if (results == NULL)
        return error_memory(err);
    for (size_t i = 0; i < count; i++)
        if (!find_one(store, &records[i], window_ms, now, &results[i], &ready, err))
            goto out;
    for (size_t i = 0; i < count; i++)
        if (results[i].found)
            record_adopt(&records[i], &results[i]);
    looked = true;
out:
    free(results);
    return looked;
}

bool store_moved(struct store *store)
{
    return db_moved(store->db);
}

bool store_can_write(struct store *store, struct error *err)
{
    bool written =
        store_know(store, err) && db_begin(store->db, err)
        && DB_RUN(store->db, err, "UPDATE meta SET value = $1 WHERE name = 'id'", DB_TEXT(store->id))
        && db_commit(store->db, err);

    if (!written)
        db_rollback(store->db);
    return written;
}

/* Ids grow with time, so only the oldest few need a look. The newest record stays: its id must not be given
   again. */
#define OLDEST                                                                                               \
    "(SELECT id FROM (SELECT id, state, created_ms FROM record ORDER BY id LIMIT 300) AS oldest"             \
    " WHERE state <> 'waiting' AND created_ms < $1 AND id < (SELECT max(id) FROM record))"
#define OLDEST_SEEN(table)                                                                                   \
    "(SELECT id FROM (SELECT id, seen_ms FROM " table " ORDER BY id LIMIT 300) AS oldest"                    \
    " WHERE seen_ms < $1)"
#define OLDEST_RECEIPTS OLDEST_SEEN("receipt")
#define OLDEST_REPLIES  OLDEST_SEEN("reply")
/* Those that are told again and again stay, whatever their ids. */
#define OLDEST_PROBLEMS                                                                                      \
    "(SELECT id FROM problem WHERE seen_ms < $1 AND id < (SELECT max(id) FROM problem) LIMIT 300)"

/* One that waits is given up by flow long before that; where there is no worker, nobody does. */
#define WAITING_MS (2 * 24 * LEASE_MS_MAX)
#define OLDEST_WRITEBACKS                                                                                    \
    "(SELECT id FROM (SELECT id, state, created_ms FROM writeback ORDER BY id LIMIT 300) AS oldest"          \
    " WHERE created_ms < $1 AND (state <> 'waiting' OR created_ms < $2))"

bool store_prune(struct store *store, int64_t keep_ms, struct error *err)
{
    int64_t before = now_ms() - keep_ms,
            abandoned = before < now_ms() - WAITING_MS ? before : now_ms() - WAITING_MS;
    struct rows *rows = NULL;
    bool found = false, pruned = false;

    if (!DB_QUERY(store->db, &rows, err,
                  "SELECT 1 WHERE EXISTS " OLDEST " OR EXISTS " OLDEST_RECEIPTS " OR EXISTS " OLDEST_REPLIES
                  " OR EXISTS " OLDEST_PROBLEMS " OR EXISTS " OLDEST_WRITEBACKS,
                  DB_NUMBER(before), DB_NUMBER(abandoned))
        || !rows_next(rows, &found, err))
        goto out;
    rows_end(rows);
    rows = NULL;
    if (found
        && (!db_begin(store->db, err)
            || !DB_RUN(store->db, err, "DELETE FROM attempt WHERE record IN " OLDEST, DB_NUMBER(before))
            || !DB_RUN(store->db, err, "DELETE FROM chase WHERE record IN " OLDEST, DB_NUMBER(before))
            || !DB_RUN(store->db, err, "DELETE FROM record WHERE id IN " OLDEST, DB_NUMBER(before))
            || !db_run(store->db, "DELETE FROM image WHERE id NOT IN (SELECT image FROM record)", NULL, 0,
                       err)
            || !DB_RUN(store->db, err, "DELETE FROM receipt WHERE id IN " OLDEST_RECEIPTS, DB_NUMBER(before))
            || !DB_RUN(store->db, err, "DELETE FROM reply WHERE id IN " OLDEST_REPLIES, DB_NUMBER(before))
            || !DB_RUN(store->db, err, "DELETE FROM problem WHERE id IN " OLDEST_PROBLEMS, DB_NUMBER(before))
            || !DB_RUN(store->db, err, "DELETE FROM writeback WHERE id IN " OLDEST_WRITEBACKS,
                       DB_NUMBER(before), DB_NUMBER(abandoned))
            || !db_commit(store->db, err)))
        goto out;
    pruned = true;
out:
    rows_end(rows);
    if (!pruned)
        db_rollback(store->db);
    return pruned;
}
