#include "unit.h"

#include "neb/args.h"

static void arguments(void **state)
{
    static const struct {
        const char *text, *config, *munja, *fault;
    } cases[] = {
        { NULL, MUNJA_CONFIG, MUNJA_PROGRAM, NULL },
        { "  ", MUNJA_CONFIG, MUNJA_PROGRAM, NULL },
        { " config=/a\tmunja=/b ", "/a", "/b", NULL },
        { "config=/a config=/b", "/b", MUNJA_PROGRAM, NULL },
        { "config=/a=b", "/a=b", MUNJA_PROGRAM, NULL },
        { "config", NULL, NULL, "\"config\"" },
        { "conf=/a", NULL, NULL, "\"conf\"" },
        { "=/a", NULL, NULL, "only config=" },
        { "munja=", NULL, NULL, "empty" },
        { "config=a.conf", NULL, NULL, "absolute" },
        { "munja=/a'b", NULL, NULL, "absolute" },
        { "config=/$HOME", NULL, NULL, "absolute" },
    };

    (void)state;
    unsetenv("MUNJA_CONFIG");
    for (size_t i = 0; i < CASES(cases); i++) {
        struct args args = { 0 };
        struct error err = { 0 };
        bool read = args_read(cases[i].text, &args, &err);

        assert_int_equal(read, cases[i].fault == NULL);
        assert_string_equal(args.config, read ? cases[i].config : "");
        assert_string_equal(args.munja, read ? cases[i].munja : "");
        assert_true(read || strstr(err.text, cases[i].fault) != NULL);
    }
}

/* A command that is left to the core looks there too. */
static void environment(void **state)
{
    struct args args = { 0 };

    (void)state;
    setenv("MUNJA_CONFIG", "/c", 1);
    assert_true(args_read(NULL, &args, NULL));
    assert_string_equal(args.config, "/c");
    assert_true(args_read("config=/a", &args, NULL));
    assert_string_equal(args.config, "/a");
    unsetenv("MUNJA_CONFIG");
}

static void commands(void **state)
{
    struct args args = { 0 };

    (void)state;
    assert_true(args_read("commands=by-sms,page", &args, NULL));
    assert_true(args_command(&args, "by-sms"));
    assert_true(args_command(&args, "page"));
    assert_false(args_command(&args, "by-sm"));
    assert_false(args_command(&args, "by-sms,page"));
    assert_false(args_command(&args, ""));
    assert_false(args_command(&args, NULL));
    assert_true(args_read(NULL, &args, NULL));
    assert_true(args_command(&args, "munja-notify-service"));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(arguments), cmocka_unit_test(environment),
                                        cmocka_unit_test(commands) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
