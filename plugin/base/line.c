/* What is shown of foreign text. */
#include "base/line.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/mask.h"
#include "base/utf8.h"

/* So many digits and a number can be a person's. */
#define NUMBER_DIGITS 8

/* What has dots and no group of four digits in so many bytes is no number, however it goes on: a text of
   nothing else must not be read to its end from each of its digits. */
#define DOTTED_BYTES 64

/* The digit that a character is, wide ones included; -1 for others. */
static int digit_of(uint32_t point)
{
    if (point >= '0' && point <= '9')
        return (int)(point - '0');
    return point >= 0xff10 && point <= 0xff19 ? (int)(point - 0xff10) : -1;
}

/* Numbers begin with 0, 1 or the code of Korea or China; dates with 2. */
static bool begins_number(const char digits[2])
{
    return digits[0] < '2' || (digits[0] == '8' && (digits[1] == '2' || digits[1] == '6'));
}

/* The bytes of a phone number at text, plain or with blanks, hyphens, dots or parentheses in it; 0 when there
   is none. Addresses have no group of four digits. */
static size_t number_at(const char *text, size_t left, char number[MASK_BYTES])
{
    size_t digits = 0, group = 0, longest = 0, gap = 0, bytes = 0, length;
    bool dotted = false;
    uint32_t point = 0;

    for (size_t at = 0; (length = utf8_decode(text + at, left - at, &point)) > 0; at += length) {
        int digit = digit_of(point);
        if (digit < 0) {
            if (digits == 0 || strchr("-. ()", (int)(point < 0x80 ? point : 'x')) == NULL || ++gap > 2)
                break;
            if (dotted && longest < 4 && at > DOTTED_BYTES)
                return 0;
            dotted = dotted || point == '.';
            group = 0;
            continue;
        }
        if (digits < MASK_BYTES - 1)
            number[digits] = (char)('0' + digit);
        if (++digits == 2 && !begins_number(number))
            return 0;
        gap = 0;
        bytes = at + length;
        if (++group > longest)
            longest = group;
    }
    number[digits < MASK_BYTES ? digits : MASK_BYTES - 1] = '\0';
    return digits < NUMBER_DIGITS || (dotted && longest < 4) ? 0 : bytes;
}

size_t line_copy(char *out, size_t room, const char *text)
{
    size_t at = 0, left = strlen(text);
    bool after_digit = false;

    while (left > 0) {
        char number[MASK_BYTES], masked[MASK_BYTES];
        const char *piece = text;
        uint32_t point = 0;
        size_t bytes = after_digit ? 0 : number_at(text, left, number), length;

        if (bytes > 0) {
            piece = mask_number(number, masked);
            length = strlen(masked);
            point = '0';
        } else {
            bytes = length = utf8_decode(text, left, &point);
            if (bytes == 0)
                bytes = length = 1, piece = "?";
            else if (point < 0x20 || (point >= 0x7f && point < 0xa0))
                length = 1, piece = " ";
        }
        if (at + length >= room)
            break;
        memcpy(out + at, piece, length);
        at += length;
        text += bytes;
        left -= bytes;
        after_digit = digit_of(point) >= 0;
    }
    out[at] = '\0';
    return at;
}
