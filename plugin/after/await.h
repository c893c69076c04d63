#ifndef MUNJA_AFTER_AWAIT_H
#define MUNJA_AFTER_AWAIT_H

#include <stdbool.h>
#include <stdint.h>

#include "flow/plan.h"
#include "store/store.h"
#include "store/watch.h"

/* A message that waits for its receipt: what is done about it once that came or is missing, whether a gateway
   is to be asked for it, and when to look at it again. */
struct await {
    const struct plan *plan;
    struct store *store;
    int64_t since_ms; /* what came before is not known to this run */
    bool acts;        /* some route does something about what did not arrive */
    bool tells;       /* some monitor is told of it */
    bool made;        /* records were added, which are due; for the caller to take back */
};

/* A question takes so long at most. */
#define AWAIT_ASK_MOST_MS 10000

/* By this plan from now on. A zeroed struct is made ready by the first. */
void await_plan(struct await *await, const struct plan *plan, struct store *store);

/* Look at one that is due, act where it is time to, and say when to look again: watched->next_ms. *provider
   is NULL when the configuration has it no more. */
enum await_ask {
    AWAIT_NOTHING,
    AWAIT_ROUND,  /* the next round of its gateway is to come soon */
    AWAIT_ANSWER, /* its gateway is to be asked for this message */
};
enum await_ask await_look(struct await *await, struct watched *watched, const struct provider **provider);

/* When to look again at one that was just asked for. */
int64_t await_next_ms(const struct await *await, const struct provider *provider,
                      const struct watched *watched);

#endif
