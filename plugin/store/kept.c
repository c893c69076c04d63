/* A store that stays open between looks. Opening takes ten times as long as most looks, and whoever is the
   only one that has it open pays for the index of the log each time. */
#include "store/kept.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void kept_close(struct kept *kept)
{
    /* What a parent opened is its own: SQLite must not be used across a fork, not even to close it. */
    if (kept->pid == getpid())
        store_close(kept->store);
    free(kept->where);
    *kept = (struct kept){ 0 };
}

static bool is_same(const struct kept *kept, const char *where, const struct stat *info)
{
    return kept->store != NULL && kept->pid == getpid() && strcmp(kept->where, where) == 0
           && kept->device == info->st_dev && kept->inode == info->st_ino;
}

static bool open_anew(struct kept *kept, const char *where, int64_t until_ms, const struct stat *info,
                      struct error *err)
{
    struct kept made = { .pid = getpid(), .device = info->st_dev, .inode = info->st_ino };

    made.where = strdup(where);
    if (made.where == NULL)
        return error_memory(err);
    if (!store_open(where, until_ms, &made.store, err)) {
        kept_close(&made);
        return false;
    }
    *kept = made;
    return true;
}

bool kept_open(struct kept *kept, const char *where, int64_t until_ms, struct store **store,
               struct error *err)
{
    struct stat info = { 0 };

    if (stat(where, &info) != 0) {
        error_set(err, ERROR_STORE, errno, "store %s: %s", where,
                  errno == ENOENT ? "there is none yet" : strerror(errno));
        kept_close(kept);
        return false;
    }
    if (!is_same(kept, where, &info)) {
        kept_close(kept);
        if (!open_anew(kept, where, until_ms, &info, err))
            return false;
    }
    store_until(kept->store, until_ms);
    *store = kept->store;
    return true;
}
