/* The way of one alert through one process: accept, deliver, tell; and what becomes of it when a part of that
 * fails. */
#include "flow/notify.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/now.h"
#include "flow/accept.h"
#include "flow/deliver.h"
#include "flow/halves.h"
#include "flow/handover.h"
#include "flow/picture.h"
#include "store/breaker.h"
#include "store/handover.h"
#include "store/owner.h"

/* A monitor may start one command after the other: other due records hold it up for so long at most, and are
   left to the next run when less time is left. */
#define OTHERS_MOST_MS  5000
#define OTHERS_LEAST_MS 1000

/* The end of the last attempt must be written within the deadline, too: so much of the time is kept for it at
 * most. */
#define SETTLE_MS 3000

/* Every so many records, what is older than keep is forgotten. */
#define PRUNE_EVERY 64

void notify_note(struct notification *n, const char *format, ...)
{
    size_t at = strlen(n->note);
    va_list args;

    if (at > 0 && at + 3 < sizeof n->note)
        at += (size_t)snprintf(n->note + at, sizeof n->note - at, "; ");
    va_start(args, format);
    if (at + 1 < sizeof n->note)
        vsnprintf(n->note + at, sizeof n->note - at, format, args);
    va_end(args);
}

/* The delivering half with the configuration made ready for it. Only a munja that is installed badly lacks
   it: then the alert is kept for one that is not. */
static bool make_plan(struct notification *n, struct error *err)
{
    struct error fault = { 0 };
    char note[sizeof n->note];

    n->half = half_deliver(&fault);
    if (n->half == NULL) {
        notify_note(n, "%s", fault.text);
        return true;
    }
    if (!n->half->plan_new(&n->settings, &n->plan, err) || !n->half->check_wish(n->plan, &n->wish, err))
        return false;
    if (n->half->plan_note(n->plan, note, sizeof note))
        notify_note(n, "%s", note);
    if (n->store != NULL && breaker_any(n->store))
        n->half->learn(n->plan, n->store, false);
    return true;
}

/* The picture, before anything is stored: the file may be gone when another process sends. One that cannot be
   used costs itself only. */
static void take_image(struct notification *n)
{
    const char *image = n->image;
    int64_t until_ms = now_steady_ms() + (n->until_ms - now_steady_ms()) / 2;
    struct error err = { 0 };
    void *jpeg = NULL;
    size_t bytes = 0;

    if (image == NULL || image[0] == '\0' || n->wish.image_url[0] != '\0')
        return;
    if (!picture_load(image, until_ms, &jpeg, &bytes, &err))
        notify_note(n, "without its image: %s", err.text);
    for (size_t i = 0; i < n->numbers.count; i++) {
        n->records[i].image = jpeg;
        n->records[i].image_bytes = bytes;
    }
}

/* The store cannot be used: the alert goes out all the same, and the answer says it loudly. */
static void without_store(struct notification *n, const struct error *err)
{
    log_line(LOG_LEVEL_ERROR, "store=accept fault=\"%s\"", err->text);
    snprintf(n->unstored, sizeof n->unstored, "%.200s", err->text);
    n->late = n->store;
    n->store = NULL;
}

static int64_t settle_ms(const struct notification *n)
{
    int64_t share = (n->until_ms - n->started_ms) / 5;

    return share < SETTLE_MS ? share : SETTLE_MS;
}

static int64_t lease_ms(const struct notification *n)
{
    return n->until_ms - now_steady_ms() + DELIVERY_LEASE_SLACK_MS;
}

/* Find or add the records, for this process or for the worker. A store that fails costs the record, not the
   alert. */
static void accept(struct notification *n, bool for_worker)
{
    int64_t window_ms = (int64_t)n->settings.duplicate_window_s * 1000;
    struct error err = { 0 };

    if (n->store == NULL)
        return;
    for (size_t i = 0; !for_worker && n->plan != NULL && i < n->numbers.count; i++)
        if (!n->records[i].found)
            n->half->name_first(n->plan, &n->records[i]);
    handover_give(n->store, for_worker);
    n->stored = store_accept(n->store, n->records, n->numbers.count, window_ms,
                             for_worker ? HANDOVER_LEASE_MS : lease_ms(n), &err);
    if (!n->stored)
        without_store(n, &err);
}

/* Nothing was sent: what the records say is the answer. */
static void tell_all(struct notification *n)
{
    for (size_t i = 0; i < n->numbers.count; i++)
        accept_tell(&n->records[i], &n->told[i]);
}

/* Whether this run is to send it: it has the lease, or there is no store to have one from and nothing says
   that it was sent already. */
static bool is_mine(const struct notification *n, const struct record *record)
{
    if (n->stored)
        return record->leased;
    return !record->found || (record->state == RECORD_WAITING && strcmp(record->outcome, "begun") != 0);
}

/* Nothing could be sent at all: what this run holds is due again at once. */
static void give_back(struct notification *n, const char *why)
{
    const struct settlement later = {
        .state = RECORD_WAITING, .outcome = "retry", .meaning = why, .due_ms = now_ms()
    };

    for (size_t i = 0; i < n->numbers.count; i++) {
        struct record *record = &n->records[i];
        if (!is_mine(n, record))
            continue;
        if (n->stored)
            store_settle(n->store, &record, &later, 1, NULL);
        n->told[i].situation = n->stored ? SITUATION_WAITING : SITUATION_LOST;
        snprintf(n->told[i].reason, sizeof n->told[i].reason, "%.200s", why);
    }
}

/* Nobody took it either; but a store that was locked may be free by now. The record is left to whoever comes
   next, who finds it due. */
static bool keep_late(struct notification *n, struct record *record)
{
    int64_t window_ms = (int64_t)n->settings.duplicate_window_s * 1000;

    if (n->late == NULL)
        return false;
    record->provider[0] = '\0'; /* no attempt of it is told to the store */
    handover_leave(n->late);
    store_until(n->late, n->until_ms);
    return store_accept(n->late, record, 1, window_ms, 0, NULL);
}

/* What is true of a record that had to be sent without being stored. */
static enum situation situation_without_store(struct notification *n, struct record *record,
                                              enum situation situation)
{
    if (situation <= SITUATION_UNRECORDED)
        return SITUATION_UNRECORDED;
    if (situation == SITUATION_REFUSED || (situation == SITUATION_WAITING && keep_late(n, record)))
        return situation;
    return SITUATION_LOST;
}

static bool deliver(struct notification *n)
{
    struct delivery delivery = { .plan = n->plan,
                                 .wire = n->wire,
                                 .store = n->store,
                                 .until_ms = n->until_ms - settle_ms(n),
                                 .settle_until_ms = n->until_ms };
    struct record **leased = calloc(n->numbers.count, sizeof *leased);
    struct told *told = calloc(n->numbers.count, sizeof *told);

    if (leased == NULL || told == NULL) {
        free(leased);
        free(told);
        return false;
    }
    for (size_t i = 0; i < n->numbers.count; i++)
        if (is_mine(n, &n->records[i]))
            leased[delivery.count++] = &n->records[i];
    delivery.record = leased;
    delivery.told = told;
    n->half->run(&delivery);
    for (size_t i = 0; i < delivery.count; i++) {
        struct told *mine = &n->told[leased[i] - n->records];
        *mine = told[i];
        if (!n->stored) {
            mine->situation = situation_without_store(n, leased[i], mine->situation);
            mine->record = leased[i]->id;
        }
    }
    free(leased);
    free(told);
    return true;
}

/* Whether a gateway took something from this run. */
static bool got_through(const struct notification *n)
{
    for (size_t i = 0; i < n->numbers.count; i++)
        if (n->told[i].attempts > 0 && n->told[i].situation <= SITUATION_UNRECORDED)
            return true;
    return false;
}

/* Whether there is something due that this process could take. What a dead one has leased is, where it is
   worth a closer look; if that cannot be written in time, it will be when the lease is over. */
static bool any_due(const struct notification *n, bool closely, bool *due, struct error *err)
{
    bool leased = false;

    if (!store_due(n->store, due, &leased, err))
        return false;
    if (closely && !*due && leased)
        owner_bury(n->store, due, NULL);
    return true;
}

/* What earlier runs left behind goes out too, for a few seconds, unless nothing at all gets through; its ends
   stand in the store, not in this answer. Now and then what is long over is forgotten. */
void notify_others(struct notification *n)
{
    int64_t most_ms = now_steady_ms() + OTHERS_MOST_MS, due_by_ms = now_ms();
    struct delivery with = { .plan = n->plan,
                             .wire = n->wire,
                             .store = n->store,
                             .until_ms = n->until_ms < most_ms ? n->until_ms : most_ms };
    struct told *told = NULL;
    size_t count = 0, taken = 1;
    bool due = false;

    if (!n->stored || n->served || n->plan == NULL || (n->wire != NULL && !got_through(n)))
        return;
    with.settle_until_ms = n->until_ms;
    store_until(n->store, with.until_ms);
    if (n->told[0].record % PRUNE_EVERY == 0) {
        store_prune(n->store, (int64_t)n->settings.keep_s * 1000, NULL);
        store_heed_clock(n->store, NULL);
    }
    if (!any_due(n, true, &due, NULL) || !due)
        return;
    if (with.wire == NULL)
        with.wire = half_wire(NULL);
    while (with.wire != NULL && taken > 0 && with.until_ms - now_steady_ms() >= OTHERS_LEAST_MS)
        if (!n->half->due(&with, due_by_ms, &told, &count, &taken, NULL))
            break;
    free(told);
}

/* Whether every record is there already and none is to be sent by this run. */
static bool all_found(const struct notification *n)
{
    for (size_t i = 0; i < n->numbers.count; i++)
        if (!n->records[i].found)
            return false;
    return true;
}

/* What the worker did not take, or did not live to finish, is this process's again. */
static void take_back(struct notification *n, bool died)
{
    struct error err = { 0 };

    if (!handover_take_back(n->store, n->records, n->numbers.count, died, lease_ms(n), &err)) {
        /* By its lease it is the worker's, who comes to it, or another when the lease lapses. */
        log_line(LOG_LEVEL_ERROR, "store=back fault=\"%s\"", err.text);
        for (size_t i = 0; i < n->numbers.count; i++)
            n->records[i].leased = false;
    }
    for (size_t i = 0; i < n->numbers.count; i++)
        if (n->told[i].attempts == 0)
            accept_tell(&n->records[i], &n->told[i]);
}

/* The records are accepted and leased to the worker: have it deliver them, and hear what becomes of them for
   as long as there is time. What is left to this process afterwards is leased to it. */
static void hand_over(struct notification *n, int worker)
{
    char note[sizeof n->note] = "";
    bool died = false, taken = handover_ask(worker, n->settings.path, n->records, n->numbers.count,
                                            n->until_ms, note, &n->served);

    if (note[0] != '\0')
        notify_note(n, "%s", note);
    if (taken)
        died = !handover_hear(worker, n->records, n->told, n->numbers.count, n->until_ms - settle_ms(n));
    if (taken && !died)
        return;
    take_back(n, died && !handover_lives(n->settings.store, n->until_ms - settle_ms(n)));
}

/* A store that stays locked costs the record, not the alert: half of the time must do for accepting. Where
   no worker is reached, a look comes first: a repeated hand-over may leave this process with nothing to do.
 */
static void open_store(struct notification *n, int *worker, bool *done)
{
    int64_t window_ms = (int64_t)n->settings.duplicate_window_s * 1000;
    int64_t accept_until_ms = n->started_ms + (n->until_ms - n->started_ms) / 2;
    struct error err = { 0 };
    bool due = false, opened = store_open(n->settings.store, accept_until_ms, &n->store, &err);

    if (opened)
        *worker = handover_reach(n->settings.store);
    if (opened && *worker < 0) {
        opened = store_find(n->store, n->records, n->numbers.count, window_ms, &err)
                 && any_due(n, all_found(n), &due, &err);
        *done = opened && all_found(n) && !due;
    }
    if (!opened)
        without_store(n, &err);
}

/* None is drawn where nothing is stored; one takes as much room. */
static void show_code(struct notification *n)
{
    bool problem = strcmp(alert_get(&n->alert, "type"), "PROBLEM") == 0;

    for (size_t i = 0; i < n->numbers.count; i++)
        if (problem && n->records[i].answerable)
            snprintf(n->records[i].reply, sizeof n->records[i].reply, "???");
}

bool notify_show(struct notification *n, bool json, struct error *err)
{
    if (!accept_records(&n->settings, &n->alert, &n->numbers, &n->wish, &n->records, err)
        || !make_plan(n, err))
        return false;
    if (n->half == NULL)
        return error_set(err, ERROR_SYSTEM, 0, "%s", n->note);
    take_image(n);
    show_code(n);
    return n->half->show(n->plan, n->records, n->numbers.count, json, err);
}

/* Whether nothing was sent without a record, after all. */
static bool all_kept(const struct notification *n)
{
    for (size_t i = 0; i < n->numbers.count; i++)
        if (n->told[i].situation != SITUATION_WAITING)
            return false;
    return true;
}

/* Accept, and hand over to the worker where there is one. A wish is checked first by the half that knows what
   can be wished. */
static bool take_charge(struct notification *n, int worker, struct error *err)
{
    const struct wish *wish = &n->wish;
    bool wishes = wish->provider[0] != '\0' || wish->kind[0] != '\0' || wish->at[0] != '\0';

    if ((worker < 0 || wishes) && !make_plan(n, err))
        return false;
    take_image(n);
    accept(n, worker >= 0);
    tell_all(n);
    if (n->stored && worker >= 0 && accept_has_work(n->records, n->numbers.count))
        hand_over(n, worker);
    return true;
}

/* By this process, what it has the lease of. */
static void deliver_here(struct notification *n)
{
    struct error fault = { 0 };

    if (n->half == NULL && !make_plan(n, &fault))
        notify_note(n, "%s", fault.text);
    if (n->plan != NULL)
        n->wire = half_wire(&fault);
    if (n->wire == NULL || !deliver(n))
        give_back(n, n->plan == NULL ? "not sent" : n->wire == NULL ? fault.text : "out of memory");
}

bool notify_run(struct notification *n, struct error *err)
{
    bool done = false;
    int worker = -1;

    if (!accept_records(&n->settings, &n->alert, &n->numbers, &n->wish, &n->records, err))
        return false;
    n->told = calloc(n->numbers.count, sizeof *n->told);
    if (n->told == NULL)
        return error_memory(err);
    open_store(n, &worker, &done);
    n->served = worker >= 0;
    if (done) {
        n->stored = true;
        tell_all(n);
    } else if (!take_charge(n, worker, err))
        return false;
    if (worker >= 0)
        close(worker);
    if (!n->stored || accept_has_work(n->records, n->numbers.count))
        deliver_here(n);
    if (n->unstored[0] != '\0')
        notify_note(n, "%s: %s", all_kept(n) ? "kept late" : "sent without a record", n->unstored);
    return true;
}
