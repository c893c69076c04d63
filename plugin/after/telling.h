#ifndef MUNJA_AFTER_TELLING_H
#define MUNJA_AFTER_TELLING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flow/courier.h"
#include "flow/plan.h"
#include "store/writeback.h"

/* Something that monitors are to be told: one acknowledgement, or all results that are due, as one. A zeroed
   struct is empty. */
struct telling {
    struct writeback *list; /* leased to this process; owned */
    size_t count;
};
void telling_clear(struct telling *telling);

/* Take what is due of that kind; empty when nothing is. */
bool telling_claim(struct store *store, enum writeback_kind kind, struct telling *telling, struct error *err);

/* Tell the monitors whose business it is, in their order until one knows the object, and write into the list
   what came of it. Touches no store. Takes a minute at most. */
void telling_run(const struct courier *courier, const struct plan *plan, struct telling *telling);

/* Write down what came of it. Where an acknowledgement will never reach its monitor, the phone that it came
   from is told, if the settings want replies to be answered: *answered says that there is a text to send. */
bool telling_settle(const struct plan *plan, struct store *store, struct telling *telling, bool *answered,
                    struct error *err);

/* All that is due, one after the other; *done and *kept grow by what came of it. */
bool telling_sweep(const struct courier *courier, const struct plan *plan, struct store *store, size_t *done,
                   size_t *kept, struct error *err);

/* Whether this monitor could be told something now, until until_ms (now_steady_ms). Nothing changes by it. */
void telling_test(const struct courier *courier, const struct monitor *monitor, int64_t until_ms,
                  struct monitor_word *word);

#endif
