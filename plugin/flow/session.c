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

bool session_open(struct session *session, const struct plan *plan, const struct wire *wire,
                  struct store *store, struct error *err)
{
    char **token = calloc(plan->providers + 1, sizeof *token);
    struct carrier *carrier = token == NULL ? NULL : wire->open(err);

    if (token == NULL)
        return error_memory(err);
    if (carrier == NULL) {
        free(token);
        return false;
    }
    *session =
        (struct session){ .plan = plan, .wire = wire, .carrier = carrier, .store = store, .token = token };
    return true;
}

void session_close(struct session *session)
{
    for (size_t i = 0; session->plan != NULL && i < session->plan->providers; i++)
        free(session->token[i]);
    free(session->token);
    if (session->carrier != NULL)
        session->wire->close(session->carrier);
    *session = (struct session){ 0 };
}

/* Where this session keeps the provider's token. */
static char **token_slot(struct session *session, const struct provider *provider)
{
    return &session->token[provider - session->plan->provider];
}

static void outcome_from_error(struct outcome *outcome, const struct error *err)
{
    outcome_set(outcome, err->kind == ERROR_SETTINGS ? OUTCOME_ACCOUNT : OUTCOME_RETRY, "", err->text);
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
    if (session->wire->carry(session->carrier, &provider->carrier, request, until_ms, reply, &err))
        return true;
    outcome_from_error(outcome, &err);
    return false;
}

/* Whether a text that may have been cut ends with the beginning of the secret. */
static bool ends_within(const char *text, const char *secret)
{
    size_t length = strlen(text), bytes = strlen(secret);

    for (size_t piece = 4; piece < bytes && piece <= length; piece++)
        if (memcmp(text + length - piece, secret, piece) == 0)
            return true;
    return false;
}

/* A gateway that repeats our secret must not carry it, or a piece of it, into lines, logs and the store. */
static void hide_echo(struct outcome *outcome, const struct reply *reply, const char *secret)
{
    size_t bytes = secret == NULL ? 0 : strlen(secret);

    /* A shorter one would be found everywhere. */
    if (bytes < 4
        || (memmem(reply->body == NULL ? "" : reply->body, reply->bytes, secret, bytes) == NULL
            && strstr(outcome->meaning, secret) == NULL && strstr(outcome->code, secret) == NULL
            && !ends_within(outcome->meaning, secret) && !ends_within(outcome->code, secret)))
        return;
    outcome->code[0] = outcome->reference[0] = '\0';
    snprintf(outcome->meaning, sizeof outcome->meaning, "the answer repeats a secret, so it is not shown");
}

/* The provider's account with what this session adds to it. */
static struct account account_here(struct session *session, const struct provider *provider)
{
    struct account account = provider->account;

    account.wire = session->wire;
    if (*token_slot(session, provider) != NULL)
        account.token = *token_slot(session, provider);
    return account;
}

/* Build, carry, judge, once. */
static void ask_once(struct session *session, const struct provider *provider,
                     const struct operation *operation, const struct query *query, int64_t until_ms,
                     struct answer *answer)
{
    const struct account account = account_here(session, provider);
    struct request request = { 0 };
    struct reply reply = { 0 };
    struct error err = { 0 };

    if (!operation->build(query, &account, &request, &err))
        outcome_set(&answer->outcome, OUTCOME_NONE, "", err.text);
    else if (carry(session, provider, &request, until_ms, &reply, &answer->outcome)) {
        if (reply.status == 0)
            outcome_from_reply(&answer->outcome, &reply);
        else
            operation->judge(query, &account, &reply, answer);
        hide_echo(&answer->outcome, &reply, account.secret);
        hide_echo(&answer->outcome, &reply, account.token);
    }
    request_clear(&request);
    reply_clear(&reply);
}

/* A login that succeeds leaves its token in answer. */
static void log_in(struct session *session, const struct provider *provider, int64_t until_ms,
                   struct answer *answer)
{
    const struct query query = { .now_ms = now_ms() };

    ask_once(session, provider, &provider->api->login, &query, until_ms, answer);
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

static bool token_key(const struct provider *provider, struct buf *key, struct error *err)
{
    const struct account *account = &provider->account;

    return buf_format(key, "%s\n%s\n%s\n%s", provider->name, provider->api->name, provider->carrier.url,
                      account->user == NULL ? "" : account->user)
           || error_memory(err);
}

/* The store's token, or the right to fetch one; waits while another process is at it. */
static enum token_state await_token(struct session *session, const char *key, const char *refused,
                                    int64_t until_ms, char **token, struct error *err)
{
    enum token_state state = TOKEN_AWAITED;

    for (;;) {
        const struct timespec nap = { .tv_nsec = 30 * 1000 * 1000 };

        if (!token_take(session->store, key, refused, RENEW_MS, &state, token, err))
            return TOKEN_YOURS; /* a store that fails costs a login, not the message */
        if (state != TOKEN_AWAITED || now_steady_ms() >= until_ms)
            return state;
        nanosleep(&nap, NULL);
    }
}

/* Put a token into the session's slot. refused is the one that the gateway did not take (NULL: none). */
static bool find_token(struct session *session, const struct provider *provider, const char *refused,
                       int64_t until_ms, struct outcome *outcome)
{
    char **slot = token_slot(session, provider);
    struct answer answer = { 0 };
    struct error err = { 0 };
    struct buf key = { 0 };
    enum token_state state = TOKEN_YOURS;
    char *token = NULL;

    if (*slot != NULL && refused == NULL)
        return true;
    if (!token_key(provider, &key, &err))
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
            outcome_set(outcome, OUTCOME_RETRY, "login", "no token in time: another process is logging in");
    }
    free(*slot);
    *slot = token;
    buf_clear(&key);
    answer_clear(&answer);
    return token != NULL;
}

static bool logs_in(const struct provider *provider)
{
    return provider->api->login.build != NULL && provider->account.token == NULL;
}

/* After the gateway refused the session's token: a new one, unless there is none to renew or no time left. */
static bool renew_token(struct session *session, const struct provider *provider, int64_t until_ms)
{
    struct outcome outcome = { 0 };
    char *refused;
    bool renewed;

    if (!logs_in(provider) || *token_slot(session, provider) == NULL || now_steady_ms() >= until_ms)
        return false;
    refused = strdup(*token_slot(session, provider));
    renewed = refused != NULL && find_token(session, provider, refused, until_ms, &outcome);
    free(refused);
    return renewed;
}

bool session_ready(struct session *session, const struct provider *provider, int64_t until_ms,
                   struct outcome *outcome)
{
    return !logs_in(provider) || find_token(session, provider, NULL, until_ms, outcome);
}

void session_ask(struct session *session, const struct provider *provider, const struct operation *operation,
                 const struct query *query, int64_t until_ms, struct answer *answer)
{
    *answer = (struct answer){ 0 };
    /* There is no logging in to an account that is only to be made. */
    if (operation != &provider->api->signup && !session_ready(session, provider, until_ms, &answer->outcome))
        return;
    ask_once(session, provider, operation, query, until_ms, answer);
    if (!answer->outcome.token_refused || !renew_token(session, provider, until_ms))
        return;
    answer_clear(answer);
    ask_once(session, provider, operation, query, until_ms, answer);
}

static void send_once(struct session *session, const struct provider *provider, struct batch *batch,
                      int64_t until_ms)
{
    const struct account account = account_here(session, provider);
    struct request request = { 0 };
    struct reply reply = { 0 };
    struct error err = { 0 };
    struct outcome outcome = { 0 };

    batch_outcome(batch, &outcome);
    if (!provider->api->send.build(batch, &account, &request, &err)) {
        /* This driver cannot make a request of it; another may. */
        outcome_set(&outcome, OUTCOME_ACCOUNT, "", err.text);
        batch_outcome(batch, &outcome);
    } else if (!carry(session, provider, &request, until_ms, &reply, &outcome))
        batch_outcome(batch, &outcome);
    else if (reply.status == 0) {
        outcome_from_reply(&outcome, &reply);
        batch_outcome(batch, &outcome);
    } else
        provider->api->send.judge(&account, &reply, batch);
    for (size_t i = 0; i < batch->count; i++) {
        if (batch->item[i].outcome.kind == OUTCOME_NONE)
            outcome_set(&batch->item[i].outcome, OUTCOME_UNSURE, "",
                        "the reply does not speak of this recipient");
        hide_echo(&batch->item[i].outcome, &reply, account.secret);
        hide_echo(&batch->item[i].outcome, &reply, account.token);
    }
    request_clear(&request);
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

    if (!session_ready(session, provider, until_ms, &outcome)) {
        batch_outcome(batch, &outcome);
        return;
    }
    send_once(session, provider, batch, until_ms);
    if (token_was_refused(batch) && renew_token(session, provider, until_ms))
        send_once(session, provider, batch, until_ms);
}
