#ifndef MUNJA_FLOW_ANSWER_H
#define MUNJA_FLOW_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alert/number.h"
#include "alert/source.h"
#include "base/buf.h"
#include "base/error.h"
#include "flow/exitcode.h"

/* What is told of one recipient. */
struct told {
    char recipient[NUMBER_BYTES];
    int64_t record; /* 0: none */
    enum situation situation;
    char provider[64]; /* that accepted, refused, or was tried last */
    char kind[8];      /* sms, lms, mms; "" when nothing was fitted */
    char unit[8];      /* "bytes" or "units" */
    int cost, limit, messages;
    bool cut;
    size_t replaced;
    char after[128]; /* the provider that could not take it before, and why; "" when the first one took it */
    int attempts;    /* requests made for it in this run */
    char reference[96];
    char reason[208]; /* of anything but accepted: provider's code and meaning; "" otherwise */
};

struct answer_line {
    const struct told *told;
    size_t count;
    size_t bad_numbers;
    const char *note; /* something worth knowing that makes it a WARNING at least; NULL: nothing */
    enum source source;
    int64_t took_ms;
};

/* The state of the whole: the worst of its parts. */
int answer_state(const struct answer_line *answer);

/* "MUNJA STATE - what happened | perfdata", at most 499 bytes of valid UTF-8 without a line break. */
#define ANSWER_BYTES 500
void answer_write(const struct answer_line *answer, char line[ANSWER_BYTES]);

/* The same line for an alert that was not accepted at all. */
void answer_write_fault(const char *text, char line[ANSWER_BYTES]);

#endif
