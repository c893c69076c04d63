#ifndef MUNJA_PROVIDER_OUTCOME_H
#define MUNJA_PROVIDER_OUTCOME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "http/reply.h"

/* What became of one attempt for one recipient. */
enum outcome_kind {
    OUTCOME_NONE,     /* not judged yet */
    OUTCOME_ACCEPTED, /* the gateway has it */
    OUTCOME_RETRY,    /* not taken; the same may work later */
    OUTCOME_REFUSED,  /* this text or number, never */
    OUTCOME_ACCOUNT,  /* login, balance, sender: another provider, and tell the operator */
    OUTCOME_UNSURE,   /* sent, but the answer was lost or nobody understands it */
};
const char *outcome_name(enum outcome_kind kind); /* "accepted" */

struct outcome {
    enum outcome_kind kind;
    char code[32]; /* the gateway's, or "http-503", "lost", "partial", ""; printable ASCII */
    /* Of an accepted one: "", or a fault worth knowing. */
    char meaning[160];  /* English, one line of clean UTF-8; never a secret or a whole number */
    char reference[96]; /* the gateway's id of message or request; "" when it gave none */
    int wait_s;         /* the gateway asks for this pause; 0 when it does not */
    bool divisible;     /* nothing of the batch was taken, and one of its items may be why */
    bool own;           /* said by munja itself: nobody was asked, so it tells nothing of the gateway */
    bool token_refused; /* the token is not valid (any more): log in again and repeat once */
};

/* A row of a manual's code table. */
struct verdict {
    const char *code;
    enum outcome_kind kind;
    const char *meaning; /* English */
    const char *printed; /* as the manual prints it */
};

struct verdict_table { /* ended by a zeroed row */
    const char *title; /* "error codes (1)" : what and where in the manual */
    const struct verdict *rows;
};

/* The gateway's later word on one message. */
enum receipt_kind {
    RECEIPT_WAITING,
    RECEIPT_DELIVERED,
    RECEIPT_FAILED,  /* for good: wrong number, refused, spam, sender, text */
    RECEIPT_MISSED,  /* for now: off, shadow, busy, full, suspended */
    RECEIPT_GATEWAY, /* the gateway's or carrier's own fault */
};
const char *receipt_name(enum receipt_kind kind);

struct receipt {
    const char *code; /* one that ends in NNNN stands for all codes that begin alike */
    enum receipt_kind kind;
    const char *meaning;
    const char *printed;
};

struct receipt_table {
    const char *title;
    const struct receipt *rows;
};

/* Fill an outcome. Texts are copied, cleaned of control bytes and of bytes that are not UTF-8, and cut to
 * their room. */
void outcome_set(struct outcome *outcome, enum outcome_kind kind, const char *code, const char *meaning);
void outcome_own(struct outcome *outcome, enum outcome_kind kind, const char *code, const char *meaning);
void outcome_accept(struct outcome *outcome, const char *reference);

/* Nothing went out: RETRY where another time will do (network, memory), else ACCOUNT: it cannot. */
void outcome_from_error(struct outcome *outcome, const struct error *err);

/* The same where the gateway counts what it took, of so many sent (negative: it does not say): fewer are
   worth a word, none at all is UNSURE. */
void outcome_accept_counted(struct outcome *outcome, const char *reference, long counted, size_t sent);

/* By the code in the table; a code that is not there is UNSURE (sends) with said as meaning. said may be
 * NULL. */
void outcome_from_code(struct outcome *outcome, const struct verdict *rows, const char *code,
                       const char *said);

/* The common reading of a reply that no code explains: not carried RETRY; unknown, 2xx and 5xx UNSURE; 429
   and 408 RETRY with its pause; 401, 403, 407, 3xx, 404 and other 4xx ACCOUNT (the request is wrong, not the
   alert), even when the body broke off. */
void outcome_from_reply(struct outcome *outcome, const struct reply *reply);

/* What a gateway says against a request: by the code (NULL: it gave none) where the table has it, else by the
   status as above, with the gateway's code and words. RETRY takes the pause that the gateway asks for. */
void outcome_from_refusal(struct outcome *outcome, const struct verdict *rows, const char *code,
                          const char *said, const struct reply *reply);

/* The row of a code, which may be NULL; NULL when the table has none. Capital and small letters differ. */
const struct verdict *verdict_find(const struct verdict *rows, const char *code);

/* The row of that very code, else the one with NNNN that stands for it; NULL when there is none. */
const struct receipt *receipt_find(const struct receipt *rows, const char *code);

#endif
