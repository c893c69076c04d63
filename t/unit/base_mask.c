#include "unit/unit.h"

#include "base/mask.h"

static void never_shows_a_whole_number(void **state)
{
    static const struct {
        const char *number, *masked;
    } cases[] = {
        { "01012345678", "010****5678" },
        { "0112345678", "011***5678" },
        { "+8613900001234", "+86****1234" },
        { "16441447", "****47" },
        { "1234", "**34" },
        { "112", "***" },
        { "", "" },
        { "010123456780101234567801012345678010", "010****8010" },
        { "0101234567가", "010****7???" },
    };
    char out[MASK_BYTES];

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++)
        assert_string_equal(mask_number(cases[i].number, out), cases[i].masked);
    assert_string_equal(mask_number(NULL, out), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(never_shows_a_whole_number) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
