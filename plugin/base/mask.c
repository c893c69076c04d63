/* Phone numbers are personal data: lines and logs show them masked. */
#include "base/mask.h"

#include <string.h>

const char *mask_number(const char *number, char out[MASK_BYTES])
{
    size_t length = number == NULL ? 0 : strlen(number);
    size_t head = length >= 10 ? 3 : 0, tail = length >= 10 ? 4 : length >= 4 ? 2 : 0;
    size_t at = 0;

    if (length > MASK_BYTES - 1)
        head = 3, tail = 4;
    for (size_t i = 0; i < head; i++)
        out[at++] = number[i] & 0x80 ? '?' : number[i];
    for (size_t i = 0; i < 4 && i + head + tail < length; i++)
        out[at++] = '*';
    for (size_t i = length - tail; i < length; i++)
        out[at++] = number[i] & 0x80 ? '?' : number[i];
    out[at] = '\0';
    return out;
}
