#ifndef MUNJA_SIM_SMS57_H
#define MUNJA_SIM_SMS57_H

#include "sim/sim.h"

/* Table 7 (STATUS). */
enum {
    STATUS_OK = 0,
    STATUS_FORMAT = 1,
    STATUS_PASSWORD = 3,
    STATUS_BUSY = 21,
    STATUS_SYSTEM = 100,
    STATUS_NUMBERS = 102
};

/* A reply begun: status and balance. */
struct json_object *sms57_object(struct exchange *x, int status);
/* … and ended with them. Returns false. */
bool sms57_fail(struct exchange *x, int status);

#define violated(x, status, ...) (violate(x, __VA_ARGS__), sms57_fail(x, status))
#define refused(x, status, ...)  (refuse(x, __VA_ARGS__), sms57_fail(x, status))

/* The password itself, or the MD5 of it and the further parameters that the action signs. */
bool sms57_authorized(struct exchange *x, const struct pairs *form, const char *further);

void sms57_report(struct exchange *x, const struct pairs *form);
void sms57_mo(struct exchange *x, const struct pairs *form);

#endif
