#ifndef MUNJA_WORKER_SHIFT_H
#define MUNJA_WORKER_SHIFT_H

#include <stdbool.h>
#include <stddef.h>

#include "flow/batch.h"
#include "flow/fiber.h"
#include "flow/ledger.h"
#include "flow/plan.h"
#include "settings/settings.h"
#include "store/store.h"

/* One configuration at work: the records that the worker has in hand, and a gate for each provider. A new
   configuration comes as a new shift, while the old one ends what it has under way. */
struct shift;

/* What the shifts of a worker share. */
struct workshop {
    struct store *store;
    const struct wire *wire;
    struct fleet *fleet;
    struct fibers *fibers;
    struct ledger *ledger;
};

/* Compile the settings, which are the shift's from now on, also when this fails; as plan_open does. */
bool shift_open(struct settings *settings, const struct workshop *workshop, struct shift **shift,
                struct error *err);

/* Nothing may be under way. */
void shift_close(struct shift *shift);

const struct plan *shift_plan(const struct shift *shift);

/* How many records it could take now. Some places are kept for those that somebody asks for. */
size_t shift_room(const struct shift *shift, bool asked);

/* How many records it wants in hand for one provider of the plan, and how many it has for each. */
size_t shift_quota(const struct shift *shift, size_t provider);
void shift_count(const struct shift *shift, size_t *waiting);

/* Whom the record would go to; NULL: to nobody, it is only to be settled. *over: its time is over, so that it
   is not kept for another try. */
const struct provider *shift_provider(const struct shift *shift, const struct record *record, bool *over);

/* Take a record in hand, which is moved: there must be room. What becomes of it is told by shift_tell. */
void shift_take(struct shift *shift, struct record *record);

/* The record that it has in hand under that id, or that one in hand tells (store/missed.h); NULL: none. */
struct record *shift_find(struct shift *shift, int64_t id);

/* The session, for a question to one provider of the plan that can wait, with a place at its gate; NULL:
   not now. shift_take_back when it is answered: until then the shift is not over. */
struct session *shift_lend(struct shift *shift, size_t provider);
void shift_take_back(struct shift *shift, size_t provider);

/* Begin as many requests as there is room for at the providers, the most urgent records first. */
void shift_dispatch(struct shift *shift);

/* Whether requests could go out if only their attempts were begun on disk. */
bool shift_starves(const struct shift *shift);

/* Whether no provider has as many requests under way as it could. */
bool shift_rests(const struct shift *shift);

/* Tell of each record that is done, and let go of it. One that a shift which ends gives back is not over: the
   next shift tells of it, unless that is the end of all. *due_ms becomes the earliest time when one of them
   is due again, if that is sooner. */
void shift_tell(struct shift *shift, bool ends_all, void (*tell)(void *context, const struct told *told),
                void *context, int64_t *due_ms);

/* No request is begun any more; what is not under way is given back to the store, due as before. */
void shift_end(struct shift *shift);
bool shift_is_over(const struct shift *shift);

#endif
