#ifndef MUNJA_AFTER_HELP_H
#define MUNJA_AFTER_HELP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "flow/plan.h"
#include "store/problem.h"
#include "store/receipt.h"

/* What is told to a phone whose reply did nothing. */
enum help {
    HELP_UNKNOWN, /* no such code */
    HELP_OLD,     /* the code is not good any more */
    HELP_OVER,    /* the problem has recovered */
    HELP_TAKEN,   /* somebody was faster */
    HELP_SEVERAL, /* which one? */
    HELP_NONE,    /* there is nothing to acknowledge */
    HELP_UNCLEAR, /* not understood */
    HELP_LOST,    /* it was understood, but the monitor could not be told */
};

/* So many open problems are named. */
#define HELP_LISTED 4

/* In Korean for Korean phones, Chinese for Chinese ones, English for all others: a short sentence, then,
   where that helps, how to answer, and the open problems; that end may be cut. code: what the phone wrote,
   about: what that means; open: of that phone, of which count are there. */
bool help_write(enum help help, const char *phone, const char *code, const struct problem *about,
                const struct problem *open, size_t count, struct buf *text, struct error *err);

/* The text that brings these words to whoever replied, by the gateway that the reply came from, where that is
   still there. id tells it from every other. The caller: record_clear, also after a failure. */
bool help_text(const struct plan *plan, const struct reply_kept *reply, const char *id, const char *words,
               struct record *text, struct error *err);

#endif
