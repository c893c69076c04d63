/* What the readers of Nagios', Icinga's and Checkmk's environments have in common. */
#include "alert/env.h"

#include <stdio.h>
#include <string.h>

#include "alert/macro.h"
#include "base/buf.h"

/* Room is left for what --field adds. */
#define CUSTOM_FIELDS_MAX (ALERT_FIELDS_MAX / 2)

const char *env_value(const struct input *input, const char *prefix, const char *name)
{
    char full[64];
    const char *value;

    snprintf(full, sizeof full, "%s%s", prefix, name);
    value = input_env(input, full);
    return value == NULL || value[0] == '\0' || macro_literal(value) ? NULL : value;
}

static bool set_escaped(struct alert *alert, const char *field, const char *value, struct error *err)
{
    struct buf text = { 0 };
    bool set = false;

    for (; *value != '\0'; value++) {
        bool escape = value[0] == '\\' && (value[1] == 'n' || value[1] == '\\');
        if (escape)
            value++;
        if (!buf_char(&text, escape && *value == 'n' ? '\n' : *value)) {
            error_memory(err);
            goto out;
        }
    }
    set = alert_set(alert, field, buf_text(&text), err);
out:
    buf_clear(&text);
    return set;
}

static bool set_form(struct alert *alert, const struct env_field *row, const char *value, struct error *err)
{
    switch (row->form) {
    case ENV_ESCAPED:
        return set_escaped(alert, row->field, value, err);
    case ENV_FIRST:
        return alert_set_bytes(alert, row->field, value, strcspn(value, ","), err);
    case ENV_MICROSECONDS:
        return strlen(value) <= 6 || alert_set_bytes(alert, row->field, value, strlen(value) - 6, err);
    case ENV_TEXT:
        break;
    }
    return alert_set(alert, row->field, value, err);
}

bool env_read(const struct input *input, const char *prefix, const struct env_field *table,
              struct alert *alert, struct error *err)
{
    for (const struct env_field *row = table; row->name != NULL; row++) {
        const char *value = env_value(input, prefix, row->name);
        if (value == NULL || alert_get(alert, row->field)[0] != '\0')
            continue;
        if (!set_form(alert, row, value, err))
            return false;
    }
    return true;
}

/* The field's name, or false when the variable's name cannot be one: labels such as cmk/os_family. */
static bool custom_name(const char *entry, size_t skip, char name[ALERT_NAME_MAX + 1])
{
    size_t length = strcspn(entry, "=") - skip;

    if (entry[skip + length] != '=' || length > ALERT_NAME_MAX)
        return false;
    memcpy(name, entry + skip, length);
    name[length] = '\0';
    return strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") == length;
}

bool env_custom(const struct input *input, const char *prefix, size_t skip, struct alert *alert,
                struct error *err)
{
    char name[ALERT_NAME_MAX + 1];

    for (char *const *entry = input->environment; entry != NULL && *entry != NULL; entry++) {
        const char *value = strchr(*entry, '=');
        if (strncmp(*entry, prefix, strlen(prefix)) != 0 || !custom_name(*entry, skip, name))
            continue;
        if (alert->fields >= CUSTOM_FIELDS_MAX)
            break;
        if (!alert_set(alert, name, macro_literal(value + 1) ? "" : value + 1, err))
            return false;
    }
    return true;
}
