/* An operator's hand in the queue. Leases are respected: what another process is sending at this moment is
   not touched. */
#include "store/tend.h"

#include <stdlib.h>
#include <string.h>

#include "base/now.h"
#include "store/owner.h"
#include "store/record.h"

/* Fill the tending's state, and whether the record can be had at all. */
static bool look(struct store *store, struct tending *tending, bool *dropped, struct error *err)
{
    int64_t now = now_ms();
    struct rows *rows = NULL;
    bool found = false, looked = false;

    if (!DB_QUERY(store->db, &rows, err,
                  "SELECT r.state, r.lease_until_ms > $2 AND r.lease_until_ms <= $3, coalesce((SELECT outcome"
                  " FROM attempt WHERE record = $1 ORDER BY number DESC LIMIT 1), '')"
                  " FROM record r WHERE r.id = $1",
                  DB_NUMBER(tending->id), DB_NUMBER(now), DB_NUMBER(now + LEASE_MS_MAX))
        || !rows_next(rows, &found, err))
        goto out;
    tending->tended = TENDED_MISSING;
    if (found) {
        tending->state = record_state_named(rows_text(rows, 0));
        tending->tended =
            tending->state == RECORD_WAITING && rows_number(rows, 1) != 0 ? TENDED_BUSY : TENDED_DONE;
        *dropped = tending->state == RECORD_DEAD && strcmp(rows_text(rows, 2), RECORD_DROPPED) == 0;
    }
    looked = true;
out:
    rows_end(rows);
    return looked;
}

static bool retry_one(struct store *store, struct tending *tending, struct error *err)
{
    bool dropped = false;

    if (!look(store, tending, &dropped, err))
        return false;
    if (tending->tended == TENDED_DONE
        && (tending->state == RECORD_ACCEPTED || tending->state == RECORD_MERGED))
        tending->tended = TENDED_OVER;
    if (tending->tended != TENDED_DONE)
        return true;
    tending->state = RECORD_WAITING;
    return DB_RUN(store->db, err,
                  "UPDATE record SET state = 'waiting', due_ms = $1, lease_until_ms = 0, lease_owner = ''"
                  " WHERE id = $2",
                  DB_NUMBER(now_ms()), DB_NUMBER(tending->id));
}

static bool drop_one(struct store *store, struct tending *tending, struct error *err)
{
    bool dropped = false;

    if (!look(store, tending, &dropped, err))
        return false;
    if (tending->tended == TENDED_DONE
        && (tending->state == RECORD_ACCEPTED || tending->state == RECORD_MERGED
            || tending->state == RECORD_REFUSED || dropped))
        tending->tended = TENDED_OVER;
    if (tending->tended != TENDED_DONE)
        return true;
    tending->state = RECORD_DEAD;
    return record_drop(store, tending->id, "dropped by hand", err);
}

/* The caller's tendings change only when all of it is on disk. */
static bool tend(struct store *store, struct tending *tendings, size_t count,
                 bool (*one)(struct store *store, struct tending *tending, struct error *err),
                 struct error *err)
{
    struct tending *made = calloc(count + 1, sizeof *made);
    bool buried = false, tended = false;

    if (made == NULL)
        return error_memory(err);
    memcpy(made, tendings, count * sizeof *made);
    if (!owner_bury(store, &buried, err) || !db_begin(store->db, err))
        goto out;
    for (size_t i = 0; i < count; i++)
        if (!one(store, &made[i], err))
            goto out;
    if (!db_commit(store->db, err))
        goto out;
    memcpy(tendings, made, count * sizeof *made);
    tended = true;
out:
    if (!tended)
        db_rollback(store->db);
    free(made);
    return tended;
}

bool tend_retry(struct store *store, struct tending *tendings, size_t count, struct error *err)
{
    return tend(store, tendings, count, retry_one, err);
}

bool tend_drop(struct store *store, struct tending *tendings, size_t count, struct error *err)
{
    return tend(store, tendings, count, drop_one, err);
}

bool tend_flush(struct store *store, struct error *err)
{
    int64_t now = now_ms();
    bool buried = false;

    return owner_bury(store, &buried, err)
           && DB_RUN(store->db, err,
                     "UPDATE record SET due_ms = $1 WHERE state = 'waiting' AND priority IN (0, 1)"
                     " AND due_ms > $1 AND (lease_until_ms <= $1 OR lease_until_ms > $2)",
                     DB_NUMBER(now), DB_NUMBER(now + LEASE_MS_MAX));
}
