/* Where the cores differ. */
#include "neb/core.h"

#include <dlfcn.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* As measured in the running cores, on 64 bits. */
_Static_assert(sizeof(void *) != 8
                   || (offsetof(struct core_method, kind) == 32 && offsetof(struct core_method, host) == 72
                       && offsetof(struct core_method, command) == 96
                       && offsetof(struct core_method, output) == 120
                       && offsetof(struct core_method, object) == 152 && sizeof(struct core_method) == 168),
               "the layout is not the cores'");

#define LOG_ERROR 1
#define LOG_INFO  262144

/* ISO C has no cast from an object pointer to a function; POSIX promises that the bits are the same. */
static union {
    void *address[3];
    struct {
        void (*nagios)(int kind, int console, const char *format, ...);
        void (*naemon)(int kind, const char *format, ...);
        int (*clear_dates)(void *macros);
    } call;
} found;

void core_find(void)
{
    static const char *const names[] = { "logit", "nm_log", "clear_datetime_macros_r" };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        found.address[i] = dlsym(RTLD_DEFAULT, names[i]);
}

int core_api_version(void)
{
    static const struct {
        int from, number;
    } versions[] = { { 10500, 8 }, { 10403, 7 }, { 10402, 6 }, { 10100, 5 } };
    const char *version = get_program_version();
    int major = 0, minor = 0, patch = 0;

    if (found.call.naemon == NULL || version == NULL
        || sscanf(version, "%d.%d.%d", &major, &minor, &patch) < 2)
        return 4;
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++)
        if (major * 10000 + minor * 100 + patch >= versions[i].from)
            return versions[i].number;
    return 4;
}

void core_log(enum log_level level, const char *line)
{
    int kind = level == LOG_LEVEL_ERROR ? LOG_ERROR : LOG_INFO;

    if (found.call.naemon != NULL)
        found.call.naemon(kind, "munja: %s", line);
    else if (found.call.nagios != NULL)
        found.call.nagios(kind, 0, "munja: %s", line);
}

void core_clear_macros(void *macros)
{
    clear_argv_macros_r(macros);
    clear_host_macros_r(macros);
    clear_hostgroup_macros_r(macros);
    clear_service_macros_r(macros);
    clear_servicegroup_macros_r(macros);
    clear_contact_macros_r(macros);
    clear_contactgroup_macros_r(macros);
    clear_summary_macros_r(macros);
    if (found.call.clear_dates != NULL)
        found.call.clear_dates(macros);
}
