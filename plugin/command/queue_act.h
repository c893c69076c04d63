#ifndef MUNJA_COMMAND_QUEUE_ACT_H
#define MUNJA_COMMAND_QUEUE_ACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "store/store.h"

/* Do to these records what the word says, "retry" or "drop", and print what became of each. *code is 0 when
   all of it was done, else 3. */
bool queue_act(struct store *store, const char *word, const int64_t *id, size_t count, bool json, int *code,
               struct error *err);

#endif
