/* munja notify and munja send: read the caller, hand the alert over, answer the caller. */
#include "command/notify.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alert/source.h"
#include "base/address.h"
#include "base/now.h"
#include "base/utf8.h"
#include "command/fail.h"
#include "command/options.h"
#include "flow/answer.h"
#include "flow/at.h"
#include "flow/deliver.h"
#include "flow/halves.h"
#include "flow/notify.h"
#include "flow/others.h"

/* What the command line says. */
struct request_line {
    const char *config, *source, *provider, *kind, *timeout, *dry_run, *json, *verbose, *subject_option,
        *image, *at;
    const char **to, **field;
    const char *subject, *message;
    bool by_hand; /* munja send */
};

/* The command line and the notification that it becomes. */
struct caller {
    struct request_line line;
    enum source source;
    struct notification n;
};

extern char **environ;

/* The last resort, should a library overstep the deadline: only write is safe there. Once the answer is out,
   its code is all that is left to say. */
static const char overdue_line[] =
    "MUNJA UNKNOWN - timeout: no answer in time; an accepted record will be tried again\n";
static volatile sig_atomic_t answered_code = -1;

static void on_overdue(int signal_number)
{
    (void)signal_number;
    if (answered_code >= 0 || write(STDOUT_FILENO, overdue_line, sizeof overdue_line - 1) < 0)
        _exit(answered_code >= 0 ? answered_code : EXIT_UNKNOWN);
    _exit(EXIT_UNKNOWN);
}

static bool read_fields(struct caller *c, struct error *err)
{
    for (const char **field = c->line.field; field != NULL && *field != NULL; field++) {
        const char *equals = strchr(*field, '=');
        char name[ALERT_NAME_MAX + 1];
        size_t length = equals == NULL ? 0 : (size_t)(equals - *field);
        if (length == 0 || length > ALERT_NAME_MAX)
            return error_set(err, ERROR_USAGE, 0, "option --field: \"%.40s\" is not NAME=VALUE", *field);
        memcpy(name, *field, length);
        name[length] = '\0';
        if (!alert_set(&c->n.alert, name, equals + 1, err))
            return error_prefix(err, "option --field");
    }
    return true;
}

/* munja send: the text is all there is. */
static bool read_text(struct caller *c, struct error *err)
{
    return alert_set(&c->n.alert, "source", source_name(c->source), err)
           && alert_set(&c->n.alert, "type", "TEXT", err)
           && alert_set(&c->n.alert, "output", c->line.message, err)
           && alert_set(&c->n.alert, "subject", c->line.subject_option, err);
}

static bool read_alert(struct caller *c, struct error *err)
{
    const struct input input = { .environment = environ,
                                 .subject = c->line.subject,
                                 .message = c->line.message };

    c->source = SOURCE_GUESS;
    if (c->line.source != NULL && !source_named(c->line.source, &c->source))
        return error_set(err, ERROR_USAGE, 0,
                         "option --source: no such source \"%.40s\" (nagios, icinga, zabbix, checkmk, args)",
                         c->line.source);
    if (c->source == SOURCE_GUESS)
        c->source = c->line.by_hand ? SOURCE_ARGS : source_guess(&input);
    if (c->line.by_hand)
        return read_text(c, err) && read_fields(c, err) && alert_check(&c->n.alert, err);
    return source_read(c->source, &input, &c->n.alert, err) && read_fields(c, err)
           && alert_check(&c->n.alert, err);
}

static bool read_recipients(struct caller *c, struct error *err)
{
    for (const char **to = c->line.to; to != NULL && *to != NULL; to++)
        if (!numbers_add(&c->n.numbers, *to, err))
            return false;
    if (c->line.to == NULL && !numbers_add(&c->n.numbers, alert_get(&c->n.alert, "to"), err))
        return false;
    if (c->n.numbers.count > 0)
        return true;
    if (c->n.numbers.bad > 0) {
        *err = c->n.numbers.fault;
        return false;
    }
    return error_set(err, ERROR_USAGE, 0,
                     "no recipient: the contact has no pager number, and no --to was given");
}

static bool read_wish(struct caller *c, struct error *err)
{
    const struct request_line *line = &c->line;
    int timeout_s = c->n.settings.timeout_s;

    if (!options_timeout(line->timeout, &timeout_s, err))
        return false;
    /* Words too long for a wish are no provider's or kind's either: the half that knows them refuses them. */
    UTF8_COPY(c->n.wish.provider, line->provider == NULL ? "" : line->provider);
    UTF8_COPY(c->n.wish.kind, line->kind == NULL ? "" : line->kind);
    if (line->image != NULL && address_begins(line->image)) {
        if (address_holds(line->image) && strlen(line->image) < sizeof c->n.wish.image_url)
            UTF8_COPY(c->n.wish.image_url, line->image);
        else
            notify_note(&c->n, "without its image: its address cannot be fetched");
        c->n.image = NULL;
    }
    if (line->at != NULL && !at_read(line->at, now_ms(), c->n.wish.at, err))
        return error_prefix(err, "option --at");
    c->n.until_ms = c->n.started_ms + (int64_t)timeout_s * 1000;
    signal(SIGALRM, on_overdue);
    alarm((unsigned)timeout_s + DELIVERY_LEASE_SLACK_MS / 1000);
    return true;
}

static bool read_all(struct caller *c, struct error *err)
{
    return options_settings(c->line.config, &c->n.settings, err) && read_alert(c, err)
           && read_recipients(c, err) && read_wish(c, err);
}

static int answer(struct caller *c)
{
    struct answer_line said = { .told = c->n.told,
                                .count = c->n.numbers.count,
                                .bad_numbers = c->n.numbers.bad,
                                .note = c->n.note[0] != '\0' ? c->n.note : NULL,
                                .source = c->source,
                                .took_ms = now_steady_ms() - c->n.started_ms };
    char line[ANSWER_BYTES];

    answer_write(&said, line);
    if (c->line.json != NULL && (c->n.half != NULL || (c->n.half = half_deliver(NULL)) != NULL)
        && c->n.half->write_json(&said, line, NULL))
        return exit_code(answer_state(&said), c->source);
    puts(line);
    fflush(stdout);
    return exit_code(answer_state(&said), c->source);
}

static int notify(struct caller *c)
{
    struct error err = { 0 };
    int code = EXIT_OK;

    c->n.image = c->line.image;
    options_log(c->line.verbose);
    if (!read_all(c, &err)
        || !(c->line.dry_run != NULL ? notify_show(&c->n, c->line.json != NULL, &err)
                                     : notify_run(&c->n, &err)))
        code = fail(&err, c->line.json != NULL);
    else if (c->line.dry_run != NULL) {
        if (c->n.note[0] != '\0')
            fprintf(stderr, "%s\n", c->n.note);
    } else {
        code = answer(c);
        answered_code = code;
        notify_late(&c->n);
        others_run(&c->n);
    }
    /* Everything is on disk and written out; the rest of the process is not worth the time to take it apart.
     */
    fflush(NULL);
    _exit(code);
}

/* The options of both commands; the first is munja send's alone. */
#define OPTIONS 14

static void list_options(struct request_line *line, struct option_spec specs[OPTIONS])
{
    const struct option_spec all[OPTIONS] = {
        { 0, "subject", "TEXT", "title of a long message", &line->subject_option, NULL },
        OPTION_CONFIG(&line->config),
        { 's', "source", "SOURCE", "nagios, icinga, zabbix, checkmk or args (guessed when absent)",
          &line->source, NULL },
        { 'T', "to", "NUMBER[,...]", "recipients (default: the pager of the alert's contact)", NULL,
          &line->to },
        { 'F', "field", "NAME=VALUE", "set a field of the alert; may be repeated", NULL, &line->field },
        { 'p', "provider", "NAME", "this provider only, whatever the routes say", &line->provider, NULL },
        { 'k', "kind", "KIND", "auto, sms, lms or mms (default: the route's)", &line->kind, NULL },
        { 'i', "image", "FILE",
          "a picture to go with it; or its https:// address, for a gateway that fetches it", &line->image,
          NULL },
        { 0, "at", "TIME", "the gateway is to send it then: 'YYYY-MM-DD HH:MM[:SS]', Korean time", &line->at,
          NULL },
        OPTION_TIMEOUT(&line->timeout),
        { 'n', "dry-run", NULL, "show what would be sent to whom; touch neither store nor network",
          &line->dry_run, NULL },
        { 0, "json", NULL, "print one JSON document instead of the line", &line->json, NULL },
        { 'v', "verbose", NULL, "log every attempt to standard error", &line->verbose, NULL },
        { 0 },
    };

    memcpy(specs, all, sizeof all);
}

/* What the operands are, or why they cannot be. */
static bool read_operands(struct request_line *line, char **operand, int operands, struct error *err)
{
    if (!line->by_hand) {
        line->subject = operands > 0 ? operand[0] : NULL;
        line->message = operands > 1 ? operand[1] : NULL;
        return operands <= 2
               || error_set(
                   err, ERROR_USAGE, 0,
                   "too many operands: SUBJECT and MESSAGE at most, after \"--\" if one starts with \"-\"");
    }
    line->message = operand[0];
    if (operands != 1)
        return error_set(err, ERROR_USAGE, 0, "one TEXT is wanted, in quotes");
    return line->to != NULL || error_set(err, ERROR_USAGE, 0, "option --to is missing");
}

static int read_and_notify(int argc, char **argv, bool by_hand, const struct command_help *help)
{
    struct caller c = { .n.started_ms = now_steady_ms(), .line.by_hand = by_hand };
    struct option_spec specs[OPTIONS];
    struct error err = { 0 };
    int operands = 0;
    bool done = false;

    list_options(&c.line, specs);
    if (!options_read(argc, argv, by_hand ? specs : specs + 1, help, &operands, &done, &err))
        return fail(&err, fail_in_json(argc, argv));
    if (done)
        return EXIT_UNKNOWN;
    if (!read_operands(&c.line, argv + 1, operands, &err))
        return fail(&err, c.line.json != NULL);
    return notify(&c);
}

int command_notify(int argc, char **argv)
{
    const struct command_help help = { "munja notify [options] [--] [SUBJECT [MESSAGE]]",
                                       "Take charge of an alert and send it as an SMS." };

    return read_and_notify(argc, argv, false, &help);
}

int command_send(int argc, char **argv)
{
    const struct command_help help = { "munja send --to NUMBER[,...] [options] [--] TEXT",
                                       "Send a text by hand." };

    return read_and_notify(argc, argv, true, &help);
}
