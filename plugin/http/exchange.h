#ifndef MUNJA_HTTP_EXCHANGE_H
#define MUNJA_HTTP_EXCHANGE_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "http/wire.h"

/* One request under way on one easy handle: all that libcurl only borrows, and how far it came. A zeroed
   struct is empty. It must not move between exchange_prepare and exchange_clear. */
struct exchange {
    CURL *easy; /* borrowed */
    struct buf url, type, multipart;
    struct curl_slist *headers, *proxy_headers, *resolve, *connect_to;
    const char *body;
    size_t bytes;
    bool acts;  /* the request may change something at the gateway */
    bool begun; /* a connection stands and the request starts on it: from then on it may have gone out */
    bool plaintext;
    struct buf reply;
    bool too_large;
    char detail[CURL_ERROR_SIZE];
};

/* Set the handle up for a request that is over at until_ms (now_steady_ms). request must live as long as the
   exchange. resident: this process lives long, so that reading the system's certificates once is cheaper than
   looking for one each time. *reply says that nothing went out yet. */
bool exchange_prepare(struct exchange *exchange, CURL *easy, const struct carrier_settings *settings,
                      const struct request *request, int64_t until_ms, bool resident, struct reply *reply,
                      struct error *err);

/* What came of it, by libcurl's last word. False when nothing could be tried at all: then the fault is in
   err. */
bool exchange_finish(struct exchange *exchange, CURLcode code, struct reply *reply, struct error *err);

void exchange_clear(struct exchange *exchange);

#endif
