#ifndef MUNJA_SIM_WAIT_H
#define MUNJA_SIM_WAIT_H

#include <microhttpd.h>
#include <stdbool.h>

/* Connections that rest for a time while their thread serves others. */
bool wait_start(void);

/* Suspend a connection, from within one of its callbacks, and resume it after that long; or when that file is
   there by then, if it is not NULL. */
void wait_for(struct MHD_Connection *connection, long ms, const char *file);

/* Look which files are there: now and then. */
void wait_look(void);

#endif
