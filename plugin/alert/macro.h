#ifndef MUNJA_ALERT_MACRO_H
#define MUNJA_ALERT_MACRO_H

#include <stdbool.h>

/* Whether the whole value is a macro that the monitor did not expand: $NAME$ (or the "$" that a shell leaves
   of it), {NAME} and Zabbix' *UNKNOWN*. Such a value says nothing. */
bool macro_literal(const char *value);

#endif
