/* libmicrohttpd without threads. It is generous by itself: every bound is set here. */
#include "listen/server.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/now.h"
#include "listen/linger.h"

/* More wait in the kernel until one is over. Who comes from this machine may have them all: it can be a proxy
   that speaks for everybody. */
#define CONNECTIONS_MOST 256u
#define OF_ONE_ADDRESS   32u
#define BACKLOG          1024

/* Of a connection: its headers, and a piece of its body. */
#define CONNECTION_BYTES ((size_t)8 * 1024)

/* From a connection's beginning, or from the answer before, a request has that long, and its answer as long
   again: gateways need a fraction, and who sends a byte now and then is not waited for. */
#define REQUEST_MS 10000

/* What a proxy says of whom it speaks for; any of them tells that there is one. */
#define FORWARDED_FOR "X-Forwarded-For"
static const char *const of_proxies[] = { FORWARDED_FOR, "X-Real-IP", "Forwarded", "Via", NULL };

struct peer {
    TAILQ_ENTRY(peer) at;
    int fd;
    struct network_address address;
    int64_t until_ms;
    bool asks; /* a request has begun, and is not answered */
};
TAILQ_HEAD(peers, peer);

/* A call as the server knows it. */
struct talk {
    struct call call;
    struct server *server;
    struct MHD_Connection *on;
    struct peer *peer;
    struct buf body;
    struct MHD_Response *response;
    int status;
    bool kept; /* suspended until it is answered */
};

struct server {
    struct MHD_Daemon *daemon;
    const struct server_rules *rules;
    struct peers peers; /* whose time is over first comes first */
    struct lingering lingering;
};

static void give_time(struct server *server, struct peer *peer)
{
    TAILQ_REMOVE(&server->peers, peer, at);
    peer->until_ms = now_steady_ms() + REQUEST_MS;
    TAILQ_INSERT_TAIL(&server->peers, peer, at);
}

static enum MHD_Result on_accept(void *context, const struct sockaddr *socket, socklen_t bytes)
{
    struct server *server = context;
    struct network_address address;
    unsigned same = 0;

    (void)bytes;
    if (!network_of_socket(socket, &address))
        return MHD_NO;
    for (const struct peer *peer = TAILQ_FIRST(&server->peers); peer != NULL; peer = TAILQ_NEXT(peer, at))
        same += network_same(&peer->address, &address);
    if (same < OF_ONE_ADDRESS || network_is_loopback(&address))
        return MHD_YES;
    server->rules->refused(server->rules->context, 429, &address);
    return MHD_NO;
}

static void on_connection(void *context, struct MHD_Connection *connection, void **known,
                          enum MHD_ConnectionNotificationCode code)
{
    struct server *server = context;
    struct peer *peer = *known;

    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        if (peer != NULL) {
            linger_add(&server->lingering, peer->fd);
            TAILQ_REMOVE(&server->peers, peer, at);
        }
        free(peer);
        return;
    }
    peer = calloc(1, sizeof *peer);
    *known = peer;
    if (peer == NULL)
        return;
    peer->fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    network_of_socket(MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr,
                      &peer->address);
    TAILQ_INSERT_TAIL(&server->peers, peer, at);
    give_time(server, peer);
}

struct forwarded {
    const char *last;
    bool any;
};

static enum MHD_Result on_header(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct forwarded *forwarded = context;

    (void)kind;
    for (size_t i = 0; of_proxies[i] != NULL; i++)
        forwarded->any = forwarded->any || strcasecmp(name, of_proxies[i]) == 0;
    if (strcasecmp(name, FORWARDED_FOR) == 0)
        forwarded->last = value == NULL ? "" : value;
    return MHD_YES;
}

/* Only the last address was written by the proxy itself; those before it came with the request. */
static bool read_last(const char *list, struct network_address *address)
{
    const char *comma = strrchr(list, ',');
    char text[NETWORK_TEXT_BYTES];
    size_t bytes;

    list = comma == NULL ? list : comma + 1;
    list += strspn(list, " \t");
    bytes = strcspn(list, " \t");
    if (bytes >= sizeof text || list[bytes + strspn(list + bytes, " \t")] != '\0')
        return false;
    memcpy(text, list, bytes);
    text[bytes] = '\0';
    return network_address(text, address);
}

static void learn_who(struct talk *talk)
{
    struct call *call = &talk->call;
    struct forwarded forwarded = { 0 };
    bool near = network_is_loopback(&talk->peer->address);

    call->from = talk->peer->address;
    call->from_known = true;
    if (near)
        MHD_get_connection_values(talk->on, MHD_HEADER_KIND, on_header, &forwarded);
    if (forwarded.last != NULL)
        call->from_known = read_last(forwarded.last, &call->from);
    call->local = near && !forwarded.any;
}

static struct talk *talk_new(struct server *server, struct MHD_Connection *connection, const char *path,
                             const char *method)
{
    struct peer *peer =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
    struct talk *talk = peer == NULL ? NULL : calloc(1, sizeof *talk);

    if (talk == NULL)
        return NULL;
    *talk = (struct talk){ .server = server, .on = connection, .peer = peer };
    talk->call.method = method;
    talk->call.path = path;
    peer->asks = true;
    learn_who(talk);
    return talk;
}

static struct talk *talk_of(struct call *call)
{
    return (struct talk *)((char *)call - offsetof(struct talk, call));
}

/* Without memory for an answer the connection is closed without one. */
void server_answer(struct call *call, int status, const char *type, const char *text)
{
    struct talk *talk = talk_of(call);

    talk->status = status;
    talk->response =
        MHD_create_response_from_buffer(strlen(text), (void *)(uintptr_t)text, MHD_RESPMEM_MUST_COPY);
    if (talk->response != NULL) {
        MHD_add_response_header(talk->response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
        MHD_add_response_header(talk->response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
        if (call->allow != NULL)
            MHD_add_response_header(talk->response, MHD_HTTP_HEADER_ALLOW, call->allow);
    }
    if (talk->kept)
        MHD_resume_connection(talk->on);
    talk->kept = false;
}

void server_refuse(struct call *call, int status)
{
    char text[64];

    snprintf(text, sizeof text, "%s\n", MHD_get_reason_phrase_for((unsigned)status));
    server_answer(call, status, "text/plain", text);
}

static enum MHD_Result send_answer(struct talk *talk)
{
    enum MHD_Result queued = MHD_NO;

    talk->peer->asks = false;
    if (talk->response != NULL)
        queued = MHD_queue_response(talk->on, (unsigned)talk->status, talk->response);
    return queued;
}

/* The size that the head promises decides before any of it is read; where it promises none, what comes. */
static bool is_too_large(const struct talk *talk, size_t more)
{
    const char *promised =
        MHD_lookup_connection_value(talk->on, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);

    return talk->body.len + more > SERVER_BODY_BYTES_MAX
           || (promised != NULL && strtoull(promised, NULL, 10) > SERVER_BODY_BYTES_MAX);
}

static void begin(struct talk *talk)
{
    const struct server_rules *rules = talk->server->rules;

    if (rules->admit(rules->context, &talk->call) && is_too_large(talk, 0))
        server_refuse(&talk->call, 413);
}

/* The library takes no answer between a body's beginning and its end, which may never come. */
static void say_at_once(struct server *server, struct peer *peer, int status)
{
    char text[128];
    int bytes =
        snprintf(text, sizeof text, "HTTP/1.1 %d %s\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
                 status, MHD_get_reason_phrase_for((unsigned)status));

    send(peer->fd, text, (size_t)bytes, MSG_DONTWAIT | MSG_NOSIGNAL);
    server->rules->refused(server->rules->context, status, &peer->address);
    peer->asks = false;
}

static bool receive(struct talk *talk, const char *data, size_t bytes)
{
    if (!is_too_large(talk, bytes))
        return buf_add(&talk->body, data, bytes);
    say_at_once(talk->server, talk->peer, 413);
    return false;
}

static void finish(struct talk *talk)
{
    const struct server_rules *rules = talk->server->rules;

    talk->call.body = talk->body.data == NULL ? (char *)(uintptr_t) "" : talk->body.data;
    talk->call.bytes = talk->body.len;
    rules->serve(rules->context, &talk->call);
    talk->kept = talk->response == NULL && talk->status == 0;
    give_time(talk->server, talk->peer);
    if (talk->kept)
        MHD_suspend_connection(talk->on);
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *path,
                                  const char *method, const char *version, const char *data, size_t *bytes,
                                  void **known)
{
    struct talk *talk = *known;

    (void)version;
    if (talk == NULL) {
        *known = talk = talk_new(context, connection, path, method);
        if (talk == NULL)
            return MHD_NO;
        begin(talk);
    } else if (*bytes > 0) {
        if (!receive(talk, data, *bytes))
            return MHD_NO;
        *bytes = 0;
    } else if (talk->status == 0) {
        finish(talk);
    }
    return talk->status == 0 ? MHD_YES : send_answer(talk);
}

static void on_completed(void *context, struct MHD_Connection *connection, void **known,
                         enum MHD_RequestTerminationCode code)
{
    struct server *server = context;
    struct talk *talk = *known;

    (void)connection, (void)code;
    if (talk == NULL)
        return;
    server->rules->forget(server->rules->context, &talk->call);
    talk->peer->asks = false;
    give_time(server, talk->peer);
    if (talk->response != NULL)
        MHD_destroy_response(talk->response);
    buf_clear(&talk->body);
    free(talk);
    *known = NULL;
}

static bool start(struct server *server, int fd, struct error *err)
{
    server->daemon =
        MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, on_accept, server, on_request, server,
                         MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_NOTIFY_COMPLETED, on_completed, server,
                         MHD_OPTION_NOTIFY_CONNECTION, on_connection, server, MHD_OPTION_CONNECTION_LIMIT,
                         CONNECTIONS_MOST, MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_BYTES,
                         MHD_OPTION_CONNECTION_TIMEOUT, 0u, MHD_OPTION_END);
    return server->daemon != NULL || error_set(err, ERROR_SYSTEM, 0, "the HTTP server does not start");
}

/* Whoever was here before may have left connections of his in the kernel. */
static int listen_at(const struct network_endpoint *endpoint, struct error *err)
{
    int fd = socket(endpoint->socket.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int)) == 0
        && bind(fd, &endpoint->socket.any, endpoint->bytes) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    error_set(err, ERROR_SYSTEM, errno, "%s",
              errno == EADDRINUSE ? "somebody else listens there" : strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

bool server_open(const struct network_endpoint *endpoint, const struct server_rules *rules,
                 struct server **server, struct error *err)
{
    struct server *made = calloc(1, sizeof *made);
    int fd;

    if (made == NULL)
        return error_memory(err);
    made->rules = rules;
    TAILQ_INIT(&made->peers);
    fd = listen_at(endpoint, err);
    if (fd >= 0 && start(made, fd, err)) {
        *server = made;
        return true;
    }
    if (fd >= 0)
        close(fd);
    free(made);
    return false;
}

void server_close(struct server *server)
{
    if (server == NULL)
        return;
    MHD_stop_daemon(server->daemon);
    linger_close(&server->lingering);
    free(server);
}

int server_fd(const struct server *server)
{
    return MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
}

static int64_t sooner(int64_t a_ms, int64_t b_ms)
{
    return a_ms < 0 || (b_ms >= 0 && b_ms < a_ms) ? b_ms : a_ms;
}

int64_t server_wait_ms(const struct server *server)
{
    const struct peer *first = TAILQ_FIRST(&server->peers);
    int64_t wait = linger_wait_ms(&server->lingering), now = now_steady_ms();
    MHD_UNSIGNED_LONG_LONG own;

    if (MHD_get_timeout(server->daemon, &own) == MHD_YES)
        wait = sooner(wait, (int64_t)own);
    if (first != NULL)
        wait = sooner(wait, first->until_ms < now ? 0 : first->until_ms - now);
    return wait;
}

/* The library takes it for the other end's goodbye, and clears away what it knows of it. */
static void end_late(struct server *server)
{
    struct peer *peer;

    while ((peer = TAILQ_FIRST(&server->peers)) != NULL && peer->until_ms <= now_steady_ms()) {
        if (peer->asks)
            say_at_once(server, peer, 408);
        shutdown(peer->fd, SHUT_RD);
        give_time(server, peer);
    }
}

/* What came while the worker waited for something else is not late: it is read first. */
void server_turn(struct server *server)
{
    MHD_run(server->daemon);
    end_late(server);
    linger_turn(&server->lingering);
}
