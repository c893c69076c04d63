#ifndef MUNJA_TEXT_CHARSET_H
#define MUNJA_TEXT_CHARSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

/* What a gateway's phones can show, and how it counts. */
enum charset {
    CHARSET_EUCKR, /* strict KS X 1001 with ASCII: bytes, 1 or 2 */
    CHARSET_CP949, /* the same and Microsoft's 8,822 further syllables */
    CHARSET_UCS2,  /* UTF-16 units: 1, or 2 beyond the BMP */
};

/* A word of the setting "charset" (euc-kr, cp949, ucs2); false when there is no such one. */
bool charset_named(const char *word, enum charset *charset);
const char *charset_name(enum charset charset);

/* Make iconv ready. Fails with a clear error (ERROR_SYSTEM) where the C library's converter (gconv) is
   missing. Cheap when repeated. charset_replace calls it at the first character that is not ASCII, so a text
   of ASCII needs no converter; until then no other character is held. */
bool charset_open(enum charset charset, struct error *err);

/* What the character costs in that charset: 1 or 2; 0 when the charset lacks it. */
int charset_cost(enum charset charset, uint32_t point);

/* The cost of a whole text, in bytes (Korea) or units (UCS-2); -1 when a character cannot be held. */
long charset_measure(enum charset charset, const char *text, size_t bytes);

/* Append text with every character the charset lacks replaced by readable kin: quotes, dashes, ticks, arrows
   by ASCII, accented letters by their base, lacking syllables by their letters, emoji by a short word or "?".
   Afterwards charset_measure never says -1. *replaced grows by the number of characters replaced. */
bool charset_replace(enum charset charset, const char *text, size_t bytes, struct buf *out, size_t *replaced,
                     struct error *err);

#endif
