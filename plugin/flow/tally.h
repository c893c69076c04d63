#ifndef MUNJA_FLOW_TALLY_H
#define MUNJA_FLOW_TALLY_H

#include <stddef.h>
#include <stdint.h>

/* What the worker did since it started, as numbers that only grow: by provider, and what came of it. */
enum tally_kind {
    TALLY_ATTEMPTS, /* that ended, by their outcome */
    TALLY_PUSHES,   /* of gateways, by the status they were answered with */
    TALLY_RECEIPTS, /* new ones, by their state */
    TALLY_REPLIES,  /* likewise, by nothing */
};

struct tally_row {
    enum tally_kind kind;
    char provider[64], what[16];
    uint64_t count;
};
struct tally {
    struct tally_row *row;
    size_t rows;
};

/* tally may be NULL, for those who need no numbers; where memory runs out, one is missing. */
void tally_add(struct tally *tally, enum tally_kind kind, const char *provider, const char *what,
               uint64_t more);
void tally_clear(struct tally *tally);

#endif
