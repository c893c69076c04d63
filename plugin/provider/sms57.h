#ifndef MUNJA_PROVIDER_SMS57_H
#define MUNJA_PROVIDER_SMS57_H

#include <json-c/json.h>

#include "provider/api.h"

/* What the driver's files share. */

/* Begin the request of an action, signed: behind the password stands what the document wants signed with it.
 */
bool sms57_start(const struct account *account, const char *action, const char *more, struct request *request,
                 struct error *err);

/* A number as the gateway writes it, without the country's code; NULL when it cannot be one of its. */
const char *sms57_national(const char *number);

/* The JSON of a reply; of one that breaks off, or is JSON no longer, what stands before that, down to an
   entry that is whole: the gateway will not say it again. NULL when there is none. For json_object_put. */
struct json_object *sms57_read(const struct reply *reply, bool *broken);

/* Entries of a list, where one may stand without its brackets; NULL for one that is no object. */
size_t sms57_count(struct json_object *list);
struct json_object *sms57_entry(struct json_object *list, size_t index);

/* Whether the reply of a question brings what was asked for: the answer is accepted, without rows yet. said
   is its JSON or NULL. */
bool sms57_answers(struct json_object *said, const struct reply *reply, const char *const *columns,
                   struct answer *answer);

/* Chapters 4 to 6. */
bool sms57_reports_build(const struct query *query, const struct account *account, struct request *request,
                         struct error *err);
void sms57_reports_judge(const struct query *query, const struct account *account, const struct reply *reply,
                         struct answer *answer);
bool sms57_replies_build(const struct query *query, const struct account *account, struct request *request,
                         struct error *err);
void sms57_replies_judge(const struct query *query, const struct account *account, const struct reply *reply,
                         struct answer *answer);
bool sms57_webhook_judge(const struct reply *pushed, struct answer *answer, struct error *err);

#endif
