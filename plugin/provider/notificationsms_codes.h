#ifndef MUNJA_PROVIDER_NOTIFICATIONSMS_CODES_H
#define MUNJA_PROVIDER_NOTIFICATIONSMS_CODES_H

#include <json-c/json.h>

#include "http/reply.h"
#include "provider/outcome.h"

extern const struct verdict_table notificationsms_verdict_tables[];

/* The outcome of a reply that brings nothing, by the code of the error in it; said is its JSON or NULL. */
void notificationsms_codes_judge(struct outcome *outcome, struct json_object *said,
                                 const struct reply *reply);

/* The same where an id or a number was named: what is not found is that, and not the path. */
void notificationsms_codes_judge_id(struct outcome *outcome, struct json_object *said,
                                    const struct reply *reply);

#endif
