/* plugin/worker/reception.c and flow/handover.c: the worker's side and the asking side of the hand-over, with
   guests that do not keep to it and a worker that does not answer. */
#include "unit/storage.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "flow/handover.h"
#include "worker/reception.h"

#define HEAD_BYTES (sizeof(struct handover_ask) - sizeof((struct handover_ask *)NULL)->id)

/* What the worker is asked, and what it says. */
static struct {
    int asked;
    bool yes;
    size_t count;
    int64_t id[NUMBERS_MAX];
    char config[1024];
} desk;

static bool take(void *context, const char *config, const int64_t *id, size_t count, char note[256])
{
    (void)context;
    desk.asked++;
    desk.count = count;
    memcpy(desk.id, id, count * sizeof *id);
    snprintf(desk.config, sizeof desk.config, "%s", config);
    snprintf(note, 256, "a note");
    return desk.yes;
}

static struct reception *open_reception(const char *store)
{
    struct reception *reception = NULL;
    struct error err = { 0 };

    memset(&desk, 0, sizeof desk);
    desk.yes = true;
    if (!reception_open(store, take, NULL, &reception, &err))
        fail_msg("%s", err.text);
    return reception;
}

static int reach(const char *store)
{
    int fd = handover_reach(store);

    assert_true(fd >= 0);
    return fd;
}

/* Turns as long as there is something to do: it must come to an end by itself. */
static void turn(struct reception *reception)
{
    struct pollfd fd = { .fd = reception_fd(reception), .events = POLLIN };

    for (int turns = 0; poll(&fd, 1, 0) > 0; turns++) {
        if (turns > 2000)
            fail_msg("it is never at rest");
        reception_turn(reception);
    }
}

static struct handover_ask good_ask(uint32_t count)
{
    struct handover_ask ask = { .munja = MUNJA_VERSION, .told_bytes = sizeof(struct told), .count = count };

    snprintf(ask.config, sizeof ask.config, "/etc/munja.conf");
    for (uint32_t i = 0; i < count && i < NUMBERS_MAX; i++)
        ask.id[i] = 100 + i;
    return ask;
}

static size_t ask_bytes(uint32_t count)
{
    return HEAD_BYTES + count * sizeof(int64_t);
}

/* What came: the answer, -1 when the connection is closed without one, -2 when there is nothing yet. */
static int answer(int fd, struct handover_say *say)
{
    ssize_t bytes = recv(fd, say, sizeof *say, MSG_DONTWAIT);

    if (bytes < 0)
        return errno == EAGAIN ? -2 : -1;
    if (bytes == 0)
        return -1;
    assert_int_equal(bytes, sizeof *say);
    return (int)say->what;
}

static void hostile_packets_cost_their_guest_alone(void **state)
{
    enum { VERSION, TOLD, COUNT, CONFIG, NOTHING };
    static const struct {
        int spoil;
        long more; /* bytes than is right */
        const char *why;
    } cases[] = {
        { NOTHING, -1, "a byte short" },
        { NOTHING, 1, "a byte long" },
        { NOTHING, 4000, "cut by what is read at most" },
        { NOTHING, -(long)HEAD_BYTES - 15, "one byte" },
        { VERSION, 0, "another version" },
        { TOLD, 0, "another struct" },
        { COUNT, 0, "more than was sent" },
        { CONFIG, 0, "a path without an end" },
    };
    struct reception *reception = open_reception(place_file);
    struct handover_say say;
    int steady = reach(place_file);

    (void)state;
    assert_int_equal(send(steady, &(struct handover_ask){ 0 }, 0, MSG_NOSIGNAL), 0);
    for (size_t i = 0; i < CASES(cases); i++) {
        char room[sizeof(struct handover_ask) + 8192] = "";
        struct handover_ask ask = good_ask(2);
        int fd = reach(place_file);
        if (cases[i].spoil == VERSION)
            snprintf(ask.munja, sizeof ask.munja, "999.0");
        if (cases[i].spoil == TOLD)
            ask.told_bytes++;
        if (cases[i].spoil == COUNT)
            ask.count = UINT32_MAX / 8 + 1;
        if (cases[i].spoil == CONFIG)
            memset(ask.config, 'x', sizeof ask.config);
        memcpy(room, &ask, sizeof ask);
        assert_true(send(fd, room, (size_t)((long)ask_bytes(2) + cases[i].more), MSG_NOSIGNAL) > 0);
        turn(reception);
        if (desk.asked != 0 || answer(fd, &say) != -1)
            fail_msg("%s: it is listened to", cases[i].why);
        close(fd);
    }
    close(steady);
    steady = reach(place_file);
    assert_int_equal(send(steady, &(struct handover_ask[]){ good_ask(2) }, ask_bytes(2), MSG_NOSIGNAL),
                     (long)ask_bytes(2));
    turn(reception);
    assert_int_equal(desk.asked, 1);
    assert_int_equal(desk.count, 2);
    assert_int_equal(desk.id[1], 101);
    assert_string_equal(desk.config, "/etc/munja.conf");
    assert_int_equal(answer(steady, &say), HANDOVER_TAKEN);
    assert_string_equal(say.note, "a note");
    /* Asking twice is not keeping to it either. */
    assert_true(send(steady, &(struct handover_ask[]){ good_ask(1) }, ask_bytes(1), MSG_NOSIGNAL) > 0);
    turn(reception);
    assert_int_equal(desk.asked, 1);
    assert_int_equal(answer(steady, &say), -1);
    close(steady);
    reception_close(reception);
}

static void each_guest_hears_its_own(void **state)
{
    struct reception *reception = open_reception(place_file);
    struct told told = { .record = 101, .situation = SITUATION_ACCEPTED };
    struct handover_ask ask = good_ask(2);
    struct handover_say say;
    int one = reach(place_file), two = reach(place_file), gone = reach(place_file);

    (void)state;
    assert_true(send(one, &ask, ask_bytes(2), MSG_NOSIGNAL) > 0);
    assert_true(send(gone, &ask, ask_bytes(2), MSG_NOSIGNAL) > 0);
    turn(reception);
    ask.id[0] = 7;
    ask.count = 1;
    assert_true(send(two, &ask, ask_bytes(1), MSG_NOSIGNAL) > 0);
    turn(reception);
    assert_int_equal(answer(one, &say), HANDOVER_TAKEN);
    assert_int_equal(answer(two, &say), HANDOVER_TAKEN);
    close(gone); /* and does not wait any more */
    reception_tell(reception, &told);
    turn(reception);
    assert_int_equal(answer(one, &say), HANDOVER_TOLD);
    assert_int_equal(say.told.record, 101);
    assert_int_equal(answer(one, &say), -2);
    assert_int_equal(answer(two, &say), -2);
    reception_tell(reception, &told); /* once is enough */
    assert_int_equal(answer(one, &say), -2);
    told.record = 100;
    reception_tell(reception, &told);
    assert_int_equal(answer(one, &say), HANDOVER_TOLD);
    assert_int_equal(answer(one, &say), -1); /* all is told */
    reception_end(reception);
    assert_int_equal(handover_reach(place_file), -1);
    told.record = 7;
    reception_tell(reception, &told); /* who waits is still told */
    assert_int_equal(answer(two, &say), HANDOVER_TOLD);
    close(one);
    close(two);
    reception_close(reception);
}

static void one_that_is_refused_goes(void **state)
{
    struct reception *reception = open_reception(place_file);
    struct handover_ask ask = good_ask(1);
    struct handover_say say;
    int fd = reach(place_file);

    (void)state;
    desk.yes = false;
    assert_true(send(fd, &ask, ask_bytes(1), MSG_NOSIGNAL) > 0);
    turn(reception);
    assert_int_equal(answer(fd, &say), HANDOVER_NO);
    assert_int_equal(answer(fd, &say), -1);
    close(fd);
    reception_close(reception);
}

/* One that does not read what it is told keeps nobody waiting, and hears the rest when it does. */
static void one_that_reads_late_is_not_waited_for(void **state)
{
    struct reception *reception = open_reception(place_file);
    struct handover_ask ask = good_ask(NUMBERS_MAX);
    struct told told = { .situation = SITUATION_ACCEPTED };
    struct handover_say say;
    int deaf = reach(place_file), other = reach(place_file);
    int small = 1, heard = 0, what;

    (void)state;
    assert_int_equal(setsockopt(deaf, SOL_SOCKET, SO_RCVBUF, &small, sizeof small), 0);
    assert_int_equal(send(deaf, &ask, ask_bytes(NUMBERS_MAX), MSG_NOSIGNAL), (long)ask_bytes(NUMBERS_MAX));
    assert_int_equal(send(other, &ask, ask_bytes(NUMBERS_MAX), MSG_NOSIGNAL), (long)ask_bytes(NUMBERS_MAX));
    turn(reception);
    assert_int_equal(answer(other, &say), HANDOVER_TAKEN);
    for (int i = 0; i < NUMBERS_MAX; i++) {
        told.record = 100 + i;
        reception_tell(reception, &told);
        while ((what = answer(other, &say)) >= 0)
            heard += what == HANDOVER_TOLD;
    }
    assert_int_equal(heard, NUMBERS_MAX);
    assert_int_equal(answer(deaf, &say), HANDOVER_TAKEN);
    for (heard = 0; (what = answer(deaf, &say)) >= 0;)
        heard++;
    assert_in_range(heard, 1, NUMBERS_MAX / 2);
    while (what != -1) {
        turn(reception);
        while ((what = answer(deaf, &say)) >= 0) {
            assert_int_equal(say.told.record, 100 + heard);
            heard++;
        }
    }
    assert_int_equal(heard, NUMBERS_MAX);
    close(deaf);
    close(other);
    reception_close(reception);
}

/* More than there is room for: those beyond are sent away at once, and a silent one takes nobody's place but
   its own. */
static void six_hundred_guests(void **state)
{
    static int fd[600];
    struct reception *reception = open_reception(place_file);
    struct handover_ask ask = good_ask(0);
    struct handover_say say;
    size_t in = 0, away = 0;

    (void)state;
    for (size_t i = 0; i < CASES(fd); i++) {
        fd[i] = reach(place_file);
        if (i % 50 == 0)
            turn(reception);
    }
    turn(reception);
    for (size_t i = 0; i < CASES(fd); i++) {
        int what = answer(fd[i], &say);
        in += what == -2;
        away += what == -1;
    }
    assert_int_equal(in, 512);
    assert_int_equal(away, CASES(fd) - 512);
    for (size_t i = 0; i < 10; i++)
        close(fd[i]);
    turn(reception);
    fd[0] = reach(place_file);
    assert_true(send(fd[0], &ask, ask_bytes(0), MSG_NOSIGNAL) > 0);
    turn(reception);
    assert_int_equal(answer(fd[0], &say), HANDOVER_TAKEN);
    close(fd[0]);
    for (size_t i = 10; i < CASES(fd); i++)
        close(fd[i]);
    turn(reception);
    reception_close(reception);
}

static void one_listens(void **state)
{
    struct reception *first = open_reception(place_file), *second = NULL;
    struct error err = { 0 };
    struct stat info;
    char path[128];

    (void)state;
    assert_false(reception_open(place_file, take, NULL, &second, &err));
    assert_non_null(strstr(err.text, "another worker listens there"));
    assert_null(second);
    snprintf(path, sizeof path, "%s-worker", place_file);
    assert_int_equal(stat(path, &info), 0);
    assert_true(S_ISSOCK(info.st_mode) && (info.st_mode & 0007) == 0);
    close(reach(place_file)); /* the first still does */
    reception_close(first);
    assert_int_equal(stat(path, &info), -1);
}

/* Longer than what fits into a socket's address, up to what the system takes. */
static void a_long_path(void **state)
{
    static const struct {
        size_t folder, name;
        bool good;
    } cases[] = { { 60, 30, true }, { 200, 8, true }, { 200, 60, true }, { 200, 120, false } };

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        char folder[300], store[500];
        struct reception *reception = NULL;
        struct error err = { 0 };
        int length = snprintf(folder, sizeof folder, "%s/", place_dir);
        memset(folder + length, 'f', cases[i].folder);
        folder[(size_t)length + cases[i].folder] = '\0';
        assert_true(mkdir(folder, 0700) == 0 || errno == EEXIST);
        length = snprintf(store, sizeof store, "%s/", folder);
        memset(store + length, 's', cases[i].name);
        store[(size_t)length + cases[i].name] = '\0';
        if (!reception_open(store, take, NULL, &reception, &err) && cases[i].good)
            fail_msg("%s", err.text);
        if (cases[i].good)
            close(reach(store));
        else {
            assert_null(reception);
            assert_int_equal(handover_reach(store), -1);
            assert_non_null(strstr(err.text, "too long"));
        }
        reception_close(reception);
    }
}

/* A worker on the other side that answers as the case says, by a script: y yes, n no, t told of record 1, T
   of a record that is not its, s short, l a situation that is none, c close; then it waits. */
struct stand_in {
    int listener;
    pid_t pid;
};

static struct stand_in stand_in(const char *script)
{
    struct sockaddr_un address;
    struct stand_in it = { .listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0) };
    int folder;

    assert_true(handover_address(place_file, &address, &folder));
    unlink(address.sun_path);
    assert_int_equal(bind(it.listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(it.listener, 8), 0);
    it.pid = fork();
    assert_true(it.pid >= 0);
    if (it.pid != 0)
        return it;
    for (int fd = accept(it.listener, NULL, NULL);; script++) {
        static char ask[sizeof(struct handover_ask)];
        struct handover_say say = { .what = HANDOVER_TOLD,
                                    .told = { .record = 1, .situation = SITUATION_ACCEPTED } };
        size_t bytes = sizeof say;
        if (*script == 'y' || *script == 'n') {
            if (recv(fd, ask, sizeof ask, 0) <= 0)
                _exit(1);
            say.what = *script == 'y' ? HANDOVER_TAKEN : HANDOVER_NO;
            memset(say.note, 'x', sizeof say.note);
        }
        if (*script == 't')
            memset(say.told.reason, 'x', sizeof say.told.reason);
        if (*script == 'T')
            say.told.record = 99;
        if (*script == 'l')
            say.told.situation = (enum situation)77;
        if (*script == 's')
            bytes = 5;
        if (*script == 'c')
            close(fd);
        else if (*script != '\0')
            send(fd, &say, bytes, MSG_NOSIGNAL);
        else
            pause();
    }
}

static void dismiss(struct stand_in it)
{
    kill(it.pid, SIGKILL);
    waitpid(it.pid, NULL, 0);
    close(it.listener);
}

static void the_asking_side_believes_little(void **state)
{
    static const struct {
        const char *script;
        bool taken, heard, told; /* told: the first of two records */
        int wait_ms;
        const char *why;
    } cases[] = {
        { "ytT", true, true, true, 1500, "one is told, a stranger's is not believed" },
        { "ytc", true, false, true, 20000, "one is told, then it dies" },
        { "yc", true, false, false, 20000, "it dies" },
        { "ylt", true, true, true, 1500, "a situation that is none" },
        { "yst", true, false, false, 20000, "a short packet" },
        { "y", true, true, false, 300, "silence" },
        { "n", false, false, false, 3000, "it says no" },
        { "t", false, false, false, 3000, "it tells without being asked" },
        { "s", false, false, false, 3000, "a short answer" },
        { "c", false, false, false, 3000, "no answer" },
    };
    char conf[96];

    (void)state;
    now_set(0);
    snprintf(conf, sizeof conf, "%s/munja.conf", place_dir);
    close(open(conf, O_CREAT | O_WRONLY, 0600));
    for (size_t i = 0; i < CASES(cases); i++) {
        struct stand_in it = stand_in(cases[i].script);
        struct record records[] = { { .id = 1, .leased = true }, { .id = 2, .leased = true } };
        struct told told[2] = { 0 };
        char note[256] = "";
        int fd = reach(place_file);
        int64_t start_ms = now_steady_ms();
        bool lives, taken = handover_ask(fd, conf, records, 2, start_ms + 5000, note, &lives);
        if (taken != cases[i].taken || lives != (strchr("ynt", cases[i].script[0]) != NULL))
            fail_msg("%s: taken %d, lives %d", cases[i].why, taken, lives);
        assert_int_equal(strlen(note), taken ? 255 : 0);
        if (taken) {
            bool heard = handover_hear(fd, records, told, 2, now_steady_ms() + cases[i].wait_ms);
            if (heard != cases[i].heard || records[0].leased != (!heard && !cases[i].told)
                || records[1].leased != !heard)
                fail_msg("%s: heard %d, leased %d %d", cases[i].why, heard, records[0].leased,
                         records[1].leased);
            if (cases[i].told) {
                assert_int_equal(told[0].situation, SITUATION_ACCEPTED);
                assert_true(strlen(told[0].reason) < sizeof told[0].reason);
            }
            if (heard)
                assert_int_equal(told[1].situation, SITUATION_UNDERWAY);
        }
        assert_true(now_steady_ms() - start_ms < 10000);
        close(fd);
        dismiss(it);
    }
}

/* Nobody listens, or somebody who never answers: then there is no worker. */
static void a_worker_that_does_not_answer(void **state)
{
    struct stand_in it;
    int64_t start_ms, least_ms = INT64_MAX;
    int fd, calls = 0;

    (void)state;
    now_set(0);
    assert_int_equal(handover_reach(place_file), -1);
    assert_false(handover_lives(place_file, INT64_MAX));
    handover_wake(place_file);
    it = stand_in("");
    /* No longer than it may, unless the machine has something else to do each time. */
    for (int i = 0; i < 3; i++) {
        start_ms = now_steady_ms();
        assert_false(handover_lives(place_file, start_ms + 100));
        if (now_steady_ms() - start_ms < least_ms)
            least_ms = now_steady_ms() - start_ms;
    }
    assert_in_range(least_ms, 100, 1400);
    start_ms = now_steady_ms();
    assert_false(handover_lives(place_file, INT64_MAX));
    assert_in_range(now_steady_ms() - start_ms, 1500, 15000);
    /* When its queue is full, nobody waits for a place in it. */
    start_ms = now_steady_ms();
    while ((fd = handover_reach(place_file)) >= 0 && calls < 50)
        calls++;
    assert_in_range(calls, 5, 49);
    assert_true(now_steady_ms() - start_ms < 10000);
    dismiss(it);
    it = stand_in("y");
    assert_true(handover_lives(place_file, INT64_MAX));
    dismiss(it);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_place_test(hostile_packets_cost_their_guest_alone),
        cmocka_place_test(each_guest_hears_its_own),
        cmocka_place_test(one_that_is_refused_goes),
        cmocka_place_test(one_that_reads_late_is_not_waited_for),
        cmocka_place_test(six_hundred_guests),
        cmocka_place_test(one_listens),
        cmocka_place_test(a_long_path),
        cmocka_place_test(the_asking_side_believes_little),
        cmocka_place_test(a_worker_that_does_not_answer),
    };
    struct rlimit files;

    signal(SIGPIPE, SIG_IGN);
    /* Both ends of each connection are here. */
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
