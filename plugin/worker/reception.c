/* Who handed records over waits here for their outcome. A caller costs a descriptor and a list of numbers,
   and is let go as soon as all is told; what one is not there to hear yet is kept for it. */
#include "worker/reception.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "flow/handover.h"

#ifndef MUNJA_VERSION
#define MUNJA_VERSION "0"
#endif

#define GUESTS_MOST 512

struct guest {
    int fd;
    bool heard; /* it has asked */
    size_t left;
    int64_t *id; /* 0: told */
    size_t count;
    struct told *unsaid; /* what its socket had no room for yet, in their order */
    size_t unsaids;
    struct guest *next;
};

struct reception {
    int listens, epoll; /* -1: closed */
    int spare;          /* a descriptor for those who come when there are no more */
    struct sockaddr_un address;
    int folder;
    reception_take *take;
    void *context;
    struct guest *guests;
    size_t count;
};

/* A socket that nobody listens on was left by a worker that died. */
static bool is_left_over(const char *store)
{
    int fd = handover_reach(store);

    if (fd >= 0)
        close(fd);
    return fd < 0 && errno == ECONNREFUSED;
}

/* Of the store's group, as all its files are. */
static void share(const struct reception *reception, const char *store)
{
    struct stat info;

    if (stat(store, &info) != 0 || chown(reception->address.sun_path, (uid_t)-1, info.st_gid) != 0)
        return;
    chmod(reception->address.sun_path, 0660);
}

static bool watch(const struct reception *reception, int fd, struct guest *guest)
{
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = guest };

    return epoll_ctl(reception->epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

static int take_spare(void)
{
    return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static bool listen_beside(struct reception *reception, const char *store, struct error *err)
{
    const struct sockaddr *address = (const struct sockaddr *)&reception->address;
    mode_t mask;
    int bound;

    if (!handover_address(store, &reception->address, &reception->folder))
        return error_set(err, ERROR_SYSTEM, 0, "store %s: its path is too long for a socket", store);
    reception->spare = take_spare();
    reception->epoll = epoll_create1(EPOLL_CLOEXEC);
    reception->listens = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (is_left_over(store))
        unlink(reception->address.sun_path);
    mask = umask(0117);
    bound = bind(reception->listens, address, sizeof reception->address);
    umask(mask);
    if (bound != 0)
        return error_set(err, ERROR_SYSTEM, errno, "%s: %s", reception->address.sun_path,
                         errno == EADDRINUSE ? "another worker listens there" : strerror(errno));
    share(reception, store);
    return (listen(reception->listens, GUESTS_MOST) == 0 && watch(reception, reception->listens, NULL))
           || error_set(err, ERROR_SYSTEM, errno, "%s: %s", reception->address.sun_path, strerror(errno));
}

bool reception_open(const char *store, reception_take *take, void *context, struct reception **reception,
                    struct error *err)
{
    struct reception *made = calloc(1, sizeof *made);

    if (made == NULL)
        return error_memory(err);
    *made = (struct reception){
        .listens = -1, .epoll = -1, .folder = -1, .spare = -1, .take = take, .context = context
    };
    if (listen_beside(made, store, err)) {
        *reception = made;
        return true;
    }
    if (made->listens >= 0)
        close(made->listens);
    made->listens = -1;
    reception_close(made);
    return false;
}

static void dismiss(struct reception *reception, struct guest *guest)
{
    struct guest **at = &reception->guests;

    while (*at != guest)
        at = &(*at)->next;
    *at = guest->next;
    reception->count--;
    close(guest->fd);
    free(guest->unsaid);
    free(guest->id);
    free(guest);
}

void reception_end(struct reception *reception)
{
    if (reception->listens < 0)
        return;
    unlink(reception->address.sun_path);
    close(reception->listens);
    reception->listens = -1;
}

void reception_close(struct reception *reception)
{
    if (reception == NULL)
        return;
    reception_end(reception);
    while (reception->guests != NULL)
        dismiss(reception, reception->guests);
    if (reception->epoll >= 0)
        close(reception->epoll);
    if (reception->folder >= 0)
        close(reception->folder);
    if (reception->spare >= 0)
        close(reception->spare);
    free(reception);
}

int reception_fd(const struct reception *reception)
{
    return reception->epoll;
}

/* Out of descriptors, whoever knocks would knock for ever, and keep the worker awake: let in and sent away,
   he delivers by himself at once. */
static void send_away(struct reception *reception)
{
    int fd;

    if (reception->spare < 0)
        return;
    close(reception->spare);
    fd = accept4(reception->listens, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0)
        close(fd);
    reception->spare = take_spare();
}

static void welcome(struct reception *reception)
{
    int fd = accept4(reception->listens, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    bool none_left = fd < 0 && (errno == EMFILE || errno == ENFILE);
    struct guest *guest = fd < 0 || reception->count == GUESTS_MOST ? NULL : calloc(1, sizeof *guest);

    if (none_left)
        send_away(reception);
    /* Without an answer it delivers by itself. */
    if (guest == NULL || !watch(reception, fd, guest)) {
        free(guest);
        if (fd >= 0)
            close(fd);
        return;
    }
    *guest = (struct guest){ .fd = fd, .next = reception->guests };
    reception->guests = guest;
    reception->count++;
}

static bool is_sound(const struct handover_ask *ask, size_t bytes)
{
    size_t head = sizeof *ask - sizeof ask->id;

    return bytes >= head && strncmp(ask->munja, MUNJA_VERSION, sizeof ask->munja) == 0
           && ask->told_bytes == sizeof(struct told) && ask->count <= NUMBERS_MAX
           && bytes == head + ask->count * sizeof *ask->id
           && memchr(ask->config, '\0', sizeof ask->config) != NULL;
}

static bool say(const struct guest *guest, const struct handover_say *what)
{
    return send(guest->fd, what, sizeof *what, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)sizeof *what;
}

/* What a guest asks. False: it is to go. */
static bool attend(struct reception *reception, struct guest *guest, const struct handover_ask *ask)
{
    struct handover_say answer = { .what = HANDOVER_NO };

    guest->id = calloc(ask->count + 1, sizeof *guest->id);
    if (guest->id == NULL)
        return false;
    memcpy(guest->id, ask->id, ask->count * sizeof *guest->id);
    guest->count = guest->left = ask->count;
    guest->heard = true;
    if (reception->take(reception->context, ask->config, ask->id, ask->count, answer.note))
        answer.what = HANDOVER_TAKEN;
    return say(guest, &answer) && answer.what == HANDOVER_TAKEN && ask->count > 0;
}

static void hear(struct reception *reception, struct guest *guest)
{
    struct handover_ask ask;
    ssize_t bytes = recv(guest->fd, &ask, sizeof ask, MSG_DONTWAIT);

    if (bytes < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (bytes <= 0 || guest->heard || !is_sound(&ask, (size_t)bytes) || !attend(reception, guest, &ask))
        dismiss(reception, guest);
}

static bool say_told(const struct guest *guest, const struct told *told)
{
    const struct handover_say outcome = { .what = HANDOVER_TOLD, .told = *told };

    return say(guest, &outcome);
}

static bool heed(const struct reception *reception, struct guest *guest, uint32_t events)
{
    struct epoll_event event = { .events = events, .data.ptr = guest };

    return epoll_ctl(reception->epoll, EPOLL_CTL_MOD, guest->fd, &event) == 0;
}

/* A socket has room for some hundred outcomes; an alert may have as many recipients, all told in one turn.
   The rest is said as its guest listens. False: it is to go. */
static bool keep_unsaid(const struct reception *reception, struct guest *guest, const struct told *told)
{
    if (guest->unsaid == NULL && (guest->unsaid = calloc(guest->count, sizeof *guest->unsaid)) == NULL)
        return false;
    guest->unsaid[guest->unsaids++] = *told;
    return guest->unsaids > 1 || heed(reception, guest, EPOLLIN | EPOLLOUT);
}

static bool tell_guest(const struct reception *reception, struct guest *guest, const struct told *told)
{
    guest->left--;
    if (guest->unsaids == 0 && say_told(guest, told))
        return guest->left > 0;
    return (guest->unsaids > 0 || errno == EAGAIN) && keep_unsaid(reception, guest, told);
}

/* There is room again. */
static void say_rest(struct reception *reception, struct guest *guest)
{
    size_t said = 0;

    while (said < guest->unsaids && say_told(guest, &guest->unsaid[said]))
        said++;
    if (said < guest->unsaids && errno != EAGAIN) {
        dismiss(reception, guest);
        return;
    }
    guest->unsaids -= said;
    memmove(guest->unsaid, guest->unsaid + said, guest->unsaids * sizeof *guest->unsaid);
    if (guest->unsaids == 0 && (guest->left == 0 || !heed(reception, guest, EPOLLIN)))
        dismiss(reception, guest);
}

void reception_turn(struct reception *reception)
{
    struct epoll_event events[64];
    int count = epoll_wait(reception->epoll, events, 64, 0);

    for (int i = 0; i < count; i++)
        if (events[i].data.ptr == NULL)
            welcome(reception);
        else if ((events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0)
            hear(reception, events[i].data.ptr);
        else
            say_rest(reception, events[i].data.ptr);
}

void reception_tell(struct reception *reception, const struct told *told)
{
    struct guest *next;

    for (struct guest *guest = reception->guests; guest != NULL; guest = next) {
        bool waits = false;
        next = guest->next;
        for (size_t i = 0; i < guest->count; i++)
            if (guest->id[i] == told->record) {
                guest->id[i] = 0;
                waits = true;
            }
        if (waits && !tell_guest(reception, guest, told))
            dismiss(reception, guest);
    }
}
