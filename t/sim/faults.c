/* Things that go wrong on purpose: DIR/faults, one JSON object a line. */
#include "sim/faults.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/config.h"

const char faults_help[] =
    "DIR/faults, a JSON object on each line, read again for each request; the first line that matches wins:\n"
    "  match    beginning of the path, or a gateway's name (default: everything)\n"
    "  do       status        answer status (503) with body, unprocessed\n"
    "           body          the same with status 200\n"
    "           garbage       200 and bytes that are nothing\n"
    "           redirect      302 to body (default: another path here)\n"
    "           huge          200 and a body of bytes (100 MB)\n"
    "           delay         processed at once, answered after ms (1000), or once DIR/until is there\n"
    "           truncate      processed, half of the answer comes\n"
    "           drip          processed, a byte of the answer every ms (200)\n"
    "           close-headers closed once the headers are there, body unread\n"
    "           close-before  closed when the request is there, unprocessed\n"
    "           close-after   processed, closed without an answer\n"
    "           reset         unprocessed, connection reset\n"
    "  process  true or false: whether the request is handled, where the default above does not suit\n"
    "  times    how often (default: for ever); skip: how many matching requests pass before\n"
    "  share    of the matching requests, 0 to 1, at random (default: 1); seed: a number, for another row of "
    "dice\n"
    "  headers  an object of further headers of the answer\n"
    "A line counts by its place and text: change either and its count starts anew.\n";

static const struct {
    const char *name;
    enum fault_kind kind;
    bool process;
    unsigned status;
    long ms;
} kinds[] = {
    { "status", FAULT_STATUS, false, 503, 0 },
    { "body", FAULT_BODY, false, 200, 0 },
    { "garbage", FAULT_GARBAGE, false, 200, 0 },
    { "redirect", FAULT_REDIRECT, false, 302, 0 },
    { "huge", FAULT_HUGE, false, 200, 0 },
    { "delay", FAULT_DELAY, true, 0, 1000 },
    { "truncate", FAULT_TRUNCATE, true, 0, 0 },
    { "drip", FAULT_DRIP, true, 0, 200 },
    { "close-headers", FAULT_CLOSE_HEADERS, false, 0, 0 },
    { "close-before", FAULT_CLOSE_BEFORE, false, 0, 0 },
    { "close-after", FAULT_CLOSE_AFTER, true, 0, 0 },
    { "reset", FAULT_RESET, false, 0, 0 },
};

static const char *const keys[] = { "match",  "do",   "process", "times", "skip",  "share",   "seed",
                                    "status", "body", "ms",      "until", "bytes", "headers", "id" };

/* A line of the file and how many requests it has met. */
static struct line {
    char *text;
    struct json_object *object;
    long met;
    uint64_t dice;
} * lines;
static size_t count;

static bool line_good(struct json_object *object)
{
    const char *name = json_object_get_string(json_object_object_get(object, "do"));
    bool known = false;

    if (!json_object_is_type(object, json_type_object) || name == NULL)
        return false;
    json_object_object_foreach(object, key, value)
    {
        size_t i = 0;

        (void)value;
        while (i < LENGTH(keys) && strcmp(keys[i], key) != 0)
            i++;
        if (i == LENGTH(keys))
            return false;
    }
    for (size_t i = 0; i < LENGTH(kinds); i++)
        known = known || strcmp(kinds[i].name, name) == 0;
    return known;
}

static long number(struct json_object *object, const char *key, long fallback)
{
    struct json_object *value = json_object_object_get(object, key);

    return value == NULL ? fallback : json_object_get_int64(value);
}

static void refresh(const char *dir, void (*complain)(const char *text))
{
    static struct stat seen;
    size_t bytes, at = 0;
    char *file, *rest = NULL, *text;

    if (!file_changed(dir, "faults", &seen))
        return;
    file = file_read(dir, "faults", &bytes);
    for (text = file == NULL ? NULL : strtok_r(file, "\n", &rest); text != NULL;
         text = strtok_r(NULL, "\n", &rest), at++) {
        if (at < count && strcmp(lines[at].text, text) == 0)
            continue;
        if (at == count) {
            lines = realloc(lines, ++count * sizeof *lines);
            if (lines == NULL)
                abort();
            lines[at] = (struct line){ 0 };
        }
        free(lines[at].text);
        json_object_put(lines[at].object);
        lines[at] = (struct line){ strdup(text), json_tokener_parse(text), 0, 0 };
        if (line_good(lines[at].object))
            lines[at].dice = (uint64_t)number(lines[at].object, "seed", (long)at);
        else
            complain("faults: a line makes no sense");
    }
    while (count > at) {
        count--;
        free(lines[count].text);
        json_object_put(lines[count].object);
    }
    free(file);
}

static bool matches(const struct exchange *x, struct json_object *object)
{
    struct json_object *match = json_object_object_get(object, "match");
    const char *text = match == NULL ? "/" : json_object_get_string(match);

    return strcmp(text, x->gateway) == 0 || strncmp(x->path, text, strlen(text)) == 0;
}

/* One throw for each request that matches: the same requests in the same order meet the same faults. The
   numbers are splitmix64's. */
static bool spared(struct line *line)
{
    struct json_object *share = json_object_object_get(line->object, "share");
    uint64_t z = line->dice += 0x9E3779B97F4A7C15u;

    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    z ^= z >> 31;
    return share != NULL && (double)(z >> 11) * 0x1p-53 >= json_object_get_double(share);
}

static struct fault *fault_made(struct exchange *x, struct json_object *object, const char *dir)
{
    const char *name = json_object_get_string(json_object_object_get(object, "do"));
    struct json_object *body = json_object_object_get(object, "body");
    struct json_object *process = json_object_object_get(object, "process");
    struct json_object *headers = json_object_object_get(object, "headers");
    struct json_object *until = json_object_object_get(object, "until");
    struct fault *fault = exchange_take(x, sizeof *fault);
    size_t i = 0;

    while (strcmp(kinds[i].name, name) != 0)
        i++;
    fault->name = kinds[i].name;
    fault->kind = kinds[i].kind;
    fault->process = process == NULL ? kinds[i].process : json_object_get_boolean(process);
    fault->status = (unsigned)number(object, "status", kinds[i].status);
    fault->ms = number(object, "ms", kinds[i].ms);
    fault->until = until == NULL ? NULL : exchange_format(x, "%s/%s", dir, json_object_get_string(until));
    fault->bytes = (uint64_t)number(object, "bytes", 100 << 20);
    fault->body = body == NULL ? NULL : exchange_format(x, "%s", json_object_get_string(body));
    if (headers != NULL) {
        json_object_object_foreach(headers, key, value)
        {
            pairs_add(x, &fault->headers,
                      (struct pair){ .name = exchange_format(x, "%s", key),
                                     .value = exchange_format(x, "%s", json_object_get_string(value)) });
        }
    }
    return fault;
}

const struct fault *fault_pick(struct exchange *x, const char *dir, void (*complain)(const char *text))
{
    refresh(dir, complain);
    for (size_t i = 0; i < count; i++) {
        long skip, times;

        if (!line_good(lines[i].object) || !matches(x, lines[i].object) || spared(&lines[i]))
            continue;
        skip = number(lines[i].object, "skip", 0);
        times = number(lines[i].object, "times", -1);
        if (times >= 0 && lines[i].met >= skip + times)
            continue;
        if (lines[i].met++ >= skip)
            return fault_made(x, lines[i].object, dir);
    }
    return NULL;
}

void fault_answer(struct exchange *x)
{
    const struct fault *fault = x->fault;
    const char *type = "application/json;charset=UTF-8";

    switch (fault->kind) {
    case FAULT_STATUS:
    case FAULT_BODY:
        answer_text(x, fault->status, type, fault->body == NULL ? "" : fault->body);
        break;
    case FAULT_GARBAGE:
        answer_text(x, fault->status, type, "\xff\xfe{]\x01 \xc7\xd1\xb1\xdb %s%n \x1b[2J");
        break;
    case FAULT_REDIRECT:
        answer_text(x, fault->status, "text/html", "<html>moved</html>");
        pairs_add(x, &x->reply_headers,
                  (struct pair){ .name = "Location", .value = fault->body == NULL ? "/moved" : fault->body });
        break;
    case FAULT_HUGE:
        answer_text(x, fault->status, type, NULL);
        break;
    default:
        break;
    }
    for (size_t i = 0; i < fault->headers.count; i++)
        pairs_add(x, &x->reply_headers, fault->headers.pair[i]);
}
