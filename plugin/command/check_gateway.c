/* Checks that ask the gateways themselves: what is left, and whether the account can log in. */
#include "command/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "after/pulled.h"
#include "base/now.h"
#include "command/options.h"
#include "store/count.h"

#define RATE_DAYS 7
#define DAY_MS    ((int64_t)24 * 3600 * 1000)

/* One that hangs must leave some of the time to those behind it. */
static int64_t share_until(const struct desk *desk, size_t left)
{
    int64_t now = now_steady_ms();

    return now + (desk->until_ms - now) / (int64_t)(left > 0 ? left : 1);
}

/* What is not accepted: a no is certain, anything else tells nothing of the account. */
static void say_outcome(struct report *report, const struct provider *provider, const struct outcome *outcome)
{
    bool refused = outcome->kind == OUTCOME_ACCOUNT || outcome->kind == OUTCOME_REFUSED;

    report_say(report, refused ? EXIT_CRITICAL : EXIT_UNKNOWN, "%s: %s%s%s", provider->name, outcome->code,
               outcome->code[0] != '\0' && outcome->meaning[0] != '\0' ? ", " : "", outcome->meaning);
}

/* A provider that the configuration disables is one that nobody asks. */
static void say_disabled(const struct desk *desk, struct report *report)
{
    for (size_t i = 0; i < desk->settings.providers.count; i++) {
        const char *name = desk->settings.providers.section[i].name;
        if (plan_provider(&desk->plan, name) == NULL)
            report_say(report, EXIT_WARNING, "%s: disabled by a fault of the configuration", name);
    }
}

/* Those named, or all. named tells which, for a gateway that cannot be asked. */
typedef void check_one(struct desk *desk, const struct checking *checking, const struct provider *provider,
                       bool named, int64_t until_ms, struct report *report);

static bool check_each(struct desk *desk, const struct checking *checking, check_one *one,
                       struct report *report, struct error *err)
{
    bool named = checking->providers > 0;
    size_t count = named ? (size_t)checking->providers : desk->plan.providers;

    for (size_t i = 0; named && i < count; i++)
        if (desk_provider(desk, checking->provider[i], err) == NULL)
            return false;
    if (!desk_open_session(desk, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct provider *provider =
            named ? plan_provider(&desk->plan, checking->provider[i]) : &desk->plan.provider[i];
        one(desk, checking, provider, named, share_until(desk, count - i), report);
    }
    if (!named)
        say_disabled(desk, report);
    return true;
}

/* Days that so many messages last, as many as were sent in the last days; 0: not known. */
static double days_left(const struct desk *desk, const struct provider *provider, double messages)
{
    struct attempt_count *list = NULL;
    size_t count = 0;
    int64_t now = now_ms(), span_ms;
    double days = 0;

    if (desk->store == NULL || messages <= 0
        || !count_attempts(desk->store, now - RATE_DAYS * DAY_MS, &list, &count, NULL))
        return 0;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(list[i].provider, provider->name) != 0 || list[i].accepted == 0)
            continue;
        /* Of a store that is younger, what it has seen; a day at least, or one busy hour would tell. */
        span_ms = now - list[i].first_ms > DAY_MS ? now - list[i].first_ms : DAY_MS;
        days = messages * (double)span_ms / (double)DAY_MS / (double)list[i].accepted;
    }
    free(list);
    return days;
}

static void report_left(const struct desk *desk, const struct checking *checking,
                        const struct provider *provider, const struct listing *listing, struct report *report)
{
    const char *text = listing->count > 0 ? listing_cell(listing, 0, "left") : "", *unit;
    double left = 0, days = 0;
    char lasting[64] = "";
    bool postpaid;

    if (!range_number(text, &left)) {
        report_say(report, EXIT_UNKNOWN, "%s: the answer holds no balance", provider->name);
        return;
    }
    unit = listing_cell(listing, 0, "unit");
    /* Of an account that is paid for afterwards nothing can run out. */
    postpaid = strcmp(listing_cell(listing, 0, "charge"), "postpaid") == 0;
    /* What a message costs is not known, so money has no days. */
    if (strcmp(unit, "messages") == 0)
        days = days_left(desk, provider, left);
    report_measure(report, provider->name, "left", left, "", postpaid ? "" : checking->warning.text,
                   postpaid ? "" : checking->critical.text);
    if (days > 0) {
        snprintf(lasting, sizeof lasting, ", %.0f days at the present rate", days);
        report_measure(report, provider->name, "days", days, "", "", "");
    }
    report_say(report, postpaid ? EXIT_OK : range_state(left, &checking->warning, &checking->critical),
               "%s: %s %s left%s", provider->name, text, unit, postpaid ? ", postpaid" : lasting);
}

static void balance_one(struct desk *desk, const struct checking *checking, const struct provider *provider,
                        bool named, int64_t until_ms, struct report *report)
{
    const struct query query = { .now_ms = now_ms() };
    struct answer answer = { 0 };

    if (provider->api->balance.build == NULL) {
        if (named)
            report_say(report, EXIT_UNKNOWN, "%s (%s) does not tell its balance", provider->name,
                       provider->api->name);
        return;
    }
    session_ask(&desk->session, provider, &provider->api->balance, &query, until_ms, &answer);
    if (answer.outcome.kind == OUTCOME_ACCEPTED) {
        pulled_balance(desk->store, provider->name, &answer.listing);
        report_left(desk, checking, provider, &answer.listing, report);
    } else
        say_outcome(report, provider, &answer.outcome);
    answer_clear(&answer);
}

bool check_balance(struct desk *desk, const struct checking *checking, struct report *report,
                   struct error *err)
{
    /* Without a store a question costs a login, no more. */
    desk_open_store(desk, NULL);
    if (!check_each(desk, checking, balance_one, report, err))
        return false;
    if (report->measures == 0 && report->state == EXIT_OK)
        report_say(report, EXIT_UNKNOWN, "no provider of this configuration tells its balance");
    return true;
}

/* The cheapest question that a gateway answers to its customers only; NULL: it has none. */
static const struct operation *question_of(const struct api *api)
{
    static const char *const words[] = { "balance", "senders", "unsubscribed-list" };
    const struct operation *found = NULL;

    for (size_t i = 0; found == NULL && i < sizeof words / sizeof *words; i++)
        found = api_operation(api, words[i]);
    return found;
}

/* Without a store there is no old token: the session has to log in. Where a gateway has no login, or a fixed
   token stands in its place, a question tells. */
static void login_one(struct desk *desk, const struct checking *checking, const struct provider *provider,
                      bool named, int64_t until_ms, struct report *report)
{
    const struct query query = { .now_ms = now_ms(), .size = 1 };
    const struct operation *question = question_of(provider->api);
    bool logs_in = provider->api->login.build != NULL && provider->account.token == NULL;
    int64_t begun_ms = now_steady_ms();
    struct answer answer = { 0 };

    (void)checking;
    if (!logs_in && question == NULL) {
        report_say(report, named ? EXIT_UNKNOWN : EXIT_OK, "%s: cannot be checked without sending",
                   provider->name);
        return;
    }
    if (!logs_in)
        session_ask(&desk->session, provider, question, &query, until_ms, &answer);
    else if (session_ready(&desk->session, provider, until_ms, &answer.outcome))
        outcome_accept(&answer.outcome, NULL);
    if (answer.outcome.kind == OUTCOME_ACCEPTED) {
        report_say(report, EXIT_OK, "%s: %s", provider->name, logs_in ? "logged in" : "the account is taken");
        report_measure(report, provider->name, "time", (double)(now_steady_ms() - begun_ms) / 1000, "s", "",
                       "");
    } else
        say_outcome(report, provider, &answer.outcome);
    answer_clear(&answer);
}

bool check_login(struct desk *desk, const struct checking *checking, struct report *report, struct error *err)
{
    if (!check_each(desk, checking, login_one, report, err))
        return false;
    if (report->measures == 0 && report->state == EXIT_OK)
        report_say(report, EXIT_UNKNOWN, "no provider of this configuration can be checked without sending");
    return true;
}
