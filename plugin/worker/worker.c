/* One turn after the other: replies come in, fibers go on, records are taken, requests begin, and what they
   all have to write goes to disk in one commit. */
#include "worker/worker.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "after/replies.h"
#include "base/log.h"
#include "base/now.h"
#include "flow/breakers.h"
#include "flow/deliver.h"
#include "flow/halves.h"
#include "store/handover.h"
#include "store/inbox.h"
#include "worker/admission.h"
#include "worker/follow.h"
#include "worker/herald.h"
#include "worker/intake.h"
#include "worker/listener.h"
#include "worker/reception.h"
#include "worker/shift.h"

/* Connections kept for later, of all providers; each has as many as its width at most. */
#define CONNECTIONS_KEPT 512

/* Another process may hold the store's lock for so long. */
#define LOCK_MOST_MS 5000

/* A store that cannot be written is tried again after so long. */
#define STUCK_MS 1000

/* As long as no gateway waits for it, what there is to write waits for more to come. */
#define GATHER_MS 6

/* Now and then what is long over is forgotten. */
#define PRUNE_EVERY_MS 60000

/* Replies that another process keeps, and does not act upon, wait for so long at most. */
#define HEED_EVERY_MS 5000

/* How often the leases are looked after, and how little of the time that may take: one part of so many. */
#define TEND_EVERY_MS 5000
#define TEND_SHARE    20

struct worker {
    char *config;
    struct store *store;
    struct ledger ledger;
    struct workshop workshop;
    struct reception *reception;
    struct tally tally;
    struct listener *listener;
    struct intake *intake;
    struct herald *herald;
    struct shift *shift;
    struct follow *follow;
    struct shift *ending; /* that of the configuration before */
    int64_t stuck_until_ms, prune_at_ms, tend_at_ms, heed_at_ms;
    int64_t left_until_ms; /* callers may come for what they handed over */
    bool ends, astray;
    bool deaf; /* replies could not be acted upon: they wait for a while, and nothing else does */
};

/* In hand under either configuration. */
static struct record *find(void *context, int64_t id)
{
    struct worker *worker = context;
    struct record *record = shift_find(worker->shift, id);

    return record == NULL && worker->ending != NULL ? shift_find(worker->ending, id) : record;
}

/* Somebody hands alerts over, or says that something is due. */
static void take(void *context, struct visit *visit, size_t count)
{
    struct worker *worker = context;
    struct visit *alert[RECEPTION_MOST];
    size_t alerts = 0;
    int64_t left_ms = 0;

    if (worker->ends)
        return;
    if (store_moved(worker->store)) {
        worker->tend_at_ms = 0;
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (visit[i].ask.numbers.count == 0) {
            intake_hasten(worker->intake, now_ms());
            herald_hasten(worker->herald);
            visit[i].taken = true;
        } else if (strcmp(visit[i].ask.config, worker->config) == 0)
            alert[alerts++] = &visit[i];
    }
    store_until(worker->store, now_steady_ms() + ADMISSION_MOST_MS);
    if (alerts > 0)
        left_ms = admission_take(worker->shift, worker->store, alert, alerts);
    if (left_ms > worker->left_until_ms)
        worker->left_until_ms = left_ms;
    for (size_t i = 0; i < alerts; i++)
        if (alert[i]->taken)
            worker_note(worker, alert[i]->note);
}

/* Where the store is: no change of the configuration changes that. */
static const char *where(const struct worker *worker)
{
    return shift_plan(worker->shift)->settings->store;
}

static bool open_shop(struct worker *worker, const char *store, struct error *err)
{
    struct workshop *shop = &worker->workshop;

    shop->wire = half_wire(err);
    shop->fibers = shop->wire == NULL ? NULL : fibers_open(err);
    if (shop->fibers == NULL || (shop->fleet = shop->wire->fleet_open(CONNECTIONS_KEPT, err)) == NULL
        || !store_open(store, now_steady_ms() + LOCK_MOST_MS, &worker->store, err))
        return false;
    shop->store = worker->store;
    worker->ledger =
        (struct ledger){ .store = worker->store, .fibers = shop->fibers, .tally = &worker->tally };
    shop->ledger = &worker->ledger;
    return true;
}

bool worker_open(const char *config, struct worker **worker, struct error *err)
{
    struct worker *made = calloc(1, sizeof *made);
    struct settings settings = { 0 };

    if (made == NULL)
        return error_memory(err);
    made->config = realpath(config, NULL);
    if (made->config == NULL) /* settings_load says why */
        made->config = strdup(config);
    if (made->config == NULL)
        error_memory(err);
    else if (settings_load(made->config, &settings, err) && open_shop(made, settings.store, err)
             && shift_open(&settings, &made->workshop, &made->shift, err)
             && (made->intake = intake_open(made->shift, err)) != NULL
             && (made->herald = herald_open(&made->workshop, err)) != NULL
             && (made->follow = follow_open(made->shift, &made->workshop, err)) != NULL
             && handover_work(made->store, err)
             && listener_open(shift_plan(made->shift)->settings, made->store, &made->tally, &made->listener,
                              err)
             && reception_open(where(made), take, made, &made->reception, err)) {
        *worker = made;
        return true;
    }
    settings_clear(&settings);
    worker_close(made);
    return false;
}

void worker_close(struct worker *worker)
{
    if (worker == NULL)
        return;
    reception_close(worker->reception);
    listener_close(worker->listener);
    tally_clear(&worker->tally);
    intake_close(worker->intake);
    herald_close(worker->herald);
    follow_close(worker->follow);
    store_close(worker->store);
    free(worker->config);
    free(worker);
}

bool worker_note(const struct worker *worker, char note[256])
{
    return munja_deliver.plan_note(shift_plan(worker->shift), note, 256);
}

bool worker_can_reload(const struct worker *worker)
{
    return worker->ending == NULL && !worker->ends;
}

bool worker_reload(struct worker *worker, struct error *err)
{
    struct settings settings = { 0 };
    struct error fault = { 0 };
    struct shift *shift = NULL;
    struct intake *intake;

    if (!settings_load(worker->config, &settings, err)
        || !shift_open(&settings, &worker->workshop, &shift, err)) {
        settings_clear(&settings);
        return false;
    }
    if (strcmp(shift_plan(shift)->settings->store, where(worker)) != 0) {
        error_set(err, ERROR_SETTINGS, 0,
                  "the store cannot become another while the worker runs: start it anew");
        shift_close(shift);
        return false;
    }
    intake = intake_open(shift, err);
    if (intake == NULL || !follow_move(worker->follow, shift, err)) {
        intake_close(intake);
        shift_close(shift);
        return false;
    }
    if (!listener_move(worker->listener, shift_plan(shift)->settings, &fault))
        log_line(LOG_LEVEL_ERROR, "listen=kept fault=\"%s\"", fault.text);
    breakers_hasten(shift_plan(shift));
    shift_end(worker->shift);
    worker->ending = worker->shift;
    worker->shift = shift;
    intake_close(worker->intake);
    worker->intake = intake;
    return true;
}

void worker_end(struct worker *worker)
{
    worker->ends = true;
    reception_end(worker->reception);
    shift_end(worker->shift);
}

bool worker_is_astray(const struct worker *worker)
{
    return worker->astray;
}

bool worker_is_over(const struct worker *worker)
{
    return worker->ends && worker->ending == NULL && shift_is_over(worker->shift)
           && !herald_is_busy(worker->herald, NULL) && fibers_count(worker->workshop.fibers) == 0;
}

static void tell(void *context, const struct told *told)
{
    struct worker *worker = context;

    reception_tell(worker->reception, told);
}

/* Whatever is done is told and let go. */
static void let_go(struct worker *worker)
{
    int64_t due_ms = INT64_MAX;

    shift_tell(worker->shift, worker->ends, tell, worker, &due_ms);
    if (worker->ending != NULL) {
        shift_tell(worker->ending, worker->ends, tell, worker, &due_ms);
        if (shift_is_over(worker->ending) && !herald_is_busy(worker->herald, shift_plan(worker->ending))) {
            shift_close(worker->ending);
            worker->ending = NULL;
        }
    }
    if (due_ms != INT64_MAX)
        intake_hasten(worker->intake, due_ms);
}

static void fill(struct worker *worker)
{
    struct error err = { 0 };

    if (worker->ends || intake_fill(worker->intake, worker->store, &err))
        return;
    log_line(LOG_LEVEL_ERROR, "store=claim fault=\"%s\"", err.text);
    worker->stuck_until_ms = now_steady_ms() + STUCK_MS;
}

static void prune(struct worker *worker)
{
    struct error err = { 0 };

    if (now_steady_ms() < worker->prune_at_ms)
        return;
    worker->prune_at_ms = now_steady_ms() + PRUNE_EVERY_MS;
    if (!store_prune(worker->store, (int64_t)shift_plan(worker->shift)->settings->keep_s * 1000, &err))
        log_line(LOG_LEVEL_ERROR, "store=prune fault=\"%s\"", err.text);
}

/* What was left to a caller who is over is to be sent, too; in a long queue it takes a while to find. */
static void tend(struct worker *worker)
{
    struct error err = { 0 };
    int64_t now = now_steady_ms();
    bool freed = false;

    if (now < worker->tend_at_ms)
        return;
    if (store_moved(worker->store) && !worker->astray) {
        log_line(LOG_LEVEL_ERROR, "store=moved fault=\"store %s: was removed or replaced\"", where(worker));
        worker->astray = true;
    }
    if (!store_heed_clock(worker->store, &err)
        || !handover_tend(worker->store, find, worker, now >= worker->left_until_ms, &freed, &err))
        log_line(LOG_LEVEL_ERROR, "store=tend fault=\"%s\"", err.text);
    if (freed)
        intake_hasten(worker->intake, now_ms());
    worker->tend_at_ms = now_steady_ms() + TEND_EVERY_MS + TEND_SHARE * (now_steady_ms() - now);
}

static void heed(struct worker *worker)
{
    struct replies_done done;
    struct error err = { 0 };

    if (now_steady_ms() < worker->heed_at_ms && (worker->deaf || !inbox_fresh(worker->store)))
        return;
    worker->heed_at_ms = now_steady_ms() + HEED_EVERY_MS;
    worker->deaf = !replies_act(shift_plan(worker->shift), worker->store, &done, &err);
    if (worker->deaf)
        log_line(LOG_LEVEL_ERROR, "store=replies fault=\"%s\"", err.text);
    if (done.more)
        worker->heed_at_ms = 0;
    if (done.answers > 0)
        intake_hasten(worker->intake, now_ms());
}

static void follow_up(struct worker *worker)
{
    if (!worker->ends && follow_turn(worker->follow))
        intake_hasten(worker->intake, now_ms());
}

/* When the fibers' entries are to go to disk: at once, unless every gateway that could be busy is. */
static int64_t commit_at_ms(const struct worker *worker)
{
    bool starves = shift_starves(worker->shift) || (worker->ending != NULL && shift_starves(worker->ending));

    if (worker->ledger.first == NULL)
        return INT64_MAX;
    return starves || shift_rests(worker->shift) ? 0 : worker->ledger.since_ms + GATHER_MS;
}

static void commit(struct worker *worker)
{
    if (now_steady_ms() < commit_at_ms(worker))
        return;
    ledger_commit(&worker->ledger);
    if (worker->ledger.stuck)
        worker->stuck_until_ms = now_steady_ms() + STUCK_MS;
}

/* Everything that does not wait. */
static void act(struct worker *worker)
{
    struct workshop *shop = &worker->workshop;
    bool stuck = now_steady_ms() < worker->stuck_until_ms;

    shop->wire->fleet_turn(shop->fleet);
    fibers_run(shop->fibers);
    store_until(worker->store, now_steady_ms() + LOCK_MOST_MS);
    if (!stuck) {
        fill(worker);
        shift_dispatch(worker->shift);
        commit(worker);
        fibers_run(shop->fibers);
    }
    let_go(worker);
    if (!stuck) {
        shift_dispatch(worker->shift); /* what goes on to another provider */
        heed(worker);
        follow_up(worker);
        prune(worker);
        tend(worker);
        if (herald_turn(worker->herald, shift_plan(worker->shift), worker->ends))
            intake_hasten(worker->intake, now_ms());
    }
    if (listener_turn(worker->listener, shift_plan(worker->shift)))
        follow_hasten(worker->follow);
}

static int64_t soonest(int64_t a_ms, int64_t b_ms)
{
    return b_ms >= 0 && b_ms < a_ms ? b_ms : a_ms;
}

static int wait_ms(const struct worker *worker, int64_t until_ms)
{
    const struct workshop *shop = &worker->workshop;
    int64_t now = now_steady_ms(), wait = PRUNE_EVERY_MS, next;

    wait = soonest(wait, until_ms < now ? 0 : until_ms - now);

    wait = soonest(wait, shop->wire->fleet_wait_ms(shop->fleet));
    wait = soonest(wait, fibers_wait_ms(shop->fibers));
    wait = soonest(wait, listener_wait_ms(worker->listener));
    if (now < worker->stuck_until_ms)
        return (int)soonest(wait, worker->stuck_until_ms - now);
    wait = soonest(wait, worker->tend_at_ms < now ? 0 : worker->tend_at_ms - now);
    wait = soonest(wait, worker->heed_at_ms < now ? 0 : worker->heed_at_ms - now);
    next = commit_at_ms(worker);
    if (next != INT64_MAX)
        wait = soonest(wait, next < now ? 0 : next - now);
    next = worker->ends ? INT64_MAX : intake_next_ms(worker->intake);
    if (next != INT64_MAX)
        wait = soonest(wait, next < now ? 0 : next - now);
    next = worker->ends ? INT64_MAX : follow_next_ms(worker->follow);
    if (next != INT64_MAX)
        wait = soonest(wait, next < now ? 0 : next - now);
    next = herald_next_ms(worker->herald);
    if (next != INT64_MAX)
        wait = soonest(wait, next < now ? 0 : next - now);
    return (int)wait;
}

void worker_turn(struct worker *worker, int fd, int64_t until_ms)
{
    const struct workshop *shop = &worker->workshop;
    struct pollfd fds[] = { { .fd = fd, .events = POLLIN },
                            { .fd = shop->wire->fleet_fd(shop->fleet), .events = POLLIN },
                            { .fd = worker->ends ? -1 : reception_fd(worker->reception), .events = POLLIN },
                            { .fd = listener_fd(worker->listener), .events = POLLIN } };

    poll(fds, 4, wait_ms(worker, until_ms));
    if (fds[2].revents != 0)
        reception_turn(worker->reception);
    act(worker);
}
