#ifndef MUNJA_BASE_ERROR_H
#define MUNJA_BASE_ERROR_H

#include <stdbool.h>

/* Who can mend it. */
enum error_kind {
    ERROR_NONE,
    ERROR_USAGE,    /* the caller's command line */
    ERROR_SETTINGS, /* whoever edits munja.conf */
    ERROR_SYSTEM,   /* memory, files, rights; code is an errno */
    ERROR_STORE,    /* the database file or server */
    ERROR_NETWORK,  /* the way to a gateway */
    ERROR_GATEWAY,  /* the gateway itself */
    ERROR_BUG,      /* munja */
};

struct error {
    enum error_kind kind;
    int code;       /* errno, gateway or library code; 0 when there is none */
    char text[512]; /* one line of valid UTF-8, no newline, no secret, no whole phone number */
};

/* Describe a failure. Always returns false, so that a function can fail by returning it. err may be NULL.
   A text that does not fit is cut at a character border. */
bool error_set(struct error *err, enum error_kind kind, int code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Put context in front of what is there: "context: text". Always returns false. */
bool error_prefix(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The ordinary error for an allocation that failed. Always returns false. */
bool error_memory(struct error *err);

#endif
