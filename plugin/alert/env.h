#ifndef MUNJA_ALERT_ENV_H
#define MUNJA_ALERT_ENV_H

#include <stdbool.h>
#include <stddef.h>

#include "alert/alert.h"
#include "alert/source.h"
#include "base/error.h"

/* Reading a monitor's environment by table. */

enum env_form {
    ENV_TEXT,
    ENV_ESCAPED,      /* \n is a line break, \\ a backslash */
    ENV_FIRST,        /* the first of a list with commas */
    ENV_MICROSECONDS, /* since 1970: the seconds */
};

/* A table ends with a zeroed entry. Of several rows for a field the first that says something counts. */
struct env_field {
    const char *name; /* without the prefix that all share */
    const char *field;
    enum env_form form;
};

/* The value of PREFIX NAME, or NULL when it is absent, empty, or a macro not expanded: monitors export every
   name, so presence tells nothing. */
const char *env_value(const struct input *input, const char *prefix, const char *name);

/* Fill fields the alert does not have yet. */
bool env_read(const struct input *input, const char *prefix, const struct env_field *table,
              struct alert *alert, struct error *err);

/* Custom variables: every name that starts with prefix becomes a field named by what follows its first skip
   bytes, in lower case. Names that cannot be a field's are passed over. */
bool env_custom(const struct input *input, const char *prefix, size_t skip, struct alert *alert,
                struct error *err);

#endif
