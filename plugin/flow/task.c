/* One record on its way: which provider next, and what each outcome means for it. */
#include "flow/task.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mask.h"
#include "base/now.h"
#include "base/utf8.h"
#include "flow/at.h"
#include "flow/breakers.h"
#include "flow/compose.h"

#define DELAY_FIRST_MS 15000
#define DELAY_MOST_MS  (15 * 60 * 1000)

int64_t task_delay_ms(const struct task *task, int wait_s)
{
    size_t providers = task->providers == 0 ? 1 : task->providers;
    size_t rounds = task->record->tries <= 0 ? 0 : ((size_t)task->record->tries - 1) / providers;
    int64_t delay = DELAY_FIRST_MS;

    for (size_t i = 0; i < rounds && delay < DELAY_MOST_MS; i++)
        delay *= 2;
    /* Up to as much again, so that the records of an outage do not come back in one moment. */
    delay += random() % delay;
    if (delay < (int64_t)wait_s * 1000)
        delay = (int64_t)wait_s * 1000;
    return delay > DELAY_MOST_MS ? DELAY_MOST_MS : delay;
}

/* An attempt that another process began and never ended: it died, before or after the first byte left. */
static bool left_open(const struct record *record)
{
    return record->attempt == 0 && strcmp(record->outcome, "begun") == 0;
}

static bool answer_was_lost(const struct record *record)
{
    return left_open(record) || strcmp(record->outcome, outcome_name(OUTCOME_UNSURE)) == 0;
}

/* A message can be looked up by the reference it was sent under. */
static bool can_look(const struct provider *provider, const struct record *record)
{
    return (provider->api->caps & API_LOOKUP) != 0 && record->reference[0] != '\0';
}

/* Put the provider that may have it already in front, where asking it again is safe or where it has a part.
 */
static void prefer_last(struct task *task)
{
    const struct record *record = task->record;

    for (size_t i = 0; i < task->providers; i++) {
        const struct provider *provider = task->order[i];
        bool look = answer_was_lost(record) && can_look(provider, record);
        bool safe = answer_was_lost(record) && (provider->api->caps & API_IDEMPOTENT);
        if (strcmp(provider->name, record->provider) != 0 || (!safe && !look && record->parts_done == 0))
            continue;
        task->look = look;
        memmove(&task->order[1], &task->order[0], i * sizeof *task->order);
        task->order[0] = provider;
        task->part = (size_t)record->parts_done;
        return;
    }
}

/* Whether the provider that may have the message already is asked first, and knows a repetition by its key.
 */
static bool can_repeat(const struct task *task)
{
    return task->providers > 0 && strcmp(task->order[0]->name, task->record->provider) == 0
           && (task->look || (task->order[0]->api->caps & API_IDEMPOTENT) != 0);
}

const char *task_at(const struct task *task)
{
    const char *at = task->record->wish.at;

    return at[0] != '\0' && at_ms(at) > now_ms() ? at : NULL;
}

/* Those that pause go to the end, but stay: with no worker there is nobody else who would come soon. *passed
   is the one that would be the first otherwise; NULL: none. */
static void pass_over(struct task *task, const struct plan *plan, const struct provider **passed)
{
    size_t last = task->providers - 1, at = 0;

    *passed = NULL;
    for (size_t left = task->providers; task->providers > 1 && left > 0; left--) {
        const struct provider *provider = task->order[at];
        if (breakers_let(plan, provider, task->record, at == 0)) {
            at++;
            continue;
        }
        memmove(&task->order[at], &task->order[at + 1], (last - at) * sizeof *task->order);
        task->order[last] = provider;
        if (at == 0 && *passed == NULL)
            *passed = provider;
    }
}

/* It is told as if it had been asked and failed. */
static void tell_passed(struct task *task, const struct plan *plan, const struct provider *passed)
{
    const struct breaker *breaker;
    char words[sizeof breaker->reason + 64];

    if (passed == NULL || task->order[task->next] == passed)
        return;
    breaker = breakers_of(plan, passed);
    breakers_say(breaker, words, sizeof words);
    task->faulty = task->faulty || breaker->account;
    snprintf(task->told->after, sizeof task->told->after, "%.30s: %.90s", passed->name, words);
    if (task->record->leased) /* not of one that is only looked at */
        log_line(LOG_LEVEL_INFO, "record=%lld passed_over=%s reason=\"%s\"", (long long)task->record->id,
                 passed->name, words);
}

/* A text that is sent in place of another begins with the provider that was chosen for it, and goes on from
   there. */
static void begin_with(struct task *task, const char *first)
{
    for (size_t i = 0; first[0] != '\0' && i < task->providers; i++) {
        const struct provider *front = task->order[0];
        if (strcmp(front->name, first) == 0)
            return;
        memmove(&task->order[0], &task->order[1], (task->providers - 1) * sizeof *task->order);
        task->order[task->providers - 1] = front;
    }
}

static bool find_order(struct task *task, const struct plan *plan, struct error *err)
{
    const struct provider *wished = plan_provider(plan, task->record->wish.provider);
    const struct route *route = task->route;
    const struct provider *passed;
    size_t count = wished != NULL ? 1 : route->providers;

    task->order = calloc(count + 1, sizeof *task->order);
    if (task->order == NULL)
        return error_memory(err);
    for (size_t i = 0; i < count; i++) {
        const struct provider *provider = wished != NULL ? wished : route->provider[i];
        if (api_reaches(provider->api, task->record->recipient)
            && (task_at(task) == NULL || api_reserves(provider->api, task_at(task))))
            task->order[task->providers++] = provider;
    }
    begin_with(task, task->record->wish.first);
    pass_over(task, plan, &passed);
    prefer_last(task);
    tell_passed(task, plan, passed);
    return true;
}

bool task_open(struct task *task, const struct plan *plan, struct record *record, struct told *told,
               bool *settle, struct settlement *settlement, struct error *err)
{
    *task = (struct task){ .record = record, .told = told };
    *told = (struct told){ .record = record->id };
    UTF8_COPY(told->recipient, record->recipient);
    task->route = plan_route(plan, &record->alert, record->recipient, now_s());
    if (!find_order(task, plan, err))
        return false;
    *settle = true;
    /* A reservation that may have been made is not made again either. */
    if (left_open(record) && (task->route->unsure == UNSURE_HOLD || task_at(task) != NULL)
        && !can_repeat(task)) {
        static const struct outcome lost = { .kind = OUTCOME_UNSURE,
                                             .code = "lost",
                                             .meaning = "the sender died" };
        task->next = task->providers;
        task_judge(task, &lost, 0, settlement);
    } else if (task->providers == 0)
        task_postpone(task,
                      task_at(task) == NULL ? "no provider of this configuration reaches this number"
                                            : "no provider of the route takes reservations for this number",
                      settlement);
    else
        *settle = false;
    return true;
}

void task_clear(struct task *task)
{
    free(task->order);
    fitted_clear(&task->fitted);
    *task = (struct task){ 0 };
}

const char *task_text(const struct task *task)
{
    return task->fitted.text[task->part];
}

const struct provider *task_provider(const struct task *task)
{
    return task->order[task->next];
}

/* A machine without a clock of its own starts in the past: the age of what it accepted then is not known. */
#define CLOCK_SANE_MS (INT64_C(1577836800) * 1000) /* 2020 */

bool task_is_over(const struct task *task)
{
    int64_t created_ms = task->record->created_ms,
            age_ms = created_ms < CLOCK_SANE_MS ? 0 : now_ms() - created_ms;

    return age_ms > (int64_t)task->route->retry_for_s * 1000;
}

/* Keep the record for later, or give it up when its time is over. A pause that the last provider asked for
   holds only where there is no other. */
static void keep(struct task *task, int wait_s, struct settlement *settlement)
{
    task->done = true;
    settlement->keep_lease = false;
    if (task_is_over(task)) {
        settlement->state = RECORD_DEAD;
        task->told->situation = SITUATION_DEAD;
        return;
    }
    settlement->state = RECORD_WAITING;
    settlement->due_ms = now_ms() + task_delay_ms(task, task->providers > 1 ? 0 : wait_s);
    task->told->situation = SITUATION_WAITING;
}

/* Another provider renders and fits again from the whole alert, and starts with the first part. */
static void take_up(struct task *task)
{
    fitted_clear(&task->fitted);
    task->composed = task->repeated = task->look = false;
    task->batch_most = 0;
    task->part = 0;
}

static bool go_on(struct task *task)
{
    struct told *told = task->told;

    if (task->next + 1 >= task->providers)
        return false;
    if (told->after[0] == '\0')
        snprintf(told->after, sizeof told->after, "%.30s: %.90s", task_provider(task)->name, told->reason);
    task->next++;
    take_up(task);
    return true;
}

static void finish(struct task *task, enum record_state state, enum situation situation,
                   struct settlement *settlement)
{
    task->done = true;
    task->told->situation = situation;
    settlement->state = state;
    settlement->keep_lease = false;
}

static void judge_accepted(struct task *task, const struct outcome *outcome, struct settlement *settlement)
{
    bool image_left;

    /* A gateway that counts fewer messages than it was given says so in meaning. */
    task->faulty = task->faulty || outcome->meaning[0] != '\0';
    task->part++;
    settlement->parts_done = (int)task->part;
    if (task->part < task->fitted.texts)
        return;
    image_left = (task->record->image != NULL || task->record->wish.image_url[0] != '\0')
                 && !compose_has_image(task->record, task_provider(task));
    finish(task, RECORD_ACCEPTED, task->faulty || image_left ? SITUATION_FAULTY : SITUATION_ACCEPTED,
           settlement);
    UTF8_COPY(task->told->reference, outcome->reference);
    UTF8_COPY(task->told->reason,
              image_left ? "without its image, which this gateway does not take" : outcome->meaning);
}

static void judge_unsure(struct task *task, const struct outcome *outcome, struct settlement *settlement)
{
    const struct provider *provider = task->next < task->providers ? task_provider(task) : NULL;
    unsigned caps = provider == NULL ? 0 : provider->api->caps;

    /* Once more at the same provider: the same key again, or a look first. */
    if ((caps & (API_IDEMPOTENT | API_LOOKUP)) && !task->repeated) {
        task->repeated = true;
        task->look = (caps & API_LOOKUP) != 0 && outcome->reference[0] != '\0';
        UTF8_COPY(task->record->reference, outcome->reference);
        return;
    }
    /* A reservation that was taken must not be made again elsewhere: both would be sent. */
    if (task->route->unsure == UNSURE_HOLD || task_at(task) != NULL)
        finish(task, RECORD_HELD, SITUATION_HELD, settlement);
    else if (!go_on(task))
        keep(task, 0, settlement);
}

static void log_outcome(const struct task *task, const struct outcome *outcome)
{
    char masked[MASK_BYTES];

    log_line(
        LOG_LEVEL_INFO, "record=%lld to=%s provider=%s kind=%s cost=%d outcome=%s code=%s meaning=\"%s\"",
        (long long)task->record->id, mask_number(task->record->recipient, masked), task->told->provider,
        task->told->kind, task->told->cost, outcome_name(outcome->kind), outcome->code, outcome->meaning);
}

/* What the answer says of this attempt. */
static void tell(struct task *task, const struct outcome *outcome)
{
    struct told *told = task->told;

    if (task->next < task->providers)
        UTF8_COPY(told->provider, task_provider(task)->name);
    snprintf(told->reason, sizeof told->reason, "%s%s%s", outcome->code,
             outcome->code[0] != '\0' && outcome->meaning[0] != '\0' ? ", " : "", outcome->meaning);
    if (task->composed) {
        UTF8_COPY(told->kind, kind_name(task->fitted.kind));
        UTF8_COPY(told->unit, compose_unit(task_provider(task)));
        told->cost = task->fitted.cost;
        told->limit = task->fitted.limit;
        told->messages = (int)task->fitted.texts;
        told->cut = task->fitted.cut;
        told->replaced = task->fitted.replaced;
    }
    told->attempts++;
    log_outcome(task, outcome);
}

void task_judge(struct task *task, const struct outcome *outcome, size_t refused_with,
                struct settlement *settlement)
{
    *settlement = (struct settlement){ .state = RECORD_WAITING,
                                       .outcome = outcome_name(outcome->kind),
                                       .code = outcome->code,
                                       .meaning = outcome->meaning,
                                       .reference = outcome->reference,
                                       .due_ms = now_ms(),
                                       .parts_done = (int)task->part,
                                       .keep_lease = true };
    tell(task, outcome);
    /* One bad number may hide among good ones: by halves it is found soon. */
    if (refused_with > 1) {
        task->batch_most = refused_with / 2;
        return;
    }
    switch (outcome->kind) {
    case OUTCOME_ACCEPTED:
        judge_accepted(task, outcome, settlement);
        break;
    case OUTCOME_REFUSED:
        finish(task, RECORD_REFUSED, SITUATION_REFUSED, settlement);
        break;
    case OUTCOME_UNSURE:
    case OUTCOME_NONE:
        judge_unsure(task, outcome, settlement);
        break;
    case OUTCOME_ACCOUNT:
    case OUTCOME_RETRY:
        task->faulty = task->faulty || outcome->kind == OUTCOME_ACCOUNT;
        if (!go_on(task))
            keep(task, outcome->wait_s, settlement);
        break;
    }
    if (!task->done && task->part == 0)
        settlement->parts_done = 0;
}

void task_postpone(struct task *task, const char *why, struct settlement *settlement)
{
    const struct record *record = task->record;

    /* An attempt begun by this run reached nobody; one that a dead process left open may have. */
    *settlement = (struct settlement){
        .outcome = record->attempt != 0 ? outcome_name(OUTCOME_RETRY)
                   : left_open(record)  ? outcome_name(OUTCOME_UNSURE)
                                        : NULL,
        .meaning = why,
        .reference = record->reference, /* a look-up still needs it */
        .parts_done = record->parts_done,
    };
    if (task->told->reason[0] == '\0')
        UTF8_COPY(task->told->reason, why);
    keep(task, 0, settlement);
}

bool task_is_bound(const struct task *task)
{
    const struct provider *provider = task_provider(task);

    return task->look || task->part > 0
           || (answer_was_lost(task->record) && (provider->api->caps & API_IDEMPOTENT) != 0
               && strcmp(provider->name, task->record->provider) == 0);
}

bool task_pass_by(struct task *task, const struct plan *plan, struct settlement *settlement)
{
    const struct provider *paused = task_provider(task);
    char words[sizeof(struct breaker) + 64];
    int64_t due_ms = breakers_next_ms(plan);

    for (size_t i = task->next + 1; !task_is_bound(task) && i < task->providers; i++) {
        if (!breakers_let(plan, task->order[i], task->record, true))
            continue;
        task->order[task->next] = task->order[i];
        task->order[i] = paused;
        take_up(task);
        tell_passed(task, plan, paused);
        return true;
    }
    breakers_say(breakers_of(plan, paused), words, sizeof words);
    UTF8_COPY(task->told->provider, paused->name);
    task_postpone(task, words[0] == '\0' ? "another message tries this provider" : words, settlement);
    if (settlement->state == RECORD_WAITING && due_ms != INT64_MAX)
        settlement->due_ms = due_ms + random() % 1000;
    return false;
}
