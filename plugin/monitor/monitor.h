#ifndef MUNJA_MONITOR_MONITOR_H
#define MUNJA_MONITOR_MONITOR_H

#include <stdbool.h>

#include "http/wire.h"
#include "monitor/type.h"
#include "settings/settings.h"

/* A section monitor "name" { … }, ready to be told something. */
struct monitor {
    const char *name; /* the section's */
    const struct monitor_type *type;
    const struct section *section;
    const char *user, *secret;
    const char *command_file;                 /* NULL: by its API */
    const char *result_host, *result_service; /* where results go; NULL: nowhere */
    bool notify;
    struct carrier_settings carrier; /* of the API */
    struct {
        char *secret, *url, *ca_file, *command_file;
    } owned; /* what texts above point to: monitor_clear */
};

/* Keys of every monitor, whatever its type. */
extern const struct setting monitor_keys[];

/* Make a monitor of its section, which must outlive it. Every fault is added to faults with its line; usable
   says whether it can be told anything all the same. Returns false only when memory ran out. */
bool monitor_open(const struct settings *settings, const struct section *section, struct monitor *monitor,
                  struct faults *faults, bool *usable, struct error *err);
void monitor_clear(struct monitor *monitor);

/* Whether an alert of that source about that host is its business. */
bool monitor_is_for(const struct monitor *monitor, const char *source, const char *host);

#endif
