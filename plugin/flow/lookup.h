#ifndef MUNJA_FLOW_LOOKUP_H
#define MUNJA_FLOW_LOOKUP_H

#include <stdint.h>

#include "flow/session.h"
#include "store/store.h"

enum lookup {
    LOOKUP_FOUND,   /* the gateway has the message */
    LOOKUP_MISSING, /* it looked, and has not */
    LOOKUP_UNKNOWN, /* it could not be asked, or its answer was not understood */
};

/* Ask a gateway with API_LOOKUP for the message whose answer was lost: by the reference of that attempt
   (record->reference) and the recipient, among what was sent and what waits for its time. */
enum lookup lookup_find(struct session *session, const struct provider *provider, const struct record *record,
                        int64_t until_ms);

#endif
