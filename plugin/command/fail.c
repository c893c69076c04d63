/* How every command says that it could not begin. */
#include "command/fail.h"

#include <stdio.h>
#include <string.h>

#include "command/options.h"
#include "flow/answer.h"

bool fail_in_json(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--json") == 0)
            return true;
    return false;
}

int fail(const struct error *err, bool json)
{
    char line[ANSWER_BYTES];

    answer_write_fault(err->text, line);
    if (!json) {
        puts(line);
        return EXIT_UNKNOWN;
    }
    /* The line is clean text: only these two need care. */
    fputs("{ \"state\": \"UNKNOWN\", \"exit\": 3, \"answer\": \"", stdout);
    for (const char *c = line; *c != '\0'; c++) {
        if (*c == '"' || *c == '\\')
            putchar('\\');
        putchar(*c);
    }
    puts("\" }");
    return EXIT_UNKNOWN;
}
