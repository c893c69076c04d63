/* What stands for characters that a charset lacks. */
#include "unit.h"

#include "base/utf8.h"
#include "text/charset.h"
#include "text/kin.h"

static int open_all(void **state)
{
    struct error err = { 0 };

    (void)state;
    return charset_open(CHARSET_EUCKR, &err) && charset_open(CHARSET_CP949, &err) ? 0 : -1;
}

static char *replaced_text(enum charset charset, const char *text, size_t bytes, size_t *replaced)
{
    struct buf out = { 0 };
    struct error err = { 0 };

    assert_true(charset_replace(charset, text, bytes, &out, replaced, &err));
    assert_true(charset_measure(charset, buf_text(&out), out.len) >= 0);
    return buf_take(&out);
}

struct replacement {
    const char *text, *kin;
    size_t count;
    const char *why;
};

static void replace_all(enum charset charset, const struct replacement *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t replaced = 0;
        char *kin = replaced_text(charset, cases[i].text, strlen(cases[i].text), &replaced);
        print_message("# %s\n", cases[i].why);
        assert_string_equal(kin, cases[i].kin);
        assert_int_equal(replaced, cases[i].count);
        free(kin);
    }
}

static void korean(void **state)
{
    static const struct replacement cases[] = {
        { "DISK 디스크 OK\n“→”", "DISK 디스크 OK\n“→”", 0, "what is held stays" },
        { "a—b–c−d", "a-b-c-d", 3, "dashes" },
        { "«a» „b‟ ‹c›", "\"a\" \"b\" \"c\"", 6, "quotes" },
        { "l‛a", "l'a", 1, "apostrophe" },
        { "©℗", "(c)(p)", 2, "signs" },
        { "a\u00a0b\u2003c\u3000d\te\u2028f", "a b c\u3000d e f", 4,
          "blanks, but the ideographic one is held" },
        { "Åé ñ Čeština Łódź ẞ", "Ae n Cestina Łodz SS", 8, "Latin letters by their base, but Ł is held" },
        { "x⟶y ➜ ⬆ ⬇", "x->y -> ↑ ↓", 4, "arrows" },
        { "✓ ✔ ☑ ✗ ❌", "v v v x x", 5, "ticks" },
        { "✓ok", "v ok", 1, "a word stays one" },
        { "db✅", "db ok", 1, "a word behind a word" },
        { "서버🔥장애", "서버 fire 장애", 1, "a word between Hangul" },
        { "🔥🔥", "fire fire", 2, "two words" },
        { "(🔥)", "(fire)", 1, "no blank at a bracket" },
        { "🚨 CRITICAL ⚠️!", "alarm CRITICAL !!", 2, "a variation selector goes with its sign" },
        { "🟢🟡🔴⛔🚫💥👍⏰🔔", "green yellow red stop no crash good clock bell", 9,
          "lamps" },
        { "ℹ️ ❗❓ ➡️ ⬅️", "i !? -> <-", 5, "presentation selectors" },
        { "👍🏽 ok", "good ok", 1, "a skin tone is no character of its own" },
        { "👨‍👩‍👧‍👦!", "?!", 1, "a family is one" },
        { "❤️‍🔥", "♥", 1, "a sequence that begins with a known sign" },
        { "🏳️‍🌈🏴󠁧󠁢󠁥󠁮󠁧󠁿.", "??.", 2, "flags by sequence" },
        { "🇰🇷 🇨🇳", "KR CN", 4, "flags by letters" },
        { "1️⃣", "1", 1, "key cap" },
        { "뷁 똠방 힣", "ㅂㅞㄺ ㄸㅗㅁ방 ㅎㅣㅎ", 3, "syllables of CP949" },
        { "\u1100\u1100\u1161\u11a8", "ㄱㄱㅏㄱ", 4, "conjoining Jamo" },
        { "\u115f\u1161", "ㅏ", 1, "a filler is dropped" },
        { "ﾊﾝｶｸ", "ハンカク", 4, "half-width Kana" },
        { "ﾡ", "ㄱ", 1, "half-width letter" },
        { "ﬁne ½ x² 5µs", "fine ½ x² 5μs", 2, "ligature and micro; fraction and square are held" },
        { "x⁵ ₉", "x5 9", 2, "superscript that KS X 1001 lacks" },
        { "【运维】维", "【??】?", 3, "simplified Hanzi have no kin" },
        { "a\u200bb\u202ec\ufeffd\u2066", "abcd", 0, "nobody misses the invisible" },
        { "e\u0301 x\u0302", "e x", 2, "marks that did not compose" },
        { "\xff"
          "a\xea\xb0",
          "?a??", 3, "bytes that are not UTF-8" },
        { "�", "?", 1, "nor what stands for them" },
        { "\x1b[31mred\x07", "[31mred", 0, "controls" },
        { "\ue000\U0010fffd", "??", 2, "private use" },
        { "№ ™ ® € ℃", "№ ™ ® € ℃", 0, "held" },
        { "₩5 £5 ¥5 ₽5", "￦5 ￡5 ￥5 RUB5", 4, "currencies" },
        { "Привіт Є", "Привiт Е", 2, "Cyrillic beyond Russian" },
        { "ﷺ", "?", 1, "no heap of question marks" },
        { "…", "…", 0, "held" },
        { "⋯", "...", 1, "ellipsis" },
        { "㈠ ㊀ ㋿ Ⅻ ㎪ ㍿", "(一) 一 令和 XII ㎪ ?", 5, "compatibility characters by their parts" },
    };

    (void)state;
    replace_all(CHARSET_EUCKR, cases, CASES(cases));
}

static void cp949(void **state)
{
    static const struct replacement cases[] = {
        { "뷁 똠방 힣", "뷁 똠방 힣", 0, "every syllable is held" },
        { "\u1100\u1161", "ㄱㅏ", 2, "conjoining Jamo are not" },
        { "🔥 — ✓", "fire - v", 3, "the rest as in EUC-KR" },
    };

    (void)state;
    replace_all(CHARSET_CP949, cases, CASES(cases));
}

static void ucs2(void **state)
{
    static const struct replacement cases[] = {
        { "【运维】뷁 é — 🔥 👨‍👩‍👧 ❤️",
          "【运维】뷁 é — 🔥 👨‍👩‍👧 ❤️", 0, "everything is held" },
        { "a\u202eb\u200fc\ufeff", "abc", 0, "directions are not" },
        { "a\tb\x01", "a b", 1, "nor controls" },
        { "�\ue000\xff", "???", 3, "nor what says nothing" },
    };

    (void)state;
    replace_all(CHARSET_UCS2, cases, CASES(cases));
}

/* Whatever comes, the kin is held, short, and only nothing when there was nothing to see. */
static void every_character(void **state)
{
    (void)state;
    for (int charset = CHARSET_EUCKR; charset <= CHARSET_UCS2; charset++)
        for (uint32_t point = 0; point <= 0x10ffff; point++) {
            char kin[KIN_BYTES];
            if (charset_cost((enum charset)charset, point) > 0)
                continue;
            kin_of((enum charset)charset, point, kin);
            if (charset_measure((enum charset)charset, kin, strlen(kin)) < 0)
                fail_msg("the kin of U+%04X is not held", (unsigned)point);
        }
}

/* Every syllable comes out as itself or as two or three letters that spell it. */
static void every_syllable(void **state)
{
    size_t kept = 0;

    (void)state;
    for (uint32_t point = 0xac00; point <= 0xd7a3; point++) {
        char syllable[4];
        size_t bytes = utf8_encode(point, syllable), replaced = 0;
        char *kin = replaced_text(CHARSET_EUCKR, syllable, bytes, &replaced);
        size_t letters = (point - 0xac00) % 28 == 0 ? 2 : 3;
        assert_int_equal(strlen(kin), replaced == 0 ? 3 : letters * 3);
        kept += replaced == 0;
        free(kin);
    }
    assert_int_equal(kept, 2350);
}

/* A text of a megabyte, all of it to be replaced, takes its time but not the square of it. */
static void long_text(void **state)
{
    enum { COUNT = 100000 };
    struct buf text = { 0 };
    size_t replaced = 0;
    char *kin;

    (void)state;
    for (size_t i = 0; i < COUNT; i++)
        assert_true(buf_str(&text, i % 2 == 0 ? "뷁" : "🔥"));
    kin = replaced_text(CHARSET_EUCKR, text.data, text.len, &replaced);
    assert_int_equal(replaced, COUNT);
    free(kin);
    buf_clear(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(korean),          cmocka_unit_test(cp949),          cmocka_unit_test(ucs2),
        cmocka_unit_test(every_character), cmocka_unit_test(every_syllable), cmocka_unit_test(long_text),
    };

    return cmocka_run_group_tests_name("text_kin", tests, open_all, NULL);
}
