#include "unit.h"

#include "neb/custom.h"

static void custom_variables(void **state)
{
    static char subject[] =
        "{{_hostrack}} {{#_serviceowner}}{{_serviceowner}}{{/_serviceowner}} x_hosty _host";
    static char text[] = "{{host}} {{ _CONTACTteam }} {{_other}} {{_hostrack}}";
    char *values[] = { subject, text };
    struct entry entry = { .value = values, .values = 2 };
    struct section section = { .entry = &entry, .entries = 1 };
    const struct settings settings = { .templates = { &section, 1 } };
    static const char *const macros[] = { "_HOSTRACK", "_SERVICEOWNER", "_CONTACTTEAM" };
    struct custom custom;

    (void)state;
    custom_gather(&settings, &custom);
    assert_int_equal(custom.count, CASES(macros));
    for (size_t i = 0; i < CASES(macros); i++)
        assert_string_equal(custom.macro[i], macros[i]);
}

static void no_more_than_there_is_room_for(void **state)
{
    static char text[4096];
    char *values[] = { text };
    struct entry entry = { .value = values, .values = 1 };
    struct section section = { .entry = &entry, .entries = 1 };
    const struct settings settings = { .templates = { &section, 1 } };
    struct custom custom;

    (void)state;
    for (int i = 0; i < 100; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "{{_host%d}}", i);
    memset(text + strlen(text), 'x', 100);
    custom_gather(&settings, &custom);
    assert_int_equal(custom.count, CUSTOM_MOST);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(custom_variables),
                                        cmocka_unit_test(no_more_than_there_is_room_for) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
