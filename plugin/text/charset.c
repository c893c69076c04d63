/* Which characters a gateway's phones can show and what they cost. glibc's converters are asked about each
   character once, there and back: what a phone would decode is what it shows, and a character that merely can
   be encoded (U+20A9 shares the bytes of U+FFE6) does not count as held. Replacing what is lacking is told in
   kin.c and emoji.c. */
#include "text/charset.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"
#include "text/emoji.h"
#include "text/kin.h"

static const struct {
    const char *name;  /* the setting's word */
    const char *iconv; /* NULL: nothing to convert */
} sets[] = {
    [CHARSET_EUCKR] = { "euc-kr", "EUC-KR" },
    [CHARSET_CP949] = { "cp949", "CP949" },
    [CHARSET_UCS2] = { "ucs2", NULL },
};
#define SETS (sizeof sets / sizeof sets[0])

#define BMP 0x10000

/* What the converters said, one bit for each character of the BMP. */
static struct known {
    bool ready;
    iconv_t to, from;
    uint64_t asked[BMP / 64], held[BMP / 64];
} known[SETS];

bool charset_named(const char *word, enum charset *charset)
{
    for (size_t i = 0; i < SETS; i++)
        if (strcasecmp(word, sets[i].name) == 0) {
            *charset = (enum charset)i;
            return true;
        }
    return false;
}

const char *charset_name(enum charset charset)
{
    return sets[charset].name;
}

/* Characters that glibc decodes but that must not leave: the soft hyphen shows or not by taste, the filler
   starts a composed syllable of four double bytes (KS X 1001, annex 3), and U+327E came to the standard only
   in 2002. */
static bool doubtful(uint32_t point)
{
    return point == 0xad || point == 0x3164 || point == 0x327e;
}

/* Whether the character becomes two bytes and those become it again. */
static bool survives(const struct known *set, uint32_t point)
{
    uint32_t back = 0;
    char pair[4], *in = (char *)&point, *out = pair;
    size_t in_left = sizeof point, out_left = sizeof pair;

    if (iconv(set->to, &in, &in_left, &out, &out_left) != 0 || out != pair + 2)
        return false;
    in = pair;
    in_left = 2;
    out = (char *)&back;
    out_left = sizeof back;
    return iconv(set->from, &in, &in_left, &out, &out_left) == 0 && out_left == 0 && back == point;
}

static bool holds(struct known *set, uint32_t point)
{
    uint64_t bit = (uint64_t)1 << point % 64;

    if (!set->ready || point >= BMP)
        return false;
    if ((set->asked[point / 64] & bit) == 0) {
        set->asked[point / 64] |= bit;
        if (!doubtful(point) && survives(set, point))
            set->held[point / 64] |= bit;
    }
    return (set->held[point / 64] & bit) != 0;
}

bool charset_open(enum charset charset, struct error *err)
{
    const char *name = sets[charset].iconv;
    struct known *set = &known[charset];

    if (set->ready || name == NULL)
        return true;
    /* WCHAR_T is UCS-4 in the machine's order, and the converters' own inner form: one step. */
    set->to = iconv_open(name, "WCHAR_T");
    if (set->to == (iconv_t)-1)
        return error_set(err, ERROR_SYSTEM, errno,
                         "the C library has no converter for %s: %s (are its gconv modules installed?)", name,
                         strerror(errno));
    set->from = iconv_open("WCHAR_T", name);
    if (set->from == (iconv_t)-1) {
        iconv_close(set->to);
        return error_set(err, ERROR_SYSTEM, errno, "the C library's converter for %s does not work: %s", name,
                         strerror(errno));
    }
    set->ready = true;
    return true;
}

/* Joiner and emoji presentation are of use where emoji are; every other invisible character is not. */
static int ucs2_cost(uint32_t point)
{
    bool joins = point == 0x200d || point == 0xfe0f;

    if (point == 0xfffd || (!joins && kin_invisible(point)) || kin_private(point))
        return 0;
    return point > 0xffff ? 2 : 1;
}

/* Of ASCII: what every charset holds. */
static bool plain(uint32_t point)
{
    return (point >= 0x20 && point < 0x7f) || point == '\n';
}

int charset_cost(enum charset charset, uint32_t point)
{
    if (point < 0x80)
        return plain(point);
    if (charset == CHARSET_UCS2)
        return ucs2_cost(point);
    return holds(&known[charset], point) ? 2 : 0;
}

long charset_measure(enum charset charset, const char *text, size_t bytes)
{
    long sum = 0;
    size_t length;
    uint32_t point;

    for (size_t at = 0; at < bytes; at += length) {
        int cost = 1;
        length = 1;
        /* Most texts are little else. */
        if (!plain((unsigned char)text[at])) {
            length = utf8_decode(text + at, bytes - at, &point);
            cost = length == 0 ? 0 : charset_cost(charset, point);
        }
        if (cost == 0)
            return -1;
        sum += cost;
    }
    return sum;
}

static bool alphanumeric(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* A word keeps a blank between itself and a neighbour that it would run into. */
static bool runs_into(char word_end, char neighbour)
{
    return alphanumeric(word_end) && (alphanumeric(neighbour) || (unsigned char)neighbour >= 0x80);
}

static bool add_word(struct buf *out, const char *word, char next)
{
    if (out->len > 0 && runs_into(word[0], out->data[out->len - 1]) && !buf_char(out, ' '))
        return false;
    return buf_str(out, word) && (!runs_into(word[strlen(word) - 1], next) || buf_char(out, ' '));
}

bool charset_replace(enum charset charset, const char *text, size_t bytes, struct buf *out, size_t *replaced,
                     struct error *err)
{
    size_t kept = 0; /* start of the run of held characters that is still to be copied */
    size_t length;

    for (size_t at = 0; at < bytes; at += length) {
        uint32_t point = 0xfffd;
        const char *word;
        char kin[KIN_BYTES];

        length = 1;
        if (plain((unsigned char)text[at]))
            continue;
        length = utf8_decode(text + at, bytes - at, &point);
        if (length > 1 && !charset_open(charset, err))
            return false;
        if (length > 0 && charset_cost(charset, point) > 0)
            continue;
        if (at > kept && !buf_add(out, text + kept, at - kept))
            return error_memory(err);
        length = length == 0 ? 1 : emoji_span(text + at, bytes - at);
        kept = at + length;
        word = emoji_word(point);
        if (word != NULL) {
            if (!add_word(out, word, kept < bytes ? text[kept] : '\n'))
                return error_memory(err);
        } else {
            kin_of(charset, point, kin);
            if (!buf_str(out, kin))
                return error_memory(err);
        }
        *replaced += !kin_invisible(point);
    }
    if (bytes > kept && !buf_add(out, text + kept, bytes - kept))
        return error_memory(err);
    return true;
}
