#ifndef MUNJA_TEXT_HANGUL_H
#define MUNJA_TEXT_HANGUL_H

#include <stddef.h>
#include <stdint.h>

/* Take a syllable, or a conjoining Jamo that composed with nothing, apart into the letters of U+3131 to
   U+3163, which every Korean charset has. Returns how many, 1 to 3; 0 for any other character. */
size_t hangul_letters(uint32_t point, uint32_t letter[3]);

#endif
