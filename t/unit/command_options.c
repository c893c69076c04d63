#include "unit.h"

#include <unistd.h>

#include "command/options.h"

/* What one command line says. */
struct said {
    const char *config, *verbose, *at;
    const char **fields;
    int operands;
    bool done;
    char *argv[16];
    struct error err;
};

/* The words of a command line, split at blanks in a text that is changed. */
static bool read_line(char *line, struct said *said)
{
    const struct option_spec specs[] = {
        { 'f', "config", "FILE", "which file", &said->config, NULL },
        { 'v', "verbose", NULL, "say more", &said->verbose, NULL },
        { 'F', "field", "NAME=VALUE", "a field", NULL, &said->fields },
        { 0, "at", "TIME", "when", &said->at, NULL },
        { 0 },
    };
    const struct command_help help = { "munja x [options]", "To test." };
    int argc = 0;

    for (char *word = strtok(line, " "); word != NULL; word = strtok(NULL, " "))
        said->argv[argc++] = word;
    return options_read(argc, said->argv, specs, &help, &said->operands, &said->done, &said->err);
}

static void options_and_operands_mix(void **state)
{
    char line[] = "x one -f a.conf two --field a=1 -v three -Fb=2 --config=b.conf --at -5 -- -v --four";
    struct said said = { 0 };

    (void)state;
    setenv("POSIXLY_CORRECT", "1", 1);
    if (!read_line(line, &said))
        fail_msg("%s", said.err.text);
    assert_string_equal(said.config, "b.conf");
    assert_string_equal(said.verbose, "");
    assert_string_equal(said.at, "-5");
    assert_string_equal(said.fields[0], "a=1");
    assert_string_equal(said.fields[1], "b=2");
    assert_null(said.fields[2]);
    assert_int_equal(said.operands, 5);
    assert_string_equal(said.argv[1], "one");
    assert_string_equal(said.argv[3], "three");
    assert_string_equal(said.argv[4], "-v");
    assert_string_equal(said.argv[5], "--four");
    free(said.fields);
}

static void nothing_is_nothing(void **state)
{
    char line[] = "x";
    struct said said = { 0 };

    (void)state;
    assert_true(read_line(line, &said));
    assert_null(said.config);
    assert_null(said.fields);
    assert_int_equal(said.operands, 0);
}

static const struct {
    const char *line, *fault;
} bad[] = {
    { "x -q", "unknown option -q" },
    { "x -vq", "unknown option -q" },
    { "x --secret=hidden", "unknown option --secret (or not clear which)" },
    { "x --secret", "unknown option --secret (or not clear which)" },
    { "x --\xff\xfe", "unknown option (a text that begins with - belongs behind --)" },
    { "x -\xea\xb0\x80", "unknown option (a text that begins with - belongs behind --)" },
    { "x --config", "option --config needs FILE" },
    { "x -f", "option --config needs FILE" },
    { "x --at", "option --at needs TIME" },
    { "x --verbose=hidden", "option --verbose takes no value" },
};

static void faults_name_the_option(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(bad); i++) {
        char line[64];
        struct said said = { 0 };

        snprintf(line, sizeof line, "%s", bad[i].line);
        assert_false(read_line(line, &said));
        assert_int_equal(said.err.kind, ERROR_USAGE);
        assert_string_equal(said.err.text, bad[i].fault);
        free(said.fields);
    }
}

/* What goes to stdout while a command line is read. */
static void capture(const char *words, char *out, size_t room)
{
    char line[64];
    struct said said = { 0 };
    FILE *file = tmpfile();
    int before = dup(1);
    size_t bytes;

    assert_non_null(file);
    snprintf(line, sizeof line, "%s", words);
    fflush(stdout);
    dup2(fileno(file), 1);
    assert_true(read_line(line, &said));
    assert_true(said.done);
    fflush(stdout);
    dup2(before, 1);
    close(before);
    rewind(file);
    bytes = fread(out, 1, room - 1, file);
    out[bytes] = '\0';
    fclose(file);
}

static void help_is_aligned(void **state)
{
    char out[1024];

    (void)state;
    capture("x one -h", out, sizeof out);
    assert_string_equal(out, "usage: munja x [options]\n\nTo test.\n\n"
                             "  -f, --config FILE            which file\n"
                             "  -v, --verbose                say more\n"
                             "  -F, --field NAME=VALUE       a field\n"
                             "      --at TIME                when\n"
                             "  -h, --help                   show this help\n"
                             "  -V, --version                show the version\n");
    capture("x --version", out, sizeof out);
    assert_string_equal(out, "munja " MUNJA_VERSION "\n");
}

static void a_timeout_is_a_second_or_more(void **state)
{
    static const struct {
        const char *text;
        int seconds; /* 0: refused */
    } cases[] = {
        { NULL, 20 }, { "1", 1 }, { "2m", 120 }, { "0", 0 },
        { "-1", 0 },  { "", 0 },  { "1.5", 0 },  { "99999999999", 0 },
    };

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        struct error err = { 0 };
        int seconds = 20;

        assert_int_equal(options_timeout(cases[i].text, &seconds, &err), cases[i].seconds > 0);
        assert_int_equal(seconds, cases[i].seconds > 0 ? cases[i].seconds : 20);
        if (cases[i].seconds == 0) {
            assert_int_equal(err.kind, ERROR_USAGE);
            assert_non_null(strstr(err.text, "option --timeout: "));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_and_operands_mix),      cmocka_unit_test(nothing_is_nothing),
        cmocka_unit_test(faults_name_the_option),        cmocka_unit_test(help_is_aligned),
        cmocka_unit_test(a_timeout_is_a_second_or_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
