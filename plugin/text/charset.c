/* Which characters a gateway's phones can show and what they cost. The sets are read once from glibc's
   converters as two bitmaps, in the direction bytes to characters: what a phone would decode is what it
   shows, and a character that merely can be encoded (U+20A9 shares the bytes of U+FFE6) does not count as
   held. Replacing what is lacking is told in kin.c and emoji.c. */
#include "text/charset.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"
#include "text/emoji.h"
#include "text/kin.h"

/* The double bytes of each Korean charset: rows by lead byte, cells by trail byte, both up to 0xFE. */
static const struct {
    const char *name;  /* the setting's word */
    const char *iconv; /* NULL: nothing to convert */
    unsigned char lead, trail;
} sets[] = {
    [CHARSET_EUCKR] = {"euc-kr", "EUC-KR", 0xa1, 0xa1},
    [CHARSET_CP949] = { "cp949", "CP949",  0x81, 0x41},
    [CHARSET_UCS2] = { "ucs2",  NULL,     0,    0   },
};
#define SETS (sizeof sets / sizeof sets[0])

/* One bit for each character of the BMP. Written by charset_open only. */
static struct held {
    bool ready;
    uint64_t bits[0x10000 / 64];
} held[SETS];

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

static bool read_row(iconv_t converter, unsigned char lead, unsigned char trail, struct held *into)
{
    char pairs[2 * 0xff];
    uint32_t points[0xff];
    char *in = pairs, *out = (char *)points;
    size_t in_left = 0, out_left = sizeof points;

    for (unsigned cell = trail; cell < 0xff; cell++) {
        pairs[in_left++] = (char)lead;
        pairs[in_left++] = (char)cell;
    }
    while (in_left > 0 && iconv(converter, &in, &in_left, &out, &out_left) == (size_t)-1) {
        if (errno != EILSEQ || in_left < 2)
            return false;
        in += 2; /* an empty cell of the table */
        in_left -= 2;
    }
    for (size_t i = 0; i < (sizeof points - out_left) / sizeof points[0]; i++)
        if (points[i] >= 0x80 && points[i] <= 0xffff && !doubtful(points[i]))
            into->bits[points[i] / 64] |= (uint64_t)1 << points[i] % 64;
    return true;
}

bool charset_open(enum charset charset, struct error *err)
{
    struct held *into = &held[charset];
    iconv_t converter;
    bool read = true;

    if (into->ready || sets[charset].iconv == NULL)
        return true;
    /* WCHAR_T is UCS-4 in the machine's order, and the converters' own inner form: one step. */
    converter = iconv_open("WCHAR_T", sets[charset].iconv);
    if (converter == (iconv_t)-1)
        return error_set(err, ERROR_SYSTEM, errno,
                         "the C library has no converter for %s: %s (are its gconv modules installed?)",
                         sets[charset].iconv, strerror(errno));
    for (unsigned lead = sets[charset].lead; read && lead < 0xff; lead++)
        read = read_row(converter, (unsigned char)lead, sets[charset].trail, into);
    iconv_close(converter);
    if (!read)
        return error_set(err, ERROR_SYSTEM, 0, "the C library's converter for %s does not work",
                         sets[charset].iconv);
    into->ready = true;
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

int charset_cost(enum charset charset, uint32_t point)
{
    if (point < 0x80)
        return (point >= 0x20 && point != 0x7f) || point == '\n';
    if (charset == CHARSET_UCS2)
        return ucs2_cost(point);
    return point <= 0xffff && (held[charset].bits[point / 64] >> point % 64 & 1) != 0 ? 2 : 0;
}

long charset_measure(enum charset charset, const char *text, size_t bytes)
{
    long sum = 0;
    size_t length;
    uint32_t point;

    for (size_t at = 0; at < bytes; at += length) {
        int cost;
        length = utf8_decode(text + at, bytes - at, &point);
        cost = length == 0 ? 0 : charset_cost(charset, point);
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

        length = utf8_decode(text + at, bytes - at, &point);
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
