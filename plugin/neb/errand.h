#ifndef MUNJA_NEB_ERRAND_H
#define MUNJA_NEB_ERRAND_H

#include <stdbool.h>
#include <stdint.h>

#include "neb/args.h"

/* "munja worker --once", by the core's own worker processes, one at a time. */
struct errand {
    char line[3 * ARGS_PATH_BYTES];
    const char *program; /* the one in it */
    int64_t begun_ms;    /* the last one, on the clock that records go by */
    int64_t until_ms;    /* one is under way, and given up for lost then; 0: none */
    bool again;          /* something came in between */
};

/* What is to be run; args must live as long as the errand. */
void errand_set(struct errand *errand, const struct args *args);

/* Have it run: now, or once more when the one under way has ended. The struct must live as long as the
   module, whose end comes after that of all errands: the core ends them first. False: nobody can be had to
   run it, which was logged. */
bool errand_run(struct errand *errand);

/* When the last one began, if it has ended and no other is under way; else 0. How it ended, no core tells. */
int64_t errand_over(const struct errand *errand);

#endif
