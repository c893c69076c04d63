/* Where the database file lies: looked at before it is opened, and made so that no half of it is ever seen.
   What is in it is others' business. Files are changed by name, never by a descriptor of our own: closing
   that would drop the locks that SQLite holds on the same file. */
#include "store/place.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"

static bool place_fails(const char *path, const char *doing, struct error *err)
{
    return error_set(err, ERROR_STORE, errno, "store %s: cannot %s: %s", path, doing, strerror(errno));
}

/* The folder may be reached through links (/var often is one), the file itself may not: see
   SQLITE_OPEN_NOFOLLOW in sqlite.c, which allows none at all. */
static bool absolute_path(const char *where, char **path, struct error *err)
{
    char *for_dir = strdup(where), *for_base = strdup(where);
    char *folder = NULL;
    struct buf joined = { 0 };
    bool done = false;

    if (for_dir == NULL || for_base == NULL) {
        error_memory(err);
        goto out;
    }
    folder = realpath(dirname(for_dir), NULL);
    if (folder == NULL) {
        place_fails(where, "reach its folder", err);
        goto out;
    }
    if (!buf_format(&joined, "%s/%s", strcmp(folder, "/") == 0 ? "" : folder, basename(for_base))
        || (*path = buf_take(&joined)) == NULL) {
        error_memory(err);
        goto out;
    }
    done = true;
out:
    buf_clear(&joined);
    free(folder);
    free(for_base);
    free(for_dir);
    return done;
}

static bool log_stat(const struct place *place, struct stat *info)
{
    struct buf name = { 0 };
    bool there = buf_format(&name, "%s-wal", place->path) && lstat(buf_text(&name), info) == 0;

    buf_clear(&name);
    return there;
}

bool place_find(const char *where, struct place *place, struct error *err)
{
    struct stat info = { 0 }, log = { 0 };

    if (!absolute_path(where, &place->path, err))
        return false;
    if (lstat(place->path, &info) != 0)
        return errno == ENOENT || place_fails(where, "look at it", err);
    if (S_ISLNK(info.st_mode))
        return error_set(err, ERROR_STORE, 0, "store %s: is a symbolic link; name the file itself", where);
    if (!S_ISREG(info.st_mode))
        return error_set(err, ERROR_STORE, 0, "store %s: is not a regular file", where);
    if (info.st_size == 0)
        return error_set(err, ERROR_STORE, 0, "store %s: is an empty file; remove it, munja makes its own",
                         where);
    place->exists = true;
    place->group = info.st_gid;
    place->has_log = log_stat(place, &log);
    return true;
}

void place_clear(struct place *place)
{
    free(place->path);
    *place = (struct place){ 0 };
}

/* Made by root by hand, it must not lock out the monitor's user: the folder's owner gets it. And a folder
   that a group may write in is shared by that group, set-group-ID bit or not. */
static void draft_owner(int fd, const char *path)
{
    char *copy = strdup(path);
    struct stat folder = { 0 };

    if (copy != NULL && stat(dirname(copy), &folder) == 0) {
        uid_t user = geteuid() == 0 ? folder.st_uid : (uid_t)-1;
        gid_t group = geteuid() == 0 || (folder.st_mode & S_IWGRP) ? folder.st_gid : (gid_t)-1;

        if (fchown(fd, user, group) != 0)
            errno = 0; /* not a member: the file keeps our own group */
    }
    free(copy);
}

bool place_draft(const struct place *place, char **draft, struct error *err)
{
    struct buf name = { 0 };
    int fd = -1;
    bool made = false;

    if (!buf_format(&name, "%s.XXXXXX", place->path)) {
        error_memory(err);
        goto out;
    }
    fd = mkostemp(name.data, O_CLOEXEC);
    if (fd < 0) {
        place_fails(place->path, "create it", err);
        goto out;
    }
    draft_owner(fd, place->path);
    if (fchmod(fd, PLACE_MODE) != 0) { /* after fchown; mkostemp made it 0600, the umask does not matter */
        place_fails(place->path, "set its mode", err);
        place_drop(name.data);
        goto out;
    }
    *draft = buf_take(&name);
    made = true;
out:
    if (fd >= 0)
        close(fd);
    buf_clear(&name);
    return made;
}

void place_drop(const char *draft)
{
    static const char *const ends[] = { "", "-journal", "-wal", "-shm" };

    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        struct buf name = { 0 };

        if (buf_format(&name, "%s%s", draft, ends[i]))
            unlink(name.data);
        buf_clear(&name);
    }
}

static bool sync_path(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC);
    bool synced = fd >= 0 && fsync(fd) == 0;
    int reason = errno;

    if (fd >= 0)
        close(fd);
    errno = reason;
    return synced;
}

static bool sync_folder(const char *path)
{
    char *copy = strdup(path);
    bool synced = copy != NULL && sync_path(dirname(copy), O_RDONLY | O_DIRECTORY);

    free(copy);
    return synced;
}

bool place_keep(const struct place *place, const char *draft, struct error *err)
{
    bool kept = false;

    if (!sync_path(draft, O_RDWR))
        place_fails(place->path, "write it", err);
    else if (link(draft, place->path) != 0 && errno != EEXIST)
        place_fails(place->path, "create it", err);
    else
        kept = true;
    place_drop(draft);
    if (kept && !sync_folder(place->path))
        kept = place_fails(place->path, "write its folder", err);
    return kept;
}

void place_share_log(const struct place *place)
{
    static const char *const ends[] = { "-wal", "-shm" };

    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        struct buf name = { 0 };

        /* Whoever is no member of that group cannot, and keeps what the folder gave. */
        if (buf_format(&name, "%s%s", place->path, ends[i])
            && lchown(buf_text(&name), (uid_t)-1, place->group) != 0)
            errno = 0;
        buf_clear(&name);
    }
}
