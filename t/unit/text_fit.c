/* Fitting: exact limits, the choice of a kind, shrinking, splitting, titles; and that nothing ever leaves
   which is too long or not held. */
#include "unit.h"

#include "base/now.h"
#include "base/utf8.h"
#include "text/fit.h"

static const struct text_limits korea = {
    .charset = CHARSET_EUCKR, .sms = 90, .lms = 2000, .mms = 2000, .subject = 40
};
static const struct text_limits korea_sms = { .charset = CHARSET_EUCKR, .sms = 90 };
static const struct text_limits china = {
    .charset = CHARSET_UCS2, .sms = 70, .joined = 67, .joined_most = 3
};

#define A10 "aaaaaaaaaa"
#define A30 A10 A10 A10
#define A60 A30 A30
#define A90 A60 A30
#define H10 "가나다라마바사아자차"
#define H30 H10 H10 H10

/* A text with its elastic pieces between < and >. */
static void pieces_of(const char *marked, struct rendered *rendered)
{
    rendered->elastic = calloc(strlen(marked) + 1, sizeof *rendered->elastic);
    assert_non_null(rendered->elastic);
    for (; *marked != '\0'; marked++) {
        struct elastic *last = &rendered->elastic[rendered->elastics];
        if (*marked == '<') {
            last->start = rendered->text.len;
        } else if (*marked == '>') {
            last->bytes = rendered->text.len - last->start;
            rendered->elastics++;
        } else {
            assert_true(buf_char(&rendered->text, *marked));
        }
    }
}

static void fit(const char *marked, const char *signature, const struct text_limits *limits, enum kind kind,
                enum overflow overflow, struct fitted *fitted)
{
    struct rendered rendered = { 0 };
    struct error err = { 0 };

    pieces_of(marked, &rendered);
    if (!fit_text(&rendered, "title", signature, limits, kind, overflow, fitted, &err))
        fail_msg("%s", err.text);
    rendered_clear(&rendered);
}

static void kinds(void **state)
{
    static const struct {
        const char *text;
        const struct text_limits *limits;
        enum kind asked, kind;
        int cost, limit, parts;
        bool cut;
        const char *why;
    } cases[] = {
        { A60 A10 A10 "aaaaaaaaa", &korea, KIND_AUTO, KIND_SMS, 89, 90, 1, false, "one byte below" },
        { A90, &korea, KIND_AUTO, KIND_SMS, 90, 90, 1, false, "exactly 90" },
        { A90 "b", &korea, KIND_AUTO, KIND_LMS, 91, 2000, 1, false, "one byte above" },
        { H30 H10 "가나다라마", &korea, KIND_AUTO, KIND_SMS, 90, 90, 1, false, "45 syllables" },
        { H30 H10 "가나다라마.", &korea, KIND_AUTO, KIND_LMS, 91, 2000, 1, false, "and a full stop" },
        { "a" H30 H10 "가나다라마", &korea, KIND_SMS, KIND_SMS, 89, 90, 1, true, "no half syllable" },
        { A90 "b", &korea, KIND_SMS, KIND_SMS, 90, 90, 1, true, "asked for an SMS" },
        { "short", &korea, KIND_LMS, KIND_LMS, 5, 2000, 1, false, "asked for an LMS" },
        { "short", &korea, KIND_MMS, KIND_MMS, 5, 2000, 1, false, "asked for an MMS" },
        { "short", &korea_sms, KIND_MMS, KIND_SMS, 5, 90, 1, false, "which the provider lacks" },
        { A90 "b", &korea_sms, KIND_AUTO, KIND_SMS, 90, 90, 1, true, "nothing larger is there" },
        { A60 A10, &china, KIND_AUTO, KIND_SMS, 70, 70, 1, false, "70 units" },
        { A60 A10 "b", &china, KIND_AUTO, KIND_SMS, 71, 201, 2, false, "71 units are two parts" },
        { A90 A10 A30 "bbbb", &china, KIND_AUTO, KIND_SMS, 134, 201, 2, false, "two full parts" },
        { A90 A10 A30 "bbbbb", &china, KIND_AUTO, KIND_SMS, 135, 201, 3, false, "one more is a third" },
        { A90 A90 A10 A10 "b", &china, KIND_AUTO, KIND_SMS, 201, 201, 3, false, "three full parts" },
        { A90 A90 A10 A10 "bc", &china, KIND_AUTO, KIND_SMS, 201, 201, 3, true, "are the most" },
        { A60 A10 "b", &china, KIND_SMS, KIND_SMS, 70, 70, 1, true, "asked for one message" },
        { A60 A10 "b", &china, KIND_LMS, KIND_SMS, 71, 201, 2, false, "a long one is joined parts there" },
        { A60 "aaaaa🔥🔥🔥", &china, KIND_AUTO, KIND_SMS, 71, 201, 2, false, "a pair is not divided" },
        { A60 "aaaaaa🔥" A60 "aaaaaa", &china, KIND_AUTO, KIND_SMS, 134, 201, 3, false,
          "but costs a unit where it would be" },
    };

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        struct fitted fitted = { 0 };
        print_message("# %s\n", cases[i].why);
        fit(cases[i].text, NULL, cases[i].limits, cases[i].asked, OVERFLOW_SHRINK, &fitted);
        assert_int_equal(fitted.kind, cases[i].kind);
        assert_int_equal(fitted.cost, cases[i].cost);
        assert_int_equal(fitted.limit, cases[i].limit);
        assert_int_equal(fitted.parts, cases[i].parts);
        assert_int_equal(fitted.cut, cases[i].cut);
        assert_int_equal(fitted.texts, 1);
        assert_string_equal(fitted.subject,
                            fitted.kind == KIND_SMS || cases[i].limits->subject == 0 ? "" : "title");
        fitted_clear(&fitted);
    }
}

/* Limits of ten and twenty units make the borders easy to see. */
static void shrinks(void **state)
{
    static const struct {
        const char *text;
        enum charset charset;
        int limit;
        const char *fitted, *why;
    } cases[] = {
        { "host <0123456789> DOWN", CHARSET_EUCKR, 20, "host 0123456789 DOWN", "just fits" },
        { "host <0123456789a> DOWN", CHARSET_EUCKR, 20, "host 01234567.. DOWN", "one too many" },
        { "host <가나다라마바> DOWN", CHARSET_EUCKR, 20, "host 가나다라.. DOWN", "whole syllables" },
        { "host <a가나다라마> DOWN", CHARSET_EUCKR, 20, "host a가나다.. DOWN", "never half of one" },
        { "host <01234567 9abc> DOWN", CHARSET_EUCKR, 20, "host 01234567.. DOWN",
          "no blank before the mark" },
        { "<aaaaaaaaaaaaaaaaaaaa> X <bb>", CHARSET_EUCKR, 20, "aaaaaaaaaaaaa.. X bb", "the longest shrinks" },
        { "<aaaaaaaaaaaaaaaaaaaa>|<bbbbbbbbbbbbbbbbbbbbbbbbb>", CHARSET_EUCKR, 21, "aaaaaaaa..|bbbbbbbb..",
          "two end up alike" },
        { "<aaaaaaaaaaaaaaaaaaaa>|<bbbbbbbbbbbbbbbbbbbbbbbbb>", CHARSET_EUCKR, 22, "aaaaaaaaa..|bbbbbbbb..",
          "what is left over goes to the first" },
        { "<가가가가가가가가가가>|<bbbbbbbbbbbbbbbbbbbbbbbbb>", CHARSET_EUCKR, 19, "가가가..|bbbbbbbb..",
          "or to the next, when it cannot use it" },
        { "<cccccccccccccccccccc>", CHARSET_EUCKR, 20, "cccccccccccccccccccc", "all elastic, fits" },
        { "<ccccccccccccccccccccc>", CHARSET_EUCKR, 20, "cccccccccccccccccc..", "all elastic" },
        { "0123456789012345: <gone>", CHARSET_EUCKR, 20, "0123456789012345: ..", "only the mark is left" },
        { "01234567890123456: <gone>", CHARSET_EUCKR, 20, "01234567890123456:", "not even that" },
        { "0123456789 <gone> abcdefghijk", CHARSET_EUCKR, 20, "0123456789  abcdef..",
          "rigid alone overflows" },
        { "0123456789012345 78901", CHARSET_EUCKR, 20, "0123456789012345 7..", "nothing elastic" },
        { "01234567890123456 8901", CHARSET_EUCKR, 20, "01234567890123456..", "cut behind a word" },
        { "01234567890123456가나", CHARSET_EUCKR, 20, "01234567890123456..", "cut before a syllable" },
        { "<뷁뷁뷁뷁> DOWN", CHARSET_EUCKR, 20, "ㅂㅞㄺㅂㅞㄺ.. DOWN", "replaced before measured" },
        { "<뷁뷁뷁뷁뷁뷁> DOWN", CHARSET_CP949, 16, "뷁뷁뷁뷁.. DOWN", "CP949 has it" },
        { "<🔥🔥🔥🔥🔥> DOWN", CHARSET_EUCKR, 20, "fire fire fir.. DOWN", "words are text" },
        { "<ab👨‍👩‍👧‍👦cd> DOWN", CHARSET_UCS2, 10, "ab.. DOWN", "a family stays together" },
        { "<ab👨‍👩‍👧‍👦cdefg> DOWN", CHARSET_UCS2, 20, "ab👨‍👩‍👧‍👦.. DOWN",
          "or fits whole" },
        { "<ab🇰🇷🇨🇳🇯🇵> X", CHARSET_UCS2, 15, "ab🇰🇷🇨🇳.. X", "flags are pairs of pairs" },
        { "<abe\u0301e\u0301xx> X", CHARSET_UCS2, 9, "abe\u0301.. X", "a mark stays with its letter" },
        { "<ab\u1100\u1161\u1100\u1161xx> X", CHARSET_UCS2, 9, "ab\u1100\u1161.. X", "Jamo stay together" },
        { "<👍🏽👍🏽> X", CHARSET_UCS2, 9, "👍🏽.. X", "an emoji keeps its colour" },
        { "<\u202eabc\u202c> DOWN", CHARSET_UCS2, 8, "abc DOWN", "directions cost nothing" },
        { "ends with blanks \u200b ", CHARSET_EUCKR, 16, "ends with blanks",
          "blanks at the end do not count" },
        { "\u200b", CHARSET_EUCKR, 16, "?", "nothing readable" },
        { "", CHARSET_UCS2, 16, "?", "nothing" },
    };

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        struct fitted fitted = { 0 };
        struct text_limits limits = { .charset = cases[i].charset, .sms = cases[i].limit };
        print_message("# %s\n", cases[i].why);
        fit(cases[i].text, "", &limits, KIND_AUTO, OVERFLOW_SHRINK, &fitted);
        assert_string_equal(fitted.text[0], cases[i].fitted);
        assert_int_equal(fitted.cost,
                         charset_measure(limits.charset, fitted.text[0], strlen(fitted.text[0])));
        assert_int_equal(fitted.cut,
                         strstr(fitted.text[0], "..") != NULL || strstr(cases[i].text, "gone") != NULL);
        fitted_clear(&fitted);
    }
}

static void splits(void **state)
{
    static const struct {
        const char *text, *signature;
        const struct text_limits *limits;
        enum kind kind;
        const char *texts[FIT_MESSAGES_MAX + 1];
        const char *why;
    } cases[] = {
        { A90, NULL, &korea_sms, KIND_AUTO, { A90 }, "no need" },
        { A90 "b",
          NULL,
          &korea_sms,
          KIND_AUTO,
          { "(1/2) " A60 A10 A10 "aaaa", "(2/2) aaaaaab" },
          "no border" },
        { A60 A10 " next word " A30,
          NULL,
          &korea_sms,
          KIND_AUTO,
          { "(1/2) " A60 A10 " next word", "(2/2) " A30 },
          "at a word" },
        { A60 A10 "\nnext line " A30,
          NULL,
          &korea_sms,
          KIND_AUTO,
          { "(1/2) " A60 A10, "(2/2) next line " A30 },
          "rather at a line" },
        { A60 A10 "\nnext", "[ops] ", &korea_sms, KIND_AUTO, { "[ops] " A60 A10 "\nnext" }, "signature" },
        { A60 A10 "\nnext line " A30,
          "[ops] ",
          &korea_sms,
          KIND_AUTO,
          { "[ops] (1/2) " A60 A10, "[ops] (2/2) next line " A30 },
          "in front of each" },
        { A90 "b",
          NULL,
          &korea,
          KIND_SMS,
          { "(1/2) " A60 A10 A10 "aaaa", "(2/2) aaaaaab" },
          "asked for SMS" },
        { A90 "b", NULL, &korea, KIND_AUTO, { A90 "b" }, "an LMS holds it" },
        { H30 H30,
          NULL,
          &korea_sms,
          KIND_AUTO,
          { "(1/2) " H30 H10 "가나", "(2/2) 다라마바사아자차" H10 },
          "whole syllables" },
    };

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        struct fitted fitted = { 0 };
        size_t texts = 0;
        print_message("# %s\n", cases[i].why);
        fit(cases[i].text, cases[i].signature, cases[i].limits, cases[i].kind, OVERFLOW_SPLIT, &fitted);
        for (; cases[i].texts[texts] != NULL; texts++) {
            assert_true(texts < fitted.texts);
            assert_string_equal(fitted.text[texts], cases[i].texts[texts]);
        }
        assert_int_equal(fitted.texts, texts);
        assert_false(fitted.cut);
        fitted_clear(&fitted);
    }
}

/* Too long even for nine messages: the elastic piece shrinks, and what is rigid is in the last. */
static void split_shrinks(void **state)
{
    struct fitted fitted = { 0 };
    struct buf text = { 0 };

    (void)state;
    assert_true(buf_str(&text, "db01 <"));
    for (int i = 0; i < 50; i++)
        assert_true(buf_str(&text, H10 " 장애 "));
    assert_true(buf_str(&text, "> CRITICAL"));
    fit(text.data, NULL, &korea_sms, KIND_AUTO, OVERFLOW_SPLIT, &fitted);
    assert_true(fitted.cut);
    assert_in_range(fitted.texts, 4, FIT_MESSAGES_MAX);
    assert_non_null(strstr(fitted.text[0], "db01"));
    assert_non_null(strstr(fitted.text[fitted.texts - 1], " CRITICAL"));
    fitted_clear(&fitted);
    buf_clear(&text);
}

static void signatures(void **state)
{
    struct fitted fitted = { 0 };
    struct rendered rendered = { 0 };
    struct error err = { 0 };

    (void)state;
    fit("<" A60 A10 "> X", "【运维】", &china, KIND_SMS, OVERFLOW_SHRINK, &fitted);
    assert_string_equal(fitted.text[0], "【运维】" A60 "aa.. X");
    assert_int_equal(fitted.cost, 70);
    fitted_clear(&fitted);
    fit("host", "[운영]\n", &korea, KIND_SMS, OVERFLOW_SHRINK, &fitted);
    assert_string_equal(fitted.text[0], "[운영] host");
    fitted_clear(&fitted);
    pieces_of("host", &rendered);
    assert_false(fit_text(&rendered, NULL, H30, &korea, KIND_SMS, OVERFLOW_SHRINK, &fitted, &err));
    assert_int_equal(err.kind, ERROR_SETTINGS);
    assert_null(fitted.text);
    rendered_clear(&rendered);
}

static void titles(void **state)
{
    static const struct {
        const char *subject, *title;
        enum kind kind;
    } cases[] = {
        { "db01 DOWN", "db01 DOWN", KIND_LMS },  { "db01\nDOWN \n", "db01 DOWN", KIND_MMS },
        { "db01 DOWN", "", KIND_SMS },           { NULL, "", KIND_LMS },
        { H10 H10, H10 H10, KIND_LMS },          { H10 H10 "a", H10 "가나다라마바사아자..", KIND_LMS },
        { "🔥 뷁 —", "fire ㅂㅞㄺ -", KIND_LMS },
    };

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        struct rendered rendered = { 0 };
        struct fitted fitted = { 0 };
        struct error err = { 0 };
        pieces_of("text", &rendered);
        assert_true(fit_text(&rendered, cases[i].subject, NULL, &korea, cases[i].kind, OVERFLOW_SHRINK,
                             &fitted, &err));
        assert_string_equal(fitted.subject, cases[i].title);
        rendered_clear(&rendered);
        fitted_clear(&fitted);
    }
}

/* A field of the largest size there is costs milliseconds; were it quadratic, it would be hours. */
static void huge_fields(void **state)
{
    static const char *const units[] = { "x", "가", "뷁 ", "e\u0301", "\u0301", "🔥", "👩‍", "🇰", "\n" };
    int64_t start = now_steady_ms();

    (void)state;
    for (size_t i = 0; i < CASES(units); i++)
        for (int overflow = OVERFLOW_SHRINK; overflow <= OVERFLOW_SPLIT; overflow++)
            for (int country = 0; country < 2; country++) {
                const struct text_limits *limits = country == 0 ? &korea : &china;
                struct fitted fitted = { 0 };
                struct buf text = { 0 };
                assert_true(buf_str(&text, "db01 <"));
                while (text.len < 256 * 1024)
                    assert_true(buf_str(&text, units[i]));
                assert_true(buf_str(&text, "> CRITICAL"));
                fit(text.data, NULL, limits, KIND_AUTO, (enum overflow)overflow, &fitted);
                assert_true(fitted.cost <= fitted.limit);
                assert_non_null(strstr(fitted.text[0], "db01"));
                assert_non_null(strstr(fitted.text[fitted.texts - 1], "CRITICAL"));
                fitted_clear(&fitted);
                buf_clear(&text);
            }
    assert_true(now_steady_ms() - start < 60000);
}

static void words(void **state)
{
    enum kind kind = KIND_MMS;

    (void)state;
    assert_true(kind_named("Auto", &kind));
    assert_int_equal(kind, KIND_AUTO);
    assert_true(kind_named("lms", &kind));
    assert_string_equal(kind_name(kind), "lms");
    assert_false(kind_named("fax", &kind));
    assert_int_equal(kind, KIND_LMS);
}

/* xorshift: the same texts in every run. */
static uint32_t random_below(uint32_t below)
{
    static uint32_t seed = 20240229;

    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed % below;
}

static void random_text(struct rendered *rendered)
{
    static const uint32_t from[] = { 0x20,   0xa0,   0x300,   0x1100,  0x2000,  0x3130, 0x4e00,
                                     0xac00, 0xff00, 0x1f1e6, 0x1f300, 0xe0000, 0xfe00, 0x200b };
    static const uint32_t count[] = { 95, 352, 112, 256, 1024, 96, 4000, 11172, 255, 26, 1000, 128, 16, 3 };
    uint32_t pieces = random_below(5);

    rendered->elastic = calloc(8, sizeof *rendered->elastic);
    assert_non_null(rendered->elastic);
    for (uint32_t i = 0; i <= pieces; i++) {
        size_t start = rendered->text.len;
        for (uint32_t n = random_below(random_below(4) == 0 ? 400 : 40); n > 0; n--) {
            uint32_t range = random_below(3) == 0 ? random_below(CASES(from)) : 0;
            uint32_t point = random_below(20) == 0 ? '\n' : from[range] + random_below(count[range]);
            char utf8[4];
            assert_true(buf_add(&rendered->text, utf8, utf8_encode(point, utf8)));
        }
        if (i % 2 == 1)
            rendered->elastic[rendered->elastics++] = (struct elastic){ start, rendered->text.len - start };
    }
}

static void check_fitted(const struct fitted *fitted, const struct text_limits *limits)
{
    long costliest = 0;

    assert_in_range(fitted->texts, 1, FIT_MESSAGES_MAX);
    for (size_t i = 0; i < fitted->texts; i++) {
        size_t bytes = strlen(fitted->text[i]);
        long cost = charset_measure(limits->charset, fitted->text[i], bytes);
        assert_true(cost > 0);
        assert_true(cost <= fitted->limit);
        assert_true(fitted->text[i][bytes - 1] != ' ' && fitted->text[i][bytes - 1] != '\n');
        costliest = cost > costliest ? cost : costliest;
    }
    assert_int_equal(fitted->cost, costliest);
    assert_true(fitted->parts <= (limits->joined_most > 0 ? limits->joined_most : 1));
    assert_true(charset_measure(limits->charset, fitted->subject, strlen(fitted->subject))
                <= limits->subject);
    assert_null(strchr(fitted->subject, '\n'));
}

static void anything_fits(void **state)
{
    (void)state;
    for (int round = 0; round < 20000; round++) {
        struct text_limits limits = { .charset = (enum charset)random_below(3),
                                      .sms = 60 + (int)random_below(60) };
        const char *signature = random_below(3) == 0 ? "[ops 운영]" : NULL;
        enum kind kind = (enum kind)random_below(4);
        enum overflow overflow = random_below(2) == 0 ? OVERFLOW_SHRINK : OVERFLOW_SPLIT;
        struct rendered rendered = { 0 };
        struct fitted fitted = { 0 };
        struct error err = { 0 };
        if (random_below(2) == 0) {
            limits.lms = limits.sms + (int)random_below(500);
            limits.subject = (int)random_below(50);
        } else if (random_below(2) == 0) {
            limits.joined = limits.sms - 3;
            limits.joined_most = 1 + (int)random_below(8);
        }
        random_text(&rendered);
        if (!fit_text(&rendered, buf_text(&rendered.text), signature, &limits, kind, overflow, &fitted, &err))
            fail_msg("round %d: %s", round, err.text);
        check_fitted(&fitted, &limits);
        rendered_clear(&rendered);
        fitted_clear(&fitted);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words),         cmocka_unit_test(kinds),       cmocka_unit_test(shrinks),
        cmocka_unit_test(splits),        cmocka_unit_test(signatures),  cmocka_unit_test(titles),
        cmocka_unit_test(split_shrinks), cmocka_unit_test(huge_fields), cmocka_unit_test(anything_fits),
    };

    return cmocka_run_group_tests_name("text_fit", tests, NULL, NULL);
}
