/* Any bytes as munja.conf: whatever is made of it is text that can be shown, in bounds, with lines that the
   file has. */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "settings/grammar.h"

static void must(int holds)
{
    if (!holds)
        abort();
}

static void must_be_text(const char *text)
{
    size_t bytes = strlen(text);

    for (size_t at = 0, length; at < bytes; at += length) {
        unsigned char c = (unsigned char)text[at];

        length = utf8_decode(text + at, bytes - at, NULL);
        must(length > 0 && (c >= 0x20 || c == '\n' || c == '\t') && c != 0x7f);
    }
}

static void must_hold(const struct section *section, int lines)
{
    must(section->line >= 1 && section->line <= lines);
    if (section->name != NULL)
        must_be_text(section->name);
    for (size_t i = 0; i < section->entries; i++) {
        const struct entry *entry = &section->entry[i];

        must(entry->line >= section->line && entry->line <= lines);
        must_be_text(entry->key);
        for (size_t j = 0; j < entry->values; j++)
            must_be_text(entry->value[j]);
    }
}

static void check(struct settings *settings, struct section *globals, int lines)
{
    static const struct setting keys[] = {
        { "api", SETTING_REQUIRED, "", NULL, "a|bc" },
        { "to", SETTING_LIST, "", NULL, NULL },
        { "timeout", SETTING_DURATION, "", NULL, NULL },
        { 0 },
    };
    static const struct setting *const tables[] = { keys, NULL };
    const struct sections *all[] = { &settings->providers, &settings->routes, &settings->templates,
                                     &settings->monitors };
    bool usable;

    globals->line = 1;
    must_hold(globals, lines);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        for (size_t j = 0; j < all[i]->count; j++) {
            must_hold(&all[i]->section[j], lines);
            must(section_check(&all[i]->section[j], "provider", tables, &settings->faults, &usable, NULL));
        }
    }
    faults_sort(&settings->faults);
    for (size_t i = 0; i < settings->faults.count; i++) {
        must(settings->faults.fault[i].line >= 1 && settings->faults.fault[i].line <= lines);
        must_be_text(settings->faults.fault[i].text);
        must(strchr(settings->faults.fault[i].text, '\n') == NULL);
    }
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    struct settings settings = { 0 };
    struct section globals = { 0 };
    struct error broken, err = { 0 };
    char *text = malloc(size + 1);
    int lines = 1;

    must(text != NULL);
    memcpy(text, data, size);
    text[size] = '\0';
    for (const char *at = text; *at != '\0'; at++)
        lines += *at == '\n';
    must(grammar_read(text, &settings, &globals, &broken, &err));
    check(&settings, &globals, lines);
    section_clear(&globals);
    settings_clear(&settings);
    free(text);
    return 0;
}
