#ifndef MUNJA_STORE_ROUND_H
#define MUNJA_STORE_ROUND_H

#include "store/store.h"

/* When a provider is asked next for what it tells of all messages together ("reports", "replies"), and when
   something was sent there last, which makes that sooner; zeros before the first time. */
struct round {
    int64_t since_ms, next_ms;
};
bool round_get(struct store *store, const char *provider, const char *what, struct round *round,
               struct error *err);
bool round_put(struct store *store, const char *provider, const char *what, const struct round *round,
               struct error *err);

#endif
