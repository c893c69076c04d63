/* What munja would do, and what it did, written out. */
#include "command/show.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/line.h"
#include "base/mask.h"
#include "base/now.h"
#include "flow/compose.h"
#include "flow/task.h"

static void add_text(struct json_object *object, const char *name, const char *text)
{
    json_object_object_add(object, name, json_object_new_string(text));
}

/* Of texts that were cut to their room, whatever they said: a document is valid UTF-8. */
static void add_line(struct json_object *object, const char *name, const char *text)
{
    char line[512];

    line_copy(line, sizeof line, text);
    add_text(object, name, line);
}

static void add_number(struct json_object *object, const char *name, int64_t number)
{
    json_object_object_add(object, name, json_object_new_int64(number));
}

static bool write_document(struct json_object *document, struct error *err)
{
    const char *text = document == NULL
                           ? NULL
                           : json_object_to_json_string_ext(document, JSON_C_TO_STRING_PRETTY
                                                                          | JSON_C_TO_STRING_NOSLASHESCAPE);
    bool written = text != NULL && puts(text) >= 0 && fflush(stdout) == 0;

    json_object_put(document);
    return written || error_set(err, ERROR_SYSTEM, 0, "cannot write the document");
}

static struct json_object *fitted_document(const struct fitted *fitted, const struct provider *provider)
{
    struct json_object *object = json_object_new_object(), *texts = json_object_new_array();

    add_text(object, "provider", provider->name);
    add_text(object, "api", provider->api->name);
    add_text(object, "kind", kind_name(fitted->kind));
    add_text(object, "charset", charset_name(provider->limits.charset));
    add_number(object, "cost", fitted->cost);
    add_number(object, "limit", fitted->limit);
    add_text(object, "unit", compose_unit(provider));
    add_number(object, "parts", fitted->parts);
    json_object_object_add(object, "cut", json_object_new_boolean(fitted->cut));
    add_number(object, "replaced", (int64_t)fitted->replaced);
    add_text(object, "subject", fitted->subject);
    for (size_t i = 0; i < fitted->texts; i++)
        json_object_array_add(texts, json_object_new_string(fitted->text[i]));
    json_object_object_add(object, "text", texts);
    return object;
}

static void print_text(const char *text)
{
    for (const char *line = text; line != NULL;) {
        const char *end = strchr(line, '\n');
        printf("    │ %.*s\n", end == NULL ? (int)strlen(line) : (int)(end - line), line);
        line = end == NULL ? NULL : end + 1;
    }
}

static void print_fitted(const struct fitted *fitted, const struct provider *provider)
{
    printf("  %s (%s): %s, %d of %d %s", provider->name, provider->api->name, kind_name(fitted->kind),
           fitted->cost, fitted->limit, compose_unit(provider));
    if (fitted->parts > 1)
        printf(", billed as %d parts", fitted->parts);
    if (fitted->texts > 1)
        printf(", %zu messages", fitted->texts);
    if (fitted->cut)
        printf(", shortened");
    if (fitted->replaced > 0)
        printf(", %zu characters replaced", fitted->replaced);
    putchar('\n');
    if (fitted->subject[0] != '\0')
        printf("    title: %s\n", fitted->subject);
    for (size_t i = 0; i < fitted->texts; i++)
        print_text(fitted->text[i]);
}

/* One provider's text, printed or added to the recipient's document. */
static bool show_one(const struct task *task, const struct provider *provider, struct json_object *providers,
                     struct error *err)
{
    struct fitted fitted = { 0 };

    if (!compose_text(task->record, task->route, provider, &fitted, err))
        return false;
    if (providers != NULL)
        json_object_array_add(providers, fitted_document(&fitted, provider));
    else
        print_fitted(&fitted, provider);
    fitted_clear(&fitted);
    return true;
}

static bool show_record(const struct plan *plan, struct record *record, struct json_object *document,
                        struct error *err)
{
    struct json_object *object = NULL, *providers = NULL;
    struct settlement settlement = { 0 };
    struct told told = { 0 };
    struct task task = { 0 };
    char masked[MASK_BYTES];
    bool settled, shown = true;

    if (!task_open(&task, plan, record, &told, &settled, &settlement, err))
        return false;
    if (document != NULL) {
        object = json_object_new_object();
        providers = json_object_new_array();
        add_text(object, "recipient", mask_number(record->recipient, masked));
        add_text(object, "route", task.route->name);
        json_object_object_add(object, "providers", providers);
        json_object_array_add(document, object);
    } else
        printf("%s by route %s%s\n", mask_number(record->recipient, masked), task.route->name,
               task.providers == 0 ? ": no provider of this configuration reaches this number" : "");
    for (size_t i = 0; shown && i < task.providers; i++)
        shown = show_one(&task, task.order[i], providers, err);
    task_clear(&task);
    return shown;
}

bool show_records(const struct plan *plan, const struct record *records, size_t count, bool json,
                  struct error *err)
{
    struct json_object *document = json ? json_object_new_array() : NULL;

    for (size_t i = 0; i < count; i++) {
        struct record record = records[i];
        if (!show_record(plan, &record, document, err)) {
            json_object_put(document);
            return false;
        }
    }
    return !json || write_document(document, err);
}

static struct json_object *told_document(const struct told *told)
{
    struct json_object *object = json_object_new_object();
    char masked[MASK_BYTES];

    add_text(object, "recipient", mask_number(told->recipient, masked));
    add_number(object, "record", told->record);
    add_text(object, "state", state_name(situation_state(told->situation)));
    add_text(object, "situation", situation_words(told->situation));
    add_text(object, "provider", told->provider);
    add_text(object, "reference", told->reference);
    add_line(object, "reason", told->reason);
    add_line(object, "after", told->after);
    add_number(object, "attempts", told->attempts);
    if (told->limit > 0) {
        add_text(object, "kind", told->kind);
        add_number(object, "cost", told->cost);
        add_number(object, "limit", told->limit);
        add_text(object, "unit", told->unit);
        add_number(object, "messages", told->messages);
        json_object_object_add(object, "cut", json_object_new_boolean(told->cut));
        add_number(object, "replaced", (int64_t)told->replaced);
    }
    return object;
}

bool show_answer(const struct answer_line *answer, const char *line, struct error *err)
{
    struct json_object *document = json_object_new_object(), *recipients = json_object_new_array();
    int state = answer_state(answer);

    add_text(document, "state", state_name(state));
    add_number(document, "exit", exit_code(state, answer->source));
    add_text(document, "answer", line);
    if (answer->note != NULL)
        add_line(document, "note", answer->note);
    add_number(document, "bad_numbers", (int64_t)answer->bad_numbers);
    add_number(document, "took_ms", answer->took_ms);
    for (size_t i = 0; i < answer->count; i++)
        json_object_array_add(recipients, told_document(&answer->told[i]));
    json_object_object_add(document, "recipients", recipients);
    return write_document(document, err);
}
