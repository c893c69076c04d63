#ifndef MUNJA_WORKER_RECEPTION_H
#define MUNJA_WORKER_RECEPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "flow/answer.h"

/* The worker's side of the hand-over (flow/handover.h): those who wait for what becomes of their records. */
struct reception;

/* What a caller asks: take these records (none: look into the store), by this configuration. Returns whether
   they are taken; note has room for what is worth knowing. */
typedef bool reception_take(void *context, const char *config, const int64_t *id, size_t count,
                            char note[256]);

/* Listen beside the store. Fails when another worker listens there. */
bool reception_open(const char *store, reception_take *take, void *context, struct reception **reception,
                    struct error *err);
void reception_close(struct reception *reception);

/* No more callers; those that wait are still told. */
void reception_end(struct reception *reception);

/* Readable when reception_turn has something to do. */
int reception_fd(const struct reception *reception);
void reception_turn(struct reception *reception);

/* Tell who waits for this record. */
void reception_tell(struct reception *reception, const struct told *told);

#endif
