#ifndef MUNJA_COMMAND_DESK_H
#define MUNJA_COMMAND_DESK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "flow/plan.h"
#include "flow/session.h"
#include "settings/settings.h"
#include "store/store.h"

/* What a command of the delivering half has before it: the configuration, and as much of the rest as it asks
   for. A zeroed desk is empty; desk_close clears any. */
struct desk {
    struct settings settings;
    struct plan plan;
    struct store *store; /* NULL when it was not asked for or could not be opened */
    struct session session;
    int64_t until_ms; /* now_steady_ms: everything must be over then */
};

/* Read the configuration (config: the option's value or NULL), for what needs no provider. timeout: the
   option's value, NULL for the configuration's. */
bool desk_read(struct desk *desk, const char *config, const char *timeout, struct error *err);

/* The same, and compile it. */
bool desk_open(struct desk *desk, const char *config, const char *timeout, struct error *err);

/* The store, which shares tokens with other processes and keeps what gateways forget. */
bool desk_open_store(struct desk *desk, struct error *err);

/* The wire, for a command that speaks with gateways; once is enough. */
bool desk_open_session(struct desk *desk, struct error *err);

/* The provider of that name; NULL with the reason in err. */
const struct provider *desk_provider(const struct desk *desk, const char *name, struct error *err);

void desk_close(struct desk *desk);

#endif
