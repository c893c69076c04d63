#ifndef MUNJA_BASE_CODE_H
#define MUNJA_BASE_CODE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* A code by which an SMS names a problem: three or four signs, of which one at least is a digit and one a
   letter, so that it is neither a word nor a number. Of those that look alike on some screen, or sound alike,
   none is used: 0 1 B G I L O Q S U V Z. */
#define CODE_SHORT 3
#define CODE_LONG  4
#define CODE_BYTES (CODE_LONG + 1)

/* At random, of that length. */
bool code_draw(size_t length, char code[CODE_BYTES], struct error *err);

/* Whether these characters have that form, in upper or lower case. */
bool code_is(const char *text, size_t bytes);

#endif
