/* Rows that judge functions make of replies. */
#include "provider/listing.h"

#include <stdlib.h>
#include <string.h>

const char *const listing_balance[] = { "left", "unit", "charge", NULL };
const char *const listing_result[] = { "reference", "recipient", "kind", "state",   "code",
                                       "meaning",   "sent",      "done", "carrier", NULL };
const char *const listing_list[] = { "reference", "kind", "recipient", "sender", "subject", "text",
                                     "state",     "code", "meaning",   "sent",   "files",   NULL };
const char *const listing_reservation[] = { "reference", "kind", "recipient", "sender", "text",
                                            "time",      "zone", "state",     NULL };
const char *const listing_cancelled[] = { "reference", NULL };
const char *const listing_unsubscribed[] = { "number", "since", "by", NULL };
const char *const listing_senders[] = { "number", NULL };
const char *const listing_reports[] = { "reference", "recipient", "state", "code", "meaning", "time", NULL };
const char *const listing_replies[] = { "reference", "sender", "recipient", "text", "time", NULL };
const char *const listing_signup[] = { "name", NULL };
const char *const listing_webhook[] = { "what",    "reference", "recipient", "sender",  "state", "code",
                                        "meaning", "text",      "time",      "carrier", NULL };

static size_t width(const struct listing *listing)
{
    size_t columns = 0;

    while (listing->column != NULL && listing->column[columns] != NULL)
        columns++;
    return columns;
}

static void row_free(char **row, size_t columns)
{
    for (size_t i = 0; row != NULL && i < columns; i++)
        free(row[i]);
    free(row);
}

void listing_start(struct listing *listing, const char *const *columns)
{
    *listing = (struct listing){ .column = columns, .total = -1 };
}

bool listing_add(struct listing *listing, const char *const *cells)
{
    size_t columns = width(listing);
    char **row = calloc(columns + 1, sizeof *row);
    char ***grown;

    for (size_t i = 0; row != NULL && i < columns; i++)
        if (cells[i] != NULL && (row[i] = strdup(cells[i])) == NULL) {
            row_free(row, columns);
            return false;
        }
    /* Room doubles at each power of two. */
    if (row != NULL && (listing->count & (listing->count - 1)) == 0) {
        grown = realloc(listing->row, (listing->count == 0 ? 1 : 2 * listing->count) * sizeof *grown);
        if (grown == NULL) {
            row_free(row, columns);
            return false;
        }
        listing->row = grown;
    }
    if (row == NULL)
        return false;
    listing->row[listing->count++] = row;
    return true;
}

const char *listing_cell(const struct listing *listing, size_t row, const char *column)
{
    for (size_t i = 0; listing->column != NULL && listing->column[i] != NULL; i++)
        if (strcmp(listing->column[i], column) == 0)
            return listing->row[row][i] == NULL ? "" : listing->row[row][i];
    return "";
}

void listing_clear(struct listing *listing)
{
    for (size_t i = 0; i < listing->count; i++)
        row_free(listing->row[i], width(listing));
    free(listing->row);
    *listing = (struct listing){ 0 };
}
