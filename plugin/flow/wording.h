#ifndef MUNJA_FLOW_WORDING_H
#define MUNJA_FLOW_WORDING_H

#include <stdbool.h>

#include "flow/plan.h"

/* Compile a template section; NULL: munja's own words. Faults are added with their lines; usable says whether
   it compiled. Names that no alert has are told, but the template is used. Returns false only when memory ran
   out. wording_clear in any case. */
bool wording_open(const struct section *section, struct wording *wording, struct faults *faults, bool *usable,
                  struct error *err);
void wording_clear(struct wording *wording);

#endif
