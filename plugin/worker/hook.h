#ifndef MUNJA_WORKER_HOOK_H
#define MUNJA_WORKER_HOOK_H

#include <stdbool.h>
#include <stddef.h>

#include "flow/plan.h"
#include "flow/tally.h"
#include "listen/server.h"
#include "store/store.h"

/* What gateways push, to POST /hook/PROVIDER/TOKEN: whether it may come in, what it says, and its answer,
   which is given when all of it is on disk. What comes in one turn goes to disk together. */
struct hook;
struct hook *hook_new(struct store *store, struct tally *tally);
void hook_free(struct hook *hook);

#define HOOK_PATH "/hook/"

/* The name of a provider and the token behind HOOK_PATH; false when they are not there. */
#define HOOK_NAME_BYTES 256
bool hook_path(const char *path, char provider[HOOK_NAME_BYTES], const char **token);

/* As struct server_rules has them, by the configuration that holds now. */
bool hook_admit(struct hook *hook, const struct plan *plan, struct call *call);
void hook_serve(struct hook *hook, const struct plan *plan, struct call *call);
void hook_forget(struct call *call);

/* Write down what came, and answer all of it. Returns whether there was anything. */
bool hook_commit(struct hook *hook);

/* Tell of a refusal, a line now and then: whoever is refused may come a thousand times a second. provider
   NULL: it is not known whose it would be. */
void hook_refused(struct hook *hook, int status, const char *provider, const struct network_address *from);

#endif
