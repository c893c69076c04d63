/* Numbers that stay text: no int is wide enough for all that others write. */
#include "base/digits.h"

#include <string.h>

#define DIGITS "0123456789"

bool digits_only(const char *text, size_t most)
{
    size_t bytes = text == NULL ? 0 : strlen(text);

    return bytes > 0 && bytes <= most && strspn(text, DIGITS) == bytes;
}

bool digits_amount(const char *text, bool decimals)
{
    size_t whole, behind = 0;

    if (text == NULL)
        return false;
    text += *text == '-';
    whole = strspn(text, DIGITS);
    if (decimals && text[whole] == '.')
        behind = 1 + strspn(text + whole + 1, DIGITS);
    return whole > 0 && whole + behind <= 18 && text[whole + behind] == '\0';
}
