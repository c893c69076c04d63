#ifndef MUNJA_HTTP_WIRE_H
#define MUNJA_HTTP_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "http/reply.h"
#include "http/request.h"

/* The half that needs libcurl and libcrypto, an object of its own (munja_http.so) so that only a process that
   really sends pays for loading them. This header needs neither. */

#define DIGEST_HEX_MAX 129 /* SHA-512 and NUL */

/* Where and how one provider is reached. Nothing is owned. */
struct carrier_settings {
    const char *url;         /* base: scheme, host, port, path prefix */
    const char *ca_file;     /* NULL: the system's CA directory */
    const char *proxy;       /* NULL: as the environment says; "": none */
    const char *resolve;     /* "HOST:PORT:ADDRESS" as curl's --resolve; NULL: DNS */
    const char *verify_name; /* whom the server is to prove to be, in place of the url's host, which is then
                                only where it is found; NULL: the url's host */
    bool plaintext;          /* http:// allowed too */
    bool http2;
};

struct carrier; /* connections kept between requests */
struct fleet;   /* many requests under way at once, over connections that stay warm */

/* A request of a fleet is over. tried false: nothing could be tried at all, for the reason in err. */
typedef void fleet_over(void *context, bool tried, const struct error *err);

struct wire {
    struct carrier *(*open)(struct error *err);
    void (*close)(struct carrier *carrier);

    /* Carry one request and wait, until_ms at most (now_steady_ms). Always fills the reply (caller clears
       it); returns false only when nothing could be tried at all (memory, a URL that is none): then the fault
       is in err and reply->carried is CARRIED_NOT. Redirects are not followed, the body is capped. */
    bool (*carry)(struct carrier *carrier, const struct carrier_settings *settings,
                  const struct request *request, int64_t until_ms, struct reply *reply, struct error *err);

    /* For a resident process; connections: how many may be kept. Nothing may be under way when it closes. */
    struct fleet *(*fleet_open)(size_t connections, struct error *err);
    void (*fleet_close)(struct fleet *fleet);

    /* Begin to carry one request, as above, without waiting. When it is over, fleet_turn fills the reply and
       calls over(context, …), once; until then settings, request and reply must live. False: over is never
       called. */
    bool (*fleet_send)(struct fleet *fleet, const struct carrier_settings *settings,
                       const struct request *request, int64_t until_ms, struct reply *reply, fleet_over *over,
                       void *context, struct error *err);

    /* Readable (epoll, poll) when fleet_turn has something to do; fleet_wait_ms: how long to wait for that at
       most, -1 for ever. */
    int (*fleet_fd)(const struct fleet *fleet);
    int (*fleet_wait_ms)(const struct fleet *fleet);
    void (*fleet_turn)(struct fleet *fleet);

    /* Lower-case hex. name: "md5", "sha256", "sha512". Fails clearly where libcrypto lacks it (MD5 under
     * FIPS). */
    bool (*digest)(const char *name, const void *data, size_t bytes, char hex[DIGEST_HEX_MAX],
                   struct error *err);
    bool (*hmac)(const char *name, const char *key, const void *data, size_t bytes, char hex[DIGEST_HEX_MAX],
                 struct error *err);
};

/* The one symbol that munja_http.so shows. */
extern const struct wire munja_wire;

#endif
