/* One request, made ready for libcurl, and what came of it; whether one or many are under way is the business
   of others. It judges nothing that it brings back; drivers do. */
#include "http/exchange.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/now.h"
#include "base/utf8.h"

#ifndef MUNJA_VERSION
#define MUNJA_VERSION "0"
#endif

#define USER_AGENT "User-Agent: munja/" MUNJA_VERSION

/* Looked up lazily by hash. libcurl's default, the bundle, is parsed whole at every start and costs several
   times what the request does. */
#define CA_DIRECTORY "/etc/ssl/certs"

#define RETRY_AFTER_MAX_S 3600

/* libcurl starts over by itself when a kept connection dies under a request or an HTTP/2 server asks for
   another one. A question may be asked twice. But headers and body go out in one piece (another would cost
   both sides a record of TLS each), so once a request that acts has begun, the gateway may have acted, and a
   second one could become a second SMS. Called each time a request starts on a connection. */
static int allow_start(void *user, char *to, char *from, int to_port, int from_port)
{
    struct exchange *exchange = user;

    (void)to, (void)from, (void)to_port, (void)from_port;
    if (exchange->acts && exchange->begun)
        return CURL_PREREQFUNC_ABORT;
    exchange->begun = true;
    return CURL_PREREQFUNC_OK;
}

static size_t take_reply(char *data, size_t size, size_t count, void *user)
{
    struct exchange *exchange = user;
    size_t bytes = size * count, room = REPLY_BYTES_MAX - exchange->reply.len;

    exchange->too_large = bytes > room;
    if (!buf_add(&exchange->reply, data, exchange->too_large ? room : bytes) || exchange->too_large)
        return CURL_WRITEFUNC_ERROR;
    return bytes;
}

/* The provider's base, checked when the settings were read, and the driver's path with one slash between. */
static bool join_url(const char *base, const char *target, struct buf *url, struct error *err)
{
    size_t length = strlen(base);

    while (length > 0 && base[length - 1] == '/')
        length--;
    return (buf_add(url, base, length) && buf_char(url, '/') && buf_str(url, target + (*target == '/')))
           || error_memory(err);
}

/* Names go between quotes, where these three would end them (WHATWG HTML, multipart/form-data). */
static bool add_name(struct buf *body, const char *key, const char *name)
{
    if (!buf_format(body, "; %s=\"", key))
        return false;
    for (; *name != '\0'; name++)
        if (!(strchr("\"\r\n", *name) != NULL ? buf_format(body, "%%%02X", (unsigned char)*name)
                                              : buf_char(body, *name)))
            return false;
    return buf_char(body, '"');
}

static bool add_part(struct buf *body, const char *boundary, const struct request_part *part)
{
    return buf_format(body, "--%s\r\nContent-Disposition: form-data", boundary)
           && add_name(body, "name", part->name)
           && (part->file_name == NULL || add_name(body, "filename", part->file_name))
           && (part->type == NULL || buf_format(body, "\r\nContent-Type: %s", part->type))
           && buf_str(body, "\r\n\r\n") && buf_add(body, part->data, part->bytes) && buf_str(body, "\r\n");
}

/* Built here rather than by curl_mime, which can rewind and thus repeat itself (see allow_start). Nobody who
   writes a text can know the 128 random bits of the boundary, so it never occurs inside. */
static bool build_multipart(const struct request *request, struct buf *body, struct buf *type,
                            struct error *err)
{
    unsigned long long random[2];
    char boundary[40];

    if (getrandom(random, sizeof random, 0) != sizeof random)
        return error_set(err, ERROR_SYSTEM, 0, "the kernel gives no random numbers");
    snprintf(boundary, sizeof boundary, "munja-%016llx%016llx", random[0], random[1]);
    for (size_t i = 0; i < request->parts; i++)
        if (!add_part(body, boundary, &request->part[i]))
            return error_memory(err);
    return (buf_format(body, "--%s--\r\n", boundary)
            && buf_format(type, "Content-Type: multipart/form-data; boundary=%s", boundary))
           || error_memory(err);
}

static bool list_add(struct curl_slist **list, const char *line)
{
    struct curl_slist *longer = curl_slist_append(*list, line);

    if (longer != NULL)
        *list = longer;
    return longer != NULL;
}

/* The URL speaks of the name that the server is to prove; connections go to the host that it named. */
static bool name_server(struct exchange *exchange, const char *name, struct error *err)
{
    const char *url = exchange->url.data, *scheme = strstr(url, "://"),
               *host = scheme == NULL ? url : scheme + 3;
    size_t whole = strcspn(host, "/"), only = *host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/");
    struct buf named = { 0 }, to = { 0 };
    bool done = buf_add(&named, url, (size_t)(host - url)) && buf_str(&named, name)
                && buf_str(&named, host + only) && buf_str(&to, "::") && buf_add(&to, host, whole)
                && (only < whole || buf_char(&to, ':')) && list_add(&exchange->connect_to, to.data);

    buf_clear(&to);
    if (!done) {
        buf_clear(&named);
        return error_memory(err);
    }
    buf_clear(&exchange->url);
    exchange->url = named;
    return true;
}

static bool list_headers(const struct request *request, const char *type, struct curl_slist **list,
                         struct error *err)
{
    struct buf line = { 0 };
    /* An empty Expect keeps libcurl from waiting for "100 Continue", an empty type from telling one of its
       own. What stands here it writes once; the name of an option it writes into a line first. */
    bool listed = list_add(list, USER_AGENT) && list_add(list, "Expect:") && list_add(list, type);

    for (const char *at = buf_text(&request->headers); listed && *at != '\0';) {
        size_t length = strcspn(at, "\n");
        buf_cut(&line, 0);
        listed = buf_add(&line, at, length) && list_add(list, line.data);
        at += length + (at[length] == '\n');
    }
    buf_clear(&line);
    return listed || error_memory(err);
}

static const struct {
    CURLoption option;
    long value;
} fixed[] = {
    { CURLOPT_NOSIGNAL, 1 },
    { CURLOPT_FOLLOWLOCATION, 0 },
    { CURLOPT_PATH_AS_IS, 1 },
    { CURLOPT_HTTP09_ALLOWED, 0 },
    { CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2 },
    { CURLOPT_SSL_VERIFYPEER, 1 },
    { CURLOPT_SSL_VERIFYHOST, 2 },
    { CURLOPT_SUPPRESS_CONNECT_HEADERS, 1 },
    /* After a time-out do not wait for a resolver thread that still hangs: the deadline is over. */
    { CURLOPT_QUICK_EXIT, 1 },
};

/* The certificates to trust: the provider's own, or the system's. libcurl keeps a bundle that it has read for
   a day, but of a folder it looks up each certificate again. */
static bool set_authorities(CURL *easy, const char *ca_file, bool resident)
{
    if (ca_file == NULL && resident)
        return true;
    return curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file) == CURLE_OK
           && curl_easy_setopt(easy, CURLOPT_CAPATH, ca_file == NULL ? CA_DIRECTORY : NULL) == CURLE_OK;
}

static bool set_connection(struct exchange *exchange, const struct carrier_settings *settings, bool resident)
{
    CURL *easy = exchange->easy;

    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        if (curl_easy_setopt(easy, fixed[i].option, fixed[i].value) != CURLE_OK)
            return false;
    return curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, exchange->detail) == CURLE_OK
           && curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, settings->plaintext ? "https,http" : "https")
                  == CURLE_OK
           && curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
                               (long)(settings->http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1))
                  == CURLE_OK
           && set_authorities(easy, settings->ca_file, resident)
           && curl_easy_setopt(easy, CURLOPT_RESOLVE, exchange->resolve) == CURLE_OK
           && curl_easy_setopt(easy, CURLOPT_CONNECT_TO, exchange->connect_to) == CURLE_OK
           /* Where the provider names its proxy, the environment's exceptions do not count either. */
           && (settings->proxy == NULL
               || (curl_easy_setopt(easy, CURLOPT_PROXY, settings->proxy) == CURLE_OK
                   && curl_easy_setopt(easy, CURLOPT_NOPROXY, "") == CURLE_OK));
}

static bool set_request(struct exchange *exchange, const struct request *request)
{
    CURL *easy = exchange->easy;
    bool bare = request->kind == BODY_NONE && strcmp(request->method, "POST") != 0;

    return curl_easy_setopt(easy, CURLOPT_URL, exchange->url.data) == CURLE_OK
           && curl_easy_setopt(easy, CURLOPT_HTTPHEADER, exchange->headers) == CURLE_OK
           && curl_easy_setopt(easy, CURLOPT_PROXYHEADER, exchange->proxy_headers) == CURLE_OK
           && curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)exchange->bytes) == CURLE_OK
           && curl_easy_setopt(easy, CURLOPT_POSTFIELDS, exchange->body) == CURLE_OK
           && curl_easy_setopt(easy, bare ? CURLOPT_HTTPGET : CURLOPT_POST, 1L) == CURLE_OK
           && curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method) == CURLE_OK
           && curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, allow_start) == CURLE_OK
           && curl_easy_setopt(easy, CURLOPT_PREREQDATA, exchange) == CURLE_OK
           && curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_reply) == CURLE_OK
           && curl_easy_setopt(easy, CURLOPT_WRITEDATA, exchange) == CURLE_OK;
}

/* libcurl's own words where they help and cannot hold more than hosts, files and times; its general ones
   elsewhere, because a detail may quote a proxy's URL with the password in it. */
static const char *explain(CURLcode code, const struct exchange *exchange)
{
    switch (code) {
    case CURLE_WRITE_ERROR:
        return exchange->too_large ? "the reply is longer than 1 MiB" : "out of memory for the reply";
    case CURLE_ABORTED_BY_CALLBACK:
    case CURLE_SEND_FAIL_REWIND:
        return "the connection was closed without an answer";
    case CURLE_SETOPT_OPTION_SYNTAX:
        return "resolve is not HOST:PORT:ADDRESS";
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
        if (exchange->detail[0] != '\0')
            return exchange->detail;
        break;
    default:
        break;
    }
    if (code == CURLE_OPERATION_TIMEDOUT)
        return "no time was left";
    return code == CURLE_OK ? "no final status came" : curl_easy_strerror(code);
}

/* One clean line of what room the fault has. */
static void set_fault(struct reply *reply, const char *text)
{
    char *fault = reply->fault;
    size_t length;

    snprintf(fault, sizeof reply->fault, "%.*s", (int)sizeof reply->fault - 1, text);
    fault[utf8_border(fault, strlen(fault), strlen(fault))] = '\0';
    for (; *fault != '\0'; fault += length) {
        length = utf8_decode(fault, strlen(fault), NULL);
        if (length == 0)
            *fault = '?', length = 1;
        else if (*fault == 0x7f || (*fault >= 0 && *fault < ' '))
            *fault = ' ';
    }
}

static void fill_reply(struct exchange *exchange, CURLcode code, struct reply *reply)
{
    CURL *easy = exchange->easy;
    long status = 0;
    curl_off_t retry_after_s = 0;

    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    if (code != CURLE_OK || status < 200)
        set_fault(reply, explain(code, exchange));
    if (status < 200) { /* 1xx announces an answer, it is none */
        reply->carried = exchange->begun ? CARRIED_UNKNOWN : CARRIED_NOT;
        return;
    }
    curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &retry_after_s);
    reply->carried = code == CURLE_OK ? CARRIED_WHOLE : CARRIED_PARTLY;
    reply->status = (int)status;
    if (retry_after_s > 0)
        reply->retry_after_s = retry_after_s < RETRY_AFTER_MAX_S ? (int)retry_after_s : RETRY_AFTER_MAX_S;
    reply->bytes = exchange->reply.len;
    reply->body = buf_take(&exchange->reply);
}

/* All that libcurl is to point to. */
static bool gather(struct exchange *exchange, const struct carrier_settings *settings,
                   const struct request *request, struct error *err)
{
    const struct buf *body = request->kind == BODY_MULTIPART ? &exchange->multipart : &request->body;

    if (!join_url(settings->url, buf_text(&request->target), &exchange->url, err)
        || (settings->verify_name != NULL && !name_server(exchange, settings->verify_name, err)))
        return false;
    if (request->kind == BODY_MULTIPART) {
        if (!build_multipart(request, &exchange->multipart, &exchange->type, err))
            return false;
    } else if (!buf_format(&exchange->type, "Content-Type: %s",
                           request->content_type == NULL ? "" : request->content_type))
        return error_memory(err);
    if (!list_headers(request, exchange->type.data, &exchange->headers, err))
        return false;
    /* Of a tunnel a proxy is told nothing that is meant for the gateway. */
    if (!list_add(&exchange->proxy_headers, USER_AGENT))
        return error_memory(err);
    /* The room for an empty body is made now: what has gone out can no longer fail for want of memory. */
    if (!buf_str(&exchange->reply, "")
        || (settings->resolve != NULL && !list_add(&exchange->resolve, settings->resolve)))
        return error_memory(err);
    exchange->body = buf_text(body);
    exchange->bytes = body->len;
    exchange->acts = request->once || exchange->bytes > 0;
    exchange->plaintext = settings->plaintext;
    return true;
}

bool exchange_prepare(struct exchange *exchange, CURL *easy, const struct carrier_settings *settings,
                      const struct request *request, int64_t until_ms, bool resident, struct reply *reply,
                      struct error *err)
{
    int64_t left_ms = until_ms - now_steady_ms();

    *reply = (struct reply){ .carried = CARRIED_NOT, .retry_after_s = -1 };
    exchange->easy = easy;
    curl_easy_reset(easy); /* forgets options, keeps connections */
    if (!gather(exchange, settings, request, err))
        return false;
    if (!set_connection(exchange, settings, resident) || !set_request(exchange, request))
        return error_memory(err);
    /* 0 would mean for ever to libcurl. */
    return curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)(left_ms < 1 ? 1 : left_ms)) == CURLE_OK
           || error_set(err, ERROR_BUG, 0, "a deadline of %lld ms", (long long)left_ms);
}

bool exchange_finish(struct exchange *exchange, CURLcode code, struct reply *reply, struct error *err)
{
    /* An answer in HTTP/0.9 is an unsupported protocol too, but comes after the start. */
    if (code == CURLE_URL_MALFORMAT || (code == CURLE_UNSUPPORTED_PROTOCOL && !exchange->begun))
        return error_set(err, ERROR_SETTINGS, 0, "url is not one of %s",
                         exchange->plaintext ? "https:// or http://"
                                             : "https://, and plaintext is not allowed");
    fill_reply(exchange, code, reply);
    return true;
}

void exchange_clear(struct exchange *exchange)
{
    curl_slist_free_all(exchange->headers);
    curl_slist_free_all(exchange->proxy_headers);
    curl_slist_free_all(exchange->resolve);
    curl_slist_free_all(exchange->connect_to);
    buf_clear(&exchange->reply);
    buf_clear(&exchange->url);
    buf_clear(&exchange->multipart);
    buf_clear(&exchange->type);
    exchange->headers = exchange->proxy_headers = exchange->resolve = exchange->connect_to = NULL;
}
