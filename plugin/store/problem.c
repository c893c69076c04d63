/* Problems and their codes. A code stays its problem's as long as the store keeps that, so that one which is
   over can be told from one that never was. */
#include "store/problem.h"

#include <stdio.h>
#include <string.h>

#include "alert/identity.h"
#include "base/code.h"
#include "base/now.h"
#include "base/utf8.h"
#include "store/record.h"
#include "store/writeback.h"

/* Three characters make 9216 codes, four 262144: where a few of the short ones are taken already, a long one
   it is. */
#define SHORT_TRIES 6
#define LONG_TRIES  60

bool problem_is_old(const struct problem *problem)
{
    return problem->seen_ms < now_ms() - PROBLEM_LIFE_MS;
}

/* One notification of a problem, whoever gets it, and first of all the state that it is about; "" when the
   monitor does not say enough to tell. */
#define MARK_BYTES 160
static void mark_of(const struct alert *alert, char mark[MARK_BYTES])
{
    const char *id = alert_get(alert, "id"), *since = alert_get(alert, "since");

    mark[0] = '\0';
    if (id[0] != '\0' || since[0] != '\0')
        snprintf(mark, MARK_BYTES, "%.20s %.50s\n%.50s %.20s", alert_get(alert, "state"), since, id,
                 alert_get(alert, "number"));
}

/* A reminder, not another state. */
static bool marks_same_state(const char *mark, const char *other)
{
    size_t bytes = strcspn(mark, "\n");

    return mark[bytes] != '\0' && strncmp(mark, other, bytes + 1) == 0;
}

/* The statement gives a row when the code was free. */
static bool add_with(struct store *store, const char *code, const char *topic, const char *mark, int64_t *id,
                     struct error *err)
{
    struct rows *rows = NULL;
    bool found = false;
    bool added = DB_QUERY(store->db, &rows, err,
                          "INSERT INTO problem (code, topic, mark, seen_ms, ended_ms, taken_ms, taken_by)"
                          " VALUES ($1, $2, $3, $4, 0, 0, '') ON CONFLICT DO NOTHING RETURNING id",
                          DB_TEXT(code), DB_TEXT(topic), DB_TEXT(mark), DB_NUMBER(now_ms()))
                 && rows_next(rows, &found, err);

    *id = added && found ? rows_number(rows, 0) : 0;
    rows_end(rows);
    return added;
}

/* With no code left, a text goes without. */
static bool begin(struct store *store, const char *topic, const char *mark, struct record *record,
                  struct error *err)
{
    for (int i = 0; i < SHORT_TRIES + LONG_TRIES && record->problem == 0; i++)
        if (!code_draw(i < SHORT_TRIES ? CODE_SHORT : CODE_LONG, record->reply, err)
            || !add_with(store, record->reply, topic, mark, &record->problem, err))
            return false;
    if (record->problem == 0)
        record->reply[0] = '\0';
    return true;
}

/* The last problem of that topic goes on, if it is open, or if this is the very notification that it had
   last, for another recipient. One that was acknowledged and is told anew is a new one: the monitor takes it
   for open. */
static bool join(struct store *store, const char *topic, const char *mark, struct record *record,
                 struct error *err)
{
    struct rows *rows = NULL;
    int64_t now = now_ms(), seen_ms = 0;
    bool found = false, joined = false, same = false, outlived = false;

    if (!DB_QUERY(store->db, &rows, err,
                  "SELECT id, code, mark, seen_ms, ended_ms > 0 OR taken_ms > 0 FROM problem"
                  " WHERE topic = $1 AND seen_ms >= $2 ORDER BY id DESC LIMIT 1",
                  DB_TEXT(topic), DB_NUMBER(now - PROBLEM_LIFE_MS))
        || !rows_next(rows, &found, err))
        goto out;
    same = found && mark[0] != '\0' && strcmp(rows_text(rows, 2), mark) == 0;
    if (found && (same || rows_number(rows, 4) == 0)) {
        record->problem = rows_number(rows, 0);
        UTF8_COPY(record->reply, rows_text(rows, 1));
        seen_ms = rows_number(rows, 3);
    }
    outlived = record->problem == 0 && found && !marks_same_state(rows_text(rows, 2), mark);
    joined = true;
out:
    rows_end(rows);
    return joined && (!outlived || writeback_outlived(store, topic, err))
           && (record->problem == 0 || (same && seen_ms == now)
               || DB_RUN(store->db, err, "UPDATE problem SET seen_ms = $1, mark = $2 WHERE id = $3",
                         DB_NUMBER(now), DB_TEXT(mark), DB_NUMBER(record->problem)));
}

bool problem_accept(struct store *store, struct record *record, struct error *err)
{
    const char *type = alert_get(&record->alert, "type"), *author = alert_get(&record->alert, "author");
    char topic[IDENTITY_BYTES], mark[MARK_BYTES];

    record->problem = 0;
    record->reply[0] = '\0';
    if (!record->answerable || !identity_topic(&record->alert, "", topic))
        return true;
    if (strcmp(type, "RECOVERY") == 0)
        return DB_RUN(store->db, err, "UPDATE problem SET ended_ms = $1 WHERE topic = $2 AND ended_ms = 0",
                      DB_NUMBER(now_ms()), DB_TEXT(topic))
               && writeback_outlived(store, topic, err);
    if (strcmp(type, "ACKNOWLEDGEMENT") == 0)
        return DB_RUN(store->db, err,
                      "UPDATE problem SET taken_ms = $1, taken_by = $2 WHERE topic = $3 AND ended_ms = 0"
                      " AND taken_ms = 0",
                      DB_NUMBER(now_ms()), DB_TEXT(author), DB_TEXT(topic))
               && writeback_known(store, topic, err);
    if (strcmp(type, "PROBLEM") != 0)
        return true;
    mark_of(&record->alert, mark);
    return join(store, topic, mark, record, err)
           && (record->problem > 0 || begin(store, topic, mark, record, err));
}

/* Whether a record reached its phone, or may have. */
#define TOLD "(r.state = 'accepted' OR " RECORD_MAY_BE_THERE ")"

/* Where it is, from the alert of its record. */
static bool read_place(const char *packed, struct problem *problem, struct error *err)
{
    struct alert alert = { 0 };
    struct error fault = { 0 };
    const char *service;

    if (packed[0] != '\0' && !alert_unpack(&alert, packed, &fault) && fault.kind == ERROR_SYSTEM)
        return error_memory(err);
    service = alert_get(&alert, "service");
    utf8_copy(problem->place, sizeof problem->place, alert_get(&alert, "host"));
    if (service[0] != '\0') {
        size_t at = strlen(problem->place);
        if (at + 1 < sizeof problem->place)
            problem->place[at++] = '/';
        utf8_copy(problem->place + at, sizeof problem->place - at, service);
    }
    alert_clear(&alert);
    return true;
}

static bool read_problem(const struct rows *rows, struct problem *problem, struct error *err)
{
    *problem = (struct problem){ .id = rows_number(rows, 0),
                                 .seen_ms = rows_number(rows, 2),
                                 .ended_ms = rows_number(rows, 3),
                                 .taken_ms = rows_number(rows, 4),
                                 .record = rows_number(rows, 6) };
    UTF8_COPY(problem->code, rows_text(rows, 1));
    UTF8_COPY(problem->taken_by, rows_text(rows, 5));
    return read_place(rows_text(rows, 7), problem, err);
}

/* $1 is the phone. */
#define PROBLEM_SELECT                                                                                       \
    "SELECT p.id, p.code, p.seen_ms, p.ended_ms, p.taken_ms, p.taken_by, t.id, t.alert FROM problem p"       \
    " LEFT JOIN record t ON t.id = (SELECT max(r.id) FROM record r WHERE r.recipient = $1"                   \
    " AND r.problem = p.id AND r.problem > 0 AND " TOLD ") "

/* A reminder has a new code once the one before was acknowledged: that one stands for both. */
#define LAST(table)                                                                                          \
    "NOT EXISTS (SELECT 1 FROM problem n WHERE n.topic = " table ".topic AND n.id > " table ".id)"

static bool find(struct store *store, const char *sql, const struct db_value *values, size_t count,
                 struct problem *problem, struct error *err)
{
    struct problem read = { 0 };
    struct rows *rows = NULL;
    bool found = false;
    bool looked = db_query(store->db, sql, values, count, &rows, err) && rows_next(rows, &found, err)
                  && (!found || read_problem(rows, &read, err));

    rows_end(rows);
    if (looked)
        *problem = read;
    return looked;
}

bool problem_find(struct store *store, const char *code, const char *phone, struct problem *problem,
                  struct error *err)
{
    return find(store, PROBLEM_SELECT "WHERE p.code = $2", DB_VALUES(DB_TEXT(phone), DB_TEXT(code)), problem,
                err);
}

bool problem_of(struct store *store, int64_t record, const char *phone, struct problem *problem,
                struct error *err)
{
    return find(store,
                PROBLEM_SELECT "WHERE p.id = (SELECT problem FROM record WHERE id = $2) AND " LAST("p"),
                DB_VALUES(DB_TEXT(phone), DB_NUMBER(record)), problem, err);
}

bool problem_list(struct store *store, const char *phone, struct problem *list, size_t most, size_t *count,
                  struct error *err)
{
    struct rows *rows = NULL;
    bool found = true;
    bool read = DB_QUERY(store->db, &rows, err,
                         PROBLEM_SELECT "WHERE p.id IN (SELECT r.problem FROM record r WHERE r.recipient = $1"
                                        " AND r.problem > 0) AND p.ended_ms = 0 AND p.taken_ms = 0"
                                        " AND p.seen_ms >= $2 AND t.id > 0 ORDER BY t.id DESC",
                         DB_TEXT(phone), DB_NUMBER(now_ms() - PROBLEM_LIFE_MS));

    *count = 0;
    while (read && found) {
        read = rows_next(rows, &found, err)
               && (!found || *count >= most || read_problem(rows, &list[*count], err));
        *count += found;
    }
    rows_end(rows);
    return read;
}

bool problem_record(struct store *store, const struct problem *problem, struct record *record,
                    struct error *err)
{
    return record_load(store, problem->record, record, err);
}

bool problem_take(struct store *store, int64_t id, const char *by, struct error *err)
{
    return DB_RUN(store->db, err, "UPDATE problem SET taken_ms = $1, taken_by = $2 WHERE id = $3",
                  DB_NUMBER(now_ms()), DB_TEXT(by), DB_NUMBER(id));
}

bool problem_give_back(struct store *store, int64_t record, const char *by, struct error *err)
{
    return DB_RUN(store->db, err,
                  "UPDATE problem SET taken_ms = 0, taken_by = '' WHERE taken_by = $2 AND ended_ms = 0"
                  " AND id = (SELECT problem FROM record WHERE id = $1) AND " LAST("problem"),
                  DB_NUMBER(record), DB_TEXT(by));
}
