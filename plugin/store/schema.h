#ifndef MUNJA_STORE_SCHEMA_H
#define MUNJA_STORE_SCHEMA_H

#include "store/db.h"

/* The tables, made by these statements. Times are milliseconds since 1970, 0 for never;
   texts are "" for none. Ids grow and are never used again, since gateways know messages by them. */
#define SCHEMA_VERSION 4

/* Records that checks count. The index for them is used only where a statement says it in these words. */
#define SCHEMA_OVER "(state = 'held' OR state = 'refused' OR state = 'dead')"

extern const struct db_change schema_changes[];

#endif
