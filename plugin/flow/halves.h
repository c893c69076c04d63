#ifndef MUNJA_FLOW_HALVES_H
#define MUNJA_FLOW_HALVES_H

#include "base/error.h"

struct deliver_half;
struct image_half;
struct wire;

/* The objects beside the executable, loaded when first needed and kept. NULL with the reason in err
   (ERROR_SYSTEM) when one cannot be loaded. */
const struct deliver_half *half_deliver(struct error *err);
const struct wire *half_wire(struct error *err);
const struct image_half *half_image(struct error *err);

/* A command that lives in the delivering half, or is the service upon it, by its word: "explain" is
   command_explain. */
typedef int command(int argc, char **argv);
command *half_command(const char *word, struct error *err);

#endif
