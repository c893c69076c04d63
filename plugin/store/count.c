/* How much waits, what went wrong, and how providers do. */
#include "store/count.h"

#include <stdlib.h>
#include <string.h>

#include "base/now.h"
#include "base/utf8.h"
#include "store/place.h"
#include "store/record.h"
#include "store/schema.h"

bool count_open(const char *where, int64_t until_ms, struct store **store, struct error *err)
{
    struct place place = { 0 };
    bool is_file = strstr(where, "://") == NULL;
    bool looked = !is_file || place_find(where, &place, err), exists = !is_file || place.exists;

    place_clear(&place);
    if (!looked)
        return false;
    *store = NULL;
    return !exists || store_open(where, until_ms, store, err);
}

/* Ids grow with time. So the index of what waits tells all but one time, and the records themselves, of which
   there may be many after an outage, are not read. */
bool count_waiting(struct store *store, size_t *waiting, int64_t *oldest_ms, struct error *err)
{
    struct rows *rows = NULL;
    bool found = false;
    bool counted =
        db_query(store->db,
                 "SELECT n, (SELECT created_ms FROM record WHERE id = first) FROM"
                 " (SELECT count(*) AS n, min(id) AS first FROM record WHERE state = 'waiting') AS w",
                 NULL, 0, &rows, err)
        && rows_next(rows, &found, err);

    if (counted) {
        *waiting = (size_t)rows_number(rows, 0);
        *oldest_ms = rows_number(rows, 1);
    }
    rows_end(rows);
    return counted;
}

bool count_pace(struct store *store, int64_t *due_ms, int64_t *begun_ms, struct error *err)
{
    struct rows *rows = NULL;
    bool found = false;
    bool counted =
        db_query(store->db,
                 "SELECT (SELECT min(due_ms) FROM record WHERE state = 'waiting' AND priority = 0),"
                 " (SELECT min(due_ms) FROM record WHERE state = 'waiting' AND priority = 1),"
                 " (SELECT max(begun_ms) FROM attempt)",
                 NULL, 0, &rows, err)
        && rows_next(rows, &found, err);

    if (counted) {
        int64_t urgent_ms = rows_number(rows, 0), other_ms = rows_number(rows, 1);
        *due_ms = urgent_ms == 0 || (other_ms > 0 && other_ms < urgent_ms) ? other_ms : urgent_ms;
        *begun_ms = rows_number(rows, 2);
    }
    rows_end(rows);
    return counted;
}

bool count_dead(struct store *store, size_t *dead, struct error *err)
{
    struct rows *rows = NULL;
    bool found = false;
    bool counted = db_query(store->db,
                            "SELECT count(*) FROM record r WHERE " SCHEMA_OVER " AND r.state = 'dead'"
                            " AND coalesce((SELECT outcome FROM attempt WHERE record = r.id"
                            " ORDER BY number DESC LIMIT 1), '') <> '" RECORD_DROPPED "'",
                            NULL, 0, &rows, err)
                   && rows_next(rows, &found, err);

    if (counted)
        *dead = (size_t)rows_number(rows, 0);
    rows_end(rows);
    return counted;
}

static bool count_over(struct store *store, int64_t refused_since_ms, struct queue_count *count,
                       struct error *err)
{
    struct rows *rows = NULL;
    bool found = false;
    bool counted =
        DB_QUERY(store->db, &rows, err,
                 "SELECT sum(CASE WHEN r.state = 'held' THEN 1 ELSE 0 END),"
                 " sum(CASE WHEN r.state = 'refused' AND (SELECT ended_ms FROM attempt WHERE record = r.id"
                 " ORDER BY number DESC LIMIT 1) >= $1 THEN 1 ELSE 0 END)"
                 " FROM record r WHERE " SCHEMA_OVER,
                 DB_NUMBER(refused_since_ms))
        && rows_next(rows, &found, err);

    if (counted) {
        count->held = (size_t)rows_number(rows, 0);
        count->refused = (size_t)rows_number(rows, 1);
    }
    rows_end(rows);
    return counted;
}

bool count_queue(struct store *store, int64_t refused_since_ms, struct queue_count *count, struct error *err)
{
    struct queue_count made = { 0 };

    if (!count_waiting(store, &made.waiting, &made.oldest_waiting_ms, err)
        || !count_dead(store, &made.dead, err) || !count_over(store, refused_since_ms, &made, err))
        return false;
    *count = made;
    return true;
}

static bool read_attempts(const struct rows *rows, void *item, struct error *err)
{
    struct attempt_count *count = item;

    (void)err;
    UTF8_COPY(count->provider, rows_text(rows, 0));
    count->accepted = (size_t)rows_number(rows, 1);
    count->failed = (size_t)rows_number(rows, 2);
    count->unsure = (size_t)rows_number(rows, 3);
    count->first_ms = rows_number(rows, 4);
    return true;
}

bool count_attempts(struct store *store, int64_t since_ms, struct attempt_count **list, size_t *count,
                    struct error *err)
{
    struct gathered gathered = { 0 };
    int64_t now = now_ms();
    /* What stands with an open end is under way as long as somebody has the record. A row without a provider
       is a note about the record. */
    bool counted = record_gather(
        store,
        "SELECT a.provider, sum(CASE WHEN a.outcome = 'accepted' THEN 1 ELSE 0 END),"
        " sum(CASE WHEN a.outcome IN ('retry', 'refused', 'account') THEN 1 ELSE 0 END),"
        " sum(CASE WHEN a.ended_ms = 0 OR a.outcome = 'unsure' THEN 1 ELSE 0 END), min(a.begun_ms)"
        " FROM attempt a WHERE a.begun_ms >= $1 AND a.provider <> '' AND (a.ended_ms > 0 OR NOT EXISTS"
        " (SELECT 1 FROM record r WHERE r.id = a.record AND r.lease_until_ms > $2 AND r.lease_until_ms <= "
        "$3))"
        " GROUP BY a.provider ORDER BY a.provider",
        DB_VALUES(DB_NUMBER(since_ms), DB_NUMBER(now), DB_NUMBER(now + LEASE_MS_MAX)), read_attempts,
        sizeof **list, &gathered, err);

    if (!counted) {
        free(gathered.item);
        return false;
    }
    *list = gathered.item;
    *count = gathered.count;
    return true;
}

size_t count_undelivered(const struct receipt_count *count)
{
    return count->failed + count->missed + count->gateway;
}

static bool read_receipts(const struct rows *rows, void *item, struct error *err)
{
    struct receipt_count *count = item;

    (void)err;
    UTF8_COPY(count->provider, rows_text(rows, 0));
    UTF8_COPY(count->carrier, rows_text(rows, 1));
    count->delivered = (size_t)rows_number(rows, 2);
    count->failed = (size_t)rows_number(rows, 3);
    count->gateway = (size_t)rows_number(rows, 4);
    count->missed = (size_t)rows_number(rows, 5);
    return true;
}

bool count_receipts(struct store *store, int64_t since_ms, struct receipt_count **list, size_t *count,
                    struct error *err)
{
    struct gathered gathered = { 0 };
    /* Ids grow with time. Each message counts once, by the last word of its receipts (receipt_final). */
    bool counted = record_gather(
        store,
        "SELECT provider, carrier, sum(CASE WHEN word = 4 THEN 1 ELSE 0 END),"
        " sum(CASE WHEN word = 3 THEN 1 ELSE 0 END), sum(CASE WHEN word = 2 THEN 1 ELSE 0 END),"
        " sum(CASE WHEN word = 1 THEN 1 ELSE 0 END) FROM"
        " (SELECT t.provider, max(t.carrier) AS carrier, max(CASE t.state WHEN 'delivered' THEN 4"
        " WHEN 'failed' THEN 3 WHEN 'gateway' THEN 2 ELSE 1 END) AS word FROM receipt t"
        " WHERE t.id > coalesce((SELECT id FROM receipt WHERE seen_ms < $1 ORDER BY id DESC LIMIT 1), 0)"
        " AND t.state <> 'waiting' AND EXISTS (SELECT 1 FROM attempt a WHERE a.reference = t.reference"
        " AND a.reference <> '' AND a.provider = t.provider)"
        " GROUP BY t.provider, t.reference, t.recipient) AS message"
        " GROUP BY provider, carrier ORDER BY provider, carrier LIMIT 100",
        DB_VALUES(DB_NUMBER(since_ms)), read_receipts, sizeof **list, &gathered, err);

    if (!counted) {
        free(gathered.item);
        return false;
    }
    *list = gathered.item;
    *count = gathered.count;
    return true;
}
