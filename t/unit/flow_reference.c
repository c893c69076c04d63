/* plugin/flow/reference.c: a message's name names its record, of this store alone. */
#include "unit.h"

#include "flow/reference.h"

static void names_are_read_back(void **state)
{
    static const struct {
        int64_t id;
        unsigned part;
        const char *name;
    } cases[] = {
        { 1, 0, "m0a1b2c3d-1z" },
        { 412, 2, "m0a1b2c3d-412-2z" },
        { 412, 100, "m0a1b2c3d-412-100z" },
        { 999999999999999999, 100, "m0a1b2c3d-999999999999999999-100z" },
    };
    char stem[REFERENCE_STEM_BYTES], name[REFERENCE_BYTES];

    (void)state;
    reference_stem("0a1b2c3d", stem);
    for (size_t i = 0; i < CASES(cases); i++) {
        reference_make(stem, cases[i].id, cases[i].part, name);
        assert_string_equal(name, cases[i].name);
        assert_int_equal(reference_record(stem, name), cases[i].id);
    }
}

static void others_name_nothing(void **state)
{
    static const char *const names[] = {
        "",
        "m0a1b2c3d",
        "m0a1b2c3d-",
        "m0a1b2c3d-z",
        "m0a1b2c3e-1z",
        "x0a1b2c3d-1z",
        "m0a1b2c3d-x1z",
        "m0a1b2c3d--1z",
        "m0a1b2c3d-+1z",
        "m0a1b2c3d-9999999999999999999z",
        "M0A1B2C3D-1z",
        "m0a1b2c3d1z",
    };

    (void)state;
    for (size_t i = 0; i < CASES(names); i++)
        if (reference_record("m0a1b2c3d", names[i]) != 0)
            fail_msg("%s names a record", names[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_read_back),
        cmocka_unit_test(others_name_nothing),
    };

    return cmocka_run_group_tests_name("flow_reference", tests, NULL, NULL);
}
