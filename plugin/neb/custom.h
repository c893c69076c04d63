#ifndef MUNJA_NEB_CUSTOM_H
#define MUNJA_NEB_CUSTOM_H

#include <stddef.h>

#include "alert/alert.h"
#include "settings/settings.h"

#define CUSTOM_MOST 32

/* Custom variables that templates ask for ({{_hostrack}}), as the core's macros (_HOSTRACK): a core tells
   their values, but not which there are. */
struct custom {
    char macro[CUSTOM_MOST][ALERT_NAME_MAX + 1];
    size_t count;
};

/* Gather them from the templates of munja.conf. */
void custom_gather(const struct settings *settings, struct custom *custom);

#endif
