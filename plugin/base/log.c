/* Log lines: made here, written by whoever owns the door. */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

static log_sink *current;
static enum log_level wanted;

void log_to(log_sink *sink, enum log_level most)
{
    current = sink;
    wanted = most;
}

void log_line(enum log_level level, const char *format, ...)
{
    char line[1024];
    va_list args;
    size_t length;

    if (current == NULL || level > wanted)
        return;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    length = strlen(line);
    line[utf8_border(line, length, length)] = '\0';
    for (char *c = line; *c != '\0'; c++)
        if ((unsigned char)*c < ' ' || *c == 127)
            *c = ' ';
    current(level, line);
}
