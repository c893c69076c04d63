/* One record: between a row and the struct. */
#include "store/record.h"

#include <stdlib.h>
#include <string.h>

#include "base/now.h"
#include "base/utf8.h"
#include "store/missed.h"

static const char *const state_names[] = {
    [RECORD_WAITING] = "waiting", [RECORD_ACCEPTED] = "accepted", [RECORD_REFUSED] = "refused",
    [RECORD_HELD] = "held",       [RECORD_DEAD] = "dead",         [RECORD_MERGED] = "merged",
};

const char *record_state_name(enum record_state state)
{
    return state_names[state];
}

enum record_state record_state_named(const char *name)
{
    for (int state = RECORD_WAITING; state <= RECORD_MERGED; state++)
        if (strcmp(state_names[state], name) == 0)
            return state;
    return RECORD_HELD;
}

void record_clear(struct record *record)
{
    alert_clear(&record->alert);
    if (record->image_owned)
        free((void *)record->image);
    for (size_t i = 0; i < record->missed_count; i++)
        record_clear(&record->missed[i]);
    free(record->missed);
    *record = (struct record){ 0 };
}

void record_say(struct record *record, const char *provider, const char *outcome, const char *code,
                const char *meaning, const char *reference)
{
    UTF8_COPY(record->provider, provider);
    UTF8_COPY(record->outcome, outcome);
    UTF8_COPY(record->code, code);
    UTF8_COPY(record->meaning, meaning);
    UTF8_COPY(record->reference, reference);
}

void record_read(const struct rows *rows, struct record *record, bool *ready)
{
    bool begun;

    record->id = rows_number(rows, 0);
    UTF8_COPY(record->identity.key, rows_text(rows, 1));
    UTF8_COPY(record->recipient, rows_text(rows, 2));
    record->state = record_state_named(rows_text(rows, 3));
    record->created_ms = rows_number(rows, 4);
    record->due_ms = rows_number(rows, 5);
    record->parts_done = (int)rows_number(rows, 6);
    UTF8_COPY(record->wish.provider, rows_text(rows, 7));
    UTF8_COPY(record->wish.kind, rows_text(rows, 8));
    UTF8_COPY(record->wish.at, rows_text(rows, 9));
    record->tries = (int)rows_number(rows, 10);
    begun = record->tries > 0 && rows_number(rows, 12) == 0;
    record_say(record, rows_text(rows, 11), begun ? "begun" : rows_text(rows, 13), rows_text(rows, 14),
               rows_text(rows, 15), rows_text(rows, 16));
    *ready = rows_number(rows, 17) != 0;
    UTF8_COPY(record->wish.image_url, rows_text(rows, 18));
    record->image_id = rows_number(rows, 19);
    record->lease_until_ms = rows_number(rows, 21);
    record->merged_into = rows_number(rows, 22);
    record->problem = rows_number(rows, 23);
    UTF8_COPY(record->reply, rows_text(rows, 24));
    record->root = rows_number(rows, 25);
    UTF8_COPY(record->wish.first, rows_text(rows, 26));
}

/* The window reaches both ways: a clock that ran ahead once must not swallow alerts until its time has come.
   One of 0 is none. */
bool record_named(struct store *store, const struct identity *identity, int64_t window_ms, int64_t now,
                  int64_t *id, struct error *err)
{
    struct rows *rows = NULL;
    bool found = false, looked = false;

    *id = 0;
    if (!identity->lasting && window_ms == 0)
        return true;
    if (!DB_QUERY(store->db, &rows, err,
                  "SELECT id FROM record WHERE identity = $1 AND ($2 = 1 OR created_ms BETWEEN $3 AND $4)"
                  " ORDER BY id DESC LIMIT 1",
                  DB_TEXT(identity->key), DB_NUMBER(identity->lasting), DB_NUMBER(now - window_ms),
                  DB_NUMBER(now + window_ms))
        || !rows_next(rows, &found, err))
        goto out;
    *id = found ? rows_number(rows, 0) : 0;
    looked = true;
out:
    rows_end(rows);
    return looked;
}

/* The note stands where the attempts stand: it is the last that was done about the record. */
bool record_drop(struct store *store, int64_t id, const char *why, struct error *err)
{
    return DB_RUN(store->db, err,
                  "INSERT INTO attempt (record, number, provider, begun_ms, ended_ms, outcome, code, meaning,"
                  " reference) SELECT $1, 1 + coalesce(max(number), 0), '', $2, $2, '" RECORD_DROPPED
                  "', '', $3, '' FROM attempt WHERE record = $1",
                  DB_NUMBER(id), DB_NUMBER(now_ms()), DB_TEXT(why))
           && DB_RUN(store->db, err,
                     "UPDATE record SET state = 'dead', lease_until_ms = 0, lease_owner = '' WHERE id = $1",
                     DB_NUMBER(id));
}

bool record_read_alert(const struct rows *rows, struct record *record, bool *readable, struct error *err)
{
    const char *packed = rows_text(rows, 20);
    struct error fault = { 0 };

    if (packed[0] == '\0') /* none is stored empty: SQLite had no memory to hand it over */
        return error_memory(err);
    *readable = alert_unpack(&record->alert, packed, &fault);
    record->priority = record_priority(&record->alert);
    return *readable || fault.kind != ERROR_SYSTEM || error_memory(err);
}

bool record_read_whole(const struct rows *rows, void *item, struct error *err)
{
    struct record *record = item;
    bool ready = false, readable = false;

    record_read(rows, record, &ready);
    return record_read_alert(rows, record, &readable, err);
}

bool record_load(struct store *store, int64_t id, struct record *record, struct error *err)
{
    struct gathered gathered = { 0 };
    int64_t now = now_ms();
    bool loaded = record_gather(store, RECORD_SELECT "WHERE r.id = $3",
                                DB_VALUES(DB_NUMBER(now), DB_NUMBER(now + LEASE_MS_MAX), DB_NUMBER(id)),
                                record_read_whole, sizeof *record, &gathered, err);

    *record = (struct record){ 0 };
    if (gathered.count > 0)
        *record = *(struct record *)gathered.item;
    free(gathered.item);
    return loaded;
}

void record_adopt(struct record *record, const struct record *result)
{
    struct alert alert = record->alert;
    struct wish wish = record->wish;
    const void *image = record->image;
    size_t image_bytes = record->image_bytes;
    bool lasting = record->identity.lasting, answerable = record->answerable;

    *record = *result;
    record->alert = alert;
    record->wish = wish;
    record->image = image;
    record->image_bytes = image_bytes;
    record->identity.lasting = lasting;
    record->answerable = answerable;
}

static bool is_one_of(const char *word, const char *const *words)
{
    while (*words != NULL && strcmp(word, *words) != 0)
        words++;
    return *words != NULL;
}

int record_priority(const struct alert *alert)
{
    static const char *const states[] = { "CRITICAL", "DOWN", "UNREACHABLE", NULL };
    static const char *const severities[] = { "High", "Disaster", NULL };
    bool worst =
        is_one_of(alert_get(alert, "state"), states) || is_one_of(alert_get(alert, "severity"), severities);

    return worst && strcmp(alert_get(alert, "type"), "PROBLEM") == 0 ? 0 : 1;
}

static bool gather_one(const struct rows *rows, gather_row *read, size_t bytes, struct gathered *gathered,
                       struct error *err)
{
    char *grown = realloc(gathered->item, (gathered->count + 1) * bytes), *item;

    if (grown == NULL)
        return error_memory(err);
    gathered->item = grown;
    item = grown + gathered->count++ * bytes;
    memset(item, 0, bytes);
    return read(rows, item, err);
}

bool record_gather(struct store *store, const char *sql, const struct db_value *values, size_t count,
                   gather_row *read, size_t bytes, struct gathered *gathered, struct error *err)
{
    struct rows *rows = NULL;
    bool found = true, good = db_query(store->db, sql, values, count, &rows, err);

    while (good && found)
        good = rows_next(rows, &found, err) && (!found || gather_one(rows, read, bytes, gathered, err));
    rows_end(rows);
    return good;
}
