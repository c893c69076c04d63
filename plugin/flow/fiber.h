#ifndef MUNJA_FLOW_FIBER_H
#define MUNJA_FLOW_FIBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Straight-line code that waits without blocking the process: each fiber has a stack of its own, and they
   take turns on one thread. Only fiber_wait and fiber_sleep give the turn away, so nothing between two of
   them is ever seen half done by another fiber. */

struct fibers; /* all fibers of a process, and whose turn it is */
struct fiber;

struct fibers *fibers_open(struct error *err);

/* None may be left. */
void fibers_close(struct fibers *fibers);

/* Start one; it runs at once until it first waits. Not from within a fiber. */
bool fiber_start(struct fibers *fibers, void (*run)(void *context), void *context, struct error *err);

/* From within a fiber: which one, and wait until fiber_wake, or until so much time has passed. */
struct fiber *fiber_self(const struct fibers *fibers);
void fiber_wait(struct fibers *fibers);
void fiber_sleep(struct fibers *fibers, int64_t ms);

/* It goes on in the next fibers_run. From anywhere; once for each wait. */
void fiber_wake(struct fibers *fibers, struct fiber *fiber);

/* Let all go on that were woken or have slept enough, until none is left. Not from within a fiber. */
void fibers_run(struct fibers *fibers);

/* How long until the next one has slept enough: 0 now, -1 none sleeps. */
int fibers_wait_ms(const struct fibers *fibers);

/* How many there are that have not ended. */
size_t fibers_count(const struct fibers *fibers);

#endif
