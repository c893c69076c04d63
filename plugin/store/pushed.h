#ifndef MUNJA_STORE_PUSHED_H
#define MUNJA_STORE_PUSHED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "store/receipt.h"
#include "store/store.h"

/* What a gateway pushes at one time, by itself. What of it is known already adds nothing. */
struct pushed_receipt {
    struct receipt_said said;
    int64_t record; /* that the reference names, where munja made it; 0: none known */
    bool fresh;     /* told: it is new */
};
struct pushed {
    const char *provider;
    struct pushed_receipt *receipt;
    size_t receipts;
    struct reply_said *reply;
    size_t replies;
    size_t known; /* told: how many of the receipts are of a message that munja knows, and all replies */
    size_t added; /* told: how many of those are new */
};

/* Keep what many of them bring, all in one transaction or none of it. Others may use the same account, and
   anybody can make up a reference: a receipt is kept only when this provider was asked to carry a message
   that it can be of. That is one under its reference; the record that the reference names; or, where the
   gateway gives references in its answer and its receipt was faster, one for that phone whose answer is still
   awaited. */
bool store_pushed(struct store *store, struct pushed *const *list, size_t count, struct error *err);

#endif
