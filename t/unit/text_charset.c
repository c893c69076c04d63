/* What each charset holds and what it costs. */
#include "unit.h"

#include <iconv.h>

#include "base/utf8.h"
#include "text/charset.h"

static int open_all(void **state)
{
    struct error err = { 0 };

    (void)state;
    return charset_open(CHARSET_EUCKR, &err) && charset_open(CHARSET_CP949, &err)
                   && charset_open(CHARSET_UCS2, &err)
               ? 0
               : -1;
}

static void names(void **state)
{
    enum charset charset = CHARSET_UCS2;

    (void)state;
    assert_true(charset_named("euc-kr", &charset));
    assert_int_equal(charset, CHARSET_EUCKR);
    assert_true(charset_named("CP949", &charset));
    assert_int_equal(charset, CHARSET_CP949);
    assert_string_equal(charset_name(CHARSET_CP949), "cp949");
    assert_false(charset_named("utf-8", &charset));
    assert_false(charset_named("", &charset));
    assert_int_equal(charset, CHARSET_CP949);
}

static void costs(void **state)
{
    static const struct {
        uint32_t point;
        int euckr, cp949, ucs2;
        const char *why;
    } cases[] = {
        { 'A', 1, 1, 1, "ASCII" },
        { '\\', 1, 1, 1, "shown as a won sign, still one byte" },
        { '~', 1, 1, 1, "ASCII" },
        { '\n', 1, 1, 1, "a line break counts" },
        { '\t', 0, 0, 0, "a tab is no character of a text message" },
        { 0x00, 0, 0, 0, "control" },
        { 0x1b, 0, 0, 0, "control" },
        { 0x7f, 0, 0, 0, "control" },
        { 0x85, 0, 0, 0, "C1 control, which glibc's EUC-KR lets through" },
        { 0xa0, 0, 0, 1, "no-break space" },
        { 0xad, 0, 0, 0, "soft hyphen" },
        { 0xae, 2, 2, 1, "registered sign of KS X 1001:1998" },
        { 0xb7, 2, 2, 1, "middle dot" },
        { 0xe9, 0, 0, 1, "accented letter" },
        { 0x20a9, 0, 0, 1, "won sign: shares its bytes with the full-width one" },
        { 0xffe6, 2, 2, 1, "full-width won sign" },
        { 0x20ac, 2, 2, 1, "euro sign of KS X 1001:1998" },
        { 0x327e, 0, 0, 1, "postal code mark, only since 2002" },
        { 0x2192, 2, 2, 1, "arrow" },
        { 0x201c, 2, 2, 1, "quotation mark" },
        { 0x2014, 0, 0, 1, "em dash" },
        { 0x3131, 2, 2, 1, "letter" },
        { 0x3164, 0, 0, 0, "filler: starts a composed syllable" },
        { 0x1100, 0, 0, 1, "conjoining Jamo" },
        { 0xac00, 2, 2, 1, "가, the first syllable" },
        { 0xac02, 0, 2, 1, "갂" },
        { 0xb620, 0, 2, 1, "똠" },
        { 0xbdc1, 0, 2, 1, "뷁" },
        { 0xd79d, 2, 2, 1, "힝, the last of KS X 1001" },
        { 0xd7a3, 0, 2, 1, "힣, the last of all" },
        { 0x4e00, 2, 2, 1, "一" },
        { 0x8fd0, 0, 0, 1, "运, simplified" },
        { 0x200b, 0, 0, 0, "zero width space" },
        { 0x200d, 0, 0, 1, "joiner" },
        { 0x200f, 0, 0, 0, "right-to-left mark" },
        { 0x202e, 0, 0, 0, "right-to-left override" },
        { 0x2067, 0, 0, 0, "right-to-left isolate" },
        { 0xfe0f, 0, 0, 1, "emoji presentation" },
        { 0xfeff, 0, 0, 0, "byte order mark" },
        { 0xe000, 0, 0, 0, "private use" },
        { 0xd800, 0, 0, 0, "surrogate" },
        { 0xfffd, 0, 0, 0, "replacement character" },
        { 0xfffe, 0, 0, 0, "noncharacter" },
        { 0x1f525, 0, 0, 2, "emoji" },
        { 0x20000, 0, 0, 2, "ideograph beyond the BMP" },
        { 0x1fffe, 0, 0, 0, "noncharacter beyond the BMP" },
        { 0xe0001, 0, 0, 0, "tag, which glibc's converters swallow" },
        { 0x110000, 0, 0, 0, "beyond Unicode" },
    };

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        print_message("# U+%04X %s\n", (unsigned)cases[i].point, cases[i].why);
        assert_int_equal(charset_cost(CHARSET_EUCKR, cases[i].point), cases[i].euckr);
        assert_int_equal(charset_cost(CHARSET_CP949, cases[i].point), cases[i].cp949);
        assert_int_equal(charset_cost(CHARSET_UCS2, cases[i].point), cases[i].ucs2);
    }
}

/* What is held must encode, by the same library, into as many bytes as were counted. */
static void held_encodes(void **state)
{
    static const char *const encodings[] = { [CHARSET_EUCKR] = "EUC-KR", [CHARSET_CP949] = "CP949" };
    static const size_t syllables[] = { [CHARSET_EUCKR] = 2350, [CHARSET_CP949] = 11172 };

    (void)state;
    for (int charset = CHARSET_EUCKR; charset <= CHARSET_CP949; charset++) {
        iconv_t converter = iconv_open(encodings[charset], "UTF-8");
        size_t count = 0;
        assert_true(converter != (iconv_t)-1);
        for (uint32_t point = 0x20; point < 0x110000; point++) {
            int cost = charset_cost((enum charset)charset, point);
            char utf8[4], bytes[8], *in = utf8, *out = bytes;
            size_t in_left, out_left = sizeof bytes;
            if (cost == 0)
                continue;
            in_left = utf8_encode(point, utf8);
            assert_int_equal(iconv(converter, &in, &in_left, &out, &out_left), 0);
            assert_int_equal(sizeof bytes - out_left, cost);
            count += point >= 0xac00 && point <= 0xd7a3;
        }
        iconv_close(converter);
        assert_int_equal(count, syllables[charset]);
    }
}

static void measures(void **state)
{
    static const struct {
        const char *text;
        long euckr, ucs2;
        const char *why;
    } cases[] = {
        { "", 0, 0, "nothing" },
        { "DISK OK", 7, 7, "ASCII costs one" },
        { "디스크", 6, 3, "a Hangul syllable costs two bytes" },
        { "디스크\nfull", 11, 8, "with a line break" },
        { "뷁", -1, 1, "not in KS X 1001" },
        { "【运维】", -1, 4, "Chinese signature" },
        { "🔥", -1, 2, "surrogate pair" },
        { "a\xff", -1, -1, "not UTF-8" },
        { "a\xea\xb0", -1, -1, "cut off" },
        { "a\tb", -1, -1, "tab" },
    };

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        print_message("# %s\n", cases[i].why);
        assert_int_equal(charset_measure(CHARSET_EUCKR, cases[i].text, strlen(cases[i].text)),
                         cases[i].euckr);
        assert_int_equal(charset_measure(CHARSET_UCS2, cases[i].text, strlen(cases[i].text)), cases[i].ucs2);
    }
    assert_int_equal(charset_measure(CHARSET_CP949, "뷁", 3), 2);
    assert_int_equal(charset_measure(CHARSET_UCS2, "a\0b", 3), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names),
        cmocka_unit_test(costs),
        cmocka_unit_test(held_encodes),
        cmocka_unit_test(measures),
    };

    return cmocka_run_group_tests_name("text_charset", tests, open_all, NULL);
}
