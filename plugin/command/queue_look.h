#ifndef MUNJA_COMMAND_QUEUE_LOOK_H
#define MUNJA_COMMAND_QUEUE_LOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "store/store.h"

/* Print the newest records of these states (bits, 1 << RECORD_WAITING and so on), at most so many. */
bool queue_list(struct store *store, unsigned states, size_t most, bool json, struct error *err);

/* Print everything about one record. That there is none is an error. */
bool queue_show(struct store *store, int64_t id, bool json, struct error *err);

#endif
