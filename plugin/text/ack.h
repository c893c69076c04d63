#ifndef MUNJA_TEXT_ACK_H
#define MUNJA_TEXT_ACK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/code.h"
#include "base/error.h"

/* What a phone's text says: "ACK 7K2", "확인 7k2 지금 갑니다", "收到７Ｋ２", "ok". Any case, full-width signs
   too; words stand together without blanks, as people type them. A signature 【…】 says nothing. */
enum {
    ACK_PLAIN = 0,
    ACK_WORD = 1,   /* ack, ok, 확인, 收到 */
    ACK_POLITE = 2, /* thanks, 했습니다, 了: says nothing by itself */
    ACK_NO = 4,     /* no, 취소, 取消 */
    ACK_LEAVE = 8,  /* TD, 수신거부, 退订: wants no more texts */
    ACK_CODE = 16,
};

/* Of a longer text only the start is looked at. */
#define ACK_TOKENS 64

struct ack {
    struct buf text; /* tidy */
    struct {
        size_t start, end;
        int kind; /* one of them, or several that were written together */
    } token[ACK_TOKENS];
    size_t tokens;
};

bool ack_read(const char *said, struct ack *ack, struct error *err);
void ack_clear(struct ack *ack);

/* Nothing but an acknowledgement, with no code: no answering machine writes so. */
bool ack_is_bare(const struct ack *ack);

/* It says no, in front of everything else or with nothing else beside the code. */
bool ack_refuses(const struct ack *ack);

/* Whether that code (ack_code) is what the text is about: it stands alone or beside a word for an
 * acknowledgement. */
bool ack_means_code(const struct ack *ack, size_t token);

/* In front of that code it repeats munja's own text, as machines do that answer for somebody, and phones that
   send what was done with a text. */
bool ack_quotes(const struct ack *ack, size_t token);

/* It wants no more texts, and says nothing else. */
bool ack_leaves(const struct ack *ack);

/* The codes in their order, in upper case: false behind the last one. *token names it for ack_comment. */
bool ack_code(const struct ack *ack, size_t index, char code[CODE_BYTES], size_t *token);

/* The rest, on one line: without that code and the words for an acknowledgement right beside it; "" when
   nothing else is said. most: bytes, cut at a character's border. */
bool ack_comment(const struct ack *ack, size_t token, size_t most, struct buf *comment, struct error *err);

#endif
