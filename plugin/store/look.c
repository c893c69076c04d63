/* Records as an operator looks at them. */
#include "store/look.h"

#include <stdlib.h>

#include "base/now.h"
#include "base/utf8.h"
#include "store/record.h"

static bool read_listed(const struct rows *rows, void *item, struct error *err)
{
    struct listed *listed = item;

    return record_read_whole(rows, &listed->record, err);
}

static bool add_receipt(struct store *store, struct listed *listed, struct error *err)
{
    return receipt_final(store, listed->record.id, listed->record.provider, listed->receipt, err);
}

/* The names of the states for a statement; "" for one that is not asked for: no record has it. */
static const char *state_wanted(unsigned states, enum record_state state)
{
    return states & (1U << state) ? record_state_name(state) : "";
}
#define STATE_VALUES(states)                                                                                 \
    DB_TEXT(state_wanted(states, RECORD_WAITING)), DB_TEXT(state_wanted(states, RECORD_ACCEPTED)),           \
        DB_TEXT(state_wanted(states, RECORD_REFUSED)), DB_TEXT(state_wanted(states, RECORD_HELD)),           \
        DB_TEXT(state_wanted(states, RECORD_DEAD)), DB_TEXT(state_wanted(states, RECORD_MERGED))

static bool count_states(struct store *store, unsigned states, size_t *count, struct error *err)
{
    struct rows *rows = NULL;
    bool found = false;
    bool counted =
        DB_QUERY(store->db, &rows, err, "SELECT count(*) FROM record WHERE state IN ($1, $2, $3, $4, $5, $6)",
                 STATE_VALUES(states))
        && rows_next(rows, &found, err);

    if (counted)
        *count = (size_t)rows_number(rows, 0);
    rows_end(rows);
    return counted;
}

static void turn_around(struct listed *list, size_t count)
{
    for (size_t i = 0; i < count / 2; i++) {
        struct listed other = list[i];
        list[i] = list[count - 1 - i];
        list[count - 1 - i] = other;
    }
}

bool store_list(struct store *store, unsigned states, size_t most, struct listed **list, size_t *count,
                size_t *all, struct error *err)
{
    struct gathered gathered = { 0 };
    int64_t now = now_ms();
    size_t there = 0;
    bool listed = record_gather(
        store, RECORD_SELECT "WHERE r.state IN ($3, $4, $5, $6, $7, $8) ORDER BY r.id DESC LIMIT $9",
        DB_VALUES(DB_NUMBER(now), DB_NUMBER(now + LEASE_MS_MAX), STATE_VALUES(states),
                  DB_NUMBER((int64_t)most)),
        read_listed, sizeof **list, &gathered, err);
    struct listed *read = gathered.item;

    for (size_t i = 0; listed && i < gathered.count; i++)
        listed = add_receipt(store, &read[i], err);
    if (!listed || !count_states(store, states, &there, err)) {
        listed_free(read, gathered.count);
        return false;
    }
    turn_around(read, gathered.count);
    *list = read;
    *count = gathered.count;
    *all = there < gathered.count ? gathered.count : there; /* some were pruned in between */
    return true;
}

void listed_free(struct listed *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        record_clear(&list[i].record);
    free(list);
}

static bool read_attempt(const struct rows *rows, void *item, struct error *err)
{
    struct attempt_kept *a = item;

    (void)err;
    a->number = (int)rows_number(rows, 0);
    UTF8_COPY(a->provider, rows_text(rows, 1));
    a->begun_ms = rows_number(rows, 2);
    a->ended_ms = rows_number(rows, 3);
    UTF8_COPY(a->outcome, a->ended_ms == 0 ? "begun" : rows_text(rows, 4));
    UTF8_COPY(a->code, rows_text(rows, 5));
    UTF8_COPY(a->meaning, rows_text(rows, 6));
    UTF8_COPY(a->reference, rows_text(rows, 7));
    return true;
}

static bool list_attempts(struct store *store, int64_t id, struct shown *shown, struct error *err)
{
    struct gathered gathered = { 0 };
    bool listed =
        record_gather(store,
                      "SELECT number, provider, begun_ms, ended_ms, outcome, code, meaning, reference"
                      " FROM attempt WHERE record = $1 ORDER BY number",
                      DB_VALUES(DB_NUMBER(id)), read_attempt, sizeof *shown->attempt, &gathered, err);

    shown->attempt = gathered.item;
    shown->attempts = gathered.count;
    return listed;
}

bool store_show(struct store *store, int64_t id, struct shown *shown, bool *found, struct error *err)
{
    bool loaded = record_load(store, id, &shown->listed.record, err);

    *found = loaded && shown->listed.record.id > 0;
    return loaded
           && (!*found
               || (add_receipt(store, &shown->listed, err) && chase_tell(store, id, &shown->note, err)
                   && list_attempts(store, id, shown, err)
                   && receipt_list(store, id, &shown->receipt, &shown->receipts, err)
                   && reply_list(store, id, &shown->reply, &shown->replies, err)
                   && writeback_list(store, id, &shown->writeback, &shown->writebacks, err)));
}

void shown_clear(struct shown *shown)
{
    record_clear(&shown->listed.record);
    free(shown->attempt);
    free(shown->receipt);
    free(shown->reply);
    writebacks_free(shown->writeback, shown->writebacks);
    *shown = (struct shown){ 0 };
}

bool store_reserved(struct store *store, const char *provider, const char *reference, char at[24],
                    struct error *err)
{
    struct rows *rows = NULL;
    bool found = false, looked;

    looked = DB_QUERY(store->db, &rows, err,
                      "SELECT r.wish_at FROM attempt a JOIN record r ON r.id = a.record"
                      " WHERE a.provider = $1 AND a.reference = $2 AND a.outcome = 'accepted' LIMIT 1",
                      DB_TEXT(provider), DB_TEXT(reference))
             && rows_next(rows, &found, err);
    utf8_copy(at, 24, looked && found ? rows_text(rows, 0) : "");
    rows_end(rows);
    return looked;
}
