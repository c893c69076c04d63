#ifndef MUNJA_FLOW_ROUTE_H
#define MUNJA_FLOW_ROUTE_H

#include <stdbool.h>
#include <stdint.h>

#include "alert/alert.h"
#include "settings/settings.h"

/* Whether every pattern key that the section has fits: any of its shell patterns, upper and lower case alike.
   A group matches when one of the groups in its comma-separated list does. */
bool route_matches(const struct section *section, const struct alert *alert, const char *recipient,
                   int64_t now_s);

#endif
