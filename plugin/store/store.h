#ifndef MUNJA_STORE_STORE_H
#define MUNJA_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alert/alert.h"
#include "alert/identity.h"
#include "alert/number.h"
#include "base/code.h"
#include "base/error.h"

/* Durable records. Times are milliseconds since 1970. Every function that changes something commits with full
   sync before it returns true. */

enum record_state {
    RECORD_WAITING,  /* to be sent when due */
    RECORD_ACCEPTED, /* a gateway has it */
    RECORD_REFUSED,  /* for good: nobody will try again */
    RECORD_HELD,     /* the answer was lost and the route says hold: an operator decides */
    RECORD_DEAD,     /* retry_for is over */
    RECORD_MERGED,   /* a PROBLEM that its RECOVERY told: merged_into */
};
const char *record_state_name(enum record_state state); /* "waiting" */

/* How the sender wants it done; part of the record because another process may send it. */
struct wish {
    char provider[64];   /* --provider; "" for the route's */
    char kind[8];        /* --kind; "" for the route's */
    char at[24];         /* --at; "" for now */
    char image_url[256]; /* --image, where a gateway is to fetch it; "" for none */
    char first[64]; /* of a text sent in place of another: the provider to begin with; "" for the route's */
};

struct record {
    int64_t id;
    char recipient[NUMBER_BYTES];
    struct identity identity;
    struct alert alert;
    struct wish wish;
    enum record_state state;
    int64_t created_ms;
    int64_t due_ms;
    int priority;      /* 0 is sent before 1: down or critical */
    int tries;         /* attempts so far */
    int attempt;       /* the one that this process began and has not settled; 0: none */
    char provider[64]; /* of the last attempt; "" before the first */
    char outcome[16]; /* of the last attempt: outcome_name; "begun" when its end was never written: the answer
                         is lost */
    char code[32];
    char meaning[160];
    char reference[96]; /* of the gateway that accepted */
    bool referred;      /* the attempt that this process began stands under it already */
    int parts_done;     /* messages of a split text already accepted by that provider */
    const void *image;  /* JPEG to go with it; NULL: none */
    size_t image_bytes;
    int64_t image_id;        /* in the store; 0: none there */
    bool image_owned;        /* record_clear frees it: it came from the store */
    bool answerable;         /* accept: a reply can be carried to its monitor, so a PROBLEM gets a code */
    int64_t problem;         /* 0: none */
    char reply[CODE_BYTES];  /* the problem's code; "" for none */
    bool found;              /* accept: it was there before */
    int64_t accept_until_ms; /* accept: nothing is added or leased later (now_steady_ms); 0: never too late */
    int64_t asked_ms;        /* accept: since then the worker may have added it; 0: it was not asked */
    bool leased;             /* this process has the lease */
    int64_t lease_until_ms;  /* which is over then, whatever happened */
    struct record *missed;   /* of a RECOVERY: PROBLEMs that never went out, which this process leased with it
                                and its text tells, the newest first; owned */
    size_t missed_count;
    int64_t merged_into; /* the record that told this one; 0: none did */
    int64_t root;        /* of one that did not arrive, or is sent in place of one: that which was accepted
                            first (chase.h); 0: neither */
};
void record_clear(struct record *record);

/* One end of an attempt. */
struct settlement {
    enum record_state state; /* where the record goes from here */
    const char *outcome, *code, *meaning, *reference;
    int64_t due_ms; /* for RECORD_WAITING */
    int parts_done;
    bool keep_lease; /* this process goes on with another provider at once */
};

struct store;

/* Open, creating file (0660) and schema as needed; an older schema is brought up to date, a newer one
   is refused.
   Waits for a lock until until_ms (now_steady_ms) at most in all later calls too; store_until changes that:
   leave some time for store_settle after the last reply. where is a path; a link, a folder, an empty file or
   somebody else's database is refused. */
bool store_open(const char *where, int64_t until_ms, struct store **store, struct error *err);
void store_until(struct store *store, int64_t until_ms);

/* Not needed before _exit: everything is on disk already, and a checkpoint is left to the next. */
void store_close(struct store *store);

/* A few lower-case letters and digits made once with the store: references at gateways begin with them, so
   that no two stores ever make the same one. Lives as long as the store; NULL when it cannot be read. */
const char *store_id(struct store *store, struct error *err);

/* Accept: one transaction for all records of an alert. Each is found (same identity; within window_ms unless
   lasting; by its id, where it has one; or in the worker's hands since asked_ms) or added and leased to this
   process for lease_ms, an hour at most. A found record that waits, is due and not leased is leased as well,
   unless parts of its text went out already: store_claim brings the rest. A record that is added with a
   provider in it has its first attempt begun there in the same commit, which spares store_post. Fills id,
   state, found, leased and what the last attempt said; alert and wish stay as the caller gave them, and the
   caller's. A record whose accept_until_ms is over gets the id 0, and nothing is done about it. A failure
   adds none. */
bool store_accept(struct store *store, struct record *records, size_t count, int64_t window_ms,
                  int64_t lease_ms, struct error *err);

/* The look first, for a run that may have nothing to do: the same finding without writing or leasing. What is
   not found is left as it is. */
bool store_find(struct store *store, struct record *records, size_t count, int64_t window_ms,
                struct error *err);

/* Where a look through the waiting records stands; zeroed: at the beginning. */
struct cursor {
    int priority;
    int64_t due_ms, id;
};

/* Which of the ready records are taken. choose sees them in their order; look: how many at most. */
enum chosen { CHOSEN_TAKE, CHOSEN_PASS, CHOSEN_STOP /* this one is passed, and no more are shown */ };
struct choice {
    enum chosen (*choose)(void *context, const struct record *record);
    void *context;
    size_t look;
    struct cursor after; /* only those behind it; moved to the last one shown */
    bool at_end;         /* told: there are no more behind that */
};

/* Take up to most records that were due at due_by_ms for lease_ms, CRITICAL and DOWN first, then oldest due.
   choice NULL: all. *records is the caller's: record_clear each, free. A record whose lease lapsed comes with
   outcome "begun" when its last attempt has no end. */
bool store_claim(struct store *store, struct choice *choice, size_t most, int64_t due_by_ms, int64_t lease_ms,
                 struct record **records, size_t *count, struct error *err);

/* Nothing waits for longer than an hour or two: what seems to, was kept under a clock that ran ahead, and is
   due now. */
bool store_heed_clock(struct store *store, struct error *err);

/* Whether any is due for the taking; if not, whether others than this process have some leased. */
bool store_due(struct store *store, bool *due, bool *leased, struct error *err);

/* After the reply: one transaction for all. Also updates the records in memory. When another process took the
   lease, the attempt's end is kept all the same, but the record changes only towards RECORD_ACCEPTED, which
   never changes again; state then says what the record is. Without a beginning before, the settlement counts
   as the end of an attempt that a dead process left open, else as an attempt of its own (at
   record->provider), or as none when it has no outcome. */
bool store_settle(struct store *store, struct record *const *records, const struct settlement *settlements,
                  size_t count, struct error *err);

/* Something to be written about attempts. They end, as store_settle says; or they begin, before the first
   byte leaves, at this provider and under this reference ("" for none), by which their messages can be found
   should the answer be lost. A record whose lease another process took meanwhile (this one was stopped for
   too long) is left out of those that begin and not leased any more: it must not be sent. */
struct posting {
    struct record *const *records;
    size_t count;
    const struct settlement *settlements; /* NULL: they begin */
    const char *provider, *reference;     /* of those that begin */
};

/* Many of them in one commit, in this order: all are written, or none. */
bool store_post(struct store *store, const struct posting *const *postings, size_t count, struct error *err);

/* Tokens, shared by all processes. key names provider, api, url and user. */
enum token_state {
    TOKEN_VALID,   /* *token is it: the caller frees */
    TOKEN_YOURS,   /* log in now; others wait until renew_ms have passed or token_put came */
    TOKEN_AWAITED, /* somebody else logs in: ask again shortly */
};
/* refused: a token that the gateway did not take; it is as good as none (NULL: none was refused). */
bool token_take(struct store *store, const char *key, const char *refused, int64_t renew_ms,
                enum token_state *state, char **token, struct error *err);
/* until_ms 0: no known end. token NULL: the login failed, let others try. */
bool token_put(struct store *store, const char *key, const char *token, int64_t until_ms, struct error *err);

/* Whether its file was removed, or another took its place: all others use that one. */
bool store_moved(struct store *store);

/* Whether the store can be written right now: not locked, not full, not read-only. Nothing changes by it. */
bool store_can_write(struct store *store, struct error *err);

/* Forget finished records, receipts, replies and writebacks older than keep_ms; at most a few hundred of each
 * a call. */
bool store_prune(struct store *store, int64_t keep_ms, struct error *err);

#endif
