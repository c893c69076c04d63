/* "Sent, but the answer was lost": where a gateway can be asked, it is asked before anything is sent again.
 */
#include "flow/lookup.h"

#include <stdio.h>
#include <string.h>

#include "alert/number.h"
#include "base/log.h"
#include "base/now.h"
#include "base/when.h"

/* What a listing says of one recipient. Rows without one, or more rows than were shown, may hide it. */
static enum lookup look_for(const struct listing *listing, const char *recipient)
{
    bool whole = listing->total <= (long)listing->count;

    for (size_t i = 0; i < listing->count; i++) {
        const char *said = listing_cell(listing, i, "recipient");
        char number[NUMBER_BYTES];
        if (strcmp(number_read(said, number, NULL) ? number : said, recipient) == 0)
            return LOOKUP_FOUND;
        whole = whole && said[0] != '\0';
    }
    return whole ? LOOKUP_MISSING : LOOKUP_UNKNOWN;
}

/* Whether that month may not have begun at the gateway, which then has no list of it to show. */
static bool is_ahead(const char *month)
{
    char present[WHEN_MONTH_BYTES];

    when_korean_month(now_ms(), present);
    return month != NULL && strcmp(month, present) > 0;
}

/* Ask once, for those that were not found yet. */
static void ask(struct session *session, const struct provider *provider, const struct operation *operation,
                struct record *const *records, size_t count, const char *month, int64_t until_ms,
                enum lookup *found)
{
    const struct query query = {
        .now_ms = now_ms(), .month = month, .result = "A", .size = 100, .field[1] = records[0]->reference
    };
    struct answer answer;
    bool none;

    session_ask(session, provider, operation, &query, until_ms, &answer);
    /* What else is wrong with an account, the list of the present month has told. */
    none =
        (answer.outcome.kind == OUTCOME_REFUSED || answer.outcome.kind == OUTCOME_ACCOUNT) && is_ahead(month);
    for (size_t i = 0; i < count; i++) {
        enum lookup here = answer.outcome.kind == OUTCOME_ACCEPTED
                               ? look_for(&answer.listing, records[i]->recipient)
                           : none ? LOOKUP_MISSING
                                  : LOOKUP_UNKNOWN;
        /* Missing in one list says nothing where another could not be read. */
        if (found[i] != LOOKUP_FOUND && here != LOOKUP_MISSING)
            found[i] = here;
    }
    answer_clear(&answer);
}

/* In each month in which the gateway may have sent them, by its own clock. */
static void ask_months(struct session *session, const struct provider *provider,
                       struct record *const *records, size_t count, int64_t until_ms, enum lookup *found)
{
    const int64_t now = now_ms(), sent = records[0]->created_ms;
    const int64_t moments[] = { now, sent, now + WHEN_MONTH_SLACK_MS, sent - WHEN_MONTH_SLACK_MS };
    char month[sizeof moments / sizeof *moments][WHEN_MONTH_BYTES];

    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
        bool asked = false;
        when_korean_month(moments[i], month[i]);
        for (size_t k = 0; k < i; k++)
            asked = asked || strcmp(month[k], month[i]) == 0;
        if (!asked)
            ask(session, provider, &provider->api->list, records, count, month[i], until_ms, found);
    }
}

void lookup_find(struct session *session, const struct provider *provider, struct record *const *records,
                 size_t count, int64_t until_ms, enum lookup *found)
{
    static const char *const words[] = { "missing", "found", "unknown" };

    for (size_t i = 0; i < count; i++)
        found[i] = LOOKUP_MISSING;
    /* First what waits: a reservation whose time comes meanwhile moves to the other list. */
    ask(session, provider, &provider->api->reservation_list, records, count, NULL, until_ms, found);
    ask_months(session, provider, records, count, until_ms, found);
    for (size_t i = 0; i < count; i++)
        log_line(LOG_LEVEL_INFO, "record=%lld provider=%s lookup=%s reference=%s", (long long)records[i]->id,
                 provider->name, words[found[i]], records[i]->reference);
}
