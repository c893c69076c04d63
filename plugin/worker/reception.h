#ifndef MUNJA_WORKER_RECEPTION_H
#define MUNJA_WORKER_RECEPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "flow/handover.h"

/* The worker's side of the hand-over (flow/handover.h): those who wait for what becomes of their records. */
struct reception;

/* What somebody asks, and the answer, which is no unless take says otherwise. */
struct visit {
    int fd;
    struct handover_ask ask;
    bool gone; /* who asked does not wait for a yes any more */
    bool taken;
    char note[256];     /* something worth knowing */
    struct told *told;  /* taken: for each number its record, and what became of it */
    int64_t *is_coming; /* and its record once more, if that will be told later by reception_tell */
};

/* Whether who asked died, or gave the worker up, so that no answer reaches him. */
bool visit_is_over(const struct visit *visit);

/* All who asked in this turn, so many at most. */
#define RECEPTION_MOST 64
typedef void reception_take(void *context, struct visit *visit, size_t count);

/* Listen beside the store. Fails when another worker listens there. */
bool reception_open(const char *store, reception_take *take, void *context, struct reception **reception,
                    struct error *err);
void reception_close(struct reception *reception);

/* No more callers; those that wait are still told. */
void reception_end(struct reception *reception);

/* Readable when reception_turn has something to do. */
int reception_fd(const struct reception *reception);
void reception_turn(struct reception *reception);

/* Tell who waits for this record. */
void reception_tell(struct reception *reception, const struct told *told);

#endif
