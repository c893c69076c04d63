/* The tags of Mustache that munja's templates have, read once into a flat list of steps. */
#include "text/mustache.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

#define MUSTACHE_DEPTH_MAX 16
#define MUSTACHE_NAME_MAX  64 /* a field's name is never longer */

struct parser {
    char *source;
    size_t bytes;
    struct steps *steps;
    size_t literal; /* what lies between here and the next tag is text */
    struct section {
        size_t step;
        size_t at; /* its tag, for errors */
    } open[MUSTACHE_DEPTH_MAX];
    size_t depth;
    struct error *err;
};

struct tag {
    char sign;               /* # ^ / ! > = or 0 for a variable */
    size_t start, end;       /* braces included */
    size_t name, name_bytes; /* without blanks around it */
};

static bool blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Put line and column of a byte, in characters from 1, in front of the error. Always returns false. */
static bool fault_at(const struct parser *p, size_t at)
{
    size_t line = 1, column = 1;

    for (size_t i = 0; i < at; i++) {
        if (p->source[i] == '\n') {
            line++;
            column = 1;
        } else if (((unsigned char)p->source[i] & 0xc0) != 0x80) {
            column++;
        }
    }
    return error_prefix(p->err, "line %zu column %zu", line, column);
}

static bool fault(const struct parser *p, size_t at, const char *what)
{
    error_set(p->err, ERROR_SETTINGS, 0, "%s", what);
    return fault_at(p, at);
}

static bool add_step(struct parser *p, enum step_kind kind, const char *text, size_t bytes)
{
    struct steps *steps = p->steps;

    if (steps->count == steps->room) {
        size_t room = steps->room == 0 ? 16 : steps->room * 2;
        struct step *grown = realloc(steps->step, room * sizeof *grown);
        if (grown == NULL)
            return error_memory(p->err);
        steps->step = grown;
        steps->room = room;
    }
    steps->step[steps->count++] = (struct step){ .kind = kind, .text = text, .bytes = bytes };
    return true;
}

static bool check_name(const struct parser *p, const struct tag *tag)
{
    const char *name = p->source + tag->name;

    if (tag->name_bytes == 0)
        return fault(p, tag->start, "a tag without a name");
    if (tag->name_bytes > MUSTACHE_NAME_MAX)
        return fault(p, tag->start, "a name of more than 64 characters");
    for (size_t i = 0; i < tag->name_bytes; i++)
        if (!(name[i] >= 'a' && name[i] <= 'z') && !(name[i] >= 'A' && name[i] <= 'Z')
            && !(name[i] >= '0' && name[i] <= '9') && name[i] != '_')
            return fault(p, tag->start, "a name has letters, digits and _ only");
    return true;
}

/* Read the tag whose braces open at start. */
static bool read_tag(const struct parser *p, size_t start, struct tag *tag)
{
    char *source = p->source;
    size_t inner = start + 2, close;
    bool triple = source[inner] == '{';
    const char *end;

    *tag = (struct tag){ .start = start };
    if (source[inner] != '\0' && strchr("#^/!>=", source[inner]) != NULL)
        tag->sign = source[inner++];
    else if (triple || source[inner] == '&') /* unescaped, as every variable is here */
        inner++;
    end = strstr(source + inner, triple ? "}}}" : "}}");
    if (end == NULL)
        return fault(p, start, triple ? "{{{ without }}}" : "{{ without }}");
    close = (size_t)(end - source);
    tag->end = close + (triple ? 3 : 2);
    if (tag->sign == '>')
        return fault(p, start, "partials ({{> }}) are not part of munja's templates");
    if (tag->sign == '=')
        return fault(p, start, "changing the braces ({{= }}) is not part of munja's templates");
    while (inner < close && blank(source[inner]))
        inner++;
    while (close > inner && blank(source[close - 1]))
        close--;
    tag->name = inner;
    tag->name_bytes = close - inner;
    return tag->sign == '!' || check_name(p, tag);
}

/* A section tag or comment that has its lines to itself takes the blanks before it and the line break behind
   it along (Mustache's rule of standalone tags). */
static void widen_alone(const struct parser *p, struct tag *tag)
{
    const char *source = p->source;
    size_t start = tag->start, end = tag->end;

    while (start > p->literal && blank(source[start - 1]))
        start--;
    while (blank(source[end]))
        end++;
    if (source[end] == '\r' && source[end + 1] == '\n')
        end++;
    if ((start > 0 && source[start - 1] != '\n') || (end < p->bytes && source[end] != '\n'))
        return;
    tag->start = start;
    tag->end = end < p->bytes ? end + 1 : end;
}

static bool open_section(struct parser *p, const struct tag *tag, size_t at)
{
    if (p->depth == MUSTACHE_DEPTH_MAX)
        return fault(p, at, "sections within more than 16 others");
    p->open[p->depth++] = (struct section){ .step = p->steps->count, .at = at };
    return add_step(p, tag->sign == '#' ? STEP_SECTION : STEP_INVERTED, p->source + tag->name,
                    tag->name_bytes);
}

static bool close_section(struct parser *p, const struct tag *tag, size_t at)
{
    const char *name = p->source + tag->name;
    struct step *opened;

    if (p->depth == 0) {
        error_set(p->err, ERROR_SETTINGS, 0, "{{/%s}} without {{#%s}} before it", name, name);
        return fault_at(p, at);
    }
    opened = &p->steps->step[p->open[p->depth - 1].step];
    if (strcmp(opened->text, name) != 0) {
        error_set(p->err, ERROR_SETTINGS, 0, "{{/%s}} where {{/%s}} is due", name, opened->text);
        return fault_at(p, at);
    }
    opened->end = p->steps->count;
    p->depth--;
    return true;
}

static bool take_tag(struct parser *p, struct tag *tag)
{
    char *name = p->source + tag->name;
    size_t at = tag->start;

    if (tag->sign != 0)
        widen_alone(p, tag);
    if (tag->start > p->literal && !add_step(p, STEP_TEXT, p->source + p->literal, tag->start - p->literal))
        return false;
    p->literal = tag->end;
    if (tag->sign == '!')
        return true;
    name[tag->name_bytes] = '\0';
    if (tag->sign == '/')
        return close_section(p, tag, at);
    if (tag->sign != 0)
        return open_section(p, tag, at);
    return add_step(p, STEP_VARIABLE, name, tag->name_bytes);
}

static bool read_all(struct parser *p)
{
    char *source = p->source, *braces;
    size_t length;

    for (size_t at = 0; at < p->bytes; at += length) {
        length = utf8_decode(source + at, p->bytes - at, NULL);
        if (length == 0)
            return fault(p, at, "not UTF-8");
    }
    while ((braces = strstr(source + p->literal, "{{")) != NULL) {
        struct tag tag;
        if (!read_tag(p, (size_t)(braces - source), &tag) || !take_tag(p, &tag))
            return false;
    }
    if (p->depth > 0) {
        const struct section *section = &p->open[p->depth - 1];
        const char *name = p->steps->step[section->step].text;
        error_set(p->err, ERROR_SETTINGS, 0, "{{#%s}} without {{/%s}} behind it", name, name);
        return fault_at(p, section->at);
    }
    return p->literal == p->bytes || add_step(p, STEP_TEXT, source + p->literal, p->bytes - p->literal);
}

bool mustache_read(char *source, struct steps *steps, struct error *err)
{
    struct parser p = { .source = source, .bytes = strlen(source), .steps = steps, .err = err };

    return read_all(&p);
}
