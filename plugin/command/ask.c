/* Questions to gateways: balance, result, list, reservation, unsubscribed, senders, reports, replies, signup.
   One table says what each takes; the drivers know the rest. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert/number.h"
#include "base/buf.h"
#include "base/now.h"
#include "command/desk.h"
#include "command/doors.h"
#include "command/fail.h"
#include "command/options.h"
#include "command/sheet.h"
#include "flow/at.h"
#include "flow/exitcode.h"
#include "flow/pulled.h"
#include "provider/json.h"
#include "store/look.h"

/* What a question takes beside its provider. */
enum {
    TAKES_REF = 1,      /* an operand: the gateway's id */
    TAKES_NUMBER = 2,   /* an operand: a phone number */
    TAKES_PAGE = 4,     /* --page, --size */
    TAKES_LIST = 8,     /* --month and the other filters of a list */
    TAKES_SPAN = 16,    /* --start, --end, --phone */
    TAKES_NAME = 32,    /* --name */
    TAKES_SIZE = 64,    /* --size alone */
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
    { "reports", NULL, "reports", TAKES_SIZE },
    { "replies", NULL, "replies", TAKES_SIZE },
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

/* A gateway's word, and what it means for the caller. */
static int state_of(const struct outcome *outcome)
{
    switch (outcome->kind) {
    case OUTCOME_ACCEPTED:
        return EXIT_OK;
    case OUTCOME_REFUSED:
    case OUTCOME_ACCOUNT:
        return EXIT_CRITICAL;
    default:
        return EXIT_UNKNOWN;
    }
}

static struct json_object *document_of(const struct provider *provider, const struct question *question,
                                       const struct answer *answer)
{
    struct json_object *document = json_object_new_object();
    const struct listing *listing = &answer->listing;

    json_add(document, "provider", json_object_new_string(provider->name));
    json_add(document, "api", json_object_new_string(provider->api->name));
    json_add(document, "operation", json_object_new_string(question->operation));
    json_add(document, "outcome", json_object_new_string(outcome_name(answer->outcome.kind)));
    json_add(document, "code", json_object_new_string(answer->outcome.code));
    json_add(document, "meaning", json_object_new_string(answer->outcome.meaning));
    if (listing->column != NULL && listing->total >= 0)
        json_add(document, "total", json_object_new_int64(listing->total));
    sheet_rows(document, "rows", listing);
    return document;
}

/* The rows under their heads, behind the provider's name where several may be asked. */
static bool write_table(const char *name, const struct listing *listing, struct error *err)
{
    const char *columns[16] = { "provider" }, *cells[16] = { name };
    struct listing led;
    bool written = true;

    if (name == NULL)
        return sheet_table(listing, err);
    for (size_t i = 0; listing->column[i] != NULL && i < 14; i++)
        columns[i + 1] = listing->column[i];
    listing_start(&led, columns);
    for (size_t i = 0; written && i < listing->count; i++) {
        for (size_t j = 0; columns[j + 1] != NULL; j++)
            cells[j + 1] = listing->row[i][j];
        written = listing_add(&led, cells) || error_memory(err);
    }
    written = written && sheet_table(&led, err);
    listing_clear(&led);
    return written;
}

/* For people: the table, or a sentence where there is none. */
static bool write_answer(const struct provider *provider, const struct question *question,
                         const struct answer *answer, struct error *err)
{
    const struct outcome *outcome = &answer->outcome;
    const struct listing *listing = &answer->listing;

    if (outcome->kind != OUTCOME_ACCEPTED) {
        printf("MUNJA %s - %s: %s%s%s\n", state_name(state_of(outcome)), provider->name, outcome->code,
               outcome->code[0] != '\0' && outcome->meaning[0] != '\0' ? ", " : "", outcome->meaning);
        return true;
    }
    if (listing->count == 0) {
        printf("MUNJA OK - %s: %s, nothing %s\n", provider->name, question->operation,
               listing->column != NULL ? "there" : "more was said");
        return true;
    }
    if (!write_table(asks_many(question) ? provider->name : NULL, listing, err))
        return false;
    if (listing->total > (long)listing->count)
        printf("(%zu of %ld: see --page and --size)\n", listing->count, listing->total);
    return true;
}

static bool keep(const struct desk *desk, const struct provider *provider, const struct question *question,
                 const struct listing *listing, struct error *err)
{
    bool kept = true;

    if (strcmp(question->word, "reports") == 0)
        kept = pulled_reports(desk->store, provider->name, listing, err);
    else if (strcmp(question->word, "replies") == 0)
        kept = pulled_replies(desk->store, provider->name, listing, err);
    return kept || error_prefix(err, "pulled, but could not be kept, and the gateway will not tell it again");
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

/* Ask one provider; *code becomes the worst of all so far. */
static bool ask_one(struct desk *desk, const struct provider *provider, const struct question *question,
                    const struct asked *asked, struct json_object *documents, int *code, struct error *err)
{
    const struct operation *operation = api_operation(provider->api, question->operation);
    struct answer answer = { 0 };
    bool written;

    if (operation == NULL) {
        lacks(&desk->plan, provider, question->operation, err);
        return false;
    }
    if (!may_cancel(desk, provider, question, asked, err))
        return false;
    session_ask(&desk->session, provider, operation, &asked->query, desk->until_ms, &answer);
    if (state_of(&answer.outcome) > *code)
        *code = state_of(&answer.outcome);
    if (answer.outcome.kind == OUTCOME_ACCEPTED && !keep(desk, provider, question, &answer.listing, err)) {
        /* Shown at least. */
        write_answer(provider, question, &answer, NULL);
        answer_clear(&answer);
        return false;
    }
    written = documents != NULL
                  ? json_push(documents, document_of(provider, question, &answer)) || error_memory(err)
                  : write_answer(provider, question, &answer, err);
    answer_clear(&answer);
    return written;
}

/* One document for one provider, an array where several may be asked. */
static bool write_documents(const struct question *question, struct json_object *documents, struct error *err)
{
    struct json_object *first = json_object_get(json_object_array_get_idx(documents, 0));

    if (asks_many(question)) {
        json_object_put(first);
        return sheet_json(documents, true, err);
    }
    json_object_put(documents);
    return sheet_json(first, true, err);
}

static bool ask_all(struct desk *desk, const struct question *question, const struct asked *asked, int *code,
                    struct error *err)
{
    struct json_object *documents = asked->json != NULL ? json_object_new_array() : NULL;
    bool every = asks_many(question), asked_any = false;

    *code = EXIT_OK;
    for (int i = 0; i < (every ? asked->operands : 1); i++) {
        const struct provider *provider = plan_provider(&desk->plan, asked->operand[i]);
        if (provider == NULL) {
            json_object_put(documents);
            return error_set(err, ERROR_USAGE, 0, "no such provider \"%.40s\" in %s", asked->operand[i],
                             desk->settings.path);
        }
        asked_any = true;
        if (!ask_one(desk, provider, question, asked, documents, code, err)) {
            json_object_put(documents);
            return false;
        }
    }
    /* A balance of nobody in particular is everybody's. */
    for (size_t i = 0; every && asked->operands == 0 && i < desk->plan.providers; i++) {
        if (api_operation(desk->plan.provider[i].api, question->operation) == NULL)
            continue;
        asked_any = true;
        if (!ask_one(desk, &desk->plan.provider[i], question, asked, documents, code, err)) {
            json_object_put(documents);
            return false;
        }
    }
    if (!asked_any) {
        json_object_put(documents);
        return error_set(err, ERROR_USAGE, 0, "no provider of this configuration has %s",
                         question->operation);
    }
    return documents == NULL || write_documents(question, documents, err);
}

static int answer(const struct question *question, struct asked *asked)
{
    struct desk desk = { 0 };
    struct error err = { 0 };
    int code = EXIT_UNKNOWN;

    asked->query.now_ms = now_ms();
    desk_log(asked->verbose);
    if (!read_whole("page", asked->page, &asked->query.page, &err)
        || !read_whole("size", asked->size, &asked->query.size, &err) || !read_fields(asked, &err)
        || !read_operands(question, asked, &err) || !desk_open(&desk, asked->config, asked->timeout, &err))
        goto fail;
    /* Without a store a question costs a login, no more; but for what must be kept. */
    if (!desk_open_store(&desk, &err) && (question->takes & TAKES_SIZE)) {
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

/* The table of options is put together from what the command takes. */
static void add_option(struct option_spec *specs, size_t *count, bool wanted, struct option_spec spec)
{
    if (wanted)
        specs[(*count)++] = spec;
}

static void list_options(struct asked *asked, int takes, struct option_spec *specs)
{
    struct query *q = &asked->query;
    const bool list = takes & TAKES_LIST, search = takes & TAKES_SEARCH, span = takes & TAKES_SPAN;
    size_t n = 0;

    add_option(
        specs, &n, list,
        (struct option_spec){ 0, "month", "YYYYMM", "the month (default: this one)", &q->month, NULL });
    add_option(specs, &n, list,
               (struct option_spec){ 0, "from-day", "DD", "first day, 01 to 31", &q->from_day, NULL });
    add_option(specs, &n, list,
               (struct option_spec){ 0, "to-day", "DD", "last day, 01 to 31", &q->to_day, NULL });
    add_option(specs, &n, search,
               (struct option_spec){ 0, "kind", "KIND", "sms, lms or mms only", &q->kind, NULL });
    add_option(specs, &n, list,
               (struct option_spec){ 0, "result", "LETTER",
                                     "S sent, I in progress, F failed, E sender refused, A all (default)",
                                     &q->result, NULL });
    add_option(specs, &n, search || span,
               (struct option_spec){ 0, "phone", "NUMBER", "this recipient only", &q->phone, NULL });
    add_option(specs, &n, search,
               (struct option_spec){ 0, "callback", "NUMBER", "this sender only", &q->callback, NULL });
    add_option(specs, &n, search,
               (struct option_spec){ 0, "text", "TEXT", "texts that hold this", &q->text, NULL });
    add_option(specs, &n, search,
               (struct option_spec){ 0, "field", "CETCn=VALUE",
                                     "messages sent with this field, n from 1 to 6", NULL, &asked->field });
    add_option(specs, &n, span,
               (struct option_spec){ 0, "start", "TIME", "not before, as the gateway counts time", &q->start,
                                     NULL });
    add_option(
        specs, &n, span,
        (struct option_spec){ 0, "end", "TIME", "not after, as the gateway counts time", &q->end, NULL });
    add_option(specs, &n, takes & TAKES_PAGE,
               (struct option_spec){ 0, "page", "N", "page, from 1", &asked->page, NULL });
    add_option(specs, &n, takes & (TAKES_PAGE | TAKES_SIZE),
               (struct option_spec){ 0, "size", "N", "rows at most", &asked->size, NULL });
    add_option(specs, &n, takes & TAKES_NAME,
               (struct option_spec){ 0, "name", "NAME", "name of the new account", &q->name, NULL });
    add_option(specs, &n, true,
               (struct option_spec){ 'f', "config", "FILE",
                                     "configuration ($MUNJA_CONFIG, else " MUNJA_CONFIG ")", &asked->config,
                                     NULL });
    add_option(specs, &n, true,
               (struct option_spec){ 't', "timeout", "SECONDS",
                                     "for everything together (default: the configuration's, 20)",
                                     &asked->timeout, NULL });
    add_option(specs, &n, true,
               (struct option_spec){ 0, "json", NULL, "one JSON document on stdout", &asked->json, NULL });
    add_option(specs, &n, true,
               (struct option_spec){ 'v', "verbose", NULL, "log to standard error", &asked->verbose, NULL });
    specs[n] = (struct option_spec){ 0 };
}

static int ask(int argc, char **argv, const char *usage, const char *purpose)
{
    struct option_spec specs[20];
    struct asked asked = { 0 };
    const struct command_help help = { usage, purpose };
    const struct question *question;
    struct error err = { 0 };
    bool done = false;
    int code = EXIT_UNKNOWN;

    list_options(&asked, takes_of(argv[0]), specs);
    if (!options_read(argc, argv, specs, &help, &asked.operands, &done, &err)) {
        fail(&err, fail_in_json(argc, argv));
        goto out;
    }
    if (done)
        goto out;
    asked.operand = argv + 1;
    question = question_for(argv[0], asked.operands > 1 ? argv[2] : NULL);
    if (question == NULL || (asked.operands < 1 && !asks_many(question))) {
        error_set(&err, ERROR_USAGE, 0, "usage: %s", usage);
        fail(&err, asked.json != NULL);
    } else
        code = answer(question, &asked);
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
