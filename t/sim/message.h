#ifndef MUNJA_SIM_MESSAGE_H
#define MUNJA_SIM_MESSAGE_H

#include "sim/phones.h"
#include "sim/sim.h"

enum message_state { MESSAGE_WAITING, MESSAGE_SENT, MESSAGE_CANCELLED };

/* A text that a gateway took: what its lists, results and reservations speak of. Lives to the end. */
struct message {
    struct message *next; /* the one taken after it */
    struct message *same; /* … under the same reference of the same gateway */
    struct message *last; /* the first of these knows the last */
    const char *gateway;
    struct delivery delivery; /* copies of its own */
    time_t due;               /* by the simulator's clock; now, when it is no reservation */
    enum message_state state;
    bool reported; /* its result was pulled */
};

/* Keep it, and bring it to its phone: at once, or once it is due. */
struct message *message_take(struct exchange *x, const struct delivery *delivery);

/* The one after that (NULL: the first) at x->gateway, under that reference (NULL: any); NULL at the end. */
struct message *message_next(const struct exchange *x, const struct message *after, const char *reference);

/* The code of DIR/config's "results", or the gateway's own for delivered; "" while none is known. */
const char *message_result(const struct message *message, const char *delivered);

/* It reaches no phone, and what it cost is there again. */
void message_cancel(struct exchange *x, struct message *message);

/* Bring what is due to its phone, and keep DIR/reservations up to date. */
void message_settle(void);

#endif
