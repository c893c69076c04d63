#ifndef MUNJA_AFTER_REPLIES_H
#define MUNJA_AFTER_REPLIES_H

#include <stdbool.h>
#include <stddef.h>

#include "flow/plan.h"
#include "store/store.h"

/* Replies that were kept and not acted upon so far: what each means is decided once. One that acknowledges a
   problem becomes something to be told to its monitor (store/writeback.h); another is answered, where the
   settings want that. */
struct replies_done {
    size_t acted, answers; /* so many; answers: texts that wait to be sent */
    bool more;             /* there may be others */
};

/* A handful of them, in one commit. False: nothing was done. */
bool replies_act(const struct plan *plan, struct store *store, struct replies_done *done, struct error *err);

/* All that there are now, for a run that has just kept some; a worker that listens then sends the answers, or
   the next run that delivers. What cannot be done now is left for the next time. */
void replies_heed(const struct plan *plan, struct store *store);

#endif
