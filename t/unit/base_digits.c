#include "unit/unit.h"

#include "base/digits.h"

static void tells_digits(void **state)
{
    static const struct {
        const char *text;
        size_t most;
        bool only, whole, amount;
        const char *why;
    } cases[] = {
        { "0123", 4, true, true, true, "digits" },
        { "01234", 4, false, true, true, "too many" },
        { "", 4, false, false, false, "none" },
        { NULL, 4, false, false, false, "no text" },
        { "12 ", 4, false, false, false, "a blank" },
        { "-12", 4, false, true, true, "a minus" },
        { "-", 4, false, false, false, "a minus alone" },
        { "--1", 4, false, false, false, "two of them" },
        { "1.5", 4, false, false, true, "decimals" },
        { ".5", 4, false, false, false, "nothing in front of them" },
        { "1.5.5", 8, false, false, false, "a second point" },
        { "1e9", 4, false, false, false, "a letter" },
        { "１", 4, false, false, false, "a wide digit" },
        { "123456789012345678", 18, true, true, true, "eighteen" },
        { "1234567890123456789", 18, false, false, false, "more than numbers can hold" },
    };

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++)
        if (digits_only(cases[i].text, cases[i].most) != cases[i].only
            || digits_amount(cases[i].text, false) != cases[i].whole
            || digits_amount(cases[i].text, true) != cases[i].amount)
            fail_msg("%s", cases[i].why);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(tells_digits) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
