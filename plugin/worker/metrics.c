/* Prometheus asks every few seconds, in the worker's own turn: nothing here looks at more than what is kept
   in an index for it. */
#include "worker/metrics.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/now.h"
#include "flow/breakers.h"
#include "store/balance.h"
#include "store/count.h"

/* What is refused shows for so long. */
#define REFUSED_HOURS 24

/* What arrived, and what did not. */
#define DELIVERY_MINUTES 60

static const struct {
    const char *name, *help, *label;
} counters[] = {
    [TALLY_ATTEMPTS] = { "munja_attempts_total", "Attempts of this worker that ended, by outcome.",
                         "outcome" },
    [TALLY_PUSHES] = { "munja_pushes_total", "Pushes of gateways, by the status they were answered with.",
                       "status" },
    [TALLY_RECEIPTS] = { "munja_receipts_total", "New receipts that were pushed, by state.", "state" },
    [TALLY_REPLIES] = { "munja_replies_total", "New replies that were pushed.", NULL },
};

static bool begin(struct buf *text, const char *name, const char *type, const char *help)
{
    return buf_format(text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* A label's value may be any text of munja.conf. */
static bool add_label(struct buf *text, const char *label, const char *value)
{
    bool added = buf_format(text, "%s=\"", label);

    for (; added && *value != '\0'; value++)
        added = *value == '\n' ? buf_str(text, "\\n")
                               : (*value != '"' && *value != '\\' ? true : buf_char(text, '\\'))
                                     && buf_char(text, *value);
    return added && buf_char(text, '"');
}

static bool of_provider(struct buf *text, const char *name, const char *provider)
{
    return buf_format(text, "%s{", name) && add_label(text, "provider", provider) && buf_str(text, "} ");
}

static bool add_counters(const struct tally *tally, struct buf *text)
{
    bool added = true;

    for (size_t kind = 0; added && kind < sizeof counters / sizeof *counters; kind++) {
        added = begin(text, counters[kind].name, "counter", counters[kind].help);
        for (size_t i = 0; added && i < tally->rows; i++) {
            const struct tally_row *row = &tally->row[i];
            if (row->kind != kind)
                continue;
            added = buf_format(text, "%s{", counters[kind].name) && add_label(text, "provider", row->provider)
                    && (counters[kind].label == NULL
                        || (buf_char(text, ',') && add_label(text, counters[kind].label, row->what)))
                    && buf_format(text, "} %llu\n", (unsigned long long)row->count);
        }
    }
    return added;
}

static bool add_queue(struct store *store, struct buf *text, struct error *err)
{
    struct queue_count n = { 0 };
    int64_t age_s = 0;

    if (!count_queue(store, now_ms() - (int64_t)REFUSED_HOURS * 3600 * 1000, &n, err))
        return false;
    if (n.waiting > 0 && now_ms() > n.oldest_waiting_ms)
        age_s = (now_ms() - n.oldest_waiting_ms) / 1000;
    return (begin(text, "munja_queue_records", "gauge", "Records that wait, or that nobody sends any more.")
            && buf_format(text,
                          "munja_queue_records{state=\"waiting\"} %zu\n"
                          "munja_queue_records{state=\"held\"} %zu\n"
                          "munja_queue_records{state=\"dead\"} %zu\n"
                          "munja_queue_records{state=\"refused\"} %zu\n",
                          n.waiting, n.held, n.dead, n.refused)
            && begin(text, "munja_queue_oldest_seconds", "gauge", "For how long the oldest record waits.")
            && buf_format(text, "munja_queue_oldest_seconds %lld\n", (long long)age_s))
           || error_memory(err);
}

/* As munja check delivery counts them. */
static bool add_receipts(struct store *store, struct buf *text, struct error *err)
{
    struct receipt_count *list = NULL;
    size_t count = 0;
    bool added;

    if (!count_receipts(store, now_ms() - (int64_t)DELIVERY_MINUTES * 60 * 1000, &list, &count, err))
        return false;
    added = begin(text, "munja_delivery_messages", "gauge",
                  "Messages whose receipts came in the last hour, by carrier and state.");
    for (size_t i = 0; added && i < count; i++) {
        const struct {
            const char *name;
            size_t count;
        } states[] = { { "delivered", list[i].delivered },
                       { "failed", list[i].failed },
                       { "missed", list[i].missed },
                       { "gateway", list[i].gateway } };
        for (size_t k = 0; added && k < sizeof states / sizeof *states; k++)
            added = buf_str(text, "munja_delivery_messages{") && add_label(text, "provider", list[i].provider)
                    && buf_char(text, ',') && add_label(text, "carrier", list[i].carrier)
                    && buf_format(text, ",state=\"%s\"} %zu\n", states[k].name, states[k].count);
    }
    free(list);
    return added || error_memory(err);
}

static bool add_breakers(const struct plan *plan, struct buf *text)
{
    bool added = begin(text, "munja_breaker_open", "gauge", "Whether a provider pauses because it failed.");

    for (size_t i = 0; added && i < plan->providers; i++)
        added = of_provider(text, "munja_breaker_open", plan->provider[i].name)
                && buf_format(text, "%d\n", breakers_state(plan, &plan->provider[i]) == BREAKER_OPEN);
    return added;
}

/* Two families: their lines stand together. */
static bool add_balances(struct store *store, const struct plan *plan, struct buf *text, struct error *err)
{
    struct buf seen = { 0 };
    bool added = begin(text, "munja_balance", "gauge", "What a provider said last of what is left.")
                 && begin(&seen, "munja_balance_seen_timestamp_seconds", "gauge", "When it said so.");

    if (!added)
        error_memory(err);
    for (size_t i = 0; added && i < plan->providers; i++) {
        const char *name = plan->provider[i].name;
        struct balance balance = { 0 };
        added = balance_get(store, name, &balance, err);
        if (!added || balance.seen_ms == 0)
            continue;
        added = (of_provider(text, "munja_balance", name) && buf_format(text, "%s\n", balance.left)
                 && of_provider(&seen, "munja_balance_seen_timestamp_seconds", name)
                 && buf_format(&seen, "%lld\n", (long long)(balance.seen_ms / 1000)))
                || error_memory(err);
    }
    added = added && (buf_str(text, buf_text(&seen)) || error_memory(err));
    buf_clear(&seen);
    return added;
}

/* Without the store, the rest is worth telling all the same. */
bool metrics_write(const struct metrics *metrics, struct buf *text, struct error *err)
{
    struct error fault = { 0 };
    bool read = add_queue(metrics->store, text, &fault)
                && add_balances(metrics->store, metrics->plan, text, &fault)
                && add_receipts(metrics->store, text, &fault);

    if (!read) {
        buf_cut(text, 0);
        log_line(LOG_LEVEL_ERROR, "store=metrics fault=\"%s\"", fault.text);
    }
    return (begin(text, "munja_up", "gauge", "Whether the store could be read.")
            && buf_format(text, "munja_up %d\n", read)
            && begin(text, "munja_start_time_seconds", "gauge", "When this worker started.")
            && buf_format(text, "munja_start_time_seconds %lld\n", (long long)(metrics->since_ms / 1000))
            && add_breakers(metrics->plan, text) && add_counters(metrics->tally, text))
           || error_memory(err);
}
