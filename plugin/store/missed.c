/* PROBLEMs that never went out and are over: their RECOVERY tells them. Never one that somebody may have
   received: where an answer was lost, two texts stay two. */
#include "store/missed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/now.h"

/* An alert that repeats itself through a long outage. */
#define MISSED_MOST 20

/* No gateway ever had any of it, for certain. */
#define UNTOLD                                                                                               \
    "r.state = 'waiting' AND r.parts_done = 0 AND r.wish_at = '' AND NOT EXISTS (SELECT 1 FROM attempt t"    \
    " WHERE t.record = r.id AND (t.ended_ms = 0 OR t.outcome = 'unsure'))"
#define FREE "(r.lease_until_ms <= $1 OR r.lease_until_ms > $2)"

static bool is_recovery(const struct alert *alert)
{
    return strcmp(alert_get(alert, "type"), "RECOVERY") == 0;
}

void missed_topic(const struct alert *alert, const struct wish *wish, const char *recipient,
                  char topic[TOPIC_BYTES])
{
    bool recovery = is_recovery(alert);

    topic[0] = '\0';
    if ((recovery || strcmp(alert_get(alert, "type"), "PROBLEM") == 0) && wish->at[0] == '\0'
        && identity_topic(alert, recipient, topic + 1))
        topic[0] = recovery ? TOPIC_RECOVERY : TOPIC_PROBLEM;
}

void missed_recovers(const struct alert *alert, const struct wish *wish, const char *recipient,
                     char topic[TOPIC_BYTES])
{
    topic[0] = '\0';
    if (is_recovery(alert))
        missed_topic(alert, wish, recipient, topic);
}

static bool find(struct store *store, int64_t recovery, const char *topic, struct gathered *gathered,
                 struct error *err)
{
    int64_t now = now_ms();

    return record_gather(store,
                         RECORD_SELECT "WHERE r.topic = $3 AND r.topic <> '' AND r.id < $4 AND " UNTOLD
                                       " AND " FREE " AND r.lease_owner <> $6"
                                       " AND EXISTS (SELECT 1 FROM record r WHERE r.id = $4 AND " UNTOLD ")"
                                       " ORDER BY r.id DESC LIMIT $5",
                         DB_VALUES(DB_NUMBER(now), DB_NUMBER(now + LEASE_MS_MAX), DB_TEXT(topic),
                                   DB_NUMBER(recovery), DB_NUMBER(MISSED_MOST), DB_TEXT(store->owner)),
                         record_read_whole, sizeof(struct record), gathered, err);
}

bool missed_take(struct store *store, const struct alert *alert, const struct wish *wish,
                 struct record *record, int64_t until_ms, struct error *err)
{
    struct gathered gathered = { 0 };
    char topic[TOPIC_BYTES];
    bool taken;

    if (!is_recovery(alert))
        return true;
    missed_topic(alert, wish, record->recipient, topic);
    if (topic[0] != TOPIC_RECOVERY)
        return true;
    topic[0] = TOPIC_PROBLEM;
    taken = find(store, record->id, topic, &gathered, err);
    record->missed = gathered.item;
    for (size_t i = 0; i < gathered.count; i++) {
        struct record *missed = &record->missed[i];
        /* One that nobody can read is for an operator. */
        if (missed->alert.fields == 0)
            record_clear(missed);
        else {
            taken = taken && lease_take(store, store->owner, missed->id, until_ms, err);
            record->missed[record->missed_count++] = *missed;
        }
    }
    return taken;
}

/* Which RECOVERY; 0: none. */
static bool find_recovery(struct store *store, const struct record *problem, const char *topic, int64_t *id,
                          struct error *err)
{
    int64_t now = now_ms();
    struct rows *rows = NULL;
    bool found = false;
    bool looked =
        DB_QUERY(store->db, &rows, err,
                 "SELECT r.id FROM record r WHERE r.topic = $3 AND r.topic <> '' AND r.id > $4"
                 " AND " UNTOLD " AND " FREE
                 " AND r.lease_owner <> $5 AND EXISTS (SELECT 1 FROM record r WHERE r.id = $4 AND " UNTOLD ")"
                 " ORDER BY r.id DESC LIMIT 1",
                 DB_NUMBER(now), DB_NUMBER(now + LEASE_MS_MAX), DB_TEXT(topic), DB_NUMBER(problem->id),
                 DB_TEXT(store->owner))
        && rows_next(rows, &found, err);

    *id = looked && found ? rows_number(rows, 0) : 0;
    rows_end(rows);
    return looked;
}

bool missed_replace(struct store *store, struct record *record, struct error *err)
{
    char topic[TOPIC_BYTES];
    int64_t recovery = 0;

    /* Only what was kept once can be met here. */
    if (record->tries == 0)
        return true;
    missed_topic(&record->alert, &record->wish, record->recipient, topic);
    if (topic[0] != TOPIC_PROBLEM)
        return true;
    topic[0] = TOPIC_RECOVERY;
    if (!find_recovery(store, record, topic, &recovery, err))
        return false;
    if (recovery == 0)
        return true;
    record_clear(record);
    return record_load(store, recovery, record, err);
}

bool missed_settle(struct store *store, const struct record *record, bool accepted, struct error *err)
{
    bool settled = true;

    for (size_t i = 0; settled && i < record->missed_count; i++) {
        int64_t id = record->missed[i].id;
        settled = DB_RUN(store->db, err,
                         "UPDATE record SET state = CASE WHEN $1 > 0 THEN 'merged' ELSE state END,"
                         " merged_into = $1, lease_until_ms = 0, lease_owner = ''"
                         " WHERE id = $2 AND state = 'waiting' AND lease_owner = $3",
                         DB_NUMBER(accepted ? record->id : 0), DB_NUMBER(id), DB_TEXT(store->owner));
        if (settled && accepted)
            log_line(LOG_LEVEL_INFO, "record=%lld state=merged into=%lld", (long long)id,
                     (long long)record->id);
    }
    return settled;
}
