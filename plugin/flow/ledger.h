#ifndef MUNJA_FLOW_LEDGER_H
#define MUNJA_FLOW_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flow/fiber.h"
#include "flow/tally.h"
#include "store/store.h"

/* What is written of attempts. A run by itself writes each posting at once; in the worker, the fibers'
   postings of one turn go to disk together, and each fiber waits for that commit. */
struct ledger {
    struct store *store;   /* NULL: nothing is written, because the store cannot be */
    struct fibers *fibers; /* NULL: no fibers, each posting has its own commit */
    struct tally *tally;   /* counts the attempts that end; NULL: nobody wants to know */
    struct line *first, *last;
    size_t lines;
    int64_t since_ms; /* now_steady_ms: the first of them waits since then */
    bool stuck;       /* the last commit failed */
};

/* As struct posting says. Where fibers share the ledger, an end is never given up: it waits until
   the store can be written again. */
bool ledger_begin(struct ledger *ledger, struct record *const *records, size_t count, const char *provider,
                  const char *reference, struct error *err);
bool ledger_settle(struct ledger *ledger, struct record *const *records, const struct settlement *settlements,
                   size_t count, struct error *err);

/* Not from within a fiber: commit what waits, and wake the fibers. After a failure the beginnings have
   failed, and the ends are tried again with the next commit: the caller pauses a little. */
void ledger_commit(struct ledger *ledger);

#endif
