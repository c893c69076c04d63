/* The records in hand: which are next, and which have done. How a batch is sent is flow/batch.c's business;
   here many of them are under way side by side. */
#include "worker/shift.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/now.h"
#include "flow/accept.h"
#include "flow/breakers.h"
#include "flow/gate.h"

/* Records in hand, at most; some places are kept for those that come by themselves. */
#define SLOTS      1024
#define SLOTS_KEPT 128

/* Single texts that line up at a provider, whatever its width. */
#define LINE_LEAST 40

/* In hand for one provider, at most, however many it takes in one request. */
#define QUOTA_LEAST 128
#define QUOTA_MOST  800

struct shift {
    struct settings settings;
    struct plan plan;
    struct run run;
    struct fibers *fibers;
    struct record record[SLOTS]; /* id 0: a free place */
    struct told told[SLOTS];
    struct task task[SLOTS];
    size_t order[SLOTS]; /* first the places that are taken, most urgent first, then the free ones */
    size_t taken;
    size_t lent; /* places for questions */
    bool ends;
};

/* Single texts line up for as long as one commit lasts at least. Where many texts go in one request, what
   waits had better wait together than line up one by one. */
static struct gate open_gate(const struct shift *shift, const struct provider *provider)
{
    size_t width = (size_t)provider->width;
    size_t line = provider->api->own_max > 1 ? width : 2 * width < LINE_LEAST ? LINE_LEAST : 2 * width;

    return (struct gate){ .fibers = shift->fibers, .width = width, .most = line };
}

static bool open_gates(struct shift *shift, struct error *err)
{
    size_t providers = shift->plan.providers;

    shift->run.gate = calloc(providers, sizeof *shift->run.gate);
    if (shift->run.gate == NULL)
        return error_memory(err);
    for (size_t i = 0; i < providers; i++)
        shift->run.gate[i] = open_gate(shift, &shift->plan.provider[i]);
    return true;
}

bool shift_open(struct settings *settings, const struct workshop *workshop, struct shift **shift,
                struct error *err)
{
    struct shift *made = calloc(1, sizeof *made);

    if (made == NULL) {
        settings_clear(settings);
        return error_memory(err);
    }
    made->settings = *settings;
    *settings = (struct settings){ 0 };
    for (size_t i = 0; i < SLOTS; i++)
        made->order[i] = i;
    made->fibers = workshop->fibers;
    made->run.task = made->task;
    made->run.ledger = workshop->ledger;
    if (!plan_open(&made->settings, &made->plan, err) || !open_gates(made, err)
        || !session_share(&made->run.session, &made->plan, workshop->wire, workshop->fleet, workshop->fibers,
                          workshop->store, err)) {
        shift_close(made);
        return false;
    }
    batch_name(&made->run);
    breakers_learn(&made->plan, workshop->store, true);
    *shift = made;
    return true;
}

void shift_close(struct shift *shift)
{
    if (shift == NULL)
        return;
    session_close(&shift->run.session);
    free(shift->run.gate);
    plan_clear(&shift->plan);
    settings_clear(&shift->settings);
    free(shift);
}

const struct plan *shift_plan(const struct shift *shift)
{
    return &shift->plan;
}

size_t shift_room(const struct shift *shift, bool asked)
{
    size_t room = SLOTS - shift->taken, kept = asked ? 0 : SLOTS_KEPT;

    return shift->ends || room < kept ? 0 : room - kept;
}

static bool is_open(const struct shift *shift, size_t slot)
{
    return shift->record[slot].id != 0 && !shift->task[slot].done;
}

static size_t index_of(const struct shift *shift, const struct provider *provider)
{
    return (size_t)(provider - shift->plan.provider);
}

size_t shift_quota(const struct shift *shift, size_t provider)
{
    const struct provider *p = &shift->plan.provider[provider];
    size_t quota = 4 * (size_t)p->width * (p->api->own_max > 1 ? p->api->own_max : 1);
    size_t most = (SLOTS - SLOTS_KEPT) / shift->plan.providers;

    if (most > QUOTA_MOST)
        most = QUOTA_MOST;
    if (quota < QUOTA_LEAST)
        quota = QUOTA_LEAST;
    return quota < most ? quota : most;
}

void shift_count(const struct shift *shift, size_t *waiting)
{
    memset(waiting, 0, shift->plan.providers * sizeof *waiting);
    for (size_t i = 0; i < shift->run.tasks; i++)
        if (is_open(shift, i))
            waiting[index_of(shift, task_provider(&shift->task[i]))]++;
}

const struct provider *shift_provider(const struct shift *shift, const struct record *record, bool *over)
{
    const struct provider *provider = NULL;
    struct record seen = *record;
    struct settlement settlement;
    struct told told;
    struct task task;
    bool settles = true;

    if (task_open(&task, &shift->plan, &seen, &told, &settles, &settlement, NULL) && !settles)
        provider = task_provider(&task);
    *over = provider != NULL && task_is_over(&task);
    task_clear(&task);
    return provider;
}

/* A fiber's errand: what it is to do, for which place. */
struct errand {
    struct shift *shift;
    size_t slot;
    const struct settlement *settlement;
};

static void run_settle(void *context)
{
    const struct errand errand = *(const struct errand *)context;
    struct settlement settlement = *errand.settlement;
    struct task *task = &errand.shift->task[errand.slot];

    task->busy = true;
    batch_settle(&errand.shift->run, &task, &settlement, 1);
    task->busy = false;
}

static void run_batch(void *context)
{
    const struct errand errand = *(const struct errand *)context;
    struct run *run = &errand.shift->run;
    struct task *task = &errand.shift->task[errand.slot];

    batch_go(run, task);
}

static bool send_out(struct shift *shift, size_t slot, void (*run)(void *context),
                     const struct settlement *settlement)
{
    struct errand errand = { shift, slot, settlement };

    return fiber_start(shift->fibers, run, &errand, NULL);
}

/* Out of memory: the store keeps the record, whose lease lapses. */
static void drop(struct shift *shift, size_t slot)
{
    log_line(LOG_LEVEL_ERROR, "record=%lld fault=\"out of memory\"", (long long)shift->record[slot].id);
    accept_tell(&shift->record[slot], &shift->told[slot]);
    shift->task[slot].done = true;
}

/* Whether a is sent before b: what is down or critical, then what came first. */
static bool goes_first(const struct record *a, const struct record *b)
{
    return a->priority != b->priority ? a->priority < b->priority : a->id < b->id;
}

/* A free place, by now in its order. */
static size_t take_place(struct shift *shift, const struct record *record)
{
    size_t at = shift->taken++, slot = shift->order[at];

    for (; at > 0 && goes_first(record, &shift->record[shift->order[at - 1]]); at--)
        shift->order[at] = shift->order[at - 1];
    shift->order[at] = slot;
    return slot;
}

static void free_place(struct shift *shift, size_t at)
{
    size_t slot = shift->order[at];

    shift->taken--;
    memmove(&shift->order[at], &shift->order[at + 1], (shift->taken - at) * sizeof *shift->order);
    shift->order[shift->taken] = slot;
}

void shift_take(struct shift *shift, struct record *record)
{
    struct settlement settlement;
    bool settles = false;
    size_t slot = take_place(shift, record);

    shift->record[slot] = *record;
    *record = (struct record){ 0 };
    if (slot >= shift->run.tasks)
        shift->run.tasks = slot + 1;
    if (!task_open(&shift->task[slot], &shift->plan, &shift->record[slot], &shift->told[slot], &settles,
                   &settlement, NULL)
        || (settles && !send_out(shift, slot, run_settle, &settlement)))
        drop(shift, slot);
}

struct record *shift_find(struct shift *shift, int64_t id)
{
    for (size_t i = 0; i < shift->run.tasks; i++) {
        struct record *record = &shift->record[i];
        if (record->id == id)
            return record;
        for (size_t m = 0; m < record->missed_count; m++)
            if (record->missed[m].id == id)
                return &record->missed[m];
    }
    return NULL;
}

struct session *shift_lend(struct shift *shift, size_t provider)
{
    if (shift->ends || !gate_spare(&shift->run.gate[provider]))
        return NULL;
    shift->lent++;
    return &shift->run.session;
}

void shift_take_back(struct shift *shift, size_t provider)
{
    shift->lent--;
    gate_leave(&shift->run.gate[provider]);
}

/* An attempt that was begun and not sent would be held. */
static bool may_line_up(const struct shift *shift, const struct task *task)
{
    bool eager = task->route->unsure == UNSURE_HOLD || task_at(task) != NULL;

    return gate_has_room(&shift->run.gate[index_of(shift, task_provider(task))], eager);
}

static bool has_room(const struct shift *shift)
{
    for (size_t i = 0; i < shift->plan.providers; i++)
        if (gate_has_room(&shift->run.gate[i], false))
            return true;
    return false;
}

/* Its provider pauses. */
static void pass_by(struct shift *shift, size_t slot)
{
    struct settlement settlement;

    if (!task_pass_by(&shift->task[slot], &shift->plan, &settlement)
        && !send_out(shift, slot, run_settle, &settlement))
        drop(shift, slot);
}

/* Whose provider pauses is looked at again: it has another one by now, or is busy. */
void shift_dispatch(struct shift *shift)
{
    for (size_t at = 0; at < shift->taken && !shift->ends && has_room(shift);) {
        size_t slot = shift->order[at];
        struct task *task = &shift->task[slot];

        if (task->done || task->busy || !may_line_up(shift, task))
            at++;
        else if (!breakers_let(&shift->plan, task_provider(task), task->record, true))
            pass_by(shift, slot);
        else {
            struct gate *gate = &shift->run.gate[index_of(shift, task_provider(task))];
            gate_line_up(gate);
            if (!send_out(shift, slot, run_batch, NULL)) {
                gate_leave_line(gate);
                drop(shift, slot);
            }
        }
    }
}

/* What is not under way goes back to the store, due as it was. */
static void give_back(struct shift *shift)
{
    for (size_t i = 0; i < shift->run.tasks; i++) {
        const struct record *record = &shift->record[i];
        const struct settlement back = { .state = RECORD_WAITING,
                                         .due_ms = record->due_ms,
                                         .parts_done = record->parts_done };
        if (!is_open(shift, i) || shift->task[i].busy)
            continue;
        accept_tell(record, &shift->told[i]);
        shift->task[i].done = true;
        send_out(shift, i, run_settle, &back);
    }
}

static bool is_due(const struct record *record)
{
    return record->state == RECORD_WAITING && record->due_ms <= now_ms();
}

void shift_tell(struct shift *shift, bool ends_all, void (*tell)(void *context, const struct told *told),
                void *context, int64_t *due_ms)
{
    if (shift->ends)
        give_back(shift);
    for (size_t at = 0; at < shift->taken;) {
        size_t slot = shift->order[at];
        struct task *task = &shift->task[slot];
        struct record *record = &shift->record[slot];
        if (!task->done || task->busy) {
            at++;
            continue;
        }
        if (record->state == RECORD_WAITING && record->due_ms < *due_ms)
            *due_ms = record->due_ms;
        if (!shift->ends || !is_due(record) || ends_all)
            tell(context, &shift->told[slot]);
        task_clear(task);
        /* An empty place must not be taken for a companion of others. */
        task->done = true;
        record_clear(record);
        free_place(shift, at);
    }
    while (shift->run.tasks > 0 && shift->record[shift->run.tasks - 1].id == 0)
        shift->run.tasks--;
}

void shift_end(struct shift *shift)
{
    shift->ends = true;
    for (size_t i = 0; i < shift->plan.providers; i++)
        gate_close(&shift->run.gate[i]);
}

bool shift_starves(const struct shift *shift)
{
    for (size_t i = 0; i < shift->plan.providers; i++)
        if (shift->run.gate[i].lined > 0 && gate_starves(&shift->run.gate[i]))
            return true;
    return false;
}

bool shift_rests(const struct shift *shift)
{
    for (size_t i = 0; i < shift->plan.providers; i++)
        if (!gate_starves(&shift->run.gate[i]))
            return false;
    return true;
}

bool shift_is_over(const struct shift *shift)
{
    return shift->taken == 0 && shift->lent == 0;
}
