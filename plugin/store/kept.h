#ifndef MUNJA_STORE_KEPT_H
#define MUNJA_STORE_KEPT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "store/store.h"

/* A store into which a process of somebody else's looks again and again. Zeroed: none is open. */
struct kept {
    struct store *store;
    char *where;
    pid_t pid;    /* who opened it */
    dev_t device; /* which file it was then */
    ino_t inode;
};

/* The store at where, as it was left open or opened now; another file in its place, another path, or a fork
   in between have it opened anew. One that does not exist is not made: that is an error. No later call waits
   for a lock beyond until_ms (now_steady_ms). *store stays kept's. */
bool kept_open(struct kept *kept, const char *where, int64_t until_ms, struct store **store,
               struct error *err);
void kept_close(struct kept *kept);

#endif
