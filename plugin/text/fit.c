/* From a rendered text to the messages that one provider can hold: replace, measure, choose the kind, and
   make smaller what is too large. The order matters: only a text in the charset's own characters can be
   measured. */
#include "text/fit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "text/shrink.h"
#include "text/split.h"

static const char *const kinds[] = {
    [KIND_AUTO] = "auto", [KIND_SMS] = "sms", [KIND_LMS] = "lms", [KIND_MMS] = "mms"
};

#define PREFIX_COST 6 /* "(1/3) " */

/* A signature must leave so many units to the text, and no split text has smaller parts. */
#define BODY_LEAST 40

bool kind_named(const char *word, enum kind *kind)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcasecmp(word, kinds[i]) == 0) {
            *kind = (enum kind)i;
            return true;
        }
    return false;
}

const char *kind_name(enum kind kind)
{
    return kinds[kind];
}

/* What one text of the chosen kind can hold. */
struct room {
    enum charset charset;
    enum kind kind;
    int single;
    int joined, joined_most; /* 0: one message only */
};

/* The text and the signature in the charset's characters. */
struct body {
    struct rendered text;
    struct buf signature;
    long cost; /* of both */
};

static void body_clear(struct body *body)
{
    rendered_clear(&body->text);
    buf_clear(&body->signature);
}

/* Replace the pieces one by one, so that the elastic ones are known afterwards. */
static bool replace_pieces(enum charset charset, const struct rendered *from, struct rendered *to,
                           size_t *replaced, struct error *err)
{
    const char *text = buf_text(&from->text);
    size_t at = 0;

    to->elastic = calloc(from->elastics + 1, sizeof *to->elastic);
    if (to->elastic == NULL)
        return error_memory(err);
    for (size_t i = 0; i < from->elastics; i++) {
        struct elastic piece = from->elastic[i];
        size_t start;
        if (!charset_replace(charset, text + at, piece.start - at, &to->text, replaced, err))
            return false;
        start = to->text.len;
        if (!charset_replace(charset, text + piece.start, piece.bytes, &to->text, replaced, err))
            return false;
        to->elastic[to->elastics++] = (struct elastic){ start, to->text.len - start };
        at = piece.start + piece.bytes;
    }
    return charset_replace(charset, text + at, from->text.len - at, &to->text, replaced, err);
}

/* Replacing may leave blanks at the end, or of a text without a readable character nothing at all: a gateway
   would refuse that. */
static bool finish_body(struct body *body, enum charset charset, struct error *err)
{
    struct rendered *text = &body->text;

    buf_cut(&text->text, shrink_blanks(buf_text(&text->text), text->text.len));
    if (text->text.len == 0 && !buf_char(&text->text, '?'))
        return error_memory(err);
    for (size_t i = 0; i < text->elastics; i++) {
        struct elastic *piece = &text->elastic[i];
        if (piece->start > text->text.len)
            piece->start = text->text.len;
        if (piece->bytes > text->text.len - piece->start)
            piece->bytes = text->text.len - piece->start;
    }
    body->cost = charset_measure(charset, buf_text(&body->signature), body->signature.len)
                 + charset_measure(charset, text->text.data, text->text.len);
    return true;
}

static struct room room_for(enum kind asked, const struct text_limits *limits, long cost)
{
    struct room room = { .charset = limits->charset, .kind = KIND_SMS, .single = limits->sms };

    if (asked == KIND_SMS || (asked == KIND_AUTO && cost <= limits->sms))
        return room;
    if (limits->mms > 0 && (asked == KIND_MMS || (asked == KIND_AUTO && limits->lms == 0))) {
        room.kind = KIND_MMS;
        room.single = limits->mms;
    } else if (limits->lms > 0) {
        room.kind = KIND_LMS;
        room.single = limits->lms;
    } else {
        room.joined = limits->joined;
        room.joined_most = limits->joined_most;
    }
    return room;
}

/* How many joined parts a text needs, each filled as far as its last character goes in whole. */
static int joined_parts(const struct room *room, const char *text)
{
    size_t bytes = strlen(text), length;
    int parts = 1, used = 0;
    uint32_t point;

    for (size_t at = 0; at < bytes; at += length) {
        int cost;
        length = utf8_decode(text + at, bytes - at, &point);
        cost = charset_cost(room->charset, point);
        if (used + cost > room->joined) {
            parts++;
            used = 0;
        }
        used += cost;
    }
    return parts;
}

/* Whether a character of the text costs two. */
static bool has_doubles(enum charset charset, const struct buf *text)
{
    unsigned char least = charset == CHARSET_UCS2 ? 0xf0 : 0x80; /* first byte of one in UTF-8 */

    for (size_t i = 0; i < text->len; i++)
        if ((unsigned char)text->data[i] >= least)
            return true;
    return false;
}

/* The largest text that fits wherever its characters lie: a joined part that would end within a surrogate
   pair stays one unit short. */
static int room_size(const struct room *room, const struct body *body)
{
    bool doubles =
        has_doubles(room->charset, &body->text.text) || has_doubles(room->charset, &body->signature);
    int joined = (room->joined - doubles) * room->joined_most;

    return joined > room->single ? joined : room->single;
}

/* Add a message: signature, prefix (may be "") and text. */
static bool add_message(struct fitted *fitted, const struct room *room, const struct body *body,
                        const char *prefix, const char *text, size_t bytes, struct error *err)
{
    struct buf message = { 0 };
    int cost, parts;

    if (!buf_str(&message, buf_text(&body->signature)) || !buf_str(&message, prefix)
        || !buf_add(&message, text, bytes)) {
        buf_clear(&message);
        return error_memory(err);
    }
    cost = (int)charset_measure(room->charset, message.data, message.len);
    parts = cost > room->single ? joined_parts(room, message.data) : 1;
    if (cost > fitted->cost) {
        fitted->cost = cost;
        fitted->limit = parts > 1 ? room->joined * room->joined_most : room->single;
    }
    if (parts > fitted->parts)
        fitted->parts = parts;
    fitted->text[fitted->texts++] = buf_take(&message);
    return true;
}

static bool shrink_message(const struct room *room, const struct body *body, long left, struct fitted *fitted,
                           struct error *err)
{
    struct buf text = { 0 };
    bool shrunk;

    fitted->cut = true;
    shrunk = shrink_text(room->charset, &body->text, left, &text, err)
             && add_message(fitted, room, body, "", buf_text(&text), shrink_blanks(buf_text(&text), text.len),
                            err);
    buf_clear(&text);
    return shrunk;
}

/* When more than FIT_MESSAGES_MAX would be needed, shrink to what surely divides into so many: breaking at
   words may leave half of each unused (a quarter of its bytes, where they cost most). */
static bool split_messages(const struct room *room, const struct body *body, long left, struct fitted *fitted,
                           struct error *err)
{
    const char *text = body->text.text.data;
    size_t bytes = body->text.text.len, parts, rest;
    struct part part[FIT_MESSAGES_MAX];
    struct buf shrunk = { 0 };
    bool split = false;

    if (!split_text(room->charset, text, bytes, left, part, FIT_MESSAGES_MAX, &parts, &rest, err))
        return false;
    if (rest < bytes) {
        fitted->cut = true;
        if (!shrink_text(room->charset, &body->text, left / 2 * FIT_MESSAGES_MAX, &shrunk, err)
            || !split_text(room->charset, shrunk.data, shrunk.len, left, part, FIT_MESSAGES_MAX, &parts,
                           &rest, err))
            goto out;
        text = shrunk.data;
    }
    for (size_t i = 0; i < parts; i++) {
        char prefix[32];
        snprintf(prefix, sizeof prefix, "(%zu/%zu) ", i + 1, parts);
        if (!add_message(fitted, room, body, prefix, text + part[i].start, part[i].bytes, err))
            goto out;
    }
    split = true;
out:
    buf_clear(&shrunk);
    return split;
}

/* Whether everything goes into one message, or into its joined parts. */
static bool holds_whole(const struct room *room, const struct body *body, bool *whole, struct error *err)
{
    struct buf text = { 0 };
    bool joined = body->cost <= (long)room->joined * room->joined_most;

    *whole = body->cost <= room->single;
    if (*whole || !joined)
        return true;
    joined = buf_str(&text, buf_text(&body->signature)) && buf_str(&text, body->text.text.data);
    *whole = joined && joined_parts(room, text.data) <= room->joined_most;
    buf_clear(&text);
    return joined || error_memory(err);
}

static bool fit_body(const struct room *room, const struct body *body, enum overflow overflow,
                     struct fitted *fitted, struct error *err)
{
    const struct buf *text = &body->text.text;
    long left = room_size(room, body)
                - charset_measure(room->charset, buf_text(&body->signature), body->signature.len);
    bool whole;

    if (left < 1 || (left < BODY_LEAST && body->signature.len > 0))
        return error_set(err, ERROR_SETTINGS, 0, "the signature leaves no place for a text");
    if (!holds_whole(room, body, &whole, err))
        return false;
    if (whole)
        return add_message(fitted, room, body, "", text->data, text->len, err);
    if (overflow == OVERFLOW_SPLIT && left - PREFIX_COST >= BODY_LEAST)
        return split_messages(room, body, left - PREFIX_COST, fitted, err);
    return shrink_message(room, body, left, fitted, err);
}

/* One line in the charset's characters: for titles and signatures. */
static bool replace_line(enum charset charset, const char *text, struct buf *line, size_t *replaced,
                         struct error *err)
{
    if (text != NULL && !charset_replace(charset, text, strlen(text), line, replaced, err))
        return false;
    for (size_t i = 0; i < line->len; i++)
        if (line->data[i] == '\n')
            line->data[i] = ' ';
    return true;
}

static bool fit_subject(const struct text_limits *limits, const char *subject, struct fitted *fitted,
                        struct error *err)
{
    struct buf line = { 0 }, title = { 0 };
    bool fitted_in = false;

    if (fitted->kind != KIND_SMS && limits->subject > 0
        && !replace_line(limits->charset, subject, &line, &fitted->replaced, err))
        goto out;
    buf_cut(&line, shrink_blanks(buf_text(&line), line.len));
    if (charset_measure(limits->charset, buf_text(&line), line.len) <= limits->subject)
        fitted->subject = buf_take(&line);
    else if (shrink_end(limits->charset, line.data, line.len, limits->subject, &title, err))
        fitted->subject = buf_take(&title);
    else
        goto out;
    fitted_in = fitted->subject != NULL || error_memory(err);
out:
    buf_clear(&line);
    buf_clear(&title);
    return fitted_in;
}

bool fit_text(const struct rendered *rendered, const char *subject, const char *signature,
              const struct text_limits *limits, enum kind kind, enum overflow overflow, struct fitted *fitted,
              struct error *err)
{
    struct fitted made = { .parts = 1, .text = calloc(FIT_MESSAGES_MAX, sizeof *made.text) };
    struct body body = { 0 };
    struct room room;
    bool done = false;

    if (made.text == NULL) {
        error_memory(err);
        goto out;
    }
    if (!charset_open(limits->charset, err)
        || !replace_line(limits->charset, signature, &body.signature, &made.replaced, err)
        || !replace_pieces(limits->charset, rendered, &body.text, &made.replaced, err)
        || !finish_body(&body, limits->charset, err))
        goto out;
    room = room_for(kind, limits, body.cost);
    made.kind = room.kind;
    if (!fit_body(&room, &body, overflow, &made, err) || !fit_subject(limits, subject, &made, err))
        goto out;
    *fitted = made;
    made = (struct fitted){ 0 };
    done = true;
out:
    fitted_clear(&made);
    body_clear(&body);
    return done;
}

void fitted_clear(struct fitted *fitted)
{
    for (size_t i = 0; i < fitted->texts; i++)
        free(fitted->text[i]);
    free(fitted->text);
    free(fitted->subject);
    *fitted = (struct fitted){ 0 };
}
