/* munja queue: what is in the store, and what an operator does about it. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/desk.h"
#include "command/doors.h"
#include "command/fail.h"
#include "command/options.h"
#include "command/queue_act.h"
#include "command/queue_look.h"
#include "command/sweep.h"
#include "flow/handover.h"
#include "store/tend.h"

#define LIST_DEFAULT 100
#define LIST_MOST    10000

/* What can be done, and how many ids it takes. */
static const struct deed {
    const char *word;
    int least, most;
} deeds[] = {
    { "list", 0, 0 }, { "show", 1, 1 }, { "retry", 1, INT_MAX }, { "drop", 1, INT_MAX }, { "flush", 0, 0 },
};
#define DEEDS (sizeof deeds / sizeof deeds[0])

/* What the command line says. */
struct asked {
    const char *config, *state, *all, *limit, *json, *verbose;
    const char *word; /* of deeds */
    int64_t *id;      /* owned */
    size_t ids;
    unsigned states;
    int most;
};

#define EVERY_STATE ((1U << (RECORD_MERGED + 1)) - 1)
#define WELL        (1U << RECORD_ACCEPTED | 1U << RECORD_MERGED)

static bool read_states(struct asked *asked, struct error *err)
{
    asked->states = asked->all != NULL ? EVERY_STATE : EVERY_STATE & ~WELL;
    if (asked->state == NULL)
        return true;
    if (asked->all != NULL)
        return error_set(err, ERROR_USAGE, 0, "--all and --state: only one of them");
    for (int state = RECORD_WAITING; state <= RECORD_MERGED; state++)
        if (strcmp(record_state_name(state), asked->state) == 0) {
            asked->states = 1U << state;
            return true;
        }
    return error_set(err, ERROR_USAGE, 0,
                     "option --state: \"%.20s\" is none of waiting, accepted, refused, held, dead, merged",
                     asked->state);
}

static bool read_limit(struct asked *asked, struct error *err)
{
    asked->most = LIST_DEFAULT;
    return asked->limit == NULL
           || (number_setting_read(asked->limit, &asked->most) && asked->most >= 1
               && asked->most <= LIST_MOST)
           || error_set(err, ERROR_USAGE, 0, "option --limit: \"%.20s\" is no number from 1 to %d",
                        asked->limit, LIST_MOST);
}

static bool read_id(const char *text, int64_t *id, struct error *err)
{
    size_t digits = strspn(text, "0123456789");

    if (digits == 0 || digits > 18 || text[digits] != '\0')
        return error_set(err, ERROR_USAGE, 0, "ID: \"%.20s\" is no record's number", text);
    *id = strtoll(text, NULL, 10);
    return true;
}

static const struct deed *deed_named(const char *word, struct error *err)
{
    for (size_t i = 0; i < DEEDS; i++)
        if (strcmp(deeds[i].word, word) == 0)
            return &deeds[i];
    error_set(err, ERROR_USAGE, 0, "no such thing as queue \"%.20s\" (list, show, retry, drop, flush)", word);
    return NULL;
}

static bool read_ids(struct asked *asked, char **operand, int count, struct error *err)
{
    asked->id = calloc((size_t)count + 1, sizeof *asked->id);
    if (asked->id == NULL)
        return error_memory(err);
    for (int i = 0; i < count; i++)
        if (!read_id(operand[i], &asked->id[i], err))
            return false;
    asked->ids = (size_t)count;
    return true;
}

static bool read_operands(struct asked *asked, char **operand, int operands, struct error *err)
{
    const struct deed *deed = operands > 0 ? deed_named(operand[0], err) : NULL;

    if (operands == 0)
        return error_set(err, ERROR_USAGE, 0, "list, show, retry, drop or flush is missing");
    if (deed == NULL)
        return false;
    asked->word = deed->word;
    if (operands - 1 < deed->least)
        return error_set(err, ERROR_USAGE, 0, "ID is missing");
    if (operands - 1 > deed->most)
        return error_set(err, ERROR_USAGE, 0, "one operand too many: \"%.20s\"", operand[operands - 1]);
    if (strcmp(deed->word, "list") == 0)
        return read_states(asked, err) && read_limit(asked, err);
    if (asked->state != NULL || asked->all != NULL || asked->limit != NULL)
        return error_set(err, ERROR_USAGE, 0, "--state, --all and --limit are for list");
    return read_ids(asked, operand + 1, operands - 1, err);
}

/* All that wait are due now, and go out: by the worker where one runs, since gateways have as many requests
   under way as they are meant to have already. */
static bool flush(struct desk *desk, bool json, int *code, struct error *err)
{
    struct report report = { 0 };
    bool flushed = tend_flush(desk->store, err);

    if (flushed && handover_lives(desk->settings.store, INT64_MAX))
        report_say(&report, EXIT_OK, "all that wait are due now, and the worker sends them");
    else
        flushed = flushed && sweep_due(desk, NULL, NULL, &report, err);
    if (flushed)
        *code = report_print(&report, json);
    report_clear(&report);
    return flushed;
}

/* But for flush, the store is all that is needed: a configuration without a usable provider is no hindrance.
 */
static bool act(const struct asked *asked, int *code, struct error *err)
{
    bool json = asked->json != NULL, flushes = strcmp(asked->word, "flush") == 0, done = false;
    struct desk desk = { 0 };

    options_log(asked->verbose);
    if (!(flushes ? desk_open : desk_read)(&desk, asked->config, NULL, err) || !desk_open_store(&desk, err))
        goto out;
    *code = EXIT_OK;
    if (flushes)
        done = flush(&desk, json, code, err);
    else if (strcmp(asked->word, "list") == 0)
        done = queue_list(desk.store, asked->states, (size_t)asked->most, json, err);
    else if (strcmp(asked->word, "show") == 0)
        done = queue_show(desk.store, asked->id[0], json, err);
    else
        done = queue_act(desk.store, asked->word, asked->id, asked->ids, json, code, err);
    if (done && strcmp(asked->word, "retry") == 0)
        handover_wake(desk.settings.store);
out:
    desk_close(&desk);
    return done;
}

int command_queue(int argc, char **argv)
{
    struct asked asked = { 0 };
    const struct option_spec specs[] = {
        OPTION_CONFIG(&asked.config),
        { 0, "state", "STATE", "waiting, accepted, refused, held, dead or merged only", &asked.state, NULL },
        { 0, "all", NULL, "accepted and merged ones too", &asked.all, NULL },
        { 0, "limit", "N", "the newest N (default: 100)", &asked.limit, NULL },
        OPTION_JSON(&asked.json),
        { 'v', "verbose", NULL, "log every attempt to standard error", &asked.verbose, NULL },
        { 0 },
    };
    const struct command_help help = {
        "munja queue [options] list|show ID|retry ID...|drop ID...|flush",
        "Look at the records in the store, and act on them.\n"
        "  list   those that no gateway accepted, oldest first, numbers masked\n"
        "  show   all of one record, with every attempt, receipt and reply\n"
        "  retry  these are to be sent, whatever became of them: they are due now\n"
        "  drop   these are given up; they stay in the store\n"
        "  flush  all that wait are due now, and are sent: by the worker where one runs\n"
        "Exit 0, or 3: no such record, or one that cannot be acted on. flush without a worker: as munja "
        "worker"
        " --once.",
    };
    bool json = fail_in_json(argc, argv), done = false;
    struct error err = { 0 };
    int operands = 0, code = EXIT_UNKNOWN;

    if (!options_read(argc, argv, specs, &help, &operands, &done, &err))
        return fail(&err, json);
    if (done)
        return EXIT_UNKNOWN;
    if (!read_operands(&asked, argv + 1, operands, &err) || !act(&asked, &code, &err))
        code = fail(&err, json);
    free(asked.id);
    return code;
}
