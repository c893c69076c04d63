/* munja config check: every fault of the configuration at once. */
#include <stdio.h>
#include <string.h>

#include "command/check.h"
#include "command/desk.h"
#include "command/doors.h"
#include "command/fail.h"
#include "command/options.h"
#include "command/sheet.h"
#include "flow/exitcode.h"
#include "http/json.h"

/* What a check found. fatal: the alert would not be accepted. */
struct finding {
    const char *path;
    const struct faults *faults;
    struct error fatal;
    size_t providers, routes, templates;
    const struct report *online, *monitors; /* of logging in, and of monitors; NULL: not asked for */
};

static int code_of(const struct finding *finding)
{
    if (finding->fatal.kind != ERROR_NONE)
        return EXIT_UNKNOWN;
    return finding->faults->count > 0 ? EXIT_WARNING : EXIT_OK;
}

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

static void print_finding(const struct finding *finding)
{
    const struct faults *faults = finding->faults;

    for (size_t i = 0; i < faults->count; i++)
        printf("%s:%d: %s\n", finding->path, faults->fault[i].line, faults->fault[i].text);
    printf("MUNJA %s - ", state_name(code_of(finding)));
    if (finding->fatal.kind != ERROR_NONE)
        printf("%s\n", finding->fatal.text);
    else
        printf("%s: %zu fault%s; %zu provider%s, %zu route%s, %zu template%s\n", finding->path, faults->count,
               plural(faults->count), finding->providers, plural(finding->providers), finding->routes,
               plural(finding->routes), finding->templates, plural(finding->templates));
}

static bool fault_json(const struct fault *fault, struct json_object *list)
{
    struct json_object *one = json_object_new_object();

    return json_push(list, one) && json_add(one, "line", json_object_new_int(fault->line))
           && json_add(one, "text", json_object_new_string(fault->text));
}

static bool faults_json(struct json_object *document, const struct faults *faults)
{
    struct json_object *list = json_object_new_array();
    bool made = json_add(document, "faults", list);

    for (size_t i = 0; made && i < faults->count; i++)
        made = fault_json(&faults->fault[i], list);
    return made;
}

static bool online_json(struct json_object *document, const char *name, const struct report *online)
{
    struct json_object *one = json_object_new_object();

    return json_add(document, name, one)
           && json_add(one, "state", json_object_new_string(state_name(online->state)))
           && json_add(
               one, "text",
               json_object_new_string(buf_text(online->faults.len > 0 ? &online->faults : &online->rest)));
}

static bool print_json(const struct finding *finding, struct error *err)
{
    struct json_object *document = json_object_new_object();
    const char *fatal = finding->fatal.kind == ERROR_NONE ? "" : finding->fatal.text;
    bool made = json_add(document, "file", json_object_new_string(finding->path))
                && json_add(document, "state", json_object_new_string(state_name(code_of(finding))))
                && json_add(document, "error", json_object_new_string(fatal))
                && json_add(document, "providers", json_object_new_int64((int64_t)finding->providers))
                && json_add(document, "routes", json_object_new_int64((int64_t)finding->routes))
                && json_add(document, "templates", json_object_new_int64((int64_t)finding->templates))
                && faults_json(document, finding->faults)
                && (finding->online == NULL || online_json(document, "login", finding->online))
                && (finding->monitors == NULL || online_json(document, "monitors", finding->monitors));

    return sheet_json(document, made, err);
}

/* --online: the report of munja check login for every provider that can be used, and whether each monitor can
   be told something, over the same connections. */
static void ask_everywhere(struct desk *desk, struct report *login, struct report *monitors,
                           struct finding *finding)
{
    const struct checking everybody = { 0 };
    struct error err = { 0 };

    if (!check_login(desk, &everybody, login, &err))
        report_say(login, EXIT_UNKNOWN, "%s", err.text);
    finding->online = login;
    if (desk->settings.monitors.count == 0 || desk->session.courier.wire == NULL)
        return;
    check_monitors(desk, monitors);
    finding->monitors = monitors;
}

static int worst_of(int code, const struct report *report)
{
    return report != NULL && report->state > code ? report->state : code;
}

/* Going on behind broken syntax, as far as it could be read. */
static bool check(const char *config, bool json, bool online, int *code, struct error *err)
{
    struct report login = { .check = "login" }, monitors = { .check = "monitors" };
    struct desk desk = { 0 };
    const struct settings *settings = &desk.settings;
    struct finding finding = { 0 };
    struct error fault = { 0 };
    bool told = true;

    if (!desk_read(&desk, config, NULL, &finding.fatal) && finding.fatal.kind != ERROR_SETTINGS) {
        *err = finding.fatal;
        told = false;
        goto out;
    }
    if (settings->store != NULL && !plan_open(settings, &desk.plan, &fault)
        && finding.fatal.kind == ERROR_NONE)
        finding.fatal = fault;
    finding.path = settings->path;
    finding.faults = desk.plan.settings != NULL ? &desk.plan.faults : &settings->faults;
    finding.providers = desk.plan.providers;
    finding.routes = desk.plan.routes > 0 ? desk.plan.routes - 1 : 0;
    finding.templates = settings->templates.count;
    *code = code_of(&finding);
    if (online && finding.providers > 0)
        ask_everywhere(&desk, &login, &monitors, &finding);
    *code = worst_of(worst_of(*code, finding.online), finding.monitors);
    if (json)
        told = print_json(&finding, err);
    else {
        print_finding(&finding);
        if (finding.online != NULL)
            report_print(finding.online, false);
        if (finding.monitors != NULL)
            report_print(finding.monitors, false);
    }
out:
    report_clear(&login);
    report_clear(&monitors);
    desk_close(&desk);
    return told;
}

int command_config(int argc, char **argv)
{
    const char *config = NULL, *json = NULL, *online = NULL;
    const struct option_spec specs[] = {
        OPTION_CONFIG(&config),
        { 0, "online", NULL, "log in at every provider and try every monitor, too", &online, NULL },
        OPTION_JSON(&json),
        { 0 },
    };
    const struct command_help help = {
        "munja config check [options]",
        "Tell every fault of the configuration, with its line. Exit 0: none; 1: the rest can be used; 3: no\n"
        "alert would be accepted; with --online as munja check login, where that is worse, and 1 where a "
        "monitor\n"
        "cannot be told anything.",
    };
    struct error err = { 0 };
    int operands = 0, code = EXIT_UNKNOWN;
    bool done = false;

    if (!options_read(argc, argv, specs, &help, &operands, &done, &err))
        return fail(&err, fail_in_json(argc, argv));
    if (done)
        return EXIT_UNKNOWN;
    if (operands != 1 || strcmp(argv[1], "check") != 0)
        error_set(&err, ERROR_USAGE, 0, "usage: %s", help.usage);
    else if (check(config, json != NULL, online != NULL, &code, &err))
        return code;
    return fail(&err, json != NULL);
}
