#ifndef MUNJA_SIM_SIM_H
#define MUNJA_SIM_SIM_H

#include <json-c/json.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* The gateway simulator: the five gateways on one port of the loopback, as strict as their manuals allow. It
   shares no code with munja, so that both read the manuals on their own.

   Every request is answered under one lock, so nothing below the server needs another. It is a tool of the
   tests: when memory runs out it ends. */

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

/* A header, a parameter or a part of a form. */
struct pair {
    const char *name, *value; /* value ends with NUL, which bytes does not count */
    size_t bytes;
    const char *file, *type; /* parts of multipart/form-data only: filename and content type, or NULL */
};

struct pairs {
    struct pair *pair;
    size_t count;
};

struct fault; /* faults.h */
struct MHD_Connection;

/* One request and its answer. Everything in it lives until the request is over. */
struct exchange {
    const char *method, *path, *query; /* path as it came, without prefix and query; query may be NULL */
    const char *uri;
    struct pairs headers;
    char *body;
    size_t body_bytes, body_room;
    bool too_large;
    bool secure; /* came over TLS */
    uint64_t connection;
    struct MHD_Connection *on;

    const char *gateway;   /* who answered, or "" */
    const char *action;    /* what is asked: "login", "send", "balance", "cancel" …, or "" */
    const char *violation; /* first rule of the manual that the request breaks, or NULL */
    const char *refusal;   /* why a proper request was refused, or NULL */
    size_t delivered;      /* texts that reached a phone */

    unsigned status;
    const char *type, *reply;
    struct pairs reply_headers;

    const struct fault *fault;
    bool ready;   /* answered, and written down */
    long wait_ms; /* before the answer leaves */
    bool rested;  /* between two bytes of it */
    struct block *blocks;
};

/* A gateway owns the paths below its prefix. serve always answers. */
struct gateway {
    const char *name, *prefix;
    void (*serve)(struct exchange *x);
    bool exact; /* the prefix is the one path there is */
};

extern const struct gateway gateway_smsjoa, gateway_notificationsms, gateway_apiplex, gateway_nanuminet,
    gateway_sms57;

/* Memory that is freed with the exchange; zeroed. */
void *exchange_take(struct exchange *x, size_t bytes);
char *exchange_copy(struct exchange *x, const void *text, size_t bytes);
char *exchange_format(struct exchange *x, const char *format, ...) __attribute__((format(printf, 2, 3)));
void exchange_free(struct exchange *x);

void pairs_add(struct exchange *x, struct pairs *pairs, struct pair pair);
const struct pair *pairs_find(const struct pairs *pairs, const char *name);
const char *pairs_text(const struct pairs *pairs, const char *name); /* "" when absent */

/* The value of a header, any case; NULL when absent. */
const char *header(const struct exchange *x, const char *name);
bool header_type_is(const struct exchange *x, const char *type); /* content type, parameters aside */

/* Write down why a request is refused: the client broke a rule of the manual (violate), or a proper request
   met an account, a number or a rate that says no (refuse). The first word stands. Both return false. */
bool violate(struct exchange *x, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool refuse(struct exchange *x, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Answer with text, or with an object that is given away. */
void answer_text(struct exchange *x, unsigned status, const char *type, const char *text);
void answer_json(struct exchange *x, unsigned status, struct json_object *object);

/* A count as a number or as a text, whichever the shape asks for. */
struct json_object *json_count(long count, bool as_text);
struct json_object *json_text(const char *text);

/* The form of a date in Korea: format as strftime knows it, seconds of 1970. */
const char *korean_time(struct exchange *x, const char *format, time_t when);
const char *china_time(struct exchange *x, time_t when); /* yyyy-MM-dd HH:mm:ss in China */

#endif
