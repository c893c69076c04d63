/* The second half of the way: records go out through the providers of their routes, one provider's batch
   after the other, and every end is written down before the next begins. */
#include "flow/deliver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/now.h"
#include "flow/accept.h"
#include "flow/batch.h"
#include "flow/breakers.h"
#include "flow/plan.h"

/* Records taken from the store at once. */
#define HANDFUL 50

/* A provider that took so long to fail is not asked by one batch after the other. */
#define PATIENCE_MS 1000

/* With less time than this left, no attempt is begun. */
#define ATTEMPT_LEAST_MS 200

static struct task *first_open(const struct run *run)
{
    for (size_t i = 0; i < run->tasks; i++)
        if (!run->task[i].done)
            return &run->task[i];
    return NULL;
}

/* No time is left: whatever is still open is tried again later, in one commit for each handful. */
static void postpone_open(struct run *run)
{
    struct task *tasks[BATCH_MAX];
    struct settlement settlements[BATCH_MAX];
    size_t count;

    do {
        count = 0;
        for (size_t i = 0; i < run->tasks && count < BATCH_MAX; i++)
            if (!run->task[i].done)
                tasks[count++] = &run->task[i];
        for (size_t i = 0; i < count; i++)
            task_postpone(tasks[i], "no time left", &settlements[i]);
        batch_settle(run, tasks, settlements, count);
    } while (count > 0);
}

static void run_tasks(struct run *run)
{
    struct task *first;

    while ((first = first_open(run)) != NULL && run->until_ms - now_steady_ms() >= ATTEMPT_LEAST_MS) {
        const struct provider *asked = task_provider(first);
        int64_t began_ms = now_steady_ms();
        batch_go(run, first);
        if (!first->done && task_provider(first) != asked && now_steady_ms() - began_ms >= PATIENCE_MS)
            batch_spare(run, asked);
    }
    postpone_open(run);
}

static bool open_tasks(struct run *run, struct delivery *delivery, struct error *err)
{
    run->task = calloc(delivery->count, sizeof *run->task);
    if (run->task == NULL)
        return error_memory(err);
    run->tasks = delivery->count;
    for (size_t i = 0; i < delivery->count; i++) {
        struct settlement settlement;
        bool is_settled = false;
        if (!task_open(&run->task[i], delivery->plan, delivery->record[i], &delivery->told[i], &is_settled,
                       &settlement, err))
            return false;
        if (is_settled)
            batch_settle(run, &(struct task *){ &run->task[i] }, &settlement, 1);
    }
    return true;
}

/* Nothing could be begun at all (memory): every record stays for later. */
static void postpone_all(struct delivery *delivery, const struct error *err)
{
    const struct settlement later = { .outcome = outcome_name(OUTCOME_RETRY),
                                      .meaning = err->text,
                                      .due_ms = now_ms() };

    for (size_t i = 0; i < delivery->count; i++) {
        struct told *told = &delivery->told[i];
        if (delivery->store != NULL)
            store_settle(delivery->store, &delivery->record[i], &later, 1, NULL);
        accept_tell(delivery->record[i], told);
        told->situation = SITUATION_WAITING;
        snprintf(told->reason, sizeof told->reason, "%.200s", err->text);
    }
}

void deliver_run(struct delivery *delivery)
{
    struct ledger ledger = { .store = delivery->store };
    struct run run = { .ledger = &ledger,
                       .until_ms = delivery->until_ms,
                       .settle_until_ms = delivery->settle_until_ms };
    struct error err = { 0 };

    srandom((unsigned)now_ms() ^ (unsigned)(uintptr_t)&run);
    batch_name(&run);
    if (session_open(&run.session, delivery->plan, delivery->wire, delivery->store, &err)
        && open_tasks(&run, delivery, &err))
        run_tasks(&run);
    else
        postpone_all(delivery, &err);
    for (size_t i = 0; i < run.tasks; i++)
        task_clear(&run.task[i]);
    free(run.task);
    session_close(&run.session);
}

bool deliver_due(const struct delivery *with, int64_t due_by_ms, struct told **told, size_t *count,
                 size_t *taken, struct error *err)
{
    const int64_t lease_ms = with->until_ms - now_steady_ms() + DELIVERY_LEASE_SLACK_MS;
    struct delivery delivery = *with;
    struct record *records = NULL, *pointers[HANDFUL];
    struct told *grown;
    bool delivered = false;

    *taken = 0;
    breakers_learn(with->plan, with->store, false);
    if (!store_claim(with->store, NULL, HANDFUL, due_by_ms, lease_ms, &records, taken, err))
        return false;
    if (*taken == 0) {
        delivered = true;
        goto out;
    }
    grown = realloc(*told, (*count + *taken) * sizeof **told);
    if (grown == NULL) {
        error_memory(err);
        goto out;
    }
    *told = grown;
    for (size_t i = 0; i < *taken; i++)
        pointers[i] = &records[i];
    delivery.record = pointers;
    delivery.told = *told + *count;
    delivery.count = *taken;
    memset(delivery.told, 0, *taken * sizeof *delivery.told);
    deliver_run(&delivery);
    *count += *taken;
    delivered = true;
out:
    for (size_t i = 0; i < *taken; i++)
        record_clear(&records[i]);
    free(records);
    return delivered;
}
