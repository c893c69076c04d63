/* Foreign bytes become text here, and nowhere else. */
#include "alert/clean.h"

#include <stdint.h>

#include "alert/nfc.h"
#include "base/utf8.h"

/* Invisible characters that steer, hide or tag text: nobody reads them, but they could make an alarm on the
   phone say something else than was sent. */
static const struct {
    uint32_t first, last;
} dropped[] = {
    { 0x0080, 0x009f },   /* C1 */
    { 0x00ad, 0x00ad },   /* soft hyphen */
    { 0x061c, 0x061c },   /* Arabic letter mark */
    { 0x180e, 0x180e },   /* Mongolian vowel separator */
    { 0x200b, 0x200b },   /* zero width space */
    { 0x200e, 0x200f },   /* left-to-right, right-to-left mark */
    { 0x202a, 0x202e },   /* bidirectional embedding, override */
    { 0x2060, 0x206f },   /* word joiner, invisible operators, isolates, deprecated controls */
    { 0xfdd0, 0xfdef },   /* no characters */
    { 0xfeff, 0xfeff },   /* byte order mark */
    { 0xfff9, 0xfffb },   /* interlinear annotation */
    { 0xfffe, 0xffff },   /* no characters */
    { 0xe0000, 0xe0fff }, /* tags, variation selectors of ideographs */
};

static bool is_dropped(uint32_t point)
{
    for (size_t i = 0; i < sizeof dropped / sizeof *dropped; i++)
        if (point >= dropped[i].first && point <= dropped[i].last)
            return true;
    return false;
}

/* Characters of everyday text that are NFC as they stand, next to whatever else, extend nothing and are never
   dropped. */
static const struct {
    uint32_t first, last;
} everyday[] = {
    { 0x00a0, 0x00ac },   /* Latin, */
    { 0x00ae, 0x02ff },   /* without the soft hyphen */
    { 0x0401, 0x045f },   /* Cyrillic */
    { 0x2010, 0x2027 },   /* dashes, quotes, dots */
    { 0x2190, 0x2328 },   /* arrows, signs of mathematics */
    { 0x2460, 0x2adb },   /* numbers in circles, frames, symbols */
    { 0x3001, 0x3029 },   /* CJK punctuation */
    { 0x3041, 0x3096 },   /* Hiragana */
    { 0x30a0, 0x30ff },   /* Katakana */
    { 0x3131, 0x318e },   /* single Jamo */
    { 0x4e00, 0x9fff },   /* ideographs */
    { 0xac00, 0xd7a3 },   /* Hangul */
    { 0xff01, 0xff5e },   /* wide ASCII */
    { 0xfffd, 0xfffd },   /* what was no UTF-8 */
    { 0x1f300, 0x1f3fa }, /* emoji, */
    { 0x1f400, 0x1faff }, /* without skins */
};

static bool is_settled(uint32_t point)
{
    for (size_t i = 0; i < sizeof everyday / sizeof *everyday; i++)
        if (point >= everyday[i].first && point <= everyday[i].last)
            return true;
    return false;
}

static bool is_line_end(uint32_t point)
{
    return point == 0x85 || point == 0x2028 || point == 0x2029;
}

static bool is_plain(const char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        unsigned char c = (unsigned char)bytes[i];
        if ((c < ' ' && c != '\n') || c >= 127)
            return false;
    }
    return true;
}

struct filter {
    struct buf text;
    bool settled; /* needs no composing */
};

static bool filter_ascii(struct filter *filter, char c, char next)
{
    if (c == '\t')
        c = ' ';
    if (c == '\r' && next != '\n')
        c = '\n';
    if ((c < ' ' && c != '\n') || c == 127)
        return true;
    return buf_char(&filter->text, c);
}

static bool filter_point(struct filter *filter, uint32_t point, const char *bytes, size_t length)
{
    bool settled = is_settled(point);

    if (!settled && is_line_end(point))
        return filter_ascii(filter, '\n', '\0');
    if (!settled && is_dropped(point))
        return true;
    filter->settled = filter->settled && settled;
    return buf_add(&filter->text, bytes, length);
}

static bool filter_bytes(struct filter *filter, const char *bytes, size_t count)
{
    size_t length = 0;

    for (size_t at = 0; at < count; at += length) {
        uint32_t point = 0;
        bool added;

        length = utf8_decode(bytes + at, count - at, &point);
        if (length == 1)
            added = filter_ascii(filter, bytes[at], at + 1 < count ? bytes[at + 1] : '\0');
        else if (length > 1)
            added = filter_point(filter, point, bytes + at, length);
        else
            length = 1, added = filter_point(filter, 0xfffd, "\xef\xbf\xbd", 3);
        if (!added)
            return false;
    }
    return true;
}

bool clean_text(const char *bytes, size_t count, struct buf *out, struct error *err)
{
    struct filter filter = { .settled = true };
    bool cleaned = false;

    if (is_plain(bytes, count))
        return buf_add(out, bytes, count) || error_memory(err);
    if (!filter_bytes(&filter, bytes, count))
        error_memory(err);
    else if (!filter.settled)
        cleaned = nfc_text(filter.text.data, filter.text.len, out, err);
    else
        cleaned = buf_add(out, filter.text.data, filter.text.len) || error_memory(err);
    buf_clear(&filter.text);
    return cleaned;
}

const char *clean_word(const char *word, char out[CLEAN_WORD_BYTES])
{
    size_t at = 0;

    for (; at < CLEAN_WORD_BYTES - 1 && word[at] != '\0'; at++)
        out[at] = word[at] >= ' ' && word[at] < 127 ? word[at] : '?';
    out[at] = '\0';
    return out;
}
