/* Macros which a monitor does not know stay as they were written. */
#include "alert/macro.h"

#include <string.h>

static const char *const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
static const char *const name_characters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:$#";

static bool enclosed(const char *value, char open, char shut)
{
    size_t length = strlen(value);

    return length > 2 && value[0] == open && value[length - 1] == shut
           && strspn(value + 1, name_characters) >= length - 2 && strpbrk(value, letters) != NULL;
}

bool macro_literal(const char *value)
{
    /* A host notification's "$SERVICEDESC$" goes through Nagios' shell and arrives as "$". */
    return strcmp(value, "$") == 0 || strcmp(value, "*UNKNOWN*") == 0 || enclosed(value, '$', '$')
           || enclosed(value, '{', '}');
}
