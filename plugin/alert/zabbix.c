/* Zabbix hands over a subject and a message, both written by templates. Three kinds are read.
 *
 * munja's own, from the contributed media type: the first line is "type: WORD", a later one "host: NAME",
 * every line "name: value". Single values come in any order, each once; one that is empty or a macro does not
 * count. Then the texts: comment, output, long_output, in this order; each takes all lines up to the next
 * text's name. A name at another place is a part of the text it is found in: event names and item values may
 * hold line breaks, and nobody shall write himself another host or state with them. "to" and "source" are
 * never read here.
 *
 * Zabbix' own default messages, told by their first line ("Problem started at ...").
 *
 * Anything else is free text, the subject its first line.
 *
 * Line breaks are CR LF when the media type was imported. A macro that is not known stays as it was. */
#include "alert/read.h"

#include <string.h>
#include <time.h>

#include "alert/macro.h"
#include "base/buf.h"
#include "base/when.h"

/* Texts stand last in a table, in their order. */
struct line_name {
    const char *name, *field;
    bool text;
};

static const struct line_name own_names[] = {
    { "type", "type", false },
    { "id", "id", false },
    { "host", "host", false },
    { "alias", "alias", false },
    { "address", "address", false },
    { "service", "service", false },
    { "group", "group", false },
    { "severity", "severity", false },
    { "state", "state", false },
    { "status", "status", false }, /* {EVENT.STATUS} */
    { "action", "action", false }, /* {EVENT.UPDATE.ACTION} */
    { "time", "time", false },
    { "since", "since", false },
    { "notified", "notified", false },
    { "duration", "duration", false },
    { "number", "number", false },
    { "url", "url", false },
    { "contact", "contact", false },
    { "author", "author", false },
    { "comment", "comment", true },
    { "output", "output", true },
    { "long_output", "long_output", true },
    { 0 },
};

static const struct line_name default_names[] = {
    { "Problem name", "output", false },
    { "Host", "host", false },
    { "Severity", "severity", false },
    { "Problem duration", "duration", false },
    { "Original problem ID", "id", false },
    { "Operational data", "long_output", false },
    { 0 },
};

struct line {
    const char *start;
    size_t bytes; /* without the end and blanks before it */
};

static bool next_line(const char **text, struct line *line)
{
    if (**text == '\0')
        return false;
    line->start = *text;
    line->bytes = strcspn(*text, "\n");
    *text += line->bytes + ((*text)[line->bytes] == '\n');
    while (line->bytes > 0 && strchr("\r\t ", line->start[line->bytes - 1]) != NULL)
        line->bytes--;
    return true;
}

static bool starts(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

struct reading {
    struct alert *alert;
    const struct line_name *names;
    unsigned seen;                  /* a bit for each name that came */
    const struct line_name *within; /* the text that lines are added to; NULL before the first */
    struct buf text;                /* of it */
    struct buf strays;              /* lines before the first text that carry no name */
};

static bool set_value(struct alert *alert, const char *field, const char *value, size_t bytes,
                      struct error *err)
{
    while (bytes > 0 && (*value == ' ' || *value == '\t'))
        value++, bytes--;
    if (!alert_set_bytes(alert, field, value, bytes, err))
        return false;
    return !macro_literal(alert_get(alert, field)) || alert_set(alert, field, NULL, err);
}

static bool finish_text(struct reading *reading, struct error *err)
{
    struct buf *text = &reading->text;

    if (reading->within == NULL)
        return true;
    while (text->len > 0 && text->data[text->len - 1] == '\n')
        buf_cut(text, text->len - 1);
    if (!set_value(reading->alert, reading->within->field, buf_text(text), text->len, err))
        return false;
    buf_clear(text);
    return true;
}

/* The name that starts the line, if it may stand here. */
static const struct line_name *name_of(struct reading *reading, const struct line *line)
{
    for (size_t i = 0; reading->names[i].name != NULL; i++) {
        const struct line_name *name = &reading->names[i];
        size_t length = strlen(name->name);
        if (length >= line->bytes || !starts(line->start, name->name) || line->start[length] != ':')
            continue;
        if ((reading->seen >> i & 1) != 0 || (reading->within != NULL && name < reading->within))
            return NULL;
        reading->seen |= 1u << i;
        return name;
    }
    return NULL;
}

/* What said nothing may come again: a template can offer {ITEM.NAME}, then {TRIGGER.NAME}. */
static bool read_single(struct reading *reading, const struct line_name *name, const char *value,
                        size_t bytes, struct error *err)
{
    if (!set_value(reading->alert, name->field, value, bytes, err))
        return false;
    if (alert_get(reading->alert, name->field)[0] == '\0')
        reading->seen &= ~(1u << (name - reading->names));
    return true;
}

static bool read_line(struct reading *reading, const struct line *line, struct error *err)
{
    const struct line_name *name = name_of(reading, line);
    size_t skip = name == NULL ? 0 : strlen(name->name) + 1;
    struct buf *text = reading->within == NULL ? &reading->strays : &reading->text;

    if (name != NULL && !name->text)
        return read_single(reading, name, line->start + skip, line->bytes - skip, err);
    if (name != NULL) {
        if (!finish_text(reading, err))
            return false;
        reading->within = name;
        text = &reading->text;
    }
    return (buf_add(text, line->start + skip, line->bytes - skip) && buf_char(text, '\n'))
           || error_memory(err);
}

/* Zabbix' defaults end in the trigger's bare URL; other lines without a name are details. */
static bool keep_strays(struct alert *alert, const struct buf *strays, struct error *err)
{
    const char *text = buf_text(strays) + strspn(buf_text(strays), "\n");
    size_t line = strcspn(text, "\n");
    struct buf details = { 0 };
    bool kept = false;

    if (starts(text, "http") && text[line] == '\n' && text[line + 1] == '\0')
        return alert_set_bytes(alert, "url", text, line, err);
    if (text[0] == '\0')
        return true;
    if (!buf_str(&details, alert_get(alert, "long_output")) || (details.len > 0 && !buf_char(&details, '\n'))
        || !buf_add(&details, text, strlen(text) - 1))
        error_memory(err);
    else
        kept = set_value(alert, "long_output", buf_text(&details), details.len, err);
    buf_clear(&details);
    return kept;
}

static bool read_lines(const char *text, const struct line_name *names, struct alert *alert,
                       struct error *err)
{
    struct reading reading = { .alert = alert, .names = names };
    struct line line;
    bool read = false;

    while (next_line(&text, &line))
        if (!read_line(&reading, &line, err))
            goto out;
    read = finish_text(&reading, err) && keep_strays(alert, &reading.strays, err);
out:
    buf_clear(&reading.text);
    buf_clear(&reading.strays);
    return read;
}

/* An update says what was done; only an acknowledgement has a type of its own. */
static bool finish_type(struct alert *alert, struct error *err)
{
    const char *action = alert_get(alert, "action"), *done = strstr(action, "acknowledged");
    bool acknowledged = done != NULL && !(done >= action + 2 && starts(done - 2, "un"));

    if (strcmp(alert_get(alert, "type"), "UPDATE") == 0
        && !alert_set(alert, "type", acknowledged ? "ACKNOWLEDGEMENT" : "CUSTOM", err))
        return false;
    if (!acknowledged && alert_get(alert, "comment")[0] == '\0' && !alert_set(alert, "comment", action, err))
        return false;
    return alert_set(alert, "action", NULL, err);
}

/* Zabbix knows severities, not states: an open problem's severity stands for its state. */
static bool finish_state(struct alert *alert, struct error *err)
{
    const char *type = alert_get(alert, "type");
    bool solved = strcmp(alert_get(alert, "status"), "RESOLVED") == 0 || strcmp(type, "RECOVERY") == 0
                  || strcmp(type, "RESOLVED") == 0;

    if (alert_get(alert, "state")[0] == '\0'
        && !alert_set(alert, "state", solved ? "OK" : alert_get(alert, "severity"), err))
        return false;
    return alert_set(alert, "status", NULL, err);
}

/* Zabbix' dates have dots; all others' have hyphens. */
static bool finish_time(struct alert *alert, const char *name, struct error *err)
{
    const char *time = alert_get(alert, name);
    char plain[32];

    if (strlen(time) < strlen("2026.11.22") || strlen(time) >= sizeof plain || time[4] != '.'
        || time[7] != '.')
        return true;
    memcpy(plain, time, strlen(time) + 1);
    plain[4] = plain[7] = '-';
    return alert_set(alert, name, plain, err);
}

/* A server that is stopped before it noted which messages it made makes them anew, some seconds later.
   Reminders are a minute apart at least, so whole minutes since the event are enough to tell one from
   another. */
static bool finish_notified(struct alert *alert, struct error *err)
{
    int64_t event_s = when_korean_s(alert_get(alert, "time"));
    int64_t made_s = when_korean_s(alert_get(alert, "notified"));
    time_t whole_s = (time_t)(made_s - (made_s - event_s) % 60 + WHEN_KOREA_S);
    char text[32];
    struct tm parts;

    if (event_s < 0 || made_s < event_s)
        return true;
    strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", gmtime_r(&whole_s, &parts));
    return alert_set(alert, "notified", text, err);
}

/* "Problem started at 12:00:01 on 2026.11.22" */
static bool read_default_start(const struct line *line, const char *type, struct alert *alert,
                               struct error *err)
{
    struct buf text = { 0 }, when = { 0 };
    const char *at, *on;
    bool read = false;

    if (!buf_add(&text, line->start, line->bytes)) {
        error_memory(err);
        goto out;
    }
    at = strstr(text.data, " at ");
    on = at == NULL ? NULL : strstr(at, " on ");
    if (on != NULL && !buf_format(&when, "%s %.*s", on + 4, (int)(on - at - 4), at + 4)) {
        error_memory(err);
        goto out;
    }
    read = alert_set(alert, "type", type, err) && alert_set(alert, "time", buf_text(&when), err);
out:
    buf_clear(&text);
    buf_clear(&when);
    return read;
}

/* The subject often says what the message does not, and an SMS has no title: both go into the text. */
static bool read_free(const char *subject, const char *message, struct alert *alert, struct error *err)
{
    struct buf text = { 0 };
    bool read = false;

    if (subject == NULL || subject[0] == '\0' || starts(message, subject) || message[0] == '\0')
        return source_operands(subject, message, alert, err);
    if (!buf_format(&text, "%s\n%s", subject, message))
        error_memory(err);
    else
        read = source_operands(subject, text.data, alert, err);
    buf_clear(&text);
    return read;
}

static bool read_own(const char *message, struct alert *alert, struct error *err)
{
    return read_lines(message, own_names, alert, err) && finish_type(alert, err) && finish_state(alert, err)
           && finish_time(alert, "time", err) && finish_time(alert, "notified", err)
           && finish_notified(alert, err);
}

static bool read_default(const char *message, const char *type, struct alert *alert, struct error *err)
{
    struct line first;

    return next_line(&message, &first) && read_default_start(&first, type, alert, err)
           && read_lines(message, default_names, alert, err) && finish_state(alert, err)
           && finish_time(alert, "time", err);
}

/* When a trigger is disabled under an open problem, Zabbix repeats the last message behind a note of its own.
 */
static const char *skip_note(const char *message, struct line *note)
{
    const char *behind = message, *old;
    struct line introduction;

    if (!starts(message, "NOTE: Escalation") || !next_line(&behind, note))
        return message;
    old = behind;
    return next_line(&old, &introduction) && starts(introduction.start, "Last message sent:") ? old : behind;
}

bool zabbix_read(const struct input *input, struct alert *alert, struct error *err)
{
    const char *message = input->message == NULL ? "" : input->message, *old;
    struct line note = { 0 };
    bool read;

    message += strspn(message, "\r\n\t ");
    old = skip_note(message, &note);
    if (starts(old, "type:") && strstr(old, "\nhost:") != NULL)
        read = read_own(old, alert, err);
    else if (starts(old, "Problem started at ") && strstr(old, "\nHost:") != NULL)
        read = read_default(old, "PROBLEM", alert, err);
    else if (starts(old, "Problem has been resolved ") && strstr(old, "\nHost:") != NULL)
        read = read_default(old, "RECOVERY", alert, err);
    else
        return read_free(input->subject, message, alert, err);
    return read
           && (note.bytes == 0
               || (alert_set(alert, "type", "CUSTOM", err)
                   && set_value(alert, "comment", note.start, note.bytes, err)));
}
