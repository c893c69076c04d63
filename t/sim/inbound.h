#ifndef MUNJA_SIM_INBOUND_H
#define MUNJA_SIM_INBOUND_H

#include "sim/sim.h"

/* What a phone sent back, or a report that answers no text of this simulator. */
struct inbound {
    struct inbound *next;
    bool report;
    const char *mobile, *text; /* text: content, or the code of a report */
    const char *mid, *time;
};
extern const char inbound_help[];

/* The oldest that was not handed out yet; NULL when there is none. */
const struct inbound *inbound_take(bool report);

#endif
