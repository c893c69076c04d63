#ifndef MUNJA_FLOW_COMPOSE_H
#define MUNJA_FLOW_COMPOSE_H

#include <stdbool.h>

#include "flow/plan.h"
#include "store/store.h"
#include "text/fit.h"

/* The text of one record for one provider: rendered by the route's template from the whole alert and fitted
   to the provider's charset and limits. The caller clears fitted. */
bool compose_text(const struct record *record, const struct route *route, const struct provider *provider,
                  struct fitted *fitted, struct error *err);

/* Whether the record's image goes with it to this provider. */
bool compose_has_image(const struct record *record, const struct provider *provider);

/* "bytes" in Korea, "units" where UTF-16 is counted. */
const char *compose_unit(const struct provider *provider);

#endif
