/* Texts that did not arrive. Nothing of the first record changes: what is sent in its place is a record of
   its own, with a reference of its own at gateways, so that late receipts are never taken for each other's.
 */
#include "store/chase.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/now.h"
#include "base/utf8.h"
#include "store/missed.h"
#include "store/record.h"
#include "store/writeback.h"

/* What is known so late is for the list of receipts only. */
#define CHASED_MOST_MS ((int64_t)3 * 24 * 60 * 60 * 1000)

#define RECOVERED "the problem has recovered"
#define DELIVERED "a text was delivered after all"
#define TAKEN     "the problem was acknowledged"

void chase_clear(struct chase *chase)
{
    record_clear(&chase->record);
}

/* What the chain says of a record: its root, the steps before it, whether something was done, and whether it
   was accepted before RECOVERYs were known by their topics. */
struct place_in_chain {
    int64_t root;
    int step;
    bool done, early, repeated;
    char recipient[NUMBER_BYTES];
};

static bool find_place(struct store *store, int64_t record, struct place_in_chain *place, struct error *err)
{
    struct rows *rows = NULL;
    bool found = false;
    bool looked = DB_QUERY(store->db, &rows, err,
                           "SELECT coalesce(c.root, r.id), coalesce(c.step, 0), coalesce(c.done_ms, 0) > 0,"
                           " r.id <= (SELECT CAST(value AS BIGINT) FROM meta WHERE name = 'unchased'),"
                           " coalesce((SELECT recipient FROM record WHERE id = c.root), r.recipient),"
                           " EXISTS (SELECT 1 FROM attempt a JOIN attempt b ON b.record = a.record"
                           " AND b.number > a.number AND b.provider = a.provider"
                           " AND b.reference = a.reference WHERE a.record = r.id AND a.reference <> '')"
                           " FROM record r LEFT JOIN chase c ON c.record = r.id WHERE r.id = $1",
                           DB_NUMBER(record))
                  && rows_next(rows, &found, err);

    if (looked && found) {
        *place = (struct place_in_chain){ .root = rows_number(rows, 0),
                                          .step = (int)rows_number(rows, 1),
                                          .done = rows_number(rows, 2) != 0,
                                          .early = rows_number(rows, 3) != 0,
                                          .repeated = rows_number(rows, 5) != 0 };
        UTF8_COPY(place->recipient, rows_text(rows, 4));
    }
    rows_end(rows);
    return looked;
}

struct link {
    int64_t record;
    char provider[64];
};

static bool read_link(const struct rows *rows, void *item, struct error *err)
{
    struct link *link = item;

    (void)err;
    link->record = rows_number(rows, 0);
    UTF8_COPY(link->provider, rows_text(rows, 1));
    return true;
}

/* Whether somebody has the text, of all that were sent in the root's place, and the root itself. */
static bool was_delivered(struct store *store, int64_t root, bool *delivered, struct error *err)
{
    struct gathered gathered = { 0 };
    bool looked = record_gather(store,
                                "SELECT r.id, a.provider FROM chase c JOIN record r ON r.id = c.record"
                                " JOIN attempt a ON a.record = r.id AND a.number = r.accepted_by"
                                " WHERE c.root = $1",
                                DB_VALUES(DB_NUMBER(root)), read_link, sizeof(struct link), &gathered, err);
    const struct link *link = gathered.item;

    *delivered = false;
    for (size_t i = 0; looked && !*delivered && i < gathered.count; i++) {
        char state[RECEIPT_STATE_BYTES] = "";
        looked = receipt_final(store, link[i].record, link[i].provider, state, err);
        *delivered = strcmp(state, "delivered") == 0;
    }
    free(gathered.item);
    return looked;
}

/* Whether munja accepted a RECOVERY of this PROBLEM behind the root. */
static bool has_recovered(struct store *store, const struct record *record,
                          const struct place_in_chain *place, bool *recovered, struct error *err)
{
    struct rows *rows = NULL;
    char topic[TOPIC_BYTES];
    bool looked;

    *recovered = false;
    missed_topic(&record->alert, &record->wish, place->recipient, topic);
    if (topic[0] != TOPIC_PROBLEM)
        return true;
    topic[0] = TOPIC_RECOVERY;
    looked = DB_QUERY(store->db, &rows, err,
                      "SELECT 1 FROM record WHERE recovers = $1 AND recovers <> '' AND id > $2 LIMIT 1",
                      DB_TEXT(topic), DB_NUMBER(place->root))
             && rows_next(rows, recovered, err);
    rows_end(rows);
    return looked;
}

/* What can be acknowledged is known by itself, whoever was told of its end. */
static bool find_problem(struct store *store, int64_t problem, bool *ended, bool *taken, struct error *err)
{
    struct rows *rows = NULL;
    bool found = false;
    bool looked = DB_QUERY(store->db, &rows, err,
                           "SELECT ended_ms > 0, taken_ms > 0 FROM problem WHERE id = $1", DB_NUMBER(problem))
                  && rows_next(rows, &found, err);

    *ended = looked && found && rows_number(rows, 0) != 0;
    *taken = looked && found && rows_number(rows, 1) != 0;
    rows_end(rows);
    return looked;
}

/* Why nobody needs the text any more; NULL: somebody does. */
static bool is_needless(struct store *store, const struct record *record, const struct place_in_chain *place,
                        const char **why, struct error *err)
{
    bool delivered = false, recovered = false, ended = false, taken = false;

    *why = NULL;
    if (!was_delivered(store, place->root, &delivered, err)
        || !has_recovered(store, record, place, &recovered, err)
        || !find_problem(store, record->problem, &ended, &taken, err))
        return false;
    *why = delivered ? DELIVERED : recovered || ended ? RECOVERED : taken ? TAKEN : NULL;
    return true;
}

/* Which receipt says so, in words. */
static bool say_state(struct store *store, struct chase *chase, struct error *err)
{
    struct receipt_kept *list = NULL;
    size_t count = 0;

    if (!receipt_list(store, chase->record.id, &list, &count, err))
        return false;
    UTF8_COPY(chase->why, chase->state);
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].provider, chase->record.provider) == 0
            && strcmp(list[i].state, chase->state) == 0) {
            UTF8_COPY(chase->code, list[i].code);
            snprintf(chase->why, sizeof chase->why, "%s: %s%s%.120s", chase->state, list[i].code,
                     list[i].meaning[0] != '\0' ? ", " : "", list[i].meaning);
        }
    free(list);
    return true;
}

/* One in another's place that no gateway took: nobody has said so later, the record itself does. */
static bool was_refused(const struct record *record, int64_t root)
{
    return root != record->id && (record->state == RECORD_REFUSED || record->state == RECORD_DEAD)
           && strcmp(record->outcome, RECORD_DROPPED) != 0;
}

static void say_refusal(struct chase *chase)
{
    const struct record *record = &chase->record;

    UTF8_COPY(chase->state, "failed");
    snprintf(chase->why, sizeof chase->why, "%s: %s%s%.120s",
             record->state == RECORD_REFUSED ? "refused" : "given up", record->code,
             record->code[0] != '\0' && record->meaning[0] != '\0' ? ", " : "", record->meaning);
}

bool chase_open(struct store *store, int64_t record, struct chase *chase, bool *found, struct error *err)
{
    struct place_in_chain place = { 0 };
    const char *needless = NULL;

    *chase = (struct chase){ 0 };
    if (!record_load(store, record, &chase->record, err))
        return false;
    *found = chase->record.id != 0;
    if (!*found)
        return true;
    if (!find_place(store, record, &place, err)
        || !receipt_final(store, record, chase->record.provider, chase->state, err)
        || !say_state(store, chase, err) || !is_needless(store, &chase->record, &place, &needless, err))
        return false;
    if (was_refused(&chase->record, place.root))
        say_refusal(chase);
    memcpy(chase->recipient, place.recipient, sizeof chase->recipient);
    chase->step = place.step;
    chase->record.root = place.root;
    chase->over = place.done || place.early
                  || (chase->record.state != RECORD_ACCEPTED && !was_refused(&chase->record, place.root))
                  || chase->record.alert.fields == 0 || now_ms() - chase->record.created_ms > CHASED_MOST_MS
                  || strcmp(chase->state, "delivered") == 0;
    chase->open = !chase->over && needless == NULL;
    chase->repeated = place.repeated;
    if (needless != NULL)
        UTF8_COPY(chase->why, needless);
    return true;
}

bool chase_tried(struct store *store, const struct chase *chase, const char *provider, bool *tried,
                 struct error *err)
{
    struct rows *rows = NULL;
    bool looked = DB_QUERY(store->db, &rows, err,
                           "SELECT 1 FROM chase c JOIN record r ON r.id = c.record JOIN attempt a"
                           " ON a.record = r.id AND a.number = r.accepted_by WHERE c.root = $1"
                           " AND r.recipient = $2 AND a.provider = $3 LIMIT 1",
                           DB_NUMBER(chase->record.root), DB_TEXT(chase->record.recipient), DB_TEXT(provider))
                  && rows_next(rows, tried, err);

    rows_end(rows);
    *tried = *tried || strcmp(chase->record.provider, provider) == 0;
    return looked;
}

/* A row for a record of the chain, or what was done about one that has its row. */
static bool write_place(struct store *store, int64_t record, int64_t root, int step, const char *first,
                        struct error *err)
{
    return DB_RUN(store->db, err,
                  "INSERT INTO chase (record, root, step, first, next, remedy, why, done_ms)"
                  " VALUES ($1, $2, $3, $4, 0, '', '', 0) ON CONFLICT DO NOTHING",
                  DB_NUMBER(record), DB_NUMBER(root), DB_NUMBER(step), DB_TEXT(first));
}

static bool write_remedy(struct store *store, const struct chase *chase, const char *remedy, int64_t next,
                         struct error *err)
{
    int64_t now = now_ms();

    return write_place(store, chase->record.id, chase->record.root, chase->step, "", err)
           && DB_RUN(store->db, err,
                     "UPDATE chase SET next = $2, remedy = $3, why = $4, done_ms = $5 WHERE record = $1",
                     DB_NUMBER(chase->record.id), DB_NUMBER(next), DB_TEXT(remedy), DB_TEXT(chase->why),
                     DB_NUMBER(now > 0 ? now : 1));
}

/* The record in its place: due now, and as old as the first, since its text is the same. */
static bool add_instead(struct store *store, const struct chase *chase, const struct chase_step *step,
                        int64_t window_ms, int64_t *made, struct error *err)
{
    const struct record *before = &chase->record;
    bool elsewhere = strcmp(step->recipient, before->recipient) != 0;
    struct record wanted = { .alert = before->alert,
                             .wish = before->wish,
                             .image_id = before->image_id,
                             .problem = before->problem,
                             .created_ms = before->created_ms,
                             .due_ms = now_ms() };

    UTF8_COPY(wanted.recipient, step->recipient);
    wanted.wish.at[0] = '\0'; /* its time has come */
    if (elsewhere) {
        identity_of(&wanted.alert, wanted.recipient, before->wish.at, &wanted.identity);
        if (!record_named(store, &wanted.identity, window_ms, before->created_ms, made, err))
            return false;
        if (*made != 0)
            return true;
    } else
        identity_step(&before->identity, step->step, &wanted.identity);
    return record_insert(store, &wanted, "", made, err)
           && write_place(store, *made, before->root, step->step, step->first, err);
}

bool chase_take(struct store *store, const struct chase *chase, const struct chase_step *step,
                int64_t window_ms, int64_t *made, struct error *err)
{
    bool nothing = strcmp(step->remedy, "none") == 0, taken = false;
    struct place_in_chain place = { 0 };
    const char *needless = NULL;
    int64_t next = 0;

    if (!db_begin(store->db, err) || !find_place(store, chase->record.id, &place, err)
        || !is_needless(store, &chase->record, &place, &needless, err))
        goto out;
    *made = 0;
    if (place.root != 0 && !place.done && (nothing || needless == NULL)
        && ((!nothing && !add_instead(store, chase, step, window_ms, &next, err))
            || !write_remedy(store, chase, step->remedy, next, err)
            || (nothing && chase->open && needless == NULL
                && !writeback_undelivered(store, &chase->record, chase->why, err))))
        goto out;
    if (!db_commit(store->db, err))
        goto out;
    *made = next;
    taken = true;
out:
    if (!taken)
        db_rollback(store->db);
    return taken;
}

bool chase_heed(struct store *store, const struct record *record, bool *needed, struct error *err)
{
    struct place_in_chain place = { 0 };
    const char *needless = NULL;

    *needed = true;
    if (record->root == 0 || record->root == record->id || record->alert.fields == 0)
        return true;
    if (!find_place(store, record->id, &place, err) || !is_needless(store, record, &place, &needless, err))
        return false;
    *needed = needless == NULL;
    if (needless == NULL)
        return true;
    log_line(LOG_LEVEL_INFO, "record=%lld state=dead reason=\"%s\"", (long long)record->id, needless);
    return record_drop(store, record->id, needless, err);
}

bool chase_settle(struct store *store, const struct record *record, const struct settlement *settlement,
                  struct error *err)
{
    bool looked_at = false;

    if (record->root != 0 && record->root != record->id
        && (settlement->state == RECORD_REFUSED || settlement->state == RECORD_DEAD)) {
        if (!DB_RUN(store->db, err,
                    "UPDATE attempt SET look_ms = 1 WHERE record = $1"
                    " AND number = (SELECT max(number) FROM attempt WHERE record = $1)",
                    DB_NUMBER(record->id)))
            return false;
        looked_at = db_changed(store->db) > 0;
    }
    return looked_at || writeback_if_over(store, record, settlement, err);
}

bool chase_tell(struct store *store, int64_t record, struct chase_note *note, struct error *err)
{
    struct rows *rows = NULL;
    bool found = false;
    bool looked =
        DB_QUERY(store->db, &rows, err,
                 "SELECT coalesce((SELECT max(record) FROM chase b WHERE b.next = c.record"
                 " AND b.root = c.root), 0), c.next, c.remedy, c.why FROM chase c WHERE c.record = $1",
                 DB_NUMBER(record))
        && rows_next(rows, &found, err);

    *note = (struct chase_note){ 0 };
    if (looked && found) {
        note->in_place_of = rows_number(rows, 0);
        note->replaced_by = rows_number(rows, 1);
        UTF8_COPY(note->remedy, rows_text(rows, 2));
        UTF8_COPY(note->why, rows_text(rows, 3));
    }
    rows_end(rows);
    return looked;
}
