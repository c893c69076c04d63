#ifndef MUNJA_BASE_UTF8_H
#define MUNJA_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Decode one character at text[0..bytes). Returns its length, 1 to 4, or 0 when the bytes there are not
   UTF-8 (overlong, surrogate, beyond U+10FFFF, or cut off) or bytes is 0. *point may be NULL. */
size_t utf8_decode(const char *text, size_t bytes, uint32_t *point);

/* Write a character (not a surrogate, at most U+10FFFF); returns 1 to 4. */
size_t utf8_encode(uint32_t point, char out[4]);

/* The largest border of a whole character that is not beyond at, in text of that many bytes. Bytes that are
   not UTF-8 count as characters of their own. */
size_t utf8_border(const char *text, size_t bytes, size_t at);

/* Copy a text into an array of chars, cut at such a border where it does not fit. It may be of that array. */
#define UTF8_COPY(out, text) utf8_copy(out, sizeof(out), text)
void utf8_copy(char *out, size_t room, const char *text);

#endif
