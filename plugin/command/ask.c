/* Questions to gateways: balance, result, list, reservation, unsubscribed, senders, reports, replies, signup.
   One table says what each takes; the drivers know the rest. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "after/pulled.h"
#include "after/replies.h"
#include "alert/number.h"
#include "base/buf.h"
#include "base/now.h"
#include "command/desk.h"
#include "command/doors.h"
#include "command/fail.h"
#include "command/heard.h"
#include "command/options.h"
#include "flow/at.h"
#include "store/look.h"

/* What a question takes beside its provider. */
enum {
    TAKES_REF = 1,      /* an operand: the gateway's id */
    TAKES_NUMBER = 2,   /* an operand: a phone number */
    TAKES_PAGE = 4,     /* --page, --size */
    TAKES_LIST = 8,     /* --month and the other filters of a list */
    TAKES_SPAN = 16,    /* --start, --end, --phone */
    TAKES_NAME = 32,    /* --name */
    PULLS = 64,         /* --size; what is told once only, so it must be kept */
    TAKES_SEARCH = 128, /* the filters that a list of reservations has too */
};

static const struct question {
    const char *word, *sub; /* "reservation", "cancel" */
    const char *operation;  /* by its word in api_operations */
    int takes;
} questions[] = {
    { "balance", NULL, "balance", 0 },
    { "result", NULL, "result", TAKES_REF | TAKES_PAGE },
    { "list", NULL, "list", TAKES_LIST | TAKES_SEARCH | TAKES_PAGE },
    { "reservation", "list", "reservation-list", TAKES_SEARCH | TAKES_PAGE },
    { "reservation", "show", "reservation-show", TAKES_REF },
    { "reservation", "cancel", "reservation-cancel", TAKES_REF },
    { "reservation", "cancel-all", "reservation-cancel-all", 0 },
    { "unsubscribed", "list", "unsubscribed-list", TAKES_PAGE | TAKES_SPAN },
    { "unsubscribed", "add", "unsubscribed-add", TAKES_NUMBER },
    { "unsubscribed", "remove", "unsubscribed-remove", TAKES_NUMBER },
    { "senders", NULL, "senders", 0 },
    { "reports", NULL, "reports", PULLS },
    { "replies", NULL, "replies", PULLS },
    { "signup", NULL, "signup", TAKES_NAME },
};
#define QUESTIONS (sizeof questions / sizeof questions[0])

/* What the command line says. */
struct asked {
    const char *config, *timeout, *json, *verbose;
    const char *page, *size;
    const char **field;
    struct query query;
    char number[NUMBER_BYTES];
    char **operand;
    int operands;
};

static const struct question *question_for(const char *word, const char *sub)
{
    for (size_t i = 0; i < QUESTIONS; i++)
        if (strcmp(questions[i].word, word) == 0
            && (questions[i].sub == NULL || (sub != NULL && strcmp(questions[i].sub, sub) == 0)))
            return &questions[i];
    return NULL;
}

/* Everything that any form of the command takes: the options it has. */
static int takes_of(const char *word)
{
    int takes = 0;

    for (size_t i = 0; i < QUESTIONS; i++)
        if (strcmp(questions[i].word, word) == 0)
            takes |= questions[i].takes;
    return takes;
}

/* Of several providers, or of all that can answer. */
static bool asks_many(const struct question *question)
{
    return strcmp(question->word, "balance") == 0;
}

static bool read_whole(const char *name, const char *text, int *value, struct error *err)
{
    return text == NULL || (number_setting_read(text, value) && *value > 0)
           || error_set(err, ERROR_USAGE, 0, "option --%s: \"%.20s\" is not a whole number, 1 or more", name,
                        text);
}

/* --field CETC1=value: fields of one's own that a message was sent with, by number. */
static bool read_fields(struct asked *asked, struct error *err)
{
    for (const char **field = asked->field; field != NULL && *field != NULL; field++) {
        const char *text = *field;
        if (strncasecmp(text, "CETC", 4) == 0)
            text += 4;
        if (text[0] < '1' || text[0] > '6' || text[1] != '=')
            return error_set(err, ERROR_USAGE, 0,
                             "option --field: \"%.40s\" is not CETC1=VALUE to CETC6=VALUE", *field);
        asked->query.field[text[0] - '0'] = text + 2;
    }
    return true;
}

/* The operands behind the provider's name and the sub-word. */
static bool read_operands(const struct question *question, struct asked *asked, struct error *err)
{
    int first = question->sub != NULL ? 2 : 1, wanted = question->takes & (TAKES_REF | TAKES_NUMBER) ? 1 : 0;

    if (asks_many(question))
        return true;

    if (asked->operands - first < wanted)
        return error_set(err, ERROR_USAGE, 0,
                         question->takes & TAKES_REF ? "REF is missing" : "NUMBER is missing");
    if (asked->operands - first > wanted)
        return error_set(err, ERROR_USAGE, 0, "too many operands: \"%.40s\"", asked->operand[first + wanted]);
    if (question->takes & TAKES_REF)
        asked->query.ref = asked->operand[first];
    if (question->takes & TAKES_NUMBER) {
        if (!number_read(asked->operand[first], asked->number, err))
            return false;
        asked->query.number = asked->number;
    }
    if ((question->takes & TAKES_NAME) && asked->query.name == NULL)
        return error_set(err, ERROR_USAGE, 0, "option --name is missing");
    return true;
}

/* The providers of this configuration that can do it, for the sentence that one cannot. */
static void lacks(const struct plan *plan, const struct provider *provider, const char *operation,
                  struct error *err)
{
    struct buf names = { 0 };

    for (size_t i = 0; i < plan->providers; i++)
        if (api_operation(plan->provider[i].api, operation) != NULL)
            buf_format(&names, "%s%s", names.len > 0 ? ", " : "", plan->provider[i].name);
    error_set(err, ERROR_USAGE, 0, "%s (%s) has no %s; %s%s", provider->name, provider->api->name, operation,
              names.len > 0 ? "of this configuration these have: " : "no provider of this configuration has",
              buf_text(&names));
    buf_clear(&names);
}

/* What a gateway tells once only is kept before it is shown, and shown even when it could not be kept. A
   balance is noted for others. */
static void keep(const struct desk *desk, const struct question *question, struct heard *heard)
{
    const struct listing *listing = &heard->answer.listing;
    bool kept = true;

    if (strcmp(question->word, "reports") == 0)
        kept = pulled_reports(desk->store, heard->provider->name, listing, &heard->fault);
    else if (strcmp(question->word, "replies") == 0)
        kept = pulled_replies(desk->store, heard->provider->name, listing, &heard->fault);
    else if (strcmp(question->word, "balance") == 0)
        pulled_balance(desk->store, heard->provider->name, listing);
    if (kept && strcmp(question->word, "replies") == 0)
        replies_heed(&desk->plan, desk->store);
    if (!kept)
        error_prefix(&heard->fault, "pulled, but could not be kept, and the gateway will not tell it again");
}

/* Some gateways let go of a reservation until some minutes before its time: when munja made it, it knows
 * without asking. */
static bool may_cancel(const struct desk *desk, const struct provider *provider,
                       const struct question *question, const struct asked *asked, struct error *err)
{
    char at[AT_BYTES] = "";

    if (provider->api->cancel_before_s == 0 || strcmp(question->operation, "reservation-cancel") != 0
        || desk->store == NULL || !store_reserved(desk->store, provider->name, asked->query.ref, at, NULL)
        || at[0] == '\0' || at_ms(at) - now_ms() >= (int64_t)provider->api->cancel_before_s * 1000)
        return true;
    return error_set(err, ERROR_USAGE, 0,
                     "%s lets a reservation be cancelled until %d minutes before its time, %s",
                     provider->name, provider->api->cancel_before_s / 60, at);
}

static bool ask_one(struct desk *desk, const struct provider *provider, const struct question *question,
                    const struct asked *asked, struct heard *heard, struct error *err)
{
    const struct operation *operation = api_operation(provider->api, question->operation);

    heard->provider = provider;
    if (!may_cancel(desk, provider, question, asked, err))
        return false;
    if ((question->takes & PULLS) && !store_can_write(desk->store, err))
        return error_prefix(err, "not pulled");
    session_ask(&desk->session, provider, operation, &asked->query, desk->until_ms, &heard->answer);
    if (heard->answer.outcome.kind == OUTCOME_ACCEPTED)
        keep(desk, question, heard);
    return true;
}

/* Whom to ask: those named, or everybody who can answer where nobody is. Their number, 0 with the reason in
 * err. */
static size_t choose(const struct desk *desk, const struct question *question, const struct asked *asked,
                     const struct provider **chosen, struct error *err)
{
    const struct plan *plan = &desk->plan;
    int named = asks_many(question) ? asked->operands : 1;
    size_t count = 0;

    for (int i = 0; i < named; i++) {
        chosen[count] = desk_provider(desk, asked->operand[i], err);
        if (chosen[count] == NULL)
            return 0;
        if (api_operation(chosen[count]->api, question->operation) == NULL) {
            lacks(plan, chosen[count], question->operation, err);
            return 0;
        }
        count++;
    }
    for (size_t i = 0; named == 0 && i < plan->providers; i++)
        if (api_operation(plan->provider[i].api, question->operation) != NULL)
            chosen[count++] = &plan->provider[i];
    if (count == 0)
        error_set(err, ERROR_USAGE, 0, "no provider of this configuration has %s", question->operation);
    return count;
}

static bool ask_all(struct desk *desk, const struct question *question, const struct asked *asked, int *code,
                    struct error *err)
{
    size_t room = desk->plan.providers + (size_t)asked->operands + 1, count, answered = 0;
    const struct provider **chosen = calloc(room, sizeof *chosen);
    struct heard *heard = calloc(room, sizeof *heard);
    bool done = false;

    if (chosen == NULL || heard == NULL) {
        error_memory(err);
        goto out;
    }
    count = choose(desk, question, asked, chosen, err);
    *code = EXIT_OK;
    while (answered < count && ask_one(desk, chosen[answered], question, asked, &heard[answered], err)) {
        const struct heard *one = &heard[answered++];
        int state = one->fault.kind != ERROR_NONE ? EXIT_UNKNOWN : heard_state(&one->answer.outcome);
        if (state > *code)
            *code = state;
    }
    done = count > 0 && answered == count
           && (asked->json != NULL ? heard_show_json : heard_show)(heard, count, question->operation,
                                                                   asks_many(question), err);
out:
    for (size_t i = 0; heard != NULL && i < room; i++)
        answer_clear(&heard[i].answer);
    free(heard);
    free(chosen);
    return done;
}

static int answer(const struct question *question, struct asked *asked)
{
    struct desk desk = { 0 };
    struct error err = { 0 };
    int code = EXIT_UNKNOWN;

    asked->query.now_ms = now_ms();
    options_log(asked->verbose);
    if (!read_whole("page", asked->page, &asked->query.page, &err)
        || !read_whole("size", asked->size, &asked->query.size, &err) || !read_fields(asked, &err)
        || !read_operands(question, asked, &err) || !desk_open(&desk, asked->config, asked->timeout, &err))
        goto fail;
    /* Without a store a question costs a login, no more; but for what must be kept. */
    if (!desk_open_store(&desk, &err) && (question->takes & PULLS)) {
        error_prefix(&err, "not pulled");
        goto fail;
    }
    if (!desk_open_session(&desk, &err) || !ask_all(&desk, question, asked, &code, &err))
        goto fail;
    desk_close(&desk);
    return code;
fail:
    desk_close(&desk);
    return fail(&err, asked->json != NULL);
}

/* An option and the questions that take it; 0: all. */
struct option_of {
    int takes;
    struct option_spec spec;
};
#define OPTIONS 18

static void list_options(struct asked *asked, struct option_of options[OPTIONS])
{
    struct query *query = &asked->query;
    const struct option_of all[OPTIONS] = {
        { TAKES_LIST, { 0, "month", "YYYYMM", "the month (default: this one)", &query->month, NULL } },
        { TAKES_LIST, { 0, "from-day", "DD", "first day, 01 to 31", &query->from_day, NULL } },
        { TAKES_LIST, { 0, "to-day", "DD", "last day, 01 to 31", &query->to_day, NULL } },
        { TAKES_LIST,
          { 0, "result", "LETTER", "S sent, I in progress, F failed, E sender refused, A all (default)",
            &query->result, NULL } },
        { TAKES_SEARCH, { 0, "kind", "KIND", "sms, lms or mms only", &query->kind, NULL } },
        { TAKES_SEARCH | TAKES_SPAN, { 0, "phone", "NUMBER", "this recipient only", &query->phone, NULL } },
        { TAKES_SEARCH, { 0, "callback", "NUMBER", "this sender only", &query->callback, NULL } },
        { TAKES_SEARCH, { 0, "text", "TEXT", "texts that hold this", &query->text, NULL } },
        { TAKES_SEARCH,
          { 0, "field", "CETCn=VALUE", "messages sent with this field, n from 1 to 6", NULL,
            &asked->field } },
        { TAKES_SPAN, { 0, "start", "TIME", "not before, as the gateway counts time", &query->start, NULL } },
        { TAKES_SPAN, { 0, "end", "TIME", "not after, as the gateway counts time", &query->end, NULL } },
        { TAKES_PAGE, { 0, "page", "N", "page, from 1", &asked->page, NULL } },
        { TAKES_PAGE | PULLS, { 0, "size", "N", "rows at most", &asked->size, NULL } },
        { TAKES_NAME, { 0, "name", "NAME", "name of the new account", &query->name, NULL } },
        { 0, OPTION_CONFIG(&asked->config) },
        { 0, OPTION_TIMEOUT(&asked->timeout) },
        { 0, OPTION_JSON(&asked->json) },
        { 0, { 'v', "verbose", NULL, "log to standard error", &asked->verbose, NULL } },
    };

    memcpy(options, all, sizeof all);
}

static bool is_taken(const struct option_of *option, int takes)
{
    return option->takes == 0 || (option->takes & takes);
}

static bool is_given(const struct option_spec *spec)
{
    return spec->value != NULL ? *spec->value != NULL : *spec->list != NULL;
}

/* An option of another form of the command would be a limit that this one does not keep: cancel-all --phone
   cancels for every phone. */
static bool refuse_others(const struct option_of options[OPTIONS], const struct question *question,
                          struct error *err)
{
    for (size_t i = 0; i < OPTIONS; i++)
        if (is_given(&options[i].spec) && !is_taken(&options[i], question->takes))
            return error_set(err, ERROR_USAGE, 0, "option --%s: munja %s%s%s does not take it",
                             options[i].spec.name, question->word, question->sub != NULL ? " " : "",
                             question->sub != NULL ? question->sub : "");
    return true;
}

static int ask(int argc, char **argv, const char *usage, const char *purpose)
{
    struct asked asked = { 0 };
    struct option_of options[OPTIONS];
    struct option_spec specs[OPTIONS + 1] = { 0 };
    const struct command_help help = { usage, purpose };
    const struct question *question;
    struct error err = { 0 };
    bool done = false;
    int code = EXIT_UNKNOWN;

    list_options(&asked, options);
    for (size_t i = 0, n = 0; i < OPTIONS; i++)
        if (is_taken(&options[i], takes_of(argv[0])))
            specs[n++] = options[i].spec;
    if (!options_read(argc, argv, specs, &help, &asked.operands, &done, &err)) {
        fail(&err, fail_in_json(argc, argv));
        goto out;
    }
    if (done)
        goto out;
    asked.operand = argv + 1;
    question = question_for(argv[0], asked.operands > 1 ? argv[2] : NULL);
    if (question == NULL || (asked.operands < 1 && !asks_many(question)))
        error_set(&err, ERROR_USAGE, 0, "usage: %s", usage);
    else if (refuse_others(options, question, &err)) {
        code = answer(question, &asked);
        goto out;
    }
    fail(&err, asked.json != NULL);
out:
    free(asked.field);
    return code;
}

int command_balance(int argc, char **argv)
{
    return ask(argc, argv, "munja balance [options] [PROVIDER...]", "Show the money or messages left.");
}

int command_result(int argc, char **argv)
{
    return ask(argc, argv, "munja result [options] PROVIDER REF",
               "Ask the gateway what became of a message or request.");
}

int command_list(int argc, char **argv)
{
    return ask(argc, argv, "munja list [options] PROVIDER", "Show the gateway's own list of messages.");
}

int command_reservation(int argc, char **argv)
{
    return ask(argc, argv, "munja reservation [options] PROVIDER list|show REF|cancel REF|cancel-all",
               "Show or cancel messages that wait at the gateway for their time.");
}

int command_unsubscribed(int argc, char **argv)
{
    return ask(argc, argv, "munja unsubscribed [options] PROVIDER list|add NUMBER|remove NUMBER",
               "Show or change the numbers that refused to get messages.");
}

int command_senders(int argc, char **argv)
{
    return ask(argc, argv, "munja senders [options] PROVIDER", "Show the registered sender numbers.");
}

int command_reports(int argc, char **argv)
{
    return ask(argc, argv, "munja reports [options] PROVIDER",
               "Pull what the gateway has to say of messages, and keep it: it is told once only.");
}

int command_replies(int argc, char **argv)
{
    return ask(argc, argv, "munja replies [options] PROVIDER",
               "Pull messages that phones sent, and keep them: they are told once only.");
}

int command_signup(int argc, char **argv)
{
    return ask(argc, argv, "munja signup [options] PROVIDER --name NAME",
               "Make the account that the provider's user and secret name.");
}
