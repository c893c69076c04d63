/* munja notify and munja send: the whole way of one alert, told in order. */
#include "command/notify.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alert/alert.h"
#include "alert/number.h"
#include "alert/source.h"
#include "base/log.h"
#include "base/now.h"
#include "command/fail.h"
#include "command/options.h"
#include "flow/accept.h"
#include "flow/answer.h"
#include "flow/at.h"
#include "flow/deliver.h"
#include "flow/halves.h"
#include "flow/picture.h"
#include "settings/settings.h"
#include "store/store.h"

/* A monitor may start one command after the other: other due records hold it up for so long at most, and are
   left to the next run when less time is left. */
#define OTHERS_MOST_MS  5000
#define OTHERS_LEAST_MS 1000

/* Every so many records, what is older than keep is forgotten. */
#define PRUNE_EVERY 64

/* What the command line says. */
struct request_line {
    const char *config, *source, *provider, *kind, *timeout, *dry_run, *json, *verbose, *subject_option,
        *image, *at;
    const char **to, **field;
    const char *subject, *message;
    bool by_hand; /* munja send */
};

/* Everything between the command line and the answer. */
struct notify {
    struct request_line line;
    enum source source;
    struct settings settings;
    struct alert alert;
    struct numbers numbers;
    struct wish wish;
    struct record *records;
    struct told *told;
    struct store *store;
    const struct deliver_half *half;
    struct plan *plan;
    int64_t started_ms, until_ms;
    int64_t lease_until_ms;
    bool stored;
    char note[256];
};

extern char **environ;

/* The last resort, should a library overstep the deadline: the line is written where nothing but write is
 * safe. */
static const char overdue_line[] =
    "MUNJA UNKNOWN - timeout: no answer in time; an accepted record will be tried again\n";

static void on_overdue(int signal_number)
{
    (void)signal_number;
    if (write(STDOUT_FILENO, overdue_line, sizeof overdue_line - 1) < 0)
        _exit(EXIT_UNKNOWN);
    _exit(EXIT_UNKNOWN);
}

static void log_to_stderr(enum log_level level, const char *line)
{
    (void)level;
    fprintf(stderr, "%s\n", line);
}

static bool read_fields(struct notify *n, struct error *err)
{
    for (const char **field = n->line.field; field != NULL && *field != NULL; field++) {
        const char *equals = strchr(*field, '=');
        char name[ALERT_NAME_MAX + 1];
        size_t length = equals == NULL ? 0 : (size_t)(equals - *field);
        if (length == 0 || length > ALERT_NAME_MAX)
            return error_set(err, ERROR_USAGE, 0, "option --field: \"%.40s\" is not NAME=VALUE", *field);
        memcpy(name, *field, length);
        name[length] = '\0';
        if (!alert_set(&n->alert, name, equals + 1, err))
            return error_prefix(err, "option --field");
    }
    return true;
}

/* munja send: the text is all there is. */
static bool read_text(struct notify *n, struct error *err)
{
    return alert_set(&n->alert, "source", source_name(n->source), err)
           && alert_set(&n->alert, "type", "TEXT", err)
           && alert_set(&n->alert, "output", n->line.message, err)
           && alert_set(&n->alert, "subject", n->line.subject_option, err);
}

static bool read_alert(struct notify *n, struct error *err)
{
    const struct input input = { environ, n->line.subject, n->line.message };

    n->source = SOURCE_GUESS;
    if (n->line.source != NULL && !source_named(n->line.source, &n->source))
        return error_set(err, ERROR_USAGE, 0,
                         "option --source: no such source \"%.40s\" (nagios, icinga, zabbix, checkmk, args)",
                         n->line.source);
    if (n->source == SOURCE_GUESS)
        n->source = n->line.by_hand ? SOURCE_ARGS : source_guess(&input);
    if (n->line.by_hand)
        return read_text(n, err) && read_fields(n, err) && alert_check(&n->alert, err);
    return source_read(n->source, &input, &n->alert, err) && read_fields(n, err)
           && alert_check(&n->alert, err);
}

static bool read_recipients(struct notify *n, struct error *err)
{
    for (const char **to = n->line.to; to != NULL && *to != NULL; to++)
        if (!numbers_add(&n->numbers, *to, err))
            return false;
    if (n->line.to == NULL && !numbers_add(&n->numbers, alert_get(&n->alert, "to"), err))
        return false;
    if (n->numbers.count > 0)
        return true;
    if (n->numbers.bad > 0) {
        *err = n->numbers.fault;
        return false;
    }
    return error_set(err, ERROR_USAGE, 0,
                     "no recipient: the contact has no pager number, and no --to was given");
}

static bool is_address(const char *image)
{
    return strncmp(image, "https://", 8) == 0 || strncmp(image, "http://", 7) == 0;
}

static bool read_wish(struct notify *n, struct error *err)
{
    const struct request_line *line = &n->line;
    int timeout_s = n->settings.timeout_s;

    if (line->timeout != NULL && (!duration_read(line->timeout, &timeout_s) || timeout_s < 1))
        return error_set(err, ERROR_USAGE, 0,
                         "option --timeout: \"%.20s\" is not a number of seconds, 1 or more", line->timeout);
    /* Words too long for a wish are no provider's or kind's either: the half that knows them refuses them. */
    snprintf(n->wish.provider, sizeof n->wish.provider, "%s", line->provider == NULL ? "" : line->provider);
    snprintf(n->wish.kind, sizeof n->wish.kind, "%s", line->kind == NULL ? "" : line->kind);
    if (line->image != NULL && is_address(line->image)) {
        if (strlen(line->image) >= sizeof n->wish.image_url)
            return error_set(err, ERROR_USAGE, 0, "option --image: the address is too long");
        memcpy(n->wish.image_url, line->image, strlen(line->image) + 1);
    }
    if (line->at != NULL && !at_read(line->at, now_ms(), n->wish.at, err))
        return error_prefix(err, "option --at");
    /* The same text for another time is another message. */
    if (line->at != NULL && !alert_set(&n->alert, "_at", n->wish.at, err))
        return false;
    n->until_ms = n->started_ms + (int64_t)timeout_s * 1000;
    signal(SIGALRM, on_overdue);
    alarm((unsigned)timeout_s + DELIVERY_LEASE_SLACK_MS / 1000);
    return true;
}

static bool read_all(struct notify *n, struct error *err)
{
    return settings_load(settings_path(n->line.config, getenv("MUNJA_CONFIG")), &n->settings, err)
           && read_alert(n, err) && read_recipients(n, err) && read_wish(n, err)
           && accept_records(&n->alert, &n->numbers, &n->wish, &n->records, err);
}

/* The delivering half with the configuration made ready for it. Only a munja that is installed badly lacks
   it: then the alert is kept for one that is not. */
static bool make_plan(struct notify *n, struct error *err)
{
    struct error fault = { 0 };

    n->half = half_deliver(&fault);
    if (n->half == NULL) {
        snprintf(n->note, sizeof n->note, "%.250s", fault.text);
        return true;
    }
    if (!n->half->plan_new(&n->settings, &n->plan, err) || !n->half->check_wish(n->plan, &n->wish, err))
        return false;
    /* What is wrong with the store is told first. */
    if (n->note[0] == '\0')
        n->half->plan_note(n->plan, n->note, sizeof n->note);
    return true;
}

/* The picture, before anything is stored: the file may be gone when another process sends. One that cannot be
   used costs itself only. */
static void take_image(struct notify *n)
{
    const char *image = n->line.image;
    int64_t until_ms = now_steady_ms() + (n->until_ms - now_steady_ms()) / 2;
    struct error err = { 0 };
    void *jpeg = NULL;
    size_t bytes = 0;

    if (image == NULL || image[0] == '\0' || n->wish.image_url[0] != '\0')
        return;
    if (!picture_load(image, until_ms, &jpeg, &bytes, &err))
        snprintf(n->note, sizeof n->note, "without its image: %.200s", err.text);
    for (size_t i = 0; i < n->numbers.count; i++) {
        n->records[i].image = jpeg;
        n->records[i].image_bytes = bytes;
    }
}

/* Find or add the records. A store that fails costs the record, not the alert. */
static void accept(struct notify *n)
{
    int64_t window_ms = (int64_t)n->settings.duplicate_window_s * 1000;
    int64_t lease_ms = n->until_ms - now_steady_ms() + DELIVERY_LEASE_SLACK_MS;
    struct error err = { 0 };

    for (size_t i = 0; n->plan != NULL && i < n->numbers.count; i++)
        if (!n->records[i].found)
            n->half->name_first(n->plan, &n->records[i]);
    n->lease_until_ms = now_ms() + lease_ms;
    n->stored =
        n->store != NULL && store_accept(n->store, n->records, n->numbers.count, window_ms, lease_ms, &err);
    if (n->stored)
        return;
    if (n->store != NULL) {
        snprintf(n->note, sizeof n->note, "sent without a record: %.200s", err.text);
        n->store = NULL;
    }
    log_line(LOG_LEVEL_ERROR, "store=accept fault=\"%s\"", n->note);
}

/* Nothing was sent: what the records say is the answer. */
static void tell_all(struct notify *n)
{
    for (size_t i = 0; i < n->numbers.count; i++)
        accept_tell(&n->records[i], &n->told[i]);
}

/* Nothing could be sent at all: what this run holds is due again at once. */
static void give_back(struct notify *n, const char *why)
{
    const struct settlement later = {
        .state = RECORD_WAITING, .outcome = "retry", .meaning = why, .due_ms = now_ms()
    };

    for (size_t i = 0; i < n->numbers.count; i++) {
        struct record *record = &n->records[i];
        if (n->stored && !record->leased)
            continue;
        if (n->stored)
            store_settle(n->store, &record, &later, 1, NULL);
        n->told[i].situation = n->stored ? SITUATION_WAITING : SITUATION_LOST;
        snprintf(n->told[i].reason, sizeof n->told[i].reason, "%.200s", why);
    }
}

static bool deliver(struct notify *n, const struct wire *wire)
{
    struct delivery delivery = { .plan = n->plan,
                                 .wire = wire,
                                 .store = n->store,
                                 .until_ms = n->until_ms,
                                 .lease_until_ms = n->lease_until_ms };
    struct record **leased = calloc(n->numbers.count, sizeof *leased);
    struct told *told = calloc(n->numbers.count, sizeof *told);

    if (leased == NULL || told == NULL) {
        free(leased);
        free(told);
        return false;
    }
    for (size_t i = 0; i < n->numbers.count; i++)
        if (!n->stored || n->records[i].leased)
            leased[delivery.count++] = &n->records[i];
    delivery.record = leased;
    delivery.told = told;
    n->half->run(&delivery);
    for (size_t i = 0; i < delivery.count; i++) {
        struct told *mine = &n->told[leased[i] - n->records];
        *mine = told[i];
        if (!n->stored)
            mine->situation = mine->situation == SITUATION_ACCEPTED  ? SITUATION_UNRECORDED
                              : mine->situation == SITUATION_REFUSED ? SITUATION_REFUSED
                                                                     : SITUATION_LOST;
    }
    free(leased);
    free(told);
    return true;
}

/* Whether a gateway took something from this run. */
static bool got_through(const struct notify *n)
{
    for (size_t i = 0; i < n->numbers.count; i++)
        if (n->told[i].attempts > 0 && n->told[i].situation <= SITUATION_UNRECORDED)
            return true;
    return false;
}

/* What earlier runs left behind goes out too, for a few seconds, unless nothing at all gets through; its ends
   stand in the store, not in this answer. Now and then what is long over is forgotten. */
static void deliver_others(struct notify *n, const struct wire *wire)
{
    int64_t most_ms = now_steady_ms() + OTHERS_MOST_MS, due_by_ms = now_ms();
    struct delivery with = { .plan = n->plan,
                             .wire = wire,
                             .store = n->store,
                             .until_ms = n->until_ms < most_ms ? n->until_ms : most_ms };
    struct told *told = NULL;
    size_t count = 0, taken = 1;
    bool due = false;

    if (!n->stored || n->plan == NULL || (wire != NULL && !got_through(n)))
        return;
    store_until(n->store, with.until_ms);
    if (n->told[0].record % PRUNE_EVERY == 0)
        store_prune(n->store, (int64_t)n->settings.keep_s * 1000, NULL);
    if (!store_due(n->store, &due, NULL) || !due)
        return;
    if (with.wire == NULL)
        with.wire = half_wire(NULL);
    while (with.wire != NULL && taken > 0 && with.until_ms - now_steady_ms() >= OTHERS_LEAST_MS)
        if (!n->half->due(&with, due_by_ms, &told, &count, &taken, NULL))
            break;
    free(told);
}

static void finish(struct notify *n, int *code)
{
    struct answer_line answer = { .told = n->told,
                                  .count = n->numbers.count,
                                  .bad_numbers = n->numbers.bad,
                                  .note = n->note[0] != '\0' ? n->note : NULL,
                                  .source = n->source,
                                  .took_ms = now_steady_ms() - n->started_ms };
    char line[ANSWER_BYTES];

    answer_write(&answer, line);
    *code = exit_code(answer_state(&answer), n->source);
    if (n->line.json != NULL && (n->half != NULL || (n->half = half_deliver(NULL)) != NULL)
        && n->half->write_json(&answer, line, NULL))
        return;
    puts(line);
    fflush(stdout);
}

/* Whether every record is there already and none is to be sent by this run. */
static bool all_found(const struct notify *n)
{
    for (size_t i = 0; i < n->numbers.count; i++)
        if (!n->records[i].found)
            return false;
    return true;
}

/* A store that stays locked costs the record, not the alert: a third of the time must do for accepting. */
static bool open_store(struct notify *n, bool *due)
{
    int64_t window_ms = (int64_t)n->settings.duplicate_window_s * 1000;
    int64_t accept_until_ms = n->started_ms + (n->until_ms - n->started_ms) / 3;
    struct error err = { 0 };

    if (store_open(n->settings.store, accept_until_ms, &n->store, &err)
        && store_find(n->store, n->records, n->numbers.count, window_ms, &err)
        && store_due(n->store, due, &err))
        return true;
    snprintf(n->note, sizeof n->note, "sent without a record: %.200s", err.text);
    n->store = NULL;
    return false;
}

static bool show(struct notify *n, struct error *err)
{
    if (!make_plan(n, err))
        return false;
    if (n->half == NULL)
        return error_set(err, ERROR_SYSTEM, 0, "%s", n->note);
    take_image(n);
    if (n->note[0] != '\0')
        fprintf(stderr, "%s\n", n->note);
    return n->half->show(n->plan, n->records, n->numbers.count, n->line.json != NULL, err);
}

/* From the records to the answer. */
static bool run(struct notify *n, int *code, struct error *err)
{
    const struct wire *wire = NULL;
    struct error fault = { 0 };
    bool due = false;

    n->told = calloc(n->numbers.count, sizeof *n->told);
    if (n->told == NULL)
        return error_memory(err);
    /* The look first: a repeated hand-over, with nothing else to do, loads no other half. */
    if (open_store(n, &due) && !due && all_found(n))
        n->stored = true;
    else {
        if (!make_plan(n, err))
            return false;
        take_image(n);
        accept(n);
    }
    tell_all(n);
    if (!n->stored || accept_has_work(n->records, n->numbers.count)) {
        if (n->half != NULL)
            wire = half_wire(&fault);
        if (wire == NULL || !deliver(n, wire))
            give_back(n, n->half == NULL ? "not sent" : wire == NULL ? fault.text : "out of memory");
    }
    finish(n, code);
    deliver_others(n, wire);
    return true;
}

static int notify(struct notify *n)
{
    struct error err = { 0 };
    int code = EXIT_OK;

    if (n->line.verbose != NULL)
        log_to(log_to_stderr, LOG_LEVEL_DEBUG);
    if (!read_all(n, &err) || !(n->line.dry_run != NULL ? show(n, &err) : run(n, &code, &err)))
        code = fail(&err, n->line.json != NULL);
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
        { 'f', "config", "FILE", "configuration ($MUNJA_CONFIG, else " MUNJA_CONFIG ")", &line->config,
          NULL },
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
        { 't', "timeout", "SECONDS", "for everything together (default: the configuration's, 20)",
          &line->timeout, NULL },
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
    struct notify n = { .started_ms = now_steady_ms(), .line.by_hand = by_hand };
    struct option_spec specs[OPTIONS];
    struct error err = { 0 };
    int operands = 0;
    bool done = false;

    list_options(&n.line, specs);
    if (!options_read(argc, argv, by_hand ? specs : specs + 1, help, &operands, &done, &err))
        return fail(&err, fail_in_json(argc, argv));
    if (done)
        return EXIT_UNKNOWN;
    if (!read_operands(&n.line, argv + 1, operands, &err))
        return fail(&err, n.line.json != NULL);
    return notify(&n);
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
