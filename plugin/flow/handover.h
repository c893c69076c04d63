#ifndef MUNJA_FLOW_HANDOVER_H
#define MUNJA_FLOW_HANDOVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/un.h>

#include "alert/number.h"
#include "base/buf.h"
#include "flow/answer.h"
#include "store/store.h"

/* From the process that has an alert to the resident worker, through a socket beside the store: "accept and
   deliver this", "it is on disk, as these records", and for each what became of it. Who hears no yes in time
   accepts by himself, and by the alert's identity finds what the worker has accepted all the same. Both sides
   are the same munja on the same machine, and whoever may write the socket may write the store as well. */

struct handover_ask {
    const char *config; /* the caller's, absolute: the worker must go by the same */
    int64_t begin_ms;   /* from then on (now_steady_ms) the worker leaves it to a caller who does not wait */
    int64_t find_ms;    /* from then on a caller who heard no yes may send it without a record */
    int64_t until_ms;   /* and then he is over */
    struct numbers numbers; /* none: something in the store is due, look for it */
    struct wish wish;
    const char *alert; /* packed */
    const void *image; /* JPEG; NULL: none */
    size_t image_bytes;
};

struct handover_say {
    enum { HANDOVER_NO, HANDOVER_TAKEN, HANDOVER_TOLD } what;
    union {
        struct {
            char note[256]; /* something worth knowing, as in struct notification */
            int64_t record[NUMBERS_MAX];
        } taken; /* as many records as there are numbers, in their order */
        struct told told;
    };
};

/* An ask goes through the socket (SOCK_SEQPACKET) in pieces, since it can be longer than a packet. */
#define HANDOVER_PIECE_BYTES (64 * 1024)
#define HANDOVER_BYTES_MAX   (1024 * 1024)

/* The ask as bytes. False: memory ran out, or it is too long. */
bool handover_pack(const struct handover_ask *ask, struct buf *packed);

/* How long an ask is that begins so; 0: this munja's asks do not. */
size_t handover_length(const void *bytes, size_t count);

/* And back. What it points to stands in the bytes. False: it is none. */
bool handover_unpack(void *bytes, size_t count, struct handover_ask *ask);

/* How long a packet with this answer to so many numbers is. */
size_t handover_say_bytes(const struct handover_say *say, size_t numbers);

/* The socket's address. A path that is too long for one is reached through its folder: close *folder when
   done, unless it is -1. */
bool handover_address(const char *store, struct sockaddr_un *address, int *folder);

/* Reach the store's worker: a connection to close, or -1 when none listens. */
int handover_reach(const char *store);

/* Have the worker accept it, and wait for the answer, at most until until_ms (now_steady_ms), and less for a
   worker that is stuck and does not begin; begin_ms is filled in here. told, one for each number, gets the
   records; note has room for that of the answer. False: it has not said yes; lives, whether it has said
   anything. */
bool handover_ask(int fd, struct handover_ask *ask, int64_t until_ms, struct told *told, char note[256],
                  bool *lives);

/* Hear what becomes of them until until_ms (now_steady_ms). What is not told in time is being sent. False:
   the worker is gone, and those that have an underway situation are untold. */
bool handover_hear(int fd, struct told *told, size_t count, int64_t until_ms);

/* Whether a worker answers. To be reached is not to live: a process that is being killed closes its sockets
   one after the other, and the one that it listened at may be the last. */
bool handover_lives(const char *store, int64_t until_ms);

/* Tell the store's worker that something is due, and do not wait: a connection to close, or -1 when none
   listens. It is answered, or over, once the worker has heard it; what was stored before that it finds. */
int handover_ring(const char *store);
bool handover_answered(int fd);

/* The same, where the answer does not matter. */
void handover_wake(const char *store);

#endif
