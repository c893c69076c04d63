/* Checkmk's NOTIFY_* names. Bulk notifications, which come on stdin, are not read. */
#include "alert/read.h"

#include <string.h>

#include "alert/env.h"

static const char *const prefix = "NOTIFY_";

static const struct env_field service_fields[] = {
    { "SERVICEDESC", "service", ENV_TEXT },
    { "SERVICESTATE", "state", ENV_TEXT },
    { "SERVICEATTEMPT", "attempt", ENV_TEXT },
    { "SERVICENOTIFICATIONNUMBER", "number", ENV_TEXT },
    { "SERVICEPROBLEMID", "id", ENV_TEXT },
    { "LASTSERVICESTATECHANGE", "since", ENV_TEXT },
    { "SERVICEOUTPUT", "output", ENV_TEXT },
    { "LONGSERVICEOUTPUT", "long_output", ENV_ESCAPED },
    { 0 },
};

static const struct env_field host_fields[] = {
    { "HOSTSTATE", "state", ENV_TEXT },
    { "HOSTATTEMPT", "attempt", ENV_TEXT },
    { "HOSTNOTIFICATIONNUMBER", "number", ENV_TEXT },
    { "HOSTPROBLEMID", "id", ENV_TEXT },
    { "LASTHOSTSTATECHANGE", "since", ENV_TEXT },
    { "HOSTOUTPUT", "output", ENV_TEXT },
    { "LONGHOSTOUTPUT", "long_output", ENV_ESCAPED },
    { 0 },
};

static const struct env_field fields[] = {
    { "NOTIFICATIONTYPE", "type", ENV_TEXT },
    { "HOSTNAME", "host", ENV_TEXT },
    { "HOSTALIAS", "alias", ENV_TEXT },
    { "HOSTADDRESS", "address", ENV_TEXT },
    { "MICROTIME", "time", ENV_MICROSECONDS },
    { "SHORTDATETIME", "time", ENV_TEXT },
    { "LONGDATETIME", "time", ENV_TEXT },
    { "MICROTIME", "notified", ENV_TEXT }, /* the same again when a failed command is repeated */
    { "HOSTGROUPNAMES", "group", ENV_FIRST },
    { "SERVICEGROUPNAMES", "group", ENV_FIRST },
    { "CONTACTNAME", "contact", ENV_TEXT },
    { "CONTACTPAGER", "to", ENV_TEXT },
    { "NOTIFICATIONAUTHOR", "author", ENV_TEXT },
    { "NOTIFICATIONCOMMENT", "comment", ENV_TEXT },
    { 0 },
};

/* Custom variables: NOTIFY_HOST_RACK becomes _host_rack, NOTIFY_SERVICE_OWNER _service_owner. */
bool checkmk_read(const struct input *input, struct alert *alert, struct error *err)
{
    static const char *const custom[] = { "NOTIFY_HOST_", "NOTIFY_SERVICE_", "NOTIFY_CONTACT_" };
    bool service = env_value(input, prefix, "SERVICEDESC") != NULL;

    if (!env_read(input, prefix, service ? service_fields : host_fields, alert, err)
        || !env_read(input, prefix, fields, alert, err))
        return false;
    for (size_t i = 0; i < sizeof custom / sizeof *custom; i++)
        if (!env_custom(input, custom[i], strlen(prefix) - 1, alert, err))
            return false;
    return true;
}
