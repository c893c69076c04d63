#ifndef MUNJA_STORE_HANDOVER_H
#define MUNJA_STORE_HANDOVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/store.h"

/* Records that the resident worker has, as other processes see them. There is one worker for each store, and
   its leases go by its name. */

/* The worker's leases are long: that it died is seen otherwise. */
#define HANDOVER_LEASE_MS ((int64_t)10 * 60 * 1000)

/* From now on this process is the worker. Fails when another process is and lives; what a dead one had is
   free again. */
bool handover_work(struct store *store, struct error *err);

/* From now on store_accept, given no time for a lease, leaves what it adds to whoever looks first, and works
   of the database's own to others: nothing holds it up but its own commit. */
void handover_leave(struct store *store);

/* The worker accepted them and says nothing: this process takes the lease of those that the worker has not
   begun, or, where it died, of all that still wait (its attempts come as "begun"). Every record says what it
   is now; leased is true for those that are this process's, as those are already that come so. */
bool handover_take_back(struct store *store, struct record *records, size_t count, bool died,
                        int64_t lease_ms, struct error *err);

/* The worker's leases, looked after: those that are old are prolonged where it has the record in hand, as
   find says, and, if it ends any, ended where it has not (NULL). *freed is true when there were such. */
typedef struct record *handover_find(void *context, int64_t id);
bool handover_tend(struct store *store, handover_find *find, void *context, bool ends, bool *freed,
                   struct error *err);

/* When the next record is due and free; INT64_MAX when none waits. */
bool handover_next_due(struct store *store, int64_t *due_ms, struct error *err);

#endif
