#ifndef MUNJA_ALERT_NUMBER_H
#define MUNJA_ALERT_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

#define NUMBER_BYTES 24
#define NUMBERS_MAX  1000 /* recipients of one alert */

/* A phone number as munja keeps it: digits only for a national one, "+" and digits for an international one;
   Korean numbers (+82, 0082) are made national ("010…"), Chinese ones keep "+86…". Blanks, hyphens, dots,
   parentheses are taken out; full-width digits are read. 3 to 15 digits. The error names the fault with the
   number masked. */
bool number_read(const char *text, char number[NUMBER_BYTES], struct error *err);

/* Recipients, each once, in the order given. A number that cannot be one, or is one too many, costs the
   others nothing: it is counted and the first such fault is kept for the answer. Zeroed to start with;
   numbers_clear frees. */
struct numbers {
    char (*number)[NUMBER_BYTES];
    size_t count;
    size_t bad;
    struct error fault; /* of the first bad one */
};

/* Add the pieces of a list separated by commas, semicolons or newlines; empty pieces are passed over. Fails
   only when memory ran out. */
bool numbers_add(struct numbers *numbers, const char *list, struct error *err);
void numbers_clear(struct numbers *numbers);

#endif
