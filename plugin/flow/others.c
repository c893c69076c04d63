/* What earlier runs had to leave, sent by one that has its answer out and time left. */
#include "flow/others.h"

#include <stdlib.h>

#include "base/now.h"
#include "flow/deliver.h"
#include "flow/halves.h"
#include "store/owner.h"

/* A monitor may start one command after the other: other due records hold it up for so long at most, and are
   left to the next run when less time is left. */
#define OTHERS_MOST_MS  5000
#define OTHERS_LEAST_MS 1000

/* Every so many records, what is older than keep is forgotten. */
#define PRUNE_EVERY 64

/* Whether a gateway took something from this run. */
static bool got_through(const struct notification *n)
{
    for (size_t i = 0; i < n->numbers.count; i++)
        if (n->told[i].attempts > 0 && n->told[i].situation <= SITUATION_UNRECORDED)
            return true;
    return false;
}

bool others_due(const struct notification *n, bool closely, bool *due, struct error *err)
{
    bool leased = false;

    if (!store_due(n->store, due, &leased, err))
        return false;
    if (closely && !*due && leased)
        owner_bury(n->store, due, NULL);
    return true;
}

void others_run(struct notification *n)
{
    int64_t most_ms = now_steady_ms() + OTHERS_MOST_MS, due_by_ms = now_ms();
    struct delivery with = { .plan = n->plan,
                             .wire = n->wire,
                             .store = n->store,
                             .until_ms = n->until_ms < most_ms ? n->until_ms : most_ms };
    struct told *told = NULL;
    size_t count = 0, taken = 1;
    bool due = false;

    if (!n->stored || n->served || n->plan == NULL || (n->wire != NULL && !got_through(n)))
        return;
    with.settle_until_ms = n->until_ms;
    store_until(n->store, with.until_ms);
    if (n->told[0].record % PRUNE_EVERY == 0) {
        store_prune(n->store, (int64_t)n->settings.keep_s * 1000, NULL);
        store_heed_clock(n->store, NULL);
    }
    if (!others_due(n, true, &due, NULL) || !due)
        return;
    if (with.wire == NULL)
        with.wire = half_wire(NULL);
    while (with.wire != NULL && taken > 0 && with.until_ms - now_steady_ms() >= OTHERS_LEAST_MS)
        if (!n->half->due(&with, due_by_ms, &told, &count, &taken, NULL))
            break;
    free(told);
}
