/* From a receipt to what is sent in place of the text. */
#include "after/undelivered.h"

#include <stdio.h>
#include <string.h>

#include "after/pull.h"
#include "base/log.h"
#include "store/chase.h"

/* The list is that of the first recipient, whoever got the text after him, and as it was when the alert came.
 */
static const struct route *route_of(const struct plan *plan, const struct chase *chase)
{
    return plan_route(plan, &chase->record.alert, chase->recipient, chase->record.created_ms / 1000);
}

/* The providers of the record's own route behind the one that failed, then those before it: the first that
   reaches the number and was not tried for it. *provider is NULL when there is none. */
static bool find_next(const struct plan *plan, struct store *store, const struct chase *chase,
                      const struct provider **provider, struct error *err)
{
    const struct record *record = &chase->record;
    const struct route *route =
        plan_route(plan, &record->alert, record->recipient, record->created_ms / 1000);
    size_t at = 0;

    *provider = NULL;
    if (record->wish.provider[0] != '\0')
        return true;
    while (at < route->providers && strcmp(route->provider[at]->name, record->provider) != 0)
        at++;
    for (size_t i = 1; i <= route->providers; i++) {
        const struct provider *next = route->provider[(at + i) % route->providers];
        bool tried = false;
        if (!chase_tried(store, chase, next->name, &tried, err))
            return false;
        if (tried || !api_reaches(next->api, record->recipient))
            continue;
        *provider = next;
        return true;
    }
    return true;
}

/* Whether this step can be done, and how. Who is out of reach now may be there later; whom a gateway refuses
   for good, it refuses again. */
static bool try_remedy(const struct plan *plan, struct store *store, const struct chase *chase,
                       const struct remedy *remedy, struct chase_step *step, bool *can, struct error *err)
{
    const struct record *record = &chase->record;
    const struct provider *next = NULL;

    step->remedy = remedy_name(remedy->kind);
    step->recipient = record->recipient;
    step->first = "";
    switch (remedy->kind) {
    case REMEDY_RETRY:
        step->first = record->provider;
        *can = (strcmp(chase->state, "missed") == 0 || chase->state[0] == '\0'
                || strcmp(chase->state, "waiting") == 0)
               && plan_provider(plan, record->provider) != NULL;
        return true;
    case REMEDY_NEXT:
        if (!find_next(plan, store, chase, &next, err))
            return false;
        step->first = next == NULL ? "" : next->name;
        *can = next != NULL;
        return true;
    case REMEDY_RECIPIENT:
        step->recipient = remedy->recipient;
        *can = strcmp(remedy->recipient, record->recipient) != 0
               && strcmp(remedy->recipient, chase->recipient) != 0;
        return true;
    }
    return true;
}

static bool choose(const struct plan *plan, struct store *store, const struct chase *chase,
                   struct chase_step *step, struct error *err)
{
    const struct route *route = route_of(plan, chase);

    for (size_t i = (size_t)chase->step; chase->open && i < route->remedies; i++) {
        bool can = false;
        step->step = (int)i + 1;
        if (!try_remedy(plan, store, chase, &route->remedy[i], step, &can, err))
            return false;
        if (can)
            return true;
    }
    *step = (struct chase_step){ .remedy = "none", .step = chase->step, .recipient = "", .first = "" };
    return true;
}

/* A gateway that cannot be asked may have pushed while nobody listened, and does so again. */
static int64_t heard_from_ms(const struct provider *provider, const struct watched *watched, int64_t since_ms)
{
    int64_t sent_ms = pull_sent_ms(watched);

    return pull_way(provider->api) == PULL_NONE && sent_ms < since_ms ? since_ms : sent_ms;
}

/* Reservations may have been cancelled at the gateway. */
bool undelivered_missing(const struct plan *plan, struct store *store, const struct provider *provider,
                         const struct watched *watched, int64_t since_ms, int64_t *missing_ms,
                         struct error *err)
{
    bool found = false, opened;
    struct chase chase;
    int wait_s;

    *missing_ms = INT64_MAX;
    if (watched->at[0] != '\0' || !pull_learns(provider))
        return true;
    opened = chase_open(store, watched->record, &chase, &found, err);
    if (opened && found && chase.open && route_of(plan, &chase)->remedies > 0) {
        wait_s = route_of(plan, &chase)->receipt_wait_s;
        if (wait_s > 0)
            *missing_ms = heard_from_ms(provider, watched, since_ms) + (int64_t)wait_s * 1000;
    }
    chase_clear(&chase);
    return opened;
}

/* A gateway that knows a repetition by its key tells of that, too; what became of the text itself comes
   apart, or is missing. */
static bool tells_of_repetition(const struct plan *plan, const struct chase *chase)
{
    const struct provider *provider = plan_provider(plan, chase->record.provider);
    const char *const *code = provider == NULL ? NULL : provider->api->repetitions;

    while (code != NULL && *code != NULL && strcmp(*code, chase->code) != 0)
        code++;
    return code != NULL && *code != NULL;
}

static void say(const struct chase *chase, const struct chase_step *step, int64_t made)
{
    log_line(LOG_LEVEL_INFO, "record=%lld provider=%s undelivered=\"%s\" remedy=%s%s%s instead=%lld",
             (long long)chase->record.id, chase->record.provider, chase->why, step->remedy,
             step->first[0] != '\0' ? " next=" : "", step->first, (long long)made);
}

bool undelivered_act(const struct plan *plan, struct store *store, int64_t record, bool late, bool *made,
                     struct error *err)
{
    int64_t window_ms = (int64_t)plan->settings->duplicate_window_s * 1000, next = 0;
    const struct route *route;
    struct chase_step step;
    struct chase chase;
    bool found = false, acted = false, unknown;

    *made = false;
    if (!chase_open(store, record, &chase, &found, err))
        goto out;
    acted = true;
    if (!found)
        goto out;
    route = route_of(plan, &chase);
    unknown = chase.state[0] == '\0' || strcmp(chase.state, "waiting") == 0
              || (chase.repeated && tells_of_repetition(plan, &chase));
    if (chase.over || (unknown && !late))
        goto out;
    if (unknown && chase.open)
        snprintf(chase.why, sizeof chase.why, "no receipt within %d s", route->receipt_wait_s);
    acted =
        choose(plan, store, &chase, &step, err) && chase_take(store, &chase, &step, window_ms, &next, err);
    if (acted)
        say(&chase, &step, next);
    *made = acted && next != 0;
out:
    chase_clear(&chase);
    return acted;
}
