#include "conf.h"

static const struct setting common[] = {
    { "api", SETTING_REQUIRED, "which gateway", NULL, NULL },
    { "user", SETTING_TEXT, "login name", NULL, NULL },
    { "secret", SETTING_SECRET, "", NULL, NULL },
    { "timeout", SETTING_DURATION, "", "10", NULL },
    { "plaintext", SETTING_BOOL, "", "false", NULL },
    { 0 },
};
static const struct setting own[] = {
    { "hash", SETTING_TEXT, "", "sha256", "md5|sha256|sha512" },
    { "tries", SETTING_NUMBER, "", NULL, NULL },
    { "to", SETTING_LIST, "", NULL, NULL },
    { 0 },
};
static const struct setting *const tables[] = { common, own, NULL };

static const struct {
    const char *section, *faults;
    bool usable;
} cases[] = {
    { "api = x hash = md5 tries = 3 to = {a, b} timeout = 5m plaintext = on", "", true },
    { "api = x to = a", "", true },
    { "user = x", "1: provider \"p\": key api is missing: which gateway\n", false },
    { "api = \"\"", "1: provider \"p\": key api is missing: which gateway\n", false },
    { "api = x\nusr = y", "2: provider \"p\": unknown key \"usr\" (did you mean \"user\": login name?)\n",
      false },
    { "api = x\npassword = y",
      "2: provider \"p\": unknown key \"password\" (there are: api user secret timeout plaintext hash tries "
      "to)\n",
      false },
    { "api = x\nhash = md6", "2: provider \"p\": hash must be one of: md5|sha256|sha512\n", false },
    { "api = x\nhash = \"md5|sha256\"", "2: provider \"p\": hash must be one of: md5|sha256|sha512\n",
      false },
    { "api = x\nhash = \"\"", "2: provider \"p\": hash must be one of: md5|sha256|sha512\n", false },
    { "api = x\ntries = -1", "2: provider \"p\": tries must be a whole number, 0 or more\n", false },
    { "api = x\nplaintext = 1", "2: provider \"p\": plaintext must be true or false\n", false },
    { "api = x\ntimeout = 5x",
      "2: provider \"p\": timeout must be a time in seconds, or like 15m, 12h, 30d\n", false },
    { "api = x\nuser = {a, b}", "2: provider \"p\": user takes one value, not a list\n", false },
    { "api = x\nto = {}", "2: provider \"p\": to is an empty list\n", false },
    { "api = x\nuser = a\nuser = b", "3: provider \"p\": user is there already, in line 2\n", false },
};

static void sections_are_checked(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        struct settings settings;
        struct buf text = { 0 };
        struct faults faults = { 0 };
        bool usable = !cases[i].usable;
        char *found;

        assert_true(buf_format(&text, "provider \"p\" { %s }", cases[i].section));
        assert_true(settings_load(conf_write("munja.conf", buf_text(&text), 0640), &settings, NULL));
        assert_true(
            section_check(&settings.providers.section[0], "provider", tables, &faults, &usable, NULL));
        found = conf_faults(&faults);
        assert_string_equal(found, cases[i].faults);
        assert_int_equal(usable, cases[i].usable);
        free(found);
        faults_clear(&faults);
        buf_clear(&text);
        settings_clear(&settings);
    }
}

static void fallbacks_fill_in(void **state)
{
    const struct section empty = { 0 };

    (void)state;
    assert_string_equal(section_text(&empty, own, "hash"), "sha256");
    assert_null(section_text(&empty, own, "tries"));
    assert_null(section_text(&empty, NULL, "hash"));
    assert_null(section_entry(&empty, "hash"));
}

static void faults_are_sorted(void **state)
{
    struct faults faults = { 0 };
    char *text;

    (void)state;
    assert_true(faults_add(&faults, 7, NULL, "first of %d", 7));
    assert_true(faults_add(&faults, 3, NULL, "three"));
    assert_true(faults_add(&faults, 7, NULL, "second"));
    assert_true(faults_add(&faults, 1, NULL, "%600s", "long"));
    faults_sort(&faults);
    assert_int_equal(faults.fault[0].line, 1);
    assert_int_equal(strlen(faults.fault[0].text), 511);
    faults.fault[0].text[0] = '\0';
    text = conf_faults(&faults);
    assert_string_equal(text, "1: \n3: three\n7: first of 7\n7: second\n");
    free(text);
    faults_clear(&faults);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sections_are_checked),
        cmocka_unit_test(fallbacks_fill_in),
        cmocka_unit_test(faults_are_sorted),
    };
    return cmocka_run_group_tests(tests, conf_make, conf_remove);
}
