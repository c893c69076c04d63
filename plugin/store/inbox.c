/* What phones said, one after the other. What it means is flow's business. */
#include "store/inbox.h"

#include <stdlib.h>

#include "base/now.h"
#include "store/record.h"

#define ANSWER_EVERY_MS ((int64_t)60 * 60 * 1000)
#define ANSWERS_MOST    3

bool inbox_fresh(const struct store *store)
{
    return store->replies;
}

/* Most of the time there is none, and the look costs no lock. */
static bool is_empty(struct store *store, bool *empty, struct error *err)
{
    struct rows *rows = NULL;
    bool found = false;
    bool looked = db_query(store->db, "SELECT 1 FROM reply WHERE outcome = '' LIMIT 1", NULL, 0, &rows, err)
                  && rows_next(rows, &found, err);

    rows_end(rows);
    *empty = !found;
    return looked;
}

bool inbox_begin(struct store *store, size_t most, struct reply_kept **list, size_t *count, struct error *err)
{
    struct gathered gathered = { 0 };
    bool empty = true;

    if (!is_empty(store, &empty, err))
        return false;
    if (!empty
        && (!db_begin(store->db, err)
            || !record_gather(store, REPLY_SELECT "WHERE outcome = '' ORDER BY id LIMIT $1",
                              DB_VALUES(DB_NUMBER((int64_t)most)), reply_read, sizeof **list, &gathered,
                              err))) {
        inbox_rollback(store);
        free(gathered.item);
        return false;
    }
    store->replies = false;
    *list = gathered.item;
    *count = gathered.count;
    return true;
}

bool inbox_commit(struct store *store, struct error *err)
{
    return db_commit(store->db, err);
}

/* They are still there to be acted upon. */
void inbox_rollback(struct store *store)
{
    db_rollback(store->db);
    store->replies = true;
}

bool inbox_get(struct store *store, int64_t id, struct reply_kept *reply, struct error *err)
{
    struct reply_kept read = { 0 };
    struct rows *rows = NULL;
    bool found = false;
    bool looked = DB_QUERY(store->db, &rows, err, REPLY_SELECT "WHERE id = $1", DB_NUMBER(id))
                  && rows_next(rows, &found, err) && (!found || reply_read(rows, &read, err));

    rows_end(rows);
    if (looked)
        *reply = read;
    return looked;
}

bool inbox_settle(struct store *store, const struct deed *deed, struct error *err)
{
    return DB_RUN(store->db, err,
                  "UPDATE reply SET outcome = $1, acted_ms = $2, answer = $3,"
                  " record = CASE WHEN $4 > 0 THEN $4 ELSE record END WHERE id = $5",
                  DB_TEXT(deed->outcome), DB_NUMBER(now_ms()), DB_NUMBER(deed->answer),
                  DB_NUMBER(deed->record), DB_NUMBER(deed->reply));
}

static bool holds(struct store *store, const char *sql, const struct db_value *values, size_t count,
                  bool *yes, struct error *err)
{
    struct rows *rows = NULL;
    bool found = false;
    bool looked = db_query(store->db, sql, values, count, &rows, err) && rows_next(rows, &found, err);

    rows_end(rows);
    *yes = found;
    return looked;
}

bool inbox_knows(struct store *store, const char *phone, bool *known, struct error *err)
{
    return holds(store,
                 "SELECT 1 FROM record WHERE recipient = $1 AND state = 'accepted' UNION ALL"
                 " SELECT 1 FROM record r WHERE r.recipient = $1 AND r.problem > 0 AND " RECORD_MAY_BE_THERE
                 " LIMIT 1",
                 DB_VALUES(DB_TEXT(phone)), known, err);
}

/* A clock that ran ahead once must not silence munja until its time has come. */
bool inbox_may_answer(struct store *store, const char *phone, bool *may, struct error *err)
{
    int64_t now = now_ms();

    return holds(store,
                 "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM reply WHERE sender = $1 AND answer > 0"
                 " AND acted_ms BETWEEN $2 AND $3) AND $4 > (SELECT count(*) FROM reply WHERE sender = $1"
                 " AND answer > 0 AND answer > coalesce((SELECT max(r.id) FROM record r"
                 " WHERE r.recipient = $1 AND r.state = 'accepted' AND NOT EXISTS (SELECT 1 FROM reply t"
                 " WHERE t.sender = $1 AND t.answer > 0 AND t.answer = r.id)), 0))",
                 DB_VALUES(DB_TEXT(phone), DB_NUMBER(now - ANSWER_EVERY_MS + 1),
                           DB_NUMBER(now + ANSWER_EVERY_MS), DB_NUMBER(ANSWERS_MOST)),
                 may, err);
}

bool inbox_answer(struct store *store, const struct record *text, int64_t *id, struct error *err)
{
    struct record made = *text;

    made.created_ms = made.due_ms = now_ms();
    return record_insert(store, &made, "", id, err);
}

bool inbox_answer_later(struct store *store, int64_t reply, const struct record *text, struct error *err)
{
    int64_t id = 0;

    return inbox_answer(store, text, &id, err)
           && DB_RUN(store->db, err, "UPDATE reply SET answer = $1, acted_ms = $2 WHERE id = $3",
                     DB_NUMBER(id), DB_NUMBER(now_ms()), DB_NUMBER(reply));
}
