#ifndef MUNJA_STORE_CHASE_H
#define MUNJA_STORE_CHASE_H

#include "store/receipt.h"
#include "store/store.h"

/* Texts that a gateway took and that did not arrive. Each is acted upon once: another record is sent in its
   place, which is known by the first of them, its root, and by how many steps of the list are used up. */
struct chase {
    struct record record;         /* whose text it is */
    char recipient[NUMBER_BYTES]; /* of the root */
    int step;                     /* used up before */
    bool over;                    /* something was done already, or is not to be: it arrived, or is too old */
    bool open;                    /* nothing is, and the text is needed still */
    bool repeated;                /* the gateway was given the message twice under the same reference */
    char why[200];                /* closed: why nothing is to be done; else what the receipts say */
    char state[RECEIPT_STATE_BYTES]; /* receipt_final; "" when a receipt is missing */
    char code[32];                   /* of the receipt that says so */
};

/* What became of a record that was accepted; or, in another's place, refused or given up. *found is false
   when there is no such record. The caller clears chase in any case. */
bool chase_open(struct store *store, int64_t record, struct chase *chase, bool *found, struct error *err);
void chase_clear(struct chase *chase);

/* Whether that provider took it, or one of those that were sent in its place, for this recipient. */
bool chase_tried(struct store *store, const struct chase *chase, const char *provider, bool *tried,
                 struct error *err);

/* What is to be done: "retry", "next-provider", "recipient" or "none". */
struct chase_step {
    const char *remedy;
    int step;              /* used up with this one */
    const char *recipient; /* "" with "none" */
    const char *first;     /* the provider to begin with; "" for the route's */
};

/* Do it and write it down, both or neither. It is not done when it is closed by now: *made is 0 then, as for
   "none"; that of one whose text is needed still is kept for monitors (writeback.h). Where the same alert was
   accepted for that recipient already (identity; within window_ms unless lasting), that is the record. */
bool chase_take(struct store *store, const struct chase *chase, const struct chase_step *step,
                int64_t window_ms, int64_t *made, struct error *err);

/* Within a transaction that claims: a record that is sent in place of another, and is not needed by now, is
   given up. */
bool chase_heed(struct store *store, const struct record *record, bool *needed, struct error *err);

/* Within a transaction: a record is settled, its attempt is written. One in another's place that no gateway
   takes is to be looked at (watch.h), since its route may know more; of any other monitors are told, if
   nobody will try again. */
bool chase_settle(struct store *store, const struct record *record, const struct settlement *settlement,
                  struct error *err);

/* For people: what was done about a record, and in whose place it was sent. */
struct chase_note {
    int64_t in_place_of, replaced_by; /* 0: none */
    char remedy[16], why[200];        /* "" when nothing was done */
};
bool chase_tell(struct store *store, int64_t record, struct chase_note *note, struct error *err);

#endif
