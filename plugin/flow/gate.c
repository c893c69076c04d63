/* How many requests are under way at one provider, and who is next. */
#include "flow/gate.h"

/* It stands on its fiber's stack. */
struct waiter {
    struct fiber *fiber;
    const struct record *record;
    bool passed;
    struct waiter *next;
};

bool gate_has_room(const struct gate *gate, bool eager)
{
    return !gate->closed && gate->inside + gate->lined < gate->width + (eager ? 0 : gate->most);
}

void gate_line_up(struct gate *gate)
{
    gate->lined++;
}

void gate_leave_line(struct gate *gate)
{
    gate->lined--;
}

static bool goes_first(const struct record *a, const struct record *b)
{
    return a->priority != b->priority ? a->priority < b->priority : a->id < b->id;
}

static void join_line(struct gate *gate, struct waiter *waiter)
{
    struct waiter **at = &gate->line;

    /* Mostly it is the last one; each of a long line that is looked at is far from the others in memory. */
    if (gate->line != NULL && !goes_first(waiter->record, gate->last->record))
        at = &gate->last->next;
    while (*at != NULL && !goes_first(waiter->record, (*at)->record))
        at = &(*at)->next;
    waiter->next = *at;
    *at = waiter;
    if (waiter->next == NULL)
        gate->last = waiter;
}

bool gate_pass(struct gate *gate, const struct record *record)
{
    struct waiter waiter = { .fiber = fiber_self(gate->fibers), .record = record };

    gate->lined--;
    if (gate->closed)
        return false;
    if (gate->inside < gate->width) {
        gate->inside++;
        return true;
    }
    join_line(gate, &waiter);
    gate->lined++;
    fiber_wait(gate->fibers);
    return waiter.passed;
}

static struct waiter *call_next(struct gate *gate)
{
    struct waiter *next = gate->line;

    gate->line = next->next;
    gate->lined--;
    fiber_wake(gate->fibers, next->fiber);
    return next;
}

void gate_leave(struct gate *gate)
{
    /* The place goes from hand to hand. */
    if (gate->line != NULL)
        call_next(gate)->passed = true;
    else
        gate->inside--;
}

bool gate_spare(struct gate *gate)
{
    size_t free_places = gate->inside < gate->width ? gate->width - gate->inside : 0;

    if (gate->closed || gate->lined > 0 || free_places < (gate->width > 1 ? 2 : 1))
        return false;
    gate->inside++;
    return true;
}

void gate_close(struct gate *gate)
{
    gate->closed = true;
    while (gate->line != NULL)
        call_next(gate);
}

bool gate_starves(const struct gate *gate)
{
    return gate->inside < gate->width;
}
