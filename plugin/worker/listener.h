#ifndef MUNJA_WORKER_LISTENER_H
#define MUNJA_WORKER_LISTENER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "flow/plan.h"
#include "flow/tally.h"
#include "store/store.h"

/* What the worker serves over HTTP: POST /hook/PROVIDER/TOKEN for gateways; GET /health and GET /metrics for
   processes of this machine. */
struct listener;

/* Listen as the settings say; where they say nothing, there is nobody to talk to. Fails when somebody else
   listens there. */
bool listener_open(const struct settings *settings, struct store *store, struct tally *tally,
                   struct listener **listener, struct error *err);
void listener_close(struct listener *listener);

/* Listen as other settings say. When this fails, it goes on as before. */
bool listener_move(struct listener *listener, const struct settings *settings, struct error *err);

/* Readable when listener_turn has something to do, -1 while nobody listens; and how long until it has. -1:
   nothing is known of. */
int listener_fd(const struct listener *listener);
int64_t listener_wait_ms(const struct listener *listener);

/* Answer who asks, by this configuration; what was pushed is on disk then. Returns whether something was. */
bool listener_turn(struct listener *listener, const struct plan *plan);

#endif
