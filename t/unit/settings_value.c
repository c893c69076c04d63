#include "unit.h"

#include "settings/value.h"

static const struct {
    const char *text;
    int seconds;
} durations[] = {
    { "0", 0 },
    { "90", 90 },
    { "90s", 90 },
    { "15m", 900 },
    { "12h", 43200 },
    { "30d", 2592000 },
    { "24855d", 2147472000 },
    { "2147483647", 2147483647 },
};

static const char *const no_durations[] = {
    "",   "m", "-1", "+1", " 1", "1 ", "1w", "1.5h", "15mm", "2147483648", "24856d", "99999999999999999999d",
    "１",
};

static void durations_are_read(void **state)
{
    int seconds;

    (void)state;
    for (size_t i = 0; i < CASES(durations); i++) {
        assert_true(duration_read(durations[i].text, &seconds));
        assert_int_equal(seconds, durations[i].seconds);
    }
    for (size_t i = 0; i < CASES(no_durations); i++) {
        seconds = 7;
        assert_false(duration_read(no_durations[i], &seconds));
        assert_int_equal(seconds, 7);
    }
}

static void words_are_read(void **state)
{
    bool value = false;
    int number = 0;

    (void)state;
    assert_true(bool_read("Yes", &value) && value);
    assert_true(bool_read("off", &value) && !value);
    assert_false(bool_read("1", &value));
    assert_false(bool_read("", &value));
    assert_true(number_setting_read("00042", &number));
    assert_int_equal(number, 42);
    assert_false(number_setting_read("4x", &number));
    assert_false(number_setting_read("99999999999", &number));
}

static const struct {
    const char *text;
    size_t values;
    const char *first, *why;
} values[] = {
    { "20", 1, "20", "a bare word" },
    { "\"a b\"", 1, "a b", "quotes" },
    { "\"a\\\"b\\\\c\"", 1, "a\"b\\c", "escapes" },
    { "'a\\\"b'", 1, "a\\\"b", "single quotes keep" },
    { "\"\\${HOME}\"", 1, "${HOME}", "an escaped variable" },
    { "{\"a\",'b',c}", 3, "a", "a list" },
    { "{\"a\",}", 1, "a", "a comma too many" },
    { "\"line\nline\"", 1, "line\nline", "two lines" },
    { "\"한글\"", 1, "한글", "Hangul" },
    { "\"\"", 1, "", "nothing" },
};

/* What is taken without libconfuse, and its neighbours. */
static const char *const alike[] = {
    "20",       "a.b_c:d-e", "\"a b\"", "'a b'",  "\"한글\"", "\"#{},=+*//()\"", "'#{},=+*/*()'",
    "\"it's\"", "'$x'",      "\"$x\"",  "\"\a\"", "\"\xc7\"", "'tab\tbed'",      "\"\"",
    "''",       "\"a\\n\"",  "'a\\n'",
};

static const char *const no_values[] = {
    "{\"a\" \"b\"}", "{\"a\"", "{,}", "\"\\033[2J\"", "\"\xc7\xd1\xb1\xdb\"", "\"\a\"",
};

static void values_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(values); i++) {
        struct entry entry = { 0 };
        struct error err = { 0 };
        const char *fault = NULL;

        assert_true(value_read(values[i].text, &entry, &fault, &err));
        if (fault != NULL)
            fail_msg("%s: %s", values[i].why, fault);
        assert_int_equal(entry.values, values[i].values);
        assert_string_equal(entry.value[0], values[i].first);
        value_clear(&entry);
    }
}

/* One after the other: what an error leaves in the parser must not spoil the next value. */
static void bad_values_are_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(no_values); i++) {
        struct entry entry = { 0 };
        const char *fault = NULL;

        assert_true(value_read(no_values[i], &entry, &fault, NULL));
        if (fault == NULL)
            fail_msg("no fault found in %s", no_values[i]);
        assert_int_equal(entry.values, 0);
        assert_true(value_read("\"sound\"", &entry, &fault, NULL));
        assert_null(fault);
        assert_string_equal(entry.value[0], "sound");
        value_clear(&entry);
    }
}

/* In a list, libconfuse reads it. */
static void plain_values_are_libconfuses(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(alike); i++) {
        struct entry own = { 0 }, theirs = { 0 };
        const char *own_fault = NULL, *their_fault = NULL;
        char list[64];

        snprintf(list, sizeof list, "{%s}", alike[i]);
        assert_true(value_read(alike[i], &own, &own_fault, NULL));
        assert_true(value_read(list, &theirs, &their_fault, NULL));
        if ((own_fault == NULL) != (their_fault == NULL) || own.values != theirs.values)
            fail_msg("%s: %s, in a list: %s", alike[i], own_fault, their_fault);
        if (own_fault == NULL)
            assert_string_equal(own.value[0], theirs.value[0]);
        value_clear(&own);
        value_clear(&theirs);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations_are_read),
        cmocka_unit_test(words_are_read),
        cmocka_unit_test(values_are_read),
        cmocka_unit_test(bad_values_are_told),
        cmocka_unit_test(plain_values_are_libconfuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
