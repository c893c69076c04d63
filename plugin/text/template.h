#ifndef MUNJA_TEXT_TEMPLATE_H
#define MUNJA_TEXT_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

/* A parsed Mustache template: variables {{x}} and {{{x}}} (both unescaped), sections {{#x}}…{{/x}}, inverted
   sections {{^x}}…{{/x}}, comments {{!…}}. A section shows when its field is not empty. Standing alone on a
   line, a section tag or a comment takes its line break with it, as Mustache says. No partials, no
   delimiters, no code. */
struct template;

/* Parse; bounded in length (16 KiB), depth (16) and tags. The error says line and column of the template and
   what is wrong. The caller frees with template_free. */
struct template *template_parse(const char *text, struct error *err);
void template_free(struct template *t);

/* Every name used, in order, repeats included; NULL after the last. For "unknown field" in munja config
 * check. */
const char *template_name(const struct template *t, size_t index);

/* Where values come from: the text for a name, "" when there is none. */
typedef const char *template_lookup(const void *context, const char *name);

/* A piece of a rendered text that may shrink: output, long_output, comment. */
struct elastic {
    size_t start, bytes; /* where in the text */
};

struct rendered {
    struct buf text;
    struct elastic *elastic;
    size_t elastics;
};

/* Names whose values may shrink. */
bool template_is_elastic(const char *name);

/* Values go in as they are: template syntax inside a value is text. Trailing blanks of lines and blank lines
   at start and end are dropped. Output is bounded by 1 MiB. */
bool template_render(const struct template *t, template_lookup *lookup, const void *context,
                     struct rendered *out, struct error *err);
void rendered_clear(struct rendered *rendered);

#endif
