#ifndef MUNJA_WORKER_INTAKE_H
#define MUNJA_WORKER_INTAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "store/store.h"
#include "worker/shift.h"

/* Which records of the store a shift takes in hand next: for each provider as many as it can do with, so that
   one that is slow or has thousands waiting never keeps the others idle. */
struct intake;

struct intake *intake_open(struct shift *shift, struct error *err);
void intake_close(struct intake *intake);

/* Take what there is room for, if it is time to look. Leases are as long as HANDOVER_LEASE_MS. */
bool intake_fill(struct intake *intake, struct store *store, struct error *err);

/* When to look next (now_steady_ms), and that something is due sooner. */
int64_t intake_next_ms(const struct intake *intake);
void intake_hasten(struct intake *intake, int64_t due_ms);

#endif
