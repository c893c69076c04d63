/* What happened: DIR/requests.jsonl, DIR/violations, DIR/stats.json, the files of the phones. */
#include "sim/journal.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "sim/check.h"
#include "sim/digest.h"
#include "sim/faults.h"

/* Of what is longer only its size is written down: a test reads many lines. */
#define BODY_MOST (64u << 10)

const char *journal_dir;

static long connections, open_now, open_most, unfinished;
static struct json_object *requests, *logins, *delivered;

/* Files that lines were added to stay open: one of each remainder of a name. */
static struct file {
    char name[64];
    int fd;
} files[509];

static void write_line(int fd, const char *line)
{
    struct iovec parts[] = { { (char *)(uintptr_t)line, strlen(line) }, { (char *)(uintptr_t) "\n", 1 } };

    if (fd < 0 || writev(fd, parts, 2) < 0)
        perror("gatewaysim: cannot write");
}

static int open_file(const char *name, int flags)
{
    char path[4096];

    snprintf(path, sizeof path, "%s/%s", journal_dir, name);
    return open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600);
}

void journal_append(const char *name, const char *line)
{
    struct file *file;
    size_t sum = 0;

    for (const char *c = name; *c != '\0'; c++)
        sum = sum * 31 + (unsigned char)*c;
    file = &files[sum % LENGTH(files)];
    if (strcmp(file->name, name) != 0) {
        if (file->name[0] != '\0')
            close(file->fd);
        snprintf(file->name, sizeof file->name, "%s", name);
        file->fd = open_file(name, O_APPEND);
    }
    write_line(file->fd, line);
}

void journal_replace(const char *name, const char *lines)
{
    char path[4096], made[4096 + 8], temporary[64];
    int fd;

    snprintf(temporary, sizeof temporary, "%s.new", name);
    snprintf(path, sizeof path, "%s/%s", journal_dir, name);
    snprintf(made, sizeof made, "%s.new", path);
    fd = open_file(temporary, O_TRUNC);
    write_line(fd, lines);
    if (fd >= 0)
        close(fd);
    if (rename(made, path) != 0)
        perror(path);
}

static void count(struct json_object **counts, const char *key, long more)
{
    if (*counts == NULL)
        *counts = json_object_new_object();
    more += json_object_get_int64(json_object_object_get(*counts, key));
    json_object_object_add(*counts, key, json_object_new_int64(more));
}

/* In place, since it happens with every request: blanks cover what stood there before. */
static void write_stats(const char *text)
{
    static int fd = -1;
    static int longest;
    char *line = NULL;

    if (fd < 0)
        fd = open_file("stats.json", O_TRUNC);
    longest = asprintf(&line, "%-*s\n", longest - 1, text);
    if (longest < 0)
        abort();
    if (pwrite(fd, line, (size_t)longest, 0) != longest)
        perror("stats.json");
    free(line);
}

void journal_stats(void)
{
    struct json_object *stats = json_object_new_object();

    json_object_object_add(stats, "connections", json_object_new_int64(connections));
    json_object_object_add(stats, "open", json_object_new_int64(open_now));
    json_object_object_add(stats, "open_most", json_object_new_int64(open_most));
    json_object_object_add(stats, "unfinished", json_object_new_int64(unfinished));
    json_object_object_add(stats, "requests", json_object_get(requests));
    json_object_object_add(stats, "logins", json_object_get(logins));
    json_object_object_add(stats, "delivered", json_object_get(delivered));
    write_stats(json_object_to_json_string(stats));
    json_object_put(stats);
}

void journal_connection(int change)
{
    connections += change > 0;
    open_now += change;
    if (open_now > open_most)
        open_most = open_now;
    journal_stats();
}

void journal_unfinished(void)
{
    unfinished++;
    journal_stats();
}

void journal_delivered(const char *gateway)
{
    count(&delivered, gateway, 1);
}

void journal_complain(const char *text)
{
    journal_append("violations", text);
}

static struct json_object *headers_object(struct exchange *x)
{
    struct json_object *object = json_object_new_object();

    for (size_t i = 0; i < x->headers.count; i++) {
        const struct pair *pair = &x->headers.pair[i];
        char *name = exchange_copy(x, pair->name, strlen(pair->name));

        for (char *c = name; *c != '\0'; c++)
            *c = (char)tolower((unsigned char)*c);
        json_object_object_add(object, name, json_text(pair->value));
    }
    return object;
}

/* As text when it is one, else in base64; and how many. */
static void add_bytes(struct exchange *x, struct json_object *line, const char *key, const char *data,
                      size_t bytes)
{
    const char *coded = exchange_format(x, "%s_base64", key);

    json_object_object_add(line, exchange_format(x, "%s_bytes", key), json_object_new_int64((int64_t)bytes));
    if (bytes > BODY_MOST)
        return;
    if (!is_utf8(data, bytes))
        json_object_object_add(line, coded, json_text(base64_of(x, data, bytes)));
    else
        json_object_object_add(line, key, json_object_new_string_len(data, (int)bytes));
}

void journal_request(struct exchange *x)
{
    struct json_object *line = json_object_new_object();
    const char *reason = x->violation != NULL ? x->violation : x->refusal;
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    json_object_object_add(line, "time",
                           json_object_new_double((double)now.tv_sec + 1e-9 * (double)now.tv_nsec));
    json_object_object_add(line, "connection", json_object_new_int64((int64_t)x->connection));
    json_object_object_add(line, "gateway", json_text(x->gateway));
    json_object_object_add(line, "action", json_text(x->action));
    json_object_object_add(line, "method", json_text(x->method));
    json_object_object_add(line, "uri", json_text(x->uri));
    json_object_object_add(line, "path", json_text(x->path));
    json_object_object_add(line, "secure", json_object_new_boolean(x->secure));
    json_object_object_add(line, "headers", headers_object(x));
    add_bytes(x, line, "body", x->body == NULL ? "" : x->body, x->body_bytes);
    json_object_object_add(line, "verdict",
                           json_text(x->violation != NULL ? "violation"
                                     : x->refusal != NULL ? "refused"
                                                          : "ok"));
    json_object_object_add(line, "reason", reason == NULL ? NULL : json_text(reason));
    json_object_object_add(line, "delivered", json_object_new_int64((int64_t)x->delivered));
    json_object_object_add(line, "fault", x->fault == NULL ? NULL : json_text(x->fault->name));
    json_object_object_add(line, "status", json_object_new_int64(x->status));
    if (x->reply != NULL)
        add_bytes(x, line, "reply", x->reply, strlen(x->reply));
    journal_append("requests.jsonl", json_object_to_json_string_ext(line, JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(line);
    if (x->violation != NULL)
        journal_complain(exchange_format(x, "%s %s: %s", x->method, x->path, x->violation));
    count(&requests, exchange_format(x, "%s %s", x->method, x->path), 1);
    if (strcmp(x->action, "login") == 0)
        count(&logins, x->gateway, 1);
    journal_stats();
}
