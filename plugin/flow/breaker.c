/* The rules by which a provider that fails is left alone for a while, and comes back. */
#include "flow/breaker.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

#define FAILURES_MOST   3
#define PAUSE_FIRST_S   15
#define PAUSE_MOST_S    120
#define ACCOUNT_FIRST_S 60
#define ACCOUNT_MOST_S  (15 * 60)
#define ASKED_MOST_S    3600
#define TRIAL_MS        60000

/* Whether until is to come; what lies further ahead than any pause is the fault of a clock. */
static bool is_ahead(int64_t until_ms, int64_t now_ms)
{
    return until_ms > now_ms && until_ms <= now_ms + (int64_t)ASKED_MOST_S * 1000;
}

enum breaker_state breaker_state(const struct breaker *breaker, int64_t now_ms)
{
    if (is_ahead(breaker->until_ms, now_ms) || is_ahead(breaker->trial_ms, now_ms))
        return BREAKER_OPEN;
    return breaker->pause_s > 0 ? BREAKER_TRIAL : BREAKER_CLOSED;
}

const struct breaker *breaker_pause(const struct breaker_kept *list, size_t count, const char *provider,
                                    int64_t now_ms)
{
    size_t bytes = strlen(provider);

    for (size_t i = 0; i < count; i++)
        if (strncmp(list[i].name, provider, bytes) == 0 && list[i].name[bytes] == '\n'
            && breaker_state(&list[i].breaker, now_ms) == BREAKER_OPEN)
            return &list[i].breaker;
    return NULL;
}

bool breaker_try(struct breaker *breaker, int64_t now_ms)
{
    if (breaker_state(breaker, now_ms) != BREAKER_TRIAL)
        return false;
    breaker->trial_ms = now_ms + TRIAL_MS;
    return true;
}

static void say_why(struct breaker *breaker, const struct outcome *outcome)
{
    char whole[sizeof outcome->code + sizeof outcome->meaning + 2];

    snprintf(whole, sizeof whole, "%s%s%s", outcome->code,
             outcome->code[0] != '\0' && outcome->meaning[0] != '\0' ? ", " : "", outcome->meaning);
    UTF8_COPY(breaker->reason, whole);
}

static enum breaker_judged judge_success(struct breaker *breaker)
{
    bool paused = breaker->until_ms != 0, counted = breaker->failures > 0;

    *breaker = (struct breaker){ 0 };
    return paused ? BREAKER_SWITCHED : counted ? BREAKER_COUNTED : BREAKER_SAME;
}

/* Many requests under way hear the same: a second more is not worth another word. */
static enum breaker_judged judge_asked(struct breaker *breaker, const struct outcome *outcome, int64_t now_ms)
{
    int wait_s = outcome->wait_s < ASKED_MOST_S ? outcome->wait_s : ASKED_MOST_S;
    int64_t until_ms = now_ms + (int64_t)wait_s * 1000;

    if (is_ahead(breaker->until_ms, now_ms) && until_ms < breaker->until_ms + 1000)
        return BREAKER_SAME;
    breaker->until_ms = until_ms;
    breaker->trial_ms = 0;
    say_why(breaker, outcome);
    return BREAKER_SWITCHED;
}

static int next_pause_s(const struct breaker *breaker, bool account)
{
    int first_s = account ? ACCOUNT_FIRST_S : PAUSE_FIRST_S;
    int most_s = account ? ACCOUNT_MOST_S : PAUSE_MOST_S;
    int pause_s = 2 * breaker->pause_s;

    return pause_s < first_s ? first_s : pause_s > most_s ? most_s : pause_s;
}

static enum breaker_judged judge_failure(struct breaker *breaker, const struct outcome *outcome,
                                         int64_t now_ms)
{
    bool account = outcome->kind == OUTCOME_ACCOUNT;
    int64_t until_ms;

    /* What was under way when it opened, and whoever had no other provider, tell nothing new. */
    if (breaker->pause_s > 0 && is_ahead(breaker->until_ms, now_ms) && (breaker->account || !account))
        return BREAKER_SAME;
    breaker->failures++;
    say_why(breaker, outcome);
    if (breaker->pause_s == 0 && !account && breaker->failures < FAILURES_MOST)
        return BREAKER_COUNTED;
    breaker->pause_s = next_pause_s(breaker, account);
    breaker->account = account;
    breaker->trial_ms = 0;
    until_ms = now_ms + (int64_t)breaker->pause_s * 1000;
    if (!is_ahead(breaker->until_ms, now_ms) || until_ms > breaker->until_ms)
        breaker->until_ms = until_ms;
    return BREAKER_SWITCHED;
}

enum breaker_judged breaker_judge(struct breaker *breaker, const struct outcome *outcome, int64_t now_ms)
{
    switch (outcome->kind) {
    case OUTCOME_ACCEPTED:
    case OUTCOME_REFUSED:
        return judge_success(breaker);
    case OUTCOME_RETRY:
        return outcome->wait_s > 0 ? judge_asked(breaker, outcome, now_ms)
                                   : judge_failure(breaker, outcome, now_ms);
    case OUTCOME_ACCOUNT:
    case OUTCOME_UNSURE:
        return judge_failure(breaker, outcome, now_ms);
    case OUTCOME_NONE:
        break;
    }
    return BREAKER_SAME;
}
