#ifndef MUNJA_FLOW_COMPANY_H
#define MUNJA_FLOW_COMPANY_H

#include <stdbool.h>
#include <stddef.h>

#include "flow/batch.h"

/* The tasks that go out together with the first one, itself in front: those with the same text, or, when
   texts differ and the gateway takes that, each with its own (*own); the less urgent take what room is left.
   Each recipient once: gateways refuse a list that names one twice. All of them are busy from now on. */
size_t company_gather(struct run *run, struct task *first, struct task *tasks[BATCH_MAX], bool *own);

#endif
