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
#include "base/utf8.h"
#include "flow/accept.h"
#include "flow/deliver.h"
#include "flow/halves.h"
#include "flow/handover.h"
#include "flow/others.h"
#include "flow/picture.h"
#include "store/breaker.h"
#include "store/handover.h"

/* The end of the last attempt must be written within the deadline, too: so much of the time is kept for it at
 * most. */
#define SETTLE_MS 3000

/* What a worker accepts late is looked for so long at most. */
#define PATIENCE_MS 1000

/* Two clocks, and the worker's look at one of them. */
#define ASKED_SLACK_MS 1000

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
    return true;
}

/* The picture, before anything is stored: the file may be gone when another process sends. One that cannot be
   used costs itself only. */
static void take_image(struct notification *n)
{
    const char *image = n->image;
    int64_t until_ms = now_steady_ms() + (n->until_ms - now_steady_ms()) / 2;
    struct error err = { 0 };

    if (image == NULL || image[0] == '\0' || n->wish.image_url[0] != '\0')
        return;
    n->image = NULL; /* once is enough */
    if (!picture_load(image, until_ms, &n->jpeg, &n->jpeg_bytes, &err))
        notify_note(n, "without its image: %s", err.text);
}

static void give_image(struct notification *n)
{
    take_image(n);
    for (size_t i = 0; i < n->numbers.count; i++) {
        n->records[i].image = n->jpeg;
        n->records[i].image_bytes = n->jpeg_bytes;
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

/* A store that stays locked costs the record, not the alert: half of the time must do for accepting. */
static int64_t accept_until_ms(const struct notification *n)
{
    return n->started_ms + (n->until_ms - n->started_ms) / 2;
}

/* Somewhat more for finding what a worker accepted at the last moment. */
static int64_t patience_ms(const struct notification *n)
{
    int64_t share = (n->until_ms - n->started_ms) / 10;

    return share < PATIENCE_MS ? share : PATIENCE_MS;
}

static int64_t lease_ms(const struct notification *n)
{
    return n->until_ms - now_steady_ms() + DELIVERY_LEASE_SLACK_MS;
}

/* Find or add the records. A store that fails costs the record, not the alert. */
static void accept(struct notification *n)
{
    int64_t window_ms = (int64_t)n->settings.duplicate_window_s * 1000;
    struct error err = { 0 };

    if (n->store == NULL)
        return;
    if (n->plan != NULL && breaker_any(n->store))
        n->half->learn(n->plan, n->store, false);
    for (size_t i = 0; n->plan != NULL && i < n->numbers.count; i++)
        if (!n->records[i].found)
            n->half->name_first(n->plan, &n->records[i]);
    n->stored = store_accept(n->store, n->records, n->numbers.count, window_ms, lease_ms(n), &err);
    if (n->stored)
        return;
    /* What is there can be read all the same. */
    if (!n->records[0].found)
        store_find(n->store, n->records, n->numbers.count, window_ms, NULL);
    without_store(n, &err);
}

/* Nothing was sent by this process: what the records say is the answer, unless the worker told more. */
static void tell_all(struct notification *n)
{
    for (size_t i = 0; i < n->numbers.count; i++)
        if (n->told[i].attempts == 0)
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
    return store_accept(n->late, record, 1, window_ms, 0, NULL) && record->state == RECORD_WAITING;
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

/* Whether every record is there already and none is to be sent by this run. */
static bool all_found(const struct notification *n)
{
    for (size_t i = 0; i < n->numbers.count; i++)
        if (!n->records[i].found)
            return false;
    return true;
}

/* How far a worker brought it. */
enum served {
    SERVED_NONE, /* there is none */
    SERVED_NOT,  /* it said no: nothing of it was kept */
    SERVED_MUTE, /* it said nothing, whatever it did */
    SERVED_DIED, /* it said yes, and died before it told what became of it */
    SERVED_WELL,
};

/* What the worker accepted, and did not say so or did not live to finish, is this process's again. */
static void take_back(struct notification *n, enum served served)
{
    bool died = served == SERVED_DIED && !handover_lives(n->settings.store, n->until_ms - settle_ms(n));
    struct error err = { 0 };

    if (!handover_take_back(n->store, n->records, n->numbers.count, died, lease_ms(n), &err))
        /* By its lease it is the worker's, who comes to it, or another when the lease lapses. */
        log_line(LOG_LEVEL_ERROR, "store=back fault=\"%s\"", err.text);
    tell_all(n);
}

static bool wishes(const struct notification *n)
{
    return n->wish.provider[0] != '\0' || n->wish.kind[0] != '\0' || n->wish.at[0] != '\0';
}

/* Have the worker accept and deliver it, and hear what becomes of it for as long as there is time. */
static enum served ask_worker(struct notification *n, int worker, struct handover_ask *ask)
{
    char note[sizeof n->note] = "";

    if (!handover_ask(worker, ask, accept_until_ms(n), n->told, note, &n->served))
        return n->served ? SERVED_NOT : SERVED_MUTE;
    if (note[0] != '\0' && n->plan == NULL)
        notify_note(n, "%s", note);
    return handover_hear(worker, n->told, n->numbers.count, n->until_ms - settle_ms(n)) ? SERVED_WELL
                                                                                        : SERVED_DIED;
}

static enum served give_worker(struct notification *n, int worker)
{
    char *config = realpath(n->settings.path, NULL);
    char *alert = alert_pack(&n->alert, NULL);
    struct handover_ask ask = { .config = config,
                                .find_ms = accept_until_ms(n),
                                .until_ms = n->until_ms,
                                .numbers = n->numbers,
                                .wish = n->wish,
                                .alert = alert,
                                .image = n->jpeg,
                                .image_bytes = n->jpeg_bytes };
    enum served served = config == NULL || alert == NULL ? SERVED_NOT : ask_worker(n, worker, &ask);

    free(config);
    free(alert);
    return served;
}

/* A wish is checked first by the half that knows what can be wished. */
static bool hand_over(struct notification *n, enum served *served, struct error *err)
{
    int worker = handover_reach(n->settings.store);

    *served = SERVED_NONE;
    if (worker < 0)
        return true;
    if (wishes(n) && !make_plan(n, err)) {
        close(worker);
        return false;
    }
    take_image(n);
    *served = give_worker(n, worker);
    close(worker);
    n->stored = *served == SERVED_WELL;
    return true;
}

/* Without a worker a look comes first: a repeated hand-over may leave this process with nothing to do. */
static bool open_store(struct notification *n, bool look)
{
    int64_t late_ms = now_steady_ms() > accept_until_ms(n) ? now_steady_ms() : accept_until_ms(n);
    int64_t until_ms = look ? accept_until_ms(n) : late_ms + patience_ms(n);
    int64_t window_ms = (int64_t)n->settings.duplicate_window_s * 1000;
    struct error err = { 0 };
    bool due = false, opened = store_open(n->settings.store, until_ms, &n->store, &err);

    if (opened && look)
        opened = store_find(n->store, n->records, n->numbers.count, window_ms, &err)
                 && others_due(n, all_found(n), &due, &err);
    if (!opened)
        without_store(n, &err);
    return opened && look && all_found(n) && !due;
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
    give_image(n);
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

/* A worker accepted it and died, and the store does not let this process have it: it is there for the next.
 */
static void leave(struct notification *n)
{
    for (size_t i = 0; i < n->numbers.count; i++)
        if (n->told[i].situation == SITUATION_UNDERWAY) {
            n->told[i].situation = SITUATION_WAITING;
            UTF8_COPY(n->told[i].reason, n->unstored);
        }
    n->unstored[0] = '\0';
    n->stored = true;
}

/* What the worker said, or may have done since this process began, tells which records these are. */
static void name_asked(struct notification *n)
{
    int64_t began_ms = now_ms() - (now_steady_ms() - n->started_ms) - ASKED_SLACK_MS;

    for (size_t i = 0; i < n->numbers.count; i++) {
        n->records[i].id = n->told[i].record;
        n->records[i].asked_ms = began_ms;
    }
}

/* No worker did. What one accepted all the same is found in the store. */
static bool serve_here(struct notification *n, enum served served, struct error *err)
{
    if (!accept_records(&n->settings, &n->alert, &n->numbers, &n->wish, &n->records, err))
        return false;
    n->asked = served >= SERVED_MUTE;
    if (n->asked)
        name_asked(n);
    if (open_store(n, served == SERVED_NONE)) {
        n->stored = true;
        tell_all(n);
        return true;
    }
    if (n->plan == NULL && !make_plan(n, err)) {
        if (served < SERVED_MUTE)
            return false;
        notify_note(n, "%s", err->text); /* it may be on disk */
    }
    give_image(n);
    accept(n);
    if (!n->stored && served == SERVED_DIED) {
        leave(n);
        return true;
    }
    tell_all(n);
    if (n->stored && served >= SERVED_MUTE)
        take_back(n, served);
    if (!n->stored || accept_has_work(n->records, n->numbers.count))
        deliver_here(n);
    if (n->unstored[0] != '\0')
        notify_note(n, "%s: %s", all_kept(n) ? "kept late" : "sent without a record", n->unstored);
    return true;
}

bool notify_run(struct notification *n, struct error *err)
{
    enum served served;

    n->told = calloc(n->numbers.count, sizeof *n->told);
    if (n->told == NULL)
        return error_memory(err);
    return hand_over(n, &served, err) && (served == SERVED_WELL || serve_here(n, served, err));
}

/* Unless the worker is at it already. */
static void note_one(struct notification *n, const struct record *record, const struct told *told)
{
    int64_t window_ms = (int64_t)n->settings.duplicate_window_s * 1000;
    const struct settlement sent = { .state = RECORD_ACCEPTED,
                                     .outcome = "accepted",
                                     .code = record->code,
                                     .meaning = record->meaning,
                                     .reference = told->reference };
    struct record kept = *record, *one = &kept;

    kept.alert = (struct alert){ 0 }; /* nothing else was told with it */
    if (!store_find(n->late, &kept, 1, window_ms, NULL) || !kept.found
        || !handover_take_back(n->late, &kept, 1, false, settle_ms(n), NULL) || !kept.leased)
        return;
    UTF8_COPY(kept.provider, told->provider);
    store_settle(n->late, &one, &sent, 1, NULL);
}

void notify_late(struct notification *n)
{
    struct error err = { 0 };
    bool free = false;

    if (n->stored || n->late == NULL)
        return;
    store_until(n->late, n->until_ms);
    for (size_t i = 0; i < n->numbers.count; i++) {
        const struct record *record = &n->records[i];
        if (!n->asked || n->told[i].situation != SITUATION_UNRECORDED)
            continue;
        /* Whoever holds the lock may be the worker with this very record. */
        free = free || store_can_write(n->late, &err);
        if (!free)
            break;
        note_one(n, record, &n->told[i]);
    }
}
