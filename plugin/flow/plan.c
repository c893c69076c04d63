/* The configuration made ready for delivering: what is sound is compiled, what is not is told and left out.
 */
#include "flow/plan.h"

#include <stdlib.h>
#include <string.h>

#include "flow/breakers.h"
#include "flow/hours.h"
#include "flow/route.h"
#include "flow/wording.h"

const struct setting route_keys[] = {
    { "to", SETTING_LIST, "recipients, as munja writes numbers: 010*, +86*", NULL, NULL },
    { "source", SETTING_LIST, "nagios, icinga, zabbix, checkmk, args", NULL, NULL },
    { "type", SETTING_LIST, "PROBLEM, RECOVERY and so on", NULL, NULL },
    { "host", SETTING_LIST, "host names", NULL, NULL },
    { "service", SETTING_LIST, "service names; of a host alert it is empty", NULL, NULL },
    { "state", SETTING_LIST, "CRITICAL, DOWN and so on", NULL, NULL },
    { "severity", SETTING_LIST, "of Zabbix", NULL, NULL },
    { "group", SETTING_LIST, "host or service groups", NULL, NULL },
    { "contact", SETTING_LIST, "contact names", NULL, NULL },
    { "hours", SETTING_LIST, "\"22:00-06:00\", \"Mon-Fri 09:00-18:00\"", NULL, NULL },
    { "providers", SETTING_LIST, "in the order to try them; default: all, in file order", NULL, NULL },
    { "kind", SETTING_TEXT, "what to send", "auto", "auto|sms|lms|mms" },
    { "overflow", SETTING_TEXT, "what to do with a text too long", "shrink", "shrink|split" },
    { "unsure", SETTING_TEXT, "when the answer of a gateway was lost", "resend", "resend|hold" },
    { "retry_for", SETTING_DURATION, "how long to go on trying", "12h", NULL },
    { "undelivered", SETTING_LIST, "when it did not arrive: retry, next-provider, recipient:NUMBER", NULL,
      NULL },
    { "receipt_wait", SETTING_DURATION, "how long a receipt may be missing", NULL, NULL },
    { "template", SETTING_TEXT, "name of a template", "default", NULL },
    { 0 },
};

static bool copy_faults(const struct faults *from, struct faults *to, struct error *err)
{
    for (size_t i = 0; i < from->count; i++) {
        if (!faults_add(to, from->fault[i].line, err, "%s", from->fault[i].text))
            return false;
    }
    return true;
}

/* Routes point to providers and wordings: their arrays have their full size from the start. */
static bool make_room(struct plan *plan, struct error *err)
{
    const struct settings *settings = plan->settings;

    plan->provider = calloc(settings->providers.count + 1, sizeof *plan->provider);
    plan->wording = calloc(settings->templates.count + 1, sizeof *plan->wording);
    plan->route = calloc(settings->routes.count + 1, sizeof *plan->route);
    plan->monitor = calloc(settings->monitors.count + 1, sizeof *plan->monitor);
    plan->breakers = breakers_new(settings->providers.count);
    return (plan->breakers != NULL && plan->monitor != NULL && plan->provider != NULL && plan->wording != NULL
            && plan->route != NULL)
           || error_memory(err);
}

static bool open_providers(struct plan *plan, struct error *err)
{
    const struct sections *sections = &plan->settings->providers;

    for (size_t i = 0; i < sections->count; i++) {
        struct provider *provider = &plan->provider[plan->providers];
        bool usable;

        if (!provider_open(plan->settings, &sections->section[i], provider, &plan->faults, &usable, err))
            return false;
        if (usable)
            plan->providers++;
        else
            provider_clear(provider);
    }
    return true;
}

static bool open_monitors(struct plan *plan, struct error *err)
{
    const struct sections *sections = &plan->settings->monitors;

    for (size_t i = 0; i < sections->count; i++) {
        struct monitor *monitor = &plan->monitor[plan->monitors];
        bool usable;

        if (!monitor_open(plan->settings, &sections->section[i], monitor, &plan->faults, &usable, err))
            return false;
        if (usable)
            plan->monitors++;
        else
            monitor_clear(monitor);
    }
    return true;
}

/* The first wording is "default": the file's, or munja's own when it has none or a faulty one. */
static bool open_wordings(struct plan *plan, struct error *err)
{
    const struct sections *sections = &plan->settings->templates;
    bool usable;

    plan->wordings = 1;
    if (!wording_open(NULL, &plan->wording[0], &plan->faults, &usable, err))
        return false;
    for (size_t i = 0; i < sections->count; i++) {
        struct wording wording;
        bool opened = wording_open(&sections->section[i], &wording, &plan->faults, &usable, err);

        if (opened && usable && strcmp(wording.name, "default") == 0) {
            wording_clear(&plan->wording[0]);
            plan->wording[0] = wording;
        } else if (opened && usable) {
            plan->wording[plan->wordings++] = wording;
        } else {
            wording_clear(&wording);
        }
        if (!opened)
            return false;
    }
    return true;
}

static bool is_section(const struct sections *sections, const char *name)
{
    for (size_t i = 0; i < sections->count; i++) {
        if (strcmp(sections->section[i].name, name) == 0)
            return true;
    }
    return false;
}

const struct provider *plan_provider(const struct plan *plan, const char *name)
{
    for (size_t i = 0; i < plan->providers; i++) {
        if (strcmp(plan->provider[i].name, name) == 0)
            return &plan->provider[i];
    }
    return NULL;
}

static void add_provider(struct route *route, const struct provider *provider)
{
    for (size_t i = 0; i < route->providers; i++) {
        if (route->provider[i] == provider)
            return;
    }
    route->provider[route->providers++] = provider;
}

/* The providers of a route that can be used; all when it names none. One that was disabled is told already.
 */
static bool find_providers(struct plan *plan, struct route *route, struct error *err)
{
    const struct entry *entry = route->section == NULL ? NULL : section_entry(route->section, "providers");

    route->provider = calloc(plan->providers + 1, sizeof *route->provider);
    if (route->provider == NULL)
        return error_memory(err);
    for (size_t i = 0; entry == NULL && i < plan->providers; i++)
        add_provider(route, &plan->provider[i]);
    for (size_t i = 0; entry != NULL && i < entry->values; i++) {
        const struct provider *provider = plan_provider(plan, entry->value[i]);

        if (provider != NULL)
            add_provider(route, provider);
        else if (!is_section(&plan->settings->providers, entry->value[i])
                 && !faults_add(&plan->faults, entry->line, err, "route \"%s\": no provider is named \"%s\"",
                                route->name, entry->value[i]))
            return false;
    }
    return true;
}

/* Better munja's usual words than no alert. */
static bool find_wording(struct plan *plan, struct route *route, struct error *err)
{
    const struct entry *entry = route->section == NULL ? NULL : section_entry(route->section, "template");

    route->wording = &plan->wording[0];
    if (entry == NULL || entry->values == 0)
        return true;
    for (size_t i = 0; i < plan->wordings; i++) {
        if (strcmp(plan->wording[i].name, entry->value[0]) == 0) {
            route->wording = &plan->wording[i];
            return true;
        }
    }
    return is_section(&plan->settings->templates, entry->value[0])
           || faults_add(&plan->faults, entry->line, err, "route \"%s\": no template is named \"%s\"",
                         route->name, entry->value[0]);
}

static bool check_hours(struct plan *plan, const struct section *section, bool *usable, struct error *err)
{
    const struct entry *entry = section_entry(section, "hours");
    struct hours hours;

    for (size_t i = 0; entry != NULL && i < entry->values; i++) {
        if (hours_read(entry->value[i], &hours))
            continue;
        *usable = false;
        if (!faults_add(&plan->faults, entry->line, err,
                        "route \"%s\": hours must be like \"22:00-06:00\" or \"Mon-Fri 09:00-18:00\"",
                        section->name))
            return false;
    }
    return true;
}

/* Better fewer steps than no alert. */
static bool find_remedies(struct plan *plan, struct route *route, struct error *err)
{
    const struct entry *entry = route->section == NULL ? NULL : section_entry(route->section, "undelivered");
    size_t count = entry == NULL ? 0 : entry->values;

    route->remedy = calloc(count + 1, sizeof *route->remedy);
    if (route->remedy == NULL)
        return error_memory(err);
    for (size_t i = 0; i < count; i++) {
        struct error wrong = { 0 };
        if (remedy_read(entry->value[i], &route->remedy[route->remedies], &wrong))
            route->remedies++;
        else if (!faults_add(&plan->faults, entry->line, err, "route \"%s\": undelivered: %s", route->name,
                             wrong.text))
            return false;
    }
    return true;
}

static void route_clear(struct route *route)
{
    free(route->provider);
    free(route->remedy);
    *route = (struct route){ 0 };
}

static bool open_route(struct plan *plan, const struct section *section, struct route *route,
                       struct error *err)
{
    static const struct section own = { 0 };
    const struct section *from = section == NULL ? &own : section;
    const char *receipt_wait = section_text(from, route_keys, "receipt_wait");

    *route = (struct route){ .name = section == NULL ? "default" : section->name, .section = section };
    kind_named(section_text(from, route_keys, "kind"), &route->kind);
    if (strcmp(section_text(from, route_keys, "overflow"), "split") == 0)
        route->overflow = OVERFLOW_SPLIT;
    if (strcmp(section_text(from, route_keys, "unsure"), "hold") == 0)
        route->unsure = UNSURE_HOLD;
    duration_read(section_text(from, route_keys, "retry_for"), &route->retry_for_s);
    route->receipt_wait_s = plan->settings->receipt_wait_s;
    if (receipt_wait != NULL)
        duration_read(receipt_wait, &route->receipt_wait_s);
    if (find_providers(plan, route, err) && find_wording(plan, route, err) && find_remedies(plan, route, err))
        return true;
    route_clear(route);
    return false;
}

static bool open_routes(struct plan *plan, struct error *err)
{
    static const struct setting *const tables[] = { route_keys, NULL };
    const struct sections *sections = &plan->settings->routes;

    for (size_t i = 0; i < sections->count; i++) {
        const struct section *section = &sections->section[i];
        struct route *route = &plan->route[plan->routes];
        bool usable;

        if (!section_check(section, "route", tables, &plan->faults, &usable, err)
            || !check_hours(plan, section, &usable, err) || !open_route(plan, section, route, err))
            return false;
        if (usable && route->providers == 0 && plan->providers > 0
            && !faults_add(&plan->faults, section->line, err,
                           "route \"%s\": none of its providers can be used: the route is left out",
                           section->name)) {
            route_clear(route);
            return false;
        }
        if (usable && route->providers > 0)
            plan->routes++;
        else
            route_clear(route);
    }
    if (!open_route(plan, NULL, &plan->route[plan->routes], err))
        return false;
    plan->routes++;
    return true;
}

static bool none_left(const struct plan *plan, struct error *err)
{
    static const char before[] = "provider \"";

    for (size_t i = 0; i < plan->faults.count; i++) {
        const struct fault *fault = &plan->faults.fault[i];
        if (strncmp(fault->text, before, sizeof before - 1) == 0)
            return error_set(err, ERROR_SETTINGS, 0, "%s:%d: %s; no provider is left", plan->settings->path,
                             fault->line, fault->text);
    }
    return error_set(err, ERROR_SETTINGS, 0, "%s: there is no provider", plan->settings->path);
}

bool plan_open(const struct settings *settings, struct plan *plan, struct error *err)
{
    *plan = (struct plan){ .settings = settings };
    if (!make_room(plan, err) || !copy_faults(&settings->faults, &plan->faults, err)
        || !open_providers(plan, err) || !open_wordings(plan, err) || !open_routes(plan, err)
        || !open_monitors(plan, err))
        return false;
    faults_sort(&plan->faults);
    return plan->providers > 0 || none_left(plan, err);
}

void plan_clear(struct plan *plan)
{
    for (size_t i = 0; i < plan->providers; i++)
        provider_clear(&plan->provider[i]);
    for (size_t i = 0; i < plan->wordings; i++)
        wording_clear(&plan->wording[i]);
    for (size_t i = 0; i < plan->routes; i++)
        route_clear(&plan->route[i]);
    for (size_t i = 0; i < plan->monitors; i++)
        monitor_clear(&plan->monitor[i]);
    free(plan->breakers);
    free(plan->monitor);
    free(plan->provider);
    free(plan->wording);
    free(plan->route);
    faults_clear(&plan->faults);
    *plan = (struct plan){ 0 };
}

const struct route *plan_route(const struct plan *plan, const struct alert *alert, const char *recipient,
                               int64_t now_s)
{
    size_t last = plan->routes - 1;

    for (size_t i = 0; i < last; i++) {
        if (route_matches(plan->route[i].section, alert, recipient, now_s))
            return &plan->route[i];
    }
    return &plan->route[last];
}
