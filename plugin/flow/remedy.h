#ifndef MUNJA_FLOW_REMEDY_H
#define MUNJA_FLOW_REMEDY_H

#include "alert/number.h"
#include "base/error.h"

/* What a route does about a text that did not arrive, one step for each failure. */
struct remedy {
    enum remedy_kind {
        REMEDY_RETRY,     /* the same provider again, where the phone was only out of reach */
        REMEDY_NEXT,      /* the route's next provider */
        REMEDY_RECIPIENT, /* the same alert to another number */
    } kind;
    char recipient[NUMBER_BYTES]; /* of REMEDY_RECIPIENT */
};

/* "retry", "next-provider", "recipient:NUMBER". */
bool remedy_read(const char *text, struct remedy *remedy, struct error *err);
const char *remedy_name(enum remedy_kind kind); /* "recipient" */

#endif
