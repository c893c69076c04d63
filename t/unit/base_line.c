#include "unit/unit.h"

#include <time.h>

#include "base/line.h"

static void shows_what_may_be_shown(void **state)
{
    static const struct {
        const char *text, *shown, *why;
    } cases[] = {
        { "디스크 90%", "디스크 90%", "text stays" },
        { "a\tb\nc\x7f"
          "d\xc2\x85"
          "e",
          "a b c d e", "control characters become blanks" },
        { "a\xff\xed\xa0\x80"
          "b",
          "a????b", "bytes that are no text" },
        { "to 01012345678.", "to 010****5678.", "a number" },
        { "010-1234-5678", "010****5678", "with hyphens" },
        { "010.1234.5678", "010****5678", "with dots" },
        { "010--1234--5678", "010****5678", "with many" },
        { "(02) 1234 5678", "(021***5678", "with parentheses and blanks" },
        { "０１０１２３４５６７８", "010****5678", "in wide digits" },
        { "+8613900001234", "+861****1234", "of China" },
        { "16441447", "****47", "short" },
        { "2026-11-22 03:04:05", "2026-11-22 03:04:05", "a date is no number" },
        { "192.168.100.101:8057", "192.168.100.101:8057", "an address is none" },
        { "-100033", "-100033", "nor is a code" },
        { "20261122000001", "20261122000001", "nor the id of a message" },
        { "1234567", "1234567", "nor seven digits" },
        { "86 139 0000 1234", "861****1234", "with the code of a country" },
        { "8012 3456 78", "8012 3456 78", "other codes" },
        { "", "", "nothing" },
    };
    char out[80];

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        size_t length = line_copy(out, sizeof out, cases[i].text);
        if (strcmp(out, cases[i].shown) != 0 || length != strlen(out))
            fail_msg("%s: \"%s\", not \"%s\"", cases[i].why, out, cases[i].shown);
    }
}

static void cuts_at_a_border(void **state)
{
    char out[6];

    (void)state;
    assert_int_equal(line_copy(out, sizeof out, "가나다"), 3);
    assert_string_equal(out, "가");
    assert_int_equal(line_copy(out, 1, "가"), 0);
    assert_string_equal(out, "");
}

/* Of each digit, only a few bytes behind it are read: else this takes minutes. */
static void reads_long_rows_once(void **state)
{
    static const char *const rows[] = { "3 ", "1.", "8.2.", "88 " };
    static char text[(size_t)1 << 20], out[sizeof text];

    (void)state;
    for (size_t i = 0; i < CASES(rows); i++) {
        clock_t begun = clock();
        for (size_t at = 0; at < sizeof text - 1; at++)
            text[at] = rows[i][at % strlen(rows[i])];
        line_copy(out, sizeof out, text);
        assert_string_equal(out, text);
        if (clock() - begun > 10 * CLOCKS_PER_SEC)
            fail_msg("\"%s\" again and again took too long", rows[i]);
    }
}

/* What stands behind such a row is masked all the same. */
static void masks_behind_a_row(void **state)
{
    char text[256] = "", out[300];

    (void)state;
    for (int i = 0; i < 60; i++)
        strcat(text, "1.");
    strcat(text, "1 010-9876-5432");
    line_copy(out, sizeof out, text);
    assert_null(strstr(out, "9876"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shows_what_may_be_shown),
        cmocka_unit_test(cuts_at_a_border),
        cmocka_unit_test(reads_long_rows_once),
        cmocka_unit_test(masks_behind_a_row),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
