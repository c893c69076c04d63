#ifndef MUNJA_WORKER_METRICS_H
#define MUNJA_WORKER_METRICS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "flow/plan.h"
#include "flow/tally.h"
#include "store/store.h"

/* What munja knows of itself, in the text format of Prometheus. Numbers of the store are those of now; those
   that only grow are this worker's, since it started (since_ms). */
struct metrics {
    struct store *store;
    const struct plan *plan;
    const struct tally *tally;
    int64_t since_ms;
};
bool metrics_write(const struct metrics *metrics, struct buf *text, struct error *err);

#endif
