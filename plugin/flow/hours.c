/* When a route is open. */
#include "flow/hours.h"

#include <string.h>
#include <strings.h>
#include <time.h>

#define DAY_MINUTES (24 * 60)
#define ALL_DAYS    0x7fU

/* "Mon" at *text, passed over; -1 when it is no day. */
static int read_day(const char **text)
{
    static const char names[7][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };

    for (int day = 0; day < 7; day++) {
        if (strncasecmp(*text, names[day], 3) == 0) {
            *text += 3;
            return day;
        }
    }
    return -1;
}

static bool read_days(const char **text, unsigned *days)
{
    int first = read_day(text), last = first;

    if (**text == '-') {
        ++*text;
        last = read_day(text);
    }
    if (first < 0 || last < 0 || **text != ' ')
        return false;
    *text += strspn(*text, " ");
    *days = 1U << last;
    for (int day = first; day != last; day = (day + 1) % 7)
        *days |= 1U << day;
    return true;
}

static bool read_two(const char **text, int *value)
{
    const char *digits = *text;

    if (digits[0] < '0' || digits[0] > '9' || digits[1] < '0' || digits[1] > '9')
        return false;
    *value = (digits[0] - '0') * 10 + (digits[1] - '0');
    *text += 2;
    return true;
}

/* "09:30", up to "24:00". */
static bool read_clock(const char **text, int *minutes)
{
    int hour, minute;

    if (!read_two(text, &hour) || *(*text)++ != ':' || !read_two(text, &minute))
        return false;
    *minutes = hour * 60 + minute;
    return minute < 60 && *minutes <= DAY_MINUTES;
}

bool hours_read(const char *text, struct hours *hours)
{
    struct hours found = { .days = ALL_DAYS };

    if ((*text < '0' || *text > '9') && !read_days(&text, &found.days))
        return false;
    if (!read_clock(&text, &found.start) || *text++ != '-' || !read_clock(&text, &found.end) || *text != '\0')
        return false;
    *hours = found;
    return true;
}

bool hours_hold(const struct hours *hours, int64_t now_s)
{
    time_t now = (time_t)now_s;
    struct tm tm = { 0 };
    unsigned today, yesterday;
    int minute;

    localtime_r(&now, &tm);
    today = hours->days >> tm.tm_wday & 1U;
    yesterday = hours->days >> (tm.tm_wday + 6) % 7 & 1U;
    minute = tm.tm_hour * 60 + tm.tm_min;
    if (hours->start < hours->end)
        return today && minute >= hours->start && minute < hours->end;
    return (today && minute >= hours->start) || (yesterday && minute < hours->end);
}
