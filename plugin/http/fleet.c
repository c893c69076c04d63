/* Many requests under way at once, over connections that stay warm: libcurl's multi interface, which says
   what sockets to watch, and epoll, which watches them. */
#include "http/fleet.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/now.h"
#include "http/exchange.h"

#define EVENTS_AT_ONCE 64

/* A connection that was idle for longer is not used again: a server that closes it just then would leave a
   message unsure. */
#define IDLE_MOST_S 15L

/* One request under way; kept for the next one when it is over. */
struct ship {
    struct exchange exchange;
    CURL *easy;
    struct reply *reply;
    fleet_over *over;
    void *context;
    struct ship *next; /* of those that lie idle */
};

/* What epoll watches a connection for. One that is idle stays watched, for nothing, until its next request
   or something happens to it: most requests go out over a connection that had one before. */
struct watch {
    unsigned char events; /* EPOLLIN and EPOLLOUT; 0: epoll does not know it */
    bool connection;      /* libcurl says when it is closed */
    bool idle;
};

struct fleet {
    CURLM *multi;
    int epoll;
    struct watch *watch; /* by descriptor */
    size_t watches;
    int64_t alarm_ms; /* now_steady_ms; -1: none */
    struct ship *idle;
    size_t ships, most; /* that lie idle */
};

static struct watch *watch_of(struct fleet *fleet, curl_socket_t fd)
{
    size_t at = (size_t)fd, room = 2 * at + 64;
    struct watch *grown;

    if (at < fleet->watches)
        return &fleet->watch[at];
    grown = realloc(fleet->watch, room * sizeof *grown);
    if (grown == NULL)
        return NULL;
    memset(grown + fleet->watches, 0, (room - fleet->watches) * sizeof *grown);
    fleet->watch = grown;
    fleet->watches = room;
    return &grown[at];
}

static int know_connection(void *user, curl_socket_t fd, curlsocktype purpose)
{
    struct watch *watch = watch_of(user, fd);

    (void)purpose;
    if (watch != NULL)
        *watch = (struct watch){ .connection = true };
    return CURL_SOCKOPT_OK;
}

/* epoll forgets what is closed. */
static int close_connection(void *user, curl_socket_t fd)
{
    struct watch *watch = watch_of(user, fd);

    if (watch != NULL)
        *watch = (struct watch){ 0 };
    return close(fd);
}

static void forget(struct fleet *fleet, struct watch *watch, int fd)
{
    epoll_ctl(fleet->epoll, EPOLL_CTL_DEL, fd, NULL);
    watch->events = 0;
    watch->idle = false;
}

/* Never fails: libcurl would give up all that is under way, and for ever. What cannot be watched ends by its
   deadline. */
static int watch_socket(CURL *easy, curl_socket_t fd, int what, void *user, void *known)
{
    struct fleet *fleet = user;
    struct watch *watch = watch_of(fleet, fd), none = { 0 };
    struct epoll_event event = {
        .events = (what & CURL_POLL_IN ? EPOLLIN : 0u) | (what & CURL_POLL_OUT ? EPOLLOUT : 0u), .data.fd = fd
    };

    (void)easy, (void)known;
    if (watch == NULL)
        watch = &none;
    watch->idle = what == CURL_POLL_REMOVE && watch->connection;
    if (watch->idle || (watch->connection && watch->events == event.events))
        return 0;
    if (what == CURL_POLL_REMOVE) {
        forget(fleet, watch, fd);
        return 0;
    }
    if (epoll_ctl(fleet->epoll, watch->events == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &event) == 0
        || epoll_ctl(fleet->epoll, watch->events == 0 ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event) == 0)
        watch->events = (unsigned char)event.events;
    return 0;
}

static int set_alarm(CURLM *multi, long wait_ms, void *user)
{
    struct fleet *fleet = user;

    (void)multi;
    fleet->alarm_ms = wait_ms < 0 ? -1 : now_steady_ms() + wait_ms;
    return 0;
}

struct fleet *fleet_open(size_t connections, struct error *err)
{
    struct fleet *fleet = calloc(1, sizeof *fleet);

    if (fleet == NULL) {
        error_memory(err);
        return NULL;
    }
    fleet->alarm_ms = -1;
    fleet->most = connections;
    fleet->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (curl_global_init(CURL_GLOBAL_SSL) == CURLE_OK)
        fleet->multi = curl_multi_init();
    if (fleet->epoll < 0 || fleet->multi == NULL
        || curl_multi_setopt(fleet->multi, CURLMOPT_SOCKETFUNCTION, watch_socket) != CURLM_OK
        || curl_multi_setopt(fleet->multi, CURLMOPT_SOCKETDATA, fleet) != CURLM_OK
        || curl_multi_setopt(fleet->multi, CURLMOPT_TIMERFUNCTION, set_alarm) != CURLM_OK
        || curl_multi_setopt(fleet->multi, CURLMOPT_TIMERDATA, fleet) != CURLM_OK
        || curl_multi_setopt(fleet->multi, CURLMOPT_MAXCONNECTS, (long)connections) != CURLM_OK) {
        error_set(err, ERROR_SYSTEM, 0, "libcurl cannot be set up");
        fleet_close(fleet);
        return NULL;
    }
    return fleet;
}

static struct ship *ship_take(struct fleet *fleet)
{
    struct ship *ship = fleet->idle;

    if (ship != NULL) {
        fleet->idle = ship->next;
        fleet->ships--;
        return ship;
    }
    ship = calloc(1, sizeof *ship);
    if (ship != NULL && (ship->easy = curl_easy_init()) == NULL) {
        free(ship);
        ship = NULL;
    }
    return ship;
}

static void ship_free(struct ship *ship)
{
    curl_easy_cleanup(ship->easy);
    free(ship);
}

static void ship_give(struct fleet *fleet, struct ship *ship)
{
    exchange_clear(&ship->exchange);
    if (fleet->ships >= fleet->most) {
        ship_free(ship);
        return;
    }
    *ship = (struct ship){ .easy = ship->easy, .next = fleet->idle };
    fleet->idle = ship;
    fleet->ships++;
}

void fleet_close(struct fleet *fleet)
{
    if (fleet == NULL)
        return;
    for (struct ship *ship; (ship = fleet->idle) != NULL;) {
        fleet->idle = ship->next;
        ship_free(ship);
    }
    curl_multi_cleanup(fleet->multi);
    curl_global_cleanup();
    if (fleet->epoll >= 0)
        close(fleet->epoll);
    free(fleet->watch);
    free(fleet);
}

bool fleet_send(struct fleet *fleet, const struct carrier_settings *settings, const struct request *request,
                int64_t until_ms, struct reply *reply, fleet_over *over, void *context, struct error *err)
{
    struct ship *ship = ship_take(fleet);

    *reply = (struct reply){ .carried = CARRIED_NOT, .retry_after_s = -1 };
    if (ship == NULL)
        return error_memory(err);
    ship->reply = reply;
    ship->over = over;
    ship->context = context;
    if (exchange_prepare(&ship->exchange, ship->easy, settings, request, until_ms, true, reply, err)) {
        if (curl_easy_setopt(ship->easy, CURLOPT_PRIVATE, ship) == CURLE_OK
            && curl_easy_setopt(ship->easy, CURLOPT_MAXAGE_CONN, IDLE_MOST_S) == CURLE_OK
            && curl_easy_setopt(ship->easy, CURLOPT_SOCKOPTFUNCTION, know_connection) == CURLE_OK
            && curl_easy_setopt(ship->easy, CURLOPT_SOCKOPTDATA, fleet) == CURLE_OK
            && curl_easy_setopt(ship->easy, CURLOPT_CLOSESOCKETFUNCTION, close_connection) == CURLE_OK
            && curl_easy_setopt(ship->easy, CURLOPT_CLOSESOCKETDATA, fleet) == CURLE_OK
            && curl_multi_add_handle(fleet->multi, ship->easy) == CURLM_OK)
            return true;
        error_memory(err);
    }
    ship_give(fleet, ship);
    return false;
}

int fleet_fd(const struct fleet *fleet)
{
    return fleet->epoll;
}

int fleet_wait_ms(const struct fleet *fleet)
{
    int64_t left_ms = fleet->alarm_ms - now_steady_ms();

    return fleet->alarm_ms < 0 ? -1 : left_ms < 0 ? 0 : left_ms > 60000 ? 60000 : (int)left_ms;
}

/* Tell of the requests that are over. */
static void land(struct fleet *fleet)
{
    const CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(fleet->multi, &left)) != NULL) {
        CURLcode code = message->data.result;
        struct ship *ship = NULL;
        struct error err = { 0 };
        bool tried;

        if (message->msg != CURLMSG_DONE
            || curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&ship) != CURLE_OK)
            continue;
        curl_multi_remove_handle(fleet->multi, ship->easy);
        tried = exchange_finish(&ship->exchange, code, ship->reply, &err);
        ship->over(ship->context, tried, &err);
        ship_give(fleet, ship);
    }
}

void fleet_turn(struct fleet *fleet)
{
    struct epoll_event events[EVENTS_AT_ONCE];
    int running, count = epoll_wait(fleet->epoll, events, EVENTS_AT_ONCE, 0);

    for (int i = 0; i < count; i++) {
        struct watch *watch = watch_of(fleet, events[i].data.fd);
        int what = (events[i].events & (EPOLLIN | EPOLLHUP) ? CURL_CSELECT_IN : 0)
                   | (events[i].events & EPOLLOUT ? CURL_CSELECT_OUT : 0)
                   | (events[i].events & EPOLLERR ? CURL_CSELECT_ERR : 0);
        if (watch != NULL && watch->idle) /* the server closed it: its next request finds out */
            forget(fleet, watch, events[i].data.fd);
        else
            curl_multi_socket_action(fleet->multi, events[i].data.fd, what, &running);
    }
    if (fleet->alarm_ms >= 0 && now_steady_ms() >= fleet->alarm_ms) {
        fleet->alarm_ms = -1;
        curl_multi_socket_action(fleet->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    }
    land(fleet);
}
