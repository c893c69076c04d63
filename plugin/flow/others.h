#ifndef MUNJA_FLOW_OTHERS_H
#define MUNJA_FLOW_OTHERS_H

#include <stdbool.h>

#include "base/error.h"
#include "flow/notify.h"

/* Whether there is something due that this process could take. What a dead one has leased is, where it is
   worth a closer look; if that cannot be written in time, it will be when the lease is over. */
bool others_due(const struct notification *n, bool closely, bool *due, struct error *err);

/* What earlier runs left behind goes out too, for a few seconds, unless nothing at all gets through; its ends
   stand in the store, not in this answer. Now and then what is long over is forgotten. */
void others_run(struct notification *n);

#endif
