#ifndef MUNJA_FLOW_PULLED_H
#define MUNJA_FLOW_PULLED_H

#include <stdbool.h>

#include "base/error.h"
#include "provider/listing.h"
#include "store/store.h"

/* What a gateway tells once only: keep the rows that its reports or replies brought, all or none, before they
   are shown or asked for again. What is known already adds nothing. */
bool pulled_reports(struct store *store, const char *provider, const struct listing *listing,
                    struct error *err);
bool pulled_replies(struct store *store, const char *provider, const struct listing *listing,
                    struct error *err);

/* What is left, as the gateway just said: for those who may not ask it themselves. A note that cannot be
   written is none; nor without a store (NULL). */
void pulled_balance(struct store *store, const char *provider, const struct listing *listing);

#endif
