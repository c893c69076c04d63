#ifndef MUNJA_STORE_LOOK_H
#define MUNJA_STORE_LOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "store/chase.h"
#include "store/receipt.h"
#include "store/store.h"
#include "store/writeback.h"

/* Looking at records without touching them: nothing is written or leased. An alert that cannot be read is
   empty. */

struct listed {
    struct record record;
    char receipt[RECEIPT_STATE_BYTES]; /* receipt_final of the provider named in the record; "" for none */
};

/* The newest records of these states (bits, 1 << RECORD_WAITING and so on), at most so many, oldest first;
 *all is how many there are. *list is the caller's: listed_free. */
bool store_list(struct store *store, unsigned states, size_t most, struct listed **list, size_t *count,
                size_t *all, struct error *err);
void listed_free(struct listed *list, size_t count);

struct attempt_kept {
    int number;
    char provider[64];
    int64_t begun_ms, ended_ms; /* ended_ms 0: its end was never written */
    char outcome[16];           /* "begun" then */
    char code[32];
    char meaning[160];
    char reference[96];
};

/* Everything the store knows of one record. */
struct shown {
    struct listed listed;
    struct chase_note note;
    struct attempt_kept *attempt;
    size_t attempts;
    struct receipt_kept *receipt;
    size_t receipts;
    struct reply_kept *reply;
    size_t replies;
    struct writeback *writeback;
    size_t writebacks;
};

/* The time of a reservation that this provider accepted under that reference: wish.at, "" when there is none.
 */
bool store_reserved(struct store *store, const char *provider, const char *reference, char at[24],
                    struct error *err);

/* found false: there is no such record. The caller clears shown in any case. */
bool store_show(struct store *store, int64_t id, struct shown *shown, bool *found, struct error *err);
void shown_clear(struct shown *shown);

#endif
