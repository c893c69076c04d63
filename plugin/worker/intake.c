/* Two ways through the waiting records. A provider that is known to have more waiting is fed from the
   beginning of the queue, where the urgent ones are. For one that has nothing to do, a scout goes through the
   whole queue, a little at a time, in case something for it stands behind the others; the longer it finds
   nothing, the seldomer it goes. */
#include "worker/intake.h"

#include <stdlib.h>

#include "base/now.h"
#include "flow/breakers.h"
#include "store/handover.h"
#include "store/owner.h"

/* Records taken, and looked at, in one go. */
#define TAKE_MOST 200
#define LOOK_MOST 200

/* Other processes may leave something due without a word. */
#define LOOK_AGAIN_MS 5000

#define BARREN_LEAST_MS 1000
#define BARREN_MOST_MS  30000

/* What is known of one provider's part of the queue. */
struct part {
    bool backlog;        /* some was passed over for want of room */
    int64_t barren_ms;   /* the scout found nothing, so often: the pause */
    int64_t scout_at_ms; /* now_steady_ms */
    size_t quota, waiting;
};

struct intake {
    struct shift *shift;
    const struct plan *plan;
    struct part *part; /* one for each provider */
    size_t *waiting;
    struct cursor scout; /* where it stands */
    bool feeding;
    bool passed; /* on the scout's way */
};

struct intake *intake_open(struct shift *shift, struct error *err)
{
    struct intake *intake = calloc(1, sizeof *intake);
    size_t providers = shift_plan(shift)->providers;

    if (intake != NULL) {
        *intake = (struct intake){ .shift = shift, .plan = shift_plan(shift) };
        intake->part = calloc(providers, sizeof *intake->part);
        intake->waiting = calloc(providers, sizeof *intake->waiting);
    }
    if (intake == NULL || intake->part == NULL || intake->waiting == NULL) {
        error_memory(err);
        intake_close(intake);
        return NULL;
    }
    for (size_t i = 0; i < providers; i++)
        intake->part[i].quota = shift_quota(shift, i);
    return intake;
}

void intake_close(struct intake *intake)
{
    if (intake == NULL)
        return;
    free(intake->part);
    free(intake->waiting);
    free(intake);
}

static bool is_idle(const struct part *part)
{
    return part->waiting < (part->quota + 1) / 2;
}

/* Whether this way through the queue is for that provider. */
static bool is_meant(const struct intake *intake, const struct part *part)
{
    return part->backlog == intake->feeding;
}

static bool is_wanted(const struct intake *intake, int64_t now)
{
    for (size_t i = 0; i < intake->plan->providers; i++) {
        const struct part *part = &intake->part[i];
        if (is_meant(intake, part) && is_idle(part) && (part->backlog || part->scout_at_ms <= now))
            return true;
    }
    return false;
}

static bool is_full(const struct intake *intake)
{
    for (size_t i = 0; i < intake->plan->providers; i++)
        if (is_meant(intake, &intake->part[i]) && intake->part[i].waiting < intake->part[i].quota)
            return false;
    return true;
}

static enum chosen choose(void *context, const struct record *record)
{
    struct intake *intake = context;
    bool over = false;
    const struct provider *provider = shift_provider(intake->shift, record, &over);
    struct part *part;

    if (provider == NULL) /* to be settled, whoever has room */
        return CHOSEN_TAKE;
    /* What waits for a pause to end waits in the store, but not for ever. */
    if (!breakers_let(intake->plan, provider, record, true))
        return over ? CHOSEN_TAKE : CHOSEN_PASS;
    part = &intake->part[provider - intake->plan->provider];
    if (part->waiting < part->quota) {
        part->waiting++;
        part->barren_ms = 0;
        return CHOSEN_TAKE;
    }
    part->backlog = intake->passed = true;
    return is_full(intake) ? CHOSEN_STOP : CHOSEN_PASS;
}

static bool claim(struct intake *intake, struct store *store, struct choice *choice, size_t *taken,
                  struct error *err)
{
    size_t room = shift_room(intake->shift, false);
    struct record *records = NULL;

    if (!store_claim(store, choice, room < TAKE_MOST ? room : TAKE_MOST, INT64_MAX, HANDOVER_LEASE_MS,
                     &records, taken, err))
        return false;
    for (size_t i = 0; i < *taken; i++)
        shift_take(intake->shift, &records[i]);
    free(records);
    return true;
}

/* Nothing for the idle ones stands where feeding looks: the scout goes on for them from where it is. */
static void send_scout(struct intake *intake)
{
    for (size_t i = 0; i < intake->plan->providers; i++) {
        struct part *part = &intake->part[i];
        if (!part->backlog || !is_idle(part))
            continue;
        part->backlog = false;
        part->scout_at_ms = now_steady_ms();
    }
}

static bool feed(struct intake *intake, struct store *store, struct error *err)
{
    struct choice choice = { .choose = choose, .context = intake, .look = 4 * LOOK_MOST };
    bool passed = intake->passed;
    size_t taken = 0;

    intake->passed = false;
    if (!claim(intake, store, &choice, &taken, err))
        return false;
    for (size_t i = 0; i < intake->plan->providers; i++)
        if (choice.at_end && !intake->passed)
            intake->part[i].backlog = false;
    if (!choice.at_end && taken == 0)
        send_scout(intake);
    intake->passed = passed || intake->passed;
    return true;
}

/* The scout has seen the whole queue. */
static bool come_home(struct intake *intake, struct store *store, struct error *err)
{
    int64_t now = now_steady_ms(), due_ms = 0, next_ms, pause_ms;
    bool buried = false;

    if (!owner_bury(store, &buried, err) || !handover_next_due(store, &due_ms, err))
        return false;
    next_ms = due_ms - now_ms() > LOOK_AGAIN_MS ? now + LOOK_AGAIN_MS : now + due_ms - now_ms();
    pause_ms = breakers_next_ms(intake->plan);
    pause_ms = pause_ms == INT64_MAX ? INT64_MAX : now + pause_ms - now_ms();
    for (size_t i = 0; i < intake->plan->providers; i++) {
        struct part *part = &intake->part[i];
        if (intake->passed || next_ms <= now) {
            part->barren_ms = part->barren_ms == 0 ? BARREN_LEAST_MS : 2 * part->barren_ms;
            if (part->barren_ms > BARREN_MOST_MS)
                part->barren_ms = BARREN_MOST_MS;
            part->scout_at_ms = now + part->barren_ms;
            if (pause_ms > now && pause_ms < part->scout_at_ms)
                part->scout_at_ms = pause_ms;
        } else
            part->scout_at_ms = next_ms;
    }
    intake->scout = (struct cursor){ 0 };
    intake->passed = false;
    return true;
}

static bool scout(struct intake *intake, struct store *store, struct error *err)
{
    struct choice choice = { .choose = choose, .context = intake, .look = LOOK_MOST, .after = intake->scout };
    size_t taken = 0;

    if (!claim(intake, store, &choice, &taken, err))
        return false;
    intake->scout = choice.after;
    return !choice.at_end || come_home(intake, store, err);
}

bool intake_fill(struct intake *intake, struct store *store, struct error *err)
{
    int64_t now = now_steady_ms();

    if (shift_room(intake->shift, false) == 0)
        return true;
    shift_count(intake->shift, intake->waiting);
    for (size_t i = 0; i < intake->plan->providers; i++)
        intake->part[i].waiting = intake->waiting[i];
    intake->feeding = true;
    if (is_wanted(intake, now) && !feed(intake, store, err))
        return false;
    intake->feeding = false;
    return !is_wanted(intake, now) || shift_room(intake->shift, false) == 0 || scout(intake, store, err);
}

int64_t intake_next_ms(const struct intake *intake)
{
    int64_t next_ms = INT64_MAX;

    if (shift_room(intake->shift, false) == 0)
        return next_ms; /* until one of those in hand is over */
    for (size_t i = 0; i < intake->plan->providers; i++) {
        const struct part *part = &intake->part[i];
        if (is_idle(part) && !part->backlog && part->scout_at_ms < next_ms)
            next_ms = part->scout_at_ms;
    }
    return next_ms;
}

void intake_hasten(struct intake *intake, int64_t due_ms)
{
    int64_t at_ms = now_steady_ms() + due_ms - now_ms();

    for (size_t i = 0; i < intake->plan->providers; i++)
        if (at_ms < intake->part[i].scout_at_ms)
            intake->part[i].scout_at_ms = at_ms;
}
