/* Answers of gateways to questions, shown. */
#include "command/heard.h"

#include <stdio.h>

#include "command/fail.h"
#include "command/options.h"
#include "command/sheet.h"
#include "flow/exitcode.h"
#include "http/json.h"

/* Columns of the widest listing, the provider's name and the end. */
#define COLUMNS_MAX 16

int heard_state(const struct outcome *outcome)
{
    switch (outcome->kind) {
    case OUTCOME_ACCEPTED:
        return outcome->meaning[0] == '\0' ? EXIT_OK : EXIT_WARNING;
    case OUTCOME_REFUSED:
    case OUTCOME_ACCOUNT:
        return EXIT_CRITICAL;
    default:
        return EXIT_UNKNOWN;
    }
}

/* A sentence for an answer that brought no rows, or more than rows: one that broke off, say. */
static void show_line(const struct heard *heard, const char *operation)
{
    const struct outcome *outcome = &heard->answer.outcome;

    printf("MUNJA %s - %s: ", state_name(heard_state(outcome)), heard->provider->name);
    if (outcome->code[0] != '\0' || outcome->meaning[0] != '\0')
        printf("%s%s%s\n", outcome->code, outcome->code[0] != '\0' && outcome->meaning[0] != '\0' ? ", " : "",
               outcome->meaning);
    else
        printf("%s done, nothing to list\n", operation);
}

/* The rows of all of them, each behind its provider's name. */
static bool gather(const struct heard *heard, size_t count, const char *columns[COLUMNS_MAX],
                   struct listing *all)
{
    listing_start(all, columns);
    for (size_t i = 0; i < count; i++) {
        const struct listing *listing = &heard[i].answer.listing;
        const char *cells[COLUMNS_MAX] = { heard[i].provider->name };
        for (size_t j = 0; j < COLUMNS_MAX - 2 && listing->count > 0 && listing->column[j] != NULL; j++)
            columns[j + 1] = listing->column[j];
        for (size_t row = 0; row < listing->count; row++) {
            for (size_t j = 0; columns[j + 1] != NULL; j++)
                cells[j + 1] = listing->row[row][j];
            if (!listing_add(all, cells))
                return false;
        }
    }
    return true;
}

bool heard_show(const struct heard *heard, size_t count, const char *operation, bool many, struct error *err)
{
    const char *columns[COLUMNS_MAX] = { "provider" };
    struct listing all = { 0 };
    bool shown = true;

    if (many) {
        shown = gather(heard, count, columns, &all) || error_memory(err);
        shown = shown && (all.count == 0 || sheet_table(&all, err));
        listing_clear(&all);
    } else if (count > 0 && heard->answer.listing.count > 0)
        shown = sheet_table(&heard->answer.listing, err);
    for (size_t i = 0; i < count; i++) {
        const struct listing *listing = &heard[i].answer.listing;
        if (heard[i].fault.kind != ERROR_NONE)
            fail(&heard[i].fault, false);
        else if (listing->count == 0 || heard[i].answer.outcome.meaning[0] != '\0')
            show_line(&heard[i], operation);
        else if (listing->total > (long)listing->count)
            printf("(%zu of %ld: see --page and --size)\n", listing->count, listing->total);
    }
    return shown;
}

static struct json_object *document_of(const struct heard *heard, const char *operation)
{
    struct json_object *document = json_object_new_object();
    const struct outcome *outcome = &heard->answer.outcome;
    const struct listing *listing = &heard->answer.listing;

    if (!json_add(document, "provider", json_object_new_string(heard->provider->name))
        || !json_add(document, "api", json_object_new_string(heard->provider->api->name))
        || !json_add(document, "operation", json_object_new_string(operation))
        || !json_add(document, "outcome", json_object_new_string(outcome_name(outcome->kind)))
        || !json_add(document, "code", json_object_new_string(outcome->code))
        || !json_add(document, "meaning", json_object_new_string(outcome->meaning))
        || (listing->column != NULL && listing->total >= 0
            && !json_add(document, "total", json_object_new_int64(listing->total)))
        || !sheet_rows(document, "rows", listing)
        || (heard->fault.kind != ERROR_NONE
            && !json_add(document, "error", json_object_new_string(heard->fault.text)))) {
        json_object_put(document);
        return NULL;
    }
    return document;
}

bool heard_show_json(const struct heard *heard, size_t count, const char *operation, bool many,
                     struct error *err)
{
    struct json_object *documents;
    bool made = true;

    if (!many)
        return sheet_json(document_of(heard, operation), true, err);
    documents = json_object_new_array();
    for (size_t i = 0; made && i < count; i++)
        made = json_push(documents, document_of(&heard[i], operation));
    return sheet_json(documents, made, err);
}
