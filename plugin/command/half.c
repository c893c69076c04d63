/* What munja_deliver.so shows to the executable: one table. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert/nfc.h"
#include "base/line.h"
#include "base/utf8.h"
#include "flow/breakers.h"
#include "flow/deliver.h"
#include "flow/plan.h"
#include "command/show.h"
#include "flow/task.h"

static bool plan_new(const struct settings *settings, struct plan **plan, struct error *err)
{
    struct plan *made = calloc(1, sizeof *made);

    if (made == NULL)
        return error_memory(err);
    if (plan_open(settings, made, err)) {
        *plan = made;
        return true;
    }
    plan_clear(made);
    free(made);
    return false;
}

static void plan_free(struct plan *plan)
{
    if (plan != NULL)
        plan_clear(plan);
    free(plan);
}

static bool takes_reservations(const struct plan *plan, const struct wish *wish)
{
    for (size_t i = 0; i < plan->providers; i++)
        if ((wish->provider[0] == '\0' || strcmp(plan->provider[i].name, wish->provider) == 0)
            && api_reserves(plan->provider[i].api, wish->at))
            return true;
    return false;
}

static bool check_wish(const struct plan *plan, const struct wish *wish, struct error *err)
{
    enum kind kind;

    if (wish->provider[0] != '\0' && plan_provider(plan, wish->provider) == NULL)
        return error_set(err, ERROR_USAGE, 0, "option --provider: no such provider \"%s\" in %s",
                         wish->provider, plan->settings->path);
    if (wish->kind[0] != '\0' && !kind_named(wish->kind, &kind))
        return error_set(err, ERROR_USAGE, 0, "option --kind: no such kind \"%s\" (auto, sms, lms, mms)",
                         wish->kind);
    return wish->at[0] == '\0' || takes_reservations(plan, wish)
           || error_set(err, ERROR_USAGE, 0, "option --at: no provider %s takes a reservation for that time",
                        wish->provider[0] != '\0' ? "of that name" : "of this configuration");
}

/* Not where the answer's loss would hold the record: there an attempt begins only when its login is done; nor
   where an attempt must begin under its reference. */
static void name_first(const struct plan *plan, struct record *record)
{
    struct settlement settlement;
    struct told told;
    struct task task;
    bool settled;

    record->provider[0] = '\0';
    if (!task_open(&task, plan, record, &told, &settled, &settlement, NULL))
        return;
    if (!settled && task.route->unsure == UNSURE_RESEND && task_at(&task) == NULL
        && !(task_provider(&task)->api->caps & API_LOOKUP))
        UTF8_COPY(record->provider, task_provider(&task)->name);
    task_clear(&task);
}

static bool plan_note(const struct plan *plan, char *note, size_t room)
{
    const struct faults *faults = &plan->faults;
    char whole[1024];

    if (faults->count == 0)
        return false;
    snprintf(whole, sizeof whole, "%s:%d: %s%s", plan->settings->path, faults->fault[0].line,
             faults->fault[0].text, faults->count > 1 ? " (and more: see munja config check)" : "");
    line_copy(note, room, whole);
    return true;
}

const struct deliver_half munja_deliver = {
    .plan_new = plan_new,
    .plan_free = plan_free,
    .check_wish = check_wish,
    .name_first = name_first,
    .learn = breakers_learn,
    .plan_note = plan_note,
    .run = deliver_run,
    .due = deliver_due,
    .show = show_records,
    .write_json = show_answer,
    .nfc = nfc_text,
};
