/* Values of munja.conf: libconfuse takes off quotes, escapes and braces, one statement at a time, because it
   stops at the first error it meets and keeps no lines. Its own messages quote the text and are not used: the
   text may be a secret. */
#include "settings/value.h"

#include <confuse.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/utf8.h"

static void be_quiet(cfg_t *cfg, const char *format, va_list args)
{
    (void)cfg;
    (void)format;
    (void)args;
}

/* Values come up in messages, headers and texts: UTF-8 without control characters but tab and newline. */
static const char *fault_of(const char *value)
{
    size_t bytes = strlen(value);

    for (size_t at = 0, length; at < bytes; at += length) {
        unsigned char c = (unsigned char)value[at];

        length = utf8_decode(value + at, bytes - at, NULL);
        if (length == 0)
            return "is not UTF-8 (was the file saved as EUC-KR or CP949?)";
        if ((c < ' ' && c != '\n' && c != '\t') || c == 0x7f)
            return "holds a control character";
    }
    return NULL;
}

void value_clear(struct entry *entry)
{
    for (size_t i = 0; i < entry->values; i++)
        free(entry->value[i]);
    free(entry->value);
    free(entry->key);
    *entry = (struct entry){ 0 };
}

static bool add_value(struct entry *entry, const char *value, size_t length, const char **fault,
                      struct error *err)
{
    char *copy = strndup(value, length);

    if (copy == NULL)
        return error_memory(err);
    entry->value[entry->values++] = copy;
    if (*fault == NULL)
        *fault = fault_of(copy);
    return true;
}

static bool take_values(cfg_t *cfg, struct entry *entry, const char **fault, struct error *err)
{
    size_t count = cfg_size(cfg, "k");

    entry->value = calloc(count + 1, sizeof *entry->value);
    if (entry->value == NULL)
        return error_memory(err);
    for (size_t i = 0; i < count; i++) {
        const char *value = cfg_getnstr(cfg, "k", (unsigned)i);

        if (!add_value(entry, value == NULL ? "" : value, value == NULL ? 0 : strlen(value), fault, err))
            return false;
    }
    return true;
}

static bool parse_values(const char *text, struct entry *entry, const char **fault, struct error *err)
{
    /* A list accepts a value without braces as well. */
    cfg_opt_t options[] = { CFG_STR_LIST("k", NULL, CFGF_NODEFAULT), CFG_END() };
    struct buf statement = { 0 };
    cfg_t *cfg = NULL;
    bool parsed = false;

    if (!buf_format(&statement, "k=%s\n", text) || (cfg = cfg_init(options, CFGF_NONE)) == NULL) {
        error_memory(err);
        goto out;
    }
    cfg_set_error_function(cfg, be_quiet);
    if (cfg_parse_buf(cfg, buf_text(&statement)) != CFG_SUCCESS)
        *fault = "cannot be read (is a comma or a brace missing?)";
    else if (!take_values(cfg, entry, fault, err))
        goto out;
    parsed = true;
out:
    if (cfg != NULL)
        cfg_free(cfg);
    buf_clear(&statement);
    return parsed;
}

/* A value that means to libconfuse what it says: a word, or a text in quotes without a backslash, a "$" or
   another quote. Returns its length, at *start; 0 for all others. Nearly every value is one, and libconfuse
   sets up a file and a parser for each: for the settings of five providers that is a tenth of a start. */
static size_t plain_value(const char *text, const char **start)
{
    static const char word[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:-";
    const bool quoted = *text == '"' || *text == '\'';
    size_t length;

    *start = text + quoted;
    length = quoted ? strcspn(*start, "\\$\n\"'") : strspn(*start, word);
    if (quoted)
        return (*start)[length] == *text && (*start)[length + 1] == '\0' ? length : 0;
    return (*start)[length] == '\0' ? length : 0;
}

static bool take_plain(const char *start, size_t length, struct entry *entry, const char **fault,
                       struct error *err)
{
    entry->value = calloc(1, sizeof *entry->value);
    if (entry->value == NULL)
        return error_memory(err);
    return add_value(entry, start, length, fault, err);
}

bool value_read(const char *text, struct entry *entry, const char **fault, struct error *err)
{
    struct entry found = { 0 };
    const char *start;
    size_t length = plain_value(text, &start);
    bool read;

    *fault = NULL;
    read =
        length > 0 ? take_plain(start, length, &found, fault, err) : parse_values(text, &found, fault, err);
    if (read && *fault == NULL) {
        entry->value = found.value;
        entry->values = found.values;
        found = (struct entry){ 0 };
    }
    value_clear(&found);
    return read;
}

bool number_setting_read(const char *text, int *value)
{
    long long number = 0;

    if (*text == '\0')
        return false;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9')
            return false;
        number = number * 10 + (*text - '0');
        if (number > INT_MAX)
            return false;
    }
    *value = (int)number;
    return true;
}

bool duration_read(const char *text, int *seconds)
{
    static const struct {
        char letter;
        int seconds;
    } units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
    char digits[16];
    size_t length = strspn(text, "0123456789");
    int number, unit = 1;

    if (length >= sizeof digits)
        return false;
    memcpy(digits, text, length);
    digits[length] = '\0';
    if (!number_setting_read(digits, &number))
        return false;
    if (text[length] != '\0') {
        unit = 0;
        for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
            if (units[i].letter == text[length] && text[length + 1] == '\0')
                unit = units[i].seconds;
        }
        if (unit == 0)
            return false;
    }
    if (number > INT_MAX / unit)
        return false;
    *seconds = number * unit;
    return true;
}

bool bool_read(const char *text, bool *value)
{
    static const struct {
        const char *word;
        bool value;
    } words[] = { { "true", true },   { "yes", true }, { "on", true },
                  { "false", false }, { "no", false }, { "off", false } };

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcasecmp(text, words[i].word) == 0) {
            *value = words[i].value;
            return true;
        }
    }
    return false;
}
