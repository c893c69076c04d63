/* The life of a lease: attempts begin and end, what is not finished is given back. The lease is asked at
   every step, since this process may have been stopped for longer than it lasts: somebody else then sends the
   record, and ours may only add what it knows. */
#include "store/record.h"

#include <stdlib.h>
#include <string.h>

#include "base/now.h"
#include "store/chase.h"
#include "store/missed.h"
#include "store/watch.h"

int64_t lease_end(int64_t now, int64_t lease_ms)
{
    return now + (lease_ms < LEASE_MS_MAX ? lease_ms : LEASE_MS_MAX);
}

bool lease_take(struct store *store, const char *owner, int64_t id, int64_t until_ms, struct error *err)
{
    return DB_RUN(store->db, err, "UPDATE record SET lease_until_ms = $1, lease_owner = $2 WHERE id = $3",
                  DB_NUMBER(until_ms), DB_TEXT(owner), DB_NUMBER(id));
}

bool lease_write(struct store *store, int64_t id, int number, const char *provider,
                 const struct settlement *s, struct error *err)
{
    return DB_RUN(store->db, err,
                  "INSERT INTO attempt (record, number, provider, begun_ms, ended_ms, outcome, code, meaning,"
                  " reference, look_ms) VALUES ($1, $2, $3, $4, $4, $5, $6, $7, $8, $9)"
                  " ON CONFLICT (record, number) DO UPDATE SET ended_ms = excluded.ended_ms,"
                  " outcome = excluded.outcome, code = excluded.code, meaning = excluded.meaning,"
                  " reference = excluded.reference, look_ms = excluded.look_ms",
                  DB_NUMBER(id), DB_NUMBER(number), DB_TEXT(provider), DB_NUMBER(now_ms()),
                  DB_TEXT(s->outcome), DB_TEXT(s->code), DB_TEXT(s->meaning), DB_TEXT(s->reference),
                  DB_NUMBER(watch_first_ms(s)));
}

/* The end of one that this process began, and that is there. The reference that it began under, where it is
   still that, need not find its place in an index again. */
static bool attempt_end(struct store *store, const struct record *record, int number,
                        const struct settlement *s, struct error *err)
{
    if (record->referred && strcmp(s->reference, record->reference) == 0)
        return DB_RUN(store->db, err,
                      "UPDATE attempt SET ended_ms = $3, outcome = $4, code = $5, meaning = $6, look_ms = $7"
                      " WHERE record = $1 AND number = $2",
                      DB_NUMBER(record->id), DB_NUMBER(number), DB_NUMBER(now_ms()), DB_TEXT(s->outcome),
                      DB_TEXT(s->code), DB_TEXT(s->meaning), DB_NUMBER(watch_first_ms(s)));
    return DB_RUN(store->db, err,
                  "UPDATE attempt SET ended_ms = $3, outcome = $4, code = $5, meaning = $6, look_ms = $7,"
                  " reference = $8 WHERE record = $1 AND number = $2",
                  DB_NUMBER(record->id), DB_NUMBER(number), DB_NUMBER(now_ms()), DB_TEXT(s->outcome),
                  DB_TEXT(s->code), DB_TEXT(s->meaning), DB_NUMBER(watch_first_ms(s)), DB_TEXT(s->reference));
}

bool lease_attempt(struct store *store, int64_t id, int number, const char *provider, const char *reference,
                   struct error *err)
{
    return DB_RUN(store->db, err,
                  "INSERT INTO attempt (record, number, provider, begun_ms, ended_ms, outcome, code, meaning,"
                  " reference) VALUES ($1, $2, $3, $4, 0, '', '', '', $5) ON CONFLICT DO NOTHING",
                  DB_NUMBER(id), DB_NUMBER(number), DB_TEXT(provider), DB_NUMBER(now_ms()),
                  DB_TEXT(reference));
}

/* *number 0: the lease is lost. While it is ours nobody else writes attempts, but one who lost his: then this
   one is not begun either. Two statements: one that inserts what it selects costs SQLite more than both. */
static bool lease_begin(struct store *store, const struct record *record, const char *provider,
                        const char *reference, int *number, struct error *err)
{
    struct rows *rows = NULL;
    bool ours = false;
    bool looked = DB_QUERY(store->db, &rows, err,
                           "SELECT 1 FROM record WHERE id = $1 AND lease_owner = $2 AND state = 'waiting'",
                           DB_NUMBER(record->id), DB_TEXT(store->owner))
                  && rows_next(rows, &ours, err);

    rows_end(rows);
    *number = 0;
    if (!looked || !ours)
        return looked;
    if (!lease_attempt(store, record->id, record->tries + 1, provider, reference, err))
        return false;
    if (db_changed(store->db) > 0)
        *number = record->tries + 1;
    return true;
}

/* What the database says of a record that this process works on, and what a settlement made of it. */
struct standing {
    enum record_state state;
    bool ours;    /* it waits, and the lease is this process's */
    bool written; /* the attempt's end */
    bool settled; /* the record itself took the settlement */
    int number;   /* of the attempt */
};

static bool standing_read(struct store *store, int64_t id, struct standing *standing, bool *found,
                          struct error *err)
{
    struct rows *rows = NULL;
    bool read = false;

    if (!DB_QUERY(store->db, &rows, err, "SELECT state, lease_owner FROM record WHERE id = $1", DB_NUMBER(id))
        || !rows_next(rows, found, err))
        goto out;
    if (*found) {
        standing->state = record_state_named(rows_text(rows, 0));
        standing->ours = standing->state == RECORD_WAITING && strcmp(rows_text(rows, 1), store->owner) == 0;
    }
    read = true;
out:
    rows_end(rows);
    return read;
}

/* The record takes the settlement; owner: only while it waits and has that one's lease (NULL: in any case).
 *changed says whether it did. */
static bool record_change(struct store *store, const struct record *record, const struct settlement *s,
                          int number, bool keep_lease, const char *owner, bool *changed, struct error *err)
{
    char topic[TOPIC_BYTES] = "";
    bool run;

    if (s->state == RECORD_WAITING && !keep_lease)
        missed_topic(&record->alert, &record->wish, record->recipient, topic);
    run = DB_RUN(store->db, err,
                 "UPDATE record SET state = $1, due_ms = $2, parts_done = $3, accepted_by = $4,"
                 " lease_until_ms = CASE WHEN $5 = 1 THEN lease_until_ms ELSE 0 END,"
                 " lease_owner = CASE WHEN $5 = 1 THEN lease_owner ELSE '' END, topic = $7"
                 " WHERE id = $6 AND ($8 = '' OR (lease_owner = $8 AND state = 'waiting'))",
                 DB_TEXT(record_state_name(s->state)), DB_NUMBER(s->due_ms), DB_NUMBER(s->parts_done),
                 DB_NUMBER(s->state == RECORD_ACCEPTED ? number : 0), DB_NUMBER(keep_lease),
                 DB_NUMBER(record->id), DB_TEXT(topic), DB_TEXT(owner == NULL ? "" : owner));
    *changed = run && db_changed(store->db) > 0;
    return run;
}

/* The end of an attempt that this process began is always written down. One that it did not begin (a dead
   process's, or a record that was settled without asking a gateway) only as long as the record is ours. An
   acceptance always wins, whoever has the lease by now. Mostly it is ours, and need not be looked at first.
 */
static bool settle_one(struct store *store, const struct record *record, const struct settlement *s,
                       struct standing *standing, struct error *err)
{
    bool open = strcmp(record->outcome, "begun") == 0;
    bool found = true, changed = false, wrote;

    *standing =
        (struct standing){ .state = record->state, .number = open ? record->tries : record->tries + 1 };
    if (open
        && !record_change(store, record, s, standing->number, s->keep_lease, store->owner, &changed, err))
        return false;
    standing->ours = changed;
    if (!changed && !standing_read(store, record->id, standing, &found, err))
        return false;
    if (!found || (!standing->ours && record->attempt == 0))
        return true;
    standing->written = open || s->outcome[0] != '\0';
    standing->settled = standing->ours || s->state == RECORD_ACCEPTED;
    wrote = !standing->written
            || (record->attempt != 0
                    ? attempt_end(store, record, standing->number, s, err)
                    : lease_write(store, record->id, standing->number, record->provider, s, err));
    if (!wrote || !standing->settled)
        return wrote;
    standing->state = s->state;
    standing->ours = standing->ours && s->keep_lease;
    if (!standing->ours
        && (!missed_settle(store, record, s->state == RECORD_ACCEPTED, err)
            || !chase_settle(store, record, s, err)))
        return false;
    return changed || record_change(store, record, s, standing->number, standing->ours, NULL, &changed, err);
}

static void settle_memory(struct record *record, const struct settlement *s, const struct standing *standing)
{
    record->state = standing->state;
    record->leased = standing->ours;
    record->attempt = 0;
    if (standing->written) {
        record->tries = standing->number;
        record_say(record, record->provider, s->outcome, s->code, s->meaning, s->reference);
    }
    if (standing->settled) {
        record->due_ms = s->due_ms;
        record->parts_done = s->parts_done;
    }
}

static struct settlement without_null(struct settlement s)
{
    const char **const texts[] = { &s.outcome, &s.code, &s.meaning, &s.reference };

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (*texts[i] == NULL)
            *texts[i] = "";
    return s;
}

/* What a posting has found out by the time of the commit, for the records in memory afterwards. */
union found {
    int number; /* of an attempt that begins */
    struct standing standing;
};

static bool post_one(struct store *store, const struct posting *posting, union found *found,
                     struct error *err)
{
    for (size_t i = 0; i < posting->count; i++) {
        struct settlement s;
        if (posting->settlements == NULL) {
            if (!lease_begin(store, posting->records[i], posting->provider, posting->reference,
                             &found[i].number, err))
                return false;
            continue;
        }
        s = without_null(posting->settlements[i]);
        if (!settle_one(store, posting->records[i], &s, &found[i].standing, err))
            return false;
    }
    return true;
}

static void post_memory(const struct posting *posting, const union found *found)
{
    for (size_t i = 0; i < posting->count; i++) {
        struct record *record = posting->records[i];
        struct settlement s;
        if (posting->settlements != NULL) {
            s = without_null(posting->settlements[i]);
            settle_memory(record, &s, &found[i].standing);
            continue;
        }
        record->leased = found[i].number > 0;
        if (!record->leased)
            continue;
        record->attempt = record->tries = found[i].number;
        record->referred = posting->reference[0] != '\0';
        record_say(record, posting->provider, "begun", "", "", posting->reference);
    }
}

bool store_post(struct store *store, const struct posting *const *postings, size_t count, struct error *err)
{
    union found *found;
    size_t all = 0, at = 0;
    bool posted = false;

    for (size_t i = 0; i < count; i++)
        all += postings[i]->count;
    found = calloc(all + 1, sizeof *found);
    if (found == NULL)
        return error_memory(err);
    if (!db_begin(store->db, err))
        goto out;
    for (size_t i = 0; i < count; at += postings[i++]->count)
        if (!post_one(store, postings[i], found + at, err))
            goto out;
    if (!db_commit(store->db, err))
        goto out;
    at = 0;
    for (size_t i = 0; i < count; at += postings[i++]->count)
        post_memory(postings[i], found + at);
    posted = true;
out:
    if (!posted)
        db_rollback(store->db);
    free(found);
    return posted;
}

bool store_settle(struct store *store, struct record *const *records, const struct settlement *settlements,
                  size_t count, struct error *err)
{
    const struct posting posting = { records, count, settlements, NULL, NULL };

    return store_post(store, &(const struct posting *){ &posting }, 1, err);
}
