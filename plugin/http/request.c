/* Requests as data: what drivers say, encoded as HTTP wants it. Carrying them is the transport's. */
#include "http/request.h"

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"

/* Everything but RFC 3986's unreserved characters as %XX. A blank is %20 in form bodies too, which every
   decoder of forms reads, while "+" is a plus sign to some. */
static bool is_unreserved(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.'
           || c == '_' || c == '~';
}

/* A piece at a time. */
static bool add_escaped(struct buf *out, const char *text)
{
    static const char hex[] = "0123456789ABCDEF";
    char piece[192];
    size_t bytes = 0;

    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (bytes + 3 > sizeof piece) {
            if (!buf_add(out, piece, bytes))
                return false;
            bytes = 0;
        }
        if (is_unreserved(c)) {
            piece[bytes++] = *text;
            continue;
        }
        piece[bytes++] = '%';
        piece[bytes++] = hex[c >> 4];
        piece[bytes++] = hex[c & 15];
    }
    return buf_add(out, piece, bytes);
}

static bool add_pair(struct buf *out, const char *name, const char *value, struct error *err)
{
    if (add_escaped(out, name) && buf_char(out, '=') && add_escaped(out, value))
        return true;
    return error_memory(err);
}

bool request_start(struct request *request, const char *method, const char *path, struct error *err)
{
    request->method = method;
    return buf_str(&request->target, path) || error_memory(err);
}

bool request_segment(struct request *request, const char *text, struct error *err)
{
    return (buf_char(&request->target, '/') && add_escaped(&request->target, text)) || error_memory(err);
}

bool request_query(struct request *request, const char *name, const char *value, struct error *err)
{
    char before = strchr(buf_text(&request->target), '?') == NULL ? '?' : '&';

    if (!buf_char(&request->target, before))
        return error_memory(err);
    return add_pair(&request->target, name, value, err);
}

bool request_header(struct request *request, const char *name, const char *value, struct error *err)
{
    for (const char *c = value; *c != '\0'; c++) {
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            return error_set(err, ERROR_BUG, 0, "the value of header %s holds a control character", name);
    }
    return buf_format(&request->headers, "%s: %s\n", name, value) || error_memory(err);
}

bool request_authorization(struct request *request, const char *first, char between, const char *second,
                           struct error *err)
{
    struct buf value = { 0 };
    bool added;

    if (buf_format(&value, "%s%c%s", first, between, second))
        added = request_header(request, "Authorization", buf_text(&value), err);
    else
        added = error_memory(err);
    buf_clear(&value);
    return added;
}

bool request_bearer(struct request *request, const char *token, struct error *err)
{
    if (token == NULL)
        return error_set(err, ERROR_BUG, 0, "a request that needs a token was made without one");
    return request_authorization(request, "Bearer", ' ', token, err);
}

bool request_basic(struct request *request, const char *user, const char *password, struct error *err)
{
    struct buf plain = { 0 }, encoded = { 0 };
    bool added;

    if (buf_format(&plain, "%s:%s", user, password) && base64_add(&encoded, plain.data, plain.len))
        added = request_authorization(request, "Basic", ' ', buf_text(&encoded), err);
    else
        added = error_memory(err);
    buf_clear(&plain);
    buf_clear(&encoded);
    return added;
}

bool request_field(struct request *request, const char *name, const char *value, struct error *err)
{
    request->kind = BODY_FORM;
    request->content_type = "application/x-www-form-urlencoded";
    if (request->body.len > 0 && !buf_char(&request->body, '&'))
        return error_memory(err);
    return add_pair(&request->body, name, value, err);
}

static char *copy_bytes(const void *data, size_t bytes)
{
    char *copy = malloc(bytes + 1);

    if (copy == NULL)
        return NULL;
    if (bytes > 0)
        memcpy(copy, data, bytes);
    copy[bytes] = '\0';
    return copy;
}

static char *copy_text(const char *text)
{
    return copy_bytes(text, strlen(text));
}

static void part_clear(struct request_part *part)
{
    free(part->name);
    free(part->data);
    free(part->file_name);
    free(part->type);
}

bool request_file(struct request *request, const char *name, const char *file_name, const char *type,
                  const void *data, size_t bytes, struct error *err)
{
    struct request_part part = { .name = copy_text(name), .data = copy_bytes(data, bytes), .bytes = bytes };
    struct request_part *grown = realloc(request->part, (request->parts + 1) * sizeof *grown);

    if (grown != NULL)
        request->part = grown;
    if (file_name != NULL)
        part.file_name = copy_text(file_name);
    if (type != NULL)
        part.type = copy_text(type);
    if (grown == NULL || part.name == NULL || part.data == NULL
        || (file_name != NULL) != (part.file_name != NULL) || (type != NULL) != (part.type != NULL)) {
        part_clear(&part);
        return error_memory(err);
    }
    request->kind = BODY_MULTIPART;
    request->part[request->parts++] = part;
    return true;
}

bool request_part(struct request *request, const char *name, const char *value, struct error *err)
{
    return request_file(request, name, NULL, NULL, value, strlen(value), err);
}

bool request_json(struct request *request, const char *content_type, const char *json, struct error *err)
{
    request->kind = BODY_JSON;
    request->content_type = content_type;
    return buf_str(&request->body, json) || error_memory(err);
}

void request_clear(struct request *request)
{
    for (size_t i = 0; i < request->parts; i++)
        part_clear(&request->part[i]);
    free(request->part);
    buf_clear(&request->target);
    buf_clear(&request->headers);
    buf_clear(&request->body);
    *request = (struct request){ 0 };
}
