#ifndef MUNJA_FLOW_BREAKERS_H
#define MUNJA_FLOW_BREAKERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flow/breaker.h"
#include "flow/plan.h"
#include "store/store.h"

/* The breakers of a plan's providers, as this process knows them; shared with others through the store. */
struct breakers;
struct breakers *breakers_new(size_t providers);

/* Forget what this process has learned for what all have; without a store, for nothing. alone: this process
   hears of everything that is sent, so that it counts and tries by itself, and tells others of pauses only.
 */
void breakers_learn(const struct plan *plan, struct store *store, bool alone);

enum breaker_state breakers_state(const struct plan *plan, const struct provider *provider);

/* Whether this record may go to the provider now: it is not paused, or this record is the one that tries it.
   wanted: if only one may try it, let it be this one. Writes, unless alone. */
bool breakers_let(const struct plan *plan, const struct provider *provider, const struct record *record,
                  bool wanted);

/* When the next pause is over (now_ms); INT64_MAX: nobody pauses. And an end of all pauses: an operator has
   mended something, so that each may be tried now. */
int64_t breakers_next_ms(const struct plan *plan);
void breakers_hasten(const struct plan *plan);

/* What the provider just did. */
void breakers_note(const struct plan *plan, struct store *store, const struct provider *provider,
                   const struct outcome *outcome);

/* "paused until 18:05 after 3 failures: http-503"; "" when it is not. */
void breakers_say(const struct breaker *breaker, char *words, size_t room);
const struct breaker *breakers_of(const struct plan *plan, const struct provider *provider);

#endif
