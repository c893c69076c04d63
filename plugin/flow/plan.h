#ifndef MUNJA_FLOW_PLAN_H
#define MUNJA_FLOW_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alert/alert.h"
#include "flow/remedy.h"
#include "monitor/monitor.h"
#include "provider/provider.h"
#include "settings/settings.h"
#include "text/fit.h"
#include "text/template.h"

/* The configuration made ready for delivering: providers and monitors opened, routes and templates compiled,
   every fault of them collected. */

enum unsure { UNSURE_RESEND, UNSURE_HOLD };

/* What an alert looks like on a phone. */
struct wording {
    const char *name;
    struct template *service, *host, *subject, *text; /* text: for the type TEXT */
};

struct route {
    const char *name;
    const struct section
        *section; /* the patterns; NULL for the route that munja makes when no other matches */
    const struct provider **provider;
    size_t providers;
    enum kind kind;
    enum overflow overflow;
    enum unsure unsure;
    int retry_for_s;
    int receipt_wait_s;    /* 0: a missing receipt means nothing */
    struct remedy *remedy; /* what is done about a text that did not arrive, in this order */
    size_t remedies;
    const struct wording *wording;
};

struct breakers;
struct plan {
    const struct settings *settings;
    struct provider *provider;
    size_t providers;
    struct route *route;
    size_t routes; /* the last is munja's own: all providers in file order */
    struct wording *wording;
    size_t wordings; /* the first is "default", munja's own unless the file has one */
    struct monitor *monitor;
    size_t monitors;
    struct breakers *breakers;
    struct faults faults; /* those of settings and of everything here; sorted by line */
};

/* Keys of the other sections, for messages, pages and munja config check. */
extern const struct setting route_keys[], template_keys[];

/* Compile. A bad provider, route, template or monitor is left out with its faults; fails (ERROR_SETTINGS)
   when no provider is left, or memory ran out; plan->faults tells all even then. settings must outlive the
   plan. plan_clear in any case. */
bool plan_open(const struct settings *settings, struct plan *plan, struct error *err);
void plan_clear(struct plan *plan);

/* The first route that matches; shell patterns (fnmatch), hours in the machine's time zone at now_s. Never
 * NULL. */
const struct route *plan_route(const struct plan *plan, const struct alert *alert, const char *recipient,
                               int64_t now_s);

const struct provider *plan_provider(const struct plan *plan, const char *name);

/* The template for this alert: service, host, or text. */
const struct template *wording_for(const struct wording *wording, const struct alert *alert);

#endif
