#ifndef MUNJA_TEXT_SHRINK_H
#define MUNJA_TEXT_SHRINK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "text/charset.h"
#include "text/template.h"

/* Every text here is one whose characters the charset holds; rooms are in its units. */

/* How much of the text costs no more than room and ends between two graphemes: *at bytes, 0 when not even the
   first one fits. A heap of marks that claims to be one grapheme is divided between its characters. */
bool shrink_border(enum charset charset, const char *text, size_t bytes, long room, size_t *at,
                   struct error *err);

/* Append the start of a text that is too long, and the mark "..", within room; nothing when room has no place
   for the mark. */
bool shrink_end(enum charset charset, const char *text, size_t bytes, long room, struct buf *out,
                struct error *err);

/* Append a text that is too long, its elastic pieces shortened until it fits: the longest first, so that
   those which suffer end up alike. When the rest alone is too long, the pieces go and its end is cut. */
bool shrink_text(enum charset charset, const struct rendered *text, long room, struct buf *out,
                 struct error *err);

/* The length without blanks and line breaks at its end. */
size_t shrink_blanks(const char *text, size_t bytes);

#endif
