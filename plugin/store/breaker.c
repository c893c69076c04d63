/* Providers that fail, as all processes of a store know them. Most of the time the table is empty. */
#include "store/breaker.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "store/record.h"

#define COLUMNS "name, failures, pause_s, until_ms, trial_ms, account, reason"

bool breaker_any(struct store *store)
{
    return store_know(store, NULL) && store->breakers;
}

static void read_columns(const struct rows *rows, struct breaker *breaker)
{
    breaker->failures = (int)rows_number(rows, 1);
    breaker->pause_s = (int)rows_number(rows, 2);
    breaker->until_ms = rows_number(rows, 3);
    breaker->trial_ms = rows_number(rows, 4);
    breaker->account = rows_number(rows, 5) != 0;
    UTF8_COPY(breaker->reason, rows_text(rows, 6));
}

static bool read_kept(const struct rows *rows, void *item, struct error *err)
{
    struct breaker_kept *kept = item;

    (void)err;
    UTF8_COPY(kept->name, rows_text(rows, 0));
    read_columns(rows, &kept->breaker);
    return true;
}

bool breaker_list(struct store *store, struct breaker_kept **list, size_t *count, struct error *err)
{
    struct gathered gathered = { 0 };

    if (!record_gather(store, "SELECT " COLUMNS " FROM breaker ORDER BY name", NULL, 0, read_kept,
                       sizeof **list, &gathered, err)) {
        free(gathered.item);
        return false;
    }
    *list = gathered.item;
    *count = gathered.count;
    return true;
}

static bool read_one(struct store *store, const char *name, struct breaker *breaker, struct error *err)
{
    struct rows *rows = NULL;
    bool found = false;
    bool read =
        DB_QUERY(store->db, &rows, err, "SELECT " COLUMNS " FROM breaker WHERE name = $1", DB_TEXT(name))
        && rows_next(rows, &found, err);

    if (read && found)
        read_columns(rows, breaker);
    rows_end(rows);
    return read;
}

static bool write_one(struct store *store, const char *name, const struct breaker *b, struct error *err)
{
    if (b->failures == 0 && b->until_ms == 0)
        return DB_RUN(store->db, err, "DELETE FROM breaker WHERE name = $1", DB_TEXT(name));
    return DB_RUN(store->db, err,
                  "INSERT INTO breaker (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7)"
                  " ON CONFLICT (name) DO UPDATE SET failures = excluded.failures,"
                  " pause_s = excluded.pause_s, until_ms = excluded.until_ms, trial_ms = excluded.trial_ms,"
                  " account = excluded.account, reason = excluded.reason",
                  DB_TEXT(name), DB_NUMBER(b->failures), DB_NUMBER(b->pause_s), DB_NUMBER(b->until_ms),
                  DB_NUMBER(b->trial_ms), DB_NUMBER(b->account), DB_TEXT(b->reason));
}

bool breaker_change(struct store *store, const char *name, breaker_rule *rule, const void *context,
                    struct breaker *breaker, struct error *err)
{
    struct breaker made = { 0 };
    bool done = false;

    if (!db_begin(store->db, err) || !read_one(store, name, &made, err))
        goto out;
    if (rule(&made, context) && (!write_one(store, name, &made, err) || !db_commit(store->db, err)))
        goto out;
    *breaker = made;
    done = true;
out:
    /* Also where nothing was to be changed. */
    db_rollback(store->db);
    return done;
}
