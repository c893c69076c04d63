#ifndef MUNJA_SIM_NOTIFICATIONSMS_H
#define MUNJA_SIM_NOTIFICATIONSMS_H

#include "sim/sim.h"

/* Answer with that error of the table. Returns false. */
bool nsms_fail(struct exchange *x, int code);

#define violated(x, code, ...) (violate(x, __VA_ARGS__), nsms_fail(x, code))
#define refused(x, code, ...)  (refuse(x, __VA_ARGS__), nsms_fail(x, code))

/* The JSON object of the body; NULL after answering. The caller puts it. */
struct json_object *nsms_body(struct exchange *x);

/* The parameters of the query, those allowed and no body; false after answering. */
bool nsms_query(struct exchange *x, const char *const *allowed, struct pairs *query);

/* The answer to a delete: the manual shows none, so it may be without a body. */
void nsms_deleted(struct exchange *x, const char *key, const char *value);

void nsms_send(struct exchange *x);
void nsms_look_up(struct exchange *x);
void nsms_reservation(struct exchange *x);
void nsms_cancel(struct exchange *x);
void nsms_unsubscribed_list(struct exchange *x);
void nsms_unsubscribed_add(struct exchange *x);
void nsms_unsubscribed_remove(struct exchange *x);

/* Whether this number wants no texts. */
bool nsms_unsubscribed(const char *number);

#endif
