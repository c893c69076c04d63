/* Asked before an alert is accepted, when no more is known of a monitor than its section says. */
#include "settings/business.h"

#include <fnmatch.h>
#include <string.h>

/* Matching takes time by the product of lengths: a host's name may be as long as a monitor likes. */
#define MATCHED_BYTES_MAX 1024

static const struct {
    const char *type, *source;
} kinds[] = { { "nagios", "nagios" }, { "icinga2", "icinga" }, { "zabbix", "zabbix" } };

static bool is_kind(const char *type, const char *source)
{
    for (size_t i = 0; type != NULL && i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].type, type) == 0)
            return strcmp(kinds[i].source, source) == 0;
    return false;
}

static bool fits(const struct entry *entry, const char *text)
{
    for (size_t i = 0; i < entry->values; i++)
        if (strlen(text) < MATCHED_BYTES_MAX && fnmatch(entry->value[i], text, FNM_CASEFOLD) == 0)
            return true;
    return false;
}

bool business_is(const struct section *monitor, const char *source, const char *host)
{
    const struct entry *sources = section_entry(monitor, "source"), *hosts = section_entry(monitor, "host");

    return (sources != NULL ? fits(sources, source) : is_kind(section_text(monitor, NULL, "type"), source))
           && (hosts == NULL || fits(hosts, host));
}

bool business_has(const struct settings *settings, const char *source, const char *host)
{
    for (size_t i = 0; i < settings->monitors.count; i++)
        if (business_is(&settings->monitors.section[i], source, host))
            return true;
    return false;
}
