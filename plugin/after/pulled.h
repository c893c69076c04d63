#ifndef MUNJA_AFTER_PULLED_H
#define MUNJA_AFTER_PULLED_H

#include <stdbool.h>

#include "base/error.h"
#include "provider/listing.h"
#include "store/pushed.h"
#include "store/store.h"

/* What a gateway tells once only: keep the rows that its reports or replies brought, all or none, before they
   are shown or asked for again. What is known already adds nothing. */
bool pulled_reports(struct store *store, const char *provider, const struct listing *listing,
                    struct error *err);
bool pulled_replies(struct store *store, const char *provider, const struct listing *listing,
                    struct error *err);

/* The same of what a gateway says of the messages of one reference, as often as it is asked; nothing where it
   does not say what became of them. And without waiting for a lock any longer than the store was told. */
bool pulled_results(struct store *store, const char *provider, const char *reference,
                    const struct listing *listing, struct error *err);

/* What one pushes by itself: its rows as the store takes them, for store_pushed. They point into the listing;
   pulled_push_clear in any case. stem: of this store's references. */
struct pulled_push {
    struct pushed pushed;
    char (*numbers)[NUMBER_BYTES];
};
bool pulled_push(const char *provider, const char *stem, const struct listing *listing,
                 struct pulled_push *push, struct error *err);
void pulled_push_clear(struct pulled_push *push);

/* What is left, as the gateway just said: for those who may not ask it themselves. A note that cannot be
   written is none; nor without a store (NULL). */
void pulled_balance(struct store *store, const char *provider, const struct listing *listing);

#endif
