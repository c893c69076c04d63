/* Waiting for a reply, in a fiber or not. */
#include "flow/courier.h"

/* A fiber that waits for its reply. */
struct arrival {
    struct fibers *fibers;
    struct fiber *fiber;
    bool tried;
    struct error err;
};

static void arrive(void *context, bool tried, const struct error *err)
{
    struct arrival *arrival = context;

    arrival->tried = tried;
    arrival->err = *err;
    fiber_wake(arrival->fibers, arrival->fiber);
}

bool courier_carry(const struct courier *courier, const struct carrier_settings *settings,
                   const struct request *request, int64_t until_ms, struct reply *reply, struct error *err)
{
    struct arrival arrival = { .fibers = courier->fibers };

    if (courier->fibers == NULL)
        return courier->wire->carry(courier->carrier, settings, request, until_ms, reply, err);
    arrival.fiber = fiber_self(courier->fibers);
    if (!courier->wire->fleet_send(courier->fleet, settings, request, until_ms, reply, arrive, &arrival, err))
        return false;
    fiber_wait(courier->fibers);
    *err = arrival.err;
    return arrival.tried;
}
