#include "unit.h"

#include <unigbrk.h>
#include <uninorm.h>

#include "alert/clean.h"
#include "alert/nfc.h"
#include "base/utf8.h"

static const struct {
    const char *bytes;
    size_t count; /* 0: strlen */
    const char *clean;
    const char *why;
} cases[] = {
    { "DISK OK: 98% free\n/var", 0, "DISK OK: 98% free\n/var", "ASCII stays" },
    { "", 0, "", "nothing stays nothing" },
    { "a\r\nb\rc\nd", 0, "a\nb\nc\nd", "CR LF and CR are line breaks" },
    { "a\r\r\nb", 0, "a\n\nb", "CR CR LF is two" },
    { "a\tb", 0, "a b", "TAB is a blank" },
    { "a\0b", 3, "ab", "NUL is dropped" },
    { "\x1b[31mred\x1b[0m\x7f", 0, "[31mred[0m", "ESC and DEL are dropped" },
    { "a\xc2\x9b"
      "b\xc2\x85"
      "c",
      0, "ab\nc", "C1 is dropped, NEL is a line break" },
    { "a\xe2\x80\xa8"
      "b\xe2\x80\xa9"
      "c",
      0, "a\nb\nc", "line and paragraph separators" },
    { "\xff\xfe", 0, "\xef\xbf\xbd\xef\xbf\xbd", "one U+FFFD for each bad byte" },
    { "\xb5\xf0\xbd\xba\xc5\xa9", 0, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdũ",
      "CP949 is not guessed at" },
    { "\xed\xa0\x80", 0, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", "a surrogate is no character" },
    { "\xc0\xaf", 0, "\xef\xbf\xbd\xef\xbf\xbd", "overlong slash" },
    { "\xeb\x94", 0, "\xef\xbf\xbd\xef\xbf\xbd", "a character cut off at the end" },
    { "디스크 사용률 95%", 0, "디스크 사용률 95%", "Hangul stays" },
    { "\xe1\x84\x83\xe1\x85\xb5\xe1\x84\x89\xe1\x85\xb3\xe1\x84\x8f\xe1\x85\xb3", 0, "디스크",
      "Jamo are composed" },
    { "\xea\xb0\x80\xe1\x86\xa8", 0, "각", "a final consonant joins its syllable" },
    { "e\xcc\x81", 0, "é", "an accent joins its letter" },
    { "服务器 磁盘", 0, "服务器 磁盘", "Chinese stays" },
    { "\xef\xa4\x80", 0, "\xe8\xb1\x88", "a compatibility ideograph is unified" },
    { "a\xe2\x80\xae"
      "b\xe2\x80\x8f"
      "c\xe2\x81\xa6"
      "d\xd8\x9c"
      "e",
      0, "abcde", "bidirectional controls go" },
    { "\xef\xbb\xbfweb\xe2\x80\x8b"
      "01\xc2\xad",
      0, "web01", "byte order mark, zero width, soft hyphen" },
    { "a\xf3\xa0\x81\xa1"
      "b",
      0, "ab", "tags go" },
    { "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb\xe2\x9d\xa4\xef\xb8\x8f", 0,
      "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb\xe2\x9d\xa4\xef\xb8\x8f",
      "joiner and variation selector stay" },
};

static void check(const char *bytes, size_t count, const char *clean, const char *why)
{
    struct buf out = { 0 };
    struct error err = { 0 };

    assert_true(clean_text(bytes, count, &out, &err));
    if (strcmp(buf_text(&out), clean) != 0)
        print_error("%s: \"%s\"\n", why, buf_text(&out));
    assert_string_equal(buf_text(&out), clean);
    buf_clear(&out);
}

static void cleans(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(cases); i++)
        check(cases[i].bytes, cases[i].count == 0 ? strlen(cases[i].bytes) : cases[i].count, cases[i].clean,
              cases[i].why);
}

static void appends(void **state)
{
    struct buf out = { 0 };
    struct error err = { 0 };

    (void)state;
    assert_true(clean_text("web", 3, &out, &err));
    assert_true(clean_text("\xea\xb0\x80\t", 4, &out, &err));
    assert_string_equal(out.data, "web가 ");
    buf_clear(&out);
}

/* A hundred thousand accents on one letter neither take time nor stay. */
static void bounds_marks(void **state)
{
    struct buf in = { 0 }, out = { 0 };
    struct error err = { 0 };

    (void)state;
    assert_true(buf_str(&in, "q"));
    for (int i = 0; i < 100000; i++)
        assert_true(buf_str(&in, i % 2 == 0 ? "\xcc\x81" : "\xcc\xa3"));
    assert_true(buf_str(&in, "x\xcc\x81"));
    assert_true(clean_text(in.data, in.len, &out, &err));
    assert_int_equal(out.len, 1 + 2 * NFC_MARKS_MAX + 3);
    assert_int_equal(out.data[0], 'q');
    assert_string_equal(out.data + out.len - 3, "x\xcc\x81");
    buf_clear(&in);
    buf_clear(&out);
}

/* Whatever comes in, what goes out is text. */
static void any_bytes_become_text(void **state)
{
    unsigned seed = 1;
    char bytes[300];
    struct error err = { 0 };

    (void)state;
    for (int round = 0; round < 2000; round++) {
        struct buf out = { 0 };
        size_t length;
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = (char)((seed = seed * 1103515245u + 12345u) >> 16);
        assert_true(clean_text(bytes, sizeof bytes, &out, &err));
        for (size_t at = 0; at < out.len; at += length) {
            uint32_t point = 0;
            length = utf8_decode(out.data + at, out.len - at, &point);
            assert_int_not_equal(length, 0);
            assert_true(point == '\n' || (point >= ' ' && point != 127 && !(point >= 0x80 && point < 0xa0)));
        }
        buf_clear(&out);
    }
}

/* Each character many times behind one base: by libunistring's tables, whether they were asked or not. */
static void agrees_with_the_tables(void **state)
{
    (void)state;
    for (uint32_t point = 0xa0; point < 0x20000; point++) {
        const int kind = uc_graphemeclusterbreak_property(point);
        const bool extends = kind == GBP_EXTEND || kind == GBP_SPACINGMARK || kind == GBP_ZWJ;
        struct buf in = { 0 }, out = { 0 }, bounded = { 0 };
        struct error err = { 0 };
        char bytes[4];
        size_t length, normal_bytes = 0;
        uint8_t *normal;

        if (point >= 0xd800 && point < 0xe000)
            continue;
        length = utf8_encode(point, bytes);
        assert_true(buf_str(&in, "e") && buf_str(&bounded, "e"));
        for (int i = 0; i <= NFC_MARKS_MAX; i++) {
            assert_true(buf_add(&in, bytes, length));
            assert_true((i == NFC_MARKS_MAX && extends) || buf_add(&bounded, bytes, length));
        }
        normal = u8_normalize(UNINORM_NFC, (uint8_t *)bounded.data, bounded.len, NULL, &normal_bytes);
        assert_true(clean_text(in.data, in.len, &out, &err));
        if (out.len > 1 && out.data[1] != '\n') { /* not dropped, no line end */
            if (out.len != normal_bytes || memcmp(out.data, normal, normal_bytes) != 0)
                print_error("U+%04X\n", (unsigned)point);
            assert_int_equal(out.len, normal_bytes);
            assert_memory_equal(out.data, normal, normal_bytes);
        }
        free(normal);
        buf_clear(&in);
        buf_clear(&bounded);
        buf_clear(&out);
    }
}

static void shows_a_word(void **state)
{
    char out[CLEAN_WORD_BYTES];

    (void)state;
    assert_string_equal(clean_word("web\n\x1b가", out), "web?????");
    assert_string_equal(clean_word("0123456789012345678901234567890123456789", out),
                        "01234567890123456789012345678901");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cleans),
        cmocka_unit_test(appends),
        cmocka_unit_test(bounds_marks),
        cmocka_unit_test(any_bytes_become_text),
        cmocka_unit_test(agrees_with_the_tables),
        cmocka_unit_test(shows_a_word),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
