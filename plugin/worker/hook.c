/* Pushes of gateways, from the head of a request to its answer. Nothing of a path or a body gets into a log:
   there is the token in the one, phone numbers and texts are in the other. */
#include "worker/hook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "after/pulled.h"
#include "base/log.h"
#include "base/now.h"
#include "flow/reference.h"

/* Another process may hold the store's lock for so long. */
#define LOCK_MOST_MS 5000

/* A store that cannot be written is left alone for so long: gateways come again. */
#define STUCK_MS 1000

/* The least time between two lines about refusals. */
#define QUIET_MS 10000

/* One that was understood, and waits for the commit. */
struct push {
    struct call *call;
    const char *provider;
    const struct webhook_operation *webhook;
    struct answer said;
    struct pulled_push rows;
    struct push *next;
};

struct hook {
    struct store *store;
    struct tally *tally;
    struct push *first, **end;
    size_t count;
    int64_t stuck_until_ms, quiet_until_ms;
    size_t unsaid; /* refusals since the last line about one */
};

struct hook *hook_new(struct store *store, struct tally *tally)
{
    struct hook *hook = calloc(1, sizeof *hook);

    if (hook == NULL)
        return NULL;
    *hook = (struct hook){ .store = store, .tally = tally, .end = &hook->first };
    return hook;
}

void hook_free(struct hook *hook)
{
    free(hook);
}

bool hook_path(const char *path, char provider[HOOK_NAME_BYTES], const char **token)
{
    const char *name = path + sizeof HOOK_PATH - 1, *slash;

    if (strncmp(path, HOOK_PATH, sizeof HOOK_PATH - 1) != 0)
        return false;
    slash = strrchr(name, '/'); /* a provider's name may hold one, a token does not */
    if (slash == NULL || slash == name || slash[1] == '\0' || slash - name >= HOOK_NAME_BYTES)
        return false;
    memcpy(provider, name, (size_t)(slash - name));
    provider[slash - name] = '\0';
    *token = slash + 1;
    return true;
}

/* How long it takes says nothing about how much of it is right. */
static bool is_same(const char *token, const char *said)
{
    size_t bytes = strlen(token);
    volatile unsigned char differs = bytes != strlen(said);

    for (size_t i = 0; said[i] != '\0'; i++)
        differs |= (unsigned char)(said[i] ^ (bytes > 0 ? token[i % bytes] : 0));
    return differs == 0 && bytes > 0;
}

static bool is_allowed(const struct provider *provider, const struct call *call)
{
    const struct entry *allow = section_entry(provider->account.section, "allow");
    struct network network;

    if (allow == NULL)
        return true;
    for (size_t i = 0; call->from_known && i < allow->values; i++)
        if (network_read(allow->value[i], &network) && network_holds(&network, &call->from))
            return true;
    return false;
}

static void refuse(struct hook *hook, struct call *call, int status, const char *provider)
{
    char word[16];

    snprintf(word, sizeof word, "%d", status);
    if (provider != NULL)
        tally_add(hook->tally, TALLY_PUSHES, provider, word, 1);
    hook_refused(hook, status, provider, &call->from);
    server_refuse(call, status);
}

/* Whose push it is; NULL: it was refused. Who does not know the token learns nothing else. */
static const struct provider *let_in(struct hook *hook, const struct plan *plan, struct call *call)
{
    char name[HOOK_NAME_BYTES] = "";
    const char *said = "", *token = NULL;
    const struct provider *provider = hook_path(call->path, name, &said) ? plan_provider(plan, name) : NULL;

    if (provider != NULL && provider->api->webhook.judge != NULL)
        token = section_text(provider->account.section, provider_keys, "hook_token");
    if (!is_same(token == NULL ? "" : token, said)) {
        refuse(hook, call, 404, NULL);
        return NULL;
    }
    if (is_allowed(provider, call))
        return provider;
    refuse(hook, call, 403, provider->name);
    return NULL;
}

bool hook_admit(struct hook *hook, const struct plan *plan, struct call *call)
{
    if (strcmp(call->method, "POST") != 0) {
        call->allow = "POST";
        refuse(hook, call, 405, NULL);
        return false;
    }
    return let_in(hook, plan, call) != NULL;
}

static void push_free(struct push *push)
{
    if (push == NULL)
        return;
    pulled_push_clear(&push->rows);
    answer_clear(&push->said);
    free(push);
}

static bool understand(struct hook *hook, struct push *push, const struct call *call, struct error *err)
{
    const struct reply pushed = {
        .carried = CARRIED_WHOLE, .status = 200, .body = call->body, .bytes = call->bytes, .retry_after_s = -1
    };
    const char *id = store_id(hook->store, err);
    char stem[REFERENCE_STEM_BYTES];

    if (id == NULL)
        return false;
    reference_stem(id, stem);
    if (!push->webhook->judge(&pushed, &push->said, err)
        || !pulled_push(push->provider, stem, &push->said.listing, &push->rows, err))
        return false;
    return push->said.listing.count == 0 || push->rows.pushed.receipts + push->rows.pushed.replies > 0
           || error_set(err, ERROR_GATEWAY, 0, "what was pushed comes from nobody");
}

/* The configuration may be another than when the head came. */
void hook_serve(struct hook *hook, const struct plan *plan, struct call *call)
{
    const struct provider *provider = let_in(hook, plan, call);
    struct push *push = provider == NULL ? NULL : calloc(1, sizeof *push);
    struct error err = { 0 };

    if (provider == NULL)
        return;
    if (push == NULL || now_steady_ms() < hook->stuck_until_ms) {
        free(push);
        refuse(hook, call, 503, provider->name);
        return;
    }
    *push = (struct push){ .call = call, .provider = provider->name, .webhook = &provider->api->webhook };
    if (!understand(hook, push, call, &err)) {
        push_free(push);
        refuse(hook, call, err.kind == ERROR_GATEWAY ? 400 : 503, provider->name);
        return;
    }
    call->context = push;
    *hook->end = push;
    hook->end = &push->next;
    hook->count++;
}

void hook_forget(struct call *call)
{
    push_free(call->context);
}

static bool keep(struct hook *hook, struct error *err)
{
    struct pushed **list = calloc(hook->count, sizeof *list);
    size_t count = 0;
    bool kept;

    if (list == NULL)
        return error_memory(err);
    for (struct push *push = hook->first; push != NULL; push = push->next)
        list[count++] = &push->rows.pushed;
    store_until(hook->store, now_steady_ms() + LOCK_MOST_MS);
    kept = store_pushed(hook->store, list, count, err);
    free(list);
    return kept;
}

static void count_rows(struct hook *hook, const struct push *push)
{
    const struct pushed *pushed = &push->rows.pushed;
    size_t replies = pushed->added;

    tally_add(hook->tally, TALLY_PUSHES, push->provider, "200", 1);
    for (size_t i = 0; i < pushed->receipts; i++)
        if (pushed->receipt[i].fresh) {
            tally_add(hook->tally, TALLY_RECEIPTS, push->provider, pushed->receipt[i].said.state, 1);
            replies--;
        }
    if (replies > 0)
        tally_add(hook->tally, TALLY_REPLIES, push->provider, "", replies);
}

/* One whose receipts are of nothing that munja sent is refused; of several, those that are count. */
static void answer(struct hook *hook, struct push *push, bool kept)
{
    const struct pushed *pushed = &push->rows.pushed;
    struct call *call = push->call;

    if (!kept) {
        refuse(hook, call, 503, push->provider);
    } else if (pushed->receipts + pushed->replies > 0 && pushed->known == 0) {
        refuse(hook, call, 404, push->provider);
    } else {
        count_rows(hook, push);
        server_answer(call, 200, push->webhook->content_type, push->webhook->taken);
    }
}

bool hook_commit(struct hook *hook)
{
    struct push *push = hook->first, *next;
    size_t pushes = 0, known = 0, added = 0;
    struct error err = { 0 };
    bool kept;

    if (push == NULL)
        return false;
    kept = keep(hook, &err);
    if (!kept) {
        log_line(LOG_LEVEL_ERROR, "store=hook fault=\"%s\"", err.text);
        hook->stuck_until_ms = now_steady_ms() + STUCK_MS;
    }
    hook->first = NULL;
    hook->end = &hook->first;
    hook->count = 0;
    for (; push != NULL; push = next) {
        next = push->next;
        push->next = NULL;
        pushes++;
        known += push->rows.pushed.known;
        added += push->rows.pushed.added;
        answer(hook, push, kept);
    }
    if (kept)
        log_line(LOG_LEVEL_INFO, "hook=kept pushes=%zu known=%zu new=%zu", pushes, known, added);
    return true;
}

void hook_refused(struct hook *hook, int status, const char *provider, const struct network_address *from)
{
    char address[NETWORK_TEXT_BYTES];

    if (now_steady_ms() < hook->quiet_until_ms) {
        hook->unsaid++;
        return;
    }
    log_line(LOG_LEVEL_ERROR, "hook=refused status=%d%s%s from=%s more=%zu", status,
             provider == NULL ? "" : " provider=", provider == NULL ? "" : provider,
             network_text(from, address), hook->unsaid);
    hook->unsaid = 0;
    hook->quiet_until_ms = now_steady_ms() + QUIET_MS;
}
