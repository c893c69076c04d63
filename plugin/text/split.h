#ifndef MUNJA_TEXT_SPLIT_H
#define MUNJA_TEXT_SPLIT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "text/charset.h"

struct part {
    size_t start, bytes;
};

/* Divide a text, whose characters the charset holds, into at most so many parts that cost no more than room
   each, at a line or word border when one is near, else between two graphemes. Blanks at the borders belong
   to no part. *rest is where the part behind the last would start: bytes when nothing is left over. */
bool split_text(enum charset charset, const char *text, size_t bytes, long room, struct part *part,
                size_t most, size_t *parts, size_t *rest, struct error *err);

#endif
