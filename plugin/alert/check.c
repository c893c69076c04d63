/* What every alert goes through once its source has spoken. */
#include "alert/alert.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "alert/clean.h"
#include "alert/macro.h"
#include "base/buf.h"

/* Words of the monitors that mean one of ours; letters only, upper case. The first eleven are ours. */
static const struct {
    const char *word, *type;
} types[] = {
    { "PROBLEM", "PROBLEM" },
    { "RECOVERY", "RECOVERY" },
    { "ACKNOWLEDGEMENT", "ACKNOWLEDGEMENT" },
    { "FLAPPINGSTART", "FLAPPINGSTART" },
    { "FLAPPINGSTOP", "FLAPPINGSTOP" },
    { "FLAPPINGDISABLED", "FLAPPINGDISABLED" },
    { "DOWNTIMESTART", "DOWNTIMESTART" },
    { "DOWNTIMEEND", "DOWNTIMEEND" },
    { "DOWNTIMECANCELLED", "DOWNTIMECANCELLED" },
    { "CUSTOM", "CUSTOM" },
    { "TEXT", "TEXT" },
    { "FLAPPINGEND", "FLAPPINGSTOP" },          /* Icinga */
    { "DOWNTIMEREMOVED", "DOWNTIMECANCELLED" }, /* Icinga */
    { "RESOLVED", "RECOVERY" },                 /* Zabbix */
    { "UPDATE", "CUSTOM" },                     /* Zabbix */
};

/* "Flapping Start" and "flapping_start" are FLAPPINGSTART. */
static const char *type_of(const char *said)
{
    char word[24];
    size_t length = 0;

    for (; *said != '\0' && length < sizeof word - 1; said++) {
        char c = (char)(*said & ~0x20);
        if (c >= 'A' && c <= 'Z')
            word[length++] = c;
        else if (*said != ' ' && *said != '_' && *said != '-')
            return NULL;
    }
    word[length] = '\0';
    for (size_t i = 0; *said == '\0' && i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i].word, word) == 0)
            return types[i].type;
    return NULL;
}

static bool has(const struct alert *alert, const char *name)
{
    return alert_get(alert, name)[0] != '\0';
}

static const char *guess_type(const struct alert *alert)
{
    const char *state = alert_get(alert, "state");

    if (strcmp(state, "OK") == 0 || strcmp(state, "UP") == 0)
        return "RECOVERY";
    if (state[0] == '\0' && !has(alert, "host") && !has(alert, "service"))
        return "TEXT";
    return "PROBLEM";
}

static bool check_type(struct alert *alert, struct error *err)
{
    const char *said = alert_get(alert, "type"), *source = alert_get(alert, "source");
    const char *type = said[0] == '\0' ? guess_type(alert) : type_of(said);
    char shown[CLEAN_WORD_BYTES];

    /* A monitor's new word must not cost anybody the alert; a caller's slip is told. */
    if (type == NULL && (source[0] == '\0' || strcmp(source, "args") == 0))
        return error_set(err, ERROR_USAGE, 0, "field type: there is no type %s", clean_word(said, shown));
    return alert_set(alert, "type", type == NULL ? "CUSTOM" : type, err);
}

static bool upper_state(struct alert *alert, struct error *err)
{
    char *state = strdup(alert_get(alert, "state"));
    bool set;

    if (state == NULL)
        return error_memory(err);
    for (char *c = state; *c != '\0'; c++)
        if (*c >= 'a' && *c <= 'z')
            *c = (char)(*c - 'a' + 'A');
    set = alert_set(alert, "state", state, err);
    free(state);
    return set;
}

/* Seconds since 1970 are no time for people: Nagios has no other macro that is the same in all its date
 * formats. */
static bool show_time(struct alert *alert, struct error *err)
{
    const char *time = alert_get(alert, "time");
    char shown[32];
    time_t when = (time_t)strtoll(time, NULL, 10);
    struct tm local;

    if (strspn(time, "0123456789") != strlen(time) || strlen(time) < 9 || strlen(time) > 11
        || localtime_r(&when, &local) == NULL
        || strftime(shown, sizeof shown, "%Y-%m-%d %H:%M:%S", &local) == 0)
        return true;
    return alert_set(alert, "time", shown, err);
}

/* Texts may be what they like; anything else that is a macro still is missing. */
static bool drop_macros(struct alert *alert, struct error *err)
{
    static const char *const texts[] = { "output", "long_output", "comment", "subject" };

    for (size_t i = alert->fields; i-- > 0;) {
        bool text = false;
        for (size_t j = 0; j < sizeof texts / sizeof *texts; j++)
            text = text || strcmp(alert->field[i].name, texts[j]) == 0;
        if (!text && macro_literal(alert->field[i].value)
            && !alert_set(alert, alert->field[i].name, NULL, err))
            return false;
    }
    return true;
}

/* Icinga hands all lines over as one; whoever writes a template expects the first alone. */
static bool split_output(struct alert *alert, struct error *err)
{
    const char *output = alert_get(alert, "output");
    const char *first = output + strspn(output, "\n "), *end = strchr(first, '\n');
    struct buf line = { 0 }, rest = { 0 };
    bool split = false;

    if (end == NULL)
        return true;
    if (!buf_add(&line, first, (size_t)(end - first)) || !buf_str(&rest, end + 1)
        || (has(alert, "long_output")
            && (!buf_char(&rest, '\n') || !buf_str(&rest, alert_get(alert, "long_output"))))) {
        error_memory(err);
        goto out;
    }
    split = alert_set_bytes(alert, "output", line.data, line.len, err)
            && alert_set_bytes(alert, "long_output", rest.data, rest.len, err);
out:
    buf_clear(&line);
    buf_clear(&rest);
    return split;
}

bool alert_check(struct alert *alert, struct error *err)
{
    if (!drop_macros(alert, err) || !upper_state(alert, err) || !show_time(alert, err))
        return false;
    if (!has(alert, "host") && !has(alert, "service") && !has(alert, "output") && !has(alert, "long_output")
        && !has(alert, "comment") && !has(alert, "subject"))
        return error_set(err, ERROR_USAGE, 0,
                         "nothing to say: no field host, service, output, comment or subject");
    return check_type(alert, err)
           && (strcmp(alert_get(alert, "type"), "TEXT") == 0 || split_output(alert, err));
}
