/* plugin/base/code.c: what is a code, and what is drawn. */
#include "unit/unit.h"

#include "base/code.h"

static const struct {
    const char *text;
    bool is;
    const char *why;
} cases[] = {
    { "7K2", true, "three signs" },     { "7k2", true, "as phones write it" },
    { "7K2X", true, "four signs" },     { "A2", false, "too short" },
    { "7K2X3", false, "too long" },     { "ACK", false, "a word" },
    { "924", false, "a number" },       { "7L2", false, "L looks like 1" },
    { "7O2", false, "O looks like 0" }, { "7K1", false, "1 looks like I" },
    { "7K-", false, "a mark" },         { "7K\xc3", false, "half a character" },
    { "", false, "nothing" },
};

static void codes_have_their_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(cases); i++)
        if (code_is(cases[i].text, strlen(cases[i].text)) != cases[i].is)
            fail_msg("\"%s\": %s", cases[i].text, cases[i].why);
    assert_false(code_is("7K\0", 3));
}

/* All signs come up, in all places, and nothing else. */
static void codes_are_drawn(void **state)
{
    char code[CODE_BYTES];

    (void)state;
    for (size_t length = CODE_SHORT; length <= CODE_LONG; length++) {
        unsigned seen[CODE_LONG][128] = { 0 };
        for (int i = 0; i < 4000; i++) {
            assert_true(code_draw(length, code, NULL));
            assert_int_equal(strlen(code), length);
            assert_true(code_is(code, length));
            for (size_t j = 0; j < length; j++)
                seen[j][(int)code[j]]++;
        }
        for (size_t j = 0; j < length; j++)
            for (const char *sign = "23456789ACDEFHJKMNPRTWXY"; *sign != '\0'; sign++)
                assert_true(seen[j][(int)*sign] > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_have_their_form),
        cmocka_unit_test(codes_are_drawn),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
