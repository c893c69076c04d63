#ifndef MUNJA_AFTER_RANGE_H
#define MUNJA_AFTER_RANGE_H

#include <stdbool.h>

#include "base/error.h"

/* Ranges of the monitoring plugin guidelines: "10" alerts outside of 0 to 10, "10:" below 10, "~:10" above
   10, "10:20" outside of both, "@10:20" inside. The ends themselves belong to the range. */
struct range {
    const char *text; /* as it was written, for performance data; the caller's */
    double start, end;
    bool inside;
};

/* The error (ERROR_USAGE) names the option: "warning". */
bool range_read(const char *option, const char *text, struct range *range, struct error *err);

/* The plugin state, 0 to 2, of a value under both. */
int range_state(double value, const struct range *warning, const struct range *critical);

/* A decimal number, the whole text. */
bool range_number(const char *text, double *number);

#endif
