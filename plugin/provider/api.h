#ifndef MUNJA_PROVIDER_API_H
#define MUNJA_PROVIDER_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/reply.h"
#include "http/request.h"
#include "http/wire.h"
#include "provider/listing.h"
#include "provider/outcome.h"
#include "settings/settings.h"
#include "text/fit.h"

/* A gateway as facts and pairs of pure functions: build makes a request from typed arguments, judge turns the
   reply into outcomes or rows. No network, no clock, no store: time comes in as an argument. */

/* What a driver may know of a configured provider. Nothing is owned. */
struct account {
    const char *name; /* of the provider */
    const char *user;
    const char *secret;            /* as text, never shown */
    const char *from;              /* sender number, digits */
    const char *token;             /* of the last login; NULL where the api needs none or at login */
    const struct section *section; /* the driver's own keys: account_key */
    const struct setting *keys;
    const struct wire *wire; /* digest and hmac; NULL when nothing will be sent */
};

/* The value of one of the driver's own keys, or its fallback; NULL when it has neither. */
const char *account_key(const struct account *account, const char *key);

/* One message of a batch. Nothing is owned but the outcome, which judge fills. */
struct batch_item {
    const char *to;        /* as number_read keeps it */
    const char *text;      /* fitted; the driver puts no signature in front: fit_text did */
    const char *subject;   /* title of lms and mms, "" for sms */
    const char *reference; /* munja's own id of this record at this provider, at most 40 of [a-z0-9-]: the
                              same again when the same record goes to the same provider again */
    struct outcome outcome;
};

/* What one send request carries: the same text for up to api->same_max recipients, or own texts for up to
   api->own_max. All of one kind. Recipients are all different. */
struct batch {
    enum kind kind;
    bool own;          /* the texts differ */
    const char *at;    /* reservation, "YYYY-MM-DD HH:MM:SS" in Korean time; NULL: now */
    const void *image; /* JPEG for mms; NULL: none */
    size_t image_bytes;
    const char *image_url; /* in its place: an http:// or https:// address, where the gateway fetches it */
    struct batch_item *item;
    size_t count;
};

/* One outcome for all items, where a gateway has no results for single numbers. */
void batch_outcome(struct batch *batch, const struct outcome *outcome);

/* The typed arguments of every other operation; what an operation does not use stays NULL or 0. */
struct query {
    int64_t now_ms;
    const char *ref;
    const char *number, *name;
    const char *month;             /* YYYYMM */
    const char *from_day, *to_day; /* DD */
    const char *kind, *result, *phone, *callback, *text;
    const char *field[7];    /* CETC1 to CETC6 by number; [0] unused */
    int page, size;          /* 0: the api's default */
    const char *start, *end; /* of a time span, as the gateway wants them */
};

/* Whether ref is given and can be a gateway's id: printable ASCII that is no step in a path (ERROR_USAGE). */
bool query_has_ref(const struct query *query, struct error *err);

/* Whether no page and no size is asked for, of a gateway that always tells everything (ERROR_USAGE). */
bool query_is_whole(const struct query *query, struct error *err);

/* What a reply to a query says. */
struct answer {
    struct outcome outcome;
    char *token;         /* login: the caller frees */
    int64_t token_until; /* seconds since 1970; 0: the manual names no end */
    struct listing listing;
};
void answer_clear(struct answer *answer);

/* Add a row to the listing of an answer that is accepted; when memory runs out, it is none (RETRY). */
bool answer_row(struct answer *answer, const char *const *cells);

/* The answer to a login that brought this token (NULL: none), copied when it can stand in a header; else
   UNSURE, which for a login only means that there is no token. */
void answer_login(struct answer *answer, const char *token, int64_t token_until);

/* Every operation but send. judge always fills answer->outcome. */
struct operation {
    bool (*build)(const struct query *query, const struct account *account, struct request *request,
                  struct error *err);
    void (*judge)(const struct query *query, const struct account *account, const struct reply *reply,
                  struct answer *answer);
};

struct send_operation {
    bool (*build)(const struct batch *batch, const struct account *account, struct request *request,
                  struct error *err);
    /* Fills every item's outcome. Called only when a status arrived (carried whole or partly). */
    void (*judge)(const struct account *account, const struct reply *reply, struct batch *batch);
};

/* What a gateway pushes: judged as data. answer is the body it expects for "taken". */
struct webhook_operation {
    bool (*judge)(const struct reply *pushed, struct answer *answer, struct error *err);
    const char *content_type, *taken;
};

enum {                     /* caps: promises, each checked for every driver by one test */
       API_IDEMPOTENT = 1, /* the same reference again is never delivered twice */
       API_LOOKUP = 2,     /* a send whose answer was lost can be found by its reference */
       API_RESERVE = 4,
       API_IMAGE = 8,
       API_IMAGE_URL = 16,
};

enum country { COUNTRY_KOREA, COUNTRY_CHINA };

struct api {
    const char *name;  /* smsjoa */
    const char *title; /* SMSJOA Messaging API */
    const char *url;   /* default base URL; NULL: the customer's own, the key url is required */
    enum country country;
    unsigned caps;
    bool needs_user, needs_secret, needs_from;
    struct text_limits limits;
    size_t same_max;         /* recipients of one text in one request, 1 or more */
    size_t own_max;          /* own texts in one request; 0 or 1: it cannot */
    unsigned own_kinds;      /* 1 << KIND_SMS | … for which own_max holds */
    const char *own_without; /* … only for texts without any of these characters; NULL: any text */
    bool at_whole_minutes;   /* a reservation's time has no seconds */
    int cancel_before_s; /* a reservation cannot be cancelled later than so long before its time; 0: no such
                            rule */
    /* Three names mean the same with every driver that has them: token is used in place of a login (and of
       user and secret), signature stands in front of every text, hash "none" needs no secret. */
    const struct setting *keys;
    const struct verdict_table *verdicts; /* ended by a zeroed table */
    const struct receipt_table *receipts;
    const char *const *repetitions; /* codes of receipts that speak of the second one, where the same message
                                       was given twice; ended by NULL; NULL: none */
    int result_days;                /* result tells nothing of what is older; 0: no such rule */

    struct send_operation send;
    struct operation login; /* empty: no token needed */
    struct operation balance, result, list;
    struct operation reservation_list, reservation_show, reservation_cancel, reservation_cancel_all;
    struct operation unsubscribed_list, unsubscribed_add, unsubscribed_remove;
    struct operation senders, reports, replies, signup;
    struct webhook_operation webhook;
};

extern const struct api api_smsjoa, api_notificationsms, api_apiplex, api_nanuminet, api_sms57;

/* The operations beside send and webhook by their words ("reservation-cancel"), ended by a zeroed row. */
struct api_operation {
    const char *word;
    size_t offset; /* in struct api */
};
extern const struct api_operation api_operations[];

/* The operation of that word; NULL when this gateway has none. */
const struct operation *api_operation(const struct api *api, const char *word);

/* All of them, ended by NULL. */
extern const struct api *const apis[];
const struct api *api_named(const char *name); /* NULL when there is none */

/* What a send build asks first: a reservation only where the api takes one, and of a time that exists and is
   written as struct batch says (ERROR_USAGE); an image only for mms, and only where it can be sent that way
   (ERROR_BUG). */
bool api_takes(const struct api *api, const struct batch *batch, struct error *err);

/* Whether this gateway takes a reservation for that time, as struct batch says it. */
bool api_reserves(const struct api *api, const char *at);

/* Whether this gateway can reach the number at all (its country). */
bool api_reaches(const struct api *api, const char *number);

#endif
