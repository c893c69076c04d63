#ifndef MUNJA_FLOW_TASK_H
#define MUNJA_FLOW_TASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flow/answer.h"
#include "flow/plan.h"
#include "provider/outcome.h"
#include "store/store.h"

/* One record on its way through the providers of its route. */
struct task {
    /* What others ask that look for company stands together. */
    bool busy; /* somebody is at it right now */
    bool done;
    bool composed;
    bool look;     /* the provider may have it: ask it for the message before sending */
    unsigned mark; /* of the text to be sent next, to tell it from others */
    struct record *record;
    const struct provider **order; /* still to be asked, first one first; owned */
    size_t providers, next;
    struct told *told;
    const struct route *route;
    struct fitted fitted; /* for order[next], once composed is true */
    size_t part;          /* of fitted.text, to be sent next */
    size_t batch_most; /* a batch with it was refused whole: so many may travel together; 0: no such limit */
    bool repeated;     /* its answer was lost and the same request repeated under the same reference */
    bool faulty;       /* a provider was passed over for a fault that its operator must mend */
};

/* Route the record: which providers may take it, in order. A record that nobody can take or that was given up
   is done at once, with the settlement to write; *settle says that there is one. */
bool task_open(struct task *task, const struct plan *plan, struct record *record, struct told *told,
               bool *settle, struct settlement *settlement, struct error *err);
void task_clear(struct task *task);

/* When the gateway shall send it; NULL: now, also when that time has passed. */
const char *task_at(const struct task *task);

/* What is to be sent next; composed must be true. */
const char *task_text(const struct task *task);

/* The provider to ask now. */
const struct provider *task_provider(const struct task *task);

/* What an outcome means for the record: done, the next part, the same provider again, the next provider, or
   later. refused_with: the size of a batch of several that the provider refused as a whole, else 0. Fills the
   settlement to be written. The texts of the settlement belong to outcome. */
void task_judge(struct task *task, const struct outcome *outcome, size_t refused_with,
                struct settlement *settlement);

/* What the provider to ask now may have already, whole or in part, is not for another. */
bool task_is_bound(const struct task *task);

/* Whether it is so old that it is not kept for another try: its route's retry_for is over. */
bool task_is_over(const struct task *task);

/* The provider that is next pauses: the first later one that does not takes its turn. False: there is none,
   and the record is kept until a pause is over; fills the settlement. */
bool task_pass_by(struct task *task, const struct plan *plan, struct settlement *settlement);

/* Nobody could be asked (any more) in the time there was: to be tried again. */
void task_postpone(struct task *task, const char *why, struct settlement *settlement);

/* When a record is due again after so many attempts: 15 to 30 s, doubling to a quarter of an hour. */
int64_t task_delay_ms(const struct task *task, int wait_s);

#endif
