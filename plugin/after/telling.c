/* From a row of the store to a monitor that knows. What a monitor understands is its type's business; here is
   whom to ask, in which order, and when again. */
#include "after/telling.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "after/help.h"
#include "base/log.h"
#include "base/now.h"
#include "base/utf8.h"
#include "monitor/pipe.h"
#include "store/inbox.h"

/* One request; all of a telling; and the lease, which outlives that. */
#define REQUEST_MS 10000
#define TELLING_MS 60000
#define LEASE_MS   90000

/* Tries go on for a day, at a growing distance: a monitor is soon up again, or its operator at work. */
#define GIVE_UP_MS     ((int64_t)24 * 60 * 60 * 1000)
#define DELAY_FIRST_MS 5000
#define DELAY_MOST_MS  600000

/* As many alerts as one line counts. */
#define RESULTS_MOST 500

void telling_clear(struct telling *telling)
{
    writebacks_free(telling->list, telling->count);
    *telling = (struct telling){ 0 };
}

bool telling_claim(struct store *store, enum writeback_kind kind, struct telling *telling, struct error *err)
{
    return writeback_claim(store, kind, kind == WRITEBACK_RESULT ? RESULTS_MOST : 1, LEASE_MS, &telling->list,
                           &telling->count, err);
}

/* A server that repeats our secret must not carry it into logs and the store. */
static void hide_echo(const struct monitor *monitor, const struct reply *reply, struct monitor_word *word)
{
    const char *secret = monitor->secret;

    if (secret != NULL && reply->body != NULL
        && memmem(reply->body, reply->bytes, secret, strlen(secret)) != NULL)
        monitor_say(word, word->verdict, "the answer repeats a secret, so it is not shown");
}

static void take_step(const struct courier *courier, const struct monitor *monitor,
                      const struct monitor_step *step, const struct monitor_ask *ask, int64_t until_ms,
                      struct monitor_word *word)
{
    int64_t request_until_ms = now_steady_ms() + REQUEST_MS;
    struct request request = { 0 };
    struct reply reply = { 0 };
    struct error err = { 0 };

    if (!step->build(ask, &request, &err))
        monitor_say(word, err.kind == ERROR_USAGE ? MONITOR_UNKNOWN : MONITOR_LATER, err.text);
    else if (!courier_carry(courier, &monitor->carrier, &request,
                            request_until_ms < until_ms ? request_until_ms : until_ms, &reply, &err))
        monitor_say(word, MONITOR_LATER, err.text);
    else if (reply.status == 0)
        monitor_say(word, MONITOR_LATER, reply.fault);
    else {
        step->judge(ask, &reply, word);
        hide_echo(monitor, &reply, word);
    }
    request_clear(&request);
    reply_clear(&reply);
}

static void take_steps(const struct courier *courier, const struct monitor *monitor,
                       const struct monitor_step *step, struct monitor_ask ask, int64_t until_ms,
                       struct monitor_word *word)
{
    ask.user = monitor->user;
    ask.secret = monitor->secret;
    ask.notify = monitor->notify;
    ask.results = monitor->result_service != NULL;
    for (word->verdict = MONITOR_GO_ON; word->verdict == MONITOR_GO_ON; step++) {
        word->version = 0;
        take_step(courier, monitor, step, &ask, until_ms, word);
        if (word->version != 0)
            ask.version = word->version;
    }
}

static void write_line(const struct monitor *monitor, struct monitor_ask ask,
                       bool (*make)(const struct monitor_ask *ask, struct buf *line,
                                    struct monitor_word *word),
                       struct monitor_word *word)
{
    struct buf line = { 0 };

    ask.notify = monitor->notify;
    if (make(&ask, &line, word))
        pipe_tell(monitor->command_file, &line, word);
    buf_clear(&line);
}

static const char *or_else(const char *text, const char *otherwise)
{
    return text[0] == '\0' ? otherwise : text;
}

static void say(struct writeback *w, const char *monitor, const char *said)
{
    UTF8_COPY(w->monitor, monitor);
    UTF8_COPY(w->said, said);
}

/* What the verdict means for the row. */
static void settle(struct writeback *w, enum monitor_verdict verdict)
{
    int64_t delay_ms = DELAY_FIRST_MS;

    for (int i = 1; i < w->tries && delay_ms < DELAY_MOST_MS; i++)
        delay_ms *= 2;
    if (delay_ms > DELAY_MOST_MS)
        delay_ms = DELAY_MOST_MS;
    w->due_ms = now_ms() + delay_ms + random() % (delay_ms / 2);
    if (verdict == MONITOR_DONE || verdict == MONITOR_ALREADY)
        w->state = WRITEBACK_DONE;
    else if (verdict == MONITOR_UNKNOWN || now_ms() - w->created_ms > GIVE_UP_MS)
        w->state = WRITEBACK_FAILED;
    else
        w->state = WRITEBACK_WAITING;
}

/* The more it says of what is to be done, the later it stands: one that cannot now may be the one that knows.
 */
static bool outweighs(enum monitor_verdict verdict, enum monitor_verdict other)
{
    return other == MONITOR_GO_ON || verdict > other;
}

static bool is_over(enum monitor_verdict verdict)
{
    return verdict == MONITOR_DONE || verdict == MONITOR_ALREADY;
}

static size_t count_of_type(const struct plan *plan, const struct monitor_type *type)
{
    size_t count = 0;

    for (size_t i = 0; i < plan->monitors; i++)
        count += plan->monitor[i].type == type;
    return count;
}

static void acknowledge(const struct courier *courier, const struct plan *plan, struct writeback *w)
{
    int64_t until_ms = now_steady_ms() + TELLING_MS;
    enum monitor_verdict verdict = MONITOR_GO_ON;

    say(w, "", "no monitor of the configuration is for it");
    for (size_t i = 0; i < plan->monitors && !is_over(verdict); i++) {
        const struct monitor *monitor = &plan->monitor[i];
        const struct monitor_ask ask = { .host = w->host,
                                         .service = w->service,
                                         .event = w->event,
                                         .author = or_else(w->author, "munja"),
                                         .text = or_else(w->text, "acknowledged by SMS"),
                                         .among = count_of_type(plan, monitor->type) > 1,
                                         .now_s = now_ms() / 1000 };
        struct monitor_word word = { 0 };

        if (!monitor_is_for(monitor, w->source, w->host))
            continue;
        if (monitor->command_file != NULL)
            write_line(monitor, ask, line_acknowledge, &word);
        else
            take_steps(courier, monitor, monitor->type->acknowledge, ask, until_ms, &word);
        if (is_over(word.verdict) || outweighs(word.verdict, verdict)) {
            verdict = word.verdict;
            say(w, monitor->name, word.said);
        }
        /* It tells nothing back: whatever comes of it, this one was to know. */
        if (monitor->command_file != NULL)
            break;
    }
    /* Where there is none, its section may be mended. */
    settle(w, verdict == MONITOR_GO_ON ? MONITOR_LATER : verdict);
}

/* What is told of all but those that are about this very result, or each would bring forth another; false
   when nothing is left. */
static bool sum_up(const struct telling *telling, const struct monitor *monitor, struct buf *text)
{
    const struct writeback *last = NULL;
    size_t count = 0;

    for (size_t i = 0; i < telling->count; i++) {
        const struct writeback *w = &telling->list[i];
        if (strcmp(w->host, monitor->result_host) == 0 && strcmp(w->service, monitor->result_service) == 0)
            continue;
        last = w;
        count++;
    }
    if (count <= 1)
        return last != NULL && buf_format(text, "MUNJA CRITICAL - not delivered: %s", last->text);
    return buf_format(text, "MUNJA CRITICAL - %zu alerts were not delivered, the last of them %s", count,
                      last->text);
}

static void tell_results(const struct courier *courier, const struct plan *plan, struct telling *telling)
{
    int64_t until_ms = now_steady_ms() + TELLING_MS;
    enum monitor_verdict verdict = MONITOR_GO_ON;
    struct monitor_word worst = { 0 };
    const char *name = "";

    for (size_t i = 0; i < plan->monitors; i++) {
        const struct monitor *monitor = &plan->monitor[i];
        struct monitor_ask ask = { .event = "", .author = "", .now_s = now_ms() / 1000 };
        struct monitor_word word = { 0 };
        struct buf text = { 0 };

        if (monitor->result_service != NULL && sum_up(telling, monitor, &text)) {
            ask.host = monitor->result_host;
            ask.service = monitor->result_service;
            ask.text = text.data;
            if (monitor->command_file != NULL)
                write_line(monitor, ask, line_result, &word);
            else
                take_steps(courier, monitor, monitor->type->result, ask, until_ms, &word);
            if (outweighs(word.verdict, verdict)) {
                verdict = word.verdict;
                worst = word;
                name = monitor->name;
            }
        }
        buf_clear(&text);
    }
    for (size_t i = 0; i < telling->count; i++) {
        say(&telling->list[i], name, worst.said);
        settle(&telling->list[i], verdict);
        if (verdict == MONITOR_GO_ON)
            telling->list[i].state = WRITEBACK_NONE;
    }
}

static void tell_log(const struct writeback *w)
{
    static const char *const states[] = {
        [WRITEBACK_WAITING] = "waiting", [WRITEBACK_DONE] = "done", [WRITEBACK_FAILED] = "failed"
    };

    if (w->state == WRITEBACK_NONE)
        return;
    log_line(w->state == WRITEBACK_DONE ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR,
             "record=%lld reply=%lld tell=%s monitor=\"%s\" tries=%d state=%s said=\"%s\"",
             (long long)w->record, (long long)w->reply, writeback_kind_name(w->kind), w->monitor, w->tries,
             states[w->state], w->said);
}

void telling_run(const struct courier *courier, const struct plan *plan, struct telling *telling)
{
    if (telling->count > 0 && telling->list[0].kind == WRITEBACK_RESULT)
        tell_results(courier, plan, telling);
    else if (telling->count > 0)
        acknowledge(courier, plan, &telling->list[0]);
    for (size_t i = 0; i < telling->count; i++)
        tell_log(&telling->list[i]);
}

/* What the phone is told of an acknowledgement that failed; a text without a recipient: nothing. */
static bool answer(const struct plan *plan, struct store *store, const struct writeback *w,
                   struct record *text, struct error *err)
{
    struct reply_kept reply = { 0 };
    struct problem problem = { 0 };
    struct buf words = { 0 };
    char id[40];
    bool may = false, answered;

    if (!inbox_get(store, w->reply, &reply, err))
        return false;
    if (reply.id == 0)
        return true;
    if (!problem_of(store, w->record, reply.sender, &problem, err)
        || !inbox_may_answer(store, reply.sender, &may, err))
        return false;
    if (problem.record == 0 || problem.ended_ms > 0 || strcmp(problem.taken_by, w->author) != 0 || !may)
        return true;
    snprintf(id, sizeof id, "acknowledge-%lld", (long long)w->id);
    answered = help_write(HELP_LOST, reply.sender, problem.code, &problem, NULL, 0, &words, err)
               && help_text(plan, &reply, id, buf_text(&words), text, err);
    buf_clear(&words);
    return answered;
}

bool telling_settle(const struct plan *plan, struct store *store, struct telling *telling, bool *answered,
                    struct error *err)
{
    struct writeback *first = telling->list;
    struct record text = { 0 };
    bool lost = telling->count > 0 && first->kind == WRITEBACK_ACKNOWLEDGE && first->state == WRITEBACK_FAILED
                && plan->settings->reply_help;
    bool settled = !lost || answer(plan, store, first, &text, err);

    if (settled && text.recipient[0] != '\0')
        first->answer = &text;
    settled = settled && writeback_settle(store, telling->list, telling->count, err);
    *answered = settled && text.recipient[0] != '\0';
    if (telling->count > 0)
        first->answer = NULL;
    record_clear(&text);
    return settled;
}

static bool sweep_kind(const struct courier *courier, const struct plan *plan, struct store *store,
                       enum writeback_kind kind, size_t *done, size_t *kept, struct error *err)
{
    struct telling telling = { 0 };
    bool swept = true, more = true, answered = false;

    while (swept && more) {
        swept = telling_claim(store, kind, &telling, err);
        more = swept && telling.count > 0 && kind == WRITEBACK_ACKNOWLEDGE;
        telling_run(courier, plan, &telling);
        swept = swept && (telling.count == 0 || telling_settle(plan, store, &telling, &answered, err));
        for (size_t i = 0; i < telling.count; i++) {
            *done += telling.list[i].state == WRITEBACK_DONE;
            *kept += telling.list[i].state == WRITEBACK_WAITING;
        }
        telling_clear(&telling);
    }
    return swept;
}

bool telling_sweep(const struct courier *courier, const struct plan *plan, struct store *store, size_t *done,
                   size_t *kept, struct error *err)
{
    return sweep_kind(courier, plan, store, WRITEBACK_ACKNOWLEDGE, done, kept, err)
           && sweep_kind(courier, plan, store, WRITEBACK_RESULT, done, kept, err);
}

void telling_test(const struct courier *courier, const struct monitor *monitor, int64_t until_ms,
                  struct monitor_word *word)
{
    const struct monitor_ask ask = {
        .host = "", .service = "", .event = "", .author = "munja", .text = "a test", .now_s = now_ms() / 1000
    };

    *word = (struct monitor_word){ 0 };
    if (monitor->command_file != NULL)
        pipe_tell(monitor->command_file, NULL, word);
    else
        take_steps(courier, monitor, monitor->type->test, ask, until_ms, word);
}
