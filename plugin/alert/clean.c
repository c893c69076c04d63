/* Foreign bytes become text here, and nowhere else. */
#include "alert/clean.h"

#include <stdint.h>
#include <stdlib.h>
#include <unigbrk.h>
#include <uninorm.h>

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

/* Characters of everyday text that are NFC as they stand, extend nothing and are never dropped. */
static bool is_settled(uint32_t point)
{
    return (point >= 0xa0 && point < 0x300 && point != 0xad) || (point >= 0xac00 && point <= 0xd7a3)
           || (point >= 0x4e00 && point <= 0x9fff) || (point >= 0xff01 && point <= 0xff5e)
           || (point >= 0x2010 && point <= 0x2027) || point == 0xfffd;
}

static bool is_line_end(uint32_t point)
{
    return point == 0x85 || point == 0x2028 || point == 0x2029;
}

/* Part of the character before it: a mark, a joiner, an emoji's skin. */
static bool is_extending(uint32_t point)
{
    int kind = uc_graphemeclusterbreak_property(point);

    return kind == GBP_EXTEND || kind == GBP_SPACINGMARK || kind == GBP_ZWJ;
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
    int marks;    /* since the last base character */
};

static bool filter_ascii(struct filter *filter, char c, char next)
{
    if (c == '\t')
        c = ' ';
    if (c == '\r' && next != '\n')
        c = '\n';
    if ((c < ' ' && c != '\n') || c == 127)
        return true;
    filter->marks = 0;
    return buf_char(&filter->text, c);
}

static bool filter_point(struct filter *filter, uint32_t point, const char *bytes, size_t length)
{
    if (is_settled(point)) {
        filter->marks = 0;
        return buf_add(&filter->text, bytes, length);
    }
    if (is_line_end(point))
        return filter_ascii(filter, '\n', '\0');
    if (is_dropped(point))
        return true;
    if (!is_extending(point))
        filter->marks = 0;
    else if (++filter->marks > CLEAN_MARKS_MAX)
        return true;
    filter->settled = false;
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
    uint8_t *composed = NULL;
    size_t composed_bytes = 0;
    bool cleaned = false;

    /* Most alerts end here, and libunistring's tables stay unread. */
    if (is_plain(bytes, count))
        return buf_add(out, bytes, count) || error_memory(err);
    if (!filter_bytes(&filter, bytes, count))
        goto out;
    if (filter.settled) {
        cleaned = buf_add(out, filter.text.data, filter.text.len);
        goto out;
    }
    composed =
        u8_normalize(UNINORM_NFC, (const uint8_t *)filter.text.data, filter.text.len, NULL, &composed_bytes);
    cleaned = composed != NULL && buf_add(out, composed, composed_bytes);
out:
    free(composed);
    buf_clear(&filter.text);
    return cleaned || error_memory(err);
}

const char *clean_word(const char *word, char out[CLEAN_WORD_BYTES])
{
    size_t at = 0;

    for (; at < CLEAN_WORD_BYTES - 1 && word[at] != '\0'; at++)
        out[at] = word[at] >= ' ' && word[at] < 127 ? word[at] : '?';
    out[at] = '\0';
    return out;
}
