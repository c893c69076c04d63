/* plugin/http/fleet.c: many requests side by side, against a forked server whose every connection has a
   process of its own and does what the path says. */
#include "unit/unit.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/now.h"
#include "http/wire.h"

#define MANY 40

/* What the server saw, in memory shared with it. */
static struct {
    atomic_int connections, requests;
} * seen;

static struct {
    pid_t pid;
    int port;
} server;

/* A whole request; false when there is none any more. */
static bool read_request(int fd, char *path, size_t room)
{
    char text[8192] = "";
    size_t got = 0, want = SIZE_MAX;

    while (got < want && got < sizeof text - 1) {
        ssize_t more = read(fd, text + got, want == SIZE_MAX ? 1 : want - got);
        const char *length;
        if (more <= 0)
            return false;
        got += (size_t)more;
        if (want != SIZE_MAX || strstr(text, "\r\n\r\n") == NULL)
            continue;
        length = strstr(text, "Content-Length: ");
        want = got + (length == NULL ? 0 : strtoul(length + 16, NULL, 10));
    }
    snprintf(path, room, "%.*s", (int)strcspn(strchr(text, '/'), " "), strchr(text, '/'));
    return true;
}

static void write_all(int fd, const char *data, size_t bytes)
{
    while (bytes > 0) {
        ssize_t gone = write(fd, data, bytes);
        if (gone <= 0)
            _exit(0);
        data += gone;
        bytes -= (size_t)gone;
    }
}

/* The body is the path; what stands in front of it says more. */
static void serve(int fd)
{
    static char block[64 * 1024];
    char path[128], reply[512];

    while (read_request(fd, path, sizeof path)) {
        atomic_fetch_add(&seen->requests, 1);
        if (strncmp(path, "/silent", 7) == 0)
            pause();
        if (strncmp(path, "/close", 6) == 0)
            _exit(0);
        if (strncmp(path, "/reset", 6) == 0) {
            setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){ .l_onoff = 1 }, sizeof(struct linger));
            _exit(0);
        }
        if (strncmp(path, "/slow", 5) == 0)
            usleep(300000);
        if (strncmp(path, "/huge", 5) == 0) {
            write_all(fd, "HTTP/1.1 200 OK\r\n\r\n", 19);
            for (int i = 0; i < 48; i++)
                write_all(fd, block, sizeof block);
            _exit(0);
        }
        snprintf(reply, sizeof reply, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s", strlen(path), path);
        write_all(fd, reply, strlen(reply));
    }
    _exit(0);
}

static int start_server(void **state)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)state;
    atomic_store(&seen->connections, 0);
    atomic_store(&seen->requests, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listener, 128), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &length), 0);
    server.port = ntohs(address.sin_port);
    server.pid = fork();
    assert_true(server.pid >= 0);
    if (server.pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        signal(SIGCHLD, SIG_IGN);
        for (;;) {
            int fd = accept(listener, NULL, NULL);
            atomic_fetch_add(&seen->connections, 1);
            if (fork() == 0) {
                prctl(PR_SET_PDEATHSIG, SIGKILL);
                serve(fd);
            }
            close(fd);
        }
    }
    close(listener);
    return 0;
}

static int stop_server(void **state)
{
    (void)state;
    kill(server.pid, SIGKILL);
    waitpid(server.pid, NULL, 0);
    return 0;
}

/* A request of the fleet, and what came of it. */
struct errand {
    struct carrier_settings settings;
    struct request request;
    struct reply reply;
    struct error err;
    bool tried;
    int over;
    char url[96], path[32];
};

static void arrive(void *context, bool tried, const struct error *err)
{
    struct errand *errand = context;

    errand->over++;
    errand->tried = tried;
    errand->err = *err;
}

static struct fleet *open_fleet(size_t connections)
{
    struct error err = { 0 };
    struct fleet *fleet = munja_wire.fleet_open(connections, &err);

    if (fleet == NULL)
        fail_msg("%s", err.text);
    return fleet;
}

static void post(struct fleet *fleet, struct errand *errand, const char *base, const char *path, int wait_ms)
{
    struct error err = { 0 };

    *errand = (struct errand){ .settings = { .url = errand->url, .proxy = "", .plaintext = true } };
    if (base == NULL)
        snprintf(errand->url, sizeof errand->url, "http://127.0.0.1:%d", server.port);
    else
        snprintf(errand->url, sizeof errand->url, "%s", base);
    snprintf(errand->path, sizeof errand->path, "%s", path);
    assert_true(request_start(&errand->request, "POST", errand->path, NULL));
    assert_true(request_field(&errand->request, "text", "디스크 full", NULL));
    if (!munja_wire.fleet_send(fleet, &errand->settings, &errand->request, now_steady_ms() + wait_ms,
                               &errand->reply, arrive, errand, &err))
        fail_msg("%s", err.text);
    assert_int_equal(errand->over, 0); /* never before a turn */
}

/* Turns until all of them are over; how often it woke up. */
static int run(struct fleet *fleet, const struct errand *errands, size_t count)
{
    int64_t start_ms = now_steady_ms();
    size_t over = 0;
    int turns = 0;

    while (over < count) {
        struct pollfd fd = { .fd = munja_wire.fleet_fd(fleet), .events = POLLIN };
        int wait_ms = munja_wire.fleet_wait_ms(fleet);
        if (now_steady_ms() - start_ms > 60000)
            fail_msg("%zu of %zu never come to an end", count - over, count);
        poll(&fd, 1, wait_ms < 0 || wait_ms > 1000 ? 1000 : wait_ms);
        munja_wire.fleet_turn(fleet);
        turns++;
        over = 0;
        for (size_t i = 0; i < count; i++)
            over += errands[i].over > 0;
    }
    for (size_t i = 0; i < count; i++)
        assert_int_equal(errands[i].over, 1);
    return turns;
}

static void errand_clear(struct errand *errand)
{
    reply_clear(&errand->reply);
    request_clear(&errand->request);
}

/* They are under way side by side, each gets its own answer, and the next ones use the same connections. */
static void many_side_by_side(void **state)
{
    static struct errand errands[MANY];
    struct fleet *fleet = open_fleet(MANY);

    (void)state;
    for (int round = 0; round < 3; round++) {
        int64_t start_ms = now_steady_ms();
        char path[32];
        for (size_t i = 0; i < MANY; i++) {
            snprintf(path, sizeof path, "/slow/%d/%zu", round, i);
            post(fleet, &errands[i], NULL, path, 20000);
        }
        run(fleet, errands, MANY);
        assert_true(now_steady_ms() - start_ms < MANY * 300 / 2); /* one after the other: 12 s */
        for (size_t i = 0; i < MANY; i++) {
            assert_true(errands[i].tried);
            assert_int_equal(errands[i].reply.carried, CARRIED_WHOLE);
            assert_string_equal(errands[i].reply.body, errands[i].path);
            errand_clear(&errands[i]);
        }
        assert_int_equal(atomic_load(&seen->connections), MANY);
    }
    assert_int_equal(atomic_load(&seen->requests), 3 * MANY);
    munja_wire.fleet_close(fleet);
}

/* No more connections are kept than it says. */
static void one_after_the_other_on_one_connection(void **state)
{
    struct fleet *fleet = open_fleet(2);
    struct errand errand;

    (void)state;
    for (int i = 0; i < 10; i++) {
        post(fleet, &errand, NULL, "/a", 5000);
        assert_true(run(fleet, &errand, 1) < 100);
        assert_int_equal(errand.reply.status, 200);
        errand_clear(&errand);
    }
    assert_int_equal(atomic_load(&seen->connections), 1);
    assert_int_equal(atomic_load(&seen->requests), 10);
    assert_int_equal(munja_wire.fleet_wait_ms(fleet), -1); /* nothing to do: for ever */
    munja_wire.fleet_close(fleet);
}

/* Every way to fail, all at once and beside one that goes well, over connections that are fresh or kept. */
static void each_fails_for_itself(void **state)
{
    static const struct {
        const char *base, *path;
        int wait_ms;
        bool tried;
        enum carried carried;
        const char *fault;
    } cases[] = {
        { NULL, "/good", 8000, true, CARRIED_WHOLE, "" },
        { NULL, "/silent", 1200, true, CARRIED_UNKNOWN, "timed out" },
        { NULL, "/close", 8000, true, CARRIED_UNKNOWN, "" },
        { NULL, "/reset", 8000, true, CARRIED_UNKNOWN, "" },
        { NULL, "/huge", 8000, true, CARRIED_PARTLY, "longer than 1 MiB" },
        { "http://127.0.0.1:1", "/refused", 8000, true, CARRIED_NOT, "onnect" },
        { "http://127.0.0.1:1", "/late", -5, true, CARRIED_NOT, "" },
        { "https://TLS", "/tls", 1200, true, CARRIED_NOT, "" },
        { "ftp://127.0.0.1", "/ftp", 8000, false, CARRIED_NOT, "" },
        { NULL, "/slow", 8000, true, CARRIED_WHOLE, "" },
    };
    static struct errand errands[CASES(cases)];
    struct fleet *fleet = open_fleet(8);

    (void)state;
    for (int round = 0; round < 3; round++) {
        char tls[64];
        snprintf(tls, sizeof tls, "https://127.0.0.1:%d", server.port);
        for (size_t i = 0; i < CASES(cases); i++)
            post(fleet, &errands[i],
                 cases[i].base != NULL && strcmp(cases[i].base, "https://TLS") == 0 ? tls : cases[i].base,
                 cases[i].path, cases[i].wait_ms);
        run(fleet, errands, CASES(cases));
        for (size_t i = 0; i < CASES(cases); i++) {
            const struct errand *errand = &errands[i];
            if (errand->tried != cases[i].tried || errand->reply.carried != cases[i].carried
                || strstr(errand->reply.fault, cases[i].fault) == NULL)
                fail_msg("%s: tried %d carried %d \"%s\" %s", cases[i].path, errand->tried,
                         (int)errand->reply.carried, errand->reply.fault, errand->err.text);
            if (errand->reply.body != NULL)
                assert_true(errand->reply.bytes <= REPLY_BYTES_MAX);
            errand_clear(&errands[i]);
        }
    }
    munja_wire.fleet_close(fleet);
}

/* One that begins the next from within its end, as a fiber that goes on may. */
static struct {
    struct fleet *fleet;
    struct errand second;
} relay;

static void begin_next(void *context, bool tried, const struct error *err)
{
    arrive(context, tried, err);
    post(relay.fleet, &relay.second, NULL, "/second", 5000);
}

static void an_end_may_begin_another(void **state)
{
    struct errand first = { 0 };

    (void)state;
    relay.fleet = open_fleet(4);
    first.settings = (struct carrier_settings){ .url = first.url, .proxy = "", .plaintext = true };
    snprintf(first.url, sizeof first.url, "http://127.0.0.1:%d", server.port);
    assert_true(request_start(&first.request, "POST", "/first", NULL));
    assert_true(munja_wire.fleet_send(relay.fleet, &first.settings, &first.request, now_steady_ms() + 5000,
                                      &first.reply, begin_next, &first, NULL));
    run(relay.fleet, &first, 1);
    run(relay.fleet, &relay.second, 1);
    assert_string_equal(relay.second.reply.body, "/second");
    assert_int_equal(atomic_load(&seen->connections), 1);
    errand_clear(&first);
    errand_clear(&relay.second);
    munja_wire.fleet_close(relay.fleet);
    munja_wire.fleet_close(NULL);
}

#define fleet_test(test) cmocka_unit_test_setup_teardown(test, start_server, stop_server)

int main(void)
{
    const struct CMUnitTest tests[] = {
        fleet_test(many_side_by_side),
        fleet_test(one_after_the_other_on_one_connection),
        fleet_test(each_fails_for_itself),
        fleet_test(an_end_may_begin_another),
    };

    signal(SIGPIPE, SIG_IGN);
    seen = mmap(NULL, sizeof *seen, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
