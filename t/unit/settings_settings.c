#include "conf.h"

/* As the design shows it. */
static const char example[] =
    "# /etc/munja/munja.conf\n"
    "store   = \"/var/lib/munja/munja.db\"        # or \"postgresql://munja@db.example/munja\"\n"
    "timeout = 20                               # seconds\n"
    "\n"
    "provider \"joa\" {\n"
    "    api         = \"smsjoa\"\n"
    "    url         = \"https://api.smsjoa.com\"  # each api has its default\n"
    "    user        = \"client-id\"\n"
    "    secret_file = \"joa.key\"                 # or secret = \"…\"\n"
    "    from        = \"0212345678\"\n"
    "}\n"
    "provider \"nanumi\" { api = \"nanuminet\"  user = \"api key\"  secret = \"secret key\"  hash = "
    "\"sha256\" }\n"
    "provider \"cn\"     { api = \"sms57\"  url = \"https://x.example\"  user = \"922011\"  sign = \"md5\"\n"
    "                    signature = \"【运维】\" }\n"
    "\n"
    "route \"china\" { to = {\"+86*\"}                providers = {\"cn\"} }\n"
    "route \"rest\"  {                              providers = {\"joa\", \"nanumi\", \"plex\"} }\n"
    "\n"
    "template \"default\" { service = \"…\"  host = \"…\"  subject = \"…\" }\n"
    "listen = \"127.0.0.1:8057\"                          # webhooks\n"
    "monitor \"nagios\" { type = \"nagios\"   command_file = \"/var/lib/nagios4/rw/nagios.cmd\" }\n"
    "monitor \"icinga\" { type = \"icinga2\"  url = \"https://127.0.0.1:5665\"  user = \"munja\"\n"
    "                   secret_file = \"icinga.key\"\n"
    "                   ca_file = \"icinga-ca.crt\"  verify_name = \"node.example\" }\n"
    "monitor \"zabbix\" { type = \"zabbix\"   url = \"https://zabbix.example/\"  secret_file = "
    "\"zabbix.token\" }\n";

static void the_example_is_read(void **state)
{
    struct settings settings;
    struct error err = { 0 };
    const struct section *joa;
    const struct entry *entry;

    (void)state;
    if (!settings_load(conf_write("munja.conf", example, 0640), &settings, &err))
        fail_msg("%s", err.text);
    assert_int_equal(settings.faults.count, 0);
    assert_false(settings.exposed);
    assert_string_equal(settings.store, "/var/lib/munja/munja.db");
    assert_int_equal(settings.timeout_s, 20);
    assert_string_equal(settings.listen, "127.0.0.1:8057");
    assert_int_equal(settings.providers.count, 3);
    assert_int_equal(settings.routes.count, 2);
    assert_int_equal(settings.templates.count, 1);
    assert_int_equal(settings.monitors.count, 3);
    joa = &settings.providers.section[0];
    assert_string_equal(joa->name, "joa");
    assert_int_equal(joa->line, 5);
    assert_string_equal(section_text(joa, NULL, "user"), "client-id");
    assert_int_equal(section_entry(joa, "from")->line, 10);
    assert_string_equal(section_text(&settings.providers.section[2], NULL, "signature"), "【运维】");
    assert_int_equal(section_entry(&settings.providers.section[2], "signature")->line, 14);
    entry = section_entry(&settings.routes.section[1], "providers");
    assert_int_equal(entry->values, 3);
    assert_string_equal(entry->value[2], "plex");
    settings_clear(&settings);
}

static void defaults_fill_in(void **state)
{
    struct settings settings;
    char store[64];

    (void)state;
    assert_true(settings_load(conf_write("munja.conf", "", 0644), &settings, NULL));
    assert_string_equal(settings.store, MUNJA_STORE);
    assert_int_equal(settings.timeout_s, 20);
    assert_int_equal(settings.duplicate_window_s, 600);
    assert_int_equal(settings.keep_s, 30 * 86400);
    assert_null(settings.listen);
    assert_true(settings.exposed);
    settings_clear(&settings);

    assert_true(settings_load(
        conf_write("munja.conf", "store=\"m.db\" timeout=\"1m\" duplicate_window=0 keep=1d", 0640), &settings,
        NULL));
    snprintf(store, sizeof store, "%s/m.db", conf_folder);
    assert_string_equal(settings.store, store);
    assert_int_equal(settings.timeout_s, 60);
    assert_int_equal(settings.duplicate_window_s, 0);
    assert_int_equal(settings.keep_s, 86400);
    settings_clear(&settings);

    assert_true(
        settings_load(conf_write("munja.conf", "store = 'postgresql://m@db/m'", 0640), &settings, NULL));
    assert_string_equal(settings.store, "postgresql://m@db/m");
    settings_clear(&settings);
}

static void the_path_is_chosen(void **state)
{
    (void)state;
    assert_string_equal(settings_path("a.conf", "b.conf"), "a.conf");
    assert_string_equal(settings_path(NULL, "b.conf"), "b.conf");
    assert_string_equal(settings_path(NULL, ""), MUNJA_CONFIG);
    assert_string_equal(settings_path(NULL, NULL), MUNJA_CONFIG);
}

static const struct {
    const char *text, *faults;
} faulty[] = {
    { "timeout = 0", "1: timeout must be from 1 to 3600 seconds\n" },
    { "\ntimeout = \"soon\"", "2: timeout must be a time in seconds, or like 15m, 12h, 30d\n" },
    { "keep = {1, 2}", "1: keep takes one value, not a list\n" },
    { "keep = 1\nkeep = 2", "2: keep is there already, in line 1\n" },
    { "\nlisten = 'localhost:8057'",
      "2: listen must be an address and a port, as in 127.0.0.1:8057 or [::1]:8057\n" },
    { "listen = ''", "" },
    { "timeou = 3",
      "1: unknown key \"timeou\" (did you mean \"timeout\": one notify, everything included?)\n" },
    { "x = 3", "1: unknown key \"x\" (there are: store timeout duplicate_window keep listen receipt_wait "
               "reply_help)\n" },
    { "keep = 1d\n/* two\nlines */ provider \"a\" { }\nprovider \"b\" { } provider 'a' { }",
      "4: provider \"a\": there is one of that name already, in line 3: this one is left out\n" },
    { "provider { api = \"x\" }\nroute \"\" { }",
      "1: a provider needs a name in quotes\n2: a route needs a name of 1 to 63 bytes on one line\n" },
    { "gateway \"g\" { a = 1 }", "1: unknown section gateway (provider, route, template, monitor)\n" },
    { "provider \"p\" {\n user = \"u\"\n secret = \"\xbf\xa1\xb7\xaf\"\n}",
      "3: provider \"p\": secret is not UTF-8 (was the file saved as EUC-KR or CP949?)\n" },
    { "provider \"p\" {\n secret = { \"se\" \"cret\" }\n}",
      "2: provider \"p\": secret cannot be read (is a comma or a brace missing?)\n" },
};

static void faults_have_lines(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(faulty); i++) {
        struct settings settings;
        struct error err = { 0 };
        char *faults;

        if (!settings_load(conf_write("munja.conf", faulty[i].text, 0640), &settings, &err))
            fail_msg("%s: %s", faulty[i].text, err.text);
        faults = conf_faults(&settings.faults);
        assert_string_equal(faults, faulty[i].faults);
        free(faults);
        settings_clear(&settings);
    }
}

/* All faults of the syntax, and what is sound behind them. */
static const struct {
    const char *text, *faults, *why;
    size_t providers;
} broken[] = {
    { "provider \"p\" {\n user = \n secret = \"s\"\n}\nkeep = x",
      "2: a value is missing behind \"=\"\n"
      "5: keep must be a time in seconds, or like 15m, 12h, 30d\n",
      "a value is missing", 1 },
    { "provider \"p\" {\n user \"u\"\n secret = \"s\"\n}",
      "2: a key with \"=\" and a value, or a section with \"{\", is expected\n", "= is missing", 1 },
    { "provider \"p\" {\n user = \"u\"\nprovider \"q\" {\n}",
      "1: the section that begins here is not closed with \"}\"\n", "} is missing", 1 },
    { "provider \"p\" {\n user = \"u\"\n", "1: the section that begins here is not closed with \"}\"\n",
      "} is missing at the end", 0 },
    { "provider \"p\" { }\n}\nprovider \"q\" { }", "2: a \"}\" closes nothing\n", "a } too many", 2 },
    { "provider \"p\" { secret = \"abc\n",
      "1: a quote opened here is never closed\n"
      "1: the section that begins here is not closed with \"}\"\n",
      "a quote is open", 0 },
    { "provider \"p\" {\n user = \"u\n secret = \"hidden\"\n}\nprovider \"q\" { }",
      "3: a key with \"=\" and a value, or a section with \"{\", is expected (is a quote missing? One text "
      "runs "
      "from line 2 to 3)\n",
      "quotes out of step", 0 },
    { "provider \"p\" { user = a$b }", "1: special characters need quotes around the value\n",
      "a $ without quotes", 1 },
    { "provider \"p\" {\n url = https://x.example\n}", "2: a value with / or # in it needs quotes\n",
      "a URL without quotes", 1 },
    { "provider \"p\" {\n secret = \"a\\0b\"\n}",
      "2: characters by number are not taken (a backslash in double quotes is written \\\\)\n",
      "a NUL by number", 1 },
    { "/* no end\nprovider \"p\" { }", "1: a comment opened here is never closed\n", "a comment is open", 0 },
    { "include(\"/etc/passwd\")\nprovider \"p\" { }", "1: special characters need quotes around the value\n",
      "an include", 1 },
    { "route \"r\" {\n to = { \"a\", \"b\"\n providers = {\"p\"}\n}\nprovider \"p\" { }",
      "2: the list that begins here is not closed with \"}\"\n", "a list is open", 1 },
    { "a-b = 1\n= 2\nprovider \"p\" { }",
      "1: a key is made of letters, digits and underscores\n"
      "2: a key with \"=\" and a value, or a section with \"{\", is expected\n",
      "no keys", 1 },
};

static void broken_syntax_is_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(broken); i++) {
        struct settings settings;
        struct error err = { 0 };
        char *faults, first[600];
        bool loaded = settings_load(conf_write("munja.conf", broken[i].text, 0640), &settings, &err);

        faults = conf_faults(&settings.faults);
        if (loaded || strcmp(faults, broken[i].faults) != 0)
            fail_msg("%s:\n%s", broken[i].why, faults);
        assert_int_equal(err.kind, ERROR_SETTINGS);
        snprintf(first, sizeof first, "%s:", conf_path("munja.conf"));
        assert_memory_equal(err.text, first, strlen(first));
        assert_null(strstr(err.text, "hidden"));
        assert_int_equal(settings.providers.count, broken[i].providers);
        free(faults);
        settings_clear(&settings);
    }
}

static void a_broken_section_is_unusable(void **state)
{
    static const struct setting keys[] = { { "user", SETTING_REQUIRED, "", NULL, NULL }, { 0 } };
    static const struct setting *const tables[] = { keys, NULL };
    struct settings settings;
    struct faults faults = { 0 };
    bool usable = true;

    (void)state;
    assert_false(
        settings_load(conf_write("munja.conf", "provider \"p\" {\n user =\n}", 0640), &settings, NULL));
    assert_int_equal(settings.providers.count, 1);
    assert_true(section_check(&settings.providers.section[0], "provider", tables, &faults, &usable, NULL));
    assert_false(usable);
    assert_int_equal(faults.count, 0); /* "user is missing" would be wrong */
    settings_clear(&settings);
}

static void values_are_literal(void **state)
{
    struct settings settings;
    const struct section *p;

    (void)state;
    setenv("MUNJA_TEST", "from the environment", 1);
    assert_true(settings_load(conf_write("munja.conf",
                                         "provider \"p\" { a = \"${MUNJA_TEST}\" b = 'x${MUNJA_TEST}\\y'\n"
                                         " c = { \"\\${MUNJA_TEST}\", \"$$${MUNJA_TEST:-no}\" } }",
                                         0640),
                              &settings, NULL));
    p = &settings.providers.section[0];
    assert_string_equal(section_text(p, NULL, "a"), "${MUNJA_TEST}");
    assert_string_equal(section_text(p, NULL, "b"), "x${MUNJA_TEST}\\y");
    assert_string_equal(section_entry(p, "c")->value[0], "${MUNJA_TEST}");
    assert_string_equal(section_entry(p, "c")->value[1], "$$${MUNJA_TEST:-no}");
    settings_clear(&settings);
}

static void editors_are_forgiven(void **state)
{
    struct settings settings;

    (void)state;
    assert_true(settings_load(
        conf_write("munja.conf",
                   "\xef\xbb\xbftimeout = 30\r\nprovider \"p\" {\r\n user = \"u\r\nv\"\r\n}\r\n", 0640),
        &settings, NULL));
    assert_int_equal(settings.faults.count, 0);
    assert_int_equal(settings.timeout_s, 30);
    assert_string_equal(section_text(&settings.providers.section[0], NULL, "user"), "u\nv");
    assert_int_equal(settings.providers.section[0].line, 2);
    settings_clear(&settings);
}

static void expect_refusal(const char *path, const char *why)
{
    struct settings settings;
    struct error err = { 0 };

    assert_false(settings_load(path, &settings, &err));
    assert_int_equal(err.kind, ERROR_SETTINGS);
    if (strstr(err.text, why) == NULL)
        fail_msg("%s", err.text);
    settings_clear(&settings);
}

static void what_is_no_configuration_is_refused(void **state)
{
    char *large = calloc(1, 1024 * 1024 + 1);

    (void)state;
    assert_non_null(large);
    memset(large, '\n', 1024 * 1024 + 1);
    expect_refusal(conf_write_bytes("munja.conf", large, 1024 * 1024 + 1, 0640), "larger than 1 MiB");
    expect_refusal(conf_write_bytes("munja.conf", "a = 1\nb = \"\0\"", 13, 0640), ":2: a NUL byte");
    expect_refusal(conf_folder, "not a regular file");
    expect_refusal(conf_path("nothing"), "No such file");
    assert_int_equal(mkfifo(conf_path("pipe"), 0600), 0);
    expect_refusal(conf_path("pipe"), "not a regular file");
    free(large);
}

/* Hostile, but sound to read in time: deep braces, thousands of sections and keys. */
static void much_is_bounded(void **state)
{
    struct buf text = { 0 };
    struct settings settings;
    struct error err = { 0 };

    (void)state;
    for (int i = 0; i < 200000; i++)
        assert_true(buf_str(&text, "a {"));
    assert_false(settings_load(conf_write("munja.conf", buf_text(&text), 0640), &settings, &err));
    settings_clear(&settings);
    buf_clear(&text);
    for (int i = 0; i < 20000; i++)
        assert_true(buf_format(&text, "route \"r%d\" { to = {\"+86*\"} }\n", i));
    assert_false(settings_load(conf_write("munja.conf", buf_text(&text), 0640), &settings, &err));
    assert_non_null(strstr(err.text, ":1001: too many sections"));
    settings_clear(&settings);
    buf_clear(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_is_read),
        cmocka_unit_test(defaults_fill_in),
        cmocka_unit_test(the_path_is_chosen),
        cmocka_unit_test(faults_have_lines),
        cmocka_unit_test(broken_syntax_is_told),
        cmocka_unit_test(a_broken_section_is_unusable),
        cmocka_unit_test(values_are_literal),
        cmocka_unit_test(editors_are_forgiven),
        cmocka_unit_test(what_is_no_configuration_is_refused),
        cmocka_unit_test(much_is_bounded),
    };
    return cmocka_run_group_tests(tests, conf_make, conf_remove);
}
