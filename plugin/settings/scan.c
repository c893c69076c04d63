/* Cutting munja.conf into words, by libconfuse's rules for quotes and comments: what is found to be one value
   here must be one value there. It is stricter where libconfuse would change a value without a word. */
#include "settings/scan.h"

#include <stdbool.h>
#include <string.h>

static bool starts_comment(const char *at)
{
    return at[0] == '#' || (at[0] == '/' && (at[1] == '/' || at[1] == '*'));
}

void scan_skip_line(struct scan *scan, bool keep_brace)
{
    size_t length = strcspn(scan->at, "\n");

    while (length > 0 && strchr(" \t", scan->at[length - 1]) != NULL)
        length--;
    if (keep_brace && length > 0 && scan->at[length - 1] == '}')
        length--;
    scan->at += length;
}

/* Returns false when a comment has no end. */
static bool skip_blanks(struct scan *scan)
{
    for (;;) {
        if (*scan->at == '\n') {
            scan->line++;
            scan->at++;
        } else if (*scan->at == ' ' || *scan->at == '\t') {
            scan->at++;
        } else if (scan->at[0] == '/' && scan->at[1] == '*') {
            const char *end = strstr(scan->at + 2, "*/");

            if (end == NULL)
                return false;
            for (; scan->at < end; scan->at++)
                scan->line += *scan->at == '\n';
            scan->at += 2;
        } else if (starts_comment(scan->at)) {
            scan->at += strcspn(scan->at, "\n");
        } else {
            return true;
        }
    }
}

static void bad(struct token *token, const char *why)
{
    token->kind = TOKEN_BAD;
    token->why = why;
}

static void scan_string(struct scan *scan, struct token *token)
{
    const char quote = *scan->at++;

    token->kind = TOKEN_STRING;
    for (; *scan->at != quote; scan->at++) {
        if (*scan->at == '\0') {
            bad(token, "a quote opened here is never closed");
            return;
        }
        if (*scan->at == '\n')
            scan->line++;
        if (scan->at[0] != '\\' || scan->at[1] == '\0')
            continue;
        scan->at++;
        if (*scan->at == '\n')
            scan->line++;
        /* Bytes by number could be NUL or break UTF-8. */
        if (quote == '"' && strchr("0123456789x", *scan->at) != NULL)
            bad(token, "characters by number are not taken (a backslash in double quotes is written \\\\)");
    }
    scan->at++;
}

static void scan_word(struct scan *scan, struct token *token)
{
    token->kind = TOKEN_WORD;
    while (*scan->at != '\0' && strchr(" \"'\t\n={}()+,*#", *scan->at) == NULL && !starts_comment(scan->at)) {
        if (*scan->at == '$' || *scan->at == '\r')
            bad(token, "special characters need quotes around the value");
        scan->at++;
    }
    if (scan->at == token->text) {
        bad(token, "special characters need quotes around the value");
        scan->at++;
    } else if (starts_comment(scan->at)) {
        bad(token, "a value with / or # in it needs quotes"); /* cut by a comment, https://… */
    }
}

void scan_next(struct scan *scan, struct token *token)
{
    static const char marks[] = "{}=,";
    static const enum token_kind kinds[] = { TOKEN_OPEN, TOKEN_CLOSE, TOKEN_IS, TOKEN_COMMA };
    bool blanks = skip_blanks(scan);
    const char *mark;

    *token = (struct token){ .text = scan->at, .line = scan->line };
    if (!blanks) {
        bad(token, "a comment opened here is never closed");
        scan->at += strlen(scan->at);
    } else if (*scan->at == '\0') {
        token->kind = TOKEN_END;
    } else if (*scan->at == '"' || *scan->at == '\'') {
        scan_string(scan, token);
    } else if (scan->at[0] == '+' && scan->at[1] == '=') {
        token->kind = TOKEN_IS;
        scan->at += 2;
    } else if ((mark = strchr(marks, *scan->at)) != NULL) {
        token->kind = kinds[mark - marks];
        scan->at++;
    } else {
        scan_word(scan, token);
    }
    token->bytes = (size_t)(scan->at - token->text);
    token->lines = scan->line - token->line;
}
