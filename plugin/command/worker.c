/* munja worker: the delivering half by itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/now.h"
#include "command/desk.h"
#include "command/doors.h"
#include "command/fail.h"
#include "command/options.h"
#include "flow/answer.h"
#include "flow/deliver.h"
#include "flow/halves.h"
#include "flow/plan.h"

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

/* Everything that is due at the start, once: what must wait again is left to the next sweep. Each handful has
   the whole time that one notify would have. */
static bool deliver_all(struct desk *desk, struct told **told, size_t *count, struct error *err)
{
    int64_t handful_ms = (int64_t)desk->settings.timeout_s * 1000;
    struct delivery with = { .plan = &desk->plan, .store = desk->store, .wire = half_wire(err) };
    int64_t due_by_ms = now_ms();
    size_t taken = 1;

    if (with.wire == NULL)
        return false;
    while (taken > 0) {
        with.until_ms = now_steady_ms() + handful_ms;
        store_until(desk->store, with.until_ms);
        if (!deliver_due(&with, due_by_ms, told, count, &taken, err))
            return false;
    }
    return store_prune(desk->store, (int64_t)desk->settings.keep_s * 1000, err);
}

static int answer(const struct desk *desk, const struct told *told, size_t count)
{
    size_t accepted = accepted_of(told, count), refused = count_of(told, count, EXIT_CRITICAL);
    int code = refused > 0 ? EXIT_CRITICAL : count_of(told, count, EXIT_WARNING) > 0 ? EXIT_WARNING : EXIT_OK;
    char note[256] = "";

    if (munja_deliver.plan_note(&desk->plan, note, sizeof note) && code == EXIT_OK)
        code = EXIT_WARNING;
    for (char *bar = note; (bar = strchr(bar, '|')) != NULL;) /* would begin the performance data */
        *bar = ' ';
    printf("MUNJA %s - %zu due, %zu accepted, %zu kept for retry, %zu refused%s%s | accepted=%zu waiting=%zu "
           "refused=%zu\n",
           state_name(code), count, accepted, count - accepted - refused, refused,
           note[0] != '\0' ? "; " : "", note, accepted, count - accepted - refused, refused);
    return code;
}

static int sweep(const char *config)
{
    struct desk desk = { 0 };
    struct told *told = NULL;
    struct error err = { 0 };
    size_t count = 0;
    int code = EXIT_UNKNOWN;

    if (desk_open(&desk, config, NULL, &err) && desk_open_store(&desk, &err)
        && deliver_all(&desk, &told, &count, &err))
        code = answer(&desk, told, count);
    else
        fail(&err, false);
    free(told);
    desk_close(&desk);
    return code;
}

int command_worker(int argc, char **argv)
{
    const char *config = NULL, *once = NULL, *verbose = NULL;
    const struct option_spec specs[] = {
        { 'f', "config", "FILE", "configuration ($MUNJA_CONFIG, else " MUNJA_CONFIG ")", &config, NULL },
        { 0, "once", NULL, "deliver what is due now, then end", &once, NULL },
        { 'v', "verbose", NULL, "log every attempt to standard error", &verbose, NULL },
        { 0 },
    };
    const struct command_help help = { "munja worker --once [options]", "Deliver what is due in the store." };
    struct error err = { 0 };
    int operands = 0;
    bool done = false;

    if (!options_read(argc, argv, specs, &help, &operands, &done, &err))
        return fail(&err, false);
    if (done)
        return EXIT_UNKNOWN;
    if (operands > 0 || once == NULL) {
        error_set(&err, ERROR_USAGE, 0, operands > 0 ? "no operands are taken" : "option --once is missing");
        return fail(&err, false);
    }
    desk_log(verbose);
    return sweep(config);
}
