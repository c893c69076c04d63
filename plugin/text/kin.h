#ifndef MUNJA_TEXT_KIN_H
#define MUNJA_TEXT_KIN_H

#include <stdbool.h>
#include <stdint.h>

#include "text/charset.h"

/* Room for the kin of one character, NUL included; what would need more becomes "?". */
#define KIN_BYTES 64

/* What to write for a character that the charset lacks: "" when nobody would miss it, a blank for any other
   blank, its letters for a syllable, its parts for a composed or a compatibility character, else "?". Every
   character of the result is held by the charset. */
void kin_of(enum charset charset, uint32_t point, char out[KIN_BYTES]);

/* Control, format and ignorable characters, and those that are none at all. A tab counts as a blank. */
bool kin_invisible(uint32_t point);

/* Private use: means nothing outside the machine that wrote it. */
bool kin_private(uint32_t point);

#endif
