/* What every section that reaches over the network has: a secret, an address, certificates. */
#include "settings/opening.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "settings/url.h"

const char *opening_value(const struct opening *opening, const char *key)
{
    return section_text(opening->section, opening->keys, key);
}

bool opening_has(const struct opening *opening, const char *key)
{
    const char *value = opening_value(opening, key);

    return value != NULL && *value != '\0';
}

bool opening_blame(struct opening *opening, const char *key, struct error *err, const char *format, ...)
{
    const struct entry *entry = section_entry(opening->section, key);
    char text[sizeof err->text];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    opening->usable = false;
    return faults_add(opening->faults, entry == NULL ? opening->section->line : entry->line, err,
                      "%s \"%s\": %s", opening->kind, opening->section->name, text);
}

bool opening_check_values(struct opening *opening, const struct setting *keys, struct error *err)
{
    for (; keys != NULL && keys->name != NULL; keys++) {
        const struct entry *entry = section_entry(opening->section, keys->name);

        if (entry == NULL)
            continue;
        for (size_t i = 0; i < entry->values; i++) {
            if (strpbrk(entry->value[i], "\n\t") != NULL
                && !opening_blame(opening, keys->name, err, "%s must be on one line, without tabs",
                                  keys->name))
                return false;
        }
        /* Told, but no reason to do without the section. */
        if ((keys->flags & SETTING_SECRET) && opening->settings->exposed
            && !faults_add(opening->faults, entry->line, err,
                           "%s \"%s\": %s stands in a file that others may read: chmod o= %s", opening->kind,
                           opening->section->name, keys->name, opening->settings->path))
            return false;
    }
    return true;
}

bool opening_secret(struct opening *opening, const char **secret, char **owned, struct error *err)
{
    const char *file = opening_value(opening, "secret_file");
    struct error fault = { 0 };

    *secret = opening_value(opening, "secret");
    if (file == NULL)
        return true;
    if (section_entry(opening->section, "secret") != NULL)
        return opening_blame(opening, "secret_file", err,
                             "secret and secret_file are both given: one is enough");
    *owned = secret_load(opening->settings->path, file, &fault);
    *secret = *owned;
    if (*owned != NULL)
        return true;
    if (fault.kind == ERROR_SETTINGS)
        return opening_blame(opening, "secret_file", err, "secret_file: %s", fault.text);
    *err = fault;
    return false;
}

bool opening_url(struct opening *opening, const char *url, bool plaintext, char **owned, struct error *err)
{
    const char *fault = url_fault(url, plaintext);
    size_t length = strlen(url);

    if (fault != NULL)
        return opening_blame(opening, "url", err, "url %s", fault);
    while (url[length - 1] == '/') /* every path begins with one */
        length--;
    *owned = strndup(url, length);
    return *owned != NULL || error_memory(err);
}

bool opening_ca_file(struct opening *opening, char **owned, struct error *err)
{
    if (!opening_has(opening, "ca_file"))
        return true;
    *owned = settings_beside(opening->settings->path, opening_value(opening, "ca_file"));
    if (*owned == NULL)
        return error_memory(err);
    return access(*owned, R_OK) == 0
           || opening_blame(opening, "ca_file", err, "ca_file: %s: %s", *owned, strerror(errno));
}
