#ifndef MUNJA_COMMAND_REPORT_H
#define MUNJA_COMMAND_REPORT_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "provider/listing.h"

/* One number, as performance data tell it. */
struct measure {
    char label[96];
    double value;
    const char *unit;               /* "s", "%" or "" */
    const char *warning, *critical; /* ranges as text, "" for none; not owned */
};

/* What was found or done: a state, a sentence, numbers. Zeroed it is OK and says nothing. report_clear. */
struct report {
    const char *check;             /* for programs: which; NULL: it is none */
    const struct listing *records; /* likewise; NULL: none */
    int state;                     /* 0 to 3 */
    struct buf faults, rest;
    struct measure *measure;
    size_t measures;
    bool broken; /* memory ran out: report_print says so */
};

/* A part of the sentence, and the state of what it tells; what is not well stands in front. The whole is as
   bad as its worst part: CRITICAL, since it is certain, then UNKNOWN, WARNING, OK. Numbers are shown as they
   are, since they may be balances; what a gateway says comes through an outcome, which masks those of phones.
 */
void report_say(struct report *report, int state, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The label is PROVIDER_NAME, or NAME where provider is "". */
void report_measure(struct report *report, const char *provider, const char *name, double value,
                    const char *unit, const char *warning, const char *critical);

/* One line, or one JSON document. Returns the exit code. */
int report_print(const struct report *report, bool json);
void report_clear(struct report *report);

#endif
