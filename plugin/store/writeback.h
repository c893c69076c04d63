#ifndef MUNJA_STORE_WRITEBACK_H
#define MUNJA_STORE_WRITEBACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "store/store.h"

/* What a monitor is to be told, kept until it took it, or nobody will try again. How it is told is flow's
   business. */
enum writeback_kind {
    WRITEBACK_ACKNOWLEDGE, /* somebody takes care of the problem */
    WRITEBACK_RESULT,      /* an alert reached nobody, and nobody will try again */
};
enum writeback_state {
    WRITEBACK_WAITING, /* to be told when due */
    WRITEBACK_DONE,    /* the monitor has it */
    WRITEBACK_FAILED,  /* for good: said tells why */
    WRITEBACK_NONE,    /* nobody wants it: writeback_settle forgets it */
};

const char *writeback_state_name(enum writeback_state state); /* "waiting"; of WRITEBACK_NONE: "" */
const char *writeback_kind_name(enum writeback_kind kind);    /* "acknowledge" */

/* Texts are never NULL when they were read; NULL and "" are the same where they are added. */
struct writeback {
    int64_t id;
    enum writeback_kind kind;
    int64_t record;                     /* the alert's; 0: none */
    int64_t reply;                      /* that said so; 0: none */
    char source[16];                    /* the alert's: "nagios", "icinga", "zabbix", "checkmk" */
    const char *host, *service, *event; /* the alert's; event: its id at the monitor */
    const char *author, *text;
    int64_t created_ms, due_ms;
    int tries; /* so far */
    enum writeback_state state;
    char monitor[64]; /* who had the last word, and what it said; "" before */
    char said[160];
    const struct record *answer; /* for writeback_settle, of an acknowledgement that failed: what its phone is
                                    told (inbox_answer); NULL: nothing */
    void *owned;                 /* what the texts point into */
};
void writebacks_free(struct writeback *list, size_t count);

/* Keep it, due now: within the caller's transaction where one is open, else in one of its own. Only kind,
   record, reply and the texts are looked at. The same reply about the same record is kept once, however often
   it is added. */
bool writeback_add(struct store *store, const struct writeback *writeback, struct error *err);

/* Within a transaction: that this record reached nobody, and why; and the same for a settlement after which
   nobody will try again, nothing for any other. */
bool writeback_undelivered(struct store *store, const struct record *record, const char *why,
                           struct error *err);
bool writeback_if_over(struct store *store, const struct record *record, const struct settlement *settlement,
                       struct error *err);

/* Within a transaction: acknowledgements of that topic's problems that no monitor took so far are not told
   any more, since the problem is over or another one by now. */
bool writeback_outlived(struct store *store, const char *topic, struct error *err);

/* Likewise, since the monitor itself says that it is acknowledged. */
bool writeback_known(struct store *store, const char *topic, struct error *err);

/* Whether this process added one since it last asked for the next. */
bool writeback_fresh(const struct store *store);

/* When the next one of that kind is due; INT64_MAX: none waits. */
bool writeback_next(struct store *store, enum writeback_kind kind, int64_t *due_ms, struct error *err);

/* Take up to most of that kind that are due, the oldest first, for lease_ms: they are due again then, should
   this process die over them. Each counts as tried. The caller: writebacks_free. */
bool writeback_claim(struct store *store, enum writeback_kind kind, size_t most, int64_t lease_ms,
                     struct writeback **list, size_t *count, struct error *err);

/* What came of them, all or none: state, due_ms where that is WRITEBACK_WAITING, monitor and said of each.
   One that is over already does not change, but that it learns which monitor took it. What an acknowledgement
   that failed was for is open again. */
bool writeback_settle(struct store *store, const struct writeback *list, size_t count, struct error *err);

/* Those of one record in the order they came, the first hundred. The caller: writebacks_free. */
bool writeback_list(struct store *store, int64_t record, struct writeback **list, size_t *count,
                    struct error *err);

#endif
