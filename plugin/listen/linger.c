/* The rest of what was refused. */
#include "listen/linger.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/now.h"

#define LINGER_MS 2000

/* There are few, and seldom any: looking now and then is enough. */
#define LOOK_EVERY_MS 20

/* Of one connection at one look. */
#define LOOK_BYTES 65536

void linger_add(struct lingering *lingering, int fd)
{
    char byte;
    int kept;

    if (lingering->count == LINGER_MOST || recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0)
        return;
    kept = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (kept < 0)
        return;
    shutdown(kept, SHUT_WR);
    lingering->socket[lingering->count].fd = kept;
    lingering->socket[lingering->count++].until_ms = now_steady_ms() + LINGER_MS;
}

/* Whether more may come. */
static bool drain(int fd)
{
    static char nowhere[LOOK_BYTES];
    ssize_t got = recv(fd, nowhere, sizeof nowhere, MSG_DONTWAIT);

    return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

void linger_turn(struct lingering *lingering)
{
    size_t kept = 0;

    for (size_t i = 0; i < lingering->count; i++)
        if (now_steady_ms() < lingering->socket[i].until_ms && drain(lingering->socket[i].fd))
            lingering->socket[kept++] = lingering->socket[i];
        else
            close(lingering->socket[i].fd);
    lingering->count = kept;
}

int64_t linger_wait_ms(const struct lingering *lingering)
{
    return lingering->count > 0 ? LOOK_EVERY_MS : -1;
}

void linger_close(struct lingering *lingering)
{
    for (size_t i = 0; i < lingering->count; i++)
        close(lingering->socket[i].fd);
    lingering->count = 0;
}
