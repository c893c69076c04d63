#ifndef MUNJA_NEB_NOTICE_H
#define MUNJA_NEB_NOTICE_H

#include <stdbool.h>

#include "alert/alert.h"
#include "base/error.h"
#include "neb/core.h"
#include "neb/custom.h"

/* The alert that a command run for this event would read from its environment, but whole: nothing is cleaned
   or cut by the core. alert_check is the caller's. */
bool notice_read(const struct core_method *method, const struct custom *custom, struct alert *alert,
                 struct error *err);

#endif
