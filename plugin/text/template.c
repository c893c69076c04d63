/* Mustache, as far as an alert needs it: parsed once into a flat list of steps, so that rendering is one loop
   in which a section is a jump over its steps. */
#include "text/template.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

#define TEMPLATE_BYTES_MAX ((size_t)16 * 1024)
#define TEMPLATE_DEPTH_MAX 16
#define TEMPLATE_NAME_MAX  64 /* a field's name is never longer */
#define RENDER_BYTES_MAX   ((size_t)1024 * 1024)

enum step_kind { STEP_TEXT, STEP_VARIABLE, STEP_SECTION, STEP_INVERTED };

struct step {
    enum step_kind kind;
    const char *text; /* a literal, or a name ended by NUL; points into the template's source */
    size_t bytes;
    size_t end; /* of a section: the step behind its last */
};

struct template
{
    char *source; /* a copy, in which each name is ended by a NUL over what followed it in its tag */
    struct step *step;
    size_t steps, room;
    size_t elastics; /* variables among the steps whose values may shrink */
};

struct parser {
    struct template *made;
    size_t bytes;
    size_t literal; /* what lies between here and the next tag is text */
    struct section {
        size_t step;
        size_t at; /* its tag, for errors */
    } open[TEMPLATE_DEPTH_MAX];
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
        if (p->made->source[i] == '\n') {
            line++;
            column = 1;
        } else if (((unsigned char)p->made->source[i] & 0xc0) != 0x80) {
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
    struct template *t = p->made;

    if (t->steps == t->room) {
        size_t room = t->room == 0 ? 16 : t->room * 2;
        struct step *grown = realloc(t->step, room * sizeof *grown);
        if (grown == NULL)
            return error_memory(p->err);
        t->step = grown;
        t->room = room;
    }
    t->step[t->steps++] = (struct step){ .kind = kind, .text = text, .bytes = bytes };
    return true;
}

static bool check_name(const struct parser *p, const struct tag *tag)
{
    const char *name = p->made->source + tag->name;

    if (tag->name_bytes == 0)
        return fault(p, tag->start, "a tag without a name");
    if (tag->name_bytes > TEMPLATE_NAME_MAX)
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
    char *source = p->made->source;
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
    const char *source = p->made->source;
    size_t start = tag->start, end = tag->end;

    while (start > p->literal && blank(source[start - 1]))
        start--;
    while (blank(source[end]))
        end++;
    if (source[end] == '\r' && source[end + 1] == '\n')
        end++;
    if ((start > 0 && source[start - 1] != '\n') || (source[end] != '\n' && end < p->bytes))
        return;
    tag->start = start;
    tag->end = end < p->bytes ? end + 1 : end;
}

static bool open_section(struct parser *p, const struct tag *tag, size_t at)
{
    if (p->depth == TEMPLATE_DEPTH_MAX)
        return fault(p, at, "sections within more than 16 others");
    p->open[p->depth++] = (struct section){ .step = p->made->steps, .at = at };
    return add_step(p, tag->sign == '#' ? STEP_SECTION : STEP_INVERTED, p->made->source + tag->name,
                    tag->name_bytes);
}

static bool close_section(struct parser *p, const struct tag *tag, size_t at)
{
    const char *name = p->made->source + tag->name;
    struct step *opened;

    if (p->depth == 0) {
        error_set(p->err, ERROR_SETTINGS, 0, "{{/%s}} without {{#%s}} before it", name, name);
        return fault_at(p, at);
    }
    opened = &p->made->step[p->open[p->depth - 1].step];
    if (strcmp(opened->text, name) != 0) {
        error_set(p->err, ERROR_SETTINGS, 0, "{{/%s}} where {{/%s}} is due", name, opened->text);
        return fault_at(p, at);
    }
    opened->end = p->made->steps;
    p->depth--;
    return true;
}

static bool take_tag(struct parser *p, struct tag *tag)
{
    char *name = p->made->source + tag->name;
    size_t at = tag->start;

    if (tag->sign != 0)
        widen_alone(p, tag);
    if (tag->start > p->literal
        && !add_step(p, STEP_TEXT, p->made->source + p->literal, tag->start - p->literal))
        return false;
    p->literal = tag->end;
    if (tag->sign == '!')
        return true;
    name[tag->name_bytes] = '\0';
    if (tag->sign == '/')
        return close_section(p, tag, at);
    if (tag->sign != 0)
        return open_section(p, tag, at);
    p->made->elastics += template_is_elastic(name);
    return add_step(p, STEP_VARIABLE, name, tag->name_bytes);
}

static bool parse(struct parser *p)
{
    char *source = p->made->source, *braces;
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
        const char *name = p->made->step[section->step].text;
        error_set(p->err, ERROR_SETTINGS, 0, "{{#%s}} without {{/%s}} behind it", name, name);
        return fault_at(p, section->at);
    }
    return p->literal == p->bytes || add_step(p, STEP_TEXT, source + p->literal, p->bytes - p->literal);
}

struct template *template_parse(const char *text, struct error *err)
{
    struct parser p = { .bytes = strlen(text), .err = err };

    if (p.bytes > TEMPLATE_BYTES_MAX) {
        error_set(err, ERROR_SETTINGS, 0, "a template of %zu bytes; %zu are the most", p.bytes,
                  TEMPLATE_BYTES_MAX);
        return NULL;
    }
    p.made = calloc(1, sizeof *p.made);
    if (p.made != NULL)
        p.made->source = strdup(text);
    if (p.made == NULL || p.made->source == NULL)
        error_memory(err);
    else if (parse(&p))
        return p.made;
    template_free(p.made);
    return NULL;
}

void template_free(struct template *t)
{
    if (t == NULL)
        return;
    free(t->source);
    free(t->step);
    free(t);
}

const char *template_name(const struct template *t, size_t index)
{
    for (size_t i = 0; i < t->steps; i++)
        if (t->step[i].kind != STEP_TEXT && index-- == 0)
            return t->step[i].text;
    return NULL;
}

bool template_is_elastic(const char *name)
{
    return strcmp(name, "output") == 0 || strcmp(name, "long_output") == 0 || strcmp(name, "comment") == 0;
}

/* Add at most so many bytes, whole characters only, and keep the whole within its bound. */
static bool add_text(struct rendered *to, const char *text, size_t bytes, size_t most, struct error *err)
{
    size_t left = RENDER_BYTES_MAX - to->text.len;

    if (most > left)
        most = left;
    if (bytes > most)
        bytes = utf8_border(text, bytes, most);
    return buf_add(&to->text, text, bytes) || error_memory(err);
}

static bool add_value(struct rendered *to, const struct template *t, const char *name, const char *value,
                      struct error *err)
{
    /* All elastic values together leave half of the room to the others, which must arrive whole. */
    bool elastic = template_is_elastic(name);
    size_t most = elastic ? RENDER_BYTES_MAX / 2 / t->elastics : RENDER_BYTES_MAX;
    size_t start = to->text.len;

    if (!add_text(to, value, strlen(value), most, err))
        return false;
    if (elastic && to->text.len > start)
        to->elastic[to->elastics++] = (struct elastic){ start, to->text.len - start };
    return true;
}

/* Where the line that starts at start ends when its trailing blanks are left out; *next is the next line. */
static size_t line_end(const struct buf *text, size_t start, size_t *next)
{
    const char *newline = memchr(text->data + start, '\n', text->len - start);
    size_t end = newline == NULL ? text->len : (size_t)(newline - text->data);

    *next = newline == NULL ? end : end + 1;
    while (end > start && blank(text->data[end - 1]))
        end--;
    return end;
}

/* Move the borders of elastic pieces that lie before the old place next; a line kept from start to end went
   to written. While text is tidied, a piece's bytes hold its end. */
static void move_borders(struct rendered *r, size_t *border, size_t start, size_t end, size_t next,
                         size_t written)
{
    for (; *border < 2 * r->elastics; ++*border) {
        struct elastic *piece = &r->elastic[*border / 2];
        size_t *place = *border % 2 == 0 ? &piece->start : &piece->bytes;
        if (*place >= next)
            return;
        *place = (*place < end ? *place : end) - start + written;
    }
}

/* Drop trailing blanks of lines and blank lines at both ends, in place. Elastic pieces are in order and
 * apart. */
static void tidy(struct rendered *r)
{
    char *text = r->text.data;
    size_t written = 0, border = 0, next = 0, kept = 0;

    for (size_t i = 0; i < r->elastics; i++)
        r->elastic[i].bytes += r->elastic[i].start;
    for (size_t start = 0; start < r->text.len; start = next) {
        size_t end = line_end(&r->text, start, &next);
        move_borders(r, &border, start, end, next, written);
        if (end == start && written == 0)
            continue;
        memmove(text + written, text + start, end - start);
        written += end - start;
        if (text[next - 1] == '\n')
            text[written++] = '\n';
    }
    while (written > 0 && text[written - 1] == '\n')
        written--;
    move_borders(r, &border, 0, written, SIZE_MAX, 0);
    for (size_t i = 0; i < r->elastics; i++) {
        struct elastic piece = r->elastic[i];
        size_t end = piece.bytes < written ? piece.bytes : written;
        if (piece.start < end)
            r->elastic[kept++] = (struct elastic){ piece.start, end - piece.start };
    }
    r->elastics = kept;
    buf_cut(&r->text, written);
}

bool template_render(const struct template *t, template_lookup *lookup, const void *context,
                     struct rendered *out, struct error *err)
{
    struct rendered made = { .elastic = calloc(t->elastics + 1, sizeof *made.elastic) };
    bool rendered = false;

    if (made.elastic == NULL)
        return error_memory(err);
    for (size_t i = 0; i < t->steps; i++) {
        const struct step *step = &t->step[i];
        const char *value = step->kind == STEP_TEXT ? NULL : lookup(context, step->text);
        bool there = value != NULL && value[0] != '\0';
        bool added = true;
        if (step->kind == STEP_TEXT)
            added = add_text(&made, step->text, step->bytes, RENDER_BYTES_MAX, err);
        else if (step->kind == STEP_VARIABLE)
            added = !there || add_value(&made, t, step->text, value, err);
        else if (there != (step->kind == STEP_SECTION))
            i = step->end - 1;
        if (!added)
            goto out;
    }
    tidy(&made);
    *out = made;
    made = (struct rendered){ 0 };
    rendered = true;
out:
    rendered_clear(&made);
    return rendered;
}

void rendered_clear(struct rendered *rendered)
{
    buf_clear(&rendered->text);
    free(rendered->elastic);
    *rendered = (struct rendered){ 0 };
}
