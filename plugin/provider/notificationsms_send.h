#ifndef MUNJA_PROVIDER_NOTIFICATIONSMS_SEND_H
#define MUNJA_PROVIDER_NOTIFICATIONSMS_SEND_H

#include "provider/api.h"

/* The manual names no size of titles; phones show some 40 bytes. */
#define NOTIFICATIONSMS_SUBJECT_BYTES 40

bool notificationsms_send_build(const struct batch *batch, const struct account *account,
                                struct request *request, struct error *err);
void notificationsms_send_judge(const struct account *account, const struct reply *reply,
                                struct batch *batch);

#endif
