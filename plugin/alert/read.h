#ifndef MUNJA_ALERT_READ_H
#define MUNJA_ALERT_READ_H

#include <stdbool.h>

#include "alert/alert.h"
#include "alert/source.h"
#include "base/error.h"

/* One reader for each monitor, a file each. To add a source: its file, its line here and in source.c. */
bool nagios_read(const struct input *input, struct alert *alert, struct error *err);
bool icinga_read(const struct input *input, struct alert *alert, struct error *err);
bool zabbix_read(const struct input *input, struct alert *alert, struct error *err);
bool checkmk_read(const struct input *input, struct alert *alert, struct error *err);

/* Operands of the caller's own: a subject with a message, or one alone. Either may be NULL. */
bool source_operands(const char *subject, const char *message, struct alert *alert, struct error *err);

#endif
