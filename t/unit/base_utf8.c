#include "unit/unit.h"

#include "base/utf8.h"

static void decodes(void **state)
{
    static const struct {
        const char *bytes;
        size_t count, length;
        uint32_t point;
        const char *why;
    } cases[] = {
        { "A", 1, 1, 'A', "ASCII" },
        { "\xc3\xa9", 2, 2, 0xe9, "two bytes" },
        { "\xea\xb0\x80", 3, 3, 0xac00, "three bytes" },
        { "\xf0\x9f\x94\xa5", 4, 4, 0x1f525, "four bytes" },
        { "\xf4\x8f\xbf\xbf", 4, 4, 0x10ffff, "the last character" },
        { "", 0, 0, 0, "nothing" },
        { "\xea\xb0", 2, 0, 0, "cut off" },
        { "\xc0\xaf", 2, 0, 0, "overlong, two bytes" },
        { "\xe0\x80\xaf", 3, 0, 0, "overlong, three bytes" },
        { "\xf0\x80\x80\xaf", 4, 0, 0, "overlong, four bytes" },
        { "\xed\xa0\x80", 3, 0, 0, "a surrogate" },
        { "\xf4\x90\x80\x80", 4, 0, 0, "beyond the last" },
        { "\xb0\xa1", 2, 0, 0, "a tail without a head" },
        { "\xc7\xd1", 2, 0, 0, "EUC-KR" },
    };

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        uint32_t point = 0;
        size_t length = utf8_decode(cases[i].bytes, cases[i].count, &point);
        if (length != cases[i].length || (length > 0 && point != cases[i].point))
            fail_msg("%s: length %zu, point %x", cases[i].why, length, point);
    }
}

static void encodes_what_it_decodes(void **state)
{
    (void)state;
    for (uint32_t point = 0; point <= 0x10ffff; point++) {
        char bytes[4];
        uint32_t back = 0;
        size_t length;
        if (point >= 0xd800 && point < 0xe000)
            continue;
        length = utf8_encode(point, bytes);
        if (utf8_decode(bytes, length, &back) != length || back != point)
            fail_msg("U+%04X does not come back", point);
    }
}

static void finds_borders(void **state)
{
    static const struct {
        const char *text;
        size_t at, border;
        const char *why;
    } cases[] = {
        { "abc", 2, 2, "between ASCII" },
        { "abc", 9, 3, "beyond the end" },
        { "가나", 3, 3, "between syllables" },
        { "가나", 4, 3, "one byte into a syllable" },
        { "가나", 5, 3, "two bytes into a syllable" },
        { "가나", 6, 6, "at the end" },
        { "a\xf0\x9f\x94\xa5", 4, 1, "into four bytes" },
        { "ab\xea\xb0", 4, 2, "a text that ends within a character" },
        { "\xff\xff\xff", 2, 2, "bytes that are no text" },
        { "", 0, 0, "nothing" },
    };

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        size_t border = utf8_border(cases[i].text, strlen(cases[i].text), cases[i].at);
        if (border != cases[i].border)
            fail_msg("%s: %zu, not %zu", cases[i].why, border, cases[i].border);
    }
}

static void copies_whole_characters(void **state)
{
    static const struct {
        const char *text, *copied;
    } cases[] = {
        { "", "" },           { "abcdefg", "abcdefg" }, { "abcdefgh", "abcdefg" },
        { "가나다", "가나" }, { "abcdef가", "abcdef" },
    };
    char out[8] = "seven..";

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        UTF8_COPY(out, cases[i].text);
        assert_string_equal(out, cases[i].copied);
    }
    utf8_copy(out, sizeof out, out + 3); /* of itself */
    assert_string_equal(out, "def");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decodes),
        cmocka_unit_test(encodes_what_it_decodes),
        cmocka_unit_test(finds_borders),
        cmocka_unit_test(copies_whole_characters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
