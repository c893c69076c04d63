/* The yardstick of the worker: a program that does nothing but POST one small body after the other over a few
   warm connections, the way libcurl is fastest at it, with its sockets in epoll. Each {n} in the body counts,
   in eight digits.
   Prints messages a second and CPU microseconds for each message, start-up included.

       loop CA-FILE URL CONNECTIONS COUNT BODY [HEADER…] */
#include <curl/curl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>

enum { CONNECTIONS_MAX = 256, BODY_MAX = 4096 };

static struct lane {
    CURL *curl;
    char body[BODY_MAX];
} lanes[CONNECTIONS_MAX];

static CURLM *multi;
static int poller, running;
static long long timer_us = -1;
static long first_number, begun, count;
static const char *text;

static long long now_us(clockid_t clock)
{
    struct timespec t = { 0 };

    clock_gettime(clock, &t);
    return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

static size_t drop(char *data, size_t size, size_t items, void *context)
{
    (void)data;
    (void)context;
    return size * items;
}

static int on_socket(CURL *curl, curl_socket_t socket, int what, void *context, void *known)
{
    struct epoll_event event = { .events = (what & CURL_POLL_IN ? EPOLLIN : 0u)
                                           | (what & CURL_POLL_OUT ? EPOLLOUT : 0u),
                                 .data.fd = socket };

    (void)curl;
    (void)context;
    epoll_ctl(poller,
              what == CURL_POLL_REMOVE ? EPOLL_CTL_DEL
              : known != NULL          ? EPOLL_CTL_MOD
                                       : EPOLL_CTL_ADD,
              socket, &event);
    curl_multi_assign(multi, socket, what == CURL_POLL_REMOVE ? NULL : &poller);
    return 0;
}

static int on_timer(CURLM *handle, long wait_ms, void *context)
{
    (void)handle;
    (void)context;
    timer_us = wait_ms < 0 ? -1 : now_us(CLOCK_MONOTONIC) + wait_ms * 1000;
    return 0;
}

/* {n} makes each message one of its own. */
static void write_body(char body[BODY_MAX])
{
    const char *from = text, *mark;
    size_t length = 0;

    while ((mark = strstr(from, "{n}")) != NULL && length < BODY_MAX) {
        length += (size_t)snprintf(body + length, BODY_MAX - length, "%.*s%08ld", (int)(mark - from), from,
                                   first_number + begun);
        from = mark + strlen("{n}");
    }
    if (length < BODY_MAX)
        snprintf(body + length, BODY_MAX - length, "%s", from);
}

static void send_next(struct lane *lane)
{
    write_body(lane->body);
    begun++;
    curl_easy_setopt(lane->curl, CURLOPT_POSTFIELDS, lane->body);
    curl_easy_setopt(lane->curl, CURLOPT_POSTFIELDSIZE, (long)strlen(lane->body));
    curl_multi_add_handle(multi, lane->curl);
}

static bool open_lane(struct lane *lane, const char *ca, const char *url, struct curl_slist *headers)
{
    lane->curl = curl_easy_init();
    if (lane->curl == NULL)
        return false;
    curl_easy_setopt(lane->curl, CURLOPT_CAINFO, ca);
    curl_easy_setopt(lane->curl, CURLOPT_CAPATH, NULL);
    curl_easy_setopt(lane->curl, CURLOPT_URL, url);
    curl_easy_setopt(lane->curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(lane->curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(lane->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(lane->curl, CURLOPT_WRITEFUNCTION, drop);
    curl_easy_setopt(lane->curl, CURLOPT_PRIVATE, lane);
    send_next(lane);
    return true;
}

/* What is over makes room for the next. */
static bool take_ends(void)
{
    struct CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(multi, &left)) != NULL) {
        struct lane *lane = NULL;
        long status = 0;
        CURLcode result = message->data.result;

        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &lane);
        curl_easy_getinfo(message->easy_handle, CURLINFO_RESPONSE_CODE, &status);
        if (result != CURLE_OK || status != 200) {
            fprintf(stderr, "loop: %s, status %ld\n", curl_easy_strerror(result), status);
            return false;
        }
        curl_multi_remove_handle(multi, lane->curl);
        if (begun < count)
            send_next(lane);
        else
            running--;
    }
    return true;
}

static bool turn(void)
{
    struct epoll_event events[CONNECTIONS_MAX];
    long long wait_us = timer_us < 0 ? 1000000 : timer_us - now_us(CLOCK_MONOTONIC);
    int still, ready = 0;

    if (wait_us > 0)
        ready = epoll_wait(poller, events, CONNECTIONS_MAX, (int)((wait_us + 999) / 1000));
    if (ready == 0) {
        timer_us = -1;
        curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &still);
    }
    for (int i = 0; i < ready; i++)
        curl_multi_socket_action(multi, events[i].data.fd,
                                 (events[i].events & EPOLLIN ? CURL_CSELECT_IN : 0)
                                     | (events[i].events & EPOLLOUT ? CURL_CSELECT_OUT : 0)
                                     | (events[i].events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0),
                                 &still);
    return take_ends();
}

int main(int argc, char **argv)
{
    long long start_us = now_us(CLOCK_MONOTONIC), wall_us, cpu_us;
    struct curl_slist *headers = NULL;

    if (argc < 6 || (running = atoi(argv[3])) < 1 || running > CONNECTIONS_MAX
        || (count = atol(argv[4])) < running) {
        fprintf(stderr, "usage: loop CA-FILE URL CONNECTIONS COUNT BODY [HEADER...]\n");
        return 2;
    }
    text = argv[5];
    /* Another run sends other messages: gateways know a key again. */
    first_number = 10000000 + (long)time(NULL) % 899 * 100000;
    for (int i = 6; i < argc; i++)
        headers = curl_slist_append(headers, argv[i]);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    multi = curl_multi_init();
    poller = epoll_create1(EPOLL_CLOEXEC);
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)running);
    for (int i = running - 1; i >= 0; i--)
        if (!open_lane(&lanes[i], argv[1], argv[2], headers))
            return 1;
    while (running > 0)
        if (!turn())
            return 1;
    wall_us = now_us(CLOCK_MONOTONIC) - start_us;
    cpu_us = now_us(CLOCK_PROCESS_CPUTIME_ID);
    printf("%.0f %.1f\n", (double)count * 1e6 / (double)wall_us, (double)cpu_us / (double)count);
    return 0;
}
