#ifndef MUNJA_BASE_WHEN_H
#define MUNJA_BASE_WHEN_H

#include <stdbool.h>
#include <stdint.h>

/* Korea keeps UTC+9 all the year. */
#define WHEN_KOREA_S (9 * 60 * 60)

/* Whether text begins as times are written here, "YYYY-MM-DD HH:MM:SS", whatever stands behind. */
bool when_begins(const char *text);

/* Seconds since 1970 of a Korean time in exactly that form; -1 for another form, a time that does not exist
   (February 30), one before 1970, and NULL. */
int64_t when_korean_s(const char *text);

/* The Korean month of that moment, "YYYYMM": gateways keep tables by it. Their clocks may be off by so much:
   in the next month already, or still in the last one. */
#define WHEN_MONTH_BYTES    16
#define WHEN_MONTH_SLACK_MS ((int64_t)60 * 60 * 1000)
void when_korean_month(int64_t ms, char month[WHEN_MONTH_BYTES]);

#endif
