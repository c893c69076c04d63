/* SQLite syncs the folder after the first commit of each process, in case this process has made the log. Here
   most processes commit once, to a log that is there for long. A log that holds something was synced with its
   folder by whoever began it, under the same lock that later commits wait for. */
#include "store/vfs.h"

#include <sqlite3.h>
#include <stddef.h>
#include <sys/stat.h>

static const sqlite3_vfs *base;
static sqlite3_vfs ours;

static int open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *opened)
{
    struct stat info;

    if ((flags & SQLITE_OPEN_WAL) != 0 && name != NULL && stat(name, &info) == 0 && info.st_size > 0)
        flags &= ~SQLITE_OPEN_CREATE;
    return base->xOpen(vfs, name, file, flags, opened);
}

/* In somebody else's process this object may go while SQLite stays, with our table in its list. */
__attribute__((destructor)) static void withdraw(void)
{
    if (base != NULL)
        sqlite3_vfs_unregister(&ours);
}

const char *vfs_name(void)
{
    if (base == NULL && (base = sqlite3_vfs_find(NULL)) != NULL) {
        ours = *base;
        ours.zName = "munja";
        ours.pNext = NULL;
        ours.xOpen = open_file;
        if (sqlite3_vfs_register(&ours, 0) != SQLITE_OK)
            base = NULL;
    }
    return base == NULL ? NULL : ours.zName;
}
