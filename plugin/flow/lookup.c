/* "Sent, but the answer was lost": where a gateway can be asked, it is asked before anything is sent again.
 */
#include "flow/lookup.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "alert/number.h"
#include "base/log.h"
#include "base/now.h"

/* Gateways keep their tables by Korean months. */
static void month_of(int64_t ms, char month[8])
{
    time_t korea = (time_t)(ms / 1000 + 9 * 60 * 60);
    struct tm tm = { 0 };

    gmtime_r(&korea, &tm);
    strftime(month, 8, "%Y%m", &tm);
}

static bool names(const struct listing *listing, const char *recipient)
{
    for (size_t i = 0; i < listing->count; i++) {
        const char *said = listing_cell(listing, i, "recipient");
        char number[NUMBER_BYTES];
        if (strcmp(number_read(said, number, NULL) ? number : said, recipient) == 0)
            return true;
    }
    return false;
}

static enum lookup ask(struct session *session, const struct provider *provider,
                       const struct operation *operation, const struct record *record, const char *month,
                       int64_t until_ms)
{
    const struct query query = {
        .now_ms = now_ms(), .month = month, .result = "A", .size = 100, .field[1] = record->reference
    };
    struct answer answer;
    enum lookup found = LOOKUP_UNKNOWN;

    session_ask(session, provider, operation, &query, until_ms, &answer);
    if (answer.outcome.kind == OUTCOME_ACCEPTED)
        found = names(&answer.listing, record->recipient) ? LOOKUP_FOUND : LOOKUP_MISSING;
    answer_clear(&answer);
    return found;
}

enum lookup lookup_find(struct session *session, const struct provider *provider, const struct record *record,
                        int64_t until_ms)
{
    const struct operation *list = &provider->api->list, *waiting = &provider->api->reservation_list;
    static const char *const words[] = { "found", "missing", "unknown" };
    char month[8], before[8];
    enum lookup found;

    month_of(now_ms(), month);
    month_of(record->created_ms, before);
    found = ask(session, provider, list, record, month, until_ms);
    if (found == LOOKUP_MISSING && strcmp(month, before) != 0)
        found = ask(session, provider, list, record, before, until_ms);
    if (found == LOOKUP_MISSING)
        found = ask(session, provider, waiting, record, NULL, until_ms);
    log_line(LOG_LEVEL_INFO, "record=%lld provider=%s lookup=%s reference=%s", (long long)record->id,
             provider->name, words[found], record->reference);
    return found;
}
