/* Between the worker and whoever takes it for dead. Every step is conditional on the lease, so that however
   late one of them is, only one sends. */
#include "store/handover.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/now.h"
#include "store/missed.h"
#include "store/record.h"

bool handover_work(struct store *store, struct error *err)
{
    bool freed = owner_lock_worker(store, err) && db_begin(store->db, err)
                 && DB_RUN(store->db, err,
                           "UPDATE record SET lease_until_ms = 0, lease_owner = ''"
                           " WHERE state = 'waiting' AND lease_owner = $1",
                           DB_TEXT(OWNER_WORKER))
                 && db_commit(store->db, err);

    if (!freed) {
        db_rollback(store->db);
        return false;
    }
    snprintf(store->owner, sizeof store->owner, OWNER_WORKER);
    db_log(store->db, DB_LOG_STAYS);
    return true;
}

void handover_leave(struct store *store)
{
    store->holder = "";
    db_log(store->db, DB_LOG_HURRIES);
}

static bool lease_is_workers(struct store *store, int64_t id, bool *yes, struct error *err)
{
    struct rows *rows = NULL;
    bool found = false;
    bool read = DB_QUERY(store->db, &rows, err, "SELECT lease_owner FROM record WHERE id = $1", DB_NUMBER(id))
                && rows_next(rows, &found, err);

    *yes = read && found && strcmp(rows_text(rows, 0), OWNER_WORKER) == 0;
    rows_end(rows);
    return read;
}

static bool take_one_back(struct store *store, const struct record *record, bool died, int64_t now,
                          int64_t lease_ms, struct record *now_is, struct error *err)
{
    const int64_t id = record->id;
    struct rows *rows = NULL;
    bool found = false, ready = false, ours = false, taken = false;

    if (!DB_QUERY(store->db, &rows, err, RECORD_SELECT "WHERE r.id = $3", DB_NUMBER(now),
                  DB_NUMBER(now + LEASE_MS_MAX), DB_NUMBER(id))
        || !rows_next(rows, &found, err))
        goto out;
    if (found)
        record_read(rows, now_is, &ready);
    now_is->found = found;
    if (!lease_is_workers(store, id, &ours, err))
        goto out;
    ours = ours && now_is->state == RECORD_WAITING && now_is->parts_done == 0
           && (died || strcmp(now_is->outcome, "begun") != 0);
    if (ours
        && (!lease_take(store, store->owner, id, lease_end(now, lease_ms), err)
            || !missed_take(store, &record->alert, &record->wish, now_is, lease_end(now, lease_ms), err)))
        goto out;
    now_is->leased = ours;
    now_is->lease_until_ms = lease_end(now, lease_ms);
    taken = true;
out:
    rows_end(rows);
    return taken;
}

bool handover_take_back(struct store *store, struct record *records, size_t count, bool died,
                        int64_t lease_ms, struct error *err)
{
    struct record *now_are = calloc(count + 1, sizeof *now_are);
    int64_t now = now_ms();
    bool taken = false;

    if (now_are == NULL)
        return error_memory(err);
    owner_lock(store);
    if (!db_begin(store->db, err))
        goto out;
    for (size_t i = 0; i < count; i++)
        if (!records[i].leased && !take_one_back(store, &records[i], died, now, lease_ms, &now_are[i], err))
            goto out;
    if (!db_commit(store->db, err))
        goto out;
    for (size_t i = 0; i < count; i++)
        if (!records[i].leased)
            record_adopt(&records[i], &now_are[i]);
    taken = true;
out:
    if (!taken)
        db_rollback(store->db);
    for (size_t i = 0; !taken && i < count; i++)
        record_clear(&now_are[i]);
    free(now_are);
    return taken;
}

/* What is accepted is in hand at once, or left to its caller. */
#define HANDOVER_ORPHAN_MS 5000

struct held {
    int64_t id, until_ms;
};

static bool read_held(const struct rows *rows, void *item, struct error *err)
{
    (void)err;
    *(struct held *)item = (struct held){ rows_number(rows, 0), rows_number(rows, 1) };
    return true;
}

/* The worker's that are not as if they had begun just now: a clock that was set back leaves them too long. */
static bool gather_held(struct store *store, int64_t now, struct gathered *held, struct error *err)
{
    return record_gather(store,
                         "SELECT id, lease_until_ms FROM record WHERE state = 'waiting'"
                         " AND priority IN (0, 1) AND lease_owner = $1"
                         " AND (lease_until_ms < $2 OR lease_until_ms > $3)",
                         DB_VALUES(DB_TEXT(store->owner),
                                   DB_NUMBER(now + HANDOVER_LEASE_MS - HANDOVER_ORPHAN_MS),
                                   DB_NUMBER(now + HANDOVER_LEASE_MS)),
                         read_held, sizeof(struct held), held, err);
}

/* Leave those that are to be written: ended, or, in the second half of their time, prolonged. */
static size_t pick_held(struct held *held, size_t count, handover_find *find, void *context, bool ends,
                        int64_t now)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        int64_t left_ms = held[i].until_ms - now;
        bool in_hand = find(context, held[i].id) != NULL;
        if (in_hand ? left_ms < HANDOVER_LEASE_MS / 2 || left_ms > HANDOVER_LEASE_MS : ends)
            held[kept++] = held[i];
    }
    return kept;
}

static bool end_lease(struct store *store, int64_t id, struct error *err)
{
    return DB_RUN(store->db, err,
                  "UPDATE record SET lease_until_ms = 0, lease_owner = ''"
                  " WHERE id = $1 AND state = 'waiting' AND lease_owner = $2",
                  DB_NUMBER(id), DB_TEXT(store->owner));
}

static bool write_held(struct store *store, const struct held *held, size_t count, handover_find *find,
                       void *context, int64_t until_ms, struct error *err)
{
    bool written = db_begin(store->db, err);

    for (size_t i = 0; written && i < count; i++)
        written = find(context, held[i].id) == NULL
                      ? end_lease(store, held[i].id, err)
                      : lease_take(store, store->owner, held[i].id, until_ms, err);
    written = written && db_commit(store->db, err);
    if (!written)
        db_rollback(store->db);
    return written;
}

bool handover_tend(struct store *store, handover_find *find, void *context, bool ends, bool *freed,
                   struct error *err)
{
    int64_t now = now_ms(), until_ms = lease_end(now, HANDOVER_LEASE_MS);
    struct gathered gathered = { 0 };
    const struct held *held;
    size_t count;
    bool ended = false, tended = false;

    if (!gather_held(store, now, &gathered, err))
        goto out;
    count = pick_held(gathered.item, gathered.count, find, context, ends, now);
    held = gathered.item;
    if (count > 0 && !write_held(store, held, count, find, context, until_ms, err))
        goto out;
    for (size_t i = 0; i < count; i++) {
        struct record *record = find(context, held[i].id);
        if (record != NULL)
            record->lease_until_ms = until_ms;
        else
            ended = true;
    }
    *freed = ended;
    tended = true;
out:
    free(gathered.item);
    return tended;
}

bool handover_next_due(struct store *store, int64_t *due_ms, struct error *err)
{
    struct rows *rows = NULL;
    int64_t now = now_ms();
    bool found = false;
    bool looked = DB_QUERY(store->db, &rows, err,
                           "SELECT count(*), min(CASE WHEN lease_until_ms > due_ms AND lease_until_ms > $1"
                           " AND lease_until_ms <= $2 THEN lease_until_ms ELSE due_ms END)"
                           " FROM record WHERE state = 'waiting' AND priority IN (0, 1)",
                           DB_NUMBER(now), DB_NUMBER(now + LEASE_MS_MAX))
                  && rows_next(rows, &found, err);

    if (looked)
        *due_ms = rows_number(rows, 0) == 0 ? INT64_MAX : rows_number(rows, 1);
    rows_end(rows);
    return looked;
}
