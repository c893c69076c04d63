#ifndef MUNJA_FLOW_GATE_H
#define MUNJA_FLOW_GATE_H

#include <stdbool.h>
#include <stddef.h>

/* How many requests may be under way at one provider. */
struct gate {
    size_t width, inside;
};

bool gate_has_room(const struct gate *gate);
void gate_enter(struct gate *gate);
void gate_leave(struct gate *gate);

#endif
