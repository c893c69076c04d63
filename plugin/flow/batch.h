#ifndef MUNJA_FLOW_BATCH_H
#define MUNJA_FLOW_BATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "flow/deliver.h"
#include "flow/session.h"
#include "flow/task.h"

/* No batch is larger, whatever a gateway takes. */
#define BATCH_MAX 200

/* The tasks of one run, and what they share. */
struct run {
    struct delivery *delivery;
    struct session session;
    struct task *task;
    char stem[20]; /* of the references at gateways: unlike any other store's */
};

/* Write down how attempts of at most BATCH_MAX tasks ended; what cannot be written is told. */
void batch_settle(struct run *run, struct task *const *tasks, const struct settlement *settlements,
                  size_t count);

/* Fit the text for the task's provider. False: it cannot be, which is settled; the task has gone on or is
 * done. */
bool batch_compose(struct run *run, struct task *task);

/* Send the task, composed already, with all that can travel in the same request; judge and settle them. */
void batch_go(struct run *run, struct task *first);

/* The answer to an earlier attempt was lost: ask for the message first, and for those that went out in the
   same request. */
void batch_look(struct run *run, const struct task *first);

#endif
