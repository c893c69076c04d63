/* The hand-over: its messages, and the asking side. */
#include "flow/handover.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/sockios.h>

#include "base/now.h"
#include "base/utf8.h"

#ifndef MUNJA_VERSION
#define MUNJA_VERSION "0"
#endif

/* A worker that is alive begins at once; one that is stuck must not cost more of the time. The whole is
   waited for in parts: a machine that stands still for a while makes one of them long, and the worker is
   asked on. */
#define BEGIN_MOST_MS 1500
#define BEGIN_PARTS   15

#define SOCKET_SUFFIX "-worker"

/* The parts stand behind it in the order of their lengths here. */
struct head {
    char munja[16];      /* version: another munja's structs may differ */
    uint32_t told_bytes; /* sizeof (struct told): likewise */
    uint32_t bytes;      /* of the whole */
    uint32_t config, numbers, alert, image;
    int64_t begin_ms, find_ms, until_ms;
    struct wish wish;
};

bool handover_pack(const struct handover_ask *ask, struct buf *packed)
{
    struct head head = { .munja = MUNJA_VERSION,
                         .told_bytes = sizeof(struct told),
                         .config = (uint32_t)strlen(ask->config) + 1,
                         .numbers = (uint32_t)(ask->numbers.count * sizeof *ask->numbers.number),
                         .alert = (uint32_t)strlen(ask->alert) + 1,
                         .image = (uint32_t)ask->image_bytes,
                         .begin_ms = ask->begin_ms,
                         .find_ms = ask->find_ms,
                         .until_ms = ask->until_ms,
                         .wish = ask->wish };
    size_t bytes = sizeof head + head.config + head.numbers + head.alert + ask->image_bytes;

    head.bytes = (uint32_t)bytes;
    return bytes <= HANDOVER_BYTES_MAX && ask->numbers.count <= NUMBERS_MAX
           && buf_add(packed, &head, sizeof head) && buf_add(packed, ask->config, head.config)
           && buf_add(packed, ask->numbers.number, head.numbers) && buf_add(packed, ask->alert, head.alert)
           && buf_add(packed, ask->image, head.image);
}

size_t handover_length(const void *bytes, size_t count)
{
    struct head head;

    if (count < sizeof head)
        return 0;
    memcpy(&head, bytes, sizeof head);
    return strncmp(head.munja, MUNJA_VERSION, sizeof head.munja) == 0
                   && head.told_bytes == sizeof(struct told) && head.bytes >= count
                   && head.bytes <= HANDOVER_BYTES_MAX
               ? head.bytes
               : 0;
}

static bool is_ended(const char *text, size_t bytes)
{
    return memchr(text, '\0', bytes) == text + bytes - 1;
}

static bool are_numbers(char (*number)[NUMBER_BYTES], size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (memchr(number[i], '\0', sizeof number[i]) == NULL)
            return false;
    return count <= NUMBERS_MAX;
}

static bool is_wish(const struct wish *wish)
{
    return memchr(wish->provider, '\0', sizeof wish->provider) != NULL
           && memchr(wish->kind, '\0', sizeof wish->kind) != NULL
           && memchr(wish->at, '\0', sizeof wish->at) != NULL
           && memchr(wish->image_url, '\0', sizeof wish->image_url) != NULL
           && memchr(wish->first, '\0', sizeof wish->first) != NULL;
}

bool handover_unpack(void *bytes, size_t count, struct handover_ask *ask)
{
    struct head head;
    char *config, *numbers, *alert, *image;

    if (count == 0 || handover_length(bytes, count) != count)
        return false;
    memcpy(&head, bytes, sizeof head);
    if (sizeof head + (size_t)head.config + head.numbers + head.alert + head.image != count
        || head.config == 0 || head.alert == 0 || head.numbers % NUMBER_BYTES != 0)
        return false;
    config = (char *)bytes + sizeof head;
    numbers = config + head.config;
    alert = numbers + head.numbers;
    image = alert + head.alert;
    *ask = (struct handover_ask){ .config = config,
                                  .begin_ms = head.begin_ms,
                                  .find_ms = head.find_ms,
                                  .until_ms = head.until_ms,
                                  .numbers = { .number = (char(*)[NUMBER_BYTES])numbers,
                                               .count = head.numbers / NUMBER_BYTES },
                                  .wish = head.wish,
                                  .alert = alert,
                                  .image = head.image == 0 ? NULL : image,
                                  .image_bytes = head.image };
    return is_ended(config, head.config) && is_ended(alert, head.alert)
           && are_numbers(ask->numbers.number, ask->numbers.count) && is_wish(&ask->wish);
}

size_t handover_say_bytes(const struct handover_say *say, size_t numbers)
{
    switch (say->what) {
    case HANDOVER_NO:
        break;
    case HANDOVER_TAKEN:
        return offsetof(struct handover_say, taken.record) + numbers * sizeof *say->taken.record;
    case HANDOVER_TOLD:
        return offsetof(struct handover_say, told) + sizeof say->told;
    }
    return offsetof(struct handover_say, taken);
}

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
static int hear(int fd, struct handover_say *say, size_t numbers, int64_t until_ms)
{
    struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

    for (;;) {
        int64_t left_ms = until_ms - now_steady_ms();
        ssize_t bytes;

        if (poll(&poll_fd, 1, left_ms > 0 ? (int)left_ms : 0) <= 0) {
            if (left_ms <= 0) /* and nothing came while this process stood still */
                return 0;
            continue;
        }
        bytes = recv(fd, say, sizeof *say, MSG_DONTWAIT);
        if (bytes >= (ssize_t)sizeof say->what && bytes == (ssize_t)handover_say_bytes(say, numbers))
            return 1;
        if (bytes >= 0 || (errno != EAGAIN && errno != EINTR))
            return -1;
    }
}

/* All pieces of it. False: the worker is gone, or does not read. */
static bool send_bytes(int fd, const char *bytes, size_t count, int64_t until_ms)
{
    struct pollfd poll_fd = { .fd = fd, .events = POLLOUT };

    while (count > 0) {
        size_t piece = count < HANDOVER_PIECE_BYTES ? count : HANDOVER_PIECE_BYTES;
        int64_t left_ms = until_ms - now_steady_ms();

        if (send(fd, bytes, piece, MSG_NOSIGNAL) == (ssize_t)piece) {
            bytes += piece;
            count -= piece;
        } else if ((errno != EAGAIN && errno != EINTR) || left_ms <= 0)
            return false;
        else
            poll(&poll_fd, 1, (int)left_ms);
    }
    return true;
}

static bool send_ask(int fd, const struct handover_ask *ask)
{
    struct buf packed = { 0 };
    bool sent = handover_pack(ask, &packed) && send_bytes(fd, packed.data, packed.len, ask->begin_ms);

    buf_clear(&packed);
    return sent;
}

/* To look into the store. */
static bool send_ring(int fd)
{
    return send_ask(fd, &(struct handover_ask){ .config = "", .alert = "" });
}

static int hear_yes(int fd, struct handover_say *say, size_t numbers, int64_t until_ms)
{
    int heard = 0;

    for (int i = 0; i < BEGIN_PARTS && heard == 0; i++) {
        int64_t part_ms = now_steady_ms() + BEGIN_MOST_MS / BEGIN_PARTS;
        heard = hear(fd, say, numbers, part_ms < until_ms ? part_ms : until_ms);
    }
    return heard;
}

/* Nothing comes. A worker that has read all of it is at it, and only its disk can be slow. One that has not
   will see that nobody waits: that is said first, so that both cannot be wrong about each other. */
static bool is_at_it(int fd)
{
    int unread = 0;

    return shutdown(fd, SHUT_WR) == 0 && ioctl(fd, SIOCOUTQ, &unread) == 0 && unread == 0;
}

bool handover_ask(int fd, struct handover_ask *ask, int64_t until_ms, struct told *told, char note[256],
                  bool *lives)
{
    const size_t count = ask->numbers.count;
    struct handover_say say;
    int heard = -1;

    ask->begin_ms = now_steady_ms() + BEGIN_MOST_MS - BEGIN_PARTS; /* each is short by less than 1 ms */
    if (ask->begin_ms > until_ms)
        ask->begin_ms = until_ms;
    if (send_ask(fd, ask))
        heard = hear_yes(fd, &say, count, until_ms);
    if (heard == 0 && is_at_it(fd))
        heard = hear(fd, &say, count, until_ms);
    *lives = heard > 0;
    if (heard <= 0 || say.what != HANDOVER_TAKEN)
        return false;
    snprintf(note, 256, "%.255s", say.taken.note);
    for (size_t i = 0; i < count; i++) {
        told[i] = (struct told){ .record = say.taken.record[i], .situation = SITUATION_UNDERWAY };
        UTF8_COPY(told[i].recipient, ask->numbers.number[i]);
    }
    return true;
}

bool handover_lives(const char *store, int64_t until_ms)
{
    struct handover_say say;
    int fd = handover_reach(store);
    bool lives = fd >= 0 && send_ring(fd) && hear_yes(fd, &say, 0, until_ms) > 0;

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

bool handover_hear(int fd, struct told *told, size_t count, int64_t until_ms)
{
    bool heard[NUMBERS_MAX] = { false };
    struct handover_say say;
    size_t left = count;
    int came = 1;

    while (left > 0 && (came = hear(fd, &say, count, until_ms)) > 0)
        for (size_t i = 0; i < count && say.what == HANDOVER_TOLD; i++)
            if (!heard[i] && told[i].record == say.told.record && say.told.situation < SITUATIONS) {
                note_down(&told[i], &say.told);
                heard[i] = true;
                left--;
            }
    return left == 0 || came == 0;
}

int handover_ring(const char *store)
{
    int fd = handover_reach(store);

    if (fd >= 0)
        send_ring(fd);
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
