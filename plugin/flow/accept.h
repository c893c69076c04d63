#ifndef MUNJA_FLOW_ACCEPT_H
#define MUNJA_FLOW_ACCEPT_H

#include <stdbool.h>
#include <stddef.h>

#include "alert/alert.h"
#include "alert/number.h"
#include "flow/answer.h"
#include "settings/settings.h"
#include "store/store.h"

/* One record for each recipient, not stored yet; answerable where it is some monitor's business. The records
   borrow the alert, which must outlive them: free the array, do not record_clear. */
bool accept_records(const struct settings *settings, const struct alert *alert, const struct numbers *numbers,
                    const struct wish *wish, struct record **records, struct error *err);

/* Whether this process has something to send: a record that it holds the lease of. */
bool accept_has_work(const struct record *records, size_t count);

/* What is told of a record as it stands in the store. */
void accept_tell(const struct record *record, struct told *told);

#endif
