/* Reservations: gateways send at Korean times, and what one of them would take wrongly must never reach it.
 */
#include "flow/at.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* Korea keeps UTC+9 all the year. */
#define KOREA_S (9 * 60 * 60)

static bool is_form(const char *text, const char *form)
{
    size_t i = 0;

    for (; form[i] != '\0'; i++)
        if (form[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
            return false;
    return text[i] == '\0';
}

/* Seconds since 1970 of a Korean time that exists; -1 for others. */
static int64_t seconds_of(const char *at)
{
    struct tm said = { 0 }, real;
    time_t when;

    if (sscanf(at, "%4d-%2d-%2d %2d:%2d:%2d", &said.tm_year, &said.tm_mon, &said.tm_mday, &said.tm_hour,
               &said.tm_min, &said.tm_sec)
        != 6)
        return -1;
    said.tm_year -= 1900;
    said.tm_mon--;
    real = said;
    when = timegm(&real);
    /* timegm makes March of February 30. */
    if (real.tm_year != said.tm_year || real.tm_mon != said.tm_mon || real.tm_mday != said.tm_mday
        || real.tm_hour != said.tm_hour || real.tm_min != said.tm_min || real.tm_sec != said.tm_sec)
        return -1;
    return (int64_t)when - KOREA_S;
}

bool at_read(const char *text, int64_t now_ms, char at[AT_BYTES], struct error *err)
{
    char whole[AT_BYTES];
    int64_t when;

    if (is_form(text, "0000-00-00 00:00"))
        snprintf(whole, sizeof whole, "%s:00", text);
    else if (is_form(text, "0000-00-00 00:00:00"))
        snprintf(whole, sizeof whole, "%s", text);
    else
        return error_set(err, ERROR_USAGE, 0,
                         "\"%.30s\" is not written as YYYY-MM-DD HH:MM or YYYY-MM-DD HH:MM:SS", text);
    when = seconds_of(whole);
    if (when < 0)
        return error_set(err, ERROR_USAGE, 0, "there is no %s", whole);
    if (when * 1000 <= now_ms)
        return error_set(err, ERROR_USAGE, 0, "%s in Korea is past", whole);
    memcpy(at, whole, sizeof whole);
    return true;
}

int64_t at_ms(const char *at)
{
    int64_t when = at[0] == '\0' ? 0 : seconds_of(at);

    return when > 0 ? when * 1000 : 0;
}
