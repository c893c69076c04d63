/* A growing string, the only one in munja. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool buf_reserve(struct buf *buf, size_t more)
{
    size_t room = buf->room == 0 ? 256 : buf->room;
    char *data;

    if (more > SIZE_MAX / 4 - buf->len)
        return false;
    while (room < buf->len + more + 1)
        room *= 2;
    if (room == buf->room)
        return true;
    data = realloc(buf->data, room);
    if (data == NULL)
        return false;
    buf->data = data;
    buf->room = room;
    return true;
}

bool buf_add(struct buf *buf, const void *bytes, size_t count)
{
    if (!buf_reserve(buf, count))
        return false;
    if (count > 0)
        memcpy(buf->data + buf->len, bytes, count);
    buf->len += count;
    buf->data[buf->len] = '\0';
    return true;
}

bool buf_str(struct buf *buf, const char *text)
{
    return text == NULL || buf_add(buf, text, strlen(text));
}

bool buf_char(struct buf *buf, char c)
{
    return buf_add(buf, &c, 1);
}

bool buf_format(struct buf *buf, const char *format, ...)
{
    va_list args, again;
    size_t room;
    int need;
    bool added;

    if (!buf_reserve(buf, 0))
        return false;
    room = buf->room - buf->len;
    va_start(args, format);
    va_copy(again, args);
    need = vsnprintf(buf->data + buf->len, room, format, args);
    added = need >= 0 && ((size_t)need < room || buf_reserve(buf, (size_t)need));
    if (added && (size_t)need >= room)
        vsnprintf(buf->data + buf->len, (size_t)need + 1, format, again);
    buf->len += added ? (size_t)need : 0;
    buf->data[buf->len] = '\0';
    va_end(again);
    va_end(args);
    return added;
}

void buf_cut(struct buf *buf, size_t len)
{
    if (len >= buf->len)
        return;
    buf->len = len;
    buf->data[len] = '\0';
}

const char *buf_text(const struct buf *buf)
{
    return buf->data == NULL ? "" : buf->data;
}

char *buf_take(struct buf *buf)
{
    char *text = buf->data == NULL ? calloc(1, 1) : buf->data;

    *buf = (struct buf){ 0 };
    return text;
}

void buf_clear(struct buf *buf)
{
    free(buf->data);
    *buf = (struct buf){ 0 };
}
