#ifndef MUNJA_FLOW_SESSION_H
#define MUNJA_FLOW_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "flow/courier.h"
#include "flow/plan.h"
#include "http/wire.h"
#include "store/store.h"

/* Speaking with providers: connections, and tokens shared through the store. */
struct session {
    const struct plan *plan;
    struct courier courier; /* whose carrier it owns */
    struct store *store;    /* NULL: tokens live in this session only */
    struct ticket *ticket;  /* one for each provider of the plan */
};

/* For a run by itself, which waits for each reply; and for fibers, which wait side by side. */
bool session_open(struct session *session, const struct plan *plan, const struct wire *wire,
                  struct store *store, struct error *err);
bool session_share(struct session *session, const struct plan *plan, const struct wire *wire,
                   struct fleet *fleet, struct fibers *fibers, struct store *store, struct error *err);
void session_close(struct session *session);

/* Log in when needed, so that a send can begin. False with the reason in outcome: nothing was sent. */
bool session_ready(struct session *session, const struct provider *provider, int64_t until_ms,
                   struct outcome *outcome);

/* Log in when needed, send one batch, judge; after a refused token once more with a new one. Every item has
   an outcome afterwards. Over at until_ms (now_steady_ms). */
void session_send(struct session *session, const struct provider *provider, struct batch *batch,
                  int64_t until_ms);

/* Ask one question and judge the reply, logging in as above; a refused token costs a second try, since
   nothing was done. answer->outcome says how it ended. The caller clears answer. */
void session_ask(struct session *session, const struct provider *provider, const struct operation *operation,
                 const struct query *query, int64_t until_ms, struct answer *answer);

#endif
