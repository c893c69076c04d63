/* Which providers of a plan pause: learned from the store, told to the store. */
#include "flow/breakers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/now.h"
#include "store/breaker.h"

struct breakers {
    struct store *store;
    bool alone;
    struct known {
        struct breaker breaker;
        const struct record *trial; /* the one that tries it; never looked into: it may be gone */
        int64_t trial_id;
    } provider[];
};

struct breakers *breakers_new(size_t providers)
{
    return calloc(1, sizeof(struct breakers) + (providers + 1) * sizeof(struct known));
}

static struct known *known_of(const struct plan *plan, const struct provider *provider)
{
    return &plan->breakers->provider[provider - plan->provider];
}

const struct breaker *breakers_of(const struct plan *plan, const struct provider *provider)
{
    return &known_of(plan, provider)->breaker;
}

static struct breaker find(const struct breaker_kept *list, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].name, name) == 0)
            return list[i].breaker;
    return (struct breaker){ 0 };
}

void breakers_learn(const struct plan *plan, struct store *store, bool alone)
{
    struct breaker_kept *list = NULL;
    size_t count = 0;

    plan->breakers->store = store;
    plan->breakers->alone = alone;
    if (store != NULL && !breaker_list(store, &list, &count, NULL))
        return;
    for (size_t i = 0; i < plan->providers; i++) {
        struct known *known = &plan->breakers->provider[i];
        struct buf name = { 0 };
        *known = (struct known){ 0 };
        if (count > 0 && provider_account(&plan->provider[i], &name, NULL))
            known->breaker = find(list, count, name.data);
        buf_clear(&name);
    }
    free(list);
}

enum breaker_state breakers_state(const struct plan *plan, const struct provider *provider)
{
    return breaker_state(breakers_of(plan, provider), now_ms());
}

int64_t breakers_next_ms(const struct plan *plan)
{
    int64_t next_ms = INT64_MAX;

    for (size_t i = 0; i < plan->providers; i++) {
        const struct breaker *breaker = &plan->breakers->provider[i].breaker;
        int64_t until_ms = breaker->trial_ms > breaker->until_ms ? breaker->trial_ms : breaker->until_ms;
        if (breakers_state(plan, &plan->provider[i]) == BREAKER_OPEN && until_ms < next_ms)
            next_ms = until_ms;
    }
    return next_ms;
}

void breakers_hasten(const struct plan *plan)
{
    for (size_t i = 0; i < plan->providers; i++) {
        struct breaker *breaker = &plan->breakers->provider[i].breaker;
        if (breaker->until_ms > now_ms())
            breaker->until_ms = now_ms();
    }
}

static bool take_trial(struct breaker *breaker, const void *context)
{
    bool *const *taken = context;

    return **taken = breaker_try(breaker, now_ms());
}

struct news {
    const struct outcome *outcome;
    int failures; /* that this process has counted for itself */
    enum breaker_judged *judged;
};

static bool take_news(struct breaker *breaker, const void *context)
{
    const struct news *news = context;

    if (breaker->failures < news->failures)
        breaker->failures = news->failures;
    *news->judged = breaker_judge(breaker, news->outcome, now_ms());
    return *news->judged != BREAKER_SAME;
}

/* Where others hear of it. False: they do not. */
static bool share(struct store *store, const struct provider *provider, breaker_rule *rule,
                  const void *context, struct breaker *breaker)
{
    struct error err = { 0 };
    struct buf name = { 0 };
    bool shared;

    if (store == NULL)
        return false;
    shared = provider_account(provider, &name, &err)
             && breaker_change(store, name.data, rule, context, breaker, &err);
    if (!shared)
        log_line(LOG_LEVEL_ERROR, "store=breaker fault=\"%s\"", err.text);
    buf_clear(&name);
    return shared;
}

/* One that is not accepted yet has no id; of one that has, a copy is looked at, and another record in the
   same place later. */
static bool is_trial(const struct known *known, const struct record *record)
{
    return known->trial_id != 0 ? known->trial_id == record->id : known->trial == record;
}

static bool try_it(const struct breakers *breakers, const struct provider *provider, struct known *known,
                   const struct record *record)
{
    bool taken = false, *const context = &taken;

    if (breakers->alone || breakers->store == NULL)
        taken = breaker_try(&known->breaker, now_ms());
    else if (!share(breakers->store, provider, take_trial, &context, &known->breaker))
        return false;
    if (taken) {
        known->trial = record;
        known->trial_id = record->id;
    }
    return taken;
}

bool breakers_let(const struct plan *plan, const struct provider *provider, const struct record *record,
                  bool wanted)
{
    struct known *known = known_of(plan, provider);

    switch (breakers_state(plan, provider)) {
    case BREAKER_OPEN:
        return known->breaker.trial_ms > now_ms() && is_trial(known, record);
    case BREAKER_TRIAL:
        return wanted
               && (try_it(plan->breakers, provider, known, record)
                   || breakers_state(plan, provider) == BREAKER_CLOSED);
    case BREAKER_CLOSED:
        break;
    }
    return true;
}

void breakers_say(const struct breaker *breaker, char *words, size_t room)
{
    time_t until = (time_t)(breaker->until_ms / 1000);
    struct tm local = { 0 };
    char at[8];

    words[0] = '\0';
    if (breaker->until_ms == 0 || localtime_r(&until, &local) == NULL)
        return;
    strftime(at, sizeof at, "%H:%M", &local);
    if (breaker->pause_s == 0)
        snprintf(words, room, "paused until %s as it asked: %s", at, breaker->reason);
    else
        snprintf(words, room, "paused until %s after %d failure%s: %s", at, breaker->failures,
                 breaker->failures == 1 ? "" : "s", breaker->reason);
}

static void log_change(const struct provider *provider, const struct breaker *breaker)
{
    char words[sizeof breaker->reason + 64];

    breakers_say(breaker, words, sizeof words);
    log_line(LOG_LEVEL_INFO, "provider=%s breaker=%s reason=\"%s\"", provider->name,
             words[0] == '\0' ? "closed" : "open", words);
}

void breakers_note(const struct plan *plan, struct store *store, const struct provider *provider,
                   const struct outcome *outcome)
{
    const bool alone = plan->breakers->alone;
    struct known *known = known_of(plan, provider);
    struct breaker here = known->breaker;
    enum breaker_judged judged = outcome->own ? BREAKER_SAME : breaker_judge(&here, outcome, now_ms());
    const struct news news = { outcome, alone ? known->breaker.failures : 0, &judged };

    /* The usual case, a success where nothing was wrong, needs no look at the store. */
    if (judged == BREAKER_SAME)
        return;
    if ((alone && judged == BREAKER_COUNTED) || !share(store, provider, take_news, &news, &known->breaker))
        known->breaker = here;
    known->trial = NULL;
    known->trial_id = 0;
    if (judged == BREAKER_SWITCHED)
        log_change(provider, &known->breaker);
}
