#ifndef MUNJA_HTTP_REQUEST_H
#define MUNJA_HTTP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

/* An HTTP request as data. Built by drivers, carried by a transport, compared by tests. A zeroed struct is
   empty; request_start begins one. All texts are copied. */
enum request_body { BODY_NONE, BODY_FORM, BODY_MULTIPART, BODY_JSON };

struct request_part { /* one multipart field or file */
    char *name;
    char *data;
    size_t bytes;
    char *file_name; /* NULL for a plain field */
    char *type;      /* content type of a file */
};

struct request {
    bool once;          /* acts although it has no body (a cancel by GET): never to be repeated by itself */
    const char *method; /* "GET", "POST", "DELETE": static */
    struct buf target;  /* path behind the provider's base URL, with "?query" when there are query fields */
    struct buf headers; /* "Name: value\n" lines; the content type is not among them */
    enum request_body kind;
    const char *content_type;  /* static; told even where there is no body, unless NULL. NULL for multipart,
                                  whose boundary the transport makes */
    struct buf body;           /* BODY_FORM and BODY_JSON */
    struct request_part *part; /* BODY_MULTIPART */
    size_t parts;
};

bool request_start(struct request *request, const char *method, const char *path, struct error *err);

/* A further segment of the path, percent-encoded: "/" and then the text. */
bool request_segment(struct request *request, const char *text, struct error *err);
bool request_query(struct request *request, const char *name, const char *value, struct error *err);

/* Refused with ERROR_BUG when the value holds a control character: no header can be smuggled in. */
bool request_header(struct request *request, const char *name, const char *value, struct error *err);

/* "Authorization: FIRST SECOND", with what stands between them. */
bool request_authorization(struct request *request, const char *first, char between, const char *second,
                           struct error *err);
bool request_bearer(struct request *request, const char *token, struct error *err);
bool request_basic(struct request *request, const char *user, const char *password, struct error *err);

/* One field of an application/x-www-form-urlencoded body, UTF-8, in the order added. */
bool request_field(struct request *request, const char *name, const char *value, struct error *err);

/* The same for multipart/form-data. */
bool request_part(struct request *request, const char *name, const char *value, struct error *err);
bool request_file(struct request *request, const char *name, const char *file_name, const char *type,
                  const void *data, size_t bytes, struct error *err);

/* The whole body, a JSON text; content_type as the manual prints it. */
bool request_json(struct request *request, const char *content_type, const char *json, struct error *err);

void request_clear(struct request *request);

#endif
