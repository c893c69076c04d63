/* The door to one provider, for the worker's requests. */
#include "flow/gate.h"

bool gate_has_room(const struct gate *gate)
{
    return gate->inside < gate->width;
}

void gate_enter(struct gate *gate)
{
    gate->inside++;
}

void gate_leave(struct gate *gate)
{
    gate->inside--;
}
