/* Base64 for HTTP headers and JSON: bytes to text, no line breaks. */
#include "base/base64.h"

bool base64_add(struct buf *out, const void *data, size_t bytes)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *s = data;

    for (size_t i = 0; i < bytes; i += 3) {
        size_t left = bytes - i;
        unsigned long three =
            (unsigned long)s[i] << 16 | (left > 1 ? s[i + 1] : 0UL) << 8 | (left > 2 ? s[i + 2] : 0UL);
        char four[4] = {
            alphabet[three >> 18],
            alphabet[three >> 12 & 63],
            left > 1 ? alphabet[three >> 6 & 63] : '=',
            left > 2 ? alphabet[three & 63] : '=',
        };
        if (!buf_add(out, four, sizeof four))
            return false;
    }
    return true;
}
