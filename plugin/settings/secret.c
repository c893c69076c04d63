/* A secret in a file of its own, which others cannot read. */
#include "settings/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECRET_BYTES_MAX 4096

static bool check_file(int fd, const char *path, struct error *err)
{
    struct stat st;

    if (fstat(fd, &st) != 0)
        return error_set(err, ERROR_SETTINGS, errno, "%s: %s", path, strerror(errno));
    if (!S_ISREG(st.st_mode))
        return error_set(err, ERROR_SETTINGS, 0, "%s is not a regular file", path);
    if (st.st_mode & (S_IROTH | S_IWOTH))
        return error_set(err, ERROR_SETTINGS, 0, "others may read %s (mode %04o): chmod o= it", path,
                         (unsigned)(st.st_mode & 07777));
    if (st.st_size > SECRET_BYTES_MAX)
        return error_set(err, ERROR_SETTINGS, 0, "%s is too large for a secret", path);
    return true;
}

/* One line; a byte that is no text would break the header or body it is put in. */
static bool check_text(const char *text, size_t bytes, const char *path, struct error *err)
{
    if (bytes == 0)
        return error_set(err, ERROR_SETTINGS, 0, "%s is empty", path);
    for (size_t i = 0; i < bytes; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c < ' ' || c == 0x7f)
            return error_set(err, ERROR_SETTINGS, 0, "%s holds more than one line of text", path);
    }
    return true;
}

char *secret_load(const char *settings_path, const char *file, struct error *err)
{
    char text[SECRET_BYTES_MAX + 1], *path = settings_beside(settings_path, file), *secret = NULL;
    ssize_t bytes = -1;
    int fd = -1;

    if (path == NULL) {
        error_memory(err);
        goto out;
    }
    /* Without waiting for somebody to open the other end of a pipe. */
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        error_set(err, ERROR_SETTINGS, errno, "%s: %s", path, strerror(errno));
        goto out;
    }
    if (!check_file(fd, path, err))
        goto out;
    bytes = read(fd, text, sizeof text - 1);
    if (bytes < 0) {
        error_set(err, ERROR_SETTINGS, errno, "%s: %s", path, strerror(errno));
        goto out;
    }
    if (bytes > 0 && text[bytes - 1] == '\n')
        bytes--;
    if (bytes > 0 && text[bytes - 1] == '\r')
        bytes--;
    if (!check_text(text, (size_t)bytes, path, err))
        goto out;
    secret = strndup(text, (size_t)bytes);
    if (secret == NULL)
        error_memory(err);
out:
    explicit_bzero(text, sizeof text);
    if (fd >= 0)
        close(fd);
    free(path);
    return secret;
}
