/* The transport against servers that misbehave, one forked for each case. */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

#include "base/now.h"
#include "http/wire.h"

#define SLOW_HOST "slow.test"
#define NO_HOST   "none.test"

/* A name server that does not answer in time for one name and knows nothing of another. */
int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **found)
{
    int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);

    if (node != NULL && strcmp(node, SLOW_HOST) == 0) {
        usleep(10000000);
        return EAI_AGAIN;
    }
    if (node != NULL && strcmp(node, NO_HOST) == 0)
        return EAI_NONAME;
    *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
    return real(node, service, hints, found);
}

/* What the forked server saw, in memory shared with it. */
static struct {
    int connections;
    int requests; /* read to the end of their body */
    int steps;    /* of its script */
    char last[64 * 1024];
} * seen;

struct server {
    pid_t pid;
    int port;
};

static const char *reply_text;

static void read_request(int fd, bool with_body)
{
    static char text[sizeof seen->last];
    size_t got = 0, want = SIZE_MAX;

    memset(text, 0, sizeof text);
    while (got < want && got < sizeof text - 1) {
        ssize_t more = read(fd, text + got, want == SIZE_MAX ? 1 : want - got);
        const char *length;
        if (more <= 0)
            return;
        got += (size_t)more;
        if (want != SIZE_MAX || strstr(text, "\r\n\r\n") == NULL)
            continue;
        if (!with_body)
            return;
        length = strstr(text, "Content-Length: ");
        want = got + (length == NULL ? 0 : strtoul(length + 16, NULL, 10));
    }
    memcpy(seen->last, text, sizeof text);
    seen->requests++;
}

static void write_all(int fd, const char *data, size_t bytes)
{
    while (bytes > 0) {
        ssize_t gone = write(fd, data, bytes);
        if (gone <= 0)
            return;
        data += gone;
        bytes -= (size_t)gone;
    }
}

/* script: a accept, h read the head of a request, r read a whole one, w write the reply, d drip it a byte
   every 200 ms, m write 3 MiB, c close, x close with a reset, z sleep a little. At its end everything stays
   open. */
static void serve(int listener, const char *script)
{
    static char block[64 * 1024];
    const struct linger reset = { .l_onoff = 1 };
    int fd = -1;

    for (; *script != '\0'; script++) {
        switch (*script) {
        case 'a':
            fd = accept(listener, NULL, NULL);
            seen->connections++;
            break;
        case 'h':
        case 'r':
            read_request(fd, *script == 'r');
            break;
        case 'w':
            write_all(fd, reply_text, strlen(reply_text));
            break;
        case 'd':
            for (const char *c = reply_text; *c != '\0'; c++) {
                write_all(fd, c, 1);
                usleep(200000);
            }
            break;
        case 'm':
            memset(block, 'x', sizeof block);
            for (int i = 0; i < 3 * 16; i++)
                write_all(fd, block, sizeof block);
            break;
        case 'x':
            setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
            close(fd);
            break;
        case 'c':
            close(fd);
            break;
        case 'z':
            usleep(100000);
            break;
        }
        seen->steps++;
    }
    pause();
}

static struct server server_start(const char *script, const char *reply)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct server server = { 0 };

    memset(seen, 0, sizeof *seen);
    reply_text = reply;
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listener, 8), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &length), 0);
    server.port = ntohs(address.sin_port);
    server.pid = fork();
    assert_true(server.pid >= 0);
    if (server.pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        serve(listener, script);
        _exit(0);
    }
    close(listener);
    return server;
}

static void server_stop(struct server server)
{
    kill(server.pid, SIGKILL);
    waitpid(server.pid, NULL, 0);
}

static void make_post(struct request *request, const char *path)
{
    assert_true(request_start(request, "POST", path, NULL));
    assert_true(request_header(request, "X-Token", "t0", NULL));
    assert_true(request_field(request, "text", "디스크 full", NULL));
}

static void make_get(struct request *request)
{
    assert_true(request_start(request, "GET", "/v1/auth", NULL));
}

static struct carrier *carrier_new(void)
{
    struct carrier *carrier = munja_wire.open(NULL);

    assert_non_null(carrier);
    return carrier;
}

static bool carry(struct carrier *carrier, const char *url, const struct request *request, int wait_ms,
                  struct reply *reply, struct error *err)
{
    struct carrier_settings settings = { .url = url, .proxy = "", .plaintext = true };

    return munja_wire.carry(carrier, &settings, request, now_steady_ms() + wait_ms, reply, err);
}

#define OK_HEAD "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

static const struct {
    const char *script, *reply;
    int wait_ms;
    enum carried post, get;
    int status;
    const char *body, *fault, *why;
} cases[] = {
    { "arw", OK_HEAD "Content-Length: 2\r\n\r\n{}", 5000, CARRIED_WHOLE, CARRIED_WHOLE, 200, "{}", "",
      "an answer" },
    { "arwc", OK_HEAD "\r\n{\"a\":1}", 5000, CARRIED_WHOLE, CARRIED_WHOLE, 200, "{\"a\":1}", "",
      "a body that ends with the connection" },
    { "arw", OK_HEAD "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n", 5000, CARRIED_WHOLE,
      CARRIED_WHOLE, 200, "abc", "", "chunks" },
    { "arw", "HTTP/1.1 204 No Content\r\n\r\n", 5000, CARRIED_WHOLE, CARRIED_WHOLE, 204, "", "", "no body" },
    { "arw", "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", 5000,
      CARRIED_WHOLE, CARRIED_WHOLE, 302, "", "", "a redirect is an answer, not a way" },
    { "arw", "HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy", 5000, CARRIED_WHOLE, CARRIED_WHOLE, 503,
      "busy", "", "an error is carried whole too" },
    { "arw", "HTTP/1.1 103 Early Hints\r\n\r\n" OK_HEAD "Content-Length: 2\r\n\r\nok", 5000, CARRIED_WHOLE,
      CARRIED_WHOLE, 200, "ok", "", "1xx in front" },
    { "arwc", "HTTP/1.1 103 Early Hints\r\n\r\n", 5000, CARRIED_UNKNOWN, CARRIED_UNKNOWN, 0, NULL, "",
      "1xx and nothing more" },
    { "arc", "", 5000, CARRIED_UNKNOWN, CARRIED_UNKNOWN, 0, NULL, "Empty reply", "read, then closed" },
    { "arx", "", 5000, CARRIED_UNKNOWN, CARRIED_UNKNOWN, 0, NULL, "reset", "read, then reset" },
    { "ahzx", "", 5000, CARRIED_UNKNOWN, CARRIED_UNKNOWN, 0, NULL, "", "the head read, then reset" },
    { "arw", OK_HEAD "Content-Length: 90\r\n\r\nhalf", 1500, CARRIED_PARTLY, CARRIED_PARTLY, 200, "half",
      "timed out", "the rest never comes" },
    { "arwc", OK_HEAD "Content-Length: 90\r\n\r\nhalf", 5000, CARRIED_PARTLY, CARRIED_PARTLY, 200, "half",
      "transfer closed", "closed in the middle" },
    { "arwx", OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\nab", 5000, CARRIED_PARTLY, CARRIED_PARTLY, 200,
      NULL, "", "reset in a chunk" },
    { "arw", OK_HEAD "Transfer-Encoding: chunked\r\n\r\nzz\r\n", 5000, CARRIED_PARTLY, CARRIED_PARTLY, 200,
      "", "", "no chunk size" },
    { "arwmc", OK_HEAD "\r\n", 5000, CARRIED_PARTLY, CARRIED_PARTLY, 200, NULL, "longer than 1 MiB",
      "three megabytes" },
    { "ard", OK_HEAD "Content-Length: 2\r\n\r\n{}", 400, CARRIED_UNKNOWN, CARRIED_UNKNOWN, 0, NULL,
      "timed out", "a drip too slow for a status" },
    { "arwd", "HTTP/1.1 200 OK\r\n\r\n", 1500, CARRIED_PARTLY, CARRIED_PARTLY, 200, NULL, "timed out",
      "a drip too slow for the body" },
    { "ar", "", 300, CARRIED_UNKNOWN, CARRIED_UNKNOWN, 0, NULL, "timed out", "silence" },
    { "arwc", "hello\r\n", 5000, CARRIED_UNKNOWN, CARRIED_UNKNOWN, 0, NULL, "", "HTTP/0.9" },
    { "arwc", "HTTP/1.1 abc\r\n\r\n", 5000, CARRIED_UNKNOWN, CARRIED_UNKNOWN, 0, NULL, "", "no status" },
    { "arwc", "HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n", 5000, CARRIED_UNKNOWN, CARRIED_UNKNOWN, 0,
      NULL, "", "a status that is none" },
};

static void check_case(size_t i, bool post)
{
    struct server server = server_start(cases[i].script, cases[i].reply);
    struct carrier *carrier = carrier_new();
    struct request request = { 0 };
    struct reply reply = { 0 };
    int64_t start_ms = now_steady_ms();
    char url[64];

    print_message("# %s: %s\n", post ? "POST" : "GET", cases[i].why);
    snprintf(url, sizeof url, "http://127.0.0.1:%d/p", server.port);
    if (post)
        make_post(&request, "/v1/send");
    else
        make_get(&request);
    assert_true(carry(carrier, url, &request, cases[i].wait_ms, &reply, NULL));
    assert_int_equal(reply.carried, post ? cases[i].post : cases[i].get);
    assert_int_equal(reply.status, cases[i].status);
    if (cases[i].body != NULL)
        assert_string_equal(reply.body, cases[i].body);
    assert_int_equal(reply.body != NULL, reply.status != 0);
    if (reply.body != NULL)
        assert_true(reply.bytes <= REPLY_BYTES_MAX && reply.bytes == strlen(reply.body));
    assert_int_equal(reply.fault[0] != '\0', reply.carried != CARRIED_WHOLE);
    assert_non_null(strstr(reply.fault, cases[i].fault));
    assert_true(now_steady_ms() - start_ms < cases[i].wait_ms + 5000); /* of a loaded machine */
    assert_true(seen->requests <= 1);
    munja_wire.close(carrier);
    server_stop(server);
    reply_clear(&reply);
    request_clear(&request);
}

static void check_faults(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        check_case(i, true);
        check_case(i, false);
    }
}

static void check_request_letter(void **state)
{
    struct server server = server_start("arw", OK_HEAD "Content-Length: 2\r\n\r\n{}");
    struct carrier *carrier = carrier_new();
    struct request request = { 0 };
    struct reply reply = { 0 };
    char url[64], expected[512];

    (void)state;
    snprintf(url, sizeof url, "http://127.0.0.1:%d/gate/", server.port);
    make_post(&request, "/v1/send");
    assert_true(carry(carrier, url, &request, 5000, &reply, NULL));
    snprintf(expected, sizeof expected, "POST /gate/v1/send HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n", server.port);
    assert_memory_equal(seen->last, expected, strlen(expected));
    assert_non_null(strstr(seen->last, "\r\nUser-Agent: munja/"));
    assert_non_null(strstr(seen->last, "\r\nX-Token: t0\r\n"));
    assert_non_null(strstr(seen->last, "\r\nContent-Type: application/x-www-form-urlencoded\r\n"));
    assert_non_null(strstr(seen->last, "\r\n\r\ntext=%EB%94%94%EC%8A%A4%ED%81%AC%20full"));
    assert_null(strstr(seen->last, "Expect"));
    assert_null(strstr(seen->last, "Accept-Encoding"));
    assert_int_equal(reply.retry_after_s, -1);
    munja_wire.close(carrier);
    server_stop(server);
    reply_clear(&reply);
    request_clear(&request);
}

/* One connection carries requests of every shape in turn. */
static void check_shapes_on_one_connection(void **state)
{
    struct server server = server_start("arwrwrwrwrw", OK_HEAD "Content-Length: 2\r\n\r\n{}");
    struct carrier *carrier = carrier_new();
    struct request request = { 0 };
    struct reply reply = { 0 };
    char url[64], boundary[80] = "", line[256];

    (void)state;
    snprintf(url, sizeof url, "http://127.0.0.1:%d", server.port);

    assert_true(request_start(&request, "POST", "/1/token", NULL));
    assert_true(carry(carrier, url, &request, 5000, &reply, NULL));
    assert_int_equal(reply.carried, CARRIED_WHOLE);
    assert_memory_equal(seen->last, "POST /1/token ", 14);
    assert_non_null(strstr(seen->last, "\r\nContent-Length: 0\r\n"));
    assert_null(strstr(seen->last, "Content-Type"));
    reply_clear(&reply);
    request_clear(&request);

    assert_true(request_start(&request, "GET", "/api/v1/sms", NULL));
    request.content_type = "application/json";
    assert_true(carry(carrier, url, &request, 5000, &reply, NULL));
    assert_int_equal(reply.carried, CARRIED_WHOLE);
    assert_non_null(strstr(seen->last, "\r\nContent-Type: application/json\r\n"));
    reply_clear(&reply);
    request_clear(&request);

    assert_true(request_start(&request, "DELETE", "/1/reservation", NULL));
    assert_true(request_json(&request, "application/json", "{\"msg_serial\":\"7\"}", NULL));
    assert_true(carry(carrier, url, &request, 5000, &reply, NULL));
    assert_int_equal(reply.carried, CARRIED_WHOLE);
    assert_memory_equal(seen->last, "DELETE /1/reservation ", 22);
    assert_non_null(strstr(seen->last, "\r\nContent-Type: application/json\r\n"));
    assert_non_null(strstr(seen->last, "\r\n\r\n{\"msg_serial\":\"7\"}"));
    reply_clear(&reply);
    request_clear(&request);

    assert_true(request_start(&request, "POST", "/1/send", NULL));
    assert_true(request_part(&request, "msg", "--munja\r\n한글", NULL));
    assert_true(request_file(&request, "image", "a\"b.jpg", "image/jpeg", "\xff\xd8", 2, NULL));
    assert_true(carry(carrier, url, &request, 5000, &reply, NULL));
    assert_int_equal(reply.carried, CARRIED_WHOLE);
    assert_int_equal(
        sscanf(strstr(seen->last, "multipart/form-data"), "multipart/form-data; boundary=%70s", boundary), 1);
    snprintf(line, sizeof line,
             "\r\n\r\n--%s\r\nContent-Disposition: form-data; name=\"msg\"\r\n\r\n--munja\r\n한글\r\n",
             boundary);
    assert_non_null(strstr(seen->last, line));
    assert_non_null(strstr(seen->last,
                           "; name=\"image\"; filename=\"a%22b.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n"
                           "\xff\xd8\r\n"));
    snprintf(line, sizeof line, "\r\n--%s--\r\n", boundary);
    assert_non_null(strstr(seen->last, line));
    reply_clear(&reply);
    request_clear(&request);

    make_get(&request);
    assert_true(carry(carrier, url, &request, 5000, &reply, NULL));
    assert_memory_equal(seen->last, "GET /v1/auth ", 13);
    assert_null(strstr(seen->last, "Content-"));
    reply_clear(&reply);
    request_clear(&request);

    assert_int_equal(seen->connections, 1);
    assert_int_equal(seen->requests, 5);
    munja_wire.close(carrier);
    server_stop(server);
}

/* A question is asked again when its connection dies; what acts without a body, a cancel by GET, is not. */
enum carry_form { FORM_POST, FORM_ASK, FORM_ACT };

static const struct {
    enum carry_form form;
    const char *script;
    enum carried second;
    int requests;
    const char *why;
} kept[] = {
    { FORM_POST, "arwrw", CARRIED_WHOLE, 2, "the connection holds" },
    { FORM_POST, "arwcarw", CARRIED_WHOLE, 2, "closed between two requests: a new connection" },
    { FORM_POST, "arwrcarw", CARRIED_UNKNOWN, 2, "closed after the second body: not repeated" },
    { FORM_POST, "arwrxarw", CARRIED_UNKNOWN, 2, "reset after the second body: not repeated" },
    { FORM_POST, "arwhzxarw", CARRIED_UNKNOWN, 1, "reset after the second head: not repeated either" },
    { FORM_ASK, "arwrcarw", CARRIED_WHOLE, 3, "a question: asked again" },
    { FORM_ASK, "arwrxarw", CARRIED_WHOLE, 3, "the same after a reset" },
    { FORM_ACT, "arwrw", CARRIED_WHOLE, 2, "what acts: the connection holds" },
    { FORM_ACT, "arwcarw", CARRIED_WHOLE, 2, "closed between two requests: a new connection" },
    { FORM_ACT, "arwrcarw", CARRIED_UNKNOWN, 2, "closed after the second request: not repeated" },
    { FORM_ACT, "arwrxarw", CARRIED_UNKNOWN, 2, "reset after it: not repeated either" },
};

static void check_kept_connection(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(kept); i++) {
        struct server server = server_start(kept[i].script, OK_HEAD "Content-Length: 2\r\n\r\n{}");
        struct carrier *carrier = carrier_new();
        struct request request = { 0 };
        struct reply reply = { 0 };
        char url[64];

        print_message("# %s\n", kept[i].why);
        snprintf(url, sizeof url, "http://127.0.0.1:%d", server.port);
        if (kept[i].form == FORM_POST)
            make_post(&request, "/v1/send");
        else
            make_get(&request);
        request.once = kept[i].form == FORM_ACT;
        assert_true(carry(carrier, url, &request, 5000, &reply, NULL));
        assert_int_equal(reply.carried, CARRIED_WHOLE);
        reply_clear(&reply);
        /* Where it closes what it has answered, it has. */
        for (int naps = 0; naps < 2000 && seen->steps < (kept[i].script[3] == 'c' ? 4 : 3); naps++)
            usleep(10000);
        usleep(50000);
        assert_true(carry(carrier, url, &request, 5000, &reply, NULL));
        assert_int_equal(reply.carried, kept[i].second);
        assert_int_equal(seen->requests, kept[i].requests);
        reply_clear(&reply);
        request_clear(&request);
        munja_wire.close(carrier);
        server_stop(server);
    }
}

static const struct {
    const char *header;
    int retry_after_s;
} pauses[] = {
    { "Retry-After: 7\r\n", 7 },
    { "Retry-After: 86400\r\n", 3600 },
    { "Retry-After: Fri, 31 Dec 2099 23:59:59 GMT\r\n", 3600 },
    { "Retry-After: Thu, 01 Jan 1970 00:00:01 GMT\r\n", -1 },
    { "Retry-After: -5\r\n", -1 },
    { "Retry-After: soon\r\n", -1 },
    { "Retry-After: 99999999999999999999\r\n", -1 },
    { "", -1 },
};

static void check_retry_after(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(pauses); i++) {
        char text[256], url[64];
        struct server server;
        struct carrier *carrier = carrier_new();
        struct request request = { 0 };
        struct reply reply = { 0 };

        print_message("# %.*s\n", (int)strcspn(pauses[i].header, "\r"), pauses[i].header);
        snprintf(text, sizeof text, "HTTP/1.1 429 Slow down\r\n%sContent-Length: 0\r\n\r\n",
                 pauses[i].header);
        server = server_start("arw", text);
        snprintf(url, sizeof url, "http://127.0.0.1:%d", server.port);
        make_get(&request);
        assert_true(carry(carrier, url, &request, 5000, &reply, NULL));
        assert_int_equal(reply.status, 429);
        assert_int_equal(reply.retry_after_s, pauses[i].retry_after_s);
        reply_clear(&reply);
        request_clear(&request);
        munja_wire.close(carrier);
        server_stop(server);
    }
}

/* Ways that end before the body: the gateway cannot have acted. */
static const struct {
    const char *url, *proxy, *resolve, *ca_file;
    int wait_ms;
    const char *fault, *why;
} nots[] = {
    { "http://127.0.0.1:1", "", NULL, NULL, 5000, "onnect", "nobody listens" },
    { "https://127.0.0.1:1", "", NULL, NULL, 5000, "onnect", "nobody listens" },
    { "http://" NO_HOST, "", NULL, NULL, 5000, "resolve host", "no such name" },
    { "http://" SLOW_HOST, "", NULL, NULL, 400, "timed out", "the name server is too slow" },
    { "http://127.0.0.1:1", "", NULL, NULL, 0, "no time", "the deadline is now" },
    { "http://127.0.0.1:1", "", NULL, NULL, -50, "no time", "the deadline is over" },
    { "http://gate.test", "http://127.0.0.1:1", NULL, NULL, 5000, "onnect", "the proxy is not there" },
    { "http://gate.test", "http://user:hunter2@a b", NULL, NULL, 5000, "", "the proxy is no URL" },
    { "http://gate.test", "", "gate.test:80", NULL, 5000, "", "resolve is nonsense" },
    { "https://127.0.0.1:%d", "", NULL, "/nonexistent/ca.pem", 5000, "certificate", "no such CA file" },
    { "https://127.0.0.1:%d", "", NULL, NULL, 500, "", "the server speaks no TLS" },
    { "https://gate.test", "http://user:hunter2@127.0.0.1:%d", NULL, NULL, 5000, "403", "the proxy refuses" },
};

static void check_nothing_went_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(nots); i++) {
        struct server server = server_start("ahwc", "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n");
        struct carrier *carrier = carrier_new();
        struct request request = { 0 };
        struct reply reply = { 0 };
        struct error err = { 0 };
        char url[64], proxy[64];
        struct carrier_settings settings = { .url = url,
                                             .proxy = proxy,
                                             .resolve = nots[i].resolve,
                                             .ca_file = nots[i].ca_file,
                                             .plaintext = true };
        int64_t start_ms = now_steady_ms();

        print_message("# %s\n", nots[i].why);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(url, sizeof url, nots[i].url, server.port);
        snprintf(proxy, sizeof proxy, nots[i].proxy, server.port);
#pragma GCC diagnostic pop
        make_post(&request, "/v1/send");
        assert_true(munja_wire.carry(carrier, &settings, &request, start_ms + nots[i].wait_ms, &reply, &err));
        assert_int_equal(reply.carried, CARRIED_NOT);
        assert_int_equal(reply.status, 0);
        assert_null(reply.body);
        assert_true(reply.fault[0] != '\0');

        assert_non_null(strstr(reply.fault, nots[i].fault));
        assert_null(strstr(reply.fault, "hunter2"));
        munja_wire.close(carrier);
        assert_true(now_steady_ms() - start_ms < 7000);
        reply_clear(&reply);
        request_clear(&request);
        server_stop(server);
    }
}

static const struct {
    const char *url;
    bool plaintext;
    const char *fault;
} urls[] = {
    { "http://127.0.0.1:1", false, "plaintext is not allowed" },
    { "HTTP://127.0.0.1:1", false, "plaintext is not allowed" },
    { "", true, "https:// or http://" },
    { "ftp://127.0.0.1:1", true, "https:// or http://" },
    { "file:///etc/passwd", true, "https:// or http://" },
    { "https://gate test", true, "https:// or http://" },
    { "https://gate.test:99999", true, "https:// or http://" },
    { "https://user:hunter2@gate.test:99999", true, "https:// or http://" },
    { "https://gate.test\r\nX: hunter2", true, "https:// or http://" },
};

static void check_urls(void **state)
{
    struct carrier *carrier = carrier_new();

    (void)state;
    for (size_t i = 0; i < CASES(urls); i++) {
        struct carrier_settings settings = { .url = urls[i].url,
                                             .proxy = "",
                                             .plaintext = urls[i].plaintext };
        struct request request = { 0 };
        struct reply reply = { 0 };
        struct error err = { 0 };

        print_message("# %s\n", urls[i].url);
        make_post(&request, "/v1/send");
        assert_false(munja_wire.carry(carrier, &settings, &request, now_steady_ms() + 1000, &reply, &err));
        assert_int_equal(reply.carried, CARRIED_NOT);
        assert_int_equal(err.kind, ERROR_SETTINGS);
        assert_non_null(strstr(err.text, urls[i].fault));
        assert_null(strstr(err.text, "hunter2"));
        reply_clear(&reply);
        request_clear(&request);
    }
    munja_wire.close(carrier);
}

/* The environment's proxy counts unless the provider says otherwise; resolve replaces DNS. */
/* A proxy is told who asks for a tunnel, and nothing that is for the gateway. */
static void check_tunnel(void **state)
{
    struct server server = server_start("arw", "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    struct carrier *carrier = carrier_new();
    struct carrier_settings settings = { .url = "https://gate.test" };
    struct request request = { 0 };
    struct reply reply = { 0 };
    char proxy[64];

    (void)state;
    snprintf(proxy, sizeof proxy, "http://127.0.0.1:%d", server.port);
    settings.proxy = proxy;
    make_post(&request, "/v1/send");
    assert_true(munja_wire.carry(carrier, &settings, &request, now_steady_ms() + 5000, &reply, NULL));
    assert_int_equal(reply.carried, CARRIED_NOT);
    assert_memory_equal(seen->last, "CONNECT gate.test:443 ", strlen("CONNECT gate.test:443 "));
    assert_non_null(strstr(seen->last, "\r\nUser-Agent: munja/"));
    assert_null(strstr(seen->last, "X-Token"));
    munja_wire.close(carrier);
    server_stop(server);
    reply_clear(&reply);
    request_clear(&request);
}

static void check_proxy_and_resolve(void **state)
{
    struct server server = server_start("arw", OK_HEAD "Content-Length: 2\r\n\r\n{}");
    struct carrier *carrier = carrier_new();
    struct carrier_settings settings = { .plaintext = true };
    struct request request = { 0 };
    struct reply reply = { 0 };
    char url[64], resolve[64];

    (void)state;
    snprintf(url, sizeof url, "http://gate.test:%d", server.port);
    snprintf(resolve, sizeof resolve, "gate.test:%d:127.0.0.1", server.port);
    settings.url = url;
    settings.resolve = resolve;
    make_get(&request);
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    setenv("no_proxy", "gate.test", 1);
    settings.proxy = "http://127.0.0.1:1";
    assert_true(munja_wire.carry(carrier, &settings, &request, now_steady_ms() + 5000, &reply, NULL));
    assert_int_equal(reply.carried, CARRIED_NOT);
    reply_clear(&reply);
    unsetenv("no_proxy");
    settings.proxy = NULL;
    assert_true(munja_wire.carry(carrier, &settings, &request, now_steady_ms() + 5000, &reply, NULL));
    assert_int_equal(reply.carried, CARRIED_NOT);
    reply_clear(&reply);
    settings.proxy = "";
    assert_true(munja_wire.carry(carrier, &settings, &request, now_steady_ms() + 5000, &reply, NULL));
    assert_int_equal(reply.carried, CARRIED_WHOLE);
    reply_clear(&reply);
    unsetenv("http_proxy");
    request_clear(&request);
    munja_wire.close(carrier);
    server_stop(server);
}

/* openssl s_server answers a GET with a page about the connection. Returns its port. */
static int tls_start(const char *folder, const char *version, pid_t *pid)
{
    char cert[96], key[96], line[128] = "";
    int out[2], port = 0;
    FILE *said;

    snprintf(cert, sizeof cert, "%s/cert.pem", folder);
    snprintf(key, sizeof key, "%s/key.pem", folder);
    assert_int_equal(pipe(out), 0);
    *pid = fork();
    if (*pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(out[1], 1);
        dup2(open("/dev/null", O_WRONLY), 2);
        close(out[0]);
        execlp("openssl", "openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", cert, "-key", key,
               version, "-cipher", "DEFAULT:@SECLEVEL=0", "-www", (char *)NULL);
        _exit(127);
    }
    close(out[1]);
    said = fdopen(out[0], "r");
    while (port == 0 && fgets(line, sizeof line, said) != NULL)
        sscanf(line, "ACCEPT 127.0.0.1:%d", &port);
    fclose(said);
    return port;
}

static void check_tls(void **state)
{
    static const struct {
        const char *version, *host, *verify;
        bool trusted;
        enum carried carried;
        const char *fault;
    } tls[] = {
        { "-tls1_3", "gate.test", NULL, true, CARRIED_WHOLE, "" },
        { "-tls1_2", "gate.test", NULL, true, CARRIED_WHOLE, "" },
        { "-tls1_1", "gate.test", NULL, true, CARRIED_NOT, "" },
        { "-tls1_3", "gate.test", NULL, false, CARRIED_NOT, "certificate" },
        { "-tls1_3", "other.test", NULL, true, CARRIED_NOT, "other.test" },
        { "-tls1_3", "127.0.0.1", NULL, true, CARRIED_NOT, "127.0.0.1" },
        { "-tls1_3", "127.0.0.1", "gate.test", true, CARRIED_WHOLE, "" },
        { "-tls1_3", "127.0.0.1", "gate.test", false, CARRIED_NOT, "certificate" },
        { "-tls1_3", "127.0.0.1", "other.test", true, CARRIED_NOT, "other.test" },
    };
    char folder[] = "/tmp/munja-tls-XXXXXX", command[512], ca_file[64], url[64], resolve[64];

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(
        command, sizeof command,
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=gate.test "
        "-addext subjectAltName=DNS:gate.test -keyout %s/key.pem -out %s/cert.pem 2>/dev/null",
        folder, folder);
    assert_int_equal(system(command), 0);
    snprintf(ca_file, sizeof ca_file, "%s/cert.pem", folder);
    for (size_t i = 0; i < CASES(tls); i++) {
        pid_t pid = 0;
        int port = tls_start(folder, tls[i].version, &pid);
        struct carrier *carrier = carrier_new();
        struct carrier_settings settings = { .url = url, .proxy = "", .resolve = resolve };
        struct request request = { 0 };
        struct reply reply = { 0 };

        print_message("# %s %s %s\n", tls[i].version, tls[i].host,
                      tls[i].trusted ? "trusted" : "not trusted");
        assert_true(port > 0);
        snprintf(url, sizeof url, "https://%s:%d", tls[i].host, port);
        snprintf(resolve, sizeof resolve, "%s:%d:127.0.0.1", tls[i].host, port);
        settings.ca_file = tls[i].trusted ? ca_file : NULL;
        settings.verify_name = tls[i].verify;
        make_get(&request);
        assert_true(munja_wire.carry(carrier, &settings, &request, now_steady_ms() + 5000, &reply, NULL));
        assert_int_equal(reply.carried, tls[i].carried);
        assert_non_null(strstr(reply.fault, tls[i].fault));
        reply_clear(&reply);
        request_clear(&request);
        munja_wire.close(carrier);
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
    }
    snprintf(command, sizeof command, "rm -r %s", folder);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(check_faults),
        cmocka_unit_test(check_request_letter),
        cmocka_unit_test(check_shapes_on_one_connection),
        cmocka_unit_test(check_kept_connection),
        cmocka_unit_test(check_retry_after),
        cmocka_unit_test(check_nothing_went_out),
        cmocka_unit_test(check_urls),
        cmocka_unit_test(check_proxy_and_resolve),
        cmocka_unit_test(check_tunnel),
        cmocka_unit_test(check_tls),
    };

    signal(SIGPIPE, SIG_IGN);
    seen = mmap(NULL, sizeof *seen, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
