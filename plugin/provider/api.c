/* The table of gateways, and what every driver shares. */
#include "provider/api.h"

#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/when.h"

const struct api *const apis[] = {
    &api_smsjoa, &api_notificationsms, &api_apiplex, &api_nanuminet, &api_sms57, NULL,
};

const struct api *api_named(const char *name)
{
    for (size_t i = 0; apis[i] != NULL; i++) {
        if (strcmp(apis[i]->name, name) == 0)
            return apis[i];
    }
    return NULL;
}

bool api_reserves(const struct api *api, const char *at)
{
    size_t length = strlen(at);

    return (api->caps & API_RESERVE) != 0
           && (!api->at_whole_minutes || (length >= 3 && strcmp(at + length - 3, ":00") == 0));
}

bool api_reaches(const struct api *api, const char *number)
{
    switch (api->country) {
    case COUNTRY_KOREA: /* 010…, 02…, and the short forms 15xx to 18xx; 00… dials abroad */
        return number[0] == '1' || (number[0] == '0' && number[1] != '0');
    case COUNTRY_CHINA:
        return strncmp(number, "+86", 3) == 0;
    }
    return false;
}

bool api_takes(const struct api *api, const struct batch *batch, struct error *err)
{
    if (batch->at != NULL && (api->caps & API_RESERVE) == 0)
        return error_set(err, ERROR_USAGE, 0, "--at: %s takes no reservations", api->title);
    if (batch->at != NULL && when_korean_s(batch->at) < 0)
        return error_set(err, ERROR_USAGE, 0, "--at: no such time as \"%.30s\"", batch->at);
    if (batch->image != NULL && ((api->caps & API_IMAGE) == 0 || batch->kind != KIND_MMS))
        return error_set(err, ERROR_BUG, 0, "an image in a message that is no MMS of %s", api->title);
    if (batch->image_url != NULL && ((api->caps & API_IMAGE_URL) == 0 || batch->kind != KIND_MMS))
        return error_set(err, ERROR_BUG, 0, "the address of an image in a message that is no MMS of %s",
                         api->title);
    if (batch->image_url != NULL && !address_holds(batch->image_url))
        return error_set(err, ERROR_USAGE, 0, "--image: not an address that a gateway can fetch");
    return true;
}

void batch_outcome(struct batch *batch, const struct outcome *outcome)
{
    for (size_t i = 0; i < batch->count; i++)
        batch->item[i].outcome = *outcome;
}

const struct api_operation api_operations[] = {
    { "login", offsetof(struct api, login) },
    { "balance", offsetof(struct api, balance) },
    { "result", offsetof(struct api, result) },
    { "list", offsetof(struct api, list) },
    { "reservation-list", offsetof(struct api, reservation_list) },
    { "reservation-show", offsetof(struct api, reservation_show) },
    { "reservation-cancel", offsetof(struct api, reservation_cancel) },
    { "reservation-cancel-all", offsetof(struct api, reservation_cancel_all) },
    { "unsubscribed-list", offsetof(struct api, unsubscribed_list) },
    { "unsubscribed-add", offsetof(struct api, unsubscribed_add) },
    { "unsubscribed-remove", offsetof(struct api, unsubscribed_remove) },
    { "senders", offsetof(struct api, senders) },
    { "reports", offsetof(struct api, reports) },
    { "replies", offsetof(struct api, replies) },
    { "signup", offsetof(struct api, signup) },
    { 0 },
};

const struct operation *api_operation(const struct api *api, const char *word)
{
    for (const struct api_operation *o = api_operations; o->word != NULL; o++) {
        const struct operation *found = (const struct operation *)((const char *)api + o->offset);
        if (strcmp(o->word, word) == 0)
            return found->build == NULL ? NULL : found;
    }
    return NULL;
}

const char *account_key(const struct account *account, const char *key)
{
    if (account->section != NULL)
        return section_text(account->section, account->keys, key);
    for (const struct setting *s = account->keys; s != NULL && s->name != NULL; s++) {
        if (strcmp(s->name, key) == 0)
            return s->fallback;
    }
    return NULL;
}

void answer_clear(struct answer *answer)
{
    free(answer->token);
    listing_clear(&answer->listing);
    *answer = (struct answer){ 0 };
}

bool answer_row(struct answer *answer, const char *const *cells)
{
    if (listing_add(&answer->listing, cells))
        return true;
    listing_clear(&answer->listing);
    outcome_set(&answer->outcome, OUTCOME_RETRY, "", "out of memory");
    return false;
}

/* As long as the references that outcomes keep. */
#define REF_BYTES_MAX 95

bool query_has_ref(const struct query *query, struct error *err)
{
    const char *ref = query->ref == NULL ? "" : query->ref;
    size_t bytes = strlen(ref);
    bool sane = bytes <= REF_BYTES_MAX && strspn(ref, ".") < bytes;

    for (size_t i = 0; sane && i < bytes; i++)
        sane = ref[i] > ' ' && ref[i] <= '~';
    return sane || error_set(err, ERROR_USAGE, 0, "REF: not an id that a gateway gives");
}

bool query_is_whole(const struct query *query, struct error *err)
{
    return (query->page == 0 && query->size == 0)
           || error_set(err, ERROR_USAGE, 0, "--%s: this gateway has no pages here",
                        query->page != 0 ? "page" : "size");
}

/* Longer than any token seen (JWTs of some kilobytes), shorter than servers' limit for all headers. */
#define TOKEN_BYTES_MAX 6000

static bool token_is_sane(const char *token)
{
    size_t bytes = strlen(token);

    for (size_t i = 0; i < bytes; i++) {
        if (token[i] <= ' ' || token[i] > '~')
            return false;
    }
    return bytes > 0 && bytes <= TOKEN_BYTES_MAX;
}

void answer_login(struct answer *answer, const char *token, int64_t token_until)
{
    char *copy;

    if (token == NULL || !token_is_sane(token)) {
        outcome_set(&answer->outcome, OUTCOME_UNSURE, "no-token", "the answer to the login holds no token");
        return;
    }
    copy = strdup(token);
    if (copy == NULL) {
        outcome_set(&answer->outcome, OUTCOME_RETRY, "", "out of memory");
        return;
    }
    outcome_accept(&answer->outcome, NULL);
    answer->token = copy;
    answer->token_until = token_until;
}
