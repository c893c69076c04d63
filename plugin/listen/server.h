#ifndef MUNJA_LISTEN_SERVER_H
#define MUNJA_LISTEN_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/network.h"

/* What others ask munja over HTTP: a request as data, and the one server. It has no thread: it acts in
   server_turn alone, and bounds whatever comes by itself: connections, of all and of each address, headers,
   bodies, and the time that a request takes from its first byte to its last. What a request is for, and what
   it is answered, is its owner's business. */
struct server;

/* A body can be no larger. */
#define SERVER_BODY_BYTES_MAX 65536

/* One request. It is the server's, until it is answered. */
struct call {
    const char *method;
    const char *path; /* decoded, without a query */
    /* Who asks. Behind a proxy on this machine, whose word is taken, whom it names last (X-Forwarded-For). */
    struct network_address from;
    bool from_known; /* false: the proxy's word cannot be read */
    bool local;      /* a process of this machine, and none behind a proxy */
    char *body;      /* NUL-terminated */
    size_t bytes;
    const char *allow; /* the methods there are; its owner sets it for an answer of 405 */
    void *context;     /* of whoever serves it; starts as NULL */
};

struct server_rules {
    /* The head is there: false when it was answered already, and no body is wanted. */
    bool (*admit)(void *context, struct call *call);
    /* The whole is there: answer it now, or keep it and answer it before the next turn. */
    void (*serve)(void *context, struct call *call);
    /* It is over, answered or not: whatever context holds can go. */
    void (*forget)(void *context, struct call *call);
    /* It was refused without asking: it takes too long (408), is too large after all (413), or has too many
       connections (429). */
    void (*refused)(void *context, int status, const struct network_address *from);
    void *context;
};

/* Listen there. Fails (ERROR_SYSTEM) where that cannot be, as when somebody else does. rules stay the
 * caller's.
 */
bool server_open(const struct network_endpoint *endpoint, const struct server_rules *rules,
                 struct server **server, struct error *err);

/* Whoever is not answered by now never is. */
void server_close(struct server *server);

/* Readable when server_turn has something to do; it has, too, when so much time has passed (-1: never). */
int server_fd(const struct server *server);
int64_t server_wait_ms(const struct server *server);
void server_turn(struct server *server);

/* The answer, once for each call. text is copied. */
void server_answer(struct call *call, int status, const char *type, const char *text);

/* A plain no, in the words of HTTP. */
void server_refuse(struct call *call, int status);

#endif
