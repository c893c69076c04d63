/* One request at a time, for a process that sends and ends. */
#include <stdlib.h>

#include "base/now.h"
#include "http/digest.h"
#include "http/exchange.h"
#include "http/fleet.h"
#include "http/wire.h"

struct carrier {
    CURL *easy;
};

static bool transport_carry(struct carrier *carrier, const struct carrier_settings *settings,
                            const struct request *request, int64_t until_ms, struct reply *reply,
                            struct error *err)
{
    struct exchange exchange = { 0 };
    bool tried = exchange_prepare(&exchange, carrier->easy, settings, request, until_ms, false, reply, err)
                 && exchange_finish(&exchange,
                                    until_ms > now_steady_ms() ? curl_easy_perform(carrier->easy)
                                                               : CURLE_OPERATION_TIMEDOUT,
                                    reply, err);

    exchange_clear(&exchange);
    return tried;
}

static void transport_close(struct carrier *carrier)
{
    if (carrier == NULL)
        return;
    curl_easy_cleanup(carrier->easy);
    curl_global_cleanup();
    free(carrier);
}

static struct carrier *transport_open(struct error *err)
{
    struct carrier *carrier = calloc(1, sizeof *carrier);

    if (carrier == NULL) {
        error_memory(err);
        return NULL;
    }
    if (curl_global_init(CURL_GLOBAL_SSL) != CURLE_OK || (carrier->easy = curl_easy_init()) == NULL) {
        error_set(err, ERROR_SYSTEM, 0, "libcurl cannot be set up");
        free(carrier);
        return NULL;
    }
    return carrier;
}

const struct wire munja_wire = {
    .open = transport_open,
    .close = transport_close,
    .carry = transport_carry,
    .fleet_open = fleet_open,
    .fleet_close = fleet_close,
    .fleet_send = fleet_send,
    .fleet_fd = fleet_fd,
    .fleet_wait_ms = fleet_wait_ms,
    .fleet_turn = fleet_turn,
    .digest = digest_hex,
    .hmac = digest_hmac_hex,
};
