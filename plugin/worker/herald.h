#ifndef MUNJA_WORKER_HERALD_H
#define MUNJA_WORKER_HERALD_H

#include <stdbool.h>
#include <stdint.h>

#include "worker/shift.h"

/* The worker's part that tells monitors what the store keeps for them, in fibers beside the sending. */
struct herald;

struct herald *herald_open(const struct workshop *workshop, struct error *err);

/* Nothing may be under way. */
void herald_close(struct herald *herald);

/* Write down what came of what is over; and, unless it ends, begin what is due, with the monitors of this
   plan. Not from within a fiber. True: records were added, which are due. */
bool herald_turn(struct herald *herald, const struct plan *plan, bool ends);

/* Something may be due that another process left. */
void herald_hasten(struct herald *herald);

/* When the next turn has something to do (now_steady_ms). */
int64_t herald_next_ms(const struct herald *herald);

/* Whether anything is under way with this plan; with any, for NULL. */
bool herald_is_busy(const struct herald *herald, const struct plan *plan);

#endif
