#ifndef MUNJA_COMMAND_SWEEP_H
#define MUNJA_COMMAND_SWEEP_H

#include "command/desk.h"
#include "command/report.h"

/* Deliver by this process everything that is due at the start, once, and remove what is older than keep. The
   report says what became of it. */
bool sweep_due(struct desk *desk, struct report *report, struct error *err);

#endif
