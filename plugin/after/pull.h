#ifndef MUNJA_AFTER_PULL_H
#define MUNJA_AFTER_PULL_H

#include <stdbool.h>
#include <stdint.h>

#include "flow/session.h"
#include "store/watch.h"

/* Asking gateways what became of messages, each the way it offers. */
enum pull_way {
    PULL_NONE,   /* it cannot be asked */
    PULL_ROUND,  /* reports of all messages together, each once */
    PULL_RESULT, /* the messages of one reference */
    PULL_LIST,   /* a list, which is searched by munja's own reference */
};
enum pull_way pull_way(const struct api *api);

/* Whether receipts come at all, asked for or pushed: else a missing one means nothing. */
bool pull_learns(const struct provider *provider);

/* When it was sent on to the phone: a reservation later than it was accepted. */
int64_t pull_sent_ms(const struct watched *watched);

/* Ask for the messages of one reference, sent at that time, and keep what is said. outcome says how it
   ended; what could not be kept is RETRY. */
void pull_message(struct session *session, const struct provider *provider, const char *reference,
                  int64_t sent_ms, int64_t until_ms, struct outcome *outcome);

/* One round of "reports" or "replies". *full: there may be more. What is told once only is kept, however long
   that takes. */
void pull_round(struct session *session, const struct provider *provider, const char *what, int64_t until_ms,
                bool *full, struct outcome *outcome);

#endif
