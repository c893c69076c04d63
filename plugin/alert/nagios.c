/* Nagios and Naemon with enable_environment_macros=1. Every standard name is always exported, so a host's
   notification is told by an empty SERVICEDESC. Values are raw. */
#include "alert/read.h"

#include <string.h>

#include "alert/env.h"

static const char *const prefix = "NAGIOS_";

static const struct env_field service_fields[] = {
    { "SERVICEDESC", "service", ENV_TEXT },
    { "SERVICESTATE", "state", ENV_TEXT },
    { "SERVICEDURATION", "duration", ENV_TEXT },
    { "SERVICEATTEMPT", "attempt", ENV_TEXT },
    { "SERVICENOTIFICATIONNUMBER", "number", ENV_TEXT },
    { "SERVICENOTIFICATIONID", "id", ENV_TEXT },
    { "LASTSERVICESTATECHANGE", "since", ENV_TEXT },
    { "SERVICENOTESURL", "url", ENV_TEXT },
    { "SERVICEOUTPUT", "output", ENV_TEXT },
    { "LONGSERVICEOUTPUT", "long_output", ENV_ESCAPED }, /* the first line is not escaped */
    { 0 },
};

static const struct env_field host_fields[] = {
    { "HOSTSTATE", "state", ENV_TEXT },
    { "HOSTDURATION", "duration", ENV_TEXT },
    { "HOSTATTEMPT", "attempt", ENV_TEXT },
    { "HOSTNOTIFICATIONNUMBER", "number", ENV_TEXT },
    { "HOSTNOTIFICATIONID", "id", ENV_TEXT },
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
    { "NOTIFICATIONNUMBER", "number", ENV_TEXT },
    { "TIMET", "time", ENV_TEXT },
    { "LONGDATETIME", "time", ENV_TEXT },
    { "HOSTNOTESURL", "url", ENV_TEXT },
    { "HOSTGROUPNAME", "group", ENV_TEXT },
    { "HOSTGROUPNAMES", "group", ENV_FIRST },
    { "SERVICEGROUPNAME", "group", ENV_TEXT },
    { "CONTACTNAME", "contact", ENV_TEXT },
    { "CONTACTPAGER", "to", ENV_TEXT },
    { "NOTIFICATIONAUTHOR", "author", ENV_TEXT },
    { "NOTIFICATIONCOMMENT", "comment", ENV_TEXT },
    { 0 },
};

/* NAGIOS__HOSTRACK becomes _hostrack. */
bool nagios_read(const struct input *input, struct alert *alert, struct error *err)
{
    bool service = env_value(input, prefix, "SERVICEDESC") != NULL;

    return env_read(input, prefix, service ? service_fields : host_fields, alert, err)
           && env_read(input, prefix, fields, alert, err)
           && env_custom(input, "NAGIOS__", strlen(prefix), alert, err);
}
