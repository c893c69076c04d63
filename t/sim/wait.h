#ifndef MUNJA_SIM_WAIT_H
#define MUNJA_SIM_WAIT_H

#include <microhttpd.h>
#include <stdbool.h>

/* Connections that rest for a time while their thread serves others. */
bool wait_start(void);

/* Suspend a connection, from within one of its callbacks, and resume it after that long. */
void wait_for(struct MHD_Connection *connection, long ms);

#endif
