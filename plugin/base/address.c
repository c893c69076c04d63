/* Addresses that others fetch: munja never does, so their form is all that is looked at. */
#include "base/address.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

/* The bytes of the scheme in front; 0 when there is none. */
static size_t scheme_of(const char *text)
{
    return strncmp(text, "https://", 8) == 0 ? 8 : strncmp(text, "http://", 7) == 0 ? 7 : 0;
}

bool address_begins(const char *text)
{
    return scheme_of(text) > 0;
}

bool address_holds(const char *text)
{
    size_t scheme = scheme_of(text);

    for (const char *c = text; *c != '\0'; c++)
        if (*c <= ' ' || *c > '~')
            return false;
    return scheme > 0 && isalnum((unsigned char)text[scheme]);
}
