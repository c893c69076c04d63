#ifndef MUNJA_SETTINGS_BUSINESS_H
#define MUNJA_SETTINGS_BUSINESS_H

#include <stdbool.h>

#include "settings/settings.h"

/* Whose business an alert is: of the monitor sections whose source and host fit; without a source, those of
   the kind that it came from. business_has: whether there is one at all. */
bool business_is(const struct section *monitor, const char *source, const char *host);
bool business_has(const struct settings *settings, const char *source, const char *host);

#endif
