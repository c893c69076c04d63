#ifndef MUNJA_WORKER_ADMISSION_H
#define MUNJA_WORKER_ADMISSION_H

#include <stddef.h>

#include "store/store.h"
#include "worker/reception.h"
#include "worker/shift.h"

/* The store's lock is waited for so long at most, since the callers wait, and nothing is done later than
 * that. */
#define ADMISSION_MOST_MS 1500

/* What is handed over comes into the store here, all of a turn in one commit, and in hand: these visits, as
   far as there is room. Those that are refused can be told so: nothing of them was kept, or they are left to
   callers who gave up; until the time that comes back (now_steady_ms; 0: none) those may come for them. The
   store waits for its lock as store_until says: ADMISSION_MOST_MS. */
int64_t admission_take(struct shift *shift, struct store *store, struct visit *const *visit, size_t count);

#endif
