#ifndef MUNJA_STORE_TEND_H
#define MUNJA_STORE_TEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "store/store.h"

/* What an operator does with records by hand. Nothing is deleted. */

enum tended {
    TENDED_DONE,
    TENDED_MISSING, /* there is no such record */
    TENDED_BUSY,    /* another process is sending it right now */
    TENDED_OVER,    /* it is where nothing can be done about it any more: state says where */
};

struct tending {
    int64_t id;
    enum tended tended;
    enum record_state state; /* as it is now; not of a missing one */
};

/* They wait and are due now, whatever they were; but for accepted ones. One transaction: those that cannot be
   retried are told and left alone. */
bool tend_retry(struct store *store, struct tending *tendings, size_t count, struct error *err);

/* They are given up: waiting, held and dead ones, the last of which are not counted any more. The record
   stays and says that it was dropped. */
bool tend_drop(struct store *store, struct tending *tendings, size_t count, struct error *err);

/* All that wait are due now; but for those that another process is sending. */
bool tend_flush(struct store *store, struct error *err);

#endif
