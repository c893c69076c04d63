#ifndef MUNJA_FLOW_DEPOSIT_H
#define MUNJA_FLOW_DEPOSIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "alert/alert.h"
#include "alert/number.h"
#include "base/error.h"
#include "settings/settings.h"
#include "store/store.h"

/* Accepting alone, in somebody else's process, which must not wait: an alert goes to disk, and a worker that
   listens is woken. Nothing is leased, and no lock is held between two calls. */
struct deposit {
    struct settings settings;
    struct store *store; /* NULL: not open now */
    dev_t device;        /* of the file behind it */
    ino_t file;
    int64_t open_at_ms; /* after a failure: not tried again before */
    int failures;       /* in a row, to write; and the last one's time */
    int64_t failed_ms;
    int bell; /* the last call to the worker, and when it was; 0: none */
    int64_t rung_ms;
};

/* Read munja.conf. The store is opened by the first of the other calls; deposit_close undoes both. */
bool deposit_open(struct deposit *deposit, const char *config, struct error *err);
void deposit_close(struct deposit *deposit);

/* Open the store unless it is open. No call waits for a lock longer than patience_ms, and those that follow
   each other on one that is not let go soon do not wait at all. */
bool deposit_ready(struct deposit *deposit, int64_t patience_ms, struct error *err);

/* On disk, or not at all. *records is one for each number, and the caller's: free. */
bool deposit_put(struct deposit *deposit, const struct alert *alert, const struct numbers *numbers,
                 int64_t patience_ms, struct record **records, struct error *err);

/* Wake the worker. False: none listens, or it does not come to answer. */
bool deposit_wake(struct deposit *deposit);

/* Whether something waits that somebody should look at now: it is due, or leased to one who may be dead. */
bool deposit_waits(struct deposit *deposit, int64_t patience_ms);

/* Whether something that was due then waits still, and nobody has it. */
bool deposit_left(struct deposit *deposit, int64_t then_ms, int64_t patience_ms);

#endif
