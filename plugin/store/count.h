#ifndef MUNJA_STORE_COUNT_H
#define MUNJA_STORE_COUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "store/store.h"

/* Numbers for checks. Nothing is written or locked. */

/* Open a store to look at. One that does not exist yet is not made: *store is NULL then. */
bool count_open(const char *where, int64_t until_ms, struct store **store, struct error *err);

/* How many wait, and when munja accepted the oldest of them (0: none waits). */
bool count_waiting(struct store *store, size_t *waiting, int64_t *oldest_ms, struct error *err);

/* How many were given up, but for those that an operator has dropped. */
bool count_dead(struct store *store, size_t *dead, struct error *err);

/* When the one that is due for the longest became due, and the latest attempt of all began; 0: there is none.
 */
bool count_pace(struct store *store, int64_t *due_ms, int64_t *begun_ms, struct error *err);

struct queue_count {
    size_t waiting, held, dead;
    size_t refused; /* since a time */
    int64_t oldest_waiting_ms;
};

/* All that the store holds now; refused: those whose last attempt ended since then. */
bool count_queue(struct store *store, int64_t refused_since_ms, struct queue_count *count, struct error *err);

/* Attempts at one provider. One that is under way counts nowhere. */
struct attempt_count {
    char provider[64];
    size_t accepted;
    size_t failed;    /* whatever the reason: the next provider, a later try or nobody had to take over */
    size_t unsure;    /* the answer was lost, or never written down */
    int64_t first_ms; /* of all of them */
};

/* Those begun since then, by provider in the order of their names. The caller frees *list. */
bool count_attempts(struct store *store, int64_t since_ms, struct attempt_count **list, size_t *count,
                    struct error *err);

/* Messages of one provider on their last leg, by carrier; "" where the gateway does not name it. */
struct receipt_count {
    char provider[64], carrier[32];
    size_t delivered;
    size_t failed, missed, gateway; /* undelivered: for good, for now, by the gateway's own fault */
};
size_t count_undelivered(const struct receipt_count *count);

/* Those whose receipts came since then, by provider and carrier in the order of their names, the first
   hundred. The caller frees *list. */
bool count_receipts(struct store *store, int64_t since_ms, struct receipt_count **list, size_t *count,
                    struct error *err);

#endif
