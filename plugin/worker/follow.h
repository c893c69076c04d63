#ifndef MUNJA_WORKER_FOLLOW_H
#define MUNJA_WORKER_FOLLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "worker/shift.h"

/* What became of messages: gateways are asked at a pace, beside the sends and behind them, and what did not
   arrive is acted upon. When to look at what stands in the store. */
struct follow;

struct follow *follow_open(struct shift *shift, const struct workshop *workshop, struct error *err);
void follow_close(struct follow *follow);

/* Another configuration: what is asked under the one before comes to its end. */
bool follow_move(struct follow *follow, struct shift *shift, struct error *err);

/* Do what is to be done by now. True: records were added, which are due. */
bool follow_turn(struct follow *follow);

/* When there is something to do (now_steady_ms), and that a receipt came. */
int64_t follow_next_ms(const struct follow *follow);
void follow_hasten(struct follow *follow);

/* The same for a run by itself, until there is nothing more to do at once, until_ms (now_steady_ms), or until
   a record is due. True: something was asked or done. */
bool follow_once(const struct plan *plan, struct session *session, int64_t until_ms);

#endif
