/* munja queue retry and drop: an operator decides what is to become of records. */
#include "command/queue_act.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/options.h"
#include "command/report.h"
#include "store/tend.h"

/* Why nothing was done; NULL when it was. */
static const char *hindrance(const struct tending *tending)
{
    switch (tending->tended) {
    case TENDED_DONE:
        return NULL;
    case TENDED_MISSING:
        return "there is no such record";
    case TENDED_BUSY:
        return "another process is sending it right now";
    case TENDED_OVER:
        break;
    }
    return tending->state == RECORD_ACCEPTED  ? "a gateway has it already"
           : tending->state == RECORD_MERGED  ? "its recovery told it"
           : tending->state == RECORD_REFUSED ? "it was refused for good, nobody will try it again"
                                              : "it was dropped before";
}

static bool add_row(struct listing *records, const struct tending *tending)
{
    char id[24];

    snprintf(id, sizeof id, "%lld", (long long)tending->id);
    return listing_add(
        records,
        (const char *[]){ id, tending->tended == TENDED_MISSING ? NULL : record_state_name(tending->state),
                          hindrance(tending) });
}

static void tell(const struct tending *tendings, size_t count, const char *what, struct report *report)
{
    size_t done = 0;

    for (size_t i = 0; i < count; i++)
        if (tendings[i].tended == TENDED_DONE)
            done++;
        else
            report_say(report, EXIT_UNKNOWN, "record %lld: %s", (long long)tendings[i].id,
                       hindrance(&tendings[i]));
    if (done < count)
        report_say(report, EXIT_UNKNOWN, "%zu of %zu %s", done, count, what);
    else
        report_say(report, EXIT_OK, "%zu record%s %s", count, count == 1 ? "" : "s", what);
}

bool queue_act(struct store *store, const char *word, const int64_t *id, size_t count, bool json, int *code,
               struct error *err)
{
    static const char *const columns[] = { "id", "state", "meaning", NULL };
    bool retry = strcmp(word, "retry") == 0, acted = false;
    struct tending *tendings = calloc(count + 1, sizeof *tendings);
    struct listing records = { 0 };
    struct report report = { .records = &records };

    if (tendings == NULL)
        return error_memory(err);
    for (size_t i = 0; i < count; i++)
        tendings[i].id = id[i];
    if (!(retry ? tend_retry : tend_drop)(store, tendings, count, err))
        goto out;
    listing_start(&records, columns);
    for (size_t i = 0; i < count; i++)
        if (!add_row(&records, &tendings[i]))
            report.broken = true;
    tell(tendings, count, retry ? "due now" : "dropped", &report);
    *code = report_print(&report, json);
    acted = true;
out:
    report_clear(&report);
    listing_clear(&records);
    free(tendings);
    return acted;
}
