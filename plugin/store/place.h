#ifndef MUNJA_STORE_PLACE_H
#define MUNJA_STORE_PLACE_H

#include <stdbool.h>

#include "base/error.h"

/* Where the database file lies and whose it is. Several users share it by the group of its folder, and
   nobody else may read it: alerts and phone numbers are personal data. */
#define PLACE_MODE 0660

struct place {
    char *path;   /* absolute; no symbolic link in its folder's part */
    bool exists;  /* the file itself */
    bool has_log; /* and its write-ahead log */
    unsigned group;
};

/* Look at it. A link, a folder, a device or an empty file in its place is an error. place_clear in any case.
 */
bool place_find(const char *where, struct place *place, struct error *err);
void place_clear(struct place *place);

/* A new file of the right mode, owner and group beside the path, to be filled and then kept. The caller frees
   the name. */
bool place_draft(const struct place *place, char **draft, struct error *err);

/* Give the filled draft its real name, on disk for good, unless another process was faster; the draft's name
   is gone either way. */
bool place_keep(const struct place *place, const char *draft, struct error *err);

/* It is not wanted: away with it and what SQLite may have left beside it. */
void place_drop(const char *draft);

/* Just now made by this process: the log belongs to the same group as the file. */
void place_share_log(const struct place *place);

#endif
