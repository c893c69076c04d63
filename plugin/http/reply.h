#ifndef MUNJA_HTTP_REPLY_H
#define MUNJA_HTTP_REPLY_H

#include <stdbool.h>
#include <stddef.h>

/* Nothing that a gateway says can be longer. */
#define REPLY_BYTES_MAX (1024 * 1024)

/* How far the exchange came. */
enum carried {
    CARRIED_WHOLE,   /* a whole reply arrived */
    CARRIED_PARTLY,  /* a status arrived, but the body broke off, was too large or too slow */
    CARRIED_NOT,     /* not one byte of the body went out: the gateway cannot have acted */
    CARRIED_UNKNOWN, /* it went out, at least partly, and no status came back */
};

struct reply {
    enum carried carried;
    int status; /* HTTP status; 0 when none arrived */
    char *body; /* NUL-terminated, may hold further NULs; "" rather than NULL when a status arrived */
    size_t bytes;
    int retry_after_s; /* -1 when not said */
    char fault[160];   /* why not CARRIED_WHOLE, for people; "" otherwise */
};

void reply_clear(struct reply *reply);

#endif
