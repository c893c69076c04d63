/* munja worker: the delivering half by itself. */
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/now.h"
#include "command/doors.h"
#include "command/options.h"
#include "flow/answer.h"
#include "flow/deliver.h"
#include "flow/halves.h"
#include "flow/plan.h"

static void log_to_stderr(enum log_level level, const char *line)
{
    (void)level;
    fprintf(stderr, "%s\n", line);
}

/* How many ended between these situations, both included. */
static size_t count_of(const struct told *told, size_t count, enum situation from, enum situation to)
{
    size_t found = 0;

    for (size_t i = 0; i < count; i++)
        found += told[i].situation >= from && told[i].situation <= to;
    return found;
}

/* Everything that is due at the start, once: what must wait again is left to the next sweep. */
static bool deliver_all(const struct settings *settings, const struct plan *plan, struct store *store,
                        struct told **told, size_t *count, struct error *err)
{
    struct delivery with = { .plan = plan, .store = store, .wire = half_wire(err) };
    int64_t due_by_ms = now_ms();
    size_t taken = 1;

    if (with.wire == NULL)
        return false;
    while (taken > 0) {
        with.until_ms = now_steady_ms() + (int64_t)settings->timeout_s * 1000;
        store_until(store, with.until_ms);
        if (!deliver_due(&with, due_by_ms, told, count, &taken, err))
            return false;
    }
    return store_prune(store, (int64_t)settings->keep_s * 1000, err);
}

static void answer(const struct plan *plan, const struct told *told, size_t count, int *code)
{
    size_t accepted = count_of(told, count, SITUATION_ACCEPTED, SITUATION_UNRECORDED);
    size_t kept = count_of(told, count, SITUATION_WAITING, SITUATION_HELD);
    size_t refused = count_of(told, count, SITUATION_REFUSED, SITUATION_DEAD);

    *code = refused > 0 ? EXIT_CRITICAL : kept > 0 || plan->faults.count > 0 ? EXIT_WARNING : EXIT_OK;
    printf("MUNJA %s - %zu due, %zu accepted, %zu kept for retry, %zu refused | accepted=%zu waiting=%zu "
           "refused=%zu\n",
           state_name(*code), count, accepted, kept, refused, accepted, kept, refused);
}

static bool sweep(const char *config, int *code, struct error *err)
{
    struct settings settings = { 0 };
    struct plan plan = { 0 };
    struct store *store = NULL;
    struct told *told = NULL;
    size_t count = 0;
    bool swept = false;

    if (!settings_load(settings_path(config, getenv("MUNJA_CONFIG")), &settings, err))
        goto out;
    swept = plan_open(&settings, &plan, err)
            && store_open(settings.store, now_steady_ms() + (int64_t)settings.timeout_s * 1000, &store, err)
            && deliver_all(&settings, &plan, store, &told, &count, err);
    if (swept)
        answer(&plan, told, count, code);
out:
    free(told);
    store_close(store);
    plan_clear(&plan);
    settings_clear(&settings);
    return swept;
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
    int operands = 0, code = EXIT_UNKNOWN;
    bool done = false;

    if (options_read(argc, argv, specs, &help, &operands, &done, &err)) {
        if (done)
            return EXIT_UNKNOWN;
        if (verbose != NULL)
            log_to(log_to_stderr, LOG_LEVEL_DEBUG);
        if (operands > 0 || once == NULL)
            error_set(&err, ERROR_USAGE, 0,
                      operands > 0 ? "no operands are taken" : "option --once is missing");
        else if (sweep(config, &code, &err))
            return code;
    }
    printf("MUNJA UNKNOWN - %s\n", err.text);
    return EXIT_UNKNOWN;
}
