/* Macros which a monitor does not know stay as they were written. */
#include "alert/macro.h"

#include <string.h>

/* Zabbix writes its macros in capitals: a host may well be called {web}. */
static const char *const capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:$#";
static const char *const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:$#";

static bool enclosed(const char *value, char open, const char *within, char shut)
{
    size_t length = strlen(value);

    return length > 2 && value[0] == open && value[length - 1] == shut
           && strspn(value + 1, within) >= length - 2 && strspn(value, "${}.:#_0123456789") < length;
}

bool macro_literal(const char *value)
{
    /* A host notification's "$SERVICEDESC$" goes through Nagios' shell and arrives as "$". */
    return strcmp(value, "$") == 0 || strcmp(value, "*UNKNOWN*") == 0 || enclosed(value, '$', letters, '$')
           || enclosed(value, '{', capitals, '}');
}
