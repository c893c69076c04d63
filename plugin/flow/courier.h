#ifndef MUNJA_FLOW_COURIER_H
#define MUNJA_FLOW_COURIER_H

#include <stdbool.h>
#include <stdint.h>

#include "flow/fiber.h"
#include "http/wire.h"

/* Carries requests: one after the other, and the process stands still; or for fibers, each of which waits for
   its own while the others go on. */
struct courier {
    const struct wire *wire;
    struct carrier *carrier; /* NULL where fibers share a fleet */
    struct fleet *fleet;
    struct fibers *fibers;
};

/* One request and its reply, until_ms at most (now_steady_ms). Returns false only when nothing could be tried
   at all, with the reason in err; the caller clears reply in any case. */
bool courier_carry(const struct courier *courier, const struct carrier_settings *settings,
                   const struct request *request, int64_t until_ms, struct reply *reply, struct error *err);

#endif
