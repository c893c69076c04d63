#ifndef MUNJA_MONITOR_TYPE_H
#define MUNJA_MONITOR_TYPE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "http/reply.h"
#include "http/request.h"
#include "settings/settings.h"

/* A kind of monitoring system as facts and pairs of pure functions: build makes a request or a line of typed
   arguments, judge reads the reply. No network, no clock, no store. */

/* What it is to be told. Nothing is owned; texts are "" rather than NULL. */
struct monitor_ask {
    const char *user, *secret;          /* the section's */
    const char *host, *service, *event; /* of the alert; host and service of a result: whose result it is */
    const char *author, *text;
    bool notify;  /* an acknowledgement is told to all who were told of the problem */
    bool results; /* a test: it will have to take results, too */
    bool among;   /* several of its type may know the object: what names it must fit, too */
    int64_t now_s;
    int version; /* of its API, major * 100 + minor, as an earlier step learned; 0: not known */
};

enum monitor_verdict {
    MONITOR_GO_ON,   /* the next step */
    MONITOR_DONE,    /* it is so now */
    MONITOR_ALREADY, /* it was so, or is over */
    MONITOR_UNKNOWN, /* there is no such object */
    MONITOR_REFUSED, /* the user has not the right to: an operator must mend that */
    MONITOR_LATER,   /* it cannot now */
};

/* What a reply says. */
struct monitor_word {
    enum monitor_verdict verdict;
    char said[160]; /* for people and logs: a clean line */
    int version;    /* MONITOR_GO_ON: as above; 0: nothing new */
};

/* Fill the word; said is cleaned. */
void monitor_say(struct monitor_word *word, enum monitor_verdict verdict, const char *said);

/* One request and its reply. judge is called only with a status. */
struct monitor_step {
    bool (*build)(const struct monitor_ask *ask, struct request *request, struct error *err);
    void (*judge)(const struct monitor_ask *ask, const struct reply *reply, struct monitor_word *word);
};
#define MONITOR_STEPS_MAX 4

struct monitor_type {
    const char *name;     /* nagios */
    bool by_file, by_api; /* how it can be told; one of two where both */
    bool takes_results;
    bool needs_user;
    const char *path;                  /* of its API: the base URL may end with it */
    const struct setting *const *keys; /* beside the common ones, ended by NULL */
    /* Ended by an empty step; the last step never says MONITOR_GO_ON. */
    struct monitor_step acknowledge[MONITOR_STEPS_MAX], result[MONITOR_STEPS_MAX], test[MONITOR_STEPS_MAX];
};

extern const struct monitor_type monitor_nagios, monitor_icinga2, monitor_zabbix;

/* Keys that types share. */
extern const struct setting monitor_file_keys[], monitor_api_keys[], monitor_result_keys[];

/* A line for the command file of Nagios, Naemon or Icinga 2, with its newline, whole in one write. False,
   with the reason in word, when the object's name cannot stand in one. */
bool line_acknowledge(const struct monitor_ask *ask, struct buf *line, struct monitor_word *word);
bool line_result(const struct monitor_ask *ask, struct buf *line, struct monitor_word *word);

#endif
