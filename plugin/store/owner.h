#ifndef MUNJA_STORE_OWNER_H
#define MUNJA_STORE_OWNER_H

#include <stdbool.h>

#include "base/error.h"
#include "store/store.h"

/* Who holds leases, and who of them is alive: each owner keeps one byte of a file beside the store locked for
   as long as its process lives. Leases of a dead one need not lapse. */

/* End the leases of owners that are dead for sure; *buried says whether there were any. */
bool owner_bury(struct store *store, bool *buried, struct error *err);

#endif
