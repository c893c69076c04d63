#ifndef MUNJA_STORE_PROBLEM_H
#define MUNJA_STORE_PROBLEM_H

#include "store/store.h"

/* What can be acknowledged by an SMS: a problem of a monitor, from its first PROBLEM to its end. All its
   texts, reminders too, carry one code, by which a reply names it; no other problem that the store knows has
   the same. */
struct problem {
    int64_t id;
    char code[CODE_BYTES];
    int64_t seen_ms;  /* its last PROBLEM */
    int64_t ended_ms; /* its RECOVERY; 0: none came */
    int64_t taken_ms; /* it was acknowledged, by a reply or in the monitor; 0: it was not */
    char taken_by[64];
    int64_t record; /* the newest that told a phone of it; 0: that phone was never told */
    char place[96]; /* "db1/disk", by that record */
};

/* A monitor may never tell the end: a code is good for so long behind its last PROBLEM. */
#define PROBLEM_LIFE_MS ((int64_t)7 * 24 * 60 * 60 * 1000)
bool problem_is_old(const struct problem *problem);

/* Within a transaction: what a new record means for its problem. The PROBLEM of an answerable one is told of
   the one that is open, else of a new one: fills problem and reply. A RECOVERY ends it, and an
   ACKNOWLEDGEMENT takes it. */
bool problem_accept(struct store *store, struct record *record, struct error *err);

/* The problem of that code, with what this phone was told of it; id 0: there is none. */
bool problem_find(struct store *store, const char *code, const char *phone, struct problem *problem,
                  struct error *err);

/* The one that this record told of, likewise; id 0, too, when a newer one took its place. */
bool problem_of(struct store *store, int64_t record, const char *phone, struct problem *problem,
                struct error *err);

/* The open ones that this phone was told of, the newest first: at most so many; *count: how many there are.
   A text whose answer was lost counts: the phone may have it. */
bool problem_list(struct store *store, const char *phone, struct problem *list, size_t most, size_t *count,
                  struct error *err);

/* The record that told the phone of it. The caller clears. */
bool problem_record(struct store *store, const struct problem *problem, struct record *record,
                    struct error *err);

/* Within a transaction: acknowledged by somebody; and that the monitor will never hear of it, so that what
   this record told of is open again, unless it is over, acknowledged by somebody else, or a newer one took
   its place. */
bool problem_take(struct store *store, int64_t id, const char *by, struct error *err);
bool problem_give_back(struct store *store, int64_t record, const char *by, struct error *err);

#endif
