/* munja check: a plugin for monitoring systems. What the store tells stands here; it is read without being
   written or locked. */
#include "command/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/now.h"
#include "base/utf8.h"
#include "command/doors.h"
#include "command/fail.h"
#include "command/options.h"
#include "flow/breakers.h"
#include "store/breaker.h"
#include "store/count.h"

#define REFUSED_HOURS 24
#define SPAN_BYTES    32
#define LEG_BYTES     100

static bool check_queue(struct desk *desk, const struct checking *checking, struct report *report,
                        struct error *err)
{
    const struct range *warning = &checking->warning, *critical = &checking->critical;
    struct queue_count n = { 0 };
    struct store *store = NULL;
    int64_t age_s = 0;
    char oldest[64] = "";
    bool counted =
        count_open(desk->settings.store, desk->until_ms, &store, err)
        && (store == NULL || count_queue(store, now_ms() - (int64_t)REFUSED_HOURS * 3600 * 1000, &n, err));

    if (!counted)
        goto out;
    if (n.waiting > 0 && now_ms() > n.oldest_waiting_ms)
        age_s = (now_ms() - n.oldest_waiting_ms) / 1000;
    if (n.waiting > 0)
        snprintf(oldest, sizeof oldest, ", the oldest for %lld s", (long long)age_s);
    report_say(report, range_state((double)age_s, warning, critical), "%zu waiting%s", n.waiting, oldest);
    report_say(report, n.held > 0 ? EXIT_WARNING : EXIT_OK, "%zu held", n.held);
    report_say(report, n.dead > 0 ? EXIT_WARNING : EXIT_OK, "%zu dead", n.dead);
    report_say(report, EXIT_OK, "%zu refused in %d h", n.refused, REFUSED_HOURS);
    if (store == NULL)
        report_say(report, EXIT_OK, "there is no store yet");
    report_measure(report, "", "waiting", (double)n.waiting, "", "", "");
    report_measure(report, "", "oldest", (double)age_s, "s", warning->text, critical->text);
    report_measure(report, "", "held", (double)n.held, "", "0", "");
    report_measure(report, "", "dead", (double)n.dead, "", "0", "");
    report_measure(report, "", "refused", (double)n.refused, "", "", "");
out:
    store_close(store);
    return counted;
}

/* "1 h" */
static const char *span(int seconds, char out[SPAN_BYTES])
{
    if (seconds % 3600 == 0)
        snprintf(out, SPAN_BYTES, "%d h", seconds / 3600);
    else if (seconds % 60 == 0)
        snprintf(out, SPAN_BYTES, "%d min", seconds / 60);
    else
        snprintf(out, SPAN_BYTES, "%d s", seconds);
    return out;
}

static size_t all_of(const struct attempt_count *n)
{
    return n->accepted + n->failed + n->unsure;
}

/* To a tenth, so that the sentence, the data and the state say the same. */
static double failed_percent(const struct attempt_count *n)
{
    size_t all = all_of(n), bad = n->failed + n->unsure;

    return all == 0 ? 0 : (double)((1000 * bad + all / 2) / all) / 10;
}

static void measure_provider(struct report *report, const struct attempt_count *n)
{
    report_measure(report, n->provider, "accepted", (double)n->accepted, "", "", "");
    report_measure(report, n->provider, "failed", (double)n->failed, "", "", "");
    report_measure(report, n->provider, "unsure", (double)n->unsure, "", "", "");
}

/* "joa_SKT"; "joa" where no carrier is named. */
static const char *leg_of(const struct receipt_count *n, const char *between, char name[LEG_BYTES])
{
    snprintf(name, LEG_BYTES, "%s%s%s", n->provider, n->carrier[0] != '\0' ? between : "", n->carrier);
    return name;
}

static double undelivered_percent(const struct receipt_count *n)
{
    size_t bad = count_undelivered(n), all = n->delivered + bad;

    return all == 0 ? 0 : (double)((1000 * bad + all / 2) / all) / 10;
}

static void measure_receipts(struct report *report, const char *name, const struct receipt_count *n)
{
    report_measure(report, name, "delivered", (double)n->delivered, "", "", "");
    report_measure(report, name, "undelivered", (double)count_undelivered(n), "", "", "");
}

static void sum_up(struct receipt_count *sum, const struct receipt_count *n)
{
    sum->delivered += n->delivered;
    sum->failed += n->failed;
    sum->missed += n->missed;
    sum->gateway += n->gateway;
}

/* By carrier only where one is named. */
static void report_legs(struct report *report, const struct checking *checking,
                        const struct receipt_count *list, size_t count)
{
    char name[LEG_BYTES];

    for (size_t i = 0; i < count; i++) {
        double percent = undelivered_percent(&list[i]);
        bool bad = percent > 0 && range_state(percent, &checking->warning, &checking->critical) > 0;
        if (list[i].carrier[0] != '\0')
            measure_receipts(report, leg_of(&list[i], "_", name), &list[i]);
        if (count_undelivered(&list[i]) > 0)
            report_say(report, bad ? EXIT_WARNING : EXIT_OK, "%s: %zu of %zu undelivered",
                       leg_of(&list[i], " ", name), count_undelivered(&list[i]),
                       list[i].delivered + count_undelivered(&list[i]));
    }
}

/* What became of those whose receipts came. */
static void report_receipts(struct report *report, const struct checking *checking,
                            const struct sections *providers, const struct receipt_count *list, size_t count)
{
    struct receipt_count all = { 0 };

    for (size_t i = 0; i < count; i++)
        sum_up(&all, &list[i]);
    if (all.delivered + count_undelivered(&all) > 0)
        report_say(report, range_state(undelivered_percent(&all), &checking->warning, &checking->critical),
                   "%zu of %zu messages undelivered, %.1f %%", count_undelivered(&all),
                   all.delivered + count_undelivered(&all), undelivered_percent(&all));
    report_measure(report, "", "undelivered", undelivered_percent(&all), "%", checking->warning.text,
                   checking->critical.text);
    for (size_t i = 0; i < providers->count; i++) {
        struct receipt_count sum = { 0 };
        for (size_t k = 0; k < count; k++)
            if (strcmp(list[k].provider, providers->section[i].name) == 0)
                sum_up(&sum, &list[k]);
        measure_receipts(report, providers->section[i].name, &sum);
    }
    report_legs(report, checking, list, count);
}

/* Where others took over, one that fails is a WARNING and no more. */
static void report_provider(struct report *report, const struct checking *checking,
                            const struct attempt_count *n)
{
    bool bad = all_of(n) > 0 && range_state(failed_percent(n), &checking->warning, &checking->critical) > 0;

    measure_provider(report, n);
    if (n->failed + n->unsure > 0)
        report_say(report, bad ? EXIT_WARNING : EXIT_OK, "%s: %zu of %zu failed", n->provider,
                   n->failed + n->unsure, all_of(n));
}

static void add(struct attempt_count *sum, const struct attempt_count *n)
{
    sum->accepted += n->accepted;
    sum->failed += n->failed;
    sum->unsure += n->unsure;
}

/* Providers of the configuration that sent nothing have their zeros, so that graphs have no holes. */
static void measure_idle(struct report *report, const struct sections *providers,
                         const struct attempt_count *list, size_t count)
{
    for (size_t i = 0; i < providers->count; i++) {
        struct attempt_count idle = { 0 };
        size_t at = 0;
        UTF8_COPY(idle.provider, providers->section[i].name);
        while (at < count && strcmp(list[at].provider, idle.provider) != 0)
            at++;
        if (at == count)
            measure_provider(report, &idle);
    }
}

static void report_breakers(struct report *report, const struct sections *providers,
                            const struct breaker_kept *list, size_t count)
{
    for (size_t i = 0; i < providers->count; i++) {
        const char *name = providers->section[i].name;
        const struct breaker *breaker = breaker_pause(list, count, name, now_ms());
        char words[sizeof breaker->reason + 64];

        report_measure(report, name, "paused", breaker != NULL, "", "", "");
        if (breaker == NULL)
            continue;
        breakers_say(breaker, words, sizeof words);
        report_say(report, breaker->pause_s > 0 ? EXIT_WARNING : EXIT_OK, "%s: %s", name, words);
    }
}

static bool check_delivery(struct desk *desk, const struct checking *checking, struct report *report,
                           struct error *err)
{
    const struct range *warning = &checking->warning, *critical = &checking->critical;
    struct attempt_count *list = NULL, sum = { 0 };
    struct breaker_kept *breakers = NULL;
    struct receipt_count *legs = NULL;
    struct store *store = NULL;
    int64_t since_ms = now_ms() - (int64_t)checking->window_s * 1000;
    char within[SPAN_BYTES];
    size_t count = 0, broken = 0, legs_count = 0;
    bool counted = count_open(desk->settings.store, desk->until_ms, &store, err)
                   && (store == NULL
                       || (count_attempts(store, since_ms, &list, &count, err)
                           && count_receipts(store, since_ms, &legs, &legs_count, err)
                           && breaker_list(store, &breakers, &broken, err)));

    if (!counted)
        goto out;
    for (size_t i = 0; i < count; i++)
        add(&sum, &list[i]);
    if (all_of(&sum) == 0)
        report_say(report, EXIT_OK, "nothing sent in %s", span(checking->window_s, within));
    else
        report_say(report, range_state(failed_percent(&sum), warning, critical),
                   "%zu of %zu attempts in %s failed, %.1f %%", sum.failed + sum.unsure, all_of(&sum),
                   span(checking->window_s, within), failed_percent(&sum));
    report_measure(report, "", "failed", failed_percent(&sum), "%", warning->text, critical->text);
    for (size_t i = 0; i < count; i++)
        report_provider(report, checking, &list[i]);
    measure_idle(report, &desk->settings.providers, list, count);
    report_receipts(report, checking, &desk->settings.providers, legs, legs_count);
    report_breakers(report, &desk->settings.providers, breakers, broken);
out:
    free(breakers);
    free(legs);
    free(list);
    store_close(store);
    return counted;
}

static const struct check {
    const char *word;
    bool (*run)(struct desk *desk, const struct checking *checking, struct report *report, struct error *err);
    const char *warning, *critical; /* NULL: it takes none */
    bool takes_window, asks;        /* asks: gateways */
} checks[] = {
    { "queue", check_queue, "300", "900", false, false },
    { "delivery", check_delivery, "10", "50", true, false },
    { "balance", check_balance, "100:", "10:", false, true },
    { "login", check_login, NULL, NULL, false, true },
};
#define CHECKS (sizeof checks / sizeof checks[0])

/* What the command line says. */
struct asked {
    const char *config, *timeout, *warning, *critical, *window, *json, *verbose;
};

static const struct check *check_named(int operands, char **operand, struct error *err)
{
    for (size_t i = 0; operands > 0 && i < CHECKS; i++)
        if (strcmp(checks[i].word, operand[0]) == 0)
            return &checks[i];
    if (operands == 0)
        error_set(err, ERROR_USAGE, 0, "queue, delivery, balance or login is missing");
    else
        error_set(err, ERROR_USAGE, 0, "no such check \"%.20s\" (queue, delivery, balance, login)",
                  operand[0]);
    return NULL;
}

static bool read_ranges(const struct check *check, const struct asked *asked, struct checking *checking,
                        struct error *err)
{
    if (check->warning == NULL)
        return (asked->warning == NULL && asked->critical == NULL)
               || error_set(err, ERROR_USAGE, 0, "option --%s: %s takes no ranges",
                            asked->warning != NULL ? "warning" : "critical", check->word);
    return range_read("warning", asked->warning != NULL ? asked->warning : check->warning, &checking->warning,
                      err)
           && range_read("critical", asked->critical != NULL ? asked->critical : check->critical,
                         &checking->critical, err);
}

static bool read_window(const struct check *check, const char *window, int *window_s, struct error *err)
{
    if (window != NULL && !check->takes_window)
        return error_set(err, ERROR_USAGE, 0, "option --window: %s has none", check->word);
    return window == NULL || (duration_read(window, window_s) && *window_s > 0)
           || error_set(err, ERROR_USAGE, 0, "option --window: \"%.20s\" is no time, as in 90, 15m or 1h",
                        window);
}

static bool read_checking(const struct check *check, const struct asked *asked, char **operand, int operands,
                          struct checking *checking, struct error *err)
{
    *checking = (struct checking){ .window_s = 3600, .provider = operand + 1, .providers = operands - 1 };
    if (operands > 1 && !check->asks)
        return error_set(err, ERROR_USAGE, 0, "one operand too many: \"%.40s\"", operand[1]);
    return read_ranges(check, asked, checking, err)
           && read_window(check, asked->window, &checking->window_s, err);
}

static int run(const struct check *check, const struct checking *checking, const struct asked *asked)
{
    struct desk desk = { 0 };
    struct report report = { .check = check->word };
    struct error err = { 0 };
    bool json = asked->json != NULL;
    int code;

    options_log(asked->verbose);
    if ((check->asks ? desk_open : desk_read)(&desk, asked->config, asked->timeout, &err)
        && check->run(&desk, checking, &report, &err))
        code = report_print(&report, json);
    else
        code = fail(&err, json);
    report_clear(&report);
    desk_close(&desk);
    return code;
}

int command_check(int argc, char **argv)
{
    struct asked asked = { 0 };
    const struct option_spec specs[] = {
        OPTION_CONFIG(&asked.config),
        { 'w', "warning", "RANGE", "WARNING when outside of it", &asked.warning, NULL },
        { 'c', "critical", "RANGE", "CRITICAL when outside of it", &asked.critical, NULL },
        { 0, "window", "TIME", "delivery: how far to look back (default: 1h)", &asked.window, NULL },
        OPTION_TIMEOUT(&asked.timeout),
        OPTION_JSON(&asked.json),
        { 'v', "verbose", NULL, "log to standard error", &asked.verbose, NULL },
        { 0 },
    };
    const struct command_help help = {
        "munja check [options] queue|delivery|balance|login [PROVIDER...]",
        "A plugin for monitoring systems. The ranges (10, 10:, ~:10, 10:20, @10:20) are of\n"
        "  queue     the age in seconds of the oldest record that waits (300 and 900); what is held or\n"
        "            dead is a WARNING too\n"
        "  delivery  the percentage of attempts that failed, and of messages that did not arrive (10\n"
        "            and 50)\n"
        "  balance   what is left, in the gateway's own unit (100: and 10:)\n"
        "login takes none: it logs in, whatever tokens there are.",
    };
    bool json = fail_in_json(argc, argv), done = false;
    struct checking checking;
    const struct check *check;
    struct error err = { 0 };
    int operands = 0;

    if (!options_read(argc, argv, specs, &help, &operands, &done, &err))
        return fail(&err, json);
    if (done)
        return EXIT_UNKNOWN;
    check = check_named(operands, argv + 1, &err);
    if (check == NULL || !read_checking(check, &asked, argv + 1, operands, &checking, &err))
        return fail(&err, json);
    return run(check, &checking, &asked);
}
