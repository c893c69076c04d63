/* Codes that people read from one phone and type into another. */
#include "base/code.h"

#include <string.h>
#include <sys/random.h>

static const char signs[] = "23456789ACDEFHJKMNPRTWXY";
#define DIGITS 8
#define SIGNS  (sizeof signs - 1)

bool code_is(const char *text, size_t bytes)
{
    size_t digits = 0;

    if (bytes != CODE_SHORT && bytes != CODE_LONG)
        return false;
    for (size_t i = 0; i < bytes; i++) {
        char c = text[i] >= 'a' && text[i] <= 'z' ? (char)(text[i] - 'a' + 'A') : text[i];
        const char *sign = c == '\0' ? NULL : strchr(signs, c);
        if (sign == NULL)
            return false;
        digits += sign < signs + DIGITS;
    }
    return digits > 0 && digits < bytes;
}

bool code_draw(size_t length, char code[CODE_BYTES], struct error *err)
{
    unsigned char dice[CODE_LONG];

    do {
        if (getrandom(dice, length, 0) != (ssize_t)length)
            return error_set(err, ERROR_SYSTEM, 0, "no random numbers");
        /* Not all are equally likely, which does no harm: nothing is secret here. */
        for (size_t i = 0; i < length; i++)
            code[i] = signs[dice[i] % SIGNS];
        code[length] = '\0';
    } while (!code_is(code, length));
    return true;
}
