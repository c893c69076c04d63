/* munja gauge: one value, for systems that run a command for each. */
#include "after/gauge.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "command/doors.h"
#include "command/fail.h"
#include "command/options.h"

static int print(struct gauge *gauge)
{
    switch (gauge->kind) {
    case GAUGE_COUNT:
        printf("%" PRIu64 "\n", gauge->count);
        break;
    case GAUGE_AMOUNT:
        printf("%.10g\n", gauge->amount);
        break;
    case GAUGE_TEXT:
        puts(gauge->text);
        free(gauge->text);
        break;
    }
    return EXIT_OK;
}

int command_gauge(int argc, char **argv)
{
    const char *config = NULL;
    const struct option_spec specs[] = { OPTION_CONFIG(&config), { 0 } };
    const struct command_help help = {
        "munja gauge [options] queue|delivery|balance|breaker|providers ...",
        "One value from the store, without asking anybody:\n"
        "  queue depth|oldest|dead             records that wait, the age of the oldest (s), given up\n"
        "  delivery accepted|failed|unsure     attempts\n"
        "  delivery delivered|undelivered      messages whose receipts came\n"
        "    [PROVIDER [TIME]]                 at this provider (\"\" for all), in this time (1h)\n"
        "  balance PROVIDER                    what it said last, in the last day\n"
        "  breaker PROVIDER                    1 while it is left alone, else 0\n"
        "  providers                           their names, as Zabbix discovers them",
    };
    struct kept kept = { 0 };
    struct gauge gauge = { 0 };
    struct error err = { 0 };
    bool done = false;
    int operands = 0;

    if (!options_read(argc, argv, specs, &help, &operands, &done, &err))
        return fail(&err, false);
    if (done)
        return EXIT_UNKNOWN;
    done = gauge_read(&kept, options_config(config), (const char *const *)argv + 1, (size_t)operands, &gauge,
                      &err);
    kept_close(&kept);
    return done ? print(&gauge) : fail(&err, false);
}
