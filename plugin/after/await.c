/* Looking at a message that is due. To ask its gateway, and to find the time for that, is the caller's. */
#include "after/await.h"

#include "after/pace.h"
#include "after/pull.h"
#include "after/undelivered.h"
#include "base/log.h"
#include "base/now.h"

/* Until it is tried again when the store cannot be read or written. */
#define STUCK_MS 5000

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

static void complain(const struct error *err)
{
    log_line(LOG_LEVEL_ERROR, "store=chase fault=\"%s\"", err->text);
}

void await_plan(struct await *await, const struct plan *plan, struct store *store)
{
    await->plan = plan;
    await->store = store;
    await->since_ms = await->since_ms == 0 ? now_ms() : await->since_ms;
    await->acts = await->tells = false;
    for (size_t i = 0; i < plan->routes; i++)
        await->acts = await->acts || plan->route[i].remedies > 0;
    for (size_t i = 0; i < plan->monitors; i++)
        await->tells = await->tells || plan->monitor[i].result_service != NULL;
}

static int64_t missing_at_ms(const struct await *await, const struct provider *provider,
                             const struct watched *watched)
{
    struct error err = { 0 };
    int64_t ms = INT64_MAX;

    if (!await->acts || watched->chased
        || undelivered_missing(await->plan, await->store, provider, watched, await->since_ms, &ms, &err))
        return ms;
    complain(&err);
    return now_ms() + STUCK_MS; /* looked at again then */
}

/* Not behind the time when its receipt is missing. */
int64_t await_next_ms(const struct await *await, const struct provider *provider,
                      const struct watched *watched)
{
    int64_t now = now_ms(), next_ms = now + pace_result_ms(now - pull_sent_ms(watched));
    int64_t missing_ms = missing_at_ms(await, provider, watched);

    return missing_ms > next_ms ? next_ms : missing_ms > now ? missing_ms : now;
}

static bool act(struct await *await, const struct watched *watched, bool late)
{
    struct error err = { 0 };
    bool made = false;

    if ((!await->acts && !await->tells) || watched->chased
        || undelivered_act(await->plan, await->store, watched->record, late, &made, &err)) {
        await->made = await->made || made;
        return true;
    }
    complain(&err);
    return false;
}

/* A receipt is not missing before it was asked for: nobody may have looked for long. */
enum await_ask await_look(struct await *await, struct watched *watched, const struct provider **provider)
{
    const struct provider *whose = *provider = plan_provider(await->plan, watched->provider);
    enum pull_way way = whose == NULL ? PULL_NONE : pull_way(whose->api);
    int64_t now = now_ms(), sent = pull_sent_ms(watched), missing_ms;
    bool late;

    watched->next_ms = 0;
    if (whose == NULL) {
        if (watched->told && !act(await, watched, false))
            watched->next_ms = now + STUCK_MS;
        return AWAIT_NOTHING;
    }
    missing_ms = missing_at_ms(await, whose, watched);
    late = now >= missing_ms && (watched->told || way == PULL_NONE || watched->look_ms >= missing_ms);
    if ((watched->told || late) && !act(await, watched, late)) {
        watched->next_ms = now + STUCK_MS;
        return AWAIT_NOTHING;
    }
    if (watched->told || way == PULL_NONE
        || (whose->api->result_days > 0 && now - sent > whose->api->result_days * DAY_MS)) {
        watched->next_ms = now < missing_ms && missing_ms < INT64_MAX ? missing_ms : 0;
        return AWAIT_NOTHING;
    }
    watched->next_ms = sent > now ? sent + pace_result_ms(0) : now + pace_result_ms(now - sent);
    if (now < missing_ms && missing_ms < watched->next_ms)
        watched->next_ms = missing_ms;
    if (now >= missing_ms && !late)
        watched->next_ms = now + AWAIT_ASK_MOST_MS;
    return sent > now ? AWAIT_NOTHING : way == PULL_ROUND ? AWAIT_ROUND : AWAIT_ANSWER;
}
