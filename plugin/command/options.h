#ifndef MUNJA_COMMAND_OPTIONS_H
#define MUNJA_COMMAND_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct settings;

/* Exit codes of the monitoring plugin guidelines. */
enum { EXIT_OK = 0, EXIT_WARNING = 1, EXIT_CRITICAL = 2, EXIT_UNKNOWN = 3 };

/* One option of a command. A table ended by a zeroed entry is the help and the parser at once. */
struct option_spec {
    char letter;          /* 0: long name only */
    const char *name;     /* "config" */
    const char *argument; /* "FILE"; NULL: a flag */
    const char *help;
    const char **value; /* an option that may stand once: its argument, or "" for a flag */
    const char **
        *list; /* an option that may be repeated: grown with realloc, NULL-terminated; the caller frees */
};

/* Options that mean the same in every command that has them; value: where the argument goes. */
#define OPTION_CONFIG(value)                                                                                 \
    {                                                                                                        \
        'f', "config", "FILE", "configuration ($MUNJA_CONFIG, else " MUNJA_CONFIG ")", value, NULL           \
    }
#define OPTION_TIMEOUT(value)                                                                                \
    {                                                                                                        \
        't', "timeout", "SECONDS", "for everything together (default: the configuration's, 20)", value, NULL \
    }
#define OPTION_JSON(value)                                                                                   \
    {                                                                                                        \
        0, "json", NULL, "one JSON document on stdout", value, NULL                                          \
    }

/* One command line, its options, and what it is for. */
struct command_help {
    const char *usage;   /* "munja explain API CODE" */
    const char *purpose; /* a sentence or two */
};

/* Parse argv[1…] (argv[0] is the command's word). Options may follow operands; "--" ends them. -h and -V
   print and set *done (exit 3). Operands are left in order at argv[1…], *operands of them. The error
   (ERROR_USAGE) names the option. */
bool options_read(int argc, char **argv, const struct option_spec *specs, const struct command_help *help,
                  int *operands, bool *done, struct error *err);

/* The configuration that --config (NULL: not given) or the environment names; and read it, as settings_load
   does. */
const char *options_config(const char *config);
bool options_settings(const char *config, struct settings *settings, struct error *err);

/* Seconds from --timeout; *timeout_s stays as it is where it was not given. */
bool options_timeout(const char *timeout, int *timeout_s, struct error *err);

/* Log to standard error when --verbose was given. */
void options_log(const char *verbose);

#endif
