/* When to look for what became of a message. It stands with the attempt, so that whoever comes next knows. */
#include "store/watch.h"

#include <stdlib.h>
#include <string.h>

#include "base/now.h"
#include "base/utf8.h"
#include "store/record.h"

/* The first results of carriers take a few seconds. */
#define FIRST_MS 5000

static bool read_watched(const struct rows *rows, void *item, struct error *err)
{
    struct watched *w = item;

    (void)err;
    w->record = rows_number(rows, 0);
    w->number = (int)rows_number(rows, 1);
    UTF8_COPY(w->provider, rows_text(rows, 2));
    UTF8_COPY(w->reference, rows_text(rows, 3));
    UTF8_COPY(w->at, rows_text(rows, 4));
    w->sent_ms = rows_number(rows, 5);
    w->look_ms = rows_number(rows, 6);
    w->told = rows_number(rows, 7) != 0;
    w->chased = rows_number(rows, 8) != 0;
    return true;
}

bool watch_due(struct store *store, int64_t by_ms, size_t most, struct watched **list, size_t *count,
               struct error *err)
{
    struct gathered gathered = { 0 };

    if (!record_gather(
            store,
            "SELECT a.record, a.number, a.provider, a.reference, r.wish_at, a.begun_ms, a.look_ms,"
            " a.outcome <> 'accepted' OR EXISTS (SELECT 1 FROM receipt t WHERE t.provider = a.provider"
            " AND t.reference = a.reference AND t.recipient IN ('', r.recipient)"
            " AND t.state <> 'waiting'),"
            " EXISTS (SELECT 1 FROM chase c WHERE c.record = a.record AND c.done_ms > 0)"
            " FROM attempt a JOIN record r ON r.id = a.record WHERE a.look_ms > 0 AND a.look_ms <= $1"
            " ORDER BY a.look_ms LIMIT $2",
            DB_VALUES(DB_NUMBER(by_ms), DB_NUMBER((int64_t)most)), read_watched, sizeof **list, &gathered,
            err)) {
        free(gathered.item);
        return false;
    }
    *list = gathered.item;
    *count = gathered.count;
    return true;
}

static bool same_question(const struct watched *a, const struct watched *b)
{
    return strcmp(a->reference, b->reference) == 0 && strcmp(a->provider, b->provider) == 0;
}

size_t watch_gather(struct watched *list, size_t count)
{
    size_t same = 1;

    for (size_t i = 1; i < count; i++)
        if (same_question(&list[0], &list[i])) {
            struct watched other = list[same];
            list[same++] = list[i];
            list[i] = other;
        }
    return same;
}

bool watch_next(struct store *store, int64_t *look_ms, struct error *err)
{
    struct rows *rows = NULL;
    bool found = false;
    bool looked =
        db_query(store->db, "SELECT min(look_ms) FROM attempt WHERE look_ms > 0", NULL, 0, &rows, err)
        && rows_next(rows, &found, err);

    if (looked)
        *look_ms = found && rows_number(rows, 0) > 0 ? rows_number(rows, 0) : INT64_MAX;
    rows_end(rows);
    return looked;
}

bool watch_set(struct store *store, struct watched *list, size_t count, struct error *err)
{
    bool set = db_begin(store->db, err);

    for (size_t i = 0; set && i < count; i++)
        set = DB_RUN(store->db, err,
                     "UPDATE attempt SET look_ms = $1 WHERE record = $2 AND number = $3 AND look_ms = $4",
                     DB_NUMBER(list[i].next_ms), DB_NUMBER(list[i].record), DB_NUMBER(list[i].number),
                     DB_NUMBER(list[i].look_ms));
    set = set && db_commit(store->db, err);
    if (!set)
        db_rollback(store->db);
    for (size_t i = 0; set && i < count; i++)
        list[i].look_ms = list[i].next_ms;
    return set;
}

bool watch_wake(struct store *store, const char *provider, const char *reference, const char *recipient,
                struct error *err)
{
    return DB_RUN(store->db, err,
                  "UPDATE attempt SET look_ms = 1 WHERE reference = $2 AND reference <> '' AND provider = $1"
                  " AND outcome = 'accepted' AND ($3 = ''"
                  " OR EXISTS (SELECT 1 FROM record r WHERE r.id = attempt.record AND r.recipient = $3))",
                  DB_TEXT(provider), DB_TEXT(reference), DB_TEXT(recipient));
}

int64_t watch_first_ms(const struct settlement *settlement)
{
    return strcmp(settlement->outcome, "accepted") == 0 && settlement->reference[0] != '\0'
               ? now_ms() + FIRST_MS
               : 0;
}
