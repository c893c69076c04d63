/* Receipts and replies: kept once each, and read with the record they belong to. What is done about them is
   not decided here. */
#include "store/receipt.h"

#include <stdlib.h>
#include <string.h>

#include "alert/clean.h"
#include "base/buf.h"
#include "base/now.h"
#include "base/utf8.h"
#include "store/record.h"
#include "store/watch.h"

/* What a hostile gateway may make a reader wade through. */
#define KEPT_MOST "1000"

/* Texts that differ only behind their room are taken for the same: no gateway makes them so long. */
static bool keep_text(char *out, size_t room, const char *said, struct error *err)
{
    struct buf clean = { 0 };
    bool kept = said == NULL || clean_text(said, strlen(said), &clean, err);

    if (kept)
        utf8_copy(out, room, buf_text(&clean));
    buf_clear(&clean);
    return kept;
}
#define KEEP(out, said, err) keep_text(out, sizeof(out), said, err)

/* The statement gives a row when it added one. */
static bool insert(struct store *store, const char *sql, const struct db_value *values, size_t count,
                   size_t *added, struct error *err)
{
    struct rows *rows = NULL;
    bool found = false;
    bool inserted = db_query(store->db, sql, values, count, &rows, err) && rows_next(rows, &found, err);

    rows_end(rows);
    if (inserted && found)
        ++*added;
    return inserted;
}

typedef bool add_said(struct store *store, const char *provider, const void *said, size_t *added,
                      struct error *err);

bool receipt_add(struct store *store, const char *provider, const void *item, size_t *added,
                 struct error *err)
{
    const struct receipt_said *said = item;
    struct receipt_kept r = { 0 };
    size_t before = *added;

    return KEEP(r.reference, said->reference, err) && KEEP(r.recipient, said->recipient, err)
           && KEEP(r.state, said->state, err) && KEEP(r.code, said->code, err)
           && KEEP(r.meaning, said->meaning, err) && KEEP(r.time, said->time, err)
           && KEEP(r.carrier, said->carrier, err)
           && insert(store,
                     "INSERT INTO receipt (provider, reference, recipient, state, code, meaning, time,"
                     " seen_ms, carrier) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
                     " ON CONFLICT DO NOTHING RETURNING id",
                     DB_VALUES(DB_TEXT(provider), DB_TEXT(r.reference), DB_TEXT(r.recipient),
                               DB_TEXT(r.state), DB_TEXT(r.code), DB_TEXT(r.meaning), DB_TEXT(r.time),
                               DB_NUMBER(now_ms()), DB_TEXT(r.carrier)),
                     added, err)
           && (*added == before || strcmp(r.state, "waiting") == 0
               || watch_wake(store, provider, r.reference, r.recipient, err));
}

bool reply_add(struct store *store, const char *provider, const void *item, size_t *added, struct error *err)
{
    const struct reply_said *said = item;
    struct reply_kept r = { 0 };
    const size_t before = *added;
    bool kept =
        KEEP(r.reference, said->reference, err) && KEEP(r.sender, said->sender, err)
        && KEEP(r.recipient, said->recipient, err) && KEEP(r.text, said->text, err)
        && KEEP(r.time, said->time, err)
        && insert(store,
                  "INSERT INTO reply (provider, reference, sender, recipient, text, time, seen_ms, record,"
                  " outcome) VALUES ($1, $2, $3, $4, $5, $6, $7, coalesce((SELECT r.id FROM record r"
                  " JOIN attempt a ON a.record = r.id AND a.number = r.accepted_by WHERE r.recipient = $3"
                  " AND r.state = 'accepted' AND a.provider = $1 ORDER BY r.id DESC LIMIT 1), 0), '')"
                  " ON CONFLICT DO NOTHING RETURNING id",
                  DB_VALUES(DB_TEXT(provider), DB_TEXT(r.reference), DB_TEXT(r.sender), DB_TEXT(r.recipient),
                            DB_TEXT(r.text), DB_TEXT(r.time), DB_NUMBER(now_ms())),
                  added, err);

    store->replies = store->replies || *added > before;
    return kept;
}

static bool add_all(struct store *store, const char *provider, const void *said, size_t bytes, size_t count,
                    add_said *add, size_t *added, struct error *err)
{
    const char *item = said;
    size_t fresh = 0;
    bool kept = false;

    if (!db_begin(store->db, err))
        goto out;
    for (size_t i = 0; i < count; i++)
        if (!add(store, provider, item + i * bytes, &fresh, err))
            goto out;
    if (!db_commit(store->db, err))
        goto out;
    *added = fresh;
    kept = true;
out:
    if (!kept)
        db_rollback(store->db);
    return kept;
}

bool store_receipts(struct store *store, const char *provider, const struct receipt_said *said, size_t count,
                    size_t *added, struct error *err)
{
    return add_all(store, provider, said, sizeof *said, count, receipt_add, added, err);
}

bool store_replies(struct store *store, const char *provider, const struct reply_said *said, size_t count,
                   size_t *added, struct error *err)
{
    return add_all(store, provider, said, sizeof *said, count, reply_add, added, err);
}

static bool read_receipt(const struct rows *rows, void *item, struct error *err)
{
    struct receipt_kept *r = item;

    (void)err;
    UTF8_COPY(r->provider, rows_text(rows, 0));
    UTF8_COPY(r->reference, rows_text(rows, 1));
    UTF8_COPY(r->recipient, rows_text(rows, 2));
    UTF8_COPY(r->state, rows_text(rows, 3));
    UTF8_COPY(r->code, rows_text(rows, 4));
    UTF8_COPY(r->meaning, rows_text(rows, 5));
    UTF8_COPY(r->time, rows_text(rows, 6));
    r->seen_ms = rows_number(rows, 7);
    UTF8_COPY(r->carrier, rows_text(rows, 8));
    return true;
}

bool reply_read(const struct rows *rows, void *item, struct error *err)
{
    struct reply_kept *r = item;

    (void)err;
    r->id = rows_number(rows, 0);
    UTF8_COPY(r->provider, rows_text(rows, 1));
    UTF8_COPY(r->reference, rows_text(rows, 2));
    UTF8_COPY(r->sender, rows_text(rows, 3));
    UTF8_COPY(r->recipient, rows_text(rows, 4));
    UTF8_COPY(r->text, rows_text(rows, 5));
    UTF8_COPY(r->time, rows_text(rows, 6));
    r->seen_ms = rows_number(rows, 7);
    UTF8_COPY(r->outcome, rows_text(rows, 8));
    r->answer = rows_number(rows, 9);
    return true;
}

/* The references that gateways gave this record, and to which of their receipts it may listen: one reference
   can serve several recipients. */
#define OF_ATTEMPTS                                                                                          \
    "(t.provider, t.reference) IN (SELECT provider, reference FROM attempt"                                  \
    " WHERE record = $1 AND reference <> '')"
#define OF_RECIPIENT "t.recipient IN ('', (SELECT recipient FROM record WHERE id = $1))"

bool receipt_list(struct store *store, int64_t record, struct receipt_kept **list, size_t *count,
                  struct error *err)
{
    struct gathered gathered = { 0 };

    if (!record_gather(store,
                       "SELECT t.provider, t.reference, t.recipient, t.state, t.code, t.meaning, t.time,"
                       " t.seen_ms, t.carrier FROM receipt t WHERE " OF_ATTEMPTS " AND " OF_RECIPIENT
                       " ORDER BY t.id LIMIT " KEPT_MOST,
                       DB_VALUES(DB_NUMBER(record)), read_receipt, sizeof **list, &gathered, err)) {
        free(gathered.item);
        return false;
    }
    *list = gathered.item;
    *count = gathered.count;
    return true;
}

bool reply_list(struct store *store, int64_t record, struct reply_kept **list, size_t *count,
                struct error *err)
{
    struct gathered gathered = { 0 };

    if (!record_gather(store, REPLY_SELECT "WHERE record = $1 ORDER BY id LIMIT " KEPT_MOST,
                       DB_VALUES(DB_NUMBER(record)), reply_read, sizeof **list, &gathered, err)) {
        free(gathered.item);
        return false;
    }
    *list = gathered.item;
    *count = gathered.count;
    return true;
}

/* The later in this list, the more it says. */
static int weight_of(const char *state)
{
    static const char *const states[] = { "", "waiting", "missed", "gateway", "failed", "delivered" };
    int weight = sizeof states / sizeof *states - 1;

    while (weight > 0 && strcmp(states[weight], state) != 0)
        weight--;
    return weight;
}

bool receipt_final(struct store *store, int64_t record, const char *provider, char state[RECEIPT_STATE_BYTES],
                   struct error *err)
{
    char worst[RECEIPT_STATE_BYTES] = "", best[RECEIPT_STATE_BYTES] = "", reference[96] = "";
    bool found = false, judged = false;
    struct rows *rows = NULL;
    size_t parts = 0;

    if (!DB_QUERY(store->db, &rows, err,
                  "SELECT a.reference, t.state FROM attempt a LEFT JOIN receipt t"
                  " ON t.provider = a.provider AND t.reference = a.reference AND " OF_RECIPIENT
                  " WHERE a.record = $1 AND a.provider = $2 AND a.reference <> ''"
                  " GROUP BY a.reference, t.state ORDER BY a.reference",
                  DB_NUMBER(record), DB_TEXT(provider)))
        goto out;
    for (;;) {
        if (!rows_next(rows, &found, err))
            goto out;
        if (!found || strcmp(reference, rows_text(rows, 0)) != 0) { /* a part's last */
            if (parts == 1 || (parts > 1 && weight_of(best) < weight_of(worst)))
                UTF8_COPY(worst, best);
            parts++;
            best[0] = '\0';
        }
        if (!found)
            break;
        UTF8_COPY(reference, rows_text(rows, 0));
        if (weight_of(rows_text(rows, 1)) > weight_of(best))
            UTF8_COPY(best, rows_text(rows, 1));
    }
    memcpy(state, worst, sizeof worst);
    judged = true;
out:
    rows_end(rows);
    return judged;
}
