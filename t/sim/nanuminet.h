#ifndef MUNJA_SIM_NANUMINET_H
#define MUNJA_SIM_NANUMINET_H

#include "sim/sim.h"

/* Messages to start with. */
enum { NANUMI_QUANTITY = 10000 };

/* Answer "result": false. Returns false. */
bool nanumi_fail(struct exchange *x, const char *msg);

#define violated(x, msg, ...) (violate(x, __VA_ARGS__), nanumi_fail(x, msg))
#define refused(x, msg, ...)  (refuse(x, __VA_ARGS__), nanumi_fail(x, msg))

/* Answer "result": true; with data, unless that is NULL. "(array)" may be an object or a list of one. */
void nanumi_succeed(struct exchange *x, struct json_object *data);

void nanumi_send(struct exchange *x);
void nanumi_list(struct exchange *x);
void nanumi_get(struct exchange *x); /* /v1/get/{yyyymm}/{S|M}/{INDEXNUM} */
void nanumi_stay_list(struct exchange *x);
void nanumi_cancel(struct exchange *x); /* /v1/cancel/{S|M}/{INDEXNUM} */
void nanumi_cancel_all(struct exchange *x);

#endif
