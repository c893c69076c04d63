/* Dividing a text into several messages. */
#include "text/split.h"

#include "text/shrink.h"

static bool blank(char c)
{
    return c == ' ' || c == '\n';
}

/* The last line break, else the last blank, in the last quarter before at; at itself when there is neither.
 */
static size_t near_border(const char *text, size_t at)
{
    size_t least = at - at / 4, word = 0;

    if (blank(text[at]))
        return at;
    for (size_t i = at; i > least; i--) {
        if (text[i - 1] == '\n')
            return i - 1;
        if (text[i - 1] == ' ' && word == 0)
            word = i - 1;
    }
    return word > 0 ? word : at;
}

bool split_text(enum charset charset, const char *text, size_t bytes, long room, struct part *part,
                size_t most, size_t *parts, size_t *rest, struct error *err)
{
    size_t start = 0, count = 0;

    while (count < most) {
        size_t taken;
        while (start < bytes && blank(text[start]))
            start++;
        if (start == bytes)
            break;
        if (!shrink_border(charset, text + start, bytes - start, room, &taken, err))
            return false;
        if (start + taken < bytes)
            taken = near_border(text + start, taken);
        if (taken == 0)
            return error_set(err, ERROR_BUG, 0, "no room for a single character of a split text");
        part[count++] = (struct part){ start, shrink_blanks(text + start, taken) };
        start += taken;
    }
    while (start < bytes && blank(text[start]))
        start++;
    *parts = count;
    *rest = start;
    return true;
}
