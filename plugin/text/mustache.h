#ifndef MUNJA_TEXT_MUSTACHE_H
#define MUNJA_TEXT_MUSTACHE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum step_kind { STEP_TEXT, STEP_VARIABLE, STEP_SECTION, STEP_INVERTED };

/* One step of rendering: a literal, a value, or the start of a section, which is a jump over its steps. */
struct step {
    enum step_kind kind;
    const char *text; /* a literal, or a name ended by NUL; points into the source */
    size_t bytes;
    size_t end; /* of a section: the step behind its last */
};

struct steps {
    struct step *step;
    size_t count, room;
};

/* Read a template's source into its steps (template.h tells the language). The source must outlive them, and
   changes: each name is ended by a NUL over what followed it in its tag. On failure, too, the caller frees
   steps->step. */
bool mustache_read(char *source, struct steps *steps, struct error *err);

#endif
