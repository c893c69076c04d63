#ifndef MUNJA_SETTINGS_VALUE_H
#define MUNJA_SETTINGS_VALUE_H

#include <stdbool.h>

#include "base/error.h"
#include "settings/settings.h"

/* Let libconfuse read the text behind a key: one value, or a list in braces. Sets value, values and list of
   the entry. *fault stays NULL when all is well, else it says what is wrong, without the value, and the entry
   has no values. Returns false only when memory ran out. */
bool value_read(const char *text, struct entry *entry, const char **fault, struct error *err);

/* Free what the entry owns. */
void value_clear(struct entry *entry);

#endif
