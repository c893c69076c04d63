/* Which alerts a route takes. */
#include "flow/route.h"

#include <fnmatch.h>
#include <string.h>

#include "flow/hours.h"

/* Matching takes time by the product of lengths: an alert field may be as long as a monitor likes. */
#define MATCHED_BYTES 1024

/* The keys of a route that say which alerts it takes; hours is apart. */
static const char *const patterns[] = { "to",    "source",   "type",  "host",    "service",
                                        "state", "severity", "group", "contact", NULL };

static bool fits_any(const struct entry *entry, const char *value, size_t bytes)
{
    char text[MATCHED_BYTES];

    if (bytes >= sizeof text)
        bytes = sizeof text - 1;
    memcpy(text, value, bytes);
    text[bytes] = '\0';
    for (size_t i = 0; i < entry->values; i++) {
        if (fnmatch(entry->value[i], text, FNM_CASEFOLD) == 0)
            return true;
    }
    return false;
}

static bool fits_one_of_list(const struct entry *entry, const char *value)
{
    for (;;) {
        size_t bytes;

        value += strspn(value, ", ");
        bytes = strcspn(value, ",");
        if (fits_any(entry, value, bytes))
            return true;
        if (value[bytes] == '\0')
            return false;
        value += bytes;
    }
}

static bool is_open(const struct entry *entry, int64_t now_s)
{
    struct hours hours;

    for (size_t i = 0; i < entry->values; i++) {
        if (hours_read(entry->value[i], &hours) && hours_hold(&hours, now_s))
            return true;
    }
    return false;
}

bool route_matches(const struct section *section, const struct alert *alert, const char *recipient,
                   int64_t now_s)
{
    const struct entry *hours = section_entry(section, "hours");

    for (size_t i = 0; patterns[i] != NULL; i++) {
        const char *name = patterns[i];
        const struct entry *entry = section_entry(section, name);
        const char *value = strcmp(name, "to") == 0 ? recipient : alert_get(alert, name);

        if (entry == NULL || fits_any(entry, value, strlen(value)))
            continue;
        if (strcmp(name, "group") != 0 || !fits_one_of_list(entry, value))
            return false;
    }
    return hours == NULL || is_open(hours, now_s);
}
