#ifndef MUNJA_WORKER_HEALTH_H
#define MUNJA_WORKER_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "store/store.h"

/* Whether this worker does its work: it can write its store, and what is due goes on. One that hangs does not
   answer at all. Gateways that are down are no fault of its. */

/* Something is due since then, and in as much time nothing was tried: longer than any pause of a provider. */
#define HEALTH_STUCK_S 1200

/* {"status":"ok","store":"ok","queue":"ok","waiting":0,"oldest_seconds":0}; or "failing", and the store "not
   writable" or the queue "stuck". since_ms: the worker is at work since then. Fails without memory. */
bool health_write(struct store *store, int64_t since_ms, struct buf *json, bool *healthy, struct error *err);

#endif
