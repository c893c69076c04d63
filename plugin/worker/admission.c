/* An alert that is handed over is accepted as its caller would do it: the same records, the same identities,
   which is how a caller who did not wait finds what became of it. */
#include "worker/admission.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/now.h"
#include "flow/accept.h"
#include "store/handover.h"

/* One visit and its part of the records. */
struct party {
    struct visit *visit;
    struct alert alert;
    struct record *record; /* one for each number */
};

/* All of them, to be stored in one go. */
struct crowd {
    struct record *record;
    size_t records;
    struct party *party;
    size_t parties;
};

static void clear(struct crowd *crowd)
{
    for (size_t i = 0; i < crowd->records; i++) {
        crowd->record[i].alert = (struct alert){ 0 }; /* borrowed */
        record_clear(&crowd->record[i]);
    }
    for (size_t i = 0; i < crowd->parties; i++)
        alert_clear(&crowd->party[i].alert);
    free(crowd->party);
    free(crowd->record);
}

static bool make_room(struct crowd *crowd, struct visit *const *visit, size_t count, struct error *err)
{
    size_t records = 0;

    for (size_t i = 0; i < count; i++)
        records += visit[i]->ask.numbers.count;
    crowd->record = calloc(records + 1, sizeof *crowd->record);
    crowd->party = calloc(count + 1, sizeof *crowd->party);
    return (crowd->record != NULL && crowd->party != NULL) || error_memory(err);
}

static bool add(struct crowd *crowd, const struct settings *settings, struct visit *visit, int64_t now,
                struct error *err)
{
    const struct handover_ask *ask = &visit->ask;
    struct party *party = &crowd->party[crowd->parties];
    struct record *made = NULL;
    int64_t until_ms = now + ADMISSION_MOST_MS < ask->find_ms ? now + ADMISSION_MOST_MS : ask->find_ms;

    /* He is at it himself. */
    if (visit->gone && now >= ask->begin_ms)
        return true;
    *party = (struct party){ .visit = visit, .record = crowd->record + crowd->records };
    if (!alert_unpack(&party->alert, ask->alert, err)
        || !accept_records(settings, &party->alert, &ask->numbers, &ask->wish, &made, err)) {
        alert_clear(&party->alert);
        return false;
    }
    for (size_t i = 0; i < ask->numbers.count; i++) {
        made[i].image = ask->image;
        made[i].image_bytes = ask->image_bytes;
        made[i].accept_until_ms = until_ms;
    }
    memcpy(party->record, made, ask->numbers.count * sizeof *made);
    free(made);
    crowd->records += ask->numbers.count;
    crowd->parties++;
    return true;
}

/* What the record borrowed becomes its own: the first has the alert itself. */
static bool own(struct party *party, struct record *record, struct error *err)
{
    record->alert = party->alert;
    party->alert = (struct alert){ 0 };
    if (record->alert.fields == 0 && !alert_unpack(&record->alert, party->visit->ask.alert, err))
        return false;
    if (record->image != NULL) {
        void *copy = malloc(record->image_bytes);
        if (copy == NULL)
            return error_memory(err);
        memcpy(copy, record->image, record->image_bytes);
        record->image = copy;
        record->image_owned = true;
    }
    return true;
}

/* It is on disk and leased: one that cannot be taken in hand for want of memory is found there later. */
static bool take(struct shift *shift, struct party *party, struct record *record)
{
    struct error err = { 0 };

    if (own(party, record, &err)) {
        shift_take(shift, record);
        return true;
    }
    log_line(LOG_LEVEL_ERROR, "record=%lld fault=\"%s\"", (long long)record->id, err.text);
    record_clear(record);
    return false;
}

/* A commit that took too long for its caller, who gave up, leaves it to him: he finds it, or has sent it
   without a record and says so there (flow/notify.c). Where he died, it is free when his time is over. */
static bool is_his(const struct visit *visit, int64_t done_ms)
{
    return done_ms >= visit->ask.find_ms && visit_is_over(visit);
}

/* How long what is left to the caller is his; 0: nothing is. */
static int64_t tell(struct shift *shift, struct party *party, int64_t done_ms)
{
    struct visit *visit = party->visit;

    if (party->record[0].id == 0) /* the lock came too late */
        return 0;
    if (is_his(visit, done_ms))
        return visit->ask.until_ms;
    visit->taken = true;
    for (size_t i = 0; i < visit->ask.numbers.count; i++) {
        struct record *record = &party->record[i];
        accept_tell(record, &visit->told[i]);
        if (record->leased && take(shift, party, record))
            visit->is_coming[i] = visit->told[i].record;
    }
    return 0;
}

int64_t admission_take(struct shift *shift, struct store *store, struct visit *const *visit, size_t count)
{
    const struct settings *settings = shift_plan(shift)->settings;
    int64_t window_ms = (int64_t)settings->duplicate_window_s * 1000;
    size_t room = shift_room(shift, true);
    int64_t now = now_steady_ms(), left_ms = 0;
    struct crowd crowd = { 0 };
    struct error err = { 0 };

    if (!make_room(&crowd, visit, count, &err))
        goto out;
    for (size_t i = 0; i < count; i++)
        if (crowd.records + visit[i]->ask.numbers.count <= room
            && !add(&crowd, settings, visit[i], now, &err)) {
            log_line(LOG_LEVEL_ERROR, "handover=refused fault=\"%s\"", err.text);
            err = (struct error){ 0 };
        }
    if (crowd.records > 0
        && store_accept(store, crowd.record, crowd.records, window_ms, HANDOVER_LEASE_MS, &err)) {
        now = now_steady_ms();
        for (size_t i = 0; i < crowd.parties; i++) {
            int64_t his_ms = tell(shift, &crowd.party[i], now);
            left_ms = his_ms > left_ms ? his_ms : left_ms;
        }
    }
out:
    if (err.kind != ERROR_NONE)
        log_line(LOG_LEVEL_ERROR, "store=accept fault=\"%s\"", err.text);
    clear(&crowd);
    return left_ms;
}
