#ifndef MUNJA_STORE_WATCH_H
#define MUNJA_STORE_WATCH_H

#include "store/receipt.h"
#include "store/store.h"

/* Accepted messages, and when each is to be looked at next for what became of it. */
struct watched {
    int64_t record;
    int number; /* of the attempt */
    char provider[64], reference[96];
    char at[24];     /* of a reservation; "" for none */
    int64_t sent_ms; /* when it was accepted */
    int64_t look_ms; /* as the store has it */
    int64_t next_ms; /* for watch_set: when to look again; 0: when a receipt comes */
    bool told;       /* there is a receipt, and it does not say waiting; or no gateway took it */
    bool chased;     /* something was done about it already (chase.h) */
};

/* Those that are to be looked at by now, the longest due first; the caller frees *list. */
bool watch_due(struct store *store, int64_t by_ms, size_t most, struct watched **list, size_t *count,
               struct error *err);

/* Who stands under the same reference as the first is asked for with it: puts them together in front, and
   says how many they are. */
size_t watch_gather(struct watched *list, size_t count);

/* When the next one is; INT64_MAX: none. */
bool watch_next(struct store *store, int64_t *look_ms, struct error *err);

/* Write down their next_ms, which becomes look_ms; but for one that a receipt has woken meanwhile. */
bool watch_set(struct store *store, struct watched *list, size_t count, struct error *err);

/* Within a transaction: a receipt came for this message; and when one that ends so is looked at first. */
bool watch_wake(struct store *store, const char *provider, const char *reference, const char *recipient,
                struct error *err);
int64_t watch_first_ms(const struct settlement *settlement);

#endif
