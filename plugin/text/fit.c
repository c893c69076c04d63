/* From a rendered text to the messages that one provider can hold: replace, measure, choose the kind, and
   make smaller what is too large. The order matters: only a text in the charset's own characters can be
   measured. */
#include "text/fit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "text/room.h"
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

/* Everything in the charset's characters. */
struct body {
    struct rendered text;
    struct buf signature;
    struct buf whole; /* both */
    long cost;        /* of the whole */
};

static void body_clear(struct body *body)
{
    rendered_clear(&body->text);
    buf_clear(&body->signature);
    buf_clear(&body->whole);
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
    if (!buf_str(&body->whole, buf_text(&body->signature)) || !buf_str(&body->whole, text->text.data))
        return error_memory(err);
    body->cost = charset_measure(charset, body->whole.data, body->whole.len);
    return true;
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
    parts = room_parts(room, message.data);
    if (cost > fitted->cost) {
        fitted->cost = cost;
        fitted->limit = room_limit(room, parts);
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

static bool fit_body(const struct room *room, const struct body *body, enum overflow overflow,
                     struct fitted *fitted, struct error *err)
{
    const struct buf *text = &body->text.text, *signature = &body->signature;
    long left = room_size(room, body->whole.data)
                - charset_measure(room->charset, buf_text(signature), signature->len);

    if (left < 1 || (left < BODY_LEAST && body->signature.len > 0))
        return error_set(err, ERROR_SETTINGS, 0,
                         "a message of %d has no place for a text behind its signature", room->single);
    if (room_holds(room, body->whole.data, body->cost))
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
    if (!replace_line(limits->charset, signature, &body.signature, &made.replaced, err)
        || !replace_pieces(limits->charset, rendered, &body.text, &made.replaced, err)
        || !finish_body(&body, limits->charset, err))
        goto out;
    room = room_of(kind, limits, body.cost);
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
