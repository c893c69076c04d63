/* From a question about messages to receipts in the store. */
#include "after/pull.h"

#include <string.h>

#include "after/pulled.h"
#include "base/log.h"
#include "base/now.h"
#include "base/when.h"
#include "flow/at.h"

/* A message goes to one reference with as many others as a request takes; a page holds so many. */
#define PAGE_ROWS  100
#define PAGES_MOST 10

/* Few enough to be read whole, since the gateway forgets them. */
#define ROUND_ROWS 300

enum pull_way pull_way(const struct api *api)
{
    if (api->reports.build != NULL)
        return PULL_ROUND;
    if ((api->caps & API_LOOKUP) != 0 && api->list.build != NULL)
        return PULL_LIST;
    return api->result.build != NULL && api->receipts != NULL ? PULL_RESULT : PULL_NONE;
}

bool pull_learns(const struct provider *provider)
{
    return pull_way(provider->api) != PULL_NONE
           || (provider->api->webhook.judge != NULL
               && section_entry(provider->account.section, "hook_token") != NULL);
}

int64_t pull_sent_ms(const struct watched *watched)
{
    int64_t reserved_ms = watched->at[0] == '\0' ? 0 : at_ms(watched->at);

    return reserved_ms > watched->sent_ms ? reserved_ms : watched->sent_ms;
}

static void keep(struct session *session, const struct provider *provider, const char *reference,
                 struct answer *answer)
{
    struct error err = { 0 };

    if (answer->outcome.kind == OUTCOME_ACCEPTED
        && !pulled_results(session->store, provider->name, reference, &answer->listing, &err))
        outcome_own(&answer->outcome, OUTCOME_RETRY, "store", err.text);
}

/* All pages. *rows: how many messages they told of. */
static void ask_pages(struct session *session, const struct provider *provider,
                      const struct operation *operation, const char *reference, const char *month,
                      int64_t until_ms, long *rows, struct outcome *outcome)
{
    bool more = true;

    *rows = 0;
    for (int page = 1; more && page <= PAGES_MOST; page++) {
        const struct query query = { .now_ms = now_ms(),
                                     .ref = reference,
                                     .month = month,
                                     .result = "A",
                                     .size = PAGE_ROWS,
                                     .page = page,
                                     .field[1] = month == NULL ? NULL : reference };
        struct answer answer;

        session_ask(session, provider, operation, &query, until_ms, &answer);
        keep(session, provider, reference, &answer);
        *outcome = answer.outcome;
        *rows += (long)answer.listing.count;
        more = outcome->kind == OUTCOME_ACCEPTED && answer.listing.count > 0 && answer.listing.total > *rows;
        answer_clear(&answer);
    }
}

void pull_message(struct session *session, const struct provider *provider, const char *reference,
                  int64_t sent_ms, int64_t until_ms, struct outcome *outcome)
{
    static const int64_t slack_ms[] = { WHEN_MONTH_SLACK_MS, -WHEN_MONTH_SLACK_MS };
    char month[WHEN_MONTH_BYTES], other[WHEN_MONTH_BYTES];
    long rows = 0;

    if (pull_way(provider->api) == PULL_RESULT) {
        ask_pages(session, provider, &provider->api->result, reference, NULL, until_ms, &rows, outcome);
        return;
    }
    when_korean_month(sent_ms, month);
    ask_pages(session, provider, &provider->api->list, reference, month, until_ms, &rows, outcome);
    for (size_t i = 0; i < sizeof slack_ms / sizeof *slack_ms; i++) {
        when_korean_month(sent_ms + slack_ms[i], other);
        if (outcome->kind == OUTCOME_ACCEPTED && rows == 0 && strcmp(month, other) != 0)
            ask_pages(session, provider, &provider->api->list, reference, other, until_ms, &rows, outcome);
    }
}

void pull_round(struct session *session, const struct provider *provider, const char *what, int64_t until_ms,
                bool *full, struct outcome *outcome)
{
    const struct query query = { .now_ms = now_ms(), .size = ROUND_ROWS };
    bool reports = strcmp(what, "reports") == 0, kept = true;
    struct error err = { 0 };
    struct answer answer;

    *full = false;
    session_ask(session, provider, api_operation(provider->api, what), &query, until_ms, &answer);
    *outcome = answer.outcome;
    if (outcome->kind == OUTCOME_ACCEPTED && answer.listing.count > 0) {
        *full = answer.listing.count >= ROUND_ROWS;
        kept = (reports ? pulled_reports : pulled_replies)(session->store, provider->name, &answer.listing,
                                                           &err);
        log_line(kept ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR, "provider=%s pulled=%s count=%zu%s%s",
                 provider->name, what, answer.listing.count, kept ? "" : " lost=", err.text);
    }
    answer_clear(&answer);
}
