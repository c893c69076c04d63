#ifndef MUNJA_AFTER_UNDELIVERED_H
#define MUNJA_AFTER_UNDELIVERED_H

#include <stdbool.h>
#include <stdint.h>

#include "flow/plan.h"
#include "store/store.h"
#include "store/watch.h"

/* What is done about a text that did not arrive: the next step of its route's list that can be done. Where
   there is none, monitors are told. */

/* When a receipt of that provider is missing, as far as this run knows, which began at since_ms; INT64_MAX:
   never, or nothing would be done about it. */
bool undelivered_missing(const struct plan *plan, struct store *store, const struct provider *provider,
                         const struct watched *watched, int64_t since_ms, int64_t *missing_ms,
                         struct error *err);

/* A receipt says that a message failed; or, late, there is none when the time is over. Does what is to be
   done, once. *made: another record is due now. */
bool undelivered_act(const struct plan *plan, struct store *store, int64_t record, bool late, bool *made,
                     struct error *err);

#endif
