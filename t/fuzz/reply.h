#ifndef MUNJA_T_FUZZ_REPLY_H
#define MUNJA_T_FUZZ_REPLY_H

/* Any bytes as a driver's reply: judges must give every item an outcome that can be shown, and no success
   against the status. The first byte picks the status, the second how far the reply came. */

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "provider/api.h"

static inline void must(int holds)
{
    if (!holds)
        abort();
}

static inline void must_be_shown(const char *text, size_t room, int ascii)
{
    size_t bytes = strnlen(text, room);

    must(bytes < room);
    for (size_t at = 0, length; at < bytes; at += length) {
        length = utf8_decode(text + at, bytes - at, NULL);
        must(length > 0 && (unsigned char)text[at] >= 0x20 && text[at] != 0x7f);
        must(!ascii || length == 1);
    }
}

static inline void must_hold(const struct outcome *outcome, int status)
{
    must(outcome->kind > OUTCOME_NONE && outcome->kind <= OUTCOME_UNSURE);
    must(outcome->kind != OUTCOME_ACCEPTED || status / 100 == 2);
    must_be_shown(outcome->code, sizeof outcome->code, 1);
    must_be_shown(outcome->meaning, sizeof outcome->meaning, 0);
    must_be_shown(outcome->reference, sizeof outcome->reference, 1);
    must(outcome->wait_s >= 0);
}

/* A reply without success brings no rows; an accepted one without it only says that there is nothing. */
static inline void must_answer(const struct answer *answer, int status)
{
    const struct outcome *outcome = &answer->outcome;

    must_hold(outcome, outcome->kind == OUTCOME_ACCEPTED && answer->listing.count == 0 ? 200 : status);
    must(outcome->kind == OUTCOME_ACCEPTED || answer->listing.count == 0);
    must(answer->listing.column != NULL || answer->listing.count == 0);
    must(answer->listing.total >= -1);
}

static inline void fuzz_operations(const struct api *api, const struct account *account,
                                   const struct query *query, const struct reply *reply)
{
    for (const struct api_operation *o = api_operations; o->word != NULL; o++) {
        const struct operation *operation = api_operation(api, o->word);
        struct answer answer = { 0 };

        if (operation == NULL)
            continue;
        operation->judge(query, account, reply, &answer);
        must_answer(&answer, reply->status);
        if (operation == &api->login)
            must((answer.outcome.kind == OUTCOME_ACCEPTED) == (answer.token != NULL));
        answer_clear(&answer);
    }
}

static inline void fuzz_webhook(const struct api *api, const struct reply *pushed)
{
    struct answer answer = { 0 };
    struct error err = { 0 };

    if (api->webhook.judge == NULL)
        return;
    if (api->webhook.judge(pushed, &answer, &err))
        must_answer(&answer, 200);
    else
        must(err.kind != ERROR_NONE);
    answer_clear(&answer);
}

static inline int fuzz_reply(const struct api *api, const unsigned char *data, size_t bytes)
{
    static const int statuses[] = { 200, 201, 204, 302, 400, 401, 403, 404, 413, 429, 500, 503, 504, 999 };
    struct account account = {
        .name = "p", .user = "u", .secret = "s", .from = "0212345678", .keys = api->keys
    };
    struct batch_item items[2] = {
        { .to = "01012345678", .text = "a", .subject = "", .reference = "k1" },
        { .to = "01087654321", .text = "b", .subject = "", .reference = "k2" },
    };
    struct batch batch = { .kind = KIND_SMS, .own = true, .item = items, .count = 2 };
    struct query query = {
        .now_ms = 1700000000000, .ref = "202612/S/1", .number = "01012345678", .name = "n"
    };
    struct reply reply = { .retry_after_s = -1 };

    if (bytes < 2)
        return 0;
    reply.status = statuses[data[0] % (sizeof statuses / sizeof *statuses)];
    reply.carried = data[1] % 2 == 0 ? CARRIED_WHOLE : CARRIED_PARTLY;
    reply.bytes = bytes - 2;
    reply.body = malloc(bytes - 1);
    must(reply.body != NULL);
    memcpy(reply.body, data + 2, bytes - 2);
    reply.body[bytes - 2] = '\0';
    api->send.judge(&account, &reply, &batch);
    for (size_t i = 0; i < 2; i++)
        must_hold(&items[i].outcome, reply.status);
    fuzz_operations(api, &account, &query, &reply);
    fuzz_webhook(api, &reply);
    reply_clear(&reply);
    return 0;
}

#define FUZZ_REPLY(api)                                                                                      \
    int LLVMFuzzerTestOneInput(const unsigned char *data, size_t bytes);                                     \
    int LLVMFuzzerTestOneInput(const unsigned char *data, size_t bytes)                                      \
    {                                                                                                        \
        return fuzz_reply(&(api), data, bytes);                                                              \
    }

#endif
