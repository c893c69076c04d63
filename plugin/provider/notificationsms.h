#ifndef MUNJA_PROVIDER_NOTIFICATIONSMS_H
#define MUNJA_PROVIDER_NOTIFICATIONSMS_H

#include <json-c/json.h>

#include "provider/api.h"

/* The manual names no size of titles; phones show some 40 bytes. */
#define NOTIFICATIONSMS_SUBJECT_BYTES 40

/* What the driver's files share. */

/* Begin a call without a body. */
bool notificationsms_start_bare(struct request *request, const char *method, const char *path,
                                const struct account *account, struct error *err);

/* Whether the gateway did what it was asked: 2xx without an error, whatever else it says or leaves out. What
   broke off could hold an error. said is the reply's JSON or NULL. */
bool notificationsms_done(struct json_object *said, const struct reply *reply);

bool notificationsms_send_build(const struct batch *batch, const struct account *account,
                                struct request *request, struct error *err);
void notificationsms_send_judge(const struct account *account, const struct reply *reply,
                                struct batch *batch);

/* The list of numbers that want no more, and its changes, both ways judged alike. */
bool notificationsms_unsubscribed_build(const struct query *query, const struct account *account,
                                        struct request *request, struct error *err);
void notificationsms_unsubscribed_judge(const struct query *query, const struct account *account,
                                        const struct reply *reply, struct answer *answer);
bool notificationsms_add_build(const struct query *query, const struct account *account,
                               struct request *request, struct error *err);
bool notificationsms_remove_build(const struct query *query, const struct account *account,
                                  struct request *request, struct error *err);
void notificationsms_change_judge(const struct query *query, const struct account *account,
                                  const struct reply *reply, struct answer *answer);

#endif
