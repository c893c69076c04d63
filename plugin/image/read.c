/* A picture's file, read while the caller still waits: graphs are often temporary files that are gone when
   the message is delivered later. */
#include "image/image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool check_file(int fd, struct stat *st, struct error *err)
{
    if (fstat(fd, st) != 0)
        return error_set(err, ERROR_USAGE, errno, "%s", strerror(errno));
    if (!S_ISREG(st->st_mode))
        return error_set(err, ERROR_USAGE, 0, "not a regular file");
    if (st->st_size == 0)
        return error_set(err, ERROR_USAGE, 0, "the file is empty");
    if (st->st_size > IMAGE_FILE_BYTES_MAX)
        return error_set(err, ERROR_USAGE, 0, "the file is larger than %d MiB",
                         IMAGE_FILE_BYTES_MAX / 1024 / 1024);
    return true;
}

/* As many bytes as the file had when it was opened; one that shrinks meanwhile gives what is left of it. */
static bool fill(int fd, char *bytes, size_t size, size_t *count, struct error *err)
{
    size_t got = 0;

    while (got < size) {
        ssize_t more = read(fd, bytes + got, size - got);
        if (more < 0 && errno == EINTR)
            continue;
        if (more < 0)
            return error_set(err, ERROR_USAGE, errno, "%s", strerror(errno));
        if (more == 0)
            break;
        got += (size_t)more;
    }
    *count = got;
    return true;
}

bool image_read(const char *path, void **bytes, size_t *count, struct error *err)
{
    struct stat st;
    char *room = NULL;
    bool done = false;
    /* Without waiting for somebody to open the other end of a pipe. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    if (fd < 0)
        return error_set(err, ERROR_USAGE, errno, "%s", strerror(errno));
    if (!check_file(fd, &st, err))
        goto out;
    room = malloc((size_t)st.st_size);
    if (room == NULL) {
        error_memory(err);
        goto out;
    }
    if (!fill(fd, room, (size_t)st.st_size, count, err))
        goto out;
    *bytes = room;
    room = NULL;
    done = true;
out:
    free(room);
    close(fd);
    return done;
}
