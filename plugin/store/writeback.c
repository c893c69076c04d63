/* What monitors are to be told, one row each. A try is counted, and the row put off, before anything is told:
   a process that dies over it leaves it to the next. */
#include "store/writeback.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mask.h"
#include "base/now.h"
#include "base/utf8.h"
#include "store/inbox.h"
#include "store/problem.h"
#include "store/record.h"

static const char *const kinds[] = { [WRITEBACK_ACKNOWLEDGE] = "acknowledge", [WRITEBACK_RESULT] = "result" };
static const char *const states[] = { [WRITEBACK_WAITING] = "waiting",
                                      [WRITEBACK_DONE] = "done",
                                      [WRITEBACK_FAILED] = "failed",
                                      [WRITEBACK_NONE] = "" };

const char *writeback_state_name(enum writeback_state state)
{
    return states[state];
}

const char *writeback_kind_name(enum writeback_kind kind)
{
    return kinds[kind];
}

/* Nothing is put off for so long: what seems to be, was put off under a clock that ran ahead, and is due now.
 */
#define FAR_MS (2 * LEASE_MS_MAX)

void writebacks_free(struct writeback *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(list[i].owned);
    free(list);
}

static struct db_value text_of(const char *text)
{
    return DB_TEXT(text == NULL ? "" : text);
}

static bool add(struct store *store, const struct writeback *w, struct error *err)
{
    return DB_RUN(store->db, err,
                  "INSERT INTO writeback (kind, record, reply, source, host, service, event, author, text,"
                  " state, tries, created_ms, due_ms, monitor, said)"
                  " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'waiting', 0, $10, $10, '', '')"
                  " ON CONFLICT DO NOTHING",
                  DB_TEXT(kinds[w->kind]), DB_NUMBER(w->record), DB_NUMBER(w->reply), DB_TEXT(w->source),
                  text_of(w->host), text_of(w->service), text_of(w->event), text_of(w->author),
                  text_of(w->text), DB_NUMBER(now_ms()));
}

bool writeback_add(struct store *store, const struct writeback *writeback, struct error *err)
{
    bool added;

    store->writebacks = true;
    if (db_within(store->db))
        return add(store, writeback, err);
    added = db_begin(store->db, err) && add(store, writeback, err) && db_commit(store->db, err);
    if (!added)
        db_rollback(store->db);
    return added;
}

bool writeback_undelivered(struct store *store, const struct record *record, const char *why,
                           struct error *err)
{
    struct writeback w = { .kind = WRITEBACK_RESULT,
                           .record = record->id,
                           .host = alert_get(&record->alert, "host"),
                           .service = alert_get(&record->alert, "service") };
    char masked[MASK_BYTES];
    struct buf text = { 0 };
    bool added;

    UTF8_COPY(w.source, alert_get(&record->alert, "source"));
    added =
        buf_format(&text, "%s%s%s to %s: %s", w.host[0] == '\0' ? "a text" : w.host,
                   w.service[0] == '\0' ? "" : "/", w.service, mask_number(record->recipient, masked), why)
            ? (w.text = text.data, writeback_add(store, &w, err))
            : error_memory(err);
    buf_clear(&text);
    return added;
}

bool writeback_if_over(struct store *store, const struct record *record, const struct settlement *s,
                       struct error *err)
{
    static const char *const over[] = { [RECORD_REFUSED] = "refused",
                                        [RECORD_HELD] = "held for an operator",
                                        [RECORD_DEAD] = "given up, its time is over",
                                        [RECORD_MERGED] = NULL };
    const bool asked = s->outcome[0] != '\0';
    const char *code = asked ? s->code : record->code, *meaning = asked ? s->meaning : record->meaning;
    struct buf why = { 0 };
    bool told;

    if (over[s->state] == NULL)
        return true;
    told = buf_format(&why, "%s (%s%s%s%s%s)", over[s->state], record->provider,
                      record->provider[0] == '\0' ? "" : ": ", code, code[0] == '\0' ? "" : ", ",
                      meaning[0] == '\0' ? "nothing was said" : meaning);
    told = told ? writeback_undelivered(store, record, why.data, err) : error_memory(err);
    buf_clear(&why);
    return told;
}

static bool end(struct store *store, const char *topic, enum writeback_state state, const char *said,
                struct error *err)
{
    return DB_RUN(store->db, err,
                  "UPDATE writeback SET state = $1, said = $2"
                  " WHERE state = 'waiting' AND kind = $3 AND EXISTS (SELECT 1 FROM record r"
                  " JOIN problem p ON p.id = r.problem WHERE r.id = writeback.record AND p.topic = $4)",
                  DB_TEXT(states[state]), DB_TEXT(said), DB_TEXT(kinds[WRITEBACK_ACKNOWLEDGE]),
                  DB_TEXT(topic));
}

bool writeback_outlived(struct store *store, const char *topic, struct error *err)
{
    return end(store, topic, WRITEBACK_FAILED, "the problem was over before it took that", err);
}

bool writeback_known(struct store *store, const char *topic, struct error *err)
{
    return end(store, topic, WRITEBACK_DONE, "it says itself that it is acknowledged", err);
}

bool writeback_fresh(const struct store *store)
{
    return store->writebacks;
}

bool writeback_next(struct store *store, enum writeback_kind kind, int64_t *due_ms, struct error *err)
{
    struct rows *rows = NULL;
    bool found = false;
    bool looked = DB_QUERY(store->db, &rows, err,
                           "SELECT due_ms FROM writeback WHERE state = 'waiting' AND kind = $1"
                           " ORDER BY due_ms LIMIT 1",
                           DB_TEXT(kinds[kind]))
                  && rows_next(rows, &found, err);

    store->writebacks = false;
    if (looked)
        *due_ms = !found ? INT64_MAX : rows_number(rows, 0) > now_ms() + FAR_MS ? 0 : rows_number(rows, 0);
    rows_end(rows);
    return looked;
}

/* A row's texts side by side in one block. */
static bool own_texts(const struct rows *rows, int column, struct writeback *w, struct error *err)
{
    const char **const texts[] = { &w->host, &w->service, &w->event, &w->author, &w->text };
    size_t count = sizeof texts / sizeof *texts, room = 0;
    char *at;

    for (size_t i = 0; i < count; i++)
        room += strlen(rows_text(rows, column + (int)i)) + 1;
    w->owned = at = malloc(room);
    if (at == NULL)
        return error_memory(err);
    for (size_t i = 0; i < count; i++) {
        *texts[i] = strcpy(at, rows_text(rows, column + (int)i));
        at += strlen(at) + 1;
    }
    return true;
}

#define COLUMNS                                                                                              \
    "id, kind, record, reply, source, created_ms, due_ms, tries, state, monitor, said,"                      \
    " host, service, event, author, text"

static bool read_one(const struct rows *rows, void *item, struct error *err)
{
    struct writeback *w = item;

    w->id = rows_number(rows, 0);
    w->kind =
        strcmp(rows_text(rows, 1), kinds[WRITEBACK_RESULT]) == 0 ? WRITEBACK_RESULT : WRITEBACK_ACKNOWLEDGE;
    w->record = rows_number(rows, 2);
    w->reply = rows_number(rows, 3);
    UTF8_COPY(w->source, rows_text(rows, 4));
    w->created_ms = rows_number(rows, 5);
    w->due_ms = rows_number(rows, 6);
    w->tries = (int)rows_number(rows, 7);
    w->state = WRITEBACK_FAILED;
    for (int state = WRITEBACK_WAITING; state < WRITEBACK_FAILED; state++)
        if (strcmp(rows_text(rows, 8), states[state]) == 0)
            w->state = (enum writeback_state)state;
    UTF8_COPY(w->monitor, rows_text(rows, 9));
    UTF8_COPY(w->said, rows_text(rows, 10));
    return own_texts(rows, 11, w, err);
}

static bool put_off(struct store *store, struct gathered *gathered, int64_t until_ms, struct error *err)
{
    struct writeback *list = gathered->item;

    for (size_t i = 0; i < gathered->count; i++) {
        list[i].tries++;
        list[i].due_ms = until_ms;
        if (!DB_RUN(store->db, err, "UPDATE writeback SET tries = tries + 1, due_ms = $1 WHERE id = $2",
                    DB_NUMBER(until_ms), DB_NUMBER(list[i].id)))
            return false;
    }
    return true;
}

bool writeback_claim(struct store *store, enum writeback_kind kind, size_t most, int64_t lease_ms,
                     struct writeback **list, size_t *count, struct error *err)
{
    struct gathered gathered = { 0 };
    int64_t now = now_ms();
    bool claimed = false;

    if (!db_begin(store->db, err)
        || !record_gather(store,
                          "SELECT " COLUMNS " FROM writeback WHERE state = 'waiting' AND kind = $1"
                          " AND (due_ms <= $2 OR due_ms > $4) ORDER BY due_ms, id LIMIT $3",
                          DB_VALUES(DB_TEXT(kinds[kind]), DB_NUMBER(now), DB_NUMBER((int64_t)most),
                                    DB_NUMBER(now + FAR_MS)),
                          read_one, sizeof **list, &gathered, err)
        || !put_off(store, &gathered, now + lease_ms, err) || !db_commit(store->db, err))
        goto out;
    *list = gathered.item;
    *count = gathered.count;
    claimed = true;
out:
    if (!claimed) {
        db_rollback(store->db);
        writebacks_free(gathered.item, gathered.count);
    }
    return claimed;
}

static bool settle_one(struct store *store, const struct writeback *w, struct error *err)
{
    if (w->state == WRITEBACK_NONE)
        return DB_RUN(store->db, err, "DELETE FROM writeback WHERE id = $1 AND state = 'waiting'",
                      DB_NUMBER(w->id));
    if (!DB_RUN(store->db, err,
                "UPDATE writeback SET state = $1, due_ms = $2, monitor = $3, said = $4 WHERE id = $5"
                " AND (state = 'waiting' OR (state = 'done' AND state = $1 AND monitor = ''))",
                DB_TEXT(states[w->state]), DB_NUMBER(w->due_ms), DB_TEXT(w->monitor), DB_TEXT(w->said),
                DB_NUMBER(w->id)))
        return false;
    return w->state != WRITEBACK_FAILED || w->kind != WRITEBACK_ACKNOWLEDGE || db_changed(store->db) == 0
           || (problem_give_back(store, w->record, w->author, err)
               && (w->answer == NULL || inbox_answer_later(store, w->reply, w->answer, err)));
}

bool writeback_settle(struct store *store, const struct writeback *list, size_t count, struct error *err)
{
    bool settled = db_begin(store->db, err);

    for (size_t i = 0; settled && i < count; i++)
        settled = settle_one(store, &list[i], err);
    settled = settled && db_commit(store->db, err);
    if (!settled)
        db_rollback(store->db);
    return settled;
}

bool writeback_list(struct store *store, int64_t record, struct writeback **list, size_t *count,
                    struct error *err)
{
    struct gathered gathered = { 0 };

    if (!record_gather(store, "SELECT " COLUMNS " FROM writeback WHERE record = $1 ORDER BY id LIMIT 100",
                       DB_VALUES(DB_NUMBER(record)), read_one, sizeof **list, &gathered, err)) {
        writebacks_free(gathered.item, gathered.count);
        return false;
    }
    *list = gathered.item;
    *count = gathered.count;
    return true;
}
