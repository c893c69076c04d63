#ifndef MUNJA_SIM_SERVER_H
#define MUNJA_SIM_SERVER_H

#include <stdint.h>

/* Serve on 127.0.0.1 in threads of its own; port 0: any. cert and key are PEM texts, both NULL: plain HTTP.
   Returns the port, or 0 when it cannot listen. */
uint16_t server_start(uint16_t port, const char *cert, const char *key);

/* Time passes while nobody asks: reservations become due. */
void server_tick(void);

#endif
