#include "unit/unit.h"

#include "base/when.h"

static void reads_korean_times(void **state)
{
    static const struct {
        const char *text;
        int64_t s;
        bool begins;
        const char *why;
    } cases[] = {
        { "2026-11-22 12:00:00", 1795316400, true, "nine hours before it is so late in London" },
        { "1970-01-01 09:00:00", 0, true, "the first" },
        { "1970-01-01 08:59:59", -1, true, "the one before" },
        { "2024-02-29 00:00:00", 1709132400, true, "a leap year" },
        { "2026-02-29 00:00:00", -1, true, "none" },
        { "2026-13-01 00:00:00", -1, true, "thirteen months" },
        { "2026-11-22 24:00:00", -1, true, "a twenty-fifth hour" },
        { "2026-11-22 23:59:60", -1, true, "a leap second" },
        { "2026-11-22 12:00:00 +0900", -1, true, "a zone behind" },
        { "2026-11-22T12:00:00", -1, false, "another form" },
        { "2026-11-22 12:00", -1, false, "no seconds" },
        { "2026-11-22 -1:00:00", -1, false, "a sign" },
        { "", -1, false, "nothing" },
    };

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++)
        if (when_korean_s(cases[i].text) != cases[i].s || when_begins(cases[i].text) != cases[i].begins)
            fail_msg("%s: %lld", cases[i].why, (long long)when_korean_s(cases[i].text));
    assert_int_equal(when_korean_s(NULL), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(reads_korean_times) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
