/* What the commands of the delivering half open before they begin. */
#include "command/desk.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/now.h"
#include "flow/halves.h"

bool desk_open(struct desk *desk, const char *config, const char *timeout, struct error *err)
{
    int timeout_s;

    if (!settings_load(settings_path(config, getenv("MUNJA_CONFIG")), &desk->settings, err)
        || !plan_open(&desk->settings, &desk->plan, err))
        return false;
    timeout_s = desk->settings.timeout_s;
    if (timeout != NULL && (!duration_read(timeout, &timeout_s) || timeout_s < 1))
        return error_set(err, ERROR_USAGE, 0,
                         "option --timeout: \"%.20s\" is not a number of seconds, 1 or more", timeout);
    desk->until_ms = now_steady_ms() + (int64_t)timeout_s * 1000;
    return true;
}

bool desk_open_store(struct desk *desk, struct error *err)
{
    return store_open(desk->settings.store, desk->until_ms, &desk->store, err);
}

bool desk_open_session(struct desk *desk, struct error *err)
{
    const struct wire *wire = half_wire(err);

    return wire != NULL && session_open(&desk->session, &desk->plan, wire, desk->store, err);
}

void desk_close(struct desk *desk)
{
    session_close(&desk->session);
    store_close(desk->store);
    plan_clear(&desk->plan);
    settings_clear(&desk->settings);
    *desk = (struct desk){ 0 };
}

static void log_to_stderr(enum log_level level, const char *line)
{
    (void)level;
    fprintf(stderr, "%s\n", line);
}

void desk_log(const char *verbose)
{
    if (verbose != NULL)
        log_to(log_to_stderr, LOG_LEVEL_DEBUG);
}
