#ifndef MUNJA_BASE_DIGITS_H
#define MUNJA_BASE_DIGITS_H

#include <stdbool.h>
#include <stddef.h>

/* Whether text is digits and nothing else, at least one and at most so many. NULL is none. */
bool digits_only(const char *text, size_t most);

/* Whether text is an amount: up to 18 digits, perhaps with a minus in front, and with decimals where there
   may be some. NULL is none. */
bool digits_amount(const char *text, bool decimals);

#endif
