#ifndef MUNJA_FLOW_LOOKUP_H
#define MUNJA_FLOW_LOOKUP_H

#include <stddef.h>
#include <stdint.h>

#include "flow/session.h"
#include "store/store.h"

enum lookup {
    LOOKUP_MISSING, /* the gateway looked, and has it not */
    LOOKUP_FOUND,   /* it has the message */
    LOOKUP_UNKNOWN, /* it could not be asked, or its answer was not understood */
};

/* Ask a gateway with API_LOOKUP for messages whose answer was lost, all sent in one request: by the reference
   of that attempt (record->reference, the same in all) and each recipient, among what waits for its time and
   what was sent. found has room for count. */
void lookup_find(struct session *session, const struct provider *provider, struct record *const *records,
                 size_t count, int64_t until_ms, enum lookup *found);

#endif
