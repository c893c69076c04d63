/* The HTTP server: takes requests apart, hands them to their gateway, answers or fails as ordered. */
#include "sim/server.h"

#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sim/config.h"
#include "sim/faults.h"
#include "sim/journal.h"
#include "sim/message.h"
#include "sim/sim.h"
#include "sim/wait.h"

#define BODY_MAX (16u << 20)

/* None ever waits, so more than there are processors would only take them from the client. */
#define THREADS 2u

static const struct gateway *const gateways[] = { &gateway_smsjoa, &gateway_notificationsms, &gateway_apiplex,
                                                  &gateway_nanuminet, &gateway_sms57 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool plain;
static uint64_t connections;

static const struct gateway *gateway_of(const char *path)
{
    if (strcmp(path, config.login_path) == 0 || strcmp(path, config.signup_path) == 0)
        return &gateway_notificationsms;
    for (size_t i = 0; i < LENGTH(gateways); i++) {
        size_t bytes = strlen(gateways[i]->prefix);

        if (strncmp(path, gateways[i]->prefix, bytes) == 0 && (!gateways[i]->exact || path[bytes] == '\0'))
            return gateways[i];
    }
    return NULL;
}

/* Credentials, content type and the date of a signature must not stand twice. */
static void check_headers(struct exchange *x)
{
    for (size_t i = 0; i < x->headers.count; i++)
        for (size_t j = 0; j < i; j++)
            if (strcasecmp(x->headers.pair[i].name, x->headers.pair[j].name) == 0)
                violate(x, "header %s twice", x->headers.pair[i].name);
    if (header(x, "transfer-encoding") != NULL)
        violate(x, "chunked body");
    if (strcmp(x->method, "GET") == 0 && x->body_bytes > 0)
        violate(x, "GET with a body");
}

static void serve(struct exchange *x)
{
    const struct gateway *gateway = gateway_of(x->path);

    check_headers(x);
    if (gateway == NULL) {
        violate(x, "no gateway has this path");
        answer_text(x, 404, "text/plain", "not found");
    } else {
        gateway->serve(x);
    }
}

static void *on_uri(void *none, const char *uri, struct MHD_Connection *connection)
{
    struct exchange *x = calloc(1, sizeof *x);

    (void)none;
    (void)connection;
    if (x == NULL)
        abort();
    x->uri = exchange_copy(x, uri, strlen(uri));
    return x;
}

static enum MHD_Result on_header(void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct exchange *x = cls;

    (void)kind;
    pairs_add(x, &x->headers,
              (struct pair){
                  .name = exchange_copy(x, name, strlen(name)),
                  .value = exchange_copy(x, value == NULL ? "" : value, value == NULL ? 0 : strlen(value)) });
    return MHD_YES;
}

static void on_connection(void *none, struct MHD_Connection *connection, void **number,
                          enum MHD_ConnectionNotificationCode code)
{
    (void)none;
    (void)connection;
    pthread_mutex_lock(&lock);
    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        *number = (void *)(uintptr_t)++connections;
    journal_connection(code == MHD_CONNECTION_NOTIFY_STARTED ? 1 : -1);
    pthread_mutex_unlock(&lock);
}

static void on_completed(void *none, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode code)
{
    struct exchange *x = *state;

    (void)none;
    (void)connection;
    (void)code;
    if (x != NULL && !x->ready) {
        pthread_mutex_lock(&lock);
        journal_unfinished();
        pthread_mutex_unlock(&lock);
    }
    exchange_free(x);
    *state = NULL;
}

/* The parts of a request that are there before its body; picks the fault. */
static void begin(struct exchange *x, struct MHD_Connection *connection, const char *method)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    size_t path_bytes = strcspn(x->uri, "?"), prefix_bytes;
    const struct gateway *gateway;

    x->method = exchange_copy(x, method, strlen(method));
    x->path = exchange_copy(x, x->uri, path_bytes);
    x->query = x->uri[path_bytes] == '?' ? x->uri + path_bytes + 1 : NULL;
    x->secure = !plain;
    x->connection = (uint64_t)(uintptr_t)info->socket_context;
    x->action = x->gateway = "";
    x->on = connection;
    MHD_get_connection_values(connection, MHD_HEADER_KIND, on_header, x);

    pthread_mutex_lock(&lock);
    config_refresh(journal_dir, journal_complain);
    prefix_bytes = strlen(config.prefix);
    if (strncmp(x->path, config.prefix, prefix_bytes) == 0)
        x->path += prefix_bytes;
    else
        violate(x, "path without the prefix %s", config.prefix);
    gateway = gateway_of(x->path);
    if (gateway != NULL)
        x->gateway = gateway->name;
    x->fault = fault_pick(x, journal_dir, journal_complain);
    pthread_mutex_unlock(&lock);
}

static void receive(struct exchange *x, const char *data, size_t bytes)
{
    if (x->body_bytes + bytes > BODY_MAX) {
        x->too_large = true;
        return;
    }
    if (x->body_bytes + bytes + 1 > x->body_room) {
        x->body_room = (x->body_bytes + bytes + 1) * 2;
        x->body = realloc(x->body, x->body_room);
        if (x->body == NULL)
            abort();
    }
    memcpy(x->body + x->body_bytes, data, bytes);
    x->body_bytes += bytes;
    x->body[x->body_bytes] = '\0';
}

/* Answer and write down, before anything leaves. */
static void finish(struct exchange *x)
{
    pthread_mutex_lock(&lock);
    config_refresh(journal_dir, journal_complain);
    message_settle();
    if (x->body == NULL)
        receive(x, "", 0);
    if (x->fault == NULL || x->fault->process)
        serve(x);
    if (x->fault != NULL)
        fault_answer(x);
    message_settle();
    journal_request(x);
    x->wait_ms = config.latency_ms + (x->fault != NULL && x->fault->kind == FAULT_DELAY ? x->fault->ms : 0);
    x->ready = true;
    pthread_mutex_unlock(&lock);
}

static ssize_t read_drip(void *cls, uint64_t at, char *out, size_t room)
{
    struct exchange *x = cls;

    if (room == 0)
        return 0;
    x->rested = !x->rested;
    if (x->rested) {
        wait_for(x->on, x->fault->ms, NULL);
        return 0;
    }
    *out = x->reply[at];
    return 1;
}

static ssize_t read_half(void *cls, uint64_t at, char *out, size_t room)
{
    const struct exchange *x = cls;
    size_t half = strlen(x->reply) / 2;

    if (at >= half)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (room > half - at)
        room = half - at;
    memcpy(out, x->reply + at, room);
    return (ssize_t)room;
}

static ssize_t read_huge(void *cls, uint64_t at, char *out, size_t room)
{
    (void)cls;
    memset(out, 'a', room);
    memcpy(out, "{\"msg\":\"", at == 0 && room >= 8 ? 8 : 0);
    return (ssize_t)room;
}

static struct MHD_Response *response_of(struct exchange *x)
{
    size_t bytes = x->reply == NULL ? 0 : strlen(x->reply);

    switch (x->fault == NULL ? FAULT_STATUS : x->fault->kind) {
    case FAULT_DRIP:
        return MHD_create_response_from_callback(bytes, 1, read_drip, x, NULL);
    case FAULT_TRUNCATE:
        return MHD_create_response_from_callback(bytes, 4096, read_half, x, NULL);
    case FAULT_HUGE:
        return MHD_create_response_from_callback(x->fault->bytes, 1 << 18, read_huge, x, NULL);
    default:
        return MHD_create_response_from_buffer(bytes, (void *)(uintptr_t)(bytes == 0 ? "" : x->reply),
                                               MHD_RESPMEM_MUST_COPY);
    }
}

static enum MHD_Result send_reply(struct exchange *x, struct MHD_Connection *connection)
{
    struct MHD_Response *response = response_of(x);
    enum MHD_Result result;

    if (response == NULL)
        abort();
    MHD_add_response_header(response, "Content-Type", x->type);
    for (size_t i = 0; i < x->reply_headers.count; i++)
        MHD_add_response_header(response, x->reply_headers.pair[i].name, x->reply_headers.pair[i].value);
    result = MHD_queue_response(connection, x->status, response);
    MHD_destroy_response(response);
    return result;
}

/* Closing would say goodbye first. A socket that is connected to nobody any more has reset its connection. */
static void reset(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    const struct sockaddr nobody = { .sa_family = AF_UNSPEC };

    if (connect(info->connect_fd, &nobody, sizeof nobody) != 0)
        perror("reset");
}

static enum MHD_Result answer(struct exchange *x, struct MHD_Connection *connection)
{
    switch (x->fault == NULL ? FAULT_STATUS : x->fault->kind) {
    case FAULT_RESET:
        reset(connection);
        return MHD_NO;
    case FAULT_CLOSE_BEFORE:
    case FAULT_CLOSE_AFTER:
        return MHD_NO;
    default:
        return send_reply(x, connection);
    }
}

static enum MHD_Result on_request(void *none, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *data, size_t *bytes,
                                  void **state)
{
    struct exchange *x = *state;

    (void)none;
    (void)url;
    (void)version;
    if (x->method == NULL) {
        begin(x, connection, method);
        if (x->fault == NULL || x->fault->kind != FAULT_CLOSE_HEADERS)
            return MHD_YES;
        finish(x);
        return MHD_NO;
    }
    if (*bytes > 0) {
        receive(x, data, *bytes);
        *bytes = 0;
        return MHD_YES;
    }
    if (!x->ready) {
        finish(x);
        if (x->wait_ms > 0) {
            wait_for(connection, x->wait_ms, x->fault == NULL ? NULL : x->fault->until);
            return MHD_YES;
        }
    }
    return answer(x, connection);
}

uint16_t server_start(uint16_t port, const char *cert, const char *key)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons(port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME;
    struct MHD_OptionItem tls[] = { { MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)cert },
                                    { MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)key },
                                    { MHD_OPTION_END, 0, NULL } };
    struct MHD_OptionItem no_tls[] = { { MHD_OPTION_END, 0, NULL } };

    struct MHD_Daemon *daemon;

    plain = cert == NULL;
    if (!wait_start())
        return 0;
    daemon = MHD_start_daemon(
        plain ? flags : flags | MHD_USE_TLS, port, NULL, NULL, on_request, NULL, MHD_OPTION_SOCK_ADDR,
        &address, MHD_OPTION_URI_LOG_CALLBACK, on_uri, NULL, MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, NULL, MHD_OPTION_CONNECTION_LIMIT, 1000u,
        MHD_OPTION_THREAD_POOL_SIZE, THREADS, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)64 << 10,
        MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u, MHD_OPTION_ARRAY, plain ? no_tls : tls, MHD_OPTION_END);
    return daemon == NULL ? 0 : MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
}

void server_tick(void)
{
    pthread_mutex_lock(&lock);
    config_refresh(journal_dir, journal_complain);
    message_settle();
    pthread_mutex_unlock(&lock);
    wait_look();
}
