#ifndef MUNJA_STORE_RECEIPT_H
#define MUNJA_STORE_RECEIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alert/number.h"
#include "base/error.h"
#include "store/store.h"

/* What gateways say later: receipts for messages, and replies from phones. Some say it once only, so it is on
   disk before they are asked again. */

/* As a gateway says it; NULL and "" are the same. Texts are cleaned and cut to their room on the way in. */
struct receipt_said {
    const char *reference;
    const char *recipient; /* as number_read makes it; "" when the reference alone tells */
    const char *state;     /* "waiting", "delivered", "failed", "missed" or "gateway" */
    const char *code, *meaning;
    const char *time; /* the gateway's, in its own writing */
    const char *carrier;
};
struct reply_said {
    const char *reference;
    const char *sender; /* the phone, as number_read makes it */
    const char *recipient;
    const char *text, *time;
};

/* Keep them, all or none, in one transaction. One that is known already adds nothing: the same provider,
   reference, recipient and code; for replies the same provider, reference, sender, time and text. *added
   counts the new ones. Which record a receipt belongs to is found when it is read, so that it may come before
   the send's own answer; a reply belongs to the latest record that this provider accepted for that phone.
   The message that a new receipt is about is to be looked at now (watch.h). */
bool store_receipts(struct store *store, const char *provider, const struct receipt_said *said, size_t count,
                    size_t *added, struct error *err);
bool store_replies(struct store *store, const char *provider, const struct reply_said *said, size_t count,
                   size_t *added, struct error *err);

/* Within a transaction: one of them. */
bool receipt_add(struct store *store, const char *provider, const void *said, size_t *added,
                 struct error *err);
bool reply_add(struct store *store, const char *provider, const void *said, size_t *added, struct error *err);

#define RECEIPT_STATE_BYTES 16
#define REPLY_TEXT_BYTES    2001

struct receipt_kept {
    char provider[64];
    char reference[96];
    char recipient[NUMBER_BYTES];
    char state[RECEIPT_STATE_BYTES];
    char code[32];
    char meaning[160];
    char time[40];
    char carrier[32];
    int64_t seen_ms;
};
struct reply_kept {
    int64_t id;
    char provider[64];
    char reference[96];
    char sender[NUMBER_BYTES];
    char recipient[NUMBER_BYTES];
    char text[REPLY_TEXT_BYTES];
    char time[40];
    int64_t seen_ms;
    char outcome[16]; /* what was done about it (inbox.h); "" for nothing so far */
    int64_t answer;   /* the record that told the phone what was wrong with it; 0: none */
};

/* Those of one record in the order they came, the first thousand. The caller frees. */
bool receipt_list(struct store *store, int64_t record, struct receipt_kept **list, size_t *count,
                  struct error *err);
bool reply_list(struct store *store, int64_t record, struct reply_kept **list, size_t *count,
                struct error *err);

/* What became of the message of a record at that provider, by all its receipts: delivered is the last word,
   whatever is said after it (a repeat that the gateway blocked, say); then failed, then missed or gateway,
   then waiting. Of a text in parts it is the worst part's word; "" as long as one has none. */
bool receipt_final(struct store *store, int64_t record, const char *provider, char state[RECEIPT_STATE_BYTES],
                   struct error *err);

#endif
