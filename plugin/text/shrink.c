/* Making a text shorter where it hurts least. */
#include "text/shrink.h"

#include <stdlib.h>
#include <unigbrk.h>

#include "base/utf8.h"

#define MARK      ".."
#define MARK_COST 2 /* in every charset */

/* No emoji, joined and coloured as it may be, costs so much. A grapheme that does is a heap of marks. */
#define GRAPHEME_COST_MAX 32

size_t shrink_blanks(const char *text, size_t bytes)
{
    while (bytes > 0 && (text[bytes - 1] == ' ' || text[bytes - 1] == '\n'))
        bytes--;
    return bytes;
}

bool shrink_border(enum charset charset, const char *text, size_t bytes, long room, size_t *at,
                   struct error *err)
{
    size_t reach = 0, border, length;
    uint32_t point;
    char *breaks;

    for (long left = room; reach < bytes; reach += length) {
        length = utf8_decode(text + reach, bytes - reach, &point);
        left -= charset_cost(charset, point);
        if (left < 0)
            break;
    }
    if (reach == bytes || reach == 0) {
        *at = reach;
        return true;
    }
    /* Up to the character that went over: it tells whether there is a border before it. */
    breaks = malloc(reach + length);
    if (breaks == NULL)
        return error_memory(err);
    u8_grapheme_breaks((const uint8_t *)text, reach + length, breaks);
    border = reach;
    while (border > 0 && !breaks[border])
        border--;
    free(breaks);
    *at = border > 0 || room < GRAPHEME_COST_MAX ? border : reach;
    return true;
}

bool shrink_end(enum charset charset, const char *text, size_t bytes, long room, struct buf *out,
                struct error *err)
{
    size_t at;

    if (room < MARK_COST)
        return true;
    if (!shrink_border(charset, text, bytes, room - MARK_COST, &at, err))
        return false;
    return (buf_add(out, text, shrink_blanks(text, at)) && buf_str(out, MARK)) || error_memory(err);
}

/* The most that each piece may cost so that all together cost no more than room: water finds its level. */
static long level_of(const long *cost, size_t count, long room)
{
    long low = 0, high = room + 1; /* low is enough room for all, high is not */

    while (high - low > 1) {
        long middle = low + (high - low) / 2, sum = 0;
        for (size_t i = 0; i < count && sum <= room; i++)
            sum += cost[i] < middle ? cost[i] : middle;
        if (sum <= room)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* Append all but the elastic pieces. */
static bool add_rigid(const struct rendered *text, struct buf *out)
{
    size_t at = 0;

    for (size_t i = 0; i < text->elastics; i++) {
        if (!buf_add(out, buf_text(&text->text) + at, text->elastic[i].start - at))
            return false;
        at = text->elastic[i].start + text->elastic[i].bytes;
    }
    return buf_add(out, buf_text(&text->text) + at, text->text.len - at);
}

/* Append everything, each elastic piece within its share of room. */
static bool add_shares(enum charset charset, const struct rendered *text, const long *cost, long room,
                       struct buf *out, struct error *err)
{
    const char *all = buf_text(&text->text);
    long level = level_of(cost, text->elastics, room), spare = room;
    size_t at = 0;

    for (size_t i = 0; i < text->elastics; i++)
        spare -= cost[i] < level ? cost[i] : level;
    for (size_t i = 0; i < text->elastics; i++) {
        struct elastic piece = text->elastic[i];
        size_t before;
        if (!buf_add(out, all + at, piece.start - at))
            return error_memory(err);
        at = piece.start + piece.bytes;
        before = out->len;
        if (cost[i] <= level + (cost[i] > level ? spare : 0)) {
            if (!buf_add(out, all + piece.start, piece.bytes))
                return error_memory(err);
        } else if (!shrink_end(charset, all + piece.start, piece.bytes, level + spare, out, err)) {
            return false;
        }
        /* What division and borders left over goes to the next that needs it. */
        if (cost[i] > level)
            spare += level - charset_measure(charset, out->data + before, out->len - before);
    }
    return buf_add(out, all + at, text->text.len - at) || error_memory(err);
}

bool shrink_text(enum charset charset, const struct rendered *text, long room, struct buf *out,
                 struct error *err)
{
    long *cost = calloc(text->elastics + 1, sizeof *cost);
    long rigid = charset_measure(charset, buf_text(&text->text), text->text.len);
    struct buf rest = { 0 };
    bool shrunk = false;

    if (cost == NULL)
        return error_memory(err);
    for (size_t i = 0; i < text->elastics; i++) {
        struct elastic piece = text->elastic[i];
        cost[i] = charset_measure(charset, text->text.data + piece.start, piece.bytes);
        rigid -= cost[i];
    }
    if (rigid <= room) {
        shrunk = add_shares(charset, text, cost, room - rigid, out, err);
        goto out;
    }
    if (!add_rigid(text, &rest)) {
        error_memory(err);
        goto out;
    }
    shrunk = shrink_end(charset, buf_text(&rest), rest.len, room, out, err);
out:
    buf_clear(&rest);
    free(cost);
    return shrunk;
}
