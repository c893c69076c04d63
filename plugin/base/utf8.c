/* The few facts of UTF-8 that every room needs; normalisation and graphemes belong to libunistring. */
#include "base/utf8.h"

#include <string.h>

size_t utf8_decode(const char *text, size_t bytes, uint32_t *point)
{
    const unsigned char *s = (const unsigned char *)text;
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    uint32_t value;
    size_t length;

    if (bytes == 0)
        return 0;
    if (s[0] < 0x80)
        length = 1, value = s[0];
    else if (s[0] >= 0xc2 && s[0] < 0xe0)
        length = 2, value = s[0] & 0x1f;
    else if (s[0] >= 0xe0 && s[0] < 0xf0)
        length = 3, value = s[0] & 0x0f;
    else if (s[0] >= 0xf0 && s[0] < 0xf5)
        length = 4, value = s[0] & 0x07;
    else
        return 0;
    if (bytes < length)
        return 0;
    for (size_t i = 1; i < length; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (s[i] & 0x3f);
    }
    if (value < least[length] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000))
        return 0;
    if (point != NULL)
        *point = value;
    return length;
}

size_t utf8_encode(uint32_t point, char out[4])
{
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    if (point < 0x800) {
        out[0] = (char)(0xc0 | point >> 6);
        out[1] = (char)(0x80 | (point & 0x3f));
        return 2;
    }
    if (point < 0x10000) {
        out[0] = (char)(0xe0 | point >> 12);
        out[1] = (char)(0x80 | (point >> 6 & 0x3f));
        out[2] = (char)(0x80 | (point & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | point >> 18);
    out[1] = (char)(0x80 | (point >> 12 & 0x3f));
    out[2] = (char)(0x80 | (point >> 6 & 0x3f));
    out[3] = (char)(0x80 | (point & 0x3f));
    return 4;
}

size_t utf8_border(const char *text, size_t bytes, size_t at)
{
    if (at > bytes)
        at = bytes;
    /* A character that straddles the border starts at most three bytes before it. */
    for (size_t back = 1; back <= 3 && back <= at; back++) {
        size_t length = utf8_decode(text + at - back, bytes - (at - back), NULL);
        unsigned char lead = (unsigned char)text[at - back];
        if (length > back)
            return at - back;
        if (length > 0)
            return at;
        /* Cut off at the very end of the text: a lead byte without its tail. */
        if (lead >= 0xc2 && lead < 0xf5 && at == bytes) {
            size_t want = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
            if (want > back)
                return at - back;
        }
        if ((lead & 0xc0) != 0x80)
            return at;
    }
    return at;
}

void utf8_copy(char *out, size_t room, const char *text)
{
    size_t bytes = strlen(text);

    if (bytes >= room)
        bytes = utf8_border(text, bytes, room - 1);
    memmove(out, text, bytes);
    out[bytes] = '\0';
}
