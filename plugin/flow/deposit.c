/* Accepting alone. Who delivers finds what is due in the store. */
#include "flow/deposit.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/now.h"
#include "flow/accept.h"
#include "flow/handover.h"
#include "store/handover.h"

/* A store that cannot be opened is not tried again for each alert of a storm, nor a lock waited for that
   nobody lets go. */
#define AGAIN_MS 2000

/* So often in a row, a lock is no commit of somebody's, who is done soon. */
#define LOCKED_MOST 3

/* A worker that says nothing for so long is stuck. */
#define ANSWER_MOST_MS 1500

bool deposit_open(struct deposit *deposit, const char *config, struct error *err)
{
    *deposit = (struct deposit){ 0 };
    if (settings_load(config, &deposit->settings, err))
        return true;
    settings_clear(&deposit->settings);
    return false;
}

static void close_store(struct deposit *deposit)
{
    store_close(deposit->store);
    deposit->store = NULL;
}

static void hang_up(struct deposit *deposit)
{
    if (deposit->rung_ms != 0)
        close(deposit->bell);
    deposit->rung_ms = 0;
}

void deposit_close(struct deposit *deposit)
{
    hang_up(deposit);
    close_store(deposit);
    settings_clear(&deposit->settings);
}

/* An operator who puts another file in its place means that one from now on. */
static bool is_in_place(const struct deposit *deposit)
{
    struct stat info;

    return stat(deposit->settings.store, &info) == 0 && info.st_dev == deposit->device
           && info.st_ino == deposit->file;
}

bool deposit_ready(struct deposit *deposit, int64_t patience_ms, struct error *err)
{
    int64_t now = now_steady_ms();
    struct stat info = { 0 };

    if (deposit->failures >= LOCKED_MOST && now - deposit->failed_ms < AGAIN_MS)
        patience_ms = 0;
    if (deposit->store != NULL && !is_in_place(deposit))
        close_store(deposit);
    if (deposit->store != NULL) {
        store_until(deposit->store, now + patience_ms);
        return true;
    }
    if (now < deposit->open_at_ms)
        return error_set(err, ERROR_STORE, 0, "store %s: could not be opened a moment ago",
                         deposit->settings.store);
    deposit->open_at_ms = now + AGAIN_MS;
    if (!store_open(deposit->settings.store, now + patience_ms, &deposit->store, err))
        return false;
    if (stat(deposit->settings.store, &info) != 0) {
        close_store(deposit);
        return error_set(err, ERROR_STORE, 0, "store %s: was removed just now", deposit->settings.store);
    }
    deposit->device = info.st_dev;
    deposit->file = info.st_ino;
    deposit->open_at_ms = 0;
    handover_leave(deposit->store);
    return true;
}

bool deposit_put(struct deposit *deposit, const struct alert *alert, const struct numbers *numbers,
                 int64_t patience_ms, struct record **records, struct error *err)
{
    int64_t window_ms = (int64_t)deposit->settings.duplicate_window_s * 1000;
    const struct wish none = { 0 };
    struct record *made = NULL;

    if (!deposit_ready(deposit, patience_ms, err)
        || !accept_records(&deposit->settings, alert, numbers, &none, &made, err))
        return false;
    if (!store_accept(deposit->store, made, numbers->count, window_ms, 0, err)) {
        free(made);
        deposit->failures += deposit->failures < LOCKED_MOST;
        deposit->failed_ms = now_steady_ms();
        return false;
    }
    deposit->failures = 0;
    *records = made;
    return true;
}

bool deposit_wake(struct deposit *deposit)
{
    int64_t now = now_steady_ms();

    /* A call that is not answered yet does for this alert as well. */
    if (deposit->rung_ms != 0 && !handover_answered(deposit->bell))
        return now - deposit->rung_ms < ANSWER_MOST_MS;
    hang_up(deposit);
    deposit->bell = handover_ring(deposit->settings.store);
    if (deposit->bell >= 0)
        deposit->rung_ms = now;
    return deposit->bell >= 0;
}

bool deposit_waits(struct deposit *deposit, int64_t patience_ms)
{
    bool due = false, leased = false;

    return deposit_ready(deposit, patience_ms, NULL) && store_due(deposit->store, &due, &leased, NULL)
           && (due || leased);
}

bool deposit_left(struct deposit *deposit, int64_t then_ms, int64_t patience_ms)
{
    int64_t due_ms = 0;

    return deposit_ready(deposit, patience_ms, NULL) && handover_next_due(deposit->store, &due_ms, NULL)
           && due_ms <= then_ms;
}
