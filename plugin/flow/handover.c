/* The asking side of the hand-over. */
#include "flow/handover.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/now.h"

#ifndef MUNJA_VERSION
#define MUNJA_VERSION "0"
#endif

/* A worker that is alive says yes at once; one that is stuck must not cost more of the time. The whole is
   waited for in parts: a machine that stands still for a while makes one of them long, and the worker is
   asked on. */
#define YES_MOST_MS 1500
#define YES_PARTS   15

#define SOCKET_SUFFIX "-worker"

bool handover_address(const char *store, struct sockaddr_un *address, int *folder)
{
    const char *slash = strrchr(store, '/');
    char parent[4096];
    int length;

    *folder = -1;
    *address = (struct sockaddr_un){ .sun_family = AF_UNIX };
    length = snprintf(address->sun_path, sizeof address->sun_path, "%s" SOCKET_SUFFIX, store);
    if (length < (int)sizeof address->sun_path)
        return true;
    if (slash == NULL || slash - store >= (int)sizeof parent)
        return false;
    snprintf(parent, sizeof parent, "%.*s", (int)(slash - store) + 1, store);
    *folder = open(parent, O_PATH | O_DIRECTORY | O_CLOEXEC);
    length = snprintf(address->sun_path, sizeof address->sun_path, "/proc/self/fd/%d/%s" SOCKET_SUFFIX,
                      *folder, slash + 1);
    if (*folder >= 0 && length < (int)sizeof address->sun_path)
        return true;
    if (*folder >= 0)
        close(*folder);
    *folder = -1;
    return false;
}

int handover_reach(const char *store)
{
    struct sockaddr_un address;
    int folder, fd;

    if (!handover_address(store, &address, &folder))
        return -1;
    /* Not to block: a worker that is stuck has a full queue of those who wait for it. */
    fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        close(fd);
        fd = -1;
    }
    if (folder >= 0)
        close(folder);
    return fd;
}

/* The next packet; 0 when there is none in time, -1 when the worker is gone. */
static int hear(int fd, struct handover_say *say, int64_t until_ms)
{
    struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

    for (;;) {
        int64_t left_ms = until_ms - now_steady_ms();
        ssize_t bytes;

        if (left_ms <= 0)
            return 0;
        if (poll(&poll_fd, 1, (int)left_ms) <= 0)
            continue;
        bytes = recv(fd, say, sizeof *say, MSG_DONTWAIT);
        if (bytes == (ssize_t)sizeof *say)
            return 1;
        if (bytes >= 0 || (errno != EAGAIN && errno != EINTR))
            return -1;
    }
}

static int hear_yes(int fd, struct handover_say *say, int64_t until_ms)
{
    int heard = 0;

    for (int i = 0; i < YES_PARTS && heard == 0; i++) {
        int64_t part_ms = now_steady_ms() + YES_MOST_MS / YES_PARTS;
        heard = hear(fd, say, part_ms < until_ms ? part_ms : until_ms);
    }
    return heard;
}

static bool send_ask(int fd, const char *config, const struct record *records, size_t count)
{
    struct handover_ask ask = { .munja = MUNJA_VERSION, .told_bytes = sizeof(struct told) };

    if (strlen(config) >= sizeof ask.config || count > NUMBERS_MAX)
        return false;
    strcpy(ask.config, config);
    for (size_t i = 0; i < count; i++)
        if (records[i].leased)
            ask.id[ask.count++] = records[i].id;
    return send(fd, &ask, sizeof ask - sizeof ask.id + ask.count * sizeof *ask.id, MSG_NOSIGNAL) > 0;
}

bool handover_ask(int fd, const char *config, const struct record *records, size_t count, int64_t until_ms,
                  char note[256], bool *lives)
{
    struct handover_say say;
    char *absolute = realpath(config, NULL);
    bool heard =
        absolute != NULL && send_ask(fd, absolute, records, count) && hear_yes(fd, &say, until_ms) > 0;
    bool yes = heard && say.what == HANDOVER_TAKEN;

    if (yes)
        snprintf(note, 256, "%.255s", say.note);
    free(absolute);
    *lives = heard;
    return yes;
}

bool handover_lives(const char *store, int64_t until_ms)
{
    struct handover_say say;
    int fd = handover_reach(store);
    bool lives = fd >= 0 && send_ask(fd, "", NULL, 0) && hear_yes(fd, &say, until_ms) > 0;

    if (fd >= 0)
        close(fd);
    return lives;
}

/* What is told comes from the same munja, but ends where it must all the same. */
static void note_down(struct told *told, const struct told *said)
{
    *told = *said;
    told->recipient[sizeof told->recipient - 1] = '\0';
    told->provider[sizeof told->provider - 1] = '\0';
    told->kind[sizeof told->kind - 1] = '\0';
    told->unit[sizeof told->unit - 1] = '\0';
    told->after[sizeof told->after - 1] = '\0';
    told->reference[sizeof told->reference - 1] = '\0';
    told->reason[sizeof told->reason - 1] = '\0';
}

bool handover_hear(int fd, struct record *records, struct told *told, size_t count, int64_t until_ms)
{
    struct handover_say say;
    size_t left = 0;
    int heard;

    for (size_t i = 0; i < count; i++)
        left += records[i].leased;
    while (left > 0 && (heard = hear(fd, &say, until_ms)) > 0)
        for (size_t i = 0; i < count && say.what == HANDOVER_TOLD; i++)
            if (records[i].leased && records[i].id == say.told.record && say.told.situation < SITUATIONS) {
                note_down(&told[i], &say.told);
                records[i].leased = false;
                left--;
            }
    if (left > 0 && heard < 0)
        return false;
    for (size_t i = 0; i < count; i++)
        if (records[i].leased) {
            told[i].situation = SITUATION_UNDERWAY;
            records[i].leased = false;
        }
    return true;
}

int handover_ring(const char *store)
{
    int fd = handover_reach(store);

    if (fd >= 0)
        send_ask(fd, "", NULL, 0);
    return fd;
}

void handover_wake(const char *store)
{
    int fd = handover_ring(store);

    if (fd >= 0)
        close(fd);
}

bool handover_answered(int fd)
{
    struct handover_say say;

    return recv(fd, &say, sizeof say, MSG_DONTWAIT) >= 0 || (errno != EAGAIN && errno != EINTR);
}
