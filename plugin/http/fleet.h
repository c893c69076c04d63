#ifndef MUNJA_HTTP_FLEET_H
#define MUNJA_HTTP_FLEET_H

#include "http/wire.h"

/* What struct wire offers for many requests at once; described there. */
struct fleet *fleet_open(size_t connections, struct error *err);
void fleet_close(struct fleet *fleet);
bool fleet_send(struct fleet *fleet, const struct carrier_settings *settings, const struct request *request,
                int64_t until_ms, struct reply *reply, fleet_over *over, void *context, struct error *err);
int fleet_fd(const struct fleet *fleet);
int fleet_wait_ms(const struct fleet *fleet);
void fleet_turn(struct fleet *fleet);

#endif
