/* One request: which tasks go together, what is written down before and after, and what the answers mean. */
#include "flow/batch.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "base/log.h"
#include "base/now.h"
#include "base/utf8.h"
#include "flow/accept.h"
#include "flow/breakers.h"
#include "flow/company.h"
#include "flow/compose.h"
#include "flow/lookup.h"

/* One attempt takes so many requests at most: a login, the message, and both again. */
#define REQUESTS_MOST 4

void batch_name(struct run *run)
{
    const char *id = run->ledger->store == NULL ? NULL : store_id(run->ledger->store, NULL);
    unsigned char bytes[8] = { 0 };

    if (id != NULL) {
        reference_stem(id, run->stem);
        return;
    }
    if (getrandom(bytes, sizeof bytes, GRND_NONBLOCK) < 0)
        memcpy(bytes, &(int64_t){ now_ms() }, sizeof bytes);
    run->stem[0] = 'x';
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(run->stem + 1 + 2 * i, 3, "%02x", bytes[i]);
}

static void reference_for(const struct run *run, const struct task *task, char reference[REFERENCE_BYTES])
{
    long long id = task->record->id != 0 ? (long long)task->record->id : (long long)(task - run->task);

    reference_make(run->stem, id, task->fitted.texts > 1 ? (unsigned)task->part % 100 + 1 : 0, reference);
}

/* A run by itself has its own time to wait for the store's lock. */
static void wait_for_store(const struct run *run, int64_t until_ms)
{
    if (run->ledger->store != NULL && run->ledger->fibers == NULL)
        store_until(run->ledger->store, until_ms);
}

/* Write down how attempts ended. The last answer may have come at the deadline's end: its end must be written
   all the same. What the store cannot note was sent nevertheless: the answer says so, since another run will
   send it again. */
void batch_settle(struct run *run, struct task *const *tasks, const struct settlement *settlements,
                  size_t count)
{
    struct record *records[BATCH_MAX];
    struct error err = { 0 };

    for (size_t i = 0; i < count; i++)
        records[i] = tasks[i]->record;
    wait_for_store(run, run->settle_until_ms);
    if (ledger_settle(run->ledger, records, settlements, count, &err))
        return;
    log_line(LOG_LEVEL_ERROR, "store=settle fault=\"%s\"", err.text);
    for (size_t i = 0; i < count; i++)
        if (tasks[i]->done && settlements[i].state == RECORD_ACCEPTED) {
            tasks[i]->told->situation = SITUATION_UNRECORDED;
            snprintf(tasks[i]->told->reason, sizeof tasks[i]->told->reason, "%.200s", err.text);
        }
}

static void batch_settle_one(struct run *run, struct task *task, const struct settlement *settlement)
{
    batch_settle(run, &task, settlement, 1);
}

/* Texts of different marks differ. A hand full of alerts is compared with each other, and their beginnings
 * are alike. */
static unsigned mark_of(const char *text)
{
    unsigned mark = 0;

    for (; *text != '\0'; text++)
        mark = mark * 31 + (unsigned char)*text;
    return mark;
}

/* Fit the text for the provider that is next. A text that cannot be made costs this provider only. */
static bool compose_now(struct run *run, struct task *task)
{
    struct settlement settlement;
    struct outcome outcome = { 0 };
    struct error err = { 0 };

    if (compose_text(task->record, task->route, task_provider(task), &task->fitted, &err)) {
        task->composed = true;
        if (task->part >= task->fitted.texts)
            task->part = 0;
        task->mark = mark_of(task_text(task));
        return true;
    }
    outcome_from_error(&outcome, &err);
    if (task->record->attempt == 0)
        UTF8_COPY(task->record->provider, task_provider(task)->name);
    task_judge(task, &outcome, 0, &settlement);
    batch_settle_one(run, task, &settlement);
    return false;
}

bool batch_compose(struct run *run, struct task *task)
{
    return task->composed || compose_now(run, task);
}

/* How long this attempt may take: its share of what is left, so that a silent gateway leaves time for the
   next. In the worker nobody waits but the next attempt. */
static int64_t attempt_until(const struct run *run, const struct task *task)
{
    int64_t now = now_steady_ms(), left = run->until_ms - now;

    if (run->ledger->fibers != NULL)
        return now + (int64_t)task_provider(task)->timeout_s * 1000 * REQUESTS_MOST;
    return now + left / (int64_t)(task->providers - task->next);
}

static struct gate *gate_of(struct run *run, const struct provider *provider)
{
    return run->gate == NULL ? NULL : &run->gate[provider - run->session.plan->provider];
}

/* The gateway has answered: another request may take this one's place. */
static void leave_gate(struct run *run, const struct provider *provider)
{
    if (run->gate != NULL)
        gate_leave(gate_of(run, provider));
}

static void leave_line(struct run *run, const struct provider *provider)
{
    if (run->gate != NULL)
        gate_leave_line(gate_of(run, provider));
}

/* Whether the provider said no to the request as a whole, so that one bad number may hide among good ones. */
static bool refused_whole(const struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        if ((batch->item[i].outcome.kind != OUTCOME_REFUSED && !batch->item[i].outcome.divisible)
            || strcmp(batch->item[i].outcome.code, batch->item[0].outcome.code) != 0)
            return false;
    return batch->count > 1;
}

/* Another process may have the record before the attempt is over: this one was stopped for too long, or the
   clock was set. */
static bool lease_lapses(const struct record *record, int64_t until_ms)
{
    return now_ms() + until_ms - now_steady_ms() > record->lease_until_ms;
}

/* Wait for a place. False: the provider is left alone by now, or the line took longer than a lease lasts;
   nothing was sent, as outcome says. */
static bool pass_gate(struct run *run, struct task *const *tasks, size_t count, struct outcome *outcome)
{
    const struct provider *provider = task_provider(tasks[0]);
    bool passed = run->gate == NULL || gate_pass(gate_of(run, provider), tasks[0]->record);
    bool may = passed;

    for (size_t i = 0; may && run->gate != NULL && i < count; i++)
        may = !lease_lapses(tasks[i]->record, attempt_until(run, tasks[i]))
              && breakers_let(run->session.plan, provider, tasks[0]->record, false);
    if (may)
        return true;
    if (passed)
        leave_gate(run, provider);
    outcome_set(outcome, OUTCOME_RETRY, "", "not sent: this provider is not asked just now");
    outcome->own = true;
    return false;
}

/* Whether the attempt was begun when the record was accepted. One that was begun at another provider, because
   a route changed meanwhile, ends here. */
static bool has_begun(struct run *run, struct task *task)
{
    struct settlement other = { .state = RECORD_WAITING,
                                .outcome = outcome_name(OUTCOME_RETRY),
                                .meaning = "another provider was asked",
                                .due_ms = now_ms(),
                                .keep_lease = true };

    if (task->record->attempt == 0)
        return false;
    if (strcmp(task->record->provider, task_provider(task)->name) == 0)
        return true;
    other.parts_done = task->record->parts_done;
    batch_settle_one(run, task, &other);
    return false;
}

/* Write down that attempts begin, but for those that store_accept began already. A record whose lease is lost
   by now is another process's: it leaves the batch. Returns how many are left. */
static size_t begin(struct run *run, struct task *tasks[BATCH_MAX], size_t count, const char *reference,
                    int64_t until_ms)
{
    struct record *records[BATCH_MAX];
    struct error err = { 0 };
    size_t opened = 0, kept = 0;

    if (run->ledger->store == NULL)
        return count;
    for (size_t i = 0; i < count; i++)
        if (lease_lapses(tasks[i]->record, until_ms))
            tasks[i]->record->leased = false;
        else if (!has_begun(run, tasks[i]))
            records[opened++] = tasks[i]->record;
    if (!ledger_begin(run->ledger, records, opened, task_provider(tasks[0])->name, reference, &err)) {
        log_line(LOG_LEVEL_ERROR, "store=begin fault=\"%s\"", err.text);
        /* What cannot be noted in time is sent all the same: rather twice than never. But the worker would
           come back to it, and send it again and again. */
        return run->ledger->fibers == NULL ? count : 0;
    }
    for (size_t i = 0; i < count; i++) {
        if (tasks[i]->record->leased) {
            tasks[kept++] = tasks[i];
            continue;
        }
        accept_tell(tasks[i]->record, tasks[i]->told);
        tasks[i]->done = true;
    }
    return kept;
}

/* What the request says of the provider: one message that it took, or judged, shows that it works. */
static void note(const struct run *run, const struct provider *provider, const struct batch *batch)
{
    const struct outcome *outcome = &batch->item[0].outcome;

    for (size_t i = 0; i < batch->count; i++)
        if (batch->item[i].outcome.kind == OUTCOME_ACCEPTED || batch->item[i].outcome.kind == OUTCOME_REFUSED)
            outcome = &batch->item[i].outcome;
    breakers_note(run->session.plan, run->ledger->store, provider, outcome);
}

/* Nothing went out: the provider could not even be logged in to, or is not asked any more. Then others may
   ask at once, or this one later. */
static void give_up_batch(struct run *run, struct task **tasks, size_t count, const struct outcome *outcome,
                          bool at_once)
{
    struct settlement settlements[BATCH_MAX];

    for (size_t i = 0; i < count; i++) {
        struct record *record = tasks[i]->record;
        if (record->attempt == 0)
            UTF8_COPY(record->provider, task_provider(tasks[i])->name);
        task_judge(tasks[i], outcome, 0, &settlements[i]);
        if (at_once && settlements[i].state == RECORD_WAITING)
            settlements[i].due_ms = record->due_ms;
    }
    batch_settle(run, tasks, settlements, count);
}

void batch_spare(struct run *run, const struct provider *provider)
{
    struct outcome outcome = { 0 };
    struct task *tasks[BATCH_MAX];
    size_t count = 0;

    outcome_own(&outcome, OUTCOME_RETRY, "", "not asked: it kept another message waiting");
    for (size_t i = 0; i < run->tasks; i++) {
        struct task *task = &run->task[i];
        if (!task->done && task->next + 1 < task->providers && task_provider(task) == provider
            && !task_is_bound(task))
            tasks[count++] = task;
        if (count == BATCH_MAX || (count > 0 && i + 1 == run->tasks)) {
            give_up_batch(run, tasks, count, &outcome, false);
            count = 0;
        }
    }
}

static void send_batch(struct run *run, struct task *tasks[BATCH_MAX], size_t count, bool own)
{
    const struct provider *provider = task_provider(tasks[0]);
    const bool looks = (provider->api->caps & API_LOOKUP) != 0;
    struct batch_item items[BATCH_MAX];
    struct settlement settlements[BATCH_MAX];
    char references[BATCH_MAX][REFERENCE_BYTES], first[REFERENCE_BYTES];
    struct batch batch = {
        .kind = tasks[0]->fitted.kind, .own = own, .at = task_at(tasks[0]), .item = items
    };
    int64_t until_ms = attempt_until(run, tasks[0]);
    struct outcome outcome = { 0 };

    /* A locked store may cost a part of the time, not the message. */
    wait_for_store(run, now_steady_ms() + (run->until_ms - now_steady_ms()) / 4);
    /* The login first: an attempt that begins on disk is one whose message may have gone out. */
    if (!session_ready(&run->session, provider, until_ms, &outcome)) {
        leave_line(run, provider);
        give_up_batch(run, tasks, count, &outcome, false);
        breakers_note(run->session.plan, run->ledger->store, provider, &outcome);
        return;
    }
    /* A gateway that can be asked keeps one reference for all recipients of a request. */
    reference_for(run, tasks[0], first);
    batch.count = begin(run, tasks, count, looks ? first : "", until_ms);
    for (size_t i = 0; i < batch.count; i++) {
        if (!looks)
            reference_for(run, tasks[i], references[i]);
        items[i] = (struct batch_item){ .to = tasks[i]->record->recipient,
                                        .text = task_text(tasks[i]),
                                        .subject = tasks[i]->fitted.subject,
                                        .reference = looks ? first : references[i] };
    }
    if (batch.count == 0) {
        leave_line(run, provider);
        return;
    }
    if (!pass_gate(run, tasks, batch.count, &outcome)) {
        give_up_batch(run, tasks, batch.count, &outcome, gate_of(run, provider)->closed);
        return;
    }
    if (compose_has_image(tasks[0]->record, provider)) {
        batch.image = tasks[0]->record->image;
        batch.image_bytes = tasks[0]->record->image_bytes;
        batch.image_url = batch.image == NULL ? tasks[0]->record->wish.image_url : NULL;
    }
    session_send(&run->session, provider, &batch, attempt_until(run, tasks[0]));
    leave_gate(run, provider);
    /* Where a message is known by our own reference, what is said of it later must find it, however this
     * ended. */
    for (size_t i = 0; i < batch.count && (provider->api->caps & (API_IDEMPOTENT | API_LOOKUP)); i++)
        if (items[i].outcome.reference[0] == '\0')
            snprintf(items[i].outcome.reference, sizeof items[i].outcome.reference, "%.40s",
                     items[i].reference);
    for (size_t i = 0; i < batch.count; i++)
        task_judge(tasks[i], &items[i].outcome, refused_whole(&batch) ? batch.count : 0, &settlements[i]);
    batch_settle(run, tasks, settlements, batch.count);
    note(run, provider, &batch);
}

/* What a look-up says of one task: found, it is over; missing, it goes on to be sent; else it is as unsure as
 * before. */
static void judge_lookup(struct run *run, struct task *task, enum lookup found)
{
    struct outcome outcome = { 0 };
    struct settlement settlement;

    task->look = false;
    if (found == LOOKUP_MISSING)
        return;
    if (found == LOOKUP_FOUND)
        outcome_accept(&outcome, task->record->reference);
    else {
        task->repeated = true;
        outcome_set(&outcome, OUTCOME_UNSURE, "lost",
                    "the answer was lost, and the message could not be looked up");
        UTF8_COPY(outcome.reference, task->record->reference);
    }
    task_judge(task, &outcome, 0, &settlement);
    batch_settle_one(run, task, &settlement);
}

/* The answer to an earlier attempt was lost: ask for the message, and for those that went out in the same
   request. */
static size_t look(struct run *run, struct task *first, struct task *tasks[BATCH_MAX])
{
    const struct provider *provider = task_provider(first);
    struct record *records[BATCH_MAX] = { first->record };
    enum lookup found[BATCH_MAX];
    struct outcome outcome;
    size_t count = 1;

    tasks[0] = first;
    for (size_t i = 0; i < run->tasks && count < BATCH_MAX; i++) {
        struct task *task = &run->task[i];
        if (task->done || task->busy || !task->look || task_provider(task) != provider
            || strcmp(task->record->reference, first->record->reference) != 0)
            continue;
        task->busy = true;
        records[count] = task->record;
        tasks[count++] = task;
    }
    if (!pass_gate(run, tasks, count, &outcome))
        return count; /* to be looked for later */
    lookup_find(&run->session, provider, records, count, attempt_until(run, first), found);
    leave_gate(run, provider);
    for (size_t i = 0; i < count; i++)
        if (batch_compose(run, tasks[i]))
            judge_lookup(run, tasks[i], found[i]);
    return count;
}

void batch_go(struct run *run, struct task *first)
{
    const struct provider *provider = task_provider(first);
    struct task *tasks[BATCH_MAX] = { first };
    size_t count = 1;
    bool own;

    first->busy = true;
    if (first->look)
        count = look(run, first, tasks);
    else if (batch_compose(run, first)) {
        count = company_gather(run, first, tasks, &own);
        send_batch(run, tasks, count, own);
    } else
        leave_line(run, provider);
    for (size_t i = 0; i < count; i++)
        tasks[i]->busy = false;
}
