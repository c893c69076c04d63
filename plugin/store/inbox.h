#ifndef MUNJA_STORE_INBOX_H
#define MUNJA_STORE_INBOX_H

#include "store/receipt.h"
#include "store/store.h"

/* Replies on their way from being kept to being acted upon. Whatever is done about one stands in the same
   commit as the word that it was: so each acts once, however often it comes, and whoever is killed over it.
 */

/* Whether this process kept replies since it last began to act on some, so that it need not wait for a look.
 */
bool inbox_fresh(const struct store *store);

/* The oldest of those that nobody acted upon, within a transaction that inbox_commit ends; without one where
   there are none. The caller frees. */
bool inbox_begin(struct store *store, size_t most, struct reply_kept **list, size_t *count,
                 struct error *err);
bool inbox_commit(struct store *store, struct error *err);

/* After a failure: nothing was done. Never fails. */
void inbox_rollback(struct store *store);

/* That one; of id 0 when there is none. */
bool inbox_get(struct store *store, int64_t id, struct reply_kept *reply, struct error *err);

/* What was done about a reply, in a word; for which record (0: as it was kept), and which record tells the
   phone what was wrong with it (0: none). */
struct deed {
    int64_t reply;
    const char *outcome;
    int64_t record, answer;
};
bool inbox_settle(struct store *store, const struct deed *deed, struct error *err);

/* Whether a gateway ever took a text for that phone, as far as the store knows, or may have taken one about a
   problem. */
bool inbox_knows(struct store *store, const char *phone, bool *known, struct error *err);

/* Whether that phone may have an answer now: one an hour, and three as long as nothing else was sent to it,
   so that nobody talks with an answering machine. */
bool inbox_may_answer(struct store *store, const char *phone, bool *may, struct error *err);

/* A text of munja's own to that phone, for whoever delivers next. Its alert, recipient, identity and wish are
   looked at. */
bool inbox_answer(struct store *store, const struct record *text, int64_t *id, struct error *err);

/* Within a transaction: the same for a reply that was acted upon before. */
bool inbox_answer_later(struct store *store, int64_t reply, const struct record *text, struct error *err);

#endif
