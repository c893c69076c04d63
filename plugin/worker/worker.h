#ifndef MUNJA_WORKER_WORKER_H
#define MUNJA_WORKER_WORKER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* The delivering half as a service: takes what is due from the store, many requests at a time, and tells
   those who handed records over. One for each store. */
struct worker;

/* Read the configuration, open its store, listen beside it. Fails as settings_load, plan_open and store_open
   do, and when another worker serves the store. */
bool worker_open(const char *config, struct worker **worker, struct error *err);

/* Wait until something happens, also on fd, a descriptor of the caller's, until until_ms (now_steady_ms) at
   most; and do what is to be done. */
void worker_turn(struct worker *worker, int fd, int64_t until_ms);

/* Whether the configuration can be read anew: not while the one before the last still ends something. */
bool worker_can_reload(const struct worker *worker);

/* The configuration anew. The old one ends what it has under way. Fails as worker_open does, and when the
   store is another: then nothing has changed. */
bool worker_reload(struct worker *worker, struct error *err);

/* What the configuration has wrong, in one line; false when nothing is. */
bool worker_note(const struct worker *worker, char note[256]);

/* Begin nothing more, give back what is not under way. worker_is_over: nothing is under way any more. */
void worker_end(struct worker *worker);
bool worker_is_over(const struct worker *worker);

/* Its store is not the one of that name any more: it is to end, for another to begin with that one. */
bool worker_is_astray(const struct worker *worker);

/* What is still under way is left as begun. */
void worker_close(struct worker *worker);

#endif
