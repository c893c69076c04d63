/* What the commands of the delivering half open before they begin. */
#include "command/desk.h"

#include "base/now.h"
#include "command/options.h"
#include "flow/halves.h"

bool desk_read(struct desk *desk, const char *config, const char *timeout, struct error *err)
{
    int timeout_s;

    if (!options_settings(config, &desk->settings, err))
        return false;
    timeout_s = desk->settings.timeout_s;
    if (!options_timeout(timeout, &timeout_s, err))
        return false;
    desk->until_ms = now_steady_ms() + (int64_t)timeout_s * 1000;
    return true;
}

bool desk_open(struct desk *desk, const char *config, const char *timeout, struct error *err)
{
    return desk_read(desk, config, timeout, err) && plan_open(&desk->settings, &desk->plan, err);
}

const struct provider *desk_provider(const struct desk *desk, const char *name, struct error *err)
{
    const struct provider *provider = plan_provider(&desk->plan, name);

    if (provider == NULL)
        error_set(err, ERROR_USAGE, 0, "no such provider \"%.40s\" in %s", name, desk->settings.path);
    return provider;
}

bool desk_open_store(struct desk *desk, struct error *err)
{
    return store_open(desk->settings.store, desk->until_ms, &desk->store, err);
}

bool desk_open_session(struct desk *desk, struct error *err)
{
    const struct wire *wire;

    if (desk->session.plan != NULL)
        return true;
    wire = half_wire(err);
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
