/* Any bytes as what is pushed: the first says to whom, a line the path. Whoever is let in has a name and a
   token; what is understood is of the store's shape, and has somebody it comes from. */
#include <stdlib.h>
#include <string.h>

#include "after/pulled.h"
#include "base/network.h"
#include "flow/reference.h"
#include "worker/hook.h"

static void must(int holds)
{
    if (!holds)
        abort();
}

static void go_in(const char *path)
{
    char provider[HOOK_NAME_BYTES] = "";
    struct network_endpoint endpoint;
    struct network network;
    const char *token = NULL;

    if (hook_path(path, provider, &token))
        must(provider[0] != '\0' && token[0] != '\0' && strchr(token, '/') == NULL);
    if (network_read(path, &network))
        must(network.bits <= 128 && network_holds(&network, &network.address));
    if (network_endpoint(path, &endpoint))
        must(endpoint.bytes > 0);
    must(reference_record("m0a1b2c3d", path) >= 0);
}

static void push(const struct api *api, char *body, size_t bytes)
{
    const struct reply pushed = { .carried = CARRIED_WHOLE, .status = 200, .body = body, .bytes = bytes };
    struct pulled_push push = { 0 };
    struct answer answer = { 0 };

    if (api->webhook.judge(&pushed, &answer, NULL)) {
        must(pulled_push("p", "m0a1b2c3d", &answer.listing, &push, NULL));
        must(push.pushed.receipts + push.pushed.replies <= answer.listing.count);
        for (size_t i = 0; i < push.pushed.replies; i++)
            must(push.pushed.reply[i].sender[0] != '\0');
    }
    pulled_push_clear(&push);
    answer_clear(&answer);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t bytes);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t bytes)
{
    char *text = malloc(bytes + 1), *line;

    must(text != NULL);
    memcpy(text, data, bytes);
    text[bytes] = '\0';
    line = bytes > 0 ? memchr(text + 1, '\n', bytes - 1) : NULL;
    if (line != NULL) {
        *line = '\0';
        go_in(text + 1);
        push(text[0] % 2 == 0 ? &api_apiplex : &api_sms57, line + 1, bytes - (size_t)(line + 1 - text));
    }
    free(text);
    return 0;
}
