#ifndef MUNJA_BASE_BUF_H
#define MUNJA_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

/* A growing string. data is NULL while empty and never filled, else always NUL-terminated at data[len].
   Every adding function returns false only when memory ran out, and then leaves the buffer as it was. */
struct buf {
    char *data;
    size_t len;
    size_t room;
};

bool buf_add(struct buf *buf, const void *bytes, size_t count);
bool buf_str(struct buf *buf, const char *text); /* NULL adds nothing */
bool buf_char(struct buf *buf, char c);
bool buf_format(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Shorten to len bytes; longer than what is there changes nothing. */
void buf_cut(struct buf *buf, size_t len);

/* The text, "" when nothing was ever added. Valid until the next change. */
const char *buf_text(const struct buf *buf);

/* Hand the string over; the caller frees it. NULL when memory ran out. The buffer is empty afterwards. */
char *buf_take(struct buf *buf);

void buf_clear(struct buf *buf);

#endif
