/* What is wrong with munja.conf, line by line, collected so that all of it can be told at once. */
#include "settings/settings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

bool faults_add(struct faults *faults, int line, struct error *err, const char *format, ...)
{
    struct fault *grown = realloc(faults->fault, (faults->count + 1) * sizeof *grown);
    char text[sizeof err->text];
    va_list args;

    if (grown == NULL)
        return error_memory(err);
    faults->fault = grown;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    text[utf8_border(text, strlen(text), strlen(text))] = '\0';
    grown += faults->count;
    grown->line = line;
    grown->text = strdup(text);
    if (grown->text == NULL)
        return error_memory(err);
    faults->count++;
    return true;
}

/* Insertion keeps the order of faults of one line, and they come nearly sorted. */
void faults_sort(struct faults *faults)
{
    for (size_t i = 1; i < faults->count; i++) {
        struct fault moved = faults->fault[i];
        size_t at = i;

        for (; at > 0 && faults->fault[at - 1].line > moved.line; at--)
            faults->fault[at] = faults->fault[at - 1];
        faults->fault[at] = moved;
    }
}

void faults_clear(struct faults *faults)
{
    for (size_t i = 0; i < faults->count; i++)
        free(faults->fault[i].text);
    free(faults->fault);
    *faults = (struct faults){ 0 };
}
