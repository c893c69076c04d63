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
    const char *url;     /* base: scheme, host, port, path prefix */
    const char *ca_file; /* NULL: the system's CA directory */
    const char *proxy;   /* NULL: as the environment says; "": none */
    const char *resolve; /* "HOST:PORT:ADDRESS" as curl's --resolve; NULL: DNS */
    bool plaintext;      /* http:// allowed too */
    bool http2;
};

struct carrier; /* connections kept between requests */

struct wire {
    struct carrier *(*open)(struct error *err);
    void (*close)(struct carrier *carrier);

    /* Carry one request and wait, until_ms at most (now_steady_ms). Always fills the reply (caller clears
       it); returns false only when nothing could be tried at all (memory, a URL that is none): then the fault
       is in err and reply->carried is CARRIED_NOT. Redirects are not followed, the body is capped. */
    bool (*carry)(struct carrier *carrier, const struct carrier_settings *settings,
                  const struct request *request, int64_t until_ms, struct reply *reply, struct error *err);

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
