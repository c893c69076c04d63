/* Who is alive. The kernel drops a lock when its process is gone, however it went, and all processes of a
   machine see it. The lock is one of an open file (F_OFD_SETLK), so that nothing else that this process opens
   and closes can drop it; and the file is never the database, where closing would drop those of SQLite. */
#include "store/owner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/now.h"
#include "base/utf8.h"
#include "store/place.h"
#include "store/record.h"

/* What the first letter of an owner's name says, and 15 hex digits after it: they are the place of its byte,
   which begins with a mark of the file. Who has its lock in a file that was removed since cannot be seen any
   more, and must not be taken for dead. */
#define HAS_LOCK    'l'
#define HAS_NO_LOCK 't' /* its leases lapse by time */
#define MARK_SHIFT  36
#define MARK_MASK   0xffffffULL

#define WORKER_PLACE 0

bool owner_name(struct store *store, struct error *err)
{
    uint64_t number = 0;

    if (getrandom(&number, sizeof number, 0) != sizeof number)
        return error_set(err, ERROR_SYSTEM, 0, "the system gives no random numbers");
    snprintf(store->owner, sizeof store->owner, "%c%015llx", HAS_NO_LOCK, (unsigned long long)number >> 4);
    return true;
}

/* Made just now, or by somebody who did not come further than that. */
static void share_file(int file, const char *database)
{
    struct stat info = { 0 };

    if (stat(database, &info) != 0 || fchown(file, geteuid() == 0 ? info.st_uid : (uid_t)-1, info.st_gid) != 0
        || fchmod(file, PLACE_MODE) != 0)
        errno = 0; /* not ours to share: who cannot open it has leases that lapse by time */
}

static bool open_file(struct store *store)
{
    const char *database = db_name(store->db);
    struct buf name = { 0 };
    struct stat info = { 0 };

    if (store->owners >= 0)
        return true;
    if (buf_format(&name, "%s-owners", database))
        store->owners = open(name.data, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    buf_clear(&name);
    if (store->owners < 0 || fstat(store->owners, &info) != 0)
        return false;
    if ((info.st_mode & 0777) != PLACE_MODE)
        share_file(store->owners, database);
    store->owners_mark = (uint64_t)info.st_ino & MARK_MASK;
    return true;
}

static struct flock byte_at(uint64_t place)
{
    return (struct flock){ .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = (off_t)place, .l_len = 1 };
}

void owner_lock(struct store *store)
{
    unsigned long long place;
    struct flock byte;

    if (store->owner[0] != HAS_NO_LOCK || !open_file(store))
        return;
    /* Never the worker's place. */
    place = (strtoull(store->owner + 1, NULL, 16) & ((1ULL << MARK_SHIFT) - 1)) | 1;
    place |= store->owners_mark << MARK_SHIFT;
    byte = byte_at(place);
    if (fcntl(store->owners, F_OFD_SETLK, &byte) == 0)
        snprintf(store->owner, sizeof store->owner, "%c%015llx", HAS_LOCK, place);
}

void owner_unlock(struct store *store)
{
    if (store->owners >= 0)
        close(store->owners);
    store->owners = -1;
}

bool owner_lock_worker(struct store *store, struct error *err)
{
    struct flock byte = byte_at(WORKER_PLACE);

    if (open_file(store) && fcntl(store->owners, F_OFD_SETLK, &byte) == 0)
        return true;
    if (store->owners >= 0 && (errno == EAGAIN || errno == EACCES))
        return error_set(err, ERROR_STORE, errno, "store %s: has a worker already", db_name(store->db));
    return error_set(err, ERROR_STORE, errno, "store %s: cannot lock its file of owners: %s",
                     db_name(store->db), strerror(errno));
}

static bool is_dead(const struct store *store, const char *owner)
{
    bool worker = strcmp(owner, OWNER_WORKER) == 0;
    unsigned long long place = worker ? WORKER_PLACE : strtoull(owner + 1, NULL, 16);
    struct flock byte = byte_at(place);

    /* A process does not see its own locks. */
    if (strcmp(owner, store->owner) == 0
        || (!worker && (owner[0] != HAS_LOCK || place >> MARK_SHIFT != store->owners_mark)))
        return false;
    return fcntl(store->owners, F_OFD_GETLK, &byte) == 0 && byte.l_type == F_UNLCK;
}

static bool end_leases(struct store *store, const char *owner, struct error *err)
{
    return DB_RUN(store->db, err,
                  "UPDATE record SET lease_until_ms = 0, lease_owner = ''"
                  " WHERE state = 'waiting' AND priority IN (0, 1) AND lease_owner = $1",
                  DB_TEXT(owner));
}

struct owner {
    char name[sizeof((struct store *)NULL)->owner];
};

static bool read_owner(const struct rows *rows, void *item, struct error *err)
{
    struct owner *owner = item;

    (void)err;
    UTF8_COPY(owner->name, rows_text(rows, 0));
    return true;
}

static bool any_dead(const struct store *store, const struct owner *owners, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (is_dead(store, owners[i].name))
            return true;
    return false;
}

/* Asked again where nobody can write: the worker's name may have come to life meanwhile. */
static bool bury(struct store *store, const struct owner *owners, size_t count, struct error *err)
{
    if (!db_begin(store->db, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (is_dead(store, owners[i].name) && !end_leases(store, owners[i].name, err))
            return false;
    return db_commit(store->db, err);
}

bool owner_bury(struct store *store, bool *buried, struct error *err)
{
    struct gathered owners = { 0 };
    int64_t now = now_ms();
    bool dead = false, done = false;

    if (!record_gather(store,
                       "SELECT DISTINCT r.lease_owner FROM record r WHERE r.state = 'waiting'"
                       " AND r.priority IN (0, 1) AND r.due_ms <= $1"
                       " AND r.lease_until_ms > $1 AND r.lease_until_ms <= $2",
                       DB_VALUES(DB_NUMBER(now), DB_NUMBER(now + LEASE_MS_MAX)), read_owner,
                       sizeof(struct owner), &owners, err))
        goto out;
    dead = owners.count > 0 && open_file(store) && any_dead(store, owners.item, owners.count);
    if (dead && !bury(store, owners.item, owners.count, err)) {
        db_rollback(store->db);
        goto out;
    }
    *buried = dead;
    done = true;
out:
    free(owners.item);
    return done;
}
