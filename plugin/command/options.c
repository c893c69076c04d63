/* Command lines by table: one table is the parser and the help. */
#include "command/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "settings/settings.h"

#define OPTIONS_MAX 40

/* getopt answers a letter, or for options without one a number beyond all letters. */
#define NAME_ONLY 256

static int answer_of(const struct option_spec *spec, size_t index)
{
    return spec->letter != 0 ? spec->letter : NAME_ONLY + (int)index;
}

static const struct option_spec *spec_of(const struct option_spec *specs, int answer)
{
    for (size_t i = 0; specs[i].name != NULL; i++) {
        if (answer_of(&specs[i], i) == answer)
            return &specs[i];
    }
    return NULL;
}

/* In getopt's words: ":" first, so that it tells a missing argument apart; room for 2 a letter. */
static void translate(const struct option_spec *specs, char letters[2 * OPTIONS_MAX + 4],
                      struct option names[OPTIONS_MAX + 3])
{
    size_t at = 0, count = 0;

    letters[at++] = ':';
    for (; count < OPTIONS_MAX && specs[count].name != NULL; count++) {
        const struct option_spec *spec = &specs[count];
        names[count] = (struct option){ .name = spec->name,
                                        .has_arg = spec->argument != NULL ? required_argument : no_argument,
                                        .val = answer_of(spec, count) };
        if (spec->letter != 0)
            letters[at++] = spec->letter;
        if (spec->letter != 0 && spec->argument != NULL)
            letters[at++] = ':';
    }
    letters[at++] = 'h';
    letters[at++] = 'V';
    letters[at] = '\0';
    names[count] = (struct option){ .name = "help", .val = 'h' };
    names[count + 1] = (struct option){ .name = "version", .val = 'V' };
    names[count + 2] = (struct option){ 0 };
}

static void print_option(char letter, const char *name, const char *argument, const char *text)
{
    char left[64];

    snprintf(left, sizeof left, "%s--%s%s%s", letter != 0 ? ", " : "    ", name, argument != NULL ? " " : "",
             argument != NULL ? argument : "");
    if (letter != 0)
        printf("  -%c%-26s %s\n", letter, left, text);
    else
        printf("  %-28s %s\n", left, text);
}

static void print_help(const struct option_spec *specs, const struct command_help *help)
{
    printf("usage: %s\n\n%s\n\n", help->usage, help->purpose);
    for (; specs->name != NULL; specs++)
        print_option(specs->letter, specs->name, specs->argument, specs->help);
    print_option('h', "help", NULL, "show this help");
    print_option('V', "version", NULL, "show the version");
}

/* The name in front of "=": what follows may be a secret. Bytes that are no name are not repeated. */
static bool unknown_option(char *const *argv, struct error *err)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    const char *word = argv[optind - 1];
    size_t length = strspn(word, allowed);

    if (optopt != 0 && optopt < NAME_ONLY && strchr(allowed, optopt) != NULL)
        return error_set(err, ERROR_USAGE, 0, "unknown option -%c", optopt);
    if (optopt == 0 && length > 2 && length < 64 && (word[length] == '\0' || word[length] == '='))
        return error_set(err, ERROR_USAGE, 0, "unknown option %.*s (or not clear which)", (int)length, word);
    return error_set(err, ERROR_USAGE, 0, "unknown option (a text that begins with - belongs behind --)");
}

/* getopt met something it does not like: ':' for a missing argument, '?' for the rest. */
static bool refuse(int answer, char *const *argv, const struct option_spec *specs, struct error *err)
{
    const struct option_spec *spec = spec_of(specs, optopt);

    if (answer == ':' && spec != NULL)
        return error_set(err, ERROR_USAGE, 0, "option --%s needs %s", spec->name, spec->argument);
    if (spec != NULL)
        return error_set(err, ERROR_USAGE, 0, "option --%s takes no value", spec->name);
    return unknown_option(argv, err);
}

static bool append(const char ***list, const char *value, struct error *err)
{
    size_t count = 0;
    const char **grown;

    while (*list != NULL && (*list)[count] != NULL)
        count++;
    grown = realloc(*list, (count + 2) * sizeof *grown);
    if (grown == NULL)
        return error_memory(err);
    grown[count] = value;
    grown[count + 1] = NULL;
    *list = grown;
    return true;
}

bool options_read(int argc, char **argv, const struct option_spec *specs, const struct command_help *help,
                  int *operands, bool *done, struct error *err)
{
    char letters[2 * OPTIONS_MAX + 4];
    struct option names[OPTIONS_MAX + 3];
    int answer;

    translate(specs, letters, names);
    *done = false;
    opterr = 0;
    optind = 0;                  /* glibc: start afresh */
    unsetenv("POSIXLY_CORRECT"); /* which would end the options at the first operand */
    while ((answer = getopt_long(argc, argv, letters, names, NULL)) != -1) {
        const struct option_spec *spec = spec_of(specs, answer);

        if (answer == 'h' || answer == 'V') {
            if (answer == 'h')
                print_help(specs, help);
            else
                printf("munja %s\n", MUNJA_VERSION);
            *done = true;
            return true;
        }
        if (spec == NULL)
            return refuse(answer, argv, specs, err);
        if (spec->value != NULL)
            *spec->value = spec->argument != NULL ? optarg : "";
        else if (!append(spec->list, optarg, err))
            return false;
    }
    *operands = argc - optind;
    memmove(argv + 1, argv + optind, (size_t)*operands * sizeof *argv);
    return true;
}

const char *options_config(const char *config)
{
    return settings_path(config, getenv("MUNJA_CONFIG"));
}

bool options_settings(const char *config, struct settings *settings, struct error *err)
{
    return settings_load(options_config(config), settings, err);
}

bool options_timeout(const char *timeout, int *timeout_s, struct error *err)
{
    int wanted_s;

    if (timeout == NULL)
        return true;
    if (!duration_read(timeout, &wanted_s) || wanted_s < 1)
        return error_set(err, ERROR_USAGE, 0,
                         "option --timeout: \"%.20s\" is not a number of seconds, 1 or more", timeout);
    *timeout_s = wanted_s;
    return true;
}

static void log_to_stderr(enum log_level level, const char *line)
{
    (void)level;
    fprintf(stderr, "%s\n", line);
}

void options_log(const char *verbose)
{
    if (verbose != NULL)
        log_to(log_to_stderr, LOG_LEVEL_DEBUG);
}
