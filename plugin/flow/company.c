/* Which texts travel together in one request. */
#include "flow/company.h"

#include <string.h>

static bool same_message(const struct task *a, const struct task *b)
{
    return a->mark == b->mark && strcmp(task_text(a), task_text(b)) == 0
           && strcmp(a->fitted.subject, b->fitted.subject) == 0;
}

static bool can_join_own(const struct api *api, const struct task *task)
{
    return api->own_max > 1 && (api->own_kinds & 1u << task->fitted.kind) != 0
           && (api->own_without == NULL || strpbrk(task_text(task), api->own_without) == NULL);
}

static bool same_time(const struct task *a, const struct task *b)
{
    const char *one = task_at(a), *other = task_at(b);

    return one == NULL || other == NULL ? one == other : strcmp(one, other) == 0;
}

static bool same_image(const struct record *a, const struct record *b)
{
    return a->image_id == b->image_id && (a->image_id != 0 || a->image == b->image)
           && strcmp(a->wish.image_url, b->wish.image_url) == 0;
}

/* Whether the task could travel in the same request as first, but for its text. */
static bool is_companion(const struct task *task, const struct task *first)
{
    return task->batch_most == first->batch_most && task->fitted.kind == first->fitted.kind
           && same_time(task, first) && same_image(task->record, first->record);
}

/* Whether it waits for the same provider, with its text ready. */
static bool is_near(struct run *run, struct task *task, const struct task *first)
{
    bool ready;

    if (task->done || task->busy || task->look || task_provider(task) != task_provider(first))
        return false;
    task->busy =
        true; /* a text that cannot be made is settled, and nobody else may have the task meanwhile */
    ready = batch_compose(run, task);
    task->busy = false;
    return ready;
}

static bool is_as_urgent(const struct task *task, const struct task *first)
{
    return task->record != NULL && task->record->priority == first->record->priority;
}

static bool is_among(struct task *const *tasks, size_t count, const char *recipient)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(tasks[i]->record->recipient, recipient) == 0)
            return true;
    return false;
}

/* As most do that are in hand: asked first, of what is at hand. */
static bool differs(const struct task *task, const struct task *first)
{
    return task->composed && task->mark != first->mark;
}

static bool joins(struct run *run, struct task *task, const struct task *first, bool own)
{
    return is_near(run, task, first)
           && (own ? can_join_own(task_provider(first)->api, task) : same_message(task, first))
           && is_companion(task, first);
}

size_t company_gather(struct run *run, struct task *first, struct task *tasks[BATCH_MAX], bool *own)
{
    const struct api *api = task_provider(first)->api;
    size_t most, count = 1;
    bool less = false; /* some are less urgent */

    *own = false;
    tasks[0] = first;
    for (size_t i = 0; i < run->tasks && can_join_own(api, first) && !*own; i++)
        *own = joins(run, &run->task[i], first, true) && !same_message(&run->task[i], first);
    most = *own ? api->own_max : api->same_max;
    if (first->batch_most > 0 && first->batch_most < most)
        most = first->batch_most;
    for (int pass = 0; pass == 0 || (pass == 1 && less); pass++)
        for (size_t i = 0; i < run->tasks && count < most && count < BATCH_MAX; i++) {
            struct task *task = &run->task[i];
            if (task->done || task->busy || (!*own && differs(task, first)))
                continue;
            if (is_as_urgent(task, first) != (pass == 0))
                less = true;
            else if (joins(run, task, first, *own) && !is_among(tasks, count, task->record->recipient)) {
                task->busy = true;
                tasks[count++] = task;
            }
        }
    return count;
}
