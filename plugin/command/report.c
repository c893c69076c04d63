/* The answer of checks and sweeps: one line with performance data, or the same for programs. */
#include "command/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "command/fail.h"
#include "command/sheet.h"
#include "flow/answer.h"
#include "flow/exitcode.h"
#include "http/json.h"

/* So much of the sentence is always shown, even where the line becomes longer than others. */
#define SENTENCE_LEAST 240
#define PIECE_BYTES    512
#define PROVIDER_BYTES 63

/* Beyond this a double does not hold every whole number. */
#define WHOLE_MAX 9007199254740992.0

static void worsen(struct report *report, int state)
{
    static const int rank[] = { 0, 1, 3, 2 };

    if (rank[state] > rank[report->state])
        report->state = state;
}

/* Names come from the configuration. In the sentence a "|" would begin the performance data; a label may hold
   no "=" and no quote, and without blanks it needs none. */
static void replace(char *text, const char *unwanted, char by)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < ' ' || *text == '\x7f' || strchr(unwanted, *text) != NULL)
            *text = by;
}

void report_say(struct report *report, int state, const char *format, ...)
{
    struct buf *text = state > 0 ? &report->faults : &report->rest;
    char piece[PIECE_BYTES];
    va_list args;

    va_start(args, format);
    vsnprintf(piece, sizeof piece, format, args);
    va_end(args);
    piece[utf8_border(piece, strlen(piece), strlen(piece))] = '\0';
    replace(piece, "|", ' ');
    worsen(report, state);
    if (!buf_format(text, "%s%s", text->len > 0 ? "; " : "", piece))
        report->broken = true;
}

static void write_label(struct measure *measure, const char *provider, const char *name)
{
    int bytes = (int)utf8_border(provider, strlen(provider), PROVIDER_BYTES);

    snprintf(measure->label, sizeof measure->label, "%.*s%s%s", bytes, provider, bytes > 0 ? "_" : "", name);
    replace(measure->label, " ='\"|;", '_');
}

void report_measure(struct report *report, const char *provider, const char *name, double value,
                    const char *unit, const char *warning, const char *critical)
{
    struct measure *grown = realloc(report->measure, (report->measures + 1) * sizeof *grown);

    if (grown == NULL) {
        report->broken = true;
        return;
    }
    report->measure = grown;
    grown[report->measures] =
        (struct measure){ .value = value, .unit = unit, .warning = warning, .critical = critical };
    write_label(&grown[report->measures++], provider, name);
}

static bool write_data(const struct report *report, struct buf *data)
{
    bool written = true;

    for (size_t i = 0; written && i < report->measures; i++) {
        const struct measure *m = &report->measure[i];
        written = buf_format(data, "%s%s=%.10g%s", i == 0 ? " | " : " ", m->label, m->value, m->unit)
                  && ((m->warning[0] == '\0' && m->critical[0] == '\0')
                      || buf_format(data, ";%s;%s", m->warning, m->critical));
    }
    return written;
}

/* The data stay whole however many there are; the sentence takes what they leave. */
static bool write_line(const struct report *report, struct buf *line)
{
    struct buf data = { 0 };
    bool written =
        write_data(report, &data)
        && buf_format(line, "MUNJA %s - %s%s%s", state_name(report->state), buf_text(&report->faults),
                      report->faults.len > 0 && report->rest.len > 0 ? "; " : "", buf_text(&report->rest));
    size_t room = data.len + SENTENCE_LEAST < ANSWER_BYTES ? ANSWER_BYTES - 1 - data.len : SENTENCE_LEAST;

    if (written && line->len > room) {
        buf_cut(line, utf8_border(line->data, line->len, room - strlen("...")));
        written = buf_str(line, "...");
    }
    written = written && buf_str(line, buf_text(&data));
    buf_clear(&data);
    return written;
}

static struct json_object *number(double value)
{
    return value > -WHOLE_MAX && value < WHOLE_MAX && (double)(int64_t)value == value
               ? json_object_new_int64((int64_t)value)
               : json_object_new_double(value);
}

static bool add_measure(struct json_object *list, const struct measure *measure)
{
    struct json_object *one = json_object_new_object();

    return json_push(list, one) && json_add(one, "label", json_object_new_string(measure->label))
           && json_add(one, "value", number(measure->value))
           && json_add(one, "unit", json_object_new_string(measure->unit))
           && json_add(one, "warning", json_object_new_string(measure->warning))
           && json_add(one, "critical", json_object_new_string(measure->critical));
}

static bool add_measures(struct json_object *document, const struct report *report)
{
    struct json_object *list = json_object_new_array();
    bool made = json_add(document, "measures", list);

    for (size_t i = 0; made && i < report->measures; i++)
        made = add_measure(list, &report->measure[i]);
    return made;
}

static bool print_json(const struct report *report, const char *line, struct error *err)
{
    struct json_object *document = json_object_new_object();
    bool made =
        json_add(document, "state", json_object_new_string(state_name(report->state)))
        && json_add(document, "exit", json_object_new_int(report->state))
        && json_add(document, "answer", json_object_new_string(line))
        && (report->check == NULL || json_add(document, "check", json_object_new_string(report->check)))
        && (report->measures == 0 || add_measures(document, report))
        && (report->records == NULL || sheet_rows(document, "records", report->records));

    return sheet_json(document, made, err);
}

int report_print(const struct report *report, bool json)
{
    struct buf line = { 0 };
    struct error err = { 0 };
    bool printed = !report->broken && write_line(report, &line);

    if (!printed)
        error_memory(&err);
    else if (json)
        printed = print_json(report, buf_text(&line), &err);
    else
        puts(buf_text(&line));
    buf_clear(&line);
    return printed ? report->state : fail(&err, json);
}

void report_clear(struct report *report)
{
    buf_clear(&report->faults);
    buf_clear(&report->rest);
    free(report->measure);
    *report = (struct report){ 0 };
}
