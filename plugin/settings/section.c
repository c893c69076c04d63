/* One section held against the tables of the keys it may have. */
#include "settings/settings.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "settings/value.h"

const struct entry *section_entry(const struct section *section, const char *key)
{
    for (size_t i = 0; i < section->entries; i++) {
        if (strcmp(section->entry[i].key, key) == 0)
            return &section->entry[i];
    }
    return NULL;
}

static const struct setting *find_setting(const struct setting *table, const char *key)
{
    for (; table != NULL && table->name != NULL; table++) {
        if (strcmp(table->name, key) == 0)
            return table;
    }
    return NULL;
}

const char *section_text(const struct section *section, const struct setting *table, const char *key)
{
    const struct entry *entry = section_entry(section, key);
    const struct setting *setting;

    if (entry != NULL && entry->values > 0)
        return entry->value[0];
    setting = find_setting(table, key);
    return setting == NULL ? NULL : setting->fallback;
}

/* Letters to change, add or take away; more than most counts as most + 1. */
static int distance(const char *a, const char *b, int most)
{
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    if (*a == '\0' && *b == '\0')
        return 0;
    if (most == 0)
        return 1;
    {
        int least = most;
        int tries[] = {
            *a != '\0' && *b != '\0' ? distance(a + 1, b + 1, most - 1) : most,
            *a != '\0' ? distance(a + 1, b, most - 1) : most,
            *b != '\0' ? distance(a, b + 1, most - 1) : most,
        };

        for (int i = 0; i < 3; i++) {
            if (tries[i] < least)
                least = tries[i];
        }
        return least + 1;
    }
}

/* " (did you mean "user": login name?)", or all the keys there are. */
static bool suggest(const struct setting *const *tables, const char *key, struct buf *out)
{
    const struct setting *closest = NULL;
    int least = 3; /* a typo or two; beyond that a list helps more than a guess */

    for (size_t t = 0; tables[t] != NULL; t++) {
        for (const struct setting *s = tables[t]; s->name != NULL; s++) {
            int far = distance(key, s->name, 2);
            if (far < least && (size_t)far * 2 <= strlen(key)) {
                least = far;
                closest = s;
            }
        }
    }
    if (closest != NULL)
        return buf_format(out, " (did you mean \"%s\": %s?)", closest->name, closest->help);
    for (size_t t = 0; tables[t] != NULL; t++) {
        for (const struct setting *s = tables[t]; s->name != NULL; s++) {
            if (!buf_format(out, "%s%s", out->len == 0 ? " (there are: " : " ", s->name))
                return false;
        }
    }
    return buf_char(out, ')');
}

/* "md5|sha256|sha512" */
static bool word_allowed(const char *words, const char *word)
{
    size_t length = strlen(word);

    for (const char *at = words; length > 0; at++) {
        size_t next = strcspn(at, "|");

        if (next == length && memcmp(at, word, length) == 0)
            return true;
        at += next;
        if (*at == '\0')
            break;
    }
    return false;
}

/* What is wrong with one value, into fault; "" when nothing is. */
static bool judge_value(const struct setting *setting, const char *value, struct buf *fault)
{
    int number;
    bool truth;

    switch (setting->flags & SETTING_TYPE) {
    case SETTING_NUMBER:
        return number_setting_read(value, &number) || buf_str(fault, "must be a whole number, 0 or more");
    case SETTING_BOOL:
        return bool_read(value, &truth) || buf_str(fault, "must be true or false");
    case SETTING_DURATION:
        return duration_read(value, &number)
               || buf_str(fault, "must be a time in seconds, or like 15m, 12h, 30d");
    }
    return setting->words == NULL || word_allowed(setting->words, value)
           || buf_format(fault, "must be one of: %s", setting->words);
}

static bool judge_entry(const struct setting *setting, const struct entry *entry, struct buf *fault)
{
    if ((setting->flags & SETTING_LIST) && entry->values == 0)
        return buf_str(fault, "is an empty list");
    if (!(setting->flags & SETTING_LIST) && entry->values != 1)
        return buf_str(fault, "takes one value, not a list");
    for (size_t i = 0; i < entry->values && fault->len == 0; i++) {
        if (!judge_value(setting, entry->value[i], fault))
            return false;
    }
    return true;
}

struct check {
    const struct section *section;
    const char *before; /* `KIND "NAME": ` */
    const struct setting *const *tables;
    struct faults *faults;
};

static bool check_entry(const struct check *check, const struct entry *entry, struct error *err)
{
    const struct setting *setting = NULL;
    const struct entry *first = section_entry(check->section, entry->key);
    struct buf fault = { 0 };
    bool checked = false;

    for (size_t t = 0; check->tables[t] != NULL && setting == NULL; t++)
        setting = find_setting(check->tables[t], entry->key);
    if (setting == NULL) {
        checked = suggest(check->tables, entry->key, &fault)
                      ? faults_add(check->faults, entry->line, err, "%sunknown key \"%s\"%s", check->before,
                                   entry->key, buf_text(&fault))
                      : error_memory(err);
    } else if (first != entry) {
        checked = faults_add(check->faults, entry->line, err, "%s%s is there already, in line %d",
                             check->before, entry->key, first->line);
    } else if (!judge_entry(setting, entry, &fault)) {
        error_memory(err);
    } else {
        checked = fault.len == 0
                  || faults_add(check->faults, entry->line, err, "%s%s %s", check->before, entry->key,
                                buf_text(&fault));
    }
    buf_clear(&fault);
    return checked;
}

static bool check_required(const struct check *check, struct error *err)
{
    if (check->section->broken) /* what seems missing may be what could not be read */
        return true;
    for (size_t t = 0; check->tables[t] != NULL; t++) {
        for (const struct setting *s = check->tables[t]; s->name != NULL; s++) {
            const char *value = section_text(check->section, NULL, s->name);

            if ((s->flags & SETTING_REQUIRED) && (value == NULL || *value == '\0')
                && !faults_add(check->faults, check->section->line, err, "%skey %s is missing: %s",
                               check->before, s->name, s->help))
                return false;
        }
    }
    return true;
}

bool section_check(const struct section *section, const char *kind, const struct setting *const *tables,
                   struct faults *faults, bool *usable, struct error *err)
{
    struct buf before = { 0 };
    struct check check = { section, "", tables, faults };
    size_t found = faults->count;
    bool checked = false;

    if (kind != NULL && !buf_format(&before, "%s \"%s\": ", kind, section->name)) {
        error_memory(err);
        goto out;
    }
    check.before = buf_text(&before);
    for (size_t i = 0; i < section->entries; i++) {
        if (!check_entry(&check, &section->entry[i], err))
            goto out;
    }
    if (!check_required(&check, err))
        goto out;
    *usable = faults->count == found && !section->broken;
    checked = true;
out:
    buf_clear(&before);
    return checked;
}

void section_clear(struct section *section)
{
    for (size_t i = 0; i < section->entries; i++)
        value_clear(&section->entry[i]);
    free(section->entry);
    free(section->name);
    *section = (struct section){ 0 };
}

void sections_clear(struct sections *sections)
{
    for (size_t i = 0; i < sections->count; i++)
        section_clear(&sections->section[i]);
    free(sections->section);
    *sections = (struct sections){ 0 };
}
