/* munja explain: the code tables of the gateways' manuals, and what munja does about each code. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/digits.h"
#include "command/doors.h"
#include "command/fail.h"
#include "command/options.h"
#include "command/sheet.h"
#include "command/table.h"
#include "provider/api.h"
#include "http/json.h"

enum column {
    COLUMN_CODE,
    COLUMN_OUTCOME,
    COLUMN_MEANING,
    COLUMN_PRINTED,
    COLUMN_ACTION,
    COLUMN_TABLE,
    COLUMNS
};

static const char *const columns[] = { "CODE",  "OUTCOME", "MEANING", "AS PRINTED", "WHAT MUNJA DOES",
                                       "TABLE", NULL };
static const char *const keys[] = { "code", "outcome", "meaning", "printed", "action", "table" };

static const char *outcome_action(enum outcome_kind kind)
{
    switch (kind) {
    case OUTCOME_ACCEPTED:
        return "is done: the gateway has it";
    case OUTCOME_RETRY:
        return "tries the next provider, and this one again later";
    case OUTCOME_REFUSED:
        return "does not send this text to this number this way again";
    case OUTCOME_ACCOUNT:
        return "tries the next provider and tells the operator";
    case OUTCOME_UNSURE:
        return "resends or holds, as the route's key unsure says";
    case OUTCOME_NONE:
        break;
    }
    return "does nothing";
}

static const char *receipt_action(enum receipt_kind kind)
{
    switch (kind) {
    case RECEIPT_WAITING:
        return "waits for the final word";
    case RECEIPT_DELIVERED:
        return "is done: the phone has it";
    case RECEIPT_FAILED:
        return "takes it as failed for good: the number, the text or the account";
    case RECEIPT_MISSED:
        return "takes it as failed for now: the phone could not be reached";
    case RECEIPT_GATEWAY:
        return "takes it as failed at the gateway or carrier, not at the phone";
    }
    return "does nothing";
}

/* Rows of the tables, COLUMNS texts each; the texts are the drivers'. */
struct found {
    const char **cell;
    size_t rows;
};

static bool add(struct found *found, const char *const cell[COLUMNS], struct error *err)
{
    const char **grown = realloc(found->cell, (found->rows + 1) * COLUMNS * sizeof *grown);

    if (grown == NULL)
        return error_memory(err);
    found->cell = grown;
    for (size_t i = 0; i < COLUMNS; i++)
        grown[found->rows * COLUMNS + i] = cell[i];
    found->rows++;
    return true;
}

/* Some manuals tell codes apart by case ("D" and "d"); people who look one up may not. */
static bool is_wanted(const char *code, const char *wanted, bool any_case)
{
    if (wanted == NULL)
        return true;
    return any_case ? strcasecmp(code, wanted) == 0 : strcmp(code, wanted) == 0;
}

static bool add_receipt(struct found *found, const struct receipt_table *table, const struct receipt *row,
                        struct error *err)
{
    const char *const cell[COLUMNS] = { row->code,    receipt_name(row->kind),   row->meaning,
                                        row->printed, receipt_action(row->kind), table->title };

    return add(found, cell, err);
}

/* The rows of one code, or of all when wanted is NULL. */
static bool collect(const struct api *api, const char *wanted, bool any_case, struct found *found,
                    struct error *err)
{
    for (const struct verdict_table *t = api->verdicts; t != NULL && t->rows != NULL; t++) {
        for (const struct verdict *v = t->rows; v->code != NULL; v++) {
            const char *const cell[COLUMNS] = { v->code,    outcome_name(v->kind),   v->meaning,
                                                v->printed, outcome_action(v->kind), t->title };
            if (is_wanted(v->code, wanted, any_case) && !add(found, cell, err))
                return false;
        }
    }
    for (const struct receipt_table *t = api->receipts; t != NULL && t->rows != NULL; t++) {
        for (const struct receipt *r = t->rows; r->code != NULL; r++) {
            if (is_wanted(r->code, wanted, any_case) && !add_receipt(found, t, r, err))
                return false;
        }
    }
    return true;
}

/* The rows that stand for a code which is in no table by itself. */
static bool collect_standing(const struct api *api, const char *code, struct found *found, struct error *err)
{
    for (const struct receipt_table *t = api->receipts; t != NULL && t->rows != NULL; t++) {
        const struct receipt *row = receipt_find(t->rows, code);
        if (row != NULL && !add_receipt(found, t, row, err))
            return false;
    }
    return true;
}

static bool row_json(const char *const cell[COLUMNS], struct json_object *list)
{
    struct json_object *row = json_object_new_object();
    bool made = json_push(list, row);

    for (size_t i = 0; made && i < COLUMNS; i++)
        made = sheet_cell(row, keys[i], cell[i]);
    return made;
}

static bool rows_json(struct json_object *document, const struct found *found)
{
    struct json_object *list = json_object_new_array();
    bool made = json_add(document, "codes", list);

    for (size_t i = 0; made && i < found->rows; i++)
        made = row_json(found->cell + i * COLUMNS, list);
    return made;
}

static bool print_json(const struct api *api, const struct found *found, struct error *err)
{
    struct json_object *document = json_object_new_object();
    bool made = json_add(document, "api", json_object_new_string(api->name))
                && json_add(document, "title", json_object_new_string(api->title))
                && rows_json(document, found);

    return sheet_json(document, made, err);
}

/* One code: a paragraph for each table it stands in. */
static void print_code(const struct api *api, const struct found *found)
{
    for (size_t i = 0; i < found->rows; i++) {
        const char *const *cell = found->cell + i * COLUMNS;

        printf("%s%s %s: %s\n", i == 0 ? "" : "\n", api->name, cell[COLUMN_CODE], cell[COLUMN_MEANING]);
        if (cell[COLUMN_PRINTED] != NULL && *cell[COLUMN_PRINTED] != '\0')
            printf("  as printed  %s\n", cell[COLUMN_PRINTED]);
        printf("  table       %s\n  outcome     %s: munja %s\n", cell[COLUMN_TABLE], cell[COLUMN_OUTCOME],
               cell[COLUMN_ACTION]);
    }
}

/* Where a program took a code for a number, "09" became 9. */
static bool collect_padded(const struct api *api, const char *code, struct found *found, struct error *err)
{
    char padded[3];

    if (code == NULL || !digits_only(code, 1))
        return true;
    snprintf(padded, sizeof padded, "0%s", code);
    return collect(api, padded, false, found, err);
}

static bool explain(const char *name, const char *code, bool json, struct error *err)
{
    const struct api *api = api_named(name);
    struct found found = { 0 };
    struct buf names = { 0 };
    bool explained = false;

    if (api == NULL) {
        for (size_t i = 0; apis[i] != NULL; i++)
            buf_format(&names, "%s%s", i == 0 ? "" : ", ", apis[i]->name);
        error_set(err, ERROR_USAGE, 0, "no such api \"%s\" (%s)", name, buf_text(&names));
        goto out;
    }
    if (!collect(api, code, false, &found, err) || (found.rows == 0 && !collect(api, code, true, &found, err))
        || (found.rows == 0 && code != NULL && !collect_standing(api, code, &found, err))
        || (found.rows == 0 && !collect_padded(api, code, &found, err)))
        goto out;
    if (found.rows == 0) {
        error_set(err, ERROR_USAGE, 0, "no table of %s has a code \"%s\": munja explain %s lists them all",
                  api->title, code, api->name);
        goto out;
    }
    explained = true;
    if (json)
        explained = print_json(api, &found, err);
    else if (code != NULL)
        print_code(api, &found);
    else
        table_print(stdout, columns, found.cell, found.rows);
out:
    buf_clear(&names);
    free(found.cell);
    return explained;
}

/* SMSJOA's codes, -100014, look like options: take such a word out. */
static const char *take_negative(int *argc, char **argv)
{
    for (int i = 1; i < *argc; i++) {
        const char *word = argv[i];

        if (word[0] == '-' && word[1] >= '0' && word[1] <= '9') {
            memmove(argv + i, argv + i + 1, (size_t)(*argc - i) * sizeof *argv);
            --*argc;
            return word;
        }
    }
    return NULL;
}

int command_explain(int argc, char **argv)
{
    const char *code = take_negative(&argc, argv);
    const char *json = NULL;
    const struct option_spec specs[] = {
        OPTION_JSON(&json),
        { 0 },
    };
    const struct command_help help = {
        "munja explain [options] API [CODE]",
        "Tell what a gateway's code means and what munja does about it; without CODE, list all codes of "
        "that\n"
        "gateway's manual.",
    };
    struct error err = { 0 };
    int operands = 0;
    bool done = false;

    if (!options_read(argc, argv, specs, &help, &operands, &done, &err))
        return fail(&err, fail_in_json(argc, argv));
    if (done)
        return EXIT_UNKNOWN;
    if (operands == 2 && code == NULL) {
        code = argv[2];
        operands--;
    }
    if (operands != 1)
        error_set(&err, ERROR_USAGE, 0, "usage: %s", help.usage);
    else if (explain(argv[1], code, json != NULL, &err))
        return EXIT_OK;
    return fail(&err, json != NULL);
}
