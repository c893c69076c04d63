#ifndef MUNJA_COMMAND_HEARD_H
#define MUNJA_COMMAND_HEARD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "provider/provider.h"

/* What one provider answered to a question. */
struct heard {
    const struct provider *provider;
    struct answer answer;
    struct error fault; /* why it could not be kept, when it had to be */
};

/* The plugin state of an answer: 0 done, 1 done with a fault, 2 the gateway says no, 3 it is not known. */
int heard_state(const struct outcome *outcome);

/* Show them: for people a table and a line for each that has none, for programs one document. many: several
   may be asked, so that the table names the provider and the document is an array. */
bool heard_show(const struct heard *heard, size_t count, const char *operation, bool many, struct error *err);
bool heard_show_json(const struct heard *heard, size_t count, const char *operation, bool many,
                     struct error *err);

#endif
