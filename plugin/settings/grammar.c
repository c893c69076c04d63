/* munja.conf's shape: KEY = VALUE, and KIND "NAME" { KEY = VALUE … }. No section inside a section, no
   include, no function: what libconfuse offers beyond that never reaches it. */
#include "settings/grammar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "settings/scan.h"
#include "settings/value.h"

/* Beyond that it is another kind of file. */
#define FAULTS_MAX   200
#define SECTIONS_MAX 1000
#define ENTRIES_MAX  250

/* Names stand in records, which hold a provider's in 64 bytes, and in messages. */
#define NAME_BYTES_MAX 63

struct reader {
    struct scan scan;
    struct token token;
    struct settings *settings;
    struct section *globals;
    struct section section;     /* the one being read */
    struct sections *into;      /* where it goes; NULL: it is dropped */
    const char *kind;           /* NULL outside of sections */
    int quoted_from, quoted_to; /* lines of the last string that ran over several */
    bool lost;                  /* reading on makes no sense */
    struct error *broken;
};

static const char expected[] = "a key with \"=\" and a value, or a section with \"{\", is expected";

static void next(struct reader *reader)
{
    const struct token *token = &reader->token;

    if (token->kind == TOKEN_STRING && token->lines > 0) {
        reader->quoted_from = token->line;
        reader->quoted_to = token->line + token->lines;
    }
    scan_next(&reader->scan, &reader->token);
}

/* Note a fault of syntax. One right behind a string of several lines says that a quote is missing there, and
   that quotes are out of step from then on: nothing behind it can be trusted. */
static bool note(struct reader *reader, int line, const char *why, struct error *err)
{
    struct faults *faults = &reader->settings->faults;
    const bool astray = reader->quoted_to > 0 && (line == reader->quoted_to || line == reader->quoted_to + 1);
    char more[100] = "";

    reader->section.broken = true;
    reader->lost = astray || faults->count >= FAULTS_MAX;
    if (astray)
        snprintf(more, sizeof more, " (is a quote missing? One text runs from line %d to %d)",
                 reader->quoted_from, reader->quoted_to);
    if (reader->broken->kind == ERROR_NONE)
        error_set(reader->broken, ERROR_SETTINGS, 0, "%d: %s%s", line, why, more);
    return faults_add(faults, line, err, "%s%s", why, more);
}

/* And go on in the next line. */
static bool complain(struct reader *reader, int line, const char *why, struct error *err)
{
    scan_skip_line(&reader->scan, reader->kind != NULL);
    return note(reader, line, why, err);
}

/* Append the token as libconfuse shall see it: "${NAME}" in double quotes stays what it is. */
static bool append_token(struct buf *text, const struct token *token)
{
    const char *end = token->text + token->bytes;

    if (token->kind != TOKEN_STRING || token->text[0] == '\'')
        return buf_add(text, token->text, token->bytes);
    for (const char *at = token->text; at < end; at++) {
        if (at[0] == '$' && at[1] == '{' && !buf_char(text, '\\'))
            return false;
        if (!buf_char(text, *at) || (*at == '\\' && !buf_char(text, *++at)))
            return false;
    }
    return true;
}

static bool is_value(const struct token *token)
{
    return token->kind == TOKEN_WORD || token->kind == TOKEN_STRING;
}

/* Gather one value or a list in braces into text; "=" is the current token. *why says what is wrong at the
   current token. */
static bool gather(struct reader *reader, struct buf *text, const char **why)
{
    struct token *token = &reader->token;
    const struct token is = *token;
    const struct scan behind = reader->scan;

    *why = NULL;
    next(reader);
    if (token->kind == TOKEN_BAD) {
        *why = token->why;
        return true;
    }
    if ((token->kind == TOKEN_WORD && token->line > is.line)
        || (!is_value(token) && token->kind != TOKEN_OPEN)) {
        *why = "a value is missing behind \"=\"";
        *token = is;
        reader->scan = behind;
        return true;
    }
    if (is_value(token))
        return append_token(text, token);
    do {
        if (!append_token(text, token))
            return false;
        next(reader);
    } while (is_value(token) || token->kind == TOKEN_COMMA);
    if (token->kind == TOKEN_CLOSE)
        return append_token(text, token);
    *why = token->kind == TOKEN_BAD ? token->why : "the list that begins here is not closed with \"}\"";
    if (token->kind != TOKEN_BAD) {
        scan_skip_line(&reader->scan, false);
        *token = is;
    }
    return true;
}

static bool is_key(const struct token *token)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

    return token->bytes <= NAME_BYTES_MAX && strspn(token->text, allowed) >= token->bytes;
}

static bool keep_entry(struct reader *reader, struct section *section, struct entry *entry, struct error *err)
{
    struct entry *grown;

    if (section->entries == ENTRIES_MAX)
        return complain(reader, entry->line, "too many keys", err);
    grown = realloc(section->entry, (section->entries + 1) * sizeof *grown);
    if (grown == NULL)
        return error_memory(err);
    section->entry = grown;
    section->entry[section->entries++] = *entry;
    *entry = (struct entry){ 0 };
    return true;
}

static bool faulty_value(struct reader *reader, const struct entry *entry, const char *fault,
                         struct error *err)
{
    struct faults *faults = &reader->settings->faults;

    reader->section.broken = true;
    if (reader->kind == NULL)
        return faults_add(faults, entry->line, err, "%s %s", entry->key, fault);
    return faults_add(faults, entry->line, err, "%s \"%s\": %s %s", reader->kind, reader->section.name,
                      entry->key, fault);
}

/* The key was read, "=" is the current token. */
static bool read_entry(struct reader *reader, const struct token *key, struct error *err)
{
    struct entry entry = { .line = key->line }, value = { 0 };
    struct buf text = { 0 };
    const char *fault = NULL;
    bool read = false;

    if (!gather(reader, &text, &fault) || (entry.key = strndup(key->text, key->bytes)) == NULL) {
        error_memory(err);
        goto out;
    }
    if (fault == NULL && !is_key(key))
        fault = "a key is made of letters, digits and underscores";
    if (fault != NULL) {
        read = complain(reader, reader->token.line, fault, err);
        goto out;
    }
    if (!value_read(buf_text(&text), &value, &fault, err))
        goto out;
    if (fault != NULL) {
        read = faulty_value(reader, &entry, fault, err);
        goto out;
    }
    entry.value = value.value;
    entry.values = value.values;
    read = keep_entry(reader, reader->kind == NULL ? reader->globals : &reader->section, &entry, err);
out:
    value_clear(&entry);
    buf_clear(&text);
    return read;
}

static const char *const kinds[] = { "provider", "route", "template", "monitor" };

static struct sections *sections_of(struct settings *settings, const struct token *word, const char **kind)
{
    struct sections *const all[] = { &settings->providers, &settings->routes, &settings->templates,
                                     &settings->monitors };

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strlen(kinds[i]) == word->bytes && memcmp(kinds[i], word->text, word->bytes) == 0) {
            *kind = kinds[i];
            return all[i];
        }
    }
    *kind = "section";
    return NULL;
}

/* The name of the section whose kind was read; the current token is what follows. */
static bool read_name(struct reader *reader, char **name, const char **fault, struct error *err)
{
    struct entry value = { 0 };
    struct buf text = { 0 };
    bool read = false;

    *fault = NULL;
    if (reader->token.kind == TOKEN_OPEN) {
        *fault = "needs a name in quotes";
        *name = strdup("");
        return *name != NULL || error_memory(err);
    }
    if (!append_token(&text, &reader->token)) {
        error_memory(err);
        goto out;
    }
    if (!value_read(buf_text(&text), &value, fault, err))
        goto out;
    if (*fault == NULL
        && (value.value[0][0] == '\0' || strlen(value.value[0]) > NAME_BYTES_MAX
            || strpbrk(value.value[0], "\n\t\"") != NULL))
        *fault = "needs a name of 1 to 63 bytes on one line";
    *name = strdup(*fault == NULL ? value.value[0] : "");
    read = *name != NULL || error_memory(err);
    next(reader);
out:
    value_clear(&value);
    buf_clear(&text);
    return read;
}

/* A section's head: the kind was read, the current token is what follows it, a name or "{". */
static bool open_section(struct reader *reader, const struct token *word, struct error *err)
{
    struct faults *faults = &reader->settings->faults;
    const char *fault = NULL;

    section_clear(&reader->section);
    reader->section.line = word->line;
    reader->into = sections_of(reader->settings, word, &reader->kind);
    if (!read_name(reader, &reader->section.name, &fault, err))
        return false;
    if (reader->into == NULL)
        return faults_add(faults, word->line, err,
                          "unknown section %.*s (provider, route, template, monitor)",
                          is_key(word) ? (int)word->bytes : 0, word->text);
    if (fault != NULL) {
        reader->into = NULL;
        return faults_add(faults, word->line, err, "a %s %s", reader->kind, fault);
    }
    return true;
}

static const struct section *namesake(const struct sections *sections, const char *name)
{
    for (size_t i = 0; i < sections->count; i++) {
        if (strcmp(sections->section[i].name, name) == 0)
            return &sections->section[i];
    }
    return NULL;
}

/* Of two with the same name the first is kept: half of each would be neither. */
static bool close_section(struct reader *reader, struct error *err)
{
    struct sections *into = reader->into;
    struct section *section = &reader->section, *grown;
    const char *kind = reader->kind;
    const struct section *before;

    reader->kind = NULL;
    if (into == NULL)
        return true;
    before = namesake(into, section->name);
    if (before != NULL)
        return faults_add(&reader->settings->faults, section->line, err,
                          "%s \"%s\": there is one of that name already, in line %d: this one is left out",
                          kind, section->name, before->line);
    if (into->count == SECTIONS_MAX)
        return complain(reader, section->line, "too many sections", err);
    grown = realloc(into->section, (into->count + 1) * sizeof *grown);
    if (grown == NULL)
        return error_memory(err);
    into->section = grown;
    into->section[into->count++] = *section;
    *section = (struct section){ 0 };
    return true;
}

/* The end of the text, or another section's head, came before "}". */
static bool unclosed(struct reader *reader, struct error *err)
{
    reader->kind = NULL;
    return note(reader, reader->section.line, "the section that begins here is not closed with \"}\"", err);
}

/* Whether the current token and the next are the rest of a section's head. */
static bool is_head(const struct reader *reader)
{
    struct scan ahead = reader->scan;
    struct token token;

    if (!is_value(&reader->token))
        return reader->token.kind == TOKEN_OPEN;
    scan_next(&ahead, &token);
    return token.kind == TOKEN_OPEN;
}

static bool read_word(struct reader *reader, struct error *err)
{
    const struct token word = reader->token;

    next(reader);
    if (reader->token.kind == TOKEN_IS)
        return read_entry(reader, &word, err);
    if (is_head(reader))
        return (reader->kind == NULL || unclosed(reader, err)) && open_section(reader, &word, err);
    if (reader->token.kind == TOKEN_BAD)
        return complain(reader, reader->token.line, reader->token.why, err);
    return complain(reader, word.line, expected, err);
}

bool grammar_read(const char *text, struct settings *settings, struct section *globals, struct error *broken,
                  struct error *err)
{
    struct reader reader = {
        .scan = { text, 1 },
        .settings = settings,
        .globals = globals,
        .broken = broken,
    };
    bool read = true;

    *broken = (struct error){ 0 };
    next(&reader);
    for (; read && !reader.lost && reader.token.kind != TOKEN_END; next(&reader)) {
        if (reader.token.kind == TOKEN_WORD)
            read = read_word(&reader, err);
        else if (reader.token.kind == TOKEN_CLOSE && reader.kind != NULL)
            read = close_section(&reader, err);
        else if (reader.token.kind == TOKEN_CLOSE)
            read = complain(&reader, reader.token.line, "a \"}\" closes nothing", err);
        else if (reader.token.kind == TOKEN_BAD)
            read = complain(&reader, reader.token.line, reader.token.why, err);
        else
            read = complain(&reader, reader.token.line, expected, err);
    }
    if (read && !reader.lost && reader.kind != NULL)
        read = unclosed(&reader, err);
    section_clear(&reader.section);
    return read;
}
