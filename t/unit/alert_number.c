#include "unit.h"

#include "alert/number.h"
#include "base/buf.h"

static const struct {
    const char *text, *number, *why;
} good[] = {
    { "01012345678", "01012345678", "plain" },
    { " 010-1234-5678 ", "01012345678", "hyphens and blanks" },
    { "(02) 123.4567", "021234567", "parentheses and dots" },
    { "+82-10-1234-5678", "01012345678", "Korean, international" },
    { "+82 (0)10 1234 5678", "01012345678", "with the zero that should not be" },
    { "0082 10 1234 5678", "01012345678", "by the dialling prefix" },
    { "+8613912345678", "+8613912345678", "Chinese stays international" },
    { "0086 139-1234-5678", "+8613912345678", "Chinese by the dialling prefix" },
    { "13912345678", "13912345678", "Chinese without a country stays" },
    { "０１０－１２３４－５６７８", "01012345678", "full width" },
    { "＋８２ １０ １２３４ ５６７８", "01012345678", "full width plus, wide blank" },
    { "010–1234‑5678", "01012345678", "dashes of a word processor" },
    { "112", "112", "three digits" },
    { "+123456789012345", "+123456789012345", "fifteen digits" },
};

static const struct {
    const char *text, *fault, *why;
} bad[] = {
    { "", "too short", "nothing" },
    { "--", "too short", "no digit" },
    { "12", "too short", "two digits" },
    { "+82", "too short", "only a country" },
    { "1234567890123456", "too long", "sixteen digits" },
    { "01012345678 01022223333 01033334444", "too long", "several without a comma" },
    { "kim@example.com", "not a phone number", "an address" },
    { "010-1234-567x", "not a phone number", "a letter" },
    { "010+12345678", "not a phone number", "a plus inside" },
    { "$CONTACTPAGER$", "not a phone number", "a literal macro" },
    { "010\x1b[2J12345678", "not a phone number", "control bytes" },
    { "010\xff\xfe", "not a phone number", "not UTF-8" },
    { "일이삼사오육칠팔", "not a phone number", "words" },
};

static void reads(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(good); i++) {
        char number[NUMBER_BYTES];
        struct error err = { 0 };
        if (!number_read(good[i].text, number, &err))
            fail_msg("%s: %s", good[i].why, err.text);
        assert_string_equal(number, good[i].number);
    }
}

static void refuses(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(bad); i++) {
        char number[NUMBER_BYTES] = "as it was";
        struct error err = { 0 };
        if (number_read(bad[i].text, number, &err))
            fail_msg("%s: read as %s", bad[i].why, number);
        assert_int_equal(err.kind, ERROR_USAGE);
        if (strstr(err.text, bad[i].fault) == NULL)
            fail_msg("%s: %s", bad[i].why, err.text);
        for (const char *c = err.text; *c != '\0'; c++)
            assert_true(*c >= ' ' && *c < 127);
        assert_string_equal(number, "as it was");
    }
}

static void masks(void **state)
{
    char number[NUMBER_BYTES];
    struct error err = { 0 };

    (void)state;
    assert_false(number_read("0101234567x", number, &err));
    assert_null(strstr(err.text, "1234"));
    assert_non_null(strstr(err.text, "****"));
}

static void reads_lists(void **state)
{
    struct numbers numbers = { 0 };
    struct error err = { 0 };

    (void)state;
    assert_true(numbers_add(&numbers, "", &err));
    assert_true(numbers_add(&numbers, " ,; \r\n,", &err));
    assert_int_equal(numbers.count, 0);
    assert_int_equal(numbers.bad, 0);
    assert_true(numbers_add(&numbers, "010-1234-5678, oops;+82 10 2222 3333\n01012345678,x", &err));
    assert_true(numbers_add(&numbers, "+82-10-1234-5678,112", &err));
    assert_int_equal(numbers.count, 3);
    assert_string_equal(numbers.number[0], "01012345678");
    assert_string_equal(numbers.number[1], "01022223333");
    assert_string_equal(numbers.number[2], "112");
    assert_int_equal(numbers.bad, 2);
    assert_non_null(strstr(numbers.fault.text, "not a phone number"));
    numbers_clear(&numbers);
    assert_null(numbers.number);
    numbers_clear(&numbers);
}

static void bounds_lists(void **state)
{
    struct numbers numbers = { 0 };
    struct buf list = { 0 };
    struct error err = { 0 };

    (void)state;
    for (int i = 0; i < NUMBERS_MAX + 5; i++)
        assert_true(buf_format(&list, "010%08d,", i));
    assert_true(numbers_add(&numbers, list.data, &err));
    assert_int_equal(numbers.count, NUMBERS_MAX);
    assert_int_equal(numbers.bad, 5);
    assert_non_null(strstr(numbers.fault.text, "too many"));
    numbers_clear(&numbers);
    buf_clear(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads),       cmocka_unit_test(refuses),      cmocka_unit_test(masks),
        cmocka_unit_test(reads_lists), cmocka_unit_test(bounds_lists),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
