#include "unit.h"

#include "alert/alert.h"
#include "base/buf.h"
#include "base/utf8.h"

static void set(struct alert *alert, const char *name, const char *value)
{
    struct error err = { 0 };

    if (!alert_set(alert, name, value, &err))
        fail_msg("%s: %s", name, err.text);
}

static void sets_and_gets(void **state)
{
    struct alert alert = { 0 };

    (void)state;
    assert_string_equal(alert_get(&alert, "host"), "");
    set(&alert, "Host", "web01");
    set(&alert, "_HOSTRACK", "B7\r\n");
    assert_string_equal(alert_get(&alert, "host"), "web01");
    assert_string_equal(alert_get(&alert, "_hostrack"), "B7\n");
    assert_int_equal(alert.bytes, 8);
    set(&alert, "host", "web02");
    assert_int_equal(alert.fields, 2);
    assert_string_equal(alert_get(&alert, "host"), "web02");
    set(&alert, "host", NULL);
    set(&alert, "_hostrack", "\x01\x02");
    set(&alert, "nothing", "");
    assert_int_equal(alert.fields, 0);
    assert_int_equal(alert.bytes, 0);
    alert_clear(&alert);
    alert_clear(&alert);
}

static void knows_names(void **state)
{
    static const char *const known[] = { "source", "long_output", "to",       "subject",
                                         "since",  "notified",    "_hostrack" };
    static const char *const unknown[] = { "", "hots", "Host" };

    (void)state;
    for (size_t i = 0; i < CASES(known); i++)
        assert_true(alert_knows(known[i]));
    for (size_t i = 0; i < CASES(unknown); i++)
        assert_false(alert_knows(unknown[i]));
}

static void refuses_names(void **state)
{
    static const char *const names[] = {
        "",
        "a b",
        "a-b",
        "ho\x1fst",
        "호스트",
        "host\n",
        "a123456789012345678901234567890123456789012345678901234567890123x",
    };
    struct alert alert = { 0 };

    (void)state;
    for (size_t i = 0; i < CASES(names); i++) {
        struct error err = { 0 };
        assert_false(alert_set(&alert, names[i], "x", &err));
        assert_int_equal(err.kind, ERROR_USAGE);
        for (const char *c = err.text; *c != '\0'; c++)
            assert_true(*c < 0 || *c >= ' ');
    }
    assert_int_equal(alert.fields, 0);
}

static void refuses_a_field_too_many(void **state)
{
    struct alert alert = { 0 };
    struct error err = { 0 };
    char name[16];

    (void)state;
    for (int i = 0; i < ALERT_FIELDS_MAX; i++) {
        snprintf(name, sizeof name, "f%d", i);
        set(&alert, name, "x");
    }
    assert_false(alert_set(&alert, "one_more", "x", &err));
    set(&alert, "f5", "y");
    set(&alert, "f6", "");
    set(&alert, "one_more", "x");
    assert_string_equal(alert_get(&alert, "f127"), "x");
    assert_int_equal(alert.fields, ALERT_FIELDS_MAX);
    alert_clear(&alert);
}

/* A huge output is cut with a mark, and leaves room for what matters. */
static void bounds_values(void **state)
{
    struct alert alert = { 0 };
    struct error err = { 0 };
    struct buf huge = { 0 };
    const char *output;
    size_t bytes;

    (void)state;
    for (int i = 0; i < 200000; i++)
        assert_true(buf_str(&huge, "가"));
    set(&alert, "output", huge.data);
    assert_true(alert_set_bytes(&alert, "long_output", huge.data, huge.len - 1, &err));
    set(&alert, "comment", huge.data);
    set(&alert, "host", "web01");
    set(&alert, "output", huge.data);
    assert_true(alert.bytes <= ALERT_BYTES_MAX);
    assert_string_equal(alert_get(&alert, "host"), "web01");
    output = alert_get(&alert, "output");
    bytes = strlen(output);
    assert_true(bytes > 30000);
    assert_string_equal(output + bytes - 6, "가…");
    assert_int_equal(utf8_border(output, bytes, bytes - 3), bytes - 3);
    buf_clear(&huge);
    alert_clear(&alert);
}

/* An ordinary text is never cut: the longest that an environment can carry. */
static void keeps_what_fits(void **state)
{
    struct alert alert = { 0 };
    char *text = calloc(1, 128 * 1024);

    (void)state;
    memset(text, 'x', 128 * 1024 - 1);
    set(&alert, "output", text);
    assert_string_equal(alert_get(&alert, "output"), text);
    free(text);
    alert_clear(&alert);
}

static const struct {
    const char *source, *said, *state, *host, *type; /* type NULL: refused */
} types[] = {
    { "nagios", "PROBLEM", "CRITICAL", "web01", "PROBLEM" },
    { "icinga", "Recovery", "OK", "web01", "RECOVERY" },
    { "icinga", "FlappingStart", "OK", "web01", "FLAPPINGSTART" },
    { "icinga", "FLAPPINGEND", "OK", "web01", "FLAPPINGSTOP" },
    { "icinga", "DowntimeEnd", "OK", "web01", "DOWNTIMEEND" },
    { "icinga", "DowntimeRemoved", "OK", "web01", "DOWNTIMECANCELLED" },
    { "icinga", "downtime cancelled", "OK", "web01", "DOWNTIMECANCELLED" },
    { "checkmk", "ALERTHANDLER (OK)", "OK", "web01", "CUSTOM" },
    { "checkmk", "SOMETHINGNEWANDVERYLONGINDEED", "OK", "web01", "CUSTOM" },
    { "zabbix", "RESOLVED", "OK", "web01", "RECOVERY" },
    { "zabbix", "{EVENT.STATUS}", "HIGH", "web01", "PROBLEM" },
    { "args", "acknowledgement", "", "web01", "ACKNOWLEDGEMENT" },
    { "args", "PROBLEMS", "", "web01", NULL },
    { "", "nonsense\n가", "", "web01", NULL },
    { "args", "", "up", "web01", "RECOVERY" },
    { "args", "", "OK", "web01", "RECOVERY" },
    { "args", "", "DOWN", "web01", "PROBLEM" },
    { "args", "", "", "web01", "PROBLEM" },
    { "args", "", "", "", "TEXT" },
    { "args", "", "WARNING", "", "PROBLEM" },
};

static void checks_types(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(types); i++) {
        struct alert alert = { 0 };
        struct error err = { 0 };
        bool checked;
        set(&alert, "source", types[i].source);
        set(&alert, "type", types[i].said);
        set(&alert, "state", types[i].state);
        set(&alert, "host", types[i].host);
        set(&alert, "output", "something");
        checked = alert_check(&alert, &err);
        if (checked != (types[i].type != NULL))
            fail_msg("%s: %s", types[i].said, err.text);
        if (checked)
            assert_string_equal(alert_get(&alert, "type"), types[i].type);
        else
            assert_non_null(strstr(err.text, "field type"));
        alert_clear(&alert);
    }
}

static void needs_something_to_say(void **state)
{
    static const char *const enough[] = { "host", "service", "output", "long_output", "comment", "subject" };
    struct alert alert = { 0 };
    struct error err = { 0 };

    (void)state;
    set(&alert, "type", "PROBLEM");
    set(&alert, "state", "CRITICAL");
    set(&alert, "to", "01012345678");
    set(&alert, "host", "$HOSTNAME$");
    assert_false(alert_check(&alert, &err));
    assert_int_equal(err.kind, ERROR_USAGE);
    assert_non_null(strstr(err.text, "host"));
    alert_clear(&alert);
    for (size_t i = 0; i < CASES(enough); i++) {
        set(&alert, enough[i], "x");
        assert_true(alert_check(&alert, &err));
        alert_clear(&alert);
    }
}

static void drops_literal_macros(void **state)
{
    static const char *const literals[] = { "$SERVICEDESC$", "$",       "{SERVICE.NAME}", "*UNKNOWN*",
                                            "$user.pager$",  "{$MACRO}" };
    static const char *const values[] = { "$5", "a $SERVICEDESC$ b", "{}", "{\"a\":1}", "$$", "100$", "{1}" };

    (void)state;
    for (size_t i = 0; i < CASES(literals) + CASES(values); i++) {
        struct alert alert = { 0 };
        struct error err = { 0 };
        bool literal = i < CASES(literals);
        const char *value = literal ? literals[i] : values[i - CASES(literals)];
        set(&alert, "host", "web01");
        set(&alert, "service", value);
        set(&alert, "comment", value);
        assert_true(alert_check(&alert, &err));
        assert_string_equal(alert_get(&alert, "service"), literal ? "" : value);
        assert_string_equal(alert_get(&alert, "comment"), value);
        alert_clear(&alert);
    }
}

static const struct {
    const char *type, *output, *long_output, *first, *rest, *why;
} outputs[] = {
    { "PROBLEM", "DISK OK", "", "DISK OK", "", "one line" },
    { "PROBLEM", "DISK OK\n/ 5%\n/a 6%", "", "DISK OK", "/ 5%\n/a 6%", "further lines are details" },
    { "PROBLEM", "\n \nDISK OK\n/ 5%", "", "DISK OK", "/ 5%", "blank lines before" },
    { "PROBLEM", "DISK OK\n/ 5%", "more", "DISK OK", "/ 5%\nmore", "before what is there" },
    { "PROBLEM", "DISK OK\n", "", "DISK OK", "", "an end is no line" },
    { "TEXT", "Dear all,\nhello", "", "Dear all,\nhello", "", "a text stays whole" },
};

static void splits_output(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(outputs); i++) {
        struct alert alert = { 0 };
        struct error err = { 0 };
        set(&alert, "type", outputs[i].type);
        set(&alert, "output", outputs[i].output);
        set(&alert, "long_output", outputs[i].long_output);
        assert_true(alert_check(&alert, &err));
        assert_string_equal(alert_get(&alert, "output"), outputs[i].first);
        assert_string_equal(alert_get(&alert, "long_output"), outputs[i].rest);
        alert_clear(&alert);
    }
}

static void upper_cases_state(void **state)
{
    struct alert alert = { 0 };
    struct error err = { 0 };

    (void)state;
    set(&alert, "host", "web01");
    set(&alert, "state", "Not classified");
    assert_true(alert_check(&alert, &err));
    assert_string_equal(alert_get(&alert, "state"), "NOT CLASSIFIED");
    alert_clear(&alert);
}

static const struct {
    const char *time, *shown;
} times[] = {
    { "1795324949", "2026-11-22 14:22:29" },
    { "Sun Nov 22 14:22:29 KST 2026", "Sun Nov 22 14:22:29 KST 2026" },
    { "20261122", "20261122" },
    { "999999999999", "999999999999" },
};

static void shows_local_time(void **state)
{
    (void)state;
    setenv("TZ", "KST-9", 1);
    for (size_t i = 0; i < CASES(times); i++) {
        struct alert alert = { 0 };
        struct error err = { 0 };
        set(&alert, "host", "web01");
        set(&alert, "time", times[i].time);
        assert_true(alert_check(&alert, &err));
        assert_string_equal(alert_get(&alert, "time"), times[i].shown);
        alert_clear(&alert);
    }
}

static void packs_and_unpacks(void **state)
{
    struct alert alert = { 0 }, back = { 0 };
    struct error err = { 0 };
    struct buf huge = { 0 };
    char *packed;

    (void)state;
    for (int i = 0; i < 70000; i++)
        assert_true(buf_str(&huge, "가"));
    set(&alert, "host", "웹 서버\x1f\x1e 01");
    set(&alert, "comment", huge.data);
    set(&alert, "output", "a\nb = {{host}}");
    set(&alert, "long_output", huge.data);
    packed = alert_pack(&alert, &err);
    assert_non_null(packed);
    set(&back, "left", "over");
    assert_true(alert_unpack(&back, packed, &err));
    assert_int_equal(back.fields, alert.fields);
    assert_int_equal(back.bytes, alert.bytes);
    for (size_t i = 0; i < alert.fields; i++) {
        assert_string_equal(back.field[i].name, alert.field[i].name);
        assert_string_equal(back.field[i].value, alert.field[i].value);
    }
    free(packed);
    alert_clear(&alert);
    packed = alert_pack(&alert, &err);
    assert_string_equal(packed, "");
    assert_true(alert_unpack(&back, packed, &err));
    assert_int_equal(back.fields, 0);
    free(packed);
    buf_clear(&huge);
    alert_clear(&back);
}

/* What came out of the store can be changed like any other. */
static void changes_what_it_unpacked(void **state)
{
    struct alert alert = { 0 };
    struct error err = { 0 };
    char *packed;

    (void)state;
    assert_true(alert_unpack(&alert,
                             "host\x1fweb01\x1eservice\x1f"
                             "disk\x1estate\x1fOK\x1e",
                             &err));
    set(&alert, "service", "a name that is longer");
    set(&alert, "host", "");
    set(&alert, "output", "97 %");
    assert_int_equal(alert.fields, 3);
    assert_int_equal(alert.bytes, strlen("a name that is longer"
                                         "OK"
                                         "97 %"));
    packed = alert_pack(&alert, &err);
    assert_string_equal(packed, "service\x1f"
                                "a name that is longer\x1estate\x1fOK\x1eoutput\x1f"
                                "97 %\x1e");
    free(packed);
    alert_clear(&alert);
}

static void refuses_broken_packs(void **state)
{
    static const char *const packs[] = {
        "host\x1fweb01",      /* no end */
        "host\x1e",           /* no value */
        "\x1fweb01\x1e",      /* no name */
        "host\x1f\x1e",       /* empty value */
        "ho st\x1fweb01\x1e", /* bad name */
        "Host\x1fweb01\x1e",  /* one that nobody packed */
        "host\x1fweb\x1f"
        "01\x1e",           /* control character */
        "host\x1f\xff\x1e", /* not UTF-8 */
        "host\x1f"
        "a\x1ehost\x1f"
        "b\x1e", /* twice */
        "a123456789012345678901234567890123456789012345678901234567890123x\x1f"
        "a\x1e",
    };
    struct alert alert = { 0 };

    (void)state;
    set(&alert, "host", "web01");
    for (size_t i = 0; i < CASES(packs); i++) {
        struct error err = { 0 };
        if (alert_unpack(&alert, packs[i], &err))
            fail_msg("pack %zu was read", i);
        assert_int_equal(err.kind, ERROR_STORE);
        assert_string_equal(alert_get(&alert, "host"), "web01");
    }
    alert_clear(&alert);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_and_gets),
        cmocka_unit_test(knows_names),
        cmocka_unit_test(refuses_names),
        cmocka_unit_test(refuses_a_field_too_many),
        cmocka_unit_test(bounds_values),
        cmocka_unit_test(keeps_what_fits),
        cmocka_unit_test(checks_types),
        cmocka_unit_test(needs_something_to_say),
        cmocka_unit_test(drops_literal_macros),
        cmocka_unit_test(splits_output),
        cmocka_unit_test(upper_cases_state),
        cmocka_unit_test(packs_and_unpacks),
        cmocka_unit_test(changes_what_it_unpacked),
        cmocka_unit_test(shows_local_time),
        cmocka_unit_test(refuses_broken_packs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
