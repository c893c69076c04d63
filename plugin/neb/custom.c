/* Which custom variables somebody would read. A word of a template's text that looks like one and is none
   costs a look that finds nothing. */
#include "neb/custom.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

static const char *const word_characters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

static bool is_custom(const char *word, size_t bytes)
{
    static const char *const objects[] = { "_host", "_service", "_contact" };

    for (size_t i = 0; i < sizeof objects / sizeof *objects; i++)
        if (bytes > strlen(objects[i]) && strncasecmp(word, objects[i], strlen(objects[i])) == 0)
            return bytes <= ALERT_NAME_MAX;
    return false;
}

static void add(struct custom *custom, const char *word, size_t bytes)
{
    char macro[ALERT_NAME_MAX + 1] = "";

    for (size_t i = 0; i < bytes; i++)
        macro[i] = (char)toupper((unsigned char)word[i]);
    for (size_t i = 0; i < custom->count; i++)
        if (strcmp(custom->macro[i], macro) == 0)
            return;
    if (custom->count < CUSTOM_MOST)
        memcpy(custom->macro[custom->count++], macro, sizeof macro);
}

static void gather_from(const char *text, struct custom *custom)
{
    for (size_t bytes; *text != '\0'; text += bytes) {
        text += strcspn(text, word_characters);
        bytes = strspn(text, word_characters);
        if (is_custom(text, bytes))
            add(custom, text, bytes);
    }
}

void custom_gather(const struct settings *settings, struct custom *custom)
{
    *custom = (struct custom){ 0 };
    for (size_t i = 0; i < settings->templates.count; i++) {
        const struct section *section = &settings->templates.section[i];
        for (size_t k = 0; k < section->entries; k++)
            for (size_t v = 0; v < section->entry[k].values; v++)
                gather_from(section->entry[k].value[v], custom);
    }
}
