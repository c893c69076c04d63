#ifndef MUNJA_FLOW_GATE_H
#define MUNJA_FLOW_GATE_H

#include <stdbool.h>
#include <stddef.h>

#include "flow/fiber.h"
#include "store/store.h"

/* The way to one provider for the fibers of a shift: so many requests may be under way at once, its width,
   and some more line up with their attempts begun on disk already, so that a place that becomes free is taken
   at once. Whoever lines up passes or leaves the line; whoever passed leaves the gate. */
struct gate {
    struct fibers *fibers;
    size_t width, inside, lined;
    size_t most;         /* in the line */
    bool closed;         /* who lines up is sent back */
    struct waiter *line; /* those that could not pass at once */
    struct waiter *last; /* of them, if there are any */
};

/* Whether one more may line up. eager: only one that would pass at once, because an attempt that was begun
   and not sent is not welcome. */
bool gate_has_room(const struct gate *gate, bool eager);
void gate_line_up(struct gate *gate);
void gate_leave_line(struct gate *gate);

/* Wait for a place; the most urgent record goes first. False: the gate was closed, and the place in the line
   is gone. */
bool gate_pass(struct gate *gate, const struct record *record);
void gate_leave(struct gate *gate);

/* A place for a request that can wait: only where nobody lines up, and the next message finds one all the
   same, if there is more than one. gate_leave gives it back. */
bool gate_spare(struct gate *gate);

/* Send back all that wait, and who comes. */
void gate_close(struct gate *gate);

/* Whether a place is free that nobody with his attempt begun could take. */
bool gate_starves(const struct gate *gate);

#endif
