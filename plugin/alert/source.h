#ifndef MUNJA_ALERT_SOURCE_H
#define MUNJA_ALERT_SOURCE_H

#include <stdbool.h>

#include "alert/alert.h"
#include "base/error.h"

enum source { SOURCE_GUESS, SOURCE_NAGIOS, SOURCE_ICINGA, SOURCE_ZABBIX, SOURCE_CHECKMK, SOURCE_ARGS };

/* What the caller handed over. Nothing is owned. */
struct input {
    char *const *environment; /* NAME=VALUE, ended by NULL, as environ */
    const char *subject;      /* operands; NULL when not given */
    const char *message;
    /* In place of the environment, in a monitor's own process: a variable's value, good until the next look.
     */
    const char *(*look)(void *context, const char *name);
    void *context;
};

/* The last entry of that name: Icinga appends its own behind an inherited one. NULL when absent. */
const char *input_env(const struct input *input, const char *name);

/* A word of --source; false when there is no such source. */
bool source_named(const char *word, enum source *source);
const char *source_name(enum source source);

/* Whose environment or text this is: Checkmk's NOTIFY_*, Nagios' NAGIOS_*, Icinga's names, Zabbix when there
   are operands, else plain arguments. */
enum source source_guess(const struct input *input);

/* Fill the alert with what the source says; fields that it does not give stay absent. Options (--field) are
   set by the caller afterwards and win. Does not call alert_check. Literal macros ($NAME$, {NAME}, *UNKNOWN*)
   count as absent. */
bool source_read(enum source source, const struct input *input, struct alert *alert, struct error *err);

#endif
