#include "unit/unit.h"

#include "flow/at.h"

/* 2026-11-22 03:00:00 in Korea. */
#define NOW_MS (INT64_C(1795284000) * 1000)

static void takes_what_a_gateway_cannot_misread(void **state)
{
    static const struct {
        const char *text, *at;
        const char *why;
    } cases[] = {
        { "2026-11-22 03:00:01", "2026-11-22 03:00:01", "the next second" },
        { "2026-11-22 03:01", "2026-11-22 03:01:00", "without seconds" },
        { "2028-02-29 00:00", "2028-02-29 00:00:00", "a leap day" },
        { "2026-11-22 03:00:00", NULL, "now is too late" },
        { "2026-11-22 02:59", NULL, "past" },
        { "2027-02-29 00:00", NULL, "no leap year" },
        { "2026-11-31 00:00", NULL, "no such day" },
        { "2026-13-01 00:00", NULL, "no such month" },
        { "2026-12-01 24:00", NULL, "no such hour" },
        { "2026-12-01 10:60", NULL, "no such minute" },
        { "2026-12-01 10:00:60", NULL, "a second too many" },
        { "2026-12-1 10:00", NULL, "one digit" },
        { "2026/12/01 10:00", NULL, "other signs" },
        { "2026-12-01T10:00", NULL, "a T" },
        { "2026-12-01 10:00 ", NULL, "a blank behind" },
        { " 2026-12-01 10:00", NULL, "a blank in front" },
        { "2026-12-01 10:00:00+09:00", NULL, "a zone" },
        { "+026-12-01 10:00", NULL, "a sign" },
        { "2026-12-01", NULL, "no time" },
        { "", NULL, "nothing" },
    };
    static const char *const zones[] = { "UTC", "Asia/Seoul", "America/New_York" };

    (void)state;
    for (size_t z = 0; z < CASES(zones); z++) {
        setenv("TZ", zones[z], 1);
        for (size_t i = 0; i < CASES(cases); i++) {
            char at[AT_BYTES] = "unchanged";
            struct error err = { 0 };
            bool taken = at_read(cases[i].text, NOW_MS, at, &err);
            if (taken != (cases[i].at != NULL) || strcmp(at, taken ? cases[i].at : "unchanged") != 0)
                fail_msg("%s: %s", cases[i].why, taken ? at : err.text);
        }
    }
}

static void knows_when_that_is(void **state)
{
    (void)state;
    assert_int_equal(at_ms("2026-11-22 03:00:00"), NOW_MS);
    assert_int_equal(at_ms(""), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_what_a_gateway_cannot_misread),
        cmocka_unit_test(knows_when_that_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
