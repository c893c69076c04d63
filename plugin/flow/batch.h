#ifndef MUNJA_FLOW_BATCH_H
#define MUNJA_FLOW_BATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "flow/deliver.h"
#include "flow/gate.h"
#include "flow/ledger.h"
#include "flow/reference.h"
#include "flow/session.h"
#include "flow/task.h"

/* No batch is larger, whatever a gateway takes. */
#define BATCH_MAX 200

/* The tasks of one run, and what they share. Where fibers work at them side by side, a task belongs to the
   fiber that made it busy. */
struct run {
    struct session session;
    struct ledger *ledger;
    struct gate *gate; /* one for each provider of the plan; NULL: a run by itself needs none */
    struct task *task;
    size_t tasks;
    char stem[REFERENCE_STEM_BYTES]; /* of the references at gateways: unlike any other store's */
    int64_t until_ms;                /* now_steady_ms: gateways have that long */
    int64_t settle_until_ms;         /* and the store, for the last ends, that long */
};

/* Name the store in what gateways get as references; without one, a number at random. */
void batch_name(struct run *run);

/* Fit the task's text for the provider that is next, unless that is done. False: it cannot be made, which
   costs this provider only, and is settled. */
bool batch_compose(struct run *run, struct task *task);

/* Write down how attempts of at most BATCH_MAX tasks ended; what cannot be written is told. */
void batch_settle(struct run *run, struct task *const *tasks, const struct settlement *settlements,
                  size_t count);

/* One step of an open task, with all that can go along in the same request: look for it at the gateway where
   an earlier answer was lost, or fit, send, judge and settle it. */
void batch_go(struct run *run, struct task *first);

/* A provider let a batch wait for nothing: the other tasks do without it where they have another, or the time
   would be over before the last of them had its turn. */
void batch_spare(struct run *run, const struct provider *provider);

#endif
