/* What is due, and who takes it. */
#include "store/record.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/now.h"
#include "store/chase.h"
#include "store/missed.h"
#include "store/writeback.h"

/* Those that are leased are few, and passed over here as SQLite would. */
bool store_due(struct store *store, bool *due, bool *leased, struct error *err)
{
    int64_t now = now_ms();
    struct rows *rows = NULL;
    bool found = false, looked;

    *due = *leased = false;
    looked = DB_QUERY(store->db, &rows, err,
                      "SELECT " RECORD_READY ", r.lease_owner <> $3 FROM record r WHERE r.state = 'waiting'"
                      " AND r.priority IN (0, 1) AND r.due_ms <= $1",
                      DB_NUMBER(now), DB_NUMBER(now + LEASE_MS_MAX), DB_TEXT(store->owner));
    while (looked && !*due && (looked = rows_next(rows, &found, err)) && found) {
        *due = rows_number(rows, 0) != 0;
        *leased = *leased || (!*due && rows_number(rows, 1) != 0);
    }
    rows_end(rows);
    return looked;
}

bool store_heed_clock(struct store *store, struct error *err)
{
    int64_t now = now_ms();
    struct rows *rows = NULL;
    bool found = false;
    bool looked = DB_QUERY(store->db, &rows, err,
                           "SELECT 1 FROM record WHERE state = 'waiting' AND priority IN (0, 1)"
                           " AND due_ms > $1 LIMIT 1",
                           DB_NUMBER(now + 2 * LEASE_MS_MAX))
                  && rows_next(rows, &found, err);

    rows_end(rows);
    if (!looked || !found)
        return looked;
    looked = db_begin(store->db, err)
             && DB_RUN(store->db, err,
                       "UPDATE record SET due_ms = $1 WHERE state = 'waiting' AND priority IN (0, 1)"
                       " AND due_ms > $2",
                       DB_NUMBER(now), DB_NUMBER(now + 2 * LEASE_MS_MAX))
             && db_commit(store->db, err);
    if (!looked)
        db_rollback(store->db);
    return looked;
}

/* Room for one more: twice as many whenever it is used up. */
static bool make_room(struct record **records, size_t count, struct error *err)
{
    struct record *grown;

    if (count > 0 && (count & (count - 1)) != 0)
        return true;
    grown = realloc(*records, (count == 0 ? 1 : 2 * count) * sizeof *grown);
    if (grown == NULL)
        return error_memory(err);
    *records = grown;
    return true;
}

/* Append the row; an alert that cannot be read stays empty. */
static bool claim_row(const struct rows *rows, struct record **records, size_t *count, struct error *err)
{
    bool ready = false, readable = false;
    struct record *record;

    if (!make_room(records, *count, err))
        return false;
    record = &(*records)[(*count)++];
    *record = (struct record){ 0 };
    record_read(rows, record, &ready);
    return record_read_alert(rows, record, &readable, err);
}

/* The record just read goes, if it is passed. An unreadable one is taken: to be held. */
static bool choose_row(struct choice *choice, struct record *records, size_t *count)
{
    struct record *last = &records[*count - 1];
    enum chosen chosen =
        choice == NULL || last->alert.fields == 0 ? CHOSEN_TAKE : choice->choose(choice->context, last);

    if (choice != NULL)
        choice->after = (struct cursor){ last->priority, last->due_ms, last->id };
    if (chosen == CHOSEN_TAKE)
        return true;
    record_clear(last);
    --*count;
    return chosen == CHOSEN_PASS;
}

static bool claim_rows(struct store *store, struct choice *choice, size_t most, int64_t due_by_ms,
                       int64_t now, struct record **records, size_t *count, struct error *err)
{
    struct cursor after = { 0 };
    size_t look = most, seen = 0;
    struct rows *rows = NULL;
    bool found = false, more = true, read = false;

    if (choice != NULL) {
        after = choice->after;
        look = choice->look;
    }
    if (!DB_QUERY(store->db, &rows, err,
                  RECORD_SELECT "WHERE " RECORD_READY
                                " AND r.due_ms <= $3 AND (r.priority, r.due_ms, r.id) > ($4, $5, $6)"
                                " AND r.lease_owner <> $8" /* lapsed or not, it is in hand here */
                                " ORDER BY r.priority, r.due_ms, r.id LIMIT $7",
                  DB_NUMBER(now), DB_NUMBER(now + LEASE_MS_MAX), DB_NUMBER(due_by_ms),
                  DB_NUMBER(after.priority), DB_NUMBER(after.due_ms), DB_NUMBER(after.id),
                  DB_NUMBER((int64_t)look), DB_TEXT(store->owner)))
        goto out;
    while (more && *count < most) {
        if (!rows_next(rows, &found, err) || (found && !claim_row(rows, records, count, err)))
            goto out;
        seen += found;
        more = found && choose_row(choice, *records, count);
    }
    if (choice != NULL)
        choice->at_end = !found && seen < look;
    read = true;
out:
    rows_end(rows);
    return read;
}

/* One that nobody can read must not stop the others: an operator decides. */
static bool claim_hold(struct store *store, const struct record *record, struct error *err)
{
    static const struct settlement held = { .state = RECORD_HELD,
                                            .outcome = "refused",
                                            .code = "",
                                            .meaning = "the stored alert cannot be read",
                                            .reference = "" };

    log_line(LOG_LEVEL_ERROR, "record=%lld state=held reason=\"%s\"", (long long)record->id, held.meaning);
    return lease_write(store, record->id, record->tries + 1, "", &held, err)
           && writeback_if_over(store, record, &held, err)
           && DB_RUN(store->db, err, "UPDATE record SET state = 'held' WHERE id = $1", DB_NUMBER(record->id));
}

static bool is_missed(const struct record *recovery, int64_t id)
{
    for (size_t i = 0; i < recovery->missed_count; i++)
        if (recovery->missed[i].id == id)
            return true;
    return false;
}

/* Itself, or by the one that tells it. */
static bool is_claimed(const struct record *records, size_t count, int64_t id)
{
    for (size_t i = 0; i < count; i++)
        if (records[i].leased && (records[i].id == id || is_missed(&records[i], id)))
            return true;
    return false;
}

static bool claim_one(struct store *store, struct record *record, int64_t until_ms, struct error *err)
{
    if (record->alert.fields == 0)
        return claim_hold(store, record, err);
    record->leased = true;
    record->lease_until_ms = until_ms;
    return lease_take(store, store->owner, record->id, until_ms, err) && image_load(store, record, err)
           && missed_take(store, &record->alert, &record->wish, record, until_ms, err);
}

static void records_free(struct record *records, size_t count)
{
    for (size_t i = 0; i < count; i++)
        record_clear(&records[i]);
    free(records);
}

bool store_claim(struct store *store, struct choice *choice, size_t most, int64_t due_by_ms, int64_t lease_ms,
                 struct record **records, size_t *count, struct error *err)
{
    struct record *rows = NULL;
    size_t read = 0, kept = 0;
    int64_t now = now_ms();
    bool claimed = false, needed = true;

    owner_lock(store);
    if (!db_begin(store->db, err) || !claim_rows(store, choice, most, due_by_ms, now, &rows, &read, err))
        goto out;
    for (size_t i = 0; i < read; i++) {
        if (!missed_replace(store, &rows[i], err))
            goto out;
        if (!chase_heed(store, &rows[i], &needed, err))
            goto out;
        if (!needed || is_claimed(rows, i, rows[i].id))
            record_clear(&rows[i]);
        else if (!claim_one(store, &rows[i], lease_end(now, lease_ms), err))
            goto out;
    }
    if (!db_commit(store->db, err))
        goto out;
    for (size_t i = 0; i < read; i++)
        if (rows[i].leased)
            rows[kept++] = rows[i]; /* the others own nothing */
    *records = rows;
    *count = kept;
    rows = NULL;
    claimed = true;
out:
    if (!claimed) {
        db_rollback(store->db);
        records_free(rows, read);
    }
    return claimed;
}
