#ifndef MUNJA_NEB_ARGS_H
#define MUNJA_NEB_ARGS_H

#include <stdbool.h>

#include "base/error.h"

#define ARGS_PATH_BYTES 1024

/* What stands behind the module's path in the line broker_module= of nagios.cfg. */
struct args {
    char config[ARGS_PATH_BYTES];
    char munja[ARGS_PATH_BYTES];    /* the program that delivers what no worker does */
    char commands[ARGS_PATH_BYTES]; /* notification commands that the module stands in for: a,b */
};

/* NAME=VALUE, separated by blanks; text may be NULL. What is not given has its default. */
bool args_read(const char *text, struct args *args, struct error *err);

/* Whether this command, which may be NULL, is one of those. */
bool args_command(const struct args *args, const char *command);

#endif
