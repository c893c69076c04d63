/* Rows for people and for programs. */
#include "command/sheet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/table.h"
#include "http/json.h"

bool sheet_table(const struct listing *listing, struct error *err)
{
    size_t width = 0;
    const char **cell;

    while (listing->column[width] != NULL)
        width++;
    cell = calloc(listing->count * width + 1, sizeof *cell);
    if (cell == NULL)
        return error_memory(err);
    for (size_t i = 0; i < listing->count * width; i++)
        cell[i] = listing->row[i / width][i % width];
    table_print(stdout, listing->column, cell, listing->count);
    free(cell);
    return true;
}

static bool is_count(const char *column)
{
    return strcmp(column, "id") == 0 || strcmp(column, "attempt") == 0 || strcmp(column, "tries") == 0;
}

bool sheet_cell(struct json_object *object, const char *column, const char *cell)
{
    if (cell == NULL)
        return json_object_object_add(object, column, NULL) == 0;
    return json_add(object, column,
                    is_count(column) ? json_object_new_int64(strtoll(cell, NULL, 10))
                                     : json_object_new_string(cell));
}

struct json_object *sheet_row(const struct listing *listing, size_t row)
{
    struct json_object *object = json_object_new_object();
    bool made = object != NULL;

    for (size_t i = 0; made && listing->column[i] != NULL; i++)
        made = sheet_cell(object, listing->column[i], listing->row[row][i]);
    if (!made) {
        json_object_put(object);
        return NULL;
    }
    return object;
}

bool sheet_rows(struct json_object *document, const char *key, const struct listing *listing)
{
    struct json_object *rows = json_object_new_array();
    bool made = json_add(document, key, rows);

    for (size_t i = 0; made && i < listing->count; i++)
        made = json_push(rows, sheet_row(listing, i));
    return made;
}

bool sheet_json(struct json_object *document, bool made, struct error *err)
{
    const char *text = made ? json_print(document) : NULL;

    if (text != NULL)
        puts(text);
    json_object_put(document);
    return text != NULL || error_memory(err);
}
