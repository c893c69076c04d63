/* Which monitor speaks, and its reader. */
#include "alert/source.h"

#include <string.h>

#include "alert/env.h"
#include "alert/read.h"

const char *input_env(const struct input *input, const char *name)
{
    size_t length = strlen(name);
    const char *value = NULL;

    if (input->look != NULL)
        return input->look(input->context, name);
    for (char *const *entry = input->environment; entry != NULL && *entry != NULL; entry++)
        if (strncmp(*entry, name, length) == 0 && (*entry)[length] == '=')
            value = *entry + length + 1;
    return value;
}

bool source_operands(const char *subject, const char *message, struct alert *alert, struct error *err)
{
    bool both = message != NULL && message[0] != '\0';

    if (!both)
        message = subject;
    return message == NULL
           || (alert_set(alert, "output", message, err)
               && alert_set(alert, "subject", both ? subject : NULL, err));
}

static const struct {
    const char *name;
    enum source source;
    bool (*read)(const struct input *input, struct alert *alert, struct error *err);
} sources[] = {
    { "nagios", SOURCE_NAGIOS, nagios_read },
    { "icinga", SOURCE_ICINGA, icinga_read },
    { "zabbix", SOURCE_ZABBIX, zabbix_read },
    { "checkmk", SOURCE_CHECKMK, checkmk_read },
    { "args", SOURCE_ARGS, NULL },
};

bool source_named(const char *word, enum source *source)
{
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
        if (strcmp(sources[i].name, word) == 0) {
            *source = sources[i].source;
            return true;
        }
    return false;
}

const char *source_name(enum source source)
{
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
        if (sources[i].source == source)
            return sources[i].name;
    return "guess";
}

/* By names that no other monitor exports: systemd has a NOTIFY_ name too, any shell a HOSTNAME. */
enum source source_guess(const struct input *input)
{
    if (env_value(input, "NOTIFY_", "HOSTNAME") != NULL)
        return SOURCE_CHECKMK;
    if (env_value(input, "NAGIOS_", "HOSTNAME") != NULL)
        return SOURCE_NAGIOS;
    if (env_value(input, "", "NOTIFICATIONTYPE") != NULL)
        return SOURCE_ICINGA;
    return input->subject != NULL ? SOURCE_ZABBIX : SOURCE_ARGS;
}

bool source_read(enum source source, const struct input *input, struct alert *alert, struct error *err)
{
    if (source == SOURCE_GUESS)
        source = source_guess(input);
    if (!alert_set(alert, "source", source_name(source), err))
        return false;
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
        if (sources[i].source == source && sources[i].read != NULL && !sources[i].read(input, alert, err))
            return false;
    /* Beside an environment, operands are a text that the command's author wrote on purpose: it wins. */
    return source == SOURCE_ZABBIX || source_operands(input->subject, input->message, alert, err);
}
