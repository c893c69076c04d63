/* The module's arguments. */
#include "neb/args.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "settings/settings.h"

#ifndef MUNJA_PROGRAM
#define MUNJA_PROGRAM "/usr/local/bin/munja"
#endif

/* Those of contrib/nagios/munja.cfg. */
#define COMMANDS                                                                                             \
    "munja-notify-host,munja-notify-service,"                                                                \
    "munja-notify-host-by-arguments,munja-notify-service-by-arguments"

static const char *const blanks = " \t\r\n";

static char *place_of(struct args *args, const char *name, size_t bytes)
{
    const struct {
        const char *name;
        char *place;
    } names[] = { { "config", args->config }, { "munja", args->munja }, { "commands", args->commands } };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i].name) == bytes && strncmp(names[i].name, name, bytes) == 0)
            return names[i].place;
    return NULL;
}

static bool read_one(struct args *args, const char *word, size_t bytes, struct error *err)
{
    size_t name = strcspn(word, "=");
    char *place = name < bytes ? place_of(args, word, name) : NULL;
    size_t value = place == NULL ? 0 : bytes - name - 1;

    if (place == NULL)
        return error_set(err, ERROR_USAGE, 0,
                         "argument \"%.*s\": only config=, commands= and munja= are known",
                         (int)(name < bytes ? name : bytes), word);
    if (value == 0 || value >= ARGS_PATH_BYTES)
        return error_set(err, ERROR_USAGE, 0, "argument %.*s: is %s", (int)name, word,
                         value == 0 ? "empty" : "too long");
    memcpy(place, word + name + 1, value);
    place[value] = '\0';
    return true;
}

/* They become part of a line that the core runs in a folder of its own: as they are, without a shell. */
static bool check_path(const char *name, const char *path, struct error *err)
{
    return (path[0] == '/' && strpbrk(path, "'$\\") == NULL)
           || error_set(err, ERROR_USAGE, 0, "argument %s: \"%.200s\" is no absolute path without ' $ \\",
                        name, path);
}

bool args_read(const char *text, struct args *args, struct error *err)
{
    struct args made = { .munja = MUNJA_PROGRAM, .commands = COMMANDS };
    const char *word = text == NULL ? "" : text;

    UTF8_COPY(made.config, settings_path(NULL, getenv("MUNJA_CONFIG")));
    for (word += strspn(word, blanks); *word != '\0'; word += strspn(word, blanks)) {
        size_t bytes = strcspn(word, blanks);
        if (!read_one(&made, word, bytes, err))
            return false;
        word += bytes;
    }
    if (!check_path("config", made.config, err) || !check_path("munja", made.munja, err))
        return false;
    *args = made;
    return true;
}

bool args_command(const struct args *args, const char *command)
{
    size_t length = command == NULL ? 0 : strlen(command), bytes;

    for (const char *at = args->commands; length > 0 && *at != '\0'; at += bytes + (at[bytes] == ',')) {
        bytes = strcspn(at, ",");
        if (bytes == length && strncmp(at, command, bytes) == 0)
            return true;
    }
    return false;
}
