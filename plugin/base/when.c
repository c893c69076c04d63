/* Times as people and gateways write them. */
#include "base/when.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const char form[] = "0000-00-00 00:00:00";

bool when_begins(const char *text)
{
    for (size_t i = 0; form[i] != '\0'; i++)
        if (form[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
            return false;
    return true;
}

int64_t when_korean_s(const char *text)
{
    struct tm said = { 0 }, real;
    int64_t when;

    if (text == NULL || !when_begins(text) || text[strlen(form)] != '\0'
        || sscanf(text, "%4d-%2d-%2d %2d:%2d:%2d", &said.tm_year, &said.tm_mon, &said.tm_mday, &said.tm_hour,
                  &said.tm_min, &said.tm_sec)
               != 6)
        return -1;
    said.tm_year -= 1900;
    said.tm_mon--;
    real = said;
    when = (int64_t)timegm(&real) - WHEN_KOREA_S;
    /* timegm makes March of February 30. */
    if (real.tm_year != said.tm_year || real.tm_mon != said.tm_mon || real.tm_mday != said.tm_mday
        || real.tm_hour != said.tm_hour || real.tm_min != said.tm_min || real.tm_sec != said.tm_sec)
        return -1;
    return when < 0 ? -1 : when;
}

void when_korean_month(int64_t ms, char month[WHEN_MONTH_BYTES])
{
    time_t korea = (time_t)(ms / 1000 + WHEN_KOREA_S);
    struct tm tm = { 0 };

    gmtime_r(&korea, &tm);
    strftime(month, WHEN_MONTH_BYTES, "%Y%m", &tm);
}
