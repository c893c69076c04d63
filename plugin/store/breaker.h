#ifndef MUNJA_STORE_BREAKER_H
#define MUNJA_STORE_BREAKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "store/store.h"

/* What all processes know of a provider that fails; zeroed: nothing is wrong with it. What it means is flow's
   business. */
struct breaker {
    int failures;     /* in a row */
    int pause_s;      /* the last pause because of them; 0: none */
    int64_t until_ms; /* when the pause is over; 0: none */
    int64_t trial_ms; /* one message tries it: until then the others wait */
    bool account;     /* it refused the account: an operator must mend that */
    char reason[96];  /* of the last failure */
};

/* What is kept, by the name of the account (provider_account), in its order. The caller frees *list. */
struct breaker_kept {
    char name[512];
    struct breaker breaker;
};
bool breaker_list(struct store *store, struct breaker_kept **list, size_t *count, struct error *err);

/* Whether there is any, for one small look. */
bool breaker_any(struct store *store);

/* Change one as it is now, and keep it when rule says that it did change; whatever other processes do, no
   change is lost. A zeroed breaker is none. *breaker is then what the store has. */
typedef bool breaker_rule(struct breaker *breaker, const void *context);
bool breaker_change(struct store *store, const char *name, breaker_rule *rule, const void *context,
                    struct breaker *breaker, struct error *err);

#endif
