#ifndef MUNJA_COMMAND_SHEET_H
#define MUNJA_COMMAND_SHEET_H

#include <stdbool.h>

#include <json-c/json.h>

#include "base/error.h"
#include "provider/listing.h"

/* Rows under columns, shown: a table for people, objects for programs. A cell that says nothing is "-" in the
   one and null in the other. */

bool sheet_table(const struct listing *listing, struct error *err);

/* Add a cell to a row's object: munja's own counts (id, attempt, tries) are numbers, everything else is text.
   False only when memory ran out. */
bool sheet_cell(struct json_object *object, const char *column, const char *cell);

/* A row as an object, its columns the keys. NULL when memory ran out. */
struct json_object *sheet_row(const struct listing *listing, size_t row);

/* All rows as an array under that key. False only when memory ran out. */
bool sheet_rows(struct json_object *document, const char *key, const struct listing *listing);

/* Print the document on one line and let go of it. made false: it is not whole, memory ran out. */
bool sheet_json(struct json_object *document, bool made, struct error *err);

#endif
