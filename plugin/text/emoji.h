#ifndef MUNJA_TEXT_EMOJI_H
#define MUNJA_TEXT_EMOJI_H

#include <stddef.h>
#include <stdint.h>

/* A short word for an emoji or dingbat that says something in an alert; NULL for the rest. */
const char *emoji_word(uint32_t point);

/* The bytes of the character at text, which is valid UTF-8, and when it is a symbol, of everything that is
   joined to it: variation selectors, skin tones, tags, and further symbols behind zero width joiners. */
size_t emoji_span(const char *text, size_t bytes);

#endif
