#include "unit/unit.h"

#include "base/error.h"

static void says_what_and_where(void **state)
{
    struct error err = { 0 };

    (void)state;
    assert_false(error_set(&err, ERROR_SETTINGS, 7, "no account named %s", "joa"));
    assert_false(error_prefix(&err, "munja.conf:%d", 12));
    assert_string_equal(err.text, "munja.conf:12: no account named joa");
    assert_int_equal(err.kind, ERROR_SETTINGS);
    assert_int_equal(err.code, 7);
    assert_false(error_set(NULL, ERROR_BUG, 0, "nobody listens"));
    assert_false(error_prefix(NULL, "nobody listens"));
}

static void cuts_at_a_character(void **state)
{
    char hangul[1200] = "";
    struct error err = { 0 };

    (void)state;
    for (size_t i = 0; i < 399; i++)
        memcpy(hangul + 3 * i, "가", 4);
    error_set(&err, ERROR_BUG, 0, "%s", hangul);
    assert_int_equal(strlen(err.text), 510);
    assert_memory_equal(err.text + 507, "가", 4);
    error_prefix(&err, "x");
    assert_int_equal(strlen(err.text), 510);
    error_prefix(&err, "%s", hangul);
    assert_int_equal(strlen(err.text), 510);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_what_and_where),
        cmocka_unit_test(cuts_at_a_character),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
