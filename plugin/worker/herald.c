/* Monitors are told a few things at a time; each telling is a fiber, and what came of it is written between
   the fibers, since the store's disk makes all of them wait. */
#include "worker/herald.h"

#include <stdlib.h>

#include "after/telling.h"
#include "base/log.h"
#include "base/now.h"

/* Acknowledgements under way at once: a monitor that hangs must not hold up another. */
#define TELLINGS_MOST 8

/* Other processes may leave something due without a word; and a store that failed is asked again. */
#define LOOK_AGAIN_MS 5000
#define STUCK_MS      1000

/* Results are gathered for so long: what reached nobody mostly comes in numbers, and each of them might bring
   forth a notification. */
#define RESULTS_EVERY_MS 60000

/* One telling under way. */
struct errand {
    struct herald *herald;
    const struct plan *plan;
    struct telling telling;
    bool over;
    struct errand *next;
};

struct herald {
    struct store *store;
    struct courier courier;
    struct errand *errand;
    size_t errands;
    int64_t write_at_ms;               /* one is over; INT64_MAX: none */
    int64_t look_at_ms, results_at_ms; /* now_steady_ms */
};

struct herald *herald_open(const struct workshop *workshop, struct error *err)
{
    struct herald *herald = calloc(1, sizeof *herald);

    if (herald == NULL)
        error_memory(err);
    else {
        herald->store = workshop->store;
        herald->write_at_ms = INT64_MAX;
        herald->courier = (struct courier){ workshop->wire, NULL, workshop->fleet, workshop->fibers };
    }
    return herald;
}

void herald_close(struct herald *herald)
{
    free(herald);
}

static void run(void *context)
{
    struct errand *errand = context;

    telling_run(&errand->herald->courier, errand->plan, &errand->telling);
    errand->over = true;
    errand->herald->write_at_ms = 0;
}

static void complain(struct herald *herald, const char *what, const struct error *err)
{
    log_line(LOG_LEVEL_ERROR, "store=%s fault=\"%s\"", what, err->text);
    herald->look_at_ms = now_steady_ms() + STUCK_MS;
}

/* The end of a telling is never given up: as long as it cannot be written, it waits. True: phones are to be
   told, too, by the plan of now: the one it began with may be gone from the configuration. */
static bool write_ends(struct herald *herald, const struct plan *plan)
{
    struct errand **at = &herald->errand, *errand;
    bool answers = false, answered = false;
    struct error err = { 0 };

    herald->write_at_ms = INT64_MAX;
    while ((errand = *at) != NULL) {
        if (!errand->over) {
            at = &errand->next;
            continue;
        }
        if (!telling_settle(plan, herald->store, &errand->telling, &answered, &err)) {
            complain(herald, "told", &err);
            herald->write_at_ms = herald->look_at_ms;
            return answers;
        }
        answers = answers || answered;
        *at = errand->next;
        herald->errands--;
        herald->look_at_ms = 0;
        telling_clear(&errand->telling);
        free(errand);
    }
    return answers;
}

/* Take and begin one, if one is due. */
static bool begin(struct herald *herald, const struct plan *plan, enum writeback_kind kind, bool *begun,
                  struct error *err)
{
    struct errand *errand = calloc(1, sizeof *errand);

    *begun = false;
    if (errand == NULL)
        return error_memory(err);
    errand->herald = herald;
    errand->plan = plan;
    if (!telling_claim(herald->store, kind, &errand->telling, err) || errand->telling.count == 0)
        goto out;
    *begun = true;
    errand->next = herald->errand;
    herald->errand = errand;
    herald->errands++;
    /* One that cannot begin is due again when its lease is over. */
    if (fiber_start(herald->courier.fibers, run, errand, err))
        return true;
    herald->errand = errand->next;
    herald->errands--;
out:
    telling_clear(&errand->telling);
    free(errand);
    return err->kind == ERROR_NONE;
}

static bool begin_all(struct herald *herald, const struct plan *plan, enum writeback_kind kind, size_t most,
                      int64_t *next_ms, struct error *err)
{
    int64_t due_ms = INT64_MAX, now = now_ms();
    bool begun = true;

    for (;;) {
        if (!writeback_next(herald->store, kind, &due_ms, err))
            return false;
        if (due_ms > now || !begun || herald->errands >= most)
            break;
        if (!begin(herald, plan, kind, &begun, err))
            return false;
    }
    /* What is due already waits for one of those under way to end. */
    if (due_ms > now && due_ms - now < *next_ms)
        *next_ms = due_ms - now;
    return true;
}

/* Look what is due, and when to look again. */
static void look(struct herald *herald, const struct plan *plan)
{
    int64_t wait_ms = LOOK_AGAIN_MS, results_ms = INT64_MAX;
    struct error err = { 0 };

    if (!begin_all(herald, plan, WRITEBACK_ACKNOWLEDGE, TELLINGS_MOST, &wait_ms, &err)) {
        complain(herald, "tell", &err);
        return;
    }
    if (now_steady_ms() >= herald->results_at_ms) {
        size_t before = herald->errands;
        if (!begin_all(herald, plan, WRITEBACK_RESULT, before + 1, &results_ms, &err)) {
            complain(herald, "tell", &err);
            return;
        }
        if (herald->errands > before)
            herald->results_at_ms = now_steady_ms() + RESULTS_EVERY_MS;
    }
    herald->look_at_ms = now_steady_ms() + wait_ms;
}

bool herald_turn(struct herald *herald, const struct plan *plan, bool ends)
{
    bool answers = now_steady_ms() >= herald->write_at_ms && write_ends(herald, plan);

    if (ends)
        herald->look_at_ms = INT64_MAX;
    else if (now_steady_ms() >= herald->look_at_ms || writeback_fresh(herald->store))
        look(herald, plan);
    return answers;
}

void herald_hasten(struct herald *herald)
{
    herald->look_at_ms = 0;
}

int64_t herald_next_ms(const struct herald *herald)
{
    bool ends = herald->look_at_ms == INT64_MAX;
    int64_t look_at_ms = writeback_fresh(herald->store) && !ends ? 0 : herald->look_at_ms;

    return look_at_ms < herald->write_at_ms ? look_at_ms : herald->write_at_ms;
}

bool herald_is_busy(const struct herald *herald, const struct plan *plan)
{
    for (const struct errand *errand = herald->errand; errand != NULL; errand = errand->next)
        if (plan == NULL || errand->plan == plan)
            return true;
    return false;
}
