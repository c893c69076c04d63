/* A command file: a pipe that a running monitor reads. */
#include "monitor/pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void say_errno(struct monitor_word *word, const char *path, int code)
{
    char said[sizeof word->said];

    snprintf(said, sizeof said, "%.100s: %s", path,
             code == ENXIO    ? "nobody reads it: does the monitor run?"
             : code == EAGAIN ? "it is full: the monitor does not read it"
                              : strerror(code));
    monitor_say(word, code == EACCES ? MONITOR_REFUSED : MONITOR_LATER, said);
}

void pipe_tell(const char *path, const struct buf *line, struct monitor_word *word)
{
    /* Without waiting for a reader. A file of that name, left by somebody's echo, would swallow all. */
    int fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    struct stat st;

    if (fd < 0 || fstat(fd, &st) != 0)
        say_errno(word, path, errno);
    else if (!S_ISFIFO(st.st_mode)) {
        char said[sizeof word->said];
        snprintf(said, sizeof said, "%.100s: is not a pipe", path);
        monitor_say(word, MONITOR_LATER, said);
    } else if (line == NULL)
        monitor_say(word, MONITOR_DONE, "the monitor reads its command file");
    else if (write(fd, line->data, line->len) != (ssize_t)line->len)
        say_errno(word, path, errno);
    else
        monitor_say(word, MONITOR_DONE, "written to the command file");
    if (fd >= 0)
        close(fd);
}
