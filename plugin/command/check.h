#ifndef MUNJA_COMMAND_CHECK_H
#define MUNJA_COMMAND_CHECK_H

#include "after/range.h"
#include "command/desk.h"
#include "command/report.h"

/* What a check is asked for. */
struct checking {
    struct range warning, critical;
    int window_s;
    char **provider; /* none: all */
    int providers;
};

/* Ask the gateways; the desk has its configuration and its deadline. False with the reason in err when
   nothing could be asked. */
bool check_balance(struct desk *desk, const struct checking *checking, struct report *report,
                   struct error *err);
bool check_login(struct desk *desk, const struct checking *checking, struct report *report,
                 struct error *err);

/* Whether each monitor of the configuration could be told something; what could not is a WARNING, since
   alerts go out all the same. The desk has its session. */
void check_monitors(const struct desk *desk, struct report *report);

#endif
