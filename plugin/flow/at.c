/* Reservations: gateways send at Korean times, and what one of them would take wrongly must never reach it.
 */
#include "flow/at.h"

#include <stdio.h>
#include <string.h>

#include "base/when.h"

bool at_read(const char *text, int64_t now_ms, char at[AT_BYTES], struct error *err)
{
    char whole[AT_BYTES];
    int64_t when;

    snprintf(whole, sizeof whole, "%.20s%s", text, strlen(text) == strlen("YYYY-MM-DD HH:MM") ? ":00" : "");
    if (!when_begins(whole) || strlen(whole) != strlen("YYYY-MM-DD HH:MM:SS"))
        return error_set(err, ERROR_USAGE, 0,
                         "\"%.30s\" is not written as YYYY-MM-DD HH:MM or YYYY-MM-DD HH:MM:SS", text);
    when = when_korean_s(whole);
    if (when < 0)
        return error_set(err, ERROR_USAGE, 0, "there is no %s", whole);
    if (when * 1000 <= now_ms)
        return error_set(err, ERROR_USAGE, 0, "%s in Korea is past", whole);
    memcpy(at, whole, sizeof whole);
    return true;
}

int64_t at_ms(const char *at)
{
    int64_t when = when_korean_s(at);

    return when > 0 ? when * 1000 : 0;
}
