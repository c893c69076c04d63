#include "conf.h"

#include <time.h>

#include "flow/hours.h"
#include "flow/plan.h"

#define PROVIDERS                                                                                            \
    "provider \"a\" { api = smsjoa user = u secret = s from = 0212345678 }\n"                                \
    "provider \"b\" { api = nanuminet user = u secret = s from = 0212345678 }\n"                             \
    "provider \"bad\" { api = none }\n"

/* A plan and all it stands on. */
struct opened {
    struct settings settings;
    struct plan plan;
    struct error err;
    bool usable;
    char *faults;
};

static void close_it(struct opened *opened)
{
    plan_clear(&opened->plan);
    settings_clear(&opened->settings);
    free(opened->faults);
}

static void open_it(const char *text, struct opened *opened)
{
    if (!settings_load(conf_write("munja.conf", text, 0640), &opened->settings, &opened->err)) {
        close_it(opened);
        fail_msg("%s", opened->err.text);
    }
    opened->usable = plan_open(&opened->settings, &opened->plan, &opened->err);
    if (opened->err.kind == ERROR_SYSTEM) {
        close_it(opened);
        fail_msg("%s", opened->err.text);
    }
    opened->faults = conf_faults(&opened->plan.faults);
}

static void all_faults_are_told_in_order(void **state)
{
    struct opened o = { 0 };

    (void)state;
    open_it("template \"t\" { service = \"{{hots}} {{_own}} {{hots}}\" host = \"{{#x}}\" }\n"
            "route \"r\" { providers = {\"nobody\", \"a\", \"bad\", \"a\"} template = \"nothing\" }\n"
            "route \"gone\" { providers = {\"bad\"} }\n"
            "route \"hours\" { hours = {\"25:00-26:00\"} }\n"
            "route \"kind\" { kind = fax retry_for = long }\n"
            "timeout = 0\n" PROVIDERS,
            &o);
    assert_true(o.usable);
    assert_non_null(strstr(
        o.faults, "1: template \"t\": service: unknown field hots (fields of your own begin with _)\n"));
    assert_non_null(strstr(o.faults, "1: template \"t\": host: "));
    assert_non_null(strstr(
        o.faults,
        "\n2: route \"r\": no provider is named \"nobody\"\n"
        "2: route \"r\": no template is named \"nothing\"\n"
        "3: route \"gone\": none of its providers can be used: the route is left out\n"
        "4: route \"hours\": hours must be like \"22:00-06:00\" or \"Mon-Fri 09:00-18:00\"\n"
        "5: route \"kind\": kind must be one of: auto|sms|lms|mms\n"
        "5: route \"kind\": retry_for must be a time in seconds, or like 15m, 12h, 30d\n"
        "6: timeout must be from 1 to 3600 seconds\n"
        "9: provider \"bad\": no such api \"none\" (smsjoa, notificationsms, apiplex, nanuminet, sms57)\n"));
    assert_int_equal(o.plan.providers, 2);
    assert_int_equal(o.plan.routes, 2);
    assert_int_equal(o.plan.route[0].providers, 1);
    assert_string_equal(o.plan.route[0].provider[0]->name, "a");
    assert_ptr_equal(o.plan.route[0].wording, &o.plan.wording[0]);
    assert_int_equal(o.plan.wordings, 1);
    close_it(&o);
}

static void without_a_provider_there_is_no_plan(void **state)
{
    struct opened o = { 0 };

    (void)state;
    open_it("timeout = 0\nprovider \"p\" { api = none }\n", &o);
    assert_false(o.usable);
    assert_int_equal(o.err.kind, ERROR_SETTINGS);
    assert_non_null(strstr(o.err.text, "munja.conf:2: provider \"p\": no such api \"none\""));
    assert_non_null(strstr(o.err.text, "no provider is left"));
    close_it(&o);

    o = (struct opened){ 0 };
    open_it("", &o);
    assert_false(o.usable);
    assert_non_null(strstr(o.err.text, "munja.conf: there is no provider"));
    close_it(&o);
}

static void routes_have_their_keys(void **state)
{
    struct opened o = { 0 };
    const struct route *route;

    (void)state;
    open_it(PROVIDERS
            "route \"r\" { providers = {b, a} kind = lms overflow = split unsure = hold retry_for = 2h\n"
            " template = t }\n"
            "template \"t\" { host = \"T {{host}}\" }\n",
            &o);
    assert_true(o.usable);
    route = &o.plan.route[0];
    assert_string_equal(route->name, "r");
    assert_string_equal(route->provider[0]->name, "b");
    assert_string_equal(route->provider[1]->name, "a");
    assert_int_equal(route->kind, KIND_LMS);
    assert_int_equal(route->overflow, OVERFLOW_SPLIT);
    assert_int_equal(route->unsure, UNSURE_HOLD);
    assert_int_equal(route->retry_for_s, 7200);
    assert_string_equal(route->wording->name, "t");
    route = &o.plan.route[1]; /* munja's own */
    assert_null(route->section);
    assert_int_equal(route->providers, 2);
    assert_int_equal(route->kind, KIND_AUTO);
    assert_int_equal(route->overflow, OVERFLOW_SHRINK);
    assert_int_equal(route->unsure, UNSURE_RESEND);
    assert_int_equal(route->retry_for_s, 43200);
    assert_string_equal(route->wording->name, "default");
    assert_ptr_equal(plan_provider(&o.plan, "b"), &o.plan.provider[1]);
    assert_null(plan_provider(&o.plan, "bad"));
    close_it(&o);
}

static const struct {
    const char *route, *field, *value;
    bool match;
} matches[] = {
    { "host = {'web*'}", "host", "web01", true },
    { "host = {'web*'}", "host", "WEB01", true },
    { "host = {'web*'}", "host", "db01", false },
    { "host = {'web*', 'db0[1-3]'}", "host", "db02", true },
    { "host = web01", "host", "web01", true },
    { "service = {''}", "host", "web01", true },
    { "service = {'?*'}", "host", "web01", false },
    { "service = {'디스크*'}", "service", "디스크 /var", true },
    { "state = {WARNING}", "state", "WARNING", true },
    { "to = {'010*'}", "host", "x", true },
    { "to = {'+86*'}", "host", "x", false },
    { "group = {linux}", "group", "windows, linux,db", true },
    { "group = {linux}", "group", "linux2,db", false },
    { "group = {'a,b'}", "group", "a,b", true },
    { "contact = {kim} type = {RECOVERY}", "contact", "kim", false },
    { "hours = {'00:00-00:00'}", "host", "x", true },
};

static void what_to_do_about_texts_that_do_not_arrive(void **state)
{
    struct opened o = { 0 };

    (void)state;
    open_it("receipt_wait = 10m\n"
            "route \"a\" { undelivered = {\"retry\", \"next-provider\", \"recipient:010-1234-5678\"} }\n"
            "route \"b\" { undelivered = {\"again\",\n\"retry\", \"recipient:1\"} receipt_wait = 1h "
            "}\n" PROVIDERS,
            &o);
    assert_int_equal(o.plan.routes, 3);
    assert_int_equal(o.plan.route[0].remedies, 3);
    assert_int_equal(o.plan.route[0].remedy[0].kind, REMEDY_RETRY);
    assert_int_equal(o.plan.route[0].remedy[1].kind, REMEDY_NEXT);
    assert_string_equal(o.plan.route[0].remedy[2].recipient, "01012345678");
    assert_int_equal(o.plan.route[0].receipt_wait_s, 600);
    assert_int_equal(o.plan.route[1].remedies, 1);
    assert_int_equal(o.plan.route[1].receipt_wait_s, 3600);
    assert_int_equal(o.plan.route[2].remedies, 0);
    assert_non_null(strstr(o.faults, "3: route \"b\": undelivered: \"again\" is not retry, next-provider or "
                                     "recipient:NUMBER\n3: route \"b\": undelivered: "));
    close_it(&o);
}

static void patterns_match(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(matches); i++) {
        struct opened o = { 0 };
        struct alert alert = { 0 };
        struct buf text = { 0 };
        const struct route *route;

        assert_true(buf_format(&text, PROVIDERS "route \"r\" { %s }", matches[i].route));
        open_it(buf_text(&text), &o);
        assert_true(o.usable);
        assert_true(alert_set(&alert, matches[i].field, matches[i].value, NULL));
        route = plan_route(&o.plan, &alert, "01012345678", 1700000000);
        if ((route->section != NULL) != matches[i].match)
            fail_msg("%s, %s=%s", matches[i].route, matches[i].field, matches[i].value);
        alert_clear(&alert);
        buf_clear(&text);
        close_it(&o);
    }
}

/* A field as long as an attacker likes, against the worst pattern. */
static void matching_takes_no_time(void **state)
{
    struct opened o = { 0 };
    struct alert alert = { 0 };
    char *host = malloc(200001);

    (void)state;
    assert_non_null(host);
    memset(host, 'a', 200000);
    host[200000] = '\0';
    open_it(PROVIDERS "route \"r\" { host = {'*a*a*a*a*a*a*a*a*a*b'} }", &o);
    assert_true(o.usable);
    assert_true(alert_set(&alert, "host", host, NULL));
    alarm(10);
    assert_null(plan_route(&o.plan, &alert, "01012345678", 0)->section);
    alarm(0);
    alert_clear(&alert);
    free(host);
    close_it(&o);
}

/* 2024-05-06 is a Monday. */
static const struct {
    const char *hours, *at;
    bool open;
} times[] = {
    { "09:00-18:00", "2024-05-06 09:00", true },
    { "09:00-18:00", "2024-05-06 17:59", true },
    { "09:00-18:00", "2024-05-06 18:00", false },
    { "22:00-06:00", "2024-05-06 23:00", true },
    { "22:00-06:00", "2024-05-06 05:59", true },
    { "22:00-06:00", "2024-05-06 06:00", false },
    { "00:00-24:00", "2024-05-06 23:59", true },
    { "Mon-Fri 09:00-18:00", "2024-05-06 12:00", true },
    { "Mon-Fri 09:00-18:00", "2024-05-05 12:00", false },
    { "Sat 00:00-24:00", "2024-05-04 00:00", true },
    { "fri-mon 00:00-00:00", "2024-05-05 12:00", true },
    { "Fri-Mon 00:00-24:00", "2024-05-07 12:00", false },
    { "Sun 22:00-06:00", "2024-05-06 03:00", true },
    { "Mon 22:00-06:00", "2024-05-06 03:00", false },
};

static const char *const no_hours[] = {
    "",
    "9:00-18:00",
    "09:00",
    "09:00-",
    "09:60-10:00",
    "24:01-25:00",
    "09:00-18:00 ",
    "Mo 09:00-18:00",
    "Mon 09:00",
    "Mon-",
    "Mon-09:00-18:00",
    "Mon,Tue 09:00-18:00",
    "09:00-18:00,20:00-21:00",
    "0",
};

static void hours_hold_in_local_time(void **state)
{
    struct hours hours;

    (void)state;
    setenv("TZ", "Asia/Seoul", 1);
    tzset();
    for (size_t i = 0; i < CASES(times); i++) {
        struct tm tm = { .tm_isdst = -1 };

        assert_non_null(strptime(times[i].at, "%Y-%m-%d %H:%M", &tm));
        assert_true(hours_read(times[i].hours, &hours));
        if (hours_hold(&hours, mktime(&tm)) != times[i].open)
            fail_msg("%s at %s", times[i].hours, times[i].at);
    }
    for (size_t i = 0; i < CASES(no_hours); i++) {
        if (hours_read(no_hours[i], &hours))
            fail_msg("taken: %s", no_hours[i]);
    }
}

static const char *look_up(const void *context, const char *name)
{
    return alert_get(context, name);
}

static void expect_text(const struct template *template, const struct alert *alert, const char *expected)
{
    struct rendered rendered = { 0 };

    assert_true(template_render(template, look_up, alert, &rendered, NULL));
    assert_string_equal(buf_text(&rendered.text), expected);
    rendered_clear(&rendered);
}

static void munja_has_words_of_its_own(void **state)
{
    static const char *const fields[][2] = {
        { "type", "ACKNOWLEDGEMENT" }, { "host", "web01" },      { "service", "디스크" },
        { "state", "CRITICAL" },       { "output", "98% 사용" }, { "when", "05-06 03:12" },
    };
    struct opened o = { 0 };
    struct alert alert = { 0 };
    const struct wording *wording;

    (void)state;
    open_it(PROVIDERS, &o);
    assert_true(o.usable);
    wording = o.plan.route[0].wording;
    for (size_t i = 0; i < CASES(fields); i++)
        assert_true(alert_set(&alert, fields[i][0], fields[i][1], NULL));
    assert_ptr_equal(wording_for(wording, &alert), wording->service);
    expect_text(wording->service, &alert, "[ACKNOWLEDGEMENT] CRITICAL web01/디스크 98% 사용 05-06 03:12");
    expect_text(wording->subject, &alert, "CRITICAL web01/디스크");
    assert_true(alert_set(&alert, "author", "kim", NULL) && alert_set(&alert, "comment", "보는 중", NULL));
    expect_text(wording->service, &alert,
                "[ACKNOWLEDGEMENT] CRITICAL web01/디스크 (kim: 보는 중) 98% 사용 05-06 03:12");
    assert_true(alert_set(&alert, "author", "", NULL));
    assert_true(alert_set(&alert, "service", "", NULL) && alert_set(&alert, "output", "", NULL));
    assert_ptr_equal(wording_for(wording, &alert), wording->host);
    expect_text(wording->host, &alert, "[ACKNOWLEDGEMENT] CRITICAL web01 (보는 중) 05-06 03:12");
    alert_clear(&alert);
    assert_true(alert_set(&alert, "type", "TEXT", NULL) && alert_set(&alert, "output", "회의 10시", NULL));
    assert_true(alert_set(&alert, "subject", "공지", NULL));
    assert_ptr_equal(wording_for(wording, &alert), wording->text);
    expect_text(wording->text, &alert, "회의 10시");
    expect_text(wording->subject, &alert, "공지");
    alert_clear(&alert);
    close_it(&o);
}

static void the_file_may_have_other_words(void **state)
{
    struct opened o = { 0 };
    struct alert alert = { 0 };

    (void)state;
    open_it(PROVIDERS "template \"x\" { host = \"X\" }\ntemplate \"default\" { host = \"D {{host}}\" }\n",
            &o);
    assert_true(o.usable);
    assert_int_equal(o.plan.wordings, 2);
    assert_string_equal(o.plan.wording[0].name, "default");
    assert_true(alert_set(&alert, "host", "web01", NULL));
    expect_text(wording_for(o.plan.route[0].wording, &alert), &alert, "D web01");
    alert_clear(&alert);
    close_it(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_faults_are_told_in_order),
        cmocka_unit_test(without_a_provider_there_is_no_plan),
        cmocka_unit_test(routes_have_their_keys),
        cmocka_unit_test(patterns_match),
        cmocka_unit_test(matching_takes_no_time),
        cmocka_unit_test(hours_hold_in_local_time),
        cmocka_unit_test(what_to_do_about_texts_that_do_not_arrive),
        cmocka_unit_test(munja_has_words_of_its_own),
        cmocka_unit_test(the_file_may_have_other_words),
    };
    return cmocka_run_group_tests(tests, conf_make, conf_remove);
}
