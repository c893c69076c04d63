/* Errors as values: a kind that says who can mend it and one line that says what happened. */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

/* A text longer than its room was cut by snprintf at any byte: take back the half of a character. */
static void error_finish(char *text, size_t size, int written)
{
    if (written >= 0 && (size_t)written < size)
        return;
    text[utf8_border(text, strlen(text), strlen(text))] = '\0';
}

bool error_set(struct error *err, enum error_kind kind, int code, const char *format, ...)
{
    va_list args;
    int written;

    if (err == NULL)
        return false;
    err->kind = kind;
    err->code = code;
    va_start(args, format);
    written = vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    error_finish(err->text, sizeof err->text, written);
    return false;
}

bool error_prefix(struct error *err, const char *format, ...)
{
    char before[sizeof err->text];
    va_list args;
    int written;

    if (err == NULL)
        return false;
    memcpy(before, err->text, sizeof before);
    va_start(args, format);
    written = vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    if (written < 0)
        written = 0;
    if ((size_t)written < sizeof err->text) {
        size_t room = sizeof err->text - (size_t)written;
        int more = snprintf(err->text + written, room, ": %s", before);
        written = more < 0 || (size_t)more >= room ? (int)sizeof err->text : written + more;
    }
    error_finish(err->text, sizeof err->text, written);
    return false;
}

bool error_memory(struct error *err)
{
    return error_set(err, ERROR_SYSTEM, ENOMEM, "out of memory");
}
