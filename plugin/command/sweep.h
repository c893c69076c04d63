#ifndef MUNJA_COMMAND_SWEEP_H
#define MUNJA_COMMAND_SWEEP_H

#include "command/desk.h"
#include "command/report.h"

/* What else there is to do, behind the deliveries, until something is due. True: something was done. */
typedef bool sweep_else(struct desk *desk, void *context);

/* Deliver by this process everything that is due at the start, once, and remove what is older than keep; then
   what else there is, which may be NULL, and what came of it or meanwhile. The report says what became of it.
 */
bool sweep_due(struct desk *desk, sweep_else *what, void *context, struct report *report, struct error *err);

#endif
