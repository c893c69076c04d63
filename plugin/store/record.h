#ifndef MUNJA_STORE_RECORD_H
#define MUNJA_STORE_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "store/db.h"
#include "store/store.h"

/* Records as rows, for the files of this room. */

struct store {
    struct db *db;
    char owner[20];     /* this process, at random: pids come again */
    const char *holder; /* whom store_accept leases to: this process, or "" */
    char id[9];
    bool breakers;   /* there were any when it was opened */
    bool replies;    /* this process kept some since they were last acted upon */
    bool writebacks; /* this process added some since it looked */
    int owners;      /* the file of owners' locks; -1: not open */
    uint64_t owners_mark;
};

/* Fill in what the store says of itself: id and breakers. */
bool store_know(struct store *store, struct error *err);

/* A name for this process; then, before the first lease, its lock, where locks can be had; or that of the
   worker, which fails where another process has it. */
#define OWNER_WORKER "worker"
bool owner_name(struct store *store, struct error *err);
void owner_lock(struct store *store);
bool owner_lock_worker(struct store *store, struct error *err);
void owner_unlock(struct store *store);

/* Longer leases are a fault of a clock: whoever holds one that reaches further is taken for dead. */
#define LEASE_MS_MAX ((int64_t)60 * 60 * 1000)

/* Every record with the attempt that tells what became of it: the one that was accepted, else the last; and
   whether it is ready: waits, is due, and nobody works on it. $1 is now, $2 the end of the longest lease. */
#define RECORD_READY                                                                                         \
    "r.state = 'waiting' AND r.priority IN (0, 1) AND r.due_ms <= $1"                                        \
    " AND (r.lease_until_ms <= $1 OR r.lease_until_ms > $2)"
#define RECORD_SELECT                                                                                        \
    "SELECT r.id, r.identity, r.recipient, r.state, r.created_ms, r.due_ms, r.parts_done,"                   \
    " r.wish_provider, r.wish_kind, r.wish_at,"                                                              \
    " CASE WHEN r.accepted_by > 0 THEN (SELECT max(number) FROM attempt WHERE record = r.id)"                \
    " ELSE a.number END AS tries,"                                                                           \
    " a.provider, a.ended_ms, a.outcome, a.code, a.meaning, a.reference, " RECORD_READY " AS ready,"         \
    " r.wish_image, r.image, r.alert, r.lease_until_ms, r.merged_into, r.problem,"                           \
    " CASE WHEN r.problem > 0 THEN (SELECT code FROM problem WHERE id = r.problem) END, c.root, c.first"     \
    " FROM record r LEFT JOIN chase c ON c.record = r.id LEFT JOIN attempt a ON a.record = r.id AND"         \
    " a.number = CASE WHEN r.accepted_by > 0"                                                                \
    " THEN r.accepted_by ELSE (SELECT max(number) FROM attempt WHERE record = r.id) END "

/* Whether a gateway took record r, or may have: its answer was lost, or nobody heard it so far. */
#define RECORD_MAY_BE_THERE                                                                                  \
    "EXISTS (SELECT 1 FROM attempt a WHERE a.record = r.id"                                                  \
    " AND (a.ended_ms = 0 OR a.outcome IN ('accepted', 'unsure')))"

/* The outcome of the row among the attempts that says that the record was given up, as a rule by an
   operator. */
#define RECORD_DROPPED "dropped"

/* All rows of a statement, each read into a zeroed element of so many bytes. What was read so far is there
   even when this fails, and the caller's. */
struct gathered {
    void *item; /* free */
    size_t count;
};
typedef bool gather_row(const struct rows *rows, void *item, struct error *err);
bool record_gather(struct store *store, const char *sql, const struct db_value *values, size_t count,
                   gather_row *read, size_t bytes, struct gathered *gathered, struct error *err);

/* A word that this munja does not know is HELD: for an operator to decide. */
enum record_state record_state_named(const char *name);

/* Fill all but the alert and found from a row of RECORD_SELECT; leased is left alone. */
void record_read(const struct rows *rows, struct record *record, bool *ready);

/* The latest record of that identity; 0: none. */
bool record_named(struct store *store, const struct identity *identity, int64_t window_ms, int64_t now,
                  int64_t *id, struct error *err);

/* The alert of that row; not readable when the text is none of alert_pack's. Fails only without memory. */
bool record_read_alert(const struct rows *rows, struct record *record, bool *readable, struct error *err);

/* Both of them, for record_gather; and one record by its id: of id 0 when there is none. The caller clears.
 */
bool record_read_whole(const struct rows *rows, void *item, struct error *err);
bool record_load(struct store *store, int64_t id, struct record *record, struct error *err);

/* A reply, for record_gather: a struct reply_kept. */
#define REPLY_SELECT                                                                                         \
    "SELECT id, provider, reference, sender, recipient, text, time, seen_ms, outcome, answer FROM reply "
bool reply_read(const struct rows *rows, void *item, struct error *err);

/* Within a transaction: keep an image, and get back that of a record, for record_clear to free. */
bool image_add(struct store *store, const void *bytes, size_t count, int64_t *id, struct error *err);
bool image_load(struct store *store, struct record *record, struct error *err);

/* The record as the store has it; alert, image and wish stay the caller's own. */
void record_adopt(struct record *record, const struct record *result);

/* Within a transaction: a new record that waits, with these times, leased to holder ("" for nobody) until
   lease_until_ms. */
bool record_insert(struct store *store, const struct record *record, const char *holder, int64_t *id,
                   struct error *err);

/* Within a transaction: it is given up, and says why. */
bool record_drop(struct store *store, int64_t id, const char *why, struct error *err);

/* What the last attempt says now. */
void record_say(struct record *record, const char *provider, const char *outcome, const char *code,
                const char *meaning, const char *reference);

/* 0 goes before 1: what is down or critical now. */
int record_priority(const struct alert *alert);

/* A lease that can be told from one that a wrong clock wrote. */
int64_t lease_end(int64_t now, int64_t lease_ms);
bool lease_take(struct store *store, const char *owner, int64_t id, int64_t until_ms, struct error *err);

/* Within a transaction: an attempt of this number begins at provider. */
bool lease_attempt(struct store *store, int64_t id, int number, const char *provider, const char *reference,
                   struct error *err);

/* Within a transaction: the end of that attempt, whether its beginning was written or not. */
bool lease_write(struct store *store, int64_t id, int number, const char *provider,
                 const struct settlement *settlement, struct error *err);

#endif
