/* munja providers: the configured providers and what each can do. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mask.h"
#include "command/desk.h"
#include "command/doors.h"
#include "command/fail.h"
#include "command/options.h"
#include "command/sheet.h"
#include "command/table.h"
#include "provider/api.h"
#include "http/json.h"
#include "text/charset.h"

enum column {
    COLUMN_NAME,
    COLUMN_API,
    COLUMN_URL,
    COLUMN_CHARSET,
    COLUMN_FROM,
    COLUMN_KINDS,
    COLUMN_CAN,
    COLUMN_STATE,
    COLUMNS
};

static const char *const columns[] = {
    "NAME", "API", "URL", "CHARSET", "FROM", "KINDS", "CAN", "STATE", NULL
};
static const char *const keys[] = { "name", "api", "url", "charset", "from", "kinds", "operations", "state" };

/* One provider as it is shown; the texts are its own. */
struct shown {
    struct buf cell[COLUMNS];
};

static bool add_word(struct buf *list, bool wanted, const char *word)
{
    return !wanted || buf_format(list, "%s%s", list->len == 0 ? "" : " ", word);
}

static bool list_kinds(const struct provider *provider, struct buf *out)
{
    return add_word(out, provider->limits.sms > 0, "sms") && add_word(out, provider->limits.lms > 0, "lms")
           && add_word(out, provider->limits.mms > 0 && (provider->api->caps & API_IMAGE), "mms");
}

static bool list_operations(const struct api *api, struct buf *out)
{
    bool listed = add_word(out, api->send.build != NULL, "send");

    for (const struct api_operation *o = api_operations; listed && o->word != NULL; o++)
        listed = add_word(out, api_operation(api, o->word) != NULL, o->word);
    return listed && add_word(out, api->webhook.judge != NULL, "webhook");
}

static bool show_usable(const struct provider *provider, struct buf *cell)
{
    char from[MASK_BYTES];

    return buf_str(&cell[COLUMN_API], provider->api->name)
           && buf_str(&cell[COLUMN_URL], provider->carrier.url)
           && buf_str(&cell[COLUMN_CHARSET], charset_name(provider->limits.charset))
           && (provider->account.from == NULL
               || buf_str(&cell[COLUMN_FROM], mask_number(provider->account.from, from)))
           && list_kinds(provider, &cell[COLUMN_KINDS]) && list_operations(provider->api, &cell[COLUMN_CAN])
           && buf_str(&cell[COLUMN_STATE], "enabled");
}

/* Why: its fault, without the name in front, or how many there are. */
static bool show_disabled(const struct section *section, const struct plan *plan, struct buf *cell)
{
    struct buf before = { 0 };
    const struct fault *first = NULL;
    size_t faults = 0;
    bool shown = buf_str(&cell[COLUMN_API], section_text(section, NULL, "api"))
                 && buf_format(&before, "provider \"%s\": ", section->name);

    for (size_t i = 0; shown && i < plan->faults.count; i++) {
        const struct fault *fault = &plan->faults.fault[i];

        if (strncmp(fault->text, buf_text(&before), before.len) != 0)
            continue;
        first = first == NULL ? fault : first;
        faults++;
    }
    if (shown && faults == 1)
        shown =
            buf_format(&cell[COLUMN_STATE], "disabled, line %d: %s", first->line, first->text + before.len);
    else if (shown)
        shown = buf_format(&cell[COLUMN_STATE], "disabled, %zu faults: see munja config check", faults);
    buf_clear(&before);
    return shown;
}

static bool show(const struct section *section, const struct plan *plan, struct shown *shown)
{
    const struct provider *provider = plan_provider(plan, section->name);

    return buf_str(&shown->cell[COLUMN_NAME], section->name)
           && (provider != NULL ? show_usable(provider, shown->cell)
                                : show_disabled(section, plan, shown->cell));
}

static const char *cell_text(const struct shown *shown, size_t column)
{
    return shown->cell[column].len == 0 ? NULL : buf_text(&shown->cell[column]);
}

static bool print_table(const struct shown *shown, size_t count, struct error *err)
{
    const char **cell = calloc(count * COLUMNS + 1, sizeof *cell);

    if (cell == NULL)
        return error_memory(err);
    for (size_t i = 0; i < count * COLUMNS; i++)
        cell[i] = cell_text(&shown[i / COLUMNS], i % COLUMNS);
    table_print(stdout, columns, cell, count);
    free(cell);
    return true;
}

static struct json_object *words_json(const char *words)
{
    struct json_object *list = json_object_new_array();

    while (words != NULL && *words != '\0' && list != NULL) {
        size_t length = strcspn(words, " ");

        if (!json_push(list, json_object_new_string_len(words, (int)length))) {
            json_object_put(list);
            return NULL;
        }
        words += length + (words[length] == ' ');
    }
    return list;
}

static bool row_json(const struct shown *shown, struct json_object *list)
{
    struct json_object *row = json_object_new_object();
    bool made = json_push(list, row);

    for (size_t i = 0; made && i < COLUMNS; i++) {
        const char *said = cell_text(shown, i);
        made = i == COLUMN_KINDS || i == COLUMN_CAN ? json_add(row, keys[i], words_json(said))
                                                    : sheet_cell(row, keys[i], said);
    }
    return made;
}

static bool print_json(const struct shown *shown, size_t count, struct error *err)
{
    struct json_object *list = json_object_new_array();
    bool made = list != NULL;

    for (size_t i = 0; made && i < count; i++)
        made = row_json(&shown[i], list);
    return sheet_json(list, made, err);
}

/* A plan without any usable provider is shown all the same: that is when one wants to know why. */
static bool show_all(const char *config, bool json, int *code, struct error *err)
{
    struct desk desk = { 0 };
    const struct plan *plan = &desk.plan;
    struct shown *shown = NULL;
    struct error fault = { 0 };
    size_t count = 0;
    bool done = false;

    if (!desk_read(&desk, config, NULL, err))
        goto out;
    if (!plan_open(&desk.settings, &desk.plan, &fault) && fault.kind != ERROR_SETTINGS) {
        *err = fault;
        goto out;
    }
    count = desk.settings.providers.count;
    shown = calloc(count + 1, sizeof *shown);
    if (shown == NULL) {
        error_memory(err);
        goto out;
    }
    for (size_t i = 0; i < count; i++) {
        if (!show(&desk.settings.providers.section[i], plan, &shown[i])) {
            error_memory(err);
            goto out;
        }
    }
    *code = plan->providers == 0 ? EXIT_UNKNOWN : plan->providers < count ? EXIT_WARNING : EXIT_OK;
    done = json ? print_json(shown, count, err) : print_table(shown, count, err);
out:
    for (size_t i = 0; shown != NULL && i < count * COLUMNS; i++)
        buf_clear(&shown[i / COLUMNS].cell[i % COLUMNS]);
    free(shown);
    desk_close(&desk);
    return done;
}

int command_providers(int argc, char **argv)
{
    const char *config = NULL, *json = NULL;
    const struct option_spec specs[] = {
        OPTION_CONFIG(&config),
        OPTION_JSON(&json),
        { 0 },
    };
    const struct command_help help = {
        "munja providers [options]",
        "Show the configured providers and what each can do. Exit 0: all are enabled; 1: some are; 3: none "
        "is.",
    };
    struct error err = { 0 };
    int operands = 0, code = EXIT_UNKNOWN;
    bool done = false;

    if (!options_read(argc, argv, specs, &help, &operands, &done, &err))
        return fail(&err, fail_in_json(argc, argv));
    if (done)
        return EXIT_UNKNOWN;
    if (operands > 0)
        error_set(&err, ERROR_USAGE, 0, "usage: %s", help.usage);
    else if (show_all(config, json != NULL, &code, &err))
        return code;
    return fail(&err, json != NULL);
}
