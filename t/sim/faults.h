#ifndef MUNJA_SIM_FAULTS_H
#define MUNJA_SIM_FAULTS_H

#include "sim/sim.h"

enum fault_kind {
    FAULT_STATUS,
    FAULT_BODY,
    FAULT_GARBAGE,
    FAULT_REDIRECT,
    FAULT_HUGE,
    FAULT_DELAY,
    FAULT_TRUNCATE,
    FAULT_DRIP,
    FAULT_CLOSE_HEADERS,
    FAULT_CLOSE_BEFORE,
    FAULT_CLOSE_AFTER,
    FAULT_RESET,
};

/* A fault as picked for one request. */
struct fault {
    const char *name;
    enum fault_kind kind;
    bool process; /* the gateway handles the request before the fault shows */
    unsigned status;
    const char *body;
    long ms;
    const char *until; /* a file, or NULL */
    uint64_t bytes;
    struct pairs headers;
};
extern const char faults_help[];

/* The fault of DIR/faults that this request is due, used up by one; NULL when there is none. */
const struct fault *fault_pick(struct exchange *x, const char *dir, void (*complain)(const char *text));

/* Put the fault's own answer in place of the gateway's, for those that have one. */
void fault_answer(struct exchange *x);

#endif
