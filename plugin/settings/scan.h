#ifndef MUNJA_SETTINGS_SCAN_H
#define MUNJA_SETTINGS_SCAN_H

#include <stdbool.h>
#include <stddef.h>

/* The words of munja.conf, so that every statement and its line is known before libconfuse sees it. */
enum token_kind {
    TOKEN_END,
    TOKEN_WORD,   /* without quotes */
    TOKEN_STRING, /* the quotes included */
    TOKEN_OPEN,   /* { */
    TOKEN_CLOSE,  /* } */
    TOKEN_IS,     /* = or += */
    TOKEN_COMMA,
    TOKEN_BAD,
};

struct token {
    enum token_kind kind;
    const char *text;
    size_t bytes;
    int line;
    int lines;       /* line breaks inside a string */
    const char *why; /* of TOKEN_BAD: what is wrong, without the text */
};

/* Where the reading stands in a NUL-terminated text; start with the text and line 1. */
struct scan {
    const char *at;
    int line;
};

/* The next word behind blanks and comments. */
void scan_next(struct scan *scan, struct token *token);

/* Pass over the rest of the line, but for a brace that closes it (keep_brace). */
void scan_skip_line(struct scan *scan, bool keep_brace);

#endif
