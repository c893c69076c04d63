/* Who hands an alert over waits here for its outcome. A caller costs a descriptor, what he asks, and then a
   list of records, and is let go as soon as all is told; what one is not there to hear yet is kept for him.
 */
#include "worker/reception.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/utf8.h"

#define GUESTS_MOST 512

struct guest {
    int fd;
    struct buf ask; /* what came of it so far */
    bool heard;     /* it has asked */
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
    struct visit visit[RECEPTION_MOST]; /* of this turn, and by whom */
    struct guest *visitor[RECEPTION_MOST];
    size_t visits;
    char piece[HANDOVER_PIECE_BYTES];
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
    buf_clear(&guest->ask);
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

static bool say(const struct guest *guest, const struct handover_say *what, size_t numbers)
{
    size_t bytes = handover_say_bytes(what, numbers);

    return send(guest->fd, what, bytes, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)bytes;
}

/* He died, or says that he waits no more (flow/handover.c). */
static bool is_gone(const struct guest *guest)
{
    char byte;

    return recv(guest->fd, &byte, sizeof byte, MSG_PEEK | MSG_DONTWAIT) == 0;
}

bool visit_is_over(const struct visit *visit)
{
    struct pollfd fd = { .fd = visit->fd };

    return poll(&fd, 1, 0) > 0 && (fd.revents & (POLLHUP | POLLERR)) != 0;
}

/* All of it is there: it is asked at the end of the turn. False: it is to go. */
static bool enter(struct reception *reception, struct guest *guest)
{
    struct visit *visit = &reception->visit[reception->visits];
    size_t count;

    *visit = (struct visit){ .fd = guest->fd };
    if (!handover_unpack(guest->ask.data, guest->ask.len, &visit->ask))
        return false;
    count = visit->ask.numbers.count;
    visit->told = calloc(count + 1, sizeof *visit->told);
    visit->is_coming = calloc(count + 1, sizeof *visit->is_coming);
    if (visit->told == NULL || visit->is_coming == NULL) {
        free(visit->told);
        free(visit->is_coming);
        return false;
    }
    visit->gone = is_gone(guest);
    guest->heard = true;
    reception->visitor[reception->visits++] = guest;
    return true;
}

static bool heed(const struct reception *reception, struct guest *guest, uint32_t events)
{
    struct epoll_event event = { .events = events, .data.ptr = guest };

    return epoll_ctl(reception->epoll, EPOLL_CTL_MOD, guest->fd, &event) == 0;
}

/* The next piece of what it asks. False: it is to go. */
static bool add_piece(struct reception *reception, struct guest *guest, size_t bytes)
{
    size_t length;

    if (guest->heard || !buf_add(&guest->ask, reception->piece, bytes))
        return false;
    length = handover_length(guest->ask.data, guest->ask.len);
    return length > guest->ask.len || (length > 0 && enter(reception, guest));
}

static void hear(struct reception *reception, struct guest *guest, uint32_t events)
{
    ssize_t bytes = recv(guest->fd, reception->piece, sizeof reception->piece, MSG_DONTWAIT);

    if (bytes < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    /* One that says no more, but listens. */
    if (bytes == 0 && guest->heard && (events & (EPOLLHUP | EPOLLERR)) == 0
        && heed(reception, guest, guest->unsaids > 0 ? EPOLLOUT : 0))
        return;
    if (bytes <= 0 || !add_piece(reception, guest, (size_t)bytes))
        dismiss(reception, guest);
}

static bool say_told(const struct guest *guest, const struct told *told)
{
    const struct handover_say outcome = { .what = HANDOVER_TOLD, .told = *told };

    return say(guest, &outcome, 1);
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

/* It is taken: say as which records, and what is known of them already. False: it is to go. */
static bool say_taken(struct reception *reception, struct guest *guest, struct visit *visit)
{
    const size_t count = visit->ask.numbers.count;
    struct handover_say answer = { .what = HANDOVER_TAKEN };
    bool stays = count > 0;

    UTF8_COPY(answer.taken.note, visit->note);
    for (size_t i = 0; i < count; i++)
        answer.taken.record[i] = visit->told[i].record;
    if (!say(guest, &answer, count))
        return false;
    guest->id = visit->is_coming;
    visit->is_coming = NULL;
    guest->count = guest->left = count;
    for (size_t i = 0; i < count && stays; i++)
        if (guest->id[i] == 0)
            stays = tell_guest(reception, guest, &visit->told[i]);
    return stays;
}

static void answer_all(struct reception *reception)
{
    static const struct handover_say no = { .what = HANDOVER_NO };

    if (reception->visits > 0)
        reception->take(reception->context, reception->visit, reception->visits);
    for (size_t i = 0; i < reception->visits; i++) {
        struct visit *visit = &reception->visit[i];
        struct guest *guest = reception->visitor[i];
        bool answered = visit->taken ? say_taken(reception, guest, visit) : say(guest, &no, 0);
        buf_clear(&guest->ask); /* the visit's numbers stood there */
        if (!visit->taken || !answered)
            dismiss(reception, guest);
        free(visit->told);
        free(visit->is_coming);
    }
    reception->visits = 0;
}

void reception_turn(struct reception *reception)
{
    struct epoll_event events[RECEPTION_MOST];
    int count = epoll_wait(reception->epoll, events, RECEPTION_MOST, 0);

    for (int i = 0; i < count; i++)
        if (events[i].data.ptr == NULL)
            welcome(reception);
        else if ((events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0)
            hear(reception, events[i].data.ptr, events[i].events);
        else
            say_rest(reception, events[i].data.ptr);
    answer_all(reception);
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
