#include "conf.h"

#include "provider/provider.h"
#include "settings/url.h"

/* A provider section in a file of its own; faults as text. */
struct opened {
    struct settings settings;
    struct provider provider;
    char *faults;
    bool usable;
};

static void open_it(const char *section, int mode, struct opened *opened)
{
    struct faults faults = { 0 };
    struct buf text = { 0 };
    struct error err = { 0 };

    assert_true(buf_format(&text, "provider \"p\" {\n%s\n}\n", section));
    if (!settings_load(conf_write("munja.conf", buf_text(&text), mode), &opened->settings, &err))
        fail_msg("%s", err.text);
    assert_true(provider_open(&opened->settings, &opened->settings.providers.section[0], &opened->provider,
                              &faults, &opened->usable, &err));
    opened->faults = conf_faults(&faults);
    faults_clear(&faults);
    buf_clear(&text);
}

static void close_it(struct opened *opened)
{
    provider_clear(&opened->provider);
    settings_clear(&opened->settings);
    free(opened->faults);
}

#define JOA "api = smsjoa\nuser = u\nsecret = hidden\nfrom = '02-1234-5678'\n"

static void a_sound_provider_opens(void **state)
{
    struct opened o = { 0 };

    (void)state;
    open_it(JOA "url = 'https://gate.example:8443/v9//'\ntimeout = 1m\ncharset = cp949\nproxy = ''\n"
                "resolve = 'gate.example:8443:127.0.0.1'\nhttp2 = yes\nwidth = 256\nallow = "
                "{'203.0.113.0/24'}",
            0640, &o);
    assert_string_equal(o.faults, "");
    assert_true(o.usable);
    assert_string_equal(o.provider.name, "p");
    assert_ptr_equal(o.provider.api, &api_smsjoa);
    assert_string_equal(o.provider.account.name, "p");
    assert_string_equal(o.provider.account.user, "u");
    assert_string_equal(o.provider.account.secret, "hidden");
    assert_string_equal(o.provider.account.from, "0212345678");
    assert_string_equal(o.provider.carrier.url, "https://gate.example:8443/v9");
    assert_string_equal(o.provider.carrier.proxy, "");
    assert_string_equal(o.provider.carrier.resolve, "gate.example:8443:127.0.0.1");
    assert_null(o.provider.carrier.ca_file);
    assert_true(o.provider.carrier.http2);
    assert_false(o.provider.carrier.plaintext);
    assert_int_equal(o.provider.timeout_s, 60);
    assert_int_equal(o.provider.width, 256);
    assert_int_equal(o.provider.limits.charset, CHARSET_CP949);
    assert_int_equal(o.provider.limits.sms, 90);
    assert_string_equal(o.provider.signature, "");
    close_it(&o);
}

static void defaults_fill_in(void **state)
{
    struct opened o = { 0 };

    (void)state;
    open_it(JOA, 0640, &o);
    assert_true(o.usable);
    assert_string_equal(o.provider.carrier.url, api_smsjoa.url);
    assert_int_equal(o.provider.timeout_s, 10);
    assert_int_equal(o.provider.width, 4);
    assert_int_equal(o.provider.limits.charset, CHARSET_EUCKR);
    assert_null(o.provider.carrier.proxy);
    close_it(&o);
}

static void files_stand_beside(void **state)
{
    struct opened o = { 0 };

    (void)state;
    conf_write("p.key", "from a file\n", 0640);
    conf_write("ca.crt", "x", 0644);
    open_it("api = smsjoa\nuser = u\nfrom = 0212345678\nsecret_file = 'p.key'\nca_file = 'ca.crt'", 0644, &o);
    assert_string_equal(o.faults, "");
    assert_string_equal(o.provider.account.secret, "from a file");
    assert_string_equal(o.provider.carrier.ca_file, conf_path("ca.crt"));
    close_it(&o);
}

static void china_signs(void **state)
{
    struct opened o = { 0 };

    (void)state;
    open_it("api = sms57\nurl = 'https://x.example'\nuser = 1\nsecret = hidden\nextno = 10690\n"
            "signature = '【运维】'",
            0640, &o);
    assert_string_equal(o.faults, "");
    assert_string_equal(o.provider.signature, "【运维】");
    assert_int_equal(o.provider.limits.charset, CHARSET_UCS2);
    close_it(&o);
}

static void some_need_less(void **state)
{
    struct opened o = { 0 };

    (void)state;
    open_it("api = nanuminet\nuser = key\nhash = none\nfrom = 16441447", 0644, &o);
    assert_string_equal(o.faults, "");
    assert_true(o.usable);
    close_it(&o);
    open_it("api = notificationsms\nurl = 'https://x.example'\ntoken = hidden\nfrom = 16441447", 0640, &o);
    assert_string_equal(o.faults, "");
    assert_true(o.usable);
    close_it(&o);
}

static void hooks_are_told_of_and_cost_no_alert(void **state)
{
    static const struct {
        const char *keys, *faults;
    } hooks[] = {
        { "hook_token = t\nallow = {'203.0.113.0/24', '2001:db8::/32', '198.51.100.7'}", "" },
        { "allow = {'203.0.113.0/24', '203.0.113.0/33', 'example.org'}",
          "7: provider \"p\": allow: \"203.0.113.0/33\" is no network, as in 203.0.113.0/24\n"
          "7: provider \"p\": allow: \"example.org\" is no network, as in 203.0.113.0/24\n" },
        { "allow = 'all'", "7: provider \"p\": allow: \"all\" is no network, as in 203.0.113.0/24\n" },
        { "hook_token = 'a/b'",
          "7: provider \"p\": hook_token must be one part of a path, without a slash\n" },
        { "\nhook_token = ''",
          "8: provider \"p\": hook_token must be one part of a path, without a slash\n" },
    };
    struct opened o = { 0 };

    (void)state;
    for (size_t i = 0; i < CASES(hooks); i++) {
        struct buf section = { 0 };

        assert_true(buf_format(&section,
                               "api = apiplex\nuser = u\nsecret = hidden\nfrom = 0212345678\n"
                               "url = 'https://x.example'\n%s",
                               hooks[i].keys));
        open_it(buf_text(&section), 0640, &o);
        assert_string_equal(o.faults, hooks[i].faults);
        assert_true(o.usable);
        close_it(&o);
        buf_clear(&section);
    }
    open_it(JOA "hook_token = t", 0640, &o);
    assert_string_equal(o.faults, "6: provider \"p\": hook_token: smsjoa pushes nothing\n");
    assert_true(o.usable);
    close_it(&o);
}

static const struct {
    const char *section, *faults;
} faulty[] = {
    { "user = u", "1: provider \"p\": key api is missing: the gateway's interface, see munja.conf(5)\n" },
    { "user = u\napi = smsjo\nhash = md5\nusr = x",
      "3: provider \"p\": no such api \"smsjo\" (smsjoa, notificationsms, apiplex, nanuminet, sms57)\n"
      "5: provider \"p\": unknown key \"usr\" (did you mean \"user\": login name, client id or account?)\n" },
    { "api = smsjoa", "1: provider \"p\": key user is missing: smsjoa needs it\n"
                      "1: provider \"p\": key secret is missing: smsjoa needs it\n"
                      "1: provider \"p\": key from is missing: smsjoa needs it\n" },
    { JOA "extno = 1", "6: provider \"p\": unknown key \"extno\" (there are: api url user secret secret_file "
                       "from charset ca_file proxy "
                       "timeout width resolve plaintext http2 hook_token allow newline)\n" },
    { JOA "charset = ucs2", "6: provider \"p\": charset must be euc-kr or cp949 with smsjoa\n" },
    { JOA "charset = utf8", "6: provider \"p\": charset must be one of: euc-kr|cp949|ucs2\n" },
    { JOA "timeout = 0", "6: provider \"p\": timeout must be from 1 to 3600 seconds\n" },
    { JOA "timeout = fast", "6: provider \"p\": timeout must be a time in seconds, or like 15m, 12h, 30d\n" },
    { JOA "width = 0", "6: provider \"p\": width must be from 1 to 256\n" },
    { JOA "width = 257", "6: provider \"p\": width must be from 1 to 256\n" },
    { JOA "width = wide", "6: provider \"p\": width must be a whole number, 0 or more\n" },
    { JOA "resolve = 'gate:127.0.0.1'", "6: provider \"p\": resolve must be HOST:PORT:ADDRESS\n" },
    { JOA "url = 'http://x.example'",
      "6: provider \"p\": url must begin with https:// (http:// needs plaintext = true)\n" },
    { JOA "plaintext = maybe", "6: provider \"p\": plaintext must be true or false\n" },
    { JOA "url = 'https://u:hidden@x.example/'",
      "6: provider \"p\": url must not hold a user or password: they have keys of their own\n" },
    { JOA "secret_file = 'x'", "6: provider \"p\": secret and secret_file are both given: one is enough\n" },
    { "api = smsjoa\nuser = u\nfrom = '02-CALL'\nsecret = hidden",
      "4: provider \"p\": from must be a phone number\n" },
    { "api = smsjoa\nuser = 'u\nhidden'\nfrom = 021234567\nsecret = hidden",
      "3: provider \"p\": user must be on one line, without tabs\n" },
    { "api = apiplex\nuser = u\nsecret = hidden\nfrom = 021234567",
      "1: provider \"p\": key url is missing: apiplex has no address of its own\n" },
};

static void faults_have_lines(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(faulty); i++) {
        struct opened o = { 0 };

        open_it(faulty[i].section, 0640, &o);
        assert_string_equal(o.faults, faulty[i].faults);
        assert_false(o.usable);
        close_it(&o);
    }
}

static void files_are_checked(void **state)
{
    static const char section[] =
        "api = smsjoa\nuser = u\nfrom = 021234567\nsecret_file = 'p.key'\nca_file = 'none'";
    struct opened o = { 0 };
    struct buf expected = { 0 };

    (void)state;
    conf_write("p.key", "hidden", 0644);
    open_it(section, 0640, &o);
    assert_false(o.usable);
    assert_true(buf_format(&expected,
                           "5: provider \"p\": secret_file: others may read %s (mode 0644): chmod o= it\n"
                           "6: provider \"p\": ca_file: %s: No such file or directory\n",
                           conf_path("p.key"), conf_path("none")));
    assert_string_equal(o.faults, buf_text(&expected));
    buf_clear(&expected);
    close_it(&o);
}

/* Told, but no reason to keep an alert from going out. */
static void exposed_secrets_are_told(void **state)
{
    struct opened o = { 0 };

    (void)state;
    open_it(JOA "hook_token = hidden", 0644, &o);
    assert_true(o.usable);
    assert_non_null(strstr(o.faults, "4: provider \"p\": secret stands in a file that others may read"));
    assert_non_null(strstr(o.faults, "6: provider \"p\": hook_token stands in a file that others may read"));
    assert_null(strstr(o.faults, "hidden"));
    close_it(&o);
}

static const struct {
    const char *url;
    bool plaintext, good;
} urls[] = {
    { "https://a", false, true },
    { "https://sms-gw.example.com:443/x/y/", false, true },
    { "HTTPS://a", false, true },
    { "https://[::1]:8080/x", false, true },
    { "http://127.0.0.1:8080", true, true },
    { "http://a", false, false },
    { "ftp://a", true, false },
    { "https://", false, false },
    { "https:///x", false, false },
    { "https://a:", false, false },
    { "https://a:0", false, false },
    { "https://a:65536", false, false },
    { "https://a:1x", false, false },
    { "https://a b", false, false },
    { "https://u@a", false, false },
    { "https://a/?q=1", false, false },
    { "https://a#f", false, false },
    { "https://한글", false, false },
    { "https://[::1", false, false },
    { "https://a\\b", false, false },
    { "a", true, false },
    { "", true, false },
};

static void urls_are_checked(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(urls); i++) {
        const char *fault = url_fault(urls[i].url, urls[i].plaintext);
        if ((fault == NULL) != urls[i].good)
            fail_msg("%s: %s", urls[i].url, fault == NULL ? "taken" : fault);
    }
    assert_true(url_is_resolve("a.example:443:[::1]"));
    assert_false(url_is_resolve(":443:1.2.3.4"));
    assert_false(url_is_resolve("a:443:"));
    assert_false(url_is_resolve("a:x:1.2.3.4"));
    assert_false(url_is_resolve("a"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sound_provider_opens),
        cmocka_unit_test(hooks_are_told_of_and_cost_no_alert),
        cmocka_unit_test(defaults_fill_in),
        cmocka_unit_test(files_stand_beside),
        cmocka_unit_test(china_signs),
        cmocka_unit_test(some_need_less),
        cmocka_unit_test(faults_have_lines),
        cmocka_unit_test(files_are_checked),
        cmocka_unit_test(exposed_secrets_are_told),
        cmocka_unit_test(urls_are_checked),
    };
    return cmocka_run_group_tests(tests, conf_make, conf_remove);
}
