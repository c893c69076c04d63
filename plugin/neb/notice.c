/* From an event to an alert. What the event says itself is taken from it; for the rest the core expands
   macros, whose names mean the same in every version. */
#include "neb/notice.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert/macro.h"
#include "alert/source.h"

/* The cores' own struct takes less than 2 KiB. */
#define MACROS_BYTES 8192

#define PREFIX "NAGIOS_"

struct notice {
    const struct core_method *method;
    _Alignas(max_align_t) char macros[MACROS_BYTES];
    char *text; /* of the last look, from the core */
};

static const char *type_of(const struct core_method *method)
{
    static const char *const types[] = { NULL,           "ACKNOWLEDGEMENT",   "FLAPPINGSTART",
                                         "FLAPPINGSTOP", "FLAPPINGDISABLED",  "DOWNTIMESTART",
                                         "DOWNTIMEEND",  "DOWNTIMECANCELLED", "CUSTOM" };

    if (method->reason > 0 && method->reason < (int)(sizeof types / sizeof *types))
        return types[method->reason];
    return method->state == 0 ? "RECOVERY" : "PROBLEM";
}

static const char *expand(struct notice *notice, const char *name)
{
    char template[ALERT_NAME_MAX + 8];

    free(notice->text);
    notice->text = NULL;
    if (snprintf(template, sizeof template, "$%s$", name) >= (int)sizeof template)
        return NULL;
    process_macros_r(notice->macros, template, &notice->text, 0);
    return notice->text;
}

/* The cores fill in these only for a command that they run. */
static const char *look(void *context, const char *name)
{
    struct notice *notice = context;
    const struct core_method *method = notice->method;

    name += strlen(PREFIX);
    if (strcmp(name, "NOTIFICATIONTYPE") == 0)
        return type_of(method);
    if (strcmp(name, "NOTIFICATIONAUTHOR") == 0)
        return method->author;
    if (strcmp(name, "NOTIFICATIONCOMMENT") == 0)
        return method->comment;
    if (strcmp(name, "SERVICEDESC") == 0)
        return method->kind == CORE_OF_SERVICE ? method->service : NULL;
    return expand(notice, name);
}

static bool grab(struct notice *notice, struct error *err)
{
    const struct core_method *method = notice->method;
    bool of_service = method->kind == CORE_OF_SERVICE;
    void *host = method->host == NULL ? NULL : find_host(method->host), *service = NULL;

    if (of_service && host != NULL && method->service != NULL)
        service = find_service(method->host, method->service);
    if (host == NULL || (of_service && service == NULL))
        return error_set(err, ERROR_BUG, 0, "the event is of no %s that the core knows",
                         host == NULL ? "host" : "service");
    grab_host_macros_r(notice->macros, host);
    if (of_service)
        grab_service_macros_r(notice->macros, service);
    if (method->contact_object != NULL)
        grab_contact_macros_r(notice->macros, method->contact_object);
    return true;
}

static bool read_custom(struct notice *notice, const struct custom *custom, struct alert *alert,
                        struct error *err)
{
    for (size_t i = 0; i < custom->count; i++) {
        const char *value = expand(notice, custom->macro[i]);
        if (value != NULL && !macro_literal(value) && !alert_set(alert, custom->macro[i], value, err))
            return false;
    }
    return true;
}

bool notice_read(const struct core_method *method, const struct custom *custom, struct alert *alert,
                 struct error *err)
{
    struct notice notice = { .method = method };
    const struct input input = { .look = look, .context = &notice };
    bool read;

    if (!grab(&notice, err))
        return false;
    read = source_read(SOURCE_NAGIOS, &input, alert, err) && read_custom(&notice, custom, alert, err);
    free(notice.text);
    core_clear_macros(notice.macros);
    return read;
}
