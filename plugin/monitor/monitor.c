/* From a section of munja.conf to a monitor that can be told something, with every fault told. */
#include "monitor/monitor.h"

#include <stdlib.h>
#include <string.h>

#include "base/line.h"
#include "settings/business.h"
#include "settings/opening.h"
#include "settings/url.h"

static const struct monitor_type *const types[] = { &monitor_nagios, &monitor_icinga2, &monitor_zabbix,
                                                    NULL };

const struct setting monitor_keys[] = {
    { "type", SETTING_REQUIRED, "what kind of monitor", NULL, "nagios|icinga2|zabbix" },
    { "source", SETTING_LIST, "whose alerts it acknowledges; default: its own kind's", NULL, NULL },
    { "host", SETTING_LIST, "of which hosts; default: of all", NULL, NULL },
    { 0 },
};

const struct setting monitor_file_keys[] = {
    { "command_file", SETTING_TEXT, "its external command file", NULL, NULL },
    { "notify", SETTING_BOOL, "an acknowledgement is told to all who were told of the problem", "false",
      NULL },
    { 0 },
};

const struct setting monitor_api_keys[] = {
    { "url", SETTING_TEXT, "address of its API", NULL, NULL },
    { "secret", SETTING_SECRET, "password or token", NULL, NULL },
    { "secret_file", SETTING_TEXT, "file with password or token on one line, not readable by others", NULL,
      NULL },
    { "ca_file", SETTING_TEXT, "certificates to trust instead of the system's", NULL, NULL },
    { "verify_name", SETTING_TEXT, "name that the server's certificate must have, in place of url's", NULL,
      NULL },
    { "proxy", SETTING_TEXT, "HTTP proxy; \"\" for none; default: the environment's", NULL, NULL },
    { "plaintext", SETTING_BOOL, "allow http:// too", "false", NULL },
    { 0 },
};

const struct setting monitor_result_keys[] = {
    { "result_host", SETTING_TEXT, "host of the service that is told of what reached nobody", NULL, NULL },
    { "result_service", SETTING_TEXT, "that service, which takes passive results", NULL, NULL },
    { 0 },
};

void monitor_say(struct monitor_word *word, enum monitor_verdict verdict, const char *said)
{
    word->verdict = verdict;
    line_copy(word->said, sizeof word->said, said);
}

static const struct monitor_type *type_named(const char *name)
{
    for (size_t i = 0; name != NULL && types[i] != NULL; i++)
        if (strcmp(types[i]->name, name) == 0)
            return types[i];
    return NULL;
}

/* While it is not known which type is meant, the keys of all pass. */
static bool check_keys(struct opening *opening, const struct monitor_type *type, struct error *err)
{
    const struct setting *tables[8] = { monitor_keys };
    bool usable = false;

    for (size_t i = 0; type != NULL && type->keys[i] != NULL; i++)
        tables[i + 1] = type->keys[i];
    for (size_t i = 0; type == NULL && monitor_icinga2.keys[i] != NULL; i++)
        tables[i + 1] = monitor_icinga2.keys[i];
    if (!section_check(opening->section, "monitor", tables, opening->faults, &usable, err))
        return false;
    opening->usable = opening->usable && usable && type != NULL;
    for (size_t i = 0; tables[i] != NULL; i++)
        if (!opening_check_values(opening, tables[i], err))
            return false;
    return true;
}

/* By one way, and with all that it takes. */
static bool check_ways(struct opening *opening, const struct monitor_type *type, struct error *err)
{
    const bool file = opening_has(opening, "command_file"), api = opening_has(opening, "url");

    if (opening->section->broken) /* what seems missing may be what could not be read */
        return true;
    if (file && api)
        return opening_blame(opening, "command_file", err,
                             "url and command_file are both given: one is enough");
    if (!file && !api)
        return opening_blame(opening, type->by_api ? "url" : "command_file", err, "key %s is missing: %s",
                             type->by_api ? "url" : "command_file",
                             type->by_api && type->by_file ? "or command_file, how to tell it anything"
                                                           : "how to tell it anything");
    if (api && type->needs_user && !opening_has(opening, "user")
        && !opening_blame(opening, "user", err, "key user is missing: %s needs it", type->name))
        return false;
    if (api && !opening_has(opening, "secret") && !opening_has(opening, "secret_file")
        && !opening_blame(opening, "secret", err, "key secret or secret_file is missing: %s needs it",
                          type->name))
        return false;
    if (!type->takes_results && opening_has(opening, "result_service"))
        return opening_blame(opening, "result_service", err,
                             "%s takes no results by its API: munja's items show what reached nobody",
                             type->name);
    return opening_has(opening, "result_host") == opening_has(opening, "result_service")
           || opening_blame(opening, opening_has(opening, "result_host") ? "result_host" : "result_service",
                            err, "result_host and result_service go together");
}

/* The path of the API may be given or not. */
static void cut_path(char *url, const char *path)
{
    size_t bytes = strlen(url), tail = path == NULL ? 0 : strlen(path);

    if (tail > 0 && bytes > tail && strcmp(url + bytes - tail, path) == 0)
        url[bytes - tail] = '\0';
}

static bool open_api(struct opening *opening, struct monitor *monitor, struct error *err)
{
    struct carrier_settings *carrier = &monitor->carrier;
    const char *name = opening_value(opening, "verify_name");

    if (opening_has(opening, "plaintext"))
        bool_read(opening_value(opening, "plaintext"), &carrier->plaintext);
    if (!opening_secret(opening, &monitor->secret, &monitor->owned.secret, err)
        || !opening_url(opening, opening_value(opening, "url"), carrier->plaintext, &monitor->owned.url, err)
        || !opening_ca_file(opening, &monitor->owned.ca_file, err))
        return false;
    if (monitor->owned.url != NULL)
        cut_path(monitor->owned.url, monitor->type->path);
    carrier->url = monitor->owned.url;
    carrier->ca_file = monitor->owned.ca_file;
    carrier->proxy = opening_value(opening, "proxy");
    carrier->verify_name = name;
    return name == NULL || url_is_host(name)
           || opening_blame(opening, "verify_name", err, "verify_name must be a host's name");
}

static bool open_file(struct opening *opening, struct monitor *monitor, struct error *err)
{
    monitor->owned.command_file =
        settings_beside(opening->settings->path, opening_value(opening, "command_file"));
    monitor->command_file = monitor->owned.command_file;
    return monitor->command_file != NULL || error_memory(err);
}

bool monitor_open(const struct settings *settings, const struct section *section, struct monitor *monitor,
                  struct faults *faults, bool *usable, struct error *err)
{
    struct opening opening = { settings, section, "monitor", monitor_keys, faults, true };
    const struct monitor_type *type = type_named(section_text(section, NULL, "type"));

    *monitor = (struct monitor){ .name = section->name, .section = section, .type = type };
    if (!check_keys(&opening, type, err) || (type != NULL && !check_ways(&opening, type, err)))
        goto fail;
    if (opening.usable) {
        monitor->user = opening_value(&opening, "user");
        if (opening_has(&opening, "result_service")) {
            monitor->result_host = opening_value(&opening, "result_host");
            monitor->result_service = opening_value(&opening, "result_service");
        }
        if (opening_has(&opening, "notify"))
            bool_read(opening_value(&opening, "notify"), &monitor->notify);
        if (!(opening_has(&opening, "command_file") ? open_file(&opening, monitor, err)
                                                    : open_api(&opening, monitor, err)))
            goto fail;
    }
    *usable = opening.usable;
    return true;
fail:
    monitor_clear(monitor);
    return false;
}

void monitor_clear(struct monitor *monitor)
{
    if (monitor->owned.secret != NULL)
        explicit_bzero(monitor->owned.secret, strlen(monitor->owned.secret));
    free(monitor->owned.secret);
    free(monitor->owned.url);
    free(monitor->owned.ca_file);
    free(monitor->owned.command_file);
    *monitor = (struct monitor){ 0 };
}

bool monitor_is_for(const struct monitor *monitor, const char *source, const char *host)
{
    return business_is(monitor->section, source, host);
}
