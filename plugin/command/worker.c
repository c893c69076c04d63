/* munja worker: the delivering half by itself. */
#include <stdbool.h>

#include "command/desk.h"
#include "command/doors.h"
#include "command/fail.h"
#include "command/options.h"
#include "command/sweep.h"

static int sweep(const char *config, bool json)
{
    struct report report = { 0 };
    struct desk desk = { 0 };
    struct error err = { 0 };
    int code;

    if (desk_open(&desk, config, NULL, &err) && desk_open_store(&desk, &err)
        && sweep_due(&desk, &report, &err))
        code = report_print(&report, json);
    else
        code = fail(&err, json);
    report_clear(&report);
    desk_close(&desk);
    return code;
}

int command_worker(int argc, char **argv)
{
    const char *config = NULL, *once = NULL, *verbose = NULL, *json = NULL;
    const struct option_spec specs[] = {
        OPTION_CONFIG(&config),
        { 0, "once", NULL, "deliver what is due now, then end", &once, NULL },
        OPTION_JSON(&json),
        { 'v', "verbose", NULL, "log every attempt to standard error", &verbose, NULL },
        { 0 },
    };
    const struct command_help help = { "munja worker --once [options]", "Deliver what is due in the store." };
    struct error err = { 0 };
    int operands = 0;
    bool done = false;

    if (!options_read(argc, argv, specs, &help, &operands, &done, &err))
        return fail(&err, fail_in_json(argc, argv));
    if (done)
        return EXIT_UNKNOWN;
    if (operands > 0 || once == NULL) {
        error_set(&err, ERROR_USAGE, 0, operands > 0 ? "no operands are taken" : "option --once is missing");
        return fail(&err, json != NULL);
    }
    options_log(verbose);
    return sweep(config, json != NULL);
}
