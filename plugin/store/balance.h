#ifndef MUNJA_STORE_BALANCE_H
#define MUNJA_STORE_BALANCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "store/store.h"

/* What a provider said last of what is left, for those who may not ask it themselves. */
struct balance {
    char left[32]; /* a decimal number */
    int64_t seen_ms;
};
bool balance_put(struct store *store, const char *provider, const char *left, struct error *err);

/* seen_ms 0: it never said. */
bool balance_get(struct store *store, const char *provider, struct balance *balance, struct error *err);

#endif
