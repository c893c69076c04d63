/* Icinga 2's notification environment, by the names of its sample mail scripts and the like. Its own command
   in contrib hands everything over as --field instead, and then nothing of this is found. */
#include "alert/read.h"

#include "alert/env.h"

static const struct env_field service_fields[] = {
    { "SERVICENAME", "service", ENV_TEXT },  { "SERVICEDESC", "service", ENV_TEXT },
    { "SERVICESTATE", "state", ENV_TEXT },   { "SERVICEATTEMPT", "attempt", ENV_TEXT },
    { "SERVICENOTESURL", "url", ENV_TEXT },  { "LASTSERVICESTATECHANGE", "since", ENV_TEXT },
    { "SERVICEOUTPUT", "output", ENV_TEXT }, { 0 },
};

static const struct env_field host_fields[] = {
    { "HOSTSTATE", "state", ENV_TEXT },
    { "HOSTATTEMPT", "attempt", ENV_TEXT },
    { "LASTHOSTSTATECHANGE", "since", ENV_TEXT },
    { "HOSTOUTPUT", "output", ENV_TEXT },
    { 0 },
};

static const struct env_field fields[] = {
    { "NOTIFICATIONTYPE", "type", ENV_TEXT },
    { "HOSTNAME", "host", ENV_TEXT },
    { "HOSTALIAS", "alias", ENV_TEXT },
    { "HOSTDISPLAYNAME", "alias", ENV_TEXT },
    { "HOSTADDRESS", "address", ENV_TEXT },
    { "HOSTADDRESS6", "address", ENV_TEXT },
    { "NOTIFICATIONNUMBER", "number", ENV_TEXT },
    { "LONGDATETIME", "time", ENV_TEXT },
    { "HOSTNOTESURL", "url", ENV_TEXT },
    { "CONTACTNAME", "contact", ENV_TEXT },
    { "USERPAGER", "to", ENV_TEXT },
    { "CONTACTPAGER", "to", ENV_TEXT },
    { "NOTIFICATIONAUTHORNAME", "author", ENV_TEXT },
    { "NOTIFICATIONAUTHOR", "author", ENV_TEXT },
    { "NOTIFICATIONCOMMENT", "comment", ENV_TEXT },
    { 0 },
};

/* Any shell may have left a HOSTNAME; without a type it is not Icinga who speaks. */
bool icinga_read(const struct input *input, struct alert *alert, struct error *err)
{
    bool service = env_value(input, "", "SERVICENAME") != NULL || env_value(input, "", "SERVICEDESC") != NULL;

    return env_value(input, "", "NOTIFICATIONTYPE") == NULL
           || (env_read(input, "", service ? service_fields : host_fields, alert, err)
               && env_read(input, "", fields, alert, err));
}
