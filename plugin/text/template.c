/* Templates: bounded, read once by mustache.c, rendered in one loop. */
#include "text/template.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "text/mustache.h"

#define TEMPLATE_BYTES_MAX ((size_t)16 * 1024)
#define RENDER_BYTES_MAX   ((size_t)1024 * 1024)

struct template
{
    char *source; /* a copy, into which the steps point */
    struct steps steps;
    size_t elastics; /* variables among the steps whose values may shrink */
};

struct template *template_parse(const char *text, struct error *err)
{
    size_t bytes = strlen(text);
    struct template *t;

    if (bytes > TEMPLATE_BYTES_MAX) {
        error_set(err, ERROR_SETTINGS, 0, "a template of %zu bytes; %zu are the most", bytes,
                  TEMPLATE_BYTES_MAX);
        return NULL;
    }
    t = calloc(1, sizeof *t);
    if (t == NULL || (t->source = strdup(text)) == NULL) {
        error_memory(err);
        goto out;
    }
    if (!mustache_read(t->source, &t->steps, err))
        goto out;
    for (size_t i = 0; i < t->steps.count; i++)
        t->elastics += t->steps.step[i].kind == STEP_VARIABLE && template_is_elastic(t->steps.step[i].text);
    return t;
out:
    template_free(t);
    return NULL;
}

void template_free(struct template *t)
{
    if (t == NULL)
        return;
    free(t->source);
    free(t->steps.step);
    free(t);
}

const char *template_name(const struct template *t, size_t index)
{
    for (size_t i = 0; i < t->steps.count; i++)
        if (t->steps.step[i].kind != STEP_TEXT && index-- == 0)
            return t->steps.step[i].text;
    return NULL;
}

bool template_is_elastic(const char *name)
{
    return strcmp(name, "output") == 0 || strcmp(name, "long_output") == 0 || strcmp(name, "comment") == 0;
}

static bool blank(char c)
{
    return c == ' ' || c == '\t';
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
    for (size_t i = 0; i < t->steps.count; i++) {
        const struct step *step = &t->steps.step[i];
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
