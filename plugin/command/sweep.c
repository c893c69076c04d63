/* What is due goes out, in one run. */
#include "command/sweep.h"

#include <stdint.h>
#include <stdlib.h>

#include "after/replies.h"
#include "after/telling.h"
#include "base/now.h"
#include "command/options.h"
#include "flow/deliver.h"
#include "flow/halves.h"
#include "store/owner.h"

static size_t count_of(const struct told *told, size_t count, int state)
{
    size_t found = 0;

    for (size_t i = 0; i < count; i++)
        found += situation_state(told[i].situation) == state;
    return found;
}

static size_t accepted_of(const struct told *told, size_t count)
{
    size_t found = 0;

    for (size_t i = 0; i < count; i++)
        found += told[i].situation <= SITUATION_UNRECORDED && told[i].situation != SITUATION_UNDERWAY;
    return found;
}

/* What must wait again is left to the next sweep. Each handful has the whole time that one notify would have.
 */
static bool deliver_all(struct desk *desk, struct told **told, size_t *count, struct error *err)
{
    int64_t handful_ms = (int64_t)desk->settings.timeout_s * 1000;
    struct delivery with = { .plan = &desk->plan, .store = desk->store, .wire = half_wire(err) };
    int64_t due_by_ms;
    size_t taken = 1;
    bool buried = false;

    if (with.wire == NULL || !store_heed_clock(desk->store, err) || !owner_bury(desk->store, &buried, err))
        return false;
    replies_heed(&desk->plan, desk->store);
    due_by_ms = now_ms();
    while (taken > 0) {
        with.until_ms = now_steady_ms() + handful_ms;
        with.settle_until_ms = with.until_ms + DELIVERY_LEASE_SLACK_MS / 2;
        store_until(desk->store, with.until_ms);
        if (!deliver_due(&with, due_by_ms, told, count, &taken, err))
            return false;
    }
    return store_prune(desk->store, (int64_t)desk->settings.keep_s * 1000, err);
}

/* Again and again, as long as something is delivered: what else there is may not be through. */
static bool deliver_between(struct desk *desk, sweep_else *what, void *context, struct told **told,
                            size_t *count, struct error *err)
{
    bool again = true;

    for (size_t before = SIZE_MAX; again; before = *count) {
        if (!deliver_all(desk, told, count, err))
            return false;
        again = what != NULL && *count != before && what(desk, context);
    }
    return true;
}

/* What waits for a monitor; only where something is due a connection is made ready. */
static bool tell_monitors(struct desk *desk, struct report *report, struct error *err)
{
    int64_t acknowledge_ms = INT64_MAX, result_ms = INT64_MAX, now = now_ms();
    size_t done = 0, kept = 0;

    if (!writeback_next(desk->store, WRITEBACK_ACKNOWLEDGE, &acknowledge_ms, err)
        || !writeback_next(desk->store, WRITEBACK_RESULT, &result_ms, err))
        return false;
    if (acknowledge_ms > now && result_ms > now)
        return true;
    if (!desk_open_session(desk, err)
        || !telling_sweep(&desk->session.courier, &desk->plan, desk->store, &done, &kept, err))
        return false;
    if (done + kept > 0)
        report_say(report, kept > 0 ? EXIT_WARNING : EXIT_OK, "monitors were told %zu, %zu wait for theirs",
                   done, kept);
    return true;
}

bool sweep_due(struct desk *desk, sweep_else *what, void *context, struct report *report, struct error *err)
{
    struct told *told = NULL;
    size_t count = 0, accepted, refused;
    char note[256] = "";
    int state;

    if (!deliver_between(desk, what, context, &told, &count, err)) {
        free(told);
        return false;
    }
    accepted = accepted_of(told, count);
    refused = count_of(told, count, EXIT_CRITICAL);
    state = refused > 0 ? EXIT_CRITICAL : count_of(told, count, EXIT_WARNING) > 0 ? EXIT_WARNING : EXIT_OK;
    free(told);
    report_say(report, state, "%zu due, %zu accepted, %zu kept for retry, %zu refused", count, accepted,
               count - accepted - refused, refused);
    if (!tell_monitors(desk, report, err))
        return false;
    if (munja_deliver.plan_note(&desk->plan, note, sizeof note))
        report_say(report, EXIT_WARNING, "%s", note);
    report_measure(report, "", "accepted", (double)accepted, "", "", "");
    report_measure(report, "", "waiting", (double)(count - accepted - refused), "", "", "");
    report_measure(report, "", "refused", (double)refused, "", "", "");
    return true;
}
