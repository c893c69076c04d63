/* plugin/monitor/monitor.c: from a section of munja.conf to a monitor, with every fault told. */
#include "conf.h"

#include "monitor/monitor.h"

struct opened {
    struct settings settings;
    struct monitor monitor;
    char *faults;
    bool usable;
};

static void open_it(const char *section, struct opened *opened)
{
    struct faults faults = { 0 };
    struct buf text = { 0 };
    struct error err = { 0 };

    *opened = (struct opened){ 0 };
    assert_true(buf_format(&text, "monitor \"m\" {\n%s\n}\n", section));
    if (!settings_load(conf_write("munja.conf", buf_text(&text), 0640), &opened->settings, &err))
        fail_msg("%s", err.text);
    assert_int_equal(opened->settings.faults.count, 0);
    assert_true(monitor_open(&opened->settings, &opened->settings.monitors.section[0], &opened->monitor,
                             &faults, &opened->usable, &err));
    opened->faults = conf_faults(&faults);
    faults_clear(&faults);
    buf_clear(&text);
}

static void close_it(struct opened *opened)
{
    monitor_clear(&opened->monitor);
    settings_clear(&opened->settings);
    free(opened->faults);
}

static void a_command_file(void **state)
{
    struct opened o;

    (void)state;
    open_it("type = nagios\ncommand_file = 'rw/nagios.cmd'\nnotify = true\n"
            "result_host = gate\nresult_service = munja",
            &o);
    assert_string_equal(o.faults, "");
    assert_true(o.usable);
    assert_string_equal(o.monitor.name, "m");
    assert_ptr_equal(o.monitor.type, &monitor_nagios);
    assert_string_equal(o.monitor.command_file, conf_path("rw/nagios.cmd"));
    assert_string_equal(o.monitor.result_host, "gate");
    assert_string_equal(o.monitor.result_service, "munja");
    assert_true(o.monitor.notify);
    close_it(&o);
    open_it("type = icinga2\ncommand_file = '/run/icinga2/cmd/icinga2.cmd'", &o);
    assert_string_equal(o.faults, "");
    assert_ptr_equal(o.monitor.type, &monitor_icinga2);
    assert_string_equal(o.monitor.command_file, "/run/icinga2/cmd/icinga2.cmd");
    assert_null(o.monitor.result_service);
    assert_false(o.monitor.notify);
    close_it(&o);
}

static void an_api(void **state)
{
    struct opened o;

    (void)state;
    conf_write("icinga.key", "hidden\n", 0640);
    conf_write("ca.crt", "-", 0644);
    open_it("type = icinga2\nurl = 'https://127.0.0.1:5665/'\nuser = munja\nsecret_file = 'icinga.key'\n"
            "ca_file = 'ca.crt'\nverify_name = 'node.example'\nproxy = ''",
            &o);
    assert_string_equal(o.faults, "");
    assert_true(o.usable);
    assert_null(o.monitor.command_file);
    assert_string_equal(o.monitor.user, "munja");
    assert_string_equal(o.monitor.secret, "hidden");
    assert_string_equal(o.monitor.carrier.url, "https://127.0.0.1:5665");
    assert_string_equal(o.monitor.carrier.ca_file, conf_path("ca.crt"));
    assert_string_equal(o.monitor.carrier.verify_name, "node.example");
    assert_string_equal(o.monitor.carrier.proxy, "");
    assert_false(o.monitor.carrier.plaintext);
    close_it(&o);
}

/* With the path of the API or without. */
static void the_frontend_of_zabbix(void **state)
{
    static const char *const urls[][2] = {
        { "https://z.example/api_jsonrpc.php", "https://z.example" },
        { "https://z.example/zabbix/api_jsonrpc.php", "https://z.example/zabbix" },
        { "https://z.example/zabbix/", "https://z.example/zabbix" },
        { "https://z.example", "https://z.example" },
    };

    (void)state;
    for (size_t i = 0; i < CASES(urls); i++) {
        char section[200];
        struct opened o;
        snprintf(section, sizeof section, "type = zabbix\nurl = '%s'\nsecret = t", urls[i][0]);
        open_it(section, &o);
        assert_string_equal(o.faults, "");
        assert_string_equal(o.monitor.carrier.url, urls[i][1]);
        close_it(&o);
    }
}

static void faults_are_told_with_their_line(void **state)
{
    static const struct {
        const char *section, *faults;
    } cases[] = {
        { "", "1: monitor \"m\": key type is missing: what kind of monitor\n" },
        { "type = big", "2: monitor \"m\": type must be one of: nagios|icinga2|zabbix\n" },
        { "type = nagios", "1: monitor \"m\": key command_file is missing: how to tell it anything\n" },
        { "type = zabbix", "1: monitor \"m\": key url is missing: how to tell it anything\n" },
        { "type = icinga2",
          "1: monitor \"m\": key url is missing: or command_file, how to tell it anything\n" },
        { "type = icinga2\nurl = 'https://i.example'\ncommand_file = '/x'",
          "4: monitor \"m\": url and command_file are both given: one is enough\n" },
        { "type = icinga2\nurl = 'https://i.example'\nsecret = s",
          "1: monitor \"m\": key user is missing: icinga2 needs it\n" },
        { "type = zabbix\nurl = 'https://z.example'",
          "1: monitor \"m\": key secret or secret_file is missing: zabbix needs it\n" },
        { "type = zabbix\nurl = 'http://z.example'\nsecret = s",
          "3: monitor \"m\": url must begin with https:// (http:// needs plaintext = true)\n" },
        { "type = zabbix\nurl = 'https://z.example'\nsecret = s\nverify_name = 'a:b'",
          "5: monitor \"m\": verify_name must be a host's name\n" },
        { "type = zabbix\nurl = 'https://z.example'\nsecret = s\nverify_name = ''",
          "5: monitor \"m\": verify_name must be a host's name\n" },
        { "type = nagios\ncommand_file = '/x'\nresult_host = h",
          "4: monitor \"m\": result_host and result_service go together\n" },
        { "type = zabbix\nurl = 'https://z.example'\nsecret = s\nresult_host = h\nresult_service = s",
          "6: monitor \"m\": zabbix takes no results by its API: munja's items show what reached nobody\n" },
        { "type = nagios\ncommand_file = '/x'\nnotify = perhaps",
          "4: monitor \"m\": notify must be true or false\n" },
    };

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        struct opened o;
        open_it(cases[i].section, &o);
        assert_string_equal(o.faults, cases[i].faults);
        assert_false(o.usable);
        close_it(&o);
    }
}

/* What a type has no use for is refused. */
static void keys_belong_to_types(void **state)
{
    static const char *const strangers[][2] = {
        { "type = nagios\ncommand_file = '/x'", "url = 'https://n.example'" },
        { "type = nagios\ncommand_file = '/x'", "user = u" },
        { "type = zabbix\nurl = 'https://z.example'\nsecret = s", "command_file = '/x'" },
        { "type = zabbix\nurl = 'https://z.example'\nsecret = s", "user = u" },
        { "type = zabbix\nurl = 'https://z.example'\nsecret = s", "notify = true" },
    };

    (void)state;
    for (size_t i = 0; i < CASES(strangers); i++) {
        char section[200];
        struct opened o;
        snprintf(section, sizeof section, "%s\n%s", strangers[i][0], strangers[i][1]);
        open_it(section, &o);
        assert_non_null(strstr(o.faults, "unknown key"));
        assert_false(o.usable);
        close_it(&o);
    }
}

static void whose_alerts(void **state)
{
    static const struct {
        const char *keys, *source, *host;
        bool is;
    } cases[] = {
        { "", "nagios", "web1", true },
        { "", "nagios", "", true },
        { "", "checkmk", "web1", false },
        { "", "icinga", "web1", false },
        { "source = {'nagios', 'checkmk'}", "checkmk", "web1", true },
        { "source = checkmk", "nagios", "web1", false },
        { "source = '*'", "args", "web1", true },
        { "host = {'web*', '웹*'}", "nagios", "web1", true },
        { "host = {'web*', '웹*'}", "nagios", "웹01", true },
        { "host = {'web*', '웹*'}", "nagios", "db1", false },
        { "host = 'WEB1'", "nagios", "web1", true },
    };

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        char section[200];
        struct opened o;
        snprintf(section, sizeof section, "type = nagios\ncommand_file = '/x'\n%s", cases[i].keys);
        open_it(section, &o);
        assert_true(o.usable);
        if (monitor_is_for(&o.monitor, cases[i].source, cases[i].host) != cases[i].is)
            fail_msg("%s: %s of %s", cases[i].keys, cases[i].source, cases[i].host);
        close_it(&o);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_command_file),         cmocka_unit_test(an_api),
        cmocka_unit_test(the_frontend_of_zabbix), cmocka_unit_test(faults_are_told_with_their_line),
        cmocka_unit_test(keys_belong_to_types),   cmocka_unit_test(whose_alerts),
    };

    return cmocka_run_group_tests(tests, conf_make, conf_remove);
}
