/* plugin/after/range.c: thresholds of the plugin guidelines. */
#include "unit/unit.h"

#include "after/range.h"

static int state_alone(const char *text, double value)
{
    struct range range = { 0 }, never = { 0 };
    struct error err = { 0 };

    assert_true(range_read("warning", "~:", &never, &err));
    if (!range_read("critical", text, &range, &err))
        fail_msg("%s", err.text);
    assert_string_equal(range.text, text);
    return range_state(value, &never, &range);
}

static void alerts_as_the_guidelines_say(void **state)
{
    static const struct {
        const char *text;
        double value;
        bool alerts;
    } cases[] = {
        { "10", 0, false },      { "10", 10, false },     { "10", 10.1, true },    { "10", -0.1, true },
        { "10:", 10, false },    { "10:", 9.9, true },    { "10:", 1e12, false },  { "~:10", -1e12, false },
        { "~:10", 10, false },   { "~:10", 10.1, true },  { "10:20", 9, true },    { "10:20", 10, false },
        { "10:20", 20, false },  { "10:20", 21, true },   { "@10:20", 9, false },  { "@10:20", 10, true },
        { "@10:20", 20, true },  { "@10:20", 21, false }, { "@10", 0, true },      { "@10", -1, false },
        { ":10", -1, true },     { ":10", 5, false },     { "0", 0, false },       { "0", 1, true },
        { "-5:-1", -3, false },  { "-5:-1", 0, true },    { "0.5:1.5", 1, false }, { "0.5:1.5", 0.4, true },
        { "~:", -1e300, false }, { "@~:0", 0, true },     { "10:10", 10, false },  { "10:10", 11, true },
        { "0:", 0, false },      { "0:", -1, true },
    };

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++)
        if ((state_alone(cases[i].text, cases[i].value) == 2) != cases[i].alerts)
            fail_msg("\"%s\" and %g", cases[i].text, cases[i].value);
}

static void refuses_what_is_no_range(void **state)
{
    static const char *const cases[] = {
        "",
        ":",
        "@",
        "~",
        "@:",
        "x",
        "10x",
        "x10",
        "1e3",
        "0x10",
        "inf",
        "nan",
        " 10",
        "10 ",
        "+10",
        "10:5",
        "20:10",
        "~10",
        "10:~",
        "~:~",
        "10::",
        "1:2:3",
        "@@10",
        "10@",
        "--10",
        "1.",
        ".5",
        "1.2.3",
        "1,5",
        "10%",
        "-",
        "-:1",
        "~:x",
        "10:\n",
        "１０",
        "0:0000000000000000000000000000001",
        "1000000000000000000000000000000000000",
        "5000000000000000000000000000000000000000000000000000000000000000:",
    };

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        struct range range = { .text = "untouched" };
        struct error err = { 0 };
        if (range_read("critical", cases[i], &range, &err))
            fail_msg("\"%s\" was taken", cases[i]);
        assert_string_equal(range.text, "untouched");
        assert_int_equal(err.kind, ERROR_USAGE);
        assert_non_null(strstr(err.text, "option --critical: "));
    }
}

static void the_worse_of_two_counts(void **state)
{
    struct range warning = { 0 }, critical = { 0 };

    (void)state;
    assert_true(range_read("warning", "300", &warning, NULL));
    assert_true(range_read("critical", "900", &critical, NULL));
    assert_int_equal(range_state(300, &warning, &critical), 0);
    assert_int_equal(range_state(301, &warning, &critical), 1);
    assert_int_equal(range_state(900, &warning, &critical), 1);
    assert_int_equal(range_state(901, &warning, &critical), 2);
    assert_true(range_read("warning", "100:", &warning, NULL));
    assert_true(range_read("critical", "10:", &critical, NULL));
    assert_int_equal(range_state(100, &warning, &critical), 0);
    assert_int_equal(range_state(99, &warning, &critical), 1);
    assert_int_equal(range_state(-7, &warning, &critical), 2);
}

static void reads_numbers_of_gateways(void **state)
{
    static const struct {
        const char *text;
        double number;
    } good[] = {
        { "0", 0 }, { "-153278040", -153278040 }, { "12.50", 12.5 }, { "999999999999999999", 1e18 }
    };
    static const char *const bad[] = { "", "-", "1.", "1e9", " 1", "1 ", "0x1", "NaN", "1000 KRW" };
    double number = 7;

    (void)state;
    for (size_t i = 0; i < CASES(good); i++) {
        assert_true(range_number(good[i].text, &number));
        assert_true(number == good[i].number);
    }
    for (size_t i = 0; i < CASES(bad); i++) {
        number = 7;
        assert_false(range_number(bad[i], &number));
        assert_true(number == 7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alerts_as_the_guidelines_say),
        cmocka_unit_test(refuses_what_is_no_range),
        cmocka_unit_test(the_worse_of_two_counts),
        cmocka_unit_test(reads_numbers_of_gateways),
    };

    return cmocka_run_group_tests_name("flow_range", tests, NULL, NULL);
}
