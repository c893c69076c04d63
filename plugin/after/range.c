/* Thresholds as every monitoring plugin writes them. */
#include "after/range.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS "0123456789"

/* Longer numbers mean nothing in a threshold. */
#define NUMBER_BYTES_MAX 24

/* strtod alone would take "inf", "0x10", "1e9" and blanks in front. */
bool range_number(const char *text, double *number)
{
    const char *at = text + (*text == '-');
    size_t whole = strspn(at, DIGITS);

    if (whole == 0 || strlen(text) > NUMBER_BYTES_MAX)
        return false;
    at += whole;
    if (*at == '.') {
        if (strspn(at + 1, DIGITS) == 0)
            return false;
        at += 1 + strspn(at + 1, DIGITS);
    }
    if (*at != '\0')
        return false;
    *number = strtod(text, NULL);
    return true;
}

/* What stands before the colon: nothing is 0. */
static bool read_start(const char *text, size_t bytes, double *start)
{
    char number[NUMBER_BYTES_MAX + 1] = "";

    if (bytes == 0)
        return true;
    if (bytes == 1 && *text == '~') {
        *start = -INFINITY;
        return true;
    }
    if (bytes > NUMBER_BYTES_MAX)
        return false;
    memcpy(number, text, bytes);
    return range_number(number, start);
}

static bool read_ends(const char *text, struct range *range)
{
    const char *colon = strchr(text, ':');

    if (colon == NULL)
        return range_number(text, &range->end);
    if (strcmp(text, ":") == 0 || !read_start(text, (size_t)(colon - text), &range->start))
        return false;
    return colon[1] == '\0' || range_number(colon + 1, &range->end);
}

bool range_read(const char *option, const char *text, struct range *range, struct error *err)
{
    struct range read = { .text = text, .start = 0, .end = INFINITY, .inside = *text == '@' };

    if (!read_ends(text + read.inside, &read) || read.start > read.end)
        return error_set(err, ERROR_USAGE, 0,
                         "option --%s: \"%.40s\" is no range, as in 10, 10:, ~:10, 10:20 or @10:20", option,
                         text);
    *range = read;
    return true;
}

static bool alerts(const struct range *range, double value)
{
    return (value >= range->start && value <= range->end) == range->inside;
}

int range_state(double value, const struct range *warning, const struct range *critical)
{
    return alerts(critical, value) ? 2 : alerts(warning, value) ? 1 : 0;
}
