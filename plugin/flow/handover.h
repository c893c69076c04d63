#ifndef MUNJA_FLOW_HANDOVER_H
#define MUNJA_FLOW_HANDOVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/un.h>

#include "alert/number.h"
#include "flow/answer.h"
#include "store/store.h"

/* From the process that accepted to the resident worker, through a socket beside the store: "these records
   are yours", "I have them", and for each what became of it. A packet is one message (SOCK_SEQPACKET). Both
   sides are the same munja on the same machine, and whoever may write the socket may write the store as well.
 */

struct handover_ask {
    char munja[16];      /* version: another munja's structs may differ */
    uint32_t told_bytes; /* sizeof (struct told): likewise */
    uint32_t count;      /* records; 0: something in the store is due, look for it */
    char config[1024];   /* the caller's, absolute: the worker must go by the same */
    int64_t id[NUMBERS_MAX];
};

struct handover_say {
    enum { HANDOVER_NO, HANDOVER_TAKEN, HANDOVER_TOLD } what;
    char note[256]; /* with HANDOVER_TAKEN: something worth knowing, as in struct notification */
    struct told told;
};

/* The socket's address. A path that is too long for one is reached through its folder: close *folder when
   done, unless it is -1. */
bool handover_address(const char *store, struct sockaddr_un *address, int *folder);

/* Reach the store's worker: a connection to close, or -1 when none listens. */
int handover_reach(const char *store);

/* Ask the worker to take those of these records that are leased, which they are to it. False: it has not said
   yes in a moment; lives, whether it has said anything. note has room for that of the answer. */
bool handover_ask(int fd, const char *config, const struct record *records, size_t count, int64_t until_ms,
                  char note[256], bool *lives);

/* Hear what becomes of them until until_ms (now_steady_ms): each one that is told is not leased any more, and
   its told says how it ended. What is not told in time is being sent, and not this process's either. False:
   the worker is gone, and those that are still leased are untold. */
bool handover_hear(int fd, struct record *records, struct told *told, size_t count, int64_t until_ms);

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
