#ifndef MUNJA_COMMAND_SHOW_H
#define MUNJA_COMMAND_SHOW_H

#include <stdbool.h>
#include <stddef.h>

#include "flow/answer.h"
#include "flow/plan.h"
#include "store/store.h"

/* --dry-run: for each recipient the providers in order, and for each of them kind, size of limit, the exact
   text, what was cut or replaced. For people, or as one JSON document. Touches neither store nor network. */
bool show_records(const struct plan *plan, const struct record *records, size_t count, bool json,
                  struct error *err);

/* The answer as one JSON document; line is the one that a monitor would get. */
bool show_answer(const struct answer_line *answer, const char *line, struct error *err);

#endif
