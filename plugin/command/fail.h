#ifndef MUNJA_COMMAND_FAIL_H
#define MUNJA_COMMAND_FAIL_H

#include <stdbool.h>

#include "base/error.h"

/* Whether --json stands among the arguments, for a command line that could not be read. */
bool fail_in_json(int argc, char **argv);

/* The answer of a command that could not do anything: one line, or one JSON document. Returns the exit
 * code, 3. */
int fail(const struct error *err, bool json);

#endif
