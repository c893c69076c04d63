/* How large a text may be: one message, or several that the phone joins again. */
#include "text/room.h"

#include <string.h>

#include "base/utf8.h"

struct room room_of(enum kind asked, const struct text_limits *limits, long cost)
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

int room_parts(const struct room *room, const char *text)
{
    size_t bytes = strlen(text), length;
    int parts = 1, used = 0;
    uint32_t point;

    if (charset_measure(room->charset, text, bytes) <= room->single)
        return 1;
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

bool room_holds(const struct room *room, const char *text, long cost)
{
    return cost <= room->single
           || (cost <= room_limit(room, room->joined_most) && room_parts(room, text) <= room->joined_most);
}

/* Whether a character of the text costs two. */
static bool has_doubles(enum charset charset, const char *text)
{
    unsigned char least = charset == CHARSET_UCS2 ? 0xf0 : 0x80; /* first byte of one in UTF-8 */

    while (*text != '\0')
        if ((unsigned char)*text++ >= least)
            return true;
    return false;
}

int room_size(const struct room *room, const char *text)
{
    /* A joined part that would end within a surrogate pair stays one unit short. */
    int joined = (room->joined - has_doubles(room->charset, text)) * room->joined_most;

    return joined > room->single ? joined : room->single;
}

int room_limit(const struct room *room, int parts)
{
    return parts > 1 ? room->joined * room->joined_most : room->single;
}
