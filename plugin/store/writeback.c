/* What monitors are to be told, one row each. A try is counted, and the row put off, before anything is told:
   a process that dies over it leaves it to the next. */
#include "store/writeback.h"

#include <stdlib.h>
#include <string.h>

#include "base/now.h"
#include "store/record.h"

static const char *const kinds[] = { [WRITEBACK_ACKNOWLEDGE] = "acknowledge", [WRITEBACK_RESULT] = "result" };
static const char *const states[] = {
    [WRITEBACK_WAITING] = "waiting", [WRITEBACK_DONE] = "done", [WRITEBACK_FAILED] = "failed"
};

void writeback_clear(struct writeback *writeback)
{
    free(writeback->owned);
    *writeback = (struct writeback){ 0 };
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

bool writeback_fresh(const struct store *store)
{
    return store->writebacks;
}

bool writeback_next(struct store *store, int64_t *due_ms, struct error *err)
{
    struct rows *rows = NULL;
    bool found = false;
    bool looked =
        db_query(store->db, "SELECT due_ms FROM writeback WHERE state = 'waiting' ORDER BY due_ms LIMIT 1",
                 NULL, 0, &rows, err)
        && rows_next(rows, &found, err);

    if (looked)
        *due_ms = found ? rows_number(rows, 0) : INT64_MAX;
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
    RECORD_COPY(w->source, rows_text(rows, 4));
    w->created_ms = rows_number(rows, 5);
    w->due_ms = rows_number(rows, 6);
    w->tries = (int)rows_number(rows, 7);
    w->state = WRITEBACK_FAILED;
    for (int state = WRITEBACK_WAITING; state < WRITEBACK_FAILED; state++)
        if (strcmp(rows_text(rows, 8), states[state]) == 0)
            w->state = (enum writeback_state)state;
    RECORD_COPY(w->monitor, rows_text(rows, 9));
    RECORD_COPY(w->said, rows_text(rows, 10));
    return own_texts(rows, 11, w, err);
}

static void list_free(struct gathered *gathered)
{
    struct writeback *list = gathered->item;

    for (size_t i = 0; i < gathered->count; i++)
        writeback_clear(&list[i]);
    free(list);
    *gathered = (struct gathered){ 0 };
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

bool writeback_claim(struct store *store, size_t most, int64_t lease_ms, struct writeback **list,
                     size_t *count, struct error *err)
{
    struct gathered gathered = { 0 };
    int64_t now = now_ms();
    bool claimed = false;

    store->writebacks = false;
    if (!db_begin(store->db, err)
        || !record_gather(store,
                          "SELECT " COLUMNS " FROM writeback WHERE state = 'waiting' AND due_ms <= $1"
                          " ORDER BY due_ms, id LIMIT $2",
                          DB_VALUES(DB_NUMBER(now), DB_NUMBER((int64_t)most)), read_one, sizeof **list,
                          &gathered, err)
        || !put_off(store, &gathered, now + lease_ms, err) || !db_commit(store->db, err))
        goto out;
    *list = gathered.item;
    *count = gathered.count;
    claimed = true;
out:
    if (!claimed) {
        db_rollback(store->db);
        list_free(&gathered);
    }
    return claimed;
}

bool writeback_settle(struct store *store, int64_t id, enum writeback_state state, int64_t due_ms,
                      const char *monitor, const char *said, struct error *err)
{
    struct writeback kept = { 0 };
    bool settled;

    RECORD_COPY(kept.monitor, monitor);
    RECORD_COPY(kept.said, said);
    settled = db_begin(store->db, err)
              && (state == WRITEBACK_NONE
                      ? DB_RUN(store->db, err, "DELETE FROM writeback WHERE id = $1 AND state = 'waiting'",
                               DB_NUMBER(id))
                      : DB_RUN(store->db, err,
                               "UPDATE writeback SET state = $1, due_ms = $2, monitor = $3, said = $4"
                               " WHERE id = $5 AND state = 'waiting'",
                               DB_TEXT(states[state]), DB_NUMBER(due_ms), DB_TEXT(kept.monitor),
                               DB_TEXT(kept.said), DB_NUMBER(id)))
              && db_commit(store->db, err);
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
        list_free(&gathered);
        return false;
    }
    *list = gathered.item;
    *count = gathered.count;
    return true;
}
