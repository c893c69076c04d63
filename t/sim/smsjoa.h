#ifndef MUNJA_SIM_SMSJOA_H
#define MUNJA_SIM_SMSJOA_H

#include "sim/sim.h"

/* Won to start with. The guide names no amount. */
enum { SMSJOA_BALANCE = 100000 };

/* Answer with that error of the guide, section 1 (100001 for -100001; 0: no such call). Returns false. */
bool smsjoa_fail(struct exchange *x, int code);

/* violated(x, CODE, "…"): the client's fault; refused(…): the account's. */
#define violated(x, code, ...) (violate(x, __VA_ARGS__), smsjoa_fail(x, code))
#define refused(x, code, ...)  (refuse(x, __VA_ARGS__), smsjoa_fail(x, code))

void smsjoa_send(struct exchange *x);
void smsjoa_history(struct exchange *x); /* GET /1/send/{msg_serial}/{list_count}/{page} */
void smsjoa_cancel(struct exchange *x);

#endif
