/* Round after round, and message after message: who is asked, and when there is time for it. Each question is
   a fiber; when to ask next stands in the store before it begins, so that one that is lost with the process
   is asked again. */
#include "worker/follow.h"

#include <stdlib.h>
#include <string.h>

#include "after/await.h"
#include "after/pace.h"
#include "after/pull.h"
#include "base/log.h"
#include "base/now.h"
#include "flow/breakers.h"
#include "store/round.h"
#include "store/watch.h"

/* Looked at in one go; and how often when there is a turn anyway: messages are accepted, and other processes
   hear of receipts, too. */
#define LOOK_MOST     256
#define LOOK_EVERY_MS 2000

/* Whoever asks has so long to hear and to write down what was said. */
#define ASK_LEASE_MS 60000

/* Turns are not closer to each other, so that what many answers brought is judged and committed together. */
#define TURN_LEAST_MS 100

/* Rounds neither, unless the last one was full. */
#define ROUND_LEAST_MS 3000

/* Questions to one provider: the time between two of them, and until it is tried again when it is busy with
   messages or paused. */
#define ASK_EVERY_MS 100
#define BUSY_MS      1000
#define PAUSED_MS    15000

enum what { REPORTS, REPLIES, WHATS };
static const char *const words[WHATS] = { "reports", "replies" };

/* What is known of one provider. */
struct gateway {
    int failures;                     /* of questions, one after the other */
    int64_t pause_until_ms, asked_ms; /* now_ms; the last question about messages */
    int64_t line_ms;                  /* when the last of those who wait for their turn has it */
    bool asked[WHATS];                /* a round is under way */
    int64_t round_ms;                 /* of the last reports */
    bool offers[WHATS];
    struct round round[WHATS];
};

struct follow {
    const struct plan *plan;
    struct shift *shift;     /* NULL for a run by itself */
    struct session *session; /* of that run */
    struct store *store;
    struct fibers *fibers;
    struct gateway *gateway; /* one for each provider */
    struct await await;
    int64_t look_at_ms, looked_ms; /* now_steady_ms */
    /* Of a run by itself. */
    int64_t until_ms; /* now_steady_ms */
    bool asked;
};

/* A question: a round, or the messages of one reference. */
struct inquiry {
    struct follow *follow;
    struct shift *shift; /* which lent the session */
    struct session *session;
    const struct provider *provider;
    size_t index; /* of the provider in its plan */
    enum what what;
    struct watched *watched; /* owned; NULL: a round */
    size_t count;
};

static void complain(const char *what, const struct error *err)
{
    log_line(LOG_LEVEL_ERROR, "store=%s fault=\"%s\"", what, err->text);
}

static bool learn(struct follow *follow, const struct plan *plan, struct error *err)
{
    struct gateway *gateway = calloc(plan->providers + 1, sizeof *gateway);
    bool known = gateway != NULL || error_memory(err);

    for (size_t i = 0; known && i < plan->providers; i++)
        for (int what = REPORTS; known && what < WHATS; what++) {
            const struct provider *provider = &plan->provider[i];
            gateway[i].offers[what] = api_operation(provider->api, words[what]) != NULL;
            if (gateway[i].offers[what])
                known = round_get(follow->store, provider->name, words[what], &gateway[i].round[what], err);
        }
    if (!known) {
        free(gateway);
        return false;
    }
    free(follow->gateway);
    follow->gateway = gateway;
    follow->plan = plan;
    await_plan(&follow->await, plan, follow->store);
    return true;
}

struct follow *follow_open(struct shift *shift, const struct workshop *workshop, struct error *err)
{
    struct follow *follow = calloc(1, sizeof *follow);

    if (follow == NULL) {
        error_memory(err);
        return NULL;
    }
    *follow = (struct follow){ .store = workshop->store, .fibers = workshop->fibers, .shift = shift };
    if (learn(follow, shift_plan(shift), err))
        return follow;
    free(follow);
    return NULL;
}

void follow_close(struct follow *follow)
{
    if (follow == NULL)
        return;
    free(follow->gateway);
    free(follow);
}

bool follow_move(struct follow *follow, struct shift *shift, struct error *err)
{
    if (!learn(follow, shift_plan(shift), err))
        return false;
    follow->shift = shift;
    follow->look_at_ms = 0;
    return true;
}

/* Of the configuration that is at work now; NULL for one that is gone. */
static struct gateway *gateway_of(struct follow *follow, const struct inquiry *inquiry)
{
    return inquiry->shift == follow->shift ? &follow->gateway[inquiry->index] : NULL;
}

/* How the question ended. A gateway that says no to it works; what else goes wrong is not tried again soon.
 */
static void note(struct follow *follow, const struct inquiry *inquiry, const struct outcome *outcome)
{
    struct gateway *gateway = gateway_of(follow, inquiry);
    bool works = outcome->kind == OUTCOME_ACCEPTED || outcome->kind == OUTCOME_REFUSED;

    if (!works)
        log_line(LOG_LEVEL_INFO, "provider=%s asked=%s outcome=%s code=%s meaning=\"%s\"",
                 inquiry->provider->name, inquiry->watched == NULL ? words[inquiry->what] : "result",
                 outcome_name(outcome->kind), outcome->code, outcome->meaning);
    if (gateway == NULL)
        return;
    gateway->failures = works ? 0 : gateway->failures + 1;
    if (!works)
        gateway->pause_until_ms = now_ms() + pace_pause_ms(gateway->failures, outcome->wait_s);
}

static void ask_message(struct inquiry *inquiry)
{
    struct follow *follow = inquiry->follow;
    int64_t sent = pull_sent_ms(&inquiry->watched[0]);
    struct outcome outcome = { 0 };
    struct error err = { 0 };

    pull_message(inquiry->session, inquiry->provider, inquiry->watched[0].reference, sent,
                 now_steady_ms() + AWAIT_ASK_MOST_MS, &outcome);
    note(follow, inquiry, &outcome);
    for (size_t i = 0; i < inquiry->count; i++)
        inquiry->watched[i].next_ms = await_next_ms(&follow->await, inquiry->provider, &inquiry->watched[i]);
    if (!watch_set(follow->store, inquiry->watched, inquiry->count, &err))
        complain("watch", &err);
}

static void ask_round(struct inquiry *inquiry)
{
    struct follow *follow = inquiry->follow;
    struct outcome outcome = { 0 };
    struct error err = { 0 };
    struct gateway *gateway;
    struct round *round;
    bool full = false;

    pull_round(inquiry->session, inquiry->provider, words[inquiry->what], now_steady_ms() + AWAIT_ASK_MOST_MS,
               &full, &outcome);
    note(follow, inquiry, &outcome);
    gateway = gateway_of(follow, inquiry);
    if (gateway == NULL)
        return;
    gateway->asked[inquiry->what] = false;
    if (inquiry->what == REPORTS)
        gateway->round_ms = now_ms();
    round = &gateway->round[inquiry->what];
    round->next_ms = now_ms()
                     + (full                       ? 0
                        : inquiry->what == REPORTS ? pace_reports_ms()
                                                   : pace_replies_ms(now_ms() - round->since_ms));
    if (!round_put(follow->store, inquiry->provider->name, words[inquiry->what], round, &err))
        complain("round", &err);
}

void follow_hasten(struct follow *follow)
{
    follow->look_at_ms = follow->looked_ms + TURN_LEAST_MS;
}

static void inquire(void *context)
{
    struct inquiry inquiry = *(struct inquiry *)context;

    (inquiry.watched != NULL ? ask_message : ask_round)(&inquiry);
    free(inquiry.watched);
    if (inquiry.shift != NULL)
        shift_take_back(inquiry.shift, inquiry.index);
    follow_hasten(inquiry.follow); /* what was learned is judged soon */
}

static bool is_paused(const struct follow *follow, size_t index)
{
    return breakers_state(follow->plan, &follow->plan->provider[index]) != BREAKER_CLOSED;
}

static bool is_due(struct follow *follow)
{
    bool due = false, leased = false;

    return store_due(follow->store, &due, &leased, NULL) && due;
}

/* A run by itself asks one after the other, and each answer may take its time. */
static bool may_ask(struct follow *follow)
{
    return follow->fibers != NULL || (now_steady_ms() < follow->until_ms && !is_due(follow));
}

/* Ask, if there is a place; the inquiry's watched are its own then. */
static bool begin(struct follow *follow, struct inquiry *inquiry)
{
    if (!may_ask(follow))
        return false;
    follow->asked = true;
    inquiry->follow = follow;
    inquiry->shift = follow->shift;
    inquiry->provider = &follow->plan->provider[inquiry->index];
    inquiry->session = follow->shift == NULL ? follow->session : shift_lend(follow->shift, inquiry->index);
    if (inquiry->session == NULL)
        return false;
    if (follow->fibers == NULL) {
        inquire(inquiry);
        return true;
    }
    if (fiber_start(follow->fibers, inquire, inquiry, NULL))
        return true;
    shift_take_back(follow->shift, inquiry->index);
    return false;
}

/* The next round of a provider that is waited for need not be late; but one serves all who wait. */
static void want_round(struct follow *follow, size_t index, const struct watched *watched)
{
    struct gateway *gateway = &follow->gateway[index];
    int64_t soon_ms;

    for (int what = REPORTS; what < WHATS; what++) {
        struct round *round = &gateway->round[what];
        if (round->since_ms < watched->sent_ms)
            round->since_ms = watched->sent_ms;
        soon_ms = now_ms();
        if (what == REPORTS && gateway->round_ms + ROUND_LEAST_MS > soon_ms)
            soon_ms = gateway->round_ms + ROUND_LEAST_MS;
        if (what == REPLIES)
            soon_ms += pace_replies_ms(now_ms() - round->since_ms);
        if (soon_ms < round->next_ms)
            round->next_ms = soon_ms;
    }
}

static void start_rounds(struct follow *follow)
{
    for (size_t i = 0; i < follow->plan->providers; i++)
        for (int what = REPORTS; what < WHATS; what++) {
            struct gateway *gateway = &follow->gateway[i];
            struct inquiry inquiry = { .index = i, .what = what };
            if (!gateway->offers[what] || gateway->asked[what] || gateway->round[what].next_ms > now_ms()
                || gateway->pause_until_ms > now_ms() || is_paused(follow, i))
                continue;
            gateway->asked[what] = true;
            if (!begin(follow, &inquiry))
                gateway->asked[what] = false;
        }
}

/* Whether its gateway is to be asked for it now. */
static bool look_at(struct follow *follow, struct watched *watched, size_t *index)
{
    const struct provider *provider;
    enum await_ask ask = await_look(&follow->await, watched, &provider);

    if (provider != NULL)
        *index = (size_t)(provider - follow->plan->provider);
    if (ask == AWAIT_ROUND)
        want_round(follow, *index, watched);
    return ask == AWAIT_ANSWER;
}

/* A place in the line of questions to that provider: now, or the time when it comes. */
static bool take_turn(struct follow *follow, size_t index, struct watched *watched)
{
    struct gateway *gateway = &follow->gateway[index];
    int64_t now = now_ms();

    if (is_paused(follow, index) || gateway->pause_until_ms > now) {
        watched->next_ms = gateway->pause_until_ms > now ? gateway->pause_until_ms : now + PAUSED_MS;
        return false;
    }
    /* By itself, one waits for the other anyway. */
    if (follow->fibers == NULL || gateway->asked_ms + ASK_EVERY_MS <= now) {
        gateway->asked_ms = now;
        return true;
    }
    gateway->line_ms = (gateway->line_ms > now ? gateway->line_ms : now) + ASK_EVERY_MS;
    watched->next_ms = gateway->line_ms;
    return false;
}

/* Before anything is asked, the store says when to ask again should nobody come back. */
static bool ask_for(struct follow *follow, size_t index, const struct watched *list, size_t count)
{
    struct inquiry inquiry = { .index = index, .watched = calloc(count, sizeof *list), .count = count };

    if (inquiry.watched == NULL)
        return false;
    memcpy(inquiry.watched, list, count * sizeof *list);
    if (begin(follow, &inquiry))
        return true;
    free(inquiry.watched);
    return false;
}

/* All that is due: first what to do with each, in one commit, then the questions. */
static void look(struct follow *follow, struct watched *list, size_t count)
{
    struct {
        size_t at, count, index;
    } question[LOOK_MOST];
    size_t questions = 0;
    struct error err = { 0 };
    bool busy = false;

    for (size_t i = 0; i < count;) {
        size_t index = 0, same = watch_gather(&list[i], count - i);
        bool asks = false;
        for (size_t k = i; k < i + same; k++)
            asks = look_at(follow, &list[k], &index) || asks;
        if (asks && take_turn(follow, index, &list[i])) {
            question[questions].at = i;
            question[questions].count = same;
            question[questions++].index = index;
            list[i].next_ms = now_ms() + ASK_LEASE_MS;
        }
        for (size_t k = i; asks && k < i + same; k++)
            list[k].next_ms = list[i].next_ms;
        i += same;
    }
    if (!watch_set(follow->store, list, count, &err)) {
        complain("watch", &err);
        return;
    }
    for (size_t i = 0; i < questions; i++)
        if (!ask_for(follow, question[i].index, &list[question[i].at], question[i].count)) {
            for (size_t k = 0; k < question[i].count; k++)
                list[question[i].at + k].next_ms = now_ms() + (follow->fibers == NULL ? 0 : BUSY_MS);
            busy = true;
        }
    if (busy && !watch_set(follow->store, list, count, &err))
        complain("watch", &err);
}

/* The next thing that is known to come; INT64_MAX: nothing is. */
static int64_t next_ms(struct follow *follow)
{
    int64_t look_ms = INT64_MAX, now = now_ms();
    struct error err = { 0 };

    if (!watch_next(follow->store, &look_ms, &err))
        complain("watch", &err);
    for (size_t i = 0; i < follow->plan->providers; i++)
        for (int what = REPORTS; what < WHATS; what++) {
            const struct gateway *gateway = &follow->gateway[i];
            int64_t round_ms = gateway->round[what].next_ms;
            if (round_ms < gateway->pause_until_ms)
                round_ms = gateway->pause_until_ms;
            if (is_paused(follow, i) && round_ms < now + PAUSED_MS)
                round_ms = now + PAUSED_MS;
            if (gateway->offers[what] && !gateway->asked[what] && round_ms < look_ms)
                look_ms = round_ms;
        }
    return look_ms == INT64_MAX ? look_ms : look_ms - now;
}

bool follow_turn(struct follow *follow)
{
    int64_t now = now_steady_ms(), wait_ms;
    struct watched *list = NULL;
    struct error err = { 0 };
    size_t count = 0;

    follow->await.made = false;
    if (now < follow->look_at_ms && now < follow->looked_ms + LOOK_EVERY_MS)
        return false;
    follow->looked_ms = now;
    if (!watch_due(follow->store, now_ms(), LOOK_MOST, &list, &count, &err))
        complain("watch", &err);
    look(follow, list, count);
    free(list);
    start_rounds(follow);
    wait_ms = next_ms(follow);
    follow->look_at_ms =
        wait_ms == INT64_MAX ? wait_ms : now + (wait_ms < TURN_LEAST_MS ? TURN_LEAST_MS : wait_ms);
    return follow->await.made;
}

int64_t follow_next_ms(const struct follow *follow)
{
    return follow->look_at_ms;
}

bool follow_once(const struct plan *plan, struct session *session, int64_t until_ms)
{
    struct follow follow = { .session = session, .store = session->store, .until_ms = until_ms };
    int64_t look_ms = 0;
    struct error err = { 0 };
    bool due = false, made = false;

    if (!learn(&follow, plan, &err)) {
        complain("watch", &err);
        return false;
    }
    while (!due && now_steady_ms() < until_ms && look_ms <= now_ms()) {
        follow.look_at_ms = 0;
        made = follow_turn(&follow) || made;
        due = is_due(&follow);
        if (!watch_next(follow.store, &look_ms, NULL))
            break;
    }
    free(follow.gateway);
    return made || follow.asked;
}
