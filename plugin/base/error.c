/* Errors as values: a kind that says who can mend it and one line that says what happened. */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/line.h"

/* Whatever went into the text, it can be shown: see line_copy. */
static void finish(struct error *err, const char *format, va_list args)
{
    char text[2 * sizeof err->text];

    vsnprintf(text, sizeof text, format, args);
    line_copy(err->text, sizeof err->text, text);
}

bool error_set(struct error *err, enum error_kind kind, int code, const char *format, ...)
{
    va_list args;

    if (err == NULL)
        return false;
    err->kind = kind;
    err->code = code;
    va_start(args, format);
    finish(err, format, args);
    va_end(args);
    return false;
}

bool error_prefix(struct error *err, const char *format, ...)
{
    char before[sizeof err->text];
    size_t length;
    va_list args;

    if (err == NULL)
        return false;
    memcpy(before, err->text, sizeof before);
    va_start(args, format);
    finish(err, format, args);
    va_end(args);
    length = strlen(err->text);
    if (length + 2 < sizeof err->text) {
        memcpy(err->text + length, ": ", 3);
        line_copy(err->text + length + 2, sizeof err->text - length - 2, before);
    }
    return false;
}

bool error_memory(struct error *err)
{
    return error_set(err, ERROR_SYSTEM, ENOMEM, "out of memory");
}
