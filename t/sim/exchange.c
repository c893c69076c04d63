/* One request and its answer: memory, headers, verdict. */
#include "sim/sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct block {
    struct block *next;
    size_t used, room; /* of data */
    max_align_t data[];
};

/* A request takes many small pieces. */
enum { BLOCK_BYTES = 8192 };

static void add_block(struct exchange *x, size_t bytes)
{
    size_t room = bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES;
    struct block *block = calloc(1, sizeof *block + room);

    if (block == NULL)
        abort();
    block->room = room;
    block->next = x->blocks;
    x->blocks = block;
}

void *exchange_take(struct exchange *x, size_t bytes)
{
    char *data;

    bytes = (bytes + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
    if (x->blocks == NULL || x->blocks->room - x->blocks->used < bytes)
        add_block(x, bytes);
    data = (char *)x->blocks->data + x->blocks->used;
    x->blocks->used += bytes;
    return data;
}

char *exchange_copy(struct exchange *x, const void *text, size_t bytes)
{
    char *copy = exchange_take(x, bytes + 1);

    if (bytes > 0)
        memcpy(copy, text, bytes);
    return copy;
}

static char *format_args(struct exchange *x, const char *format, va_list args)
{
    char *text = NULL, *copy;
    int bytes = vasprintf(&text, format, args);

    if (bytes < 0)
        abort();
    copy = exchange_copy(x, text, (size_t)bytes);
    free(text);
    return copy;
}

char *exchange_format(struct exchange *x, const char *format, ...)
{
    va_list args;
    char *text;

    va_start(args, format);
    text = format_args(x, format, args);
    va_end(args);
    return text;
}

void exchange_free(struct exchange *x)
{
    struct block *next;

    if (x == NULL)
        return;
    for (struct block *block = x->blocks; block != NULL; block = next) {
        next = block->next;
        free(block);
    }
    free(x->body);
    free(x);
}

void pairs_add(struct exchange *x, struct pairs *pairs, struct pair pair)
{
    bool full = (pairs->count & (pairs->count - 1)) == 0; /* there is room up to the next power of two */

    if (full) {
        struct pair *grown = exchange_take(x, (pairs->count == 0 ? 1 : 2 * pairs->count) * sizeof *grown);

        if (pairs->count > 0)
            memcpy(grown, pairs->pair, pairs->count * sizeof *grown);
        pairs->pair = grown;
    }
    pairs->pair[pairs->count++] = pair;
}

const struct pair *pairs_find(const struct pairs *pairs, const char *name)
{
    for (size_t i = 0; i < pairs->count; i++)
        if (strcmp(pairs->pair[i].name, name) == 0)
            return &pairs->pair[i];
    return NULL;
}

const char *pairs_text(const struct pairs *pairs, const char *name)
{
    const struct pair *pair = pairs_find(pairs, name);

    return pair == NULL ? "" : pair->value;
}

const char *header(const struct exchange *x, const char *name)
{
    for (size_t i = 0; i < x->headers.count; i++)
        if (strcasecmp(x->headers.pair[i].name, name) == 0)
            return x->headers.pair[i].value;
    return NULL;
}

bool header_type_is(const struct exchange *x, const char *type)
{
    const char *value = header(x, "content-type");
    size_t bytes = strlen(type);

    return value != NULL && strncasecmp(value, type, bytes) == 0 && strchr("; ", value[bytes]) != NULL;
}

bool violate(struct exchange *x, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    if (x->violation == NULL)
        x->violation = format_args(x, format, args);
    va_end(args);
    return false;
}

bool refuse(struct exchange *x, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    if (x->refusal == NULL)
        x->refusal = format_args(x, format, args);
    va_end(args);
    return false;
}

void answer_text(struct exchange *x, unsigned status, const char *type, const char *text)
{
    x->status = status;
    x->type = type;
    x->reply = text;
}

void answer_json(struct exchange *x, unsigned status, struct json_object *object)
{
    const char *text = json_object_to_json_string_ext(object, JSON_C_TO_STRING_NOSLASHESCAPE);

    answer_text(x, status, "application/json;charset=UTF-8", exchange_copy(x, text, strlen(text)));
    json_object_put(object);
}

struct json_object *json_text(const char *text)
{
    return json_object_new_string(text);
}

struct json_object *json_count(long count, bool as_text)
{
    char text[24];

    if (!as_text)
        return json_object_new_int64(count);
    snprintf(text, sizeof text, "%ld", count);
    return json_text(text);
}

static const char *zone_time(struct exchange *x, const char *format, time_t when, int hours)
{
    char text[64];
    struct tm tm;

    when += hours * 3600;
    gmtime_r(&when, &tm);
    strftime(text, sizeof text, format, &tm);
    return exchange_copy(x, text, strlen(text));
}

const char *korean_time(struct exchange *x, const char *format, time_t when)
{
    return zone_time(x, format, when, 9);
}

const char *china_time(struct exchange *x, time_t when)
{
    return zone_time(x, "%F %T", when, 8);
}
