/* Tokens, requests and replies: what lies between a batch and its outcomes. */
#include "flow/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/now.h"

/* How long others wait for the process that logs in before one of them does it itself. */
#define RENEW_MS 5000

/* A failed login that took this long hung: its answer holds as long again, so that one alert after the other
   does not wait for it. */
#define HUNG_MS 1000

/* A provider's token, as far as this session knows it. */
struct ticket {
    char *token;
    bool sought;             /* a fiber fetches it just now */
    unsigned rounds;         /* so often one has */
    struct outcome failure;  /* of the last login, where there is no token */
    int64_t failed_until_ms; /* now_steady_ms: so long it holds, if it hung */
};

bool session_share(struct session *session, const struct plan *plan, const struct wire *wire,
                   struct fleet *fleet, struct fibers *fibers, struct store *store, struct error *err)
{
    struct ticket *ticket = calloc(plan->providers + 1, sizeof *ticket);

    if (ticket == NULL)
        return error_memory(err);
    *session = (struct session){
        .plan = plan, .courier = { wire, NULL, fleet, fibers }, .store = store, .ticket = ticket
    };
    return true;
}

bool session_open(struct session *session, const struct plan *plan, const struct wire *wire,
                  struct store *store, struct error *err)
{
    struct carrier *carrier = wire->open(err);

    if (carrier == NULL)
        return false;
    if (session_share(session, plan, wire, NULL, NULL, store, err)) {
        session->courier.carrier = carrier;
        return true;
    }
    wire->close(carrier);
    return false;
}

void session_close(struct session *session)
{
    for (size_t i = 0; session->plan != NULL && i < session->plan->providers; i++)
        free(session->ticket[i].token);
    free(session->ticket);
    if (session->courier.carrier != NULL)
        session->courier.wire->close(session->courier.carrier);
    *session = (struct session){ 0 };
}

/* Where this session keeps the provider's token. */
static struct ticket *ticket_of(const struct session *session, const struct provider *provider)
{
    return &session->ticket[provider - session->plan->provider];
}

/* One request and its reply, within the time that the provider has for one. False: nothing went out, and
   outcome says why. */
static bool carry(struct session *session, const struct provider *provider, const struct request *request,
                  int64_t until_ms, struct reply *reply, struct outcome *outcome)
{
    int64_t request_until_ms = now_steady_ms() + (int64_t)provider->timeout_s * 1000;
    struct error err = { 0 };

    if (request_until_ms < until_ms)
        until_ms = request_until_ms;
    if (courier_carry(&session->courier, &provider->carrier, request, until_ms, reply, &err))
        return true;
    outcome_from_error(outcome, &err);
    return false;
}

/* Whether a text that was cut, at a character's border, ends with the beginning of the secret. */
static bool ends_within(const char *text, size_t room, const char *secret)
{
    size_t length = strlen(text), bytes = strlen(secret);

    if (length + sizeof "\U0010FFFF" < room)
        return false;
    for (size_t piece = 4; piece < bytes && piece <= length; piece++)
        if (memcmp(text + length - piece, secret, piece) == 0)
            return true;
    return false;
}

static bool repeats(const struct reply *reply, const char *secret)
{
    return secret != NULL && reply->body != NULL
           && memmem(reply->body, reply->bytes, secret, strlen(secret)) != NULL;
}

/* A gateway that repeats our secret must not carry it, or a piece of it, into lines, logs and the store.
   repeated: its reply does, which may be long and speak of many. */
static void hide_echo(struct outcome *outcome, bool repeated, const char *secret)
{
    /* A shorter one would be found everywhere. */
    if (secret == NULL || strlen(secret) < 4
        || (!repeated && strstr(outcome->meaning, secret) == NULL && strstr(outcome->code, secret) == NULL
            && !ends_within(outcome->meaning, sizeof outcome->meaning, secret)
            && !ends_within(outcome->code, sizeof outcome->code, secret)))
        return;
    outcome->code[0] = outcome->reference[0] = '\0';
    snprintf(outcome->meaning, sizeof outcome->meaning, "the answer repeats a secret, so it is not shown");
}

/* The provider's account with what this session adds to it. The token is a copy, which the caller frees:
   while one fiber waits for a reply, another may renew it. */
static bool account_here(struct session *session, const struct provider *provider, struct account *account,
                         char **token, struct outcome *outcome)
{
    const char *known = ticket_of(session, provider)->token;

    *account = provider->account;
    account->wire = session->courier.wire;
    *token = known == NULL ? NULL : strdup(known);
    if (*token != NULL)
        account->token = *token;
    if (known == NULL || *token != NULL)
        return true;
    outcome_own(outcome, OUTCOME_RETRY, "", "out of memory");
    return false;
}

/* Build, carry, judge, once. *token is the one that it was done with, which the caller frees. */
static void ask_once(struct session *session, const struct provider *provider,
                     const struct operation *operation, const struct query *query, int64_t until_ms,
                     struct answer *answer, char **token)
{
    struct request request = { 0 };
    struct reply reply = { 0 };
    struct error err = { 0 };
    struct account account;

    if (!account_here(session, provider, &account, token, &answer->outcome))
        return;
    if (!operation->build(query, &account, &request, &err))
        outcome_set(&answer->outcome, OUTCOME_NONE, "", err.text);
    else if (carry(session, provider, &request, until_ms, &reply, &answer->outcome)) {
        if (reply.status == 0)
            outcome_from_reply(&answer->outcome, &reply);
        else
            operation->judge(query, &account, &reply, answer);
        hide_echo(&answer->outcome, repeats(&reply, account.secret), account.secret);
        hide_echo(&answer->outcome, repeats(&reply, account.token), account.token);
    }
    request_clear(&request);
    reply_clear(&reply);
}

/* A login that succeeds leaves its token in answer. */
static void log_in(struct session *session, const struct provider *provider, int64_t until_ms,
                   struct answer *answer)
{
    const struct query query = { .now_ms = now_ms() };
    char *token = NULL;

    ask_once(session, provider, &provider->api->login, &query, until_ms, answer, &token);
    free(token);
    if (answer->outcome.kind == OUTCOME_ACCEPTED && answer->token != NULL)
        return;
    /* Nothing was sent yet: an unsure or refused login costs only another provider. */
    if (answer->outcome.kind == OUTCOME_UNSURE)
        answer->outcome.kind = OUTCOME_RETRY;
    else if (answer->outcome.kind != OUTCOME_RETRY)
        answer->outcome.kind = OUTCOME_ACCOUNT;
    /* There was none yet: logging in again would not help. */
    answer->outcome.token_refused = false;
    free(answer->token);
    answer->token = NULL;
}

static void pause_ms(struct session *session, long ms)
{
    const struct timespec nap = { .tv_nsec = ms * 1000 * 1000 };

    if (session->courier.fibers != NULL)
        fiber_sleep(session->courier.fibers, ms);
    else
        nanosleep(&nap, NULL);
}

/* The store's token, or the right to fetch one; waits while another process is at it. */
static enum token_state await_token(struct session *session, const char *key, const char *refused,
                                    int64_t until_ms, char **token, struct error *err)
{
    enum token_state state = TOKEN_AWAITED;

    for (;;) {
        if (!token_take(session->store, key, refused, RENEW_MS, &state, token, err))
            return TOKEN_YOURS; /* a store that fails costs a login, not the message */
        if (state != TOKEN_AWAITED || now_steady_ms() >= until_ms)
            return state;
        pause_ms(session, 30);
    }
}

/* A token from the store, or from the gateway. */
static char *fetch_token(struct session *session, const struct provider *provider, const char *refused,
                         int64_t until_ms, struct outcome *outcome)
{
    enum token_state state = TOKEN_YOURS;
    struct answer answer = { 0 };
    struct error err = { 0 };
    struct buf key = { 0 };
    char *token = NULL;

    if (!provider_account(provider, &key, &err))
        outcome_from_error(outcome, &err);
    else {
        if (session->store != NULL)
            state = await_token(session, key.data, refused, until_ms, &token, &err);
        if (state == TOKEN_YOURS) {
            log_in(session, provider, until_ms, &answer);
            token = answer.token;
            answer.token = NULL;
            if (session->store != NULL)
                token_put(session->store, key.data, token, answer.token_until * 1000, NULL);
            *outcome = answer.outcome;
        } else if (state == TOKEN_AWAITED)
            outcome_own(outcome, OUTCOME_RETRY, "login", "no token in time: another process is logging in");
    }
    buf_clear(&key);
    answer_clear(&answer);
    return token;
}

/* Put a token into the session's ticket. refused is the one that the gateway did not take (NULL: none). */
static bool find_token(struct session *session, const struct provider *provider, const char *refused,
                       int64_t until_ms, struct outcome *outcome)
{
    struct ticket *ticket = ticket_of(session, provider);
    const unsigned round = ticket->rounds;
    int64_t start_ms, took_ms;
    bool together; /* with others, who share what one of them finds */
    char *token;

    /* Not for the next one's login, who may have come meanwhile. */
    while (ticket->sought && (ticket->rounds == round || ticket->token != NULL))
        pause_ms(session, 10);
    together = ticket->rounds != round;
    if (ticket->token != NULL && (refused == NULL || strcmp(ticket->token, refused) != 0))
        return true;
    if (session->courier.fibers != NULL && ticket->token == NULL
        && (together || now_steady_ms() < ticket->failed_until_ms)) {
        *outcome = ticket->failure;
        return false;
    }
    ticket->sought = true;
    start_ms = now_steady_ms();
    token = fetch_token(session, provider, refused, until_ms, outcome);
    took_ms = now_steady_ms() - start_ms;
    ticket->sought = false;
    ticket->rounds++;
    free(ticket->token);
    ticket->token = token;
    ticket->failure = *outcome;
    ticket->failed_until_ms = token == NULL && took_ms >= HUNG_MS ? start_ms + 2 * took_ms : 0;
    return token != NULL;
}

static bool logs_in(const struct provider *provider)
{
    return provider->api->login.build != NULL && provider->account.token == NULL;
}

/* After the gateway refused this token: a new one, unless there is none to renew or no time left. */
static bool renew_token(struct session *session, const struct provider *provider, const char *refused,
                        int64_t until_ms)
{
    struct outcome outcome = { 0 };

    return logs_in(provider) && refused != NULL && now_steady_ms() < until_ms
           && find_token(session, provider, refused, until_ms, &outcome);
}

bool session_ready(struct session *session, const struct provider *provider, int64_t until_ms,
                   struct outcome *outcome)
{
    return !logs_in(provider) || find_token(session, provider, NULL, until_ms, outcome);
}

void session_ask(struct session *session, const struct provider *provider, const struct operation *operation,
                 const struct query *query, int64_t until_ms, struct answer *answer)
{
    char *token = NULL, *renewed = NULL;

    *answer = (struct answer){ 0 };
    /* There is no logging in to an account that is only to be made. */
    if (operation != &provider->api->signup && !session_ready(session, provider, until_ms, &answer->outcome))
        return;
    ask_once(session, provider, operation, query, until_ms, answer, &token);
    if (answer->outcome.token_refused && renew_token(session, provider, token, until_ms)) {
        answer_clear(answer);
        ask_once(session, provider, operation, query, until_ms, answer, &renewed);
    }
    free(token);
    free(renewed);
}

/* Build, carry, judge; what no reply says is said of every item. */
static void send_batch(struct session *session, const struct provider *provider,
                       const struct account *account, struct batch *batch, int64_t until_ms,
                       struct reply *reply, struct outcome *outcome)
{
    struct request request = { 0 };
    struct error err = { 0 };

    if (!provider->api->send.build(batch, account, &request, &err))
        /* This driver cannot make a request of it; another may. */
        outcome_from_error(outcome, &err);
    else if (carry(session, provider, &request, until_ms, reply, outcome) && reply->status == 0)
        outcome_from_reply(outcome, reply);
    batch_outcome(batch, outcome);
    if (reply->status != 0)
        provider->api->send.judge(account, reply, batch);
    request_clear(&request);
}

static void send_once(struct session *session, const struct provider *provider, struct batch *batch,
                      int64_t until_ms, char **token)
{
    struct outcome outcome = { 0 };
    struct reply reply = { 0 };
    struct account account;
    bool secret, token_too; /* are repeated */

    if (!account_here(session, provider, &account, token, &outcome)) {
        batch_outcome(batch, &outcome);
        return;
    }
    send_batch(session, provider, &account, batch, until_ms, &reply, &outcome);
    secret = repeats(&reply, account.secret);
    token_too = repeats(&reply, account.token);
    for (size_t i = 0; i < batch->count; i++) {
        if (batch->item[i].outcome.kind == OUTCOME_NONE)
            outcome_set(&batch->item[i].outcome, OUTCOME_UNSURE, "",
                        "the reply does not speak of this recipient");
        hide_echo(&batch->item[i].outcome, secret, account.secret);
        hide_echo(&batch->item[i].outcome, token_too, account.token);
    }
    reply_clear(&reply);
}

static bool token_was_refused(const struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        if (!batch->item[i].outcome.token_refused)
            return false;
    return batch->count > 0;
}

void session_send(struct session *session, const struct provider *provider, struct batch *batch,
                  int64_t until_ms)
{
    struct outcome outcome = { 0 };
    char *token = NULL, *renewed = NULL;

    if (!session_ready(session, provider, until_ms, &outcome)) {
        batch_outcome(batch, &outcome);
        return;
    }
    send_once(session, provider, batch, until_ms, &token);
    if (token_was_refused(batch) && renew_token(session, provider, token, until_ms))
        send_once(session, provider, batch, until_ms, &renewed);
    free(token);
    free(renewed);
}
