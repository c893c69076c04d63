#ifndef MUNJA_LISTEN_LINGER_H
#define MUNJA_LISTEN_LINGER_H

#include <stddef.h>
#include <stdint.h>

/* Connections that were closed with something of theirs unread. Closing a socket then resets the connection,
   and the answer with it, before the other end has read it. So what still comes is taken and thrown away for
   a moment. */
#define LINGER_MOST 64
struct lingering {
    struct {
        int fd;
        int64_t until_ms; /* now_steady_ms */
    } socket[LINGER_MOST];
    size_t count;
};

/* Keep another descriptor of this socket, which its owner is about to close, unless the other end said
   goodbye already; without room for one more, it is reset. */
void linger_add(struct lingering *lingering, int fd);

/* Take what came, let go of those whose moment is over; how long until the next look, -1: there is none. */
void linger_turn(struct lingering *lingering);
int64_t linger_wait_ms(const struct lingering *lingering);
void linger_close(struct lingering *lingering);

#endif
