/* The door into Nagios Core 4 and Naemon: the module stands in for notification commands. An alert that it
   accepted is on disk when the core goes on; what it cannot accept it leaves to the command. Everything here
   runs in the core's only thread, which waits meanwhile. */
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>

#include "alert/alert.h"
#include "alert/number.h"
#include "base/log.h"
#include "base/mask.h"
#include "base/now.h"
#include "flow/deposit.h"
#include "neb/args.h"
#include "neb/core.h"
#include "neb/custom.h"
#include "neb/errand.h"
#include "neb/notice.h"

/* So long a lock of the store may hold up the core. */
#define PATIENCE_MS 10

/* Before the core's loop turns for the first time nothing else is held up, and the store may have to be made.
 */
#define FIRST_PATIENCE_MS 1000

/* How often is looked whether something waits for its next try. */
#define LOOK_MS 30000

static struct {
    struct args args;
    struct deposit deposit;
    struct custom custom;
    struct errand errand;
    bool begun;
    bool looping; /* the core's loop has begun */
    int64_t look_at_ms;
} module;

/* Whoever listens, or else the core's workers. */
static bool have_delivered(void)
{
    return deposit_wake(&module.deposit) || errand_run(&module.errand);
}

static void say_accepted(const struct alert *alert, const struct record *records, size_t count)
{
    char masked[MASK_BYTES];

    for (size_t i = 0; i < count; i++)
        log_line(LOG_LEVEL_INFO,
                 "record=%" PRId64 " %s%s to=%s contact=\"%s\" type=%s state=%s host=\"%s\" service=\"%s\"",
                 records[i].id, records[i].found ? "found=" : "accepted",
                 records[i].found ? record_state_name(records[i].state) : "",
                 mask_number(records[i].recipient, masked), alert_get(alert, "contact"),
                 alert_get(alert, "type"), alert_get(alert, "state"), alert_get(alert, "host"),
                 alert_get(alert, "service"));
}

static bool take_numbers(const struct alert *alert, struct numbers *numbers, struct error *err)
{
    if (!numbers_add(numbers, alert_get(alert, "to"), err))
        return false;
    if (numbers->bad > 0) {
        *err = numbers->fault;
        return false;
    }
    return numbers->count > 0 || error_set(err, ERROR_USAGE, 0, "the contact has no pager number");
}

static bool accept(const struct core_method *method, struct error *err)
{
    struct alert alert = { 0 };
    struct numbers numbers = { 0 };
    struct record *records = NULL;
    bool accepted = notice_read(method, &module.custom, &alert, err) && alert_check(&alert, err)
                    && take_numbers(&alert, &numbers, err)
                    && deposit_put(&module.deposit, &alert, &numbers, PATIENCE_MS, &records, err);

    if (accepted)
        say_accepted(&alert, records, numbers.count);
    free(records);
    numbers_clear(&numbers);
    alert_clear(&alert);
    return accepted;
}

static int on_method(int kind, void *data)
{
    const struct core_method *method = data;
    struct error err = { 0 };

    (void)kind;
    if (method == NULL || method->event.type != CORE_METHOD_STARTS
        || !args_command(&module.args, method->command))
        return 0;
    if (!accept(method, &err)) {
        log_line(LOG_LEVEL_ERROR, "left to the command %.64s: %s", method->command, err.text);
        return 0;
    }
    /* Where nobody would come for the record, the command finds it and delivers. */
    return have_delivered() ? CORE_OVERRIDE : 0;
}

/* The store is not opened before: the process that reads the core's external commands is forked off between
   init and this event, and would hold its files for as long as it lives. */
static int on_process(int kind, void *data)
{
    const struct core_event *event = data;
    struct error err = { 0 };

    (void)kind;
    if (event == NULL || event->type != CORE_LOOP_STARTS)
        return 0;
    module.looping = true;
    if (!deposit_ready(&module.deposit, FIRST_PATIENCE_MS, &err))
        log_line(LOG_LEVEL_ERROR, "%s", err.text);
    return 0;
}

/* A run that could not begin, for a munja.conf that was broken since, says so to nobody. */
static void look_after_run(void)
{
    int64_t begun_ms = errand_over(&module.errand);

    if (begun_ms != 0 && deposit_left(&module.deposit, begun_ms, PATIENCE_MS))
        log_line(LOG_LEVEL_ERROR,
                 "run=vain fault=\"what was due before it waits still; by hand it tells why: %s\"",
                 module.errand.line);
}

/* Comes with every check result: the clock that retries go by. It comes as well when the core remembers
   states, which is before that process is forked off. */
static int on_status(int kind, void *data)
{
    int64_t now = now_steady_ms();

    (void)kind;
    (void)data;
    if (!module.looping || now < module.look_at_ms)
        return 0;
    module.look_at_ms = now + LOOK_MS;
    if (deposit_waits(&module.deposit, PATIENCE_MS)) {
        look_after_run();
        have_delivered();
    }
    return 0;
}

static const struct {
    int kind;
    core_callback *callback;
} callbacks[] = {
    { CORE_METHOD, on_method },
    { CORE_PROCESS, on_process },
    { CORE_HOST_STATUS, on_status },
    { CORE_SERVICE_STATUS, on_status },
};

static bool begin(const char *text, void *handle, struct error *err)
{
    if (!args_read(text, &module.args, err) || !deposit_open(&module.deposit, module.args.config, err))
        return false;
    custom_gather(&module.deposit.settings, &module.custom);
    errand_set(&module.errand, &module.args);
    for (size_t i = 0; i < sizeof callbacks / sizeof *callbacks; i++)
        if (neb_register_callback(callbacks[i].kind, handle, 0, callbacks[i].callback) != 0)
            return error_set(err, ERROR_SYSTEM, 0, "the core refuses callbacks of kind %d",
                             callbacks[i].kind);
    return true;
}

#pragma GCC visibility push(default)

int __neb_api_version = 4;

int nebmodule_init(int flags, char *text, void *handle);
int nebmodule_deinit(int flags, int reason);

/* Naemon asks for another number than Nagios, and before anything else is called. */
__attribute__((constructor)) static void fit_core(void)
{
    core_find();
    __neb_api_version = core_api_version();
}

/* Never a failure: the core would not start, or would end at a reload. */
int nebmodule_init(int flags, char *text, void *handle)
{
    struct error err = { 0 };

    (void)flags;
    log_to(core_log, LOG_LEVEL_INFO);
    if (module.begun) {
        log_line(LOG_LEVEL_ERROR, "a second broker_module= of this module counts for nothing: %s",
                 text == NULL ? "" : text);
        return 0;
    }
    module.begun = begin(text, handle, &err);
    if (module.begun)
        log_line(LOG_LEVEL_INFO, "munja " MUNJA_VERSION " stands in for %s", module.args.commands);
    else
        log_line(LOG_LEVEL_ERROR, "notifications are left to their commands: %s", err.text);
    return 0;
}

int nebmodule_deinit(int flags, int reason)
{
    (void)flags;
    (void)reason;
    deposit_close(&module.deposit);
    module.begun = false;
    log_to(NULL, LOG_LEVEL_ERROR);
    return 0;
}

#pragma GCC visibility pop
