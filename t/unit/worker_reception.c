/* plugin/worker/reception.c: the worker's side of the hand-over, with guests that do not keep to it. */
#include "unit/guest.h"

#include <stddef.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "worker/reception.h"

/* What the worker is asked, and what it says: the record of each number is 100 and its place; the last one is
   told at once, if it is to be so. */
static struct {
    int asked, turns, gone;
    bool yes, knows_last;
    size_t count, image_bytes, alert_bytes;
    char last[NUMBER_BYTES];
    char config[1024], provider[64];
    int64_t begin_ms, find_ms;
} desk;

static void take(void *context, struct visit *visit, size_t count)
{
    (void)context;
    desk.turns++;
    for (size_t v = 0; v < count; v++) {
        const struct handover_ask *ask = &visit[v].ask;
        desk.asked++;
        desk.gone += visit[v].gone;
        desk.count = ask->numbers.count;
        desk.begin_ms = ask->begin_ms;
        desk.find_ms = ask->find_ms;
        desk.alert_bytes = strlen(ask->alert);
        desk.image_bytes = ask->image == NULL ? 0 : ask->image_bytes;
        for (size_t i = 0; i < desk.image_bytes; i++)
            assert_int_equal(((const unsigned char *)ask->image)[i], i % 251);
        snprintf(desk.config, sizeof desk.config, "%s", ask->config);
        snprintf(desk.provider, sizeof desk.provider, "%s", ask->wish.provider);
        snprintf(visit[v].note, sizeof visit[v].note, "a note");
        visit[v].taken = desk.yes;
        for (size_t i = 0; i < ask->numbers.count; i++) {
            visit[v].told[i] = (struct told){ .record = 100 + (int64_t)i, .situation = SITUATION_HANDLED };
            if (!desk.knows_last || i + 1 < ask->numbers.count)
                visit[v].is_coming[i] = visit[v].told[i].record;
            snprintf(desk.last, sizeof desk.last, "%s", ask->numbers.number[i]);
        }
    }
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

/* As whoever keeps to it does, for an ask of one piece. */
static void send_good(int fd, size_t count)
{
    struct handover_ask ask = good_ask(count);
    struct buf packed = packed_ask(&ask);

    assert_int_equal(send(fd, packed.data, packed.len, MSG_NOSIGNAL), (long)packed.len);
    buf_clear(&packed);
}

/* What came: the answer, -1 when the connection is closed without one, -2 when there is nothing yet. */
static int answer(int fd, struct handover_say *say)
{
    ssize_t bytes = recv(fd, say, sizeof *say, MSG_DONTWAIT);

    if (bytes < 0)
        return errno == EAGAIN ? -2 : -1;
    if (bytes == 0)
        return -1;
    assert_true(bytes >= (ssize_t)offsetof(struct handover_say, taken));
    return (int)say->what;
}

/* What is none of its asks (t/unit/flow_handover.c), and an ask too many. */
static void a_hostile_guest_goes(void **state)
{
    struct reception *reception = open_reception(place_file);
    struct handover_ask ask = good_ask(2);
    struct buf packed = packed_ask(&ask);
    struct handover_say say;
    int empty = reach(place_file), short_of = reach(place_file), other = reach(place_file),
        steady = reach(place_file);

    (void)state;
    assert_int_equal(send(empty, "", 0, MSG_NOSIGNAL), 0);
    assert_int_equal(send(short_of, packed.data, 30, MSG_NOSIGNAL), 30);
    packed.data[0] ^= 1;
    assert_true(send(other, packed.data, packed.len, MSG_NOSIGNAL) > 0);
    turn(reception);
    assert_int_equal(desk.asked, 0);
    assert_int_equal(answer(empty, &say), -1);
    assert_int_equal(answer(short_of, &say), -1);
    assert_int_equal(answer(other, &say), -1);
    send_good(steady, 2);
    turn(reception);
    assert_int_equal(desk.asked, 1);
    assert_int_equal(desk.count, 2);
    assert_string_equal(desk.last, "01012340001");
    assert_string_equal(desk.config, "/etc/munja.conf");
    assert_string_equal(desk.provider, "joa");
    assert_int_equal(answer(steady, &say), HANDOVER_TAKEN);
    assert_string_equal(say.taken.note, "a note");
    assert_int_equal(say.taken.record[1], 101);
    send_good(steady, 1);
    turn(reception);
    assert_int_equal(desk.asked, 1);
    assert_int_equal(answer(steady, &say), -1);
    buf_clear(&packed);
    close(empty);
    close(short_of);
    close(other);
    close(steady);
    reception_close(reception);
}

/* The longest alert with the largest picture for as many as there can be comes in pieces; others are heard in
   between. */
static void a_long_one_comes_in_pieces(void **state)
{
    static char alert[300000];
    static unsigned char image[300000];
    struct reception *reception = open_reception(place_file);
    struct handover_ask ask = good_ask(NUMBERS_MAX);
    struct handover_say say;
    struct buf packed;
    int fd = reach(place_file), other = reach(place_file), broken = reach(place_file);
    size_t pieces = 0;

    (void)state;
    memset(alert, 'a', sizeof alert - 1);
    for (size_t i = 0; i < sizeof image; i++)
        image[i] = (unsigned char)(i % 251);
    ask.alert = alert;
    ask.image = image;
    ask.image_bytes = sizeof image;
    packed = packed_ask(&ask);
    assert_int_equal(send(broken, packed.data, HANDOVER_PIECE_BYTES, MSG_NOSIGNAL), HANDOVER_PIECE_BYTES);
    for (size_t at = 0; at < packed.len; at += HANDOVER_PIECE_BYTES, pieces++) {
        size_t left = packed.len - at;
        assert_int_equal(desk.asked, pieces > 1);
        assert_true(send(fd, packed.data + at, left < HANDOVER_PIECE_BYTES ? left : HANDOVER_PIECE_BYTES,
                         MSG_NOSIGNAL)
                    > 0);
        turn(reception);
        if (pieces == 1) {
            send_good(other, 1);
            turn(reception);
            assert_int_equal(answer(other, &say), HANDOVER_TAKEN);
        }
    }
    assert_true(pieces > 8);
    assert_int_equal(desk.asked, 2);
    assert_int_equal(desk.count, NUMBERS_MAX);
    assert_int_equal(desk.alert_bytes, sizeof alert - 1);
    assert_int_equal(desk.image_bytes, sizeof image);
    assert_int_equal(answer(fd, &say), HANDOVER_TAKEN);
    assert_int_equal(say.taken.record[NUMBERS_MAX - 1], 100 + NUMBERS_MAX - 1);
    close(broken); /* in the middle of it */
    turn(reception);
    assert_int_equal(desk.asked, 2);
    buf_clear(&packed);
    ask.image_bytes = HANDOVER_BYTES_MAX;
    assert_false(handover_pack(&ask, &packed));
    close(fd);
    close(other);
    reception_close(reception);
}

/* All who ask in a turn come together, so that one commit can do for them. */
static void a_turn_is_one_visit_of_all(void **state)
{
    struct reception *reception = open_reception(place_file);
    struct handover_say say;
    int fd[40];

    (void)state;
    for (size_t i = 0; i < CASES(fd); i++)
        fd[i] = reach(place_file);
    turn(reception);
    for (size_t i = 0; i < CASES(fd); i++)
        send_good(fd[i], 1);
    turn(reception);
    assert_int_equal(desk.asked, CASES(fd));
    assert_int_equal(desk.turns, 1);
    for (size_t i = 0; i < CASES(fd); i++) {
        assert_int_equal(answer(fd[i], &say), HANDOVER_TAKEN);
        close(fd[i]);
    }
    reception_close(reception);
}

/* What is known of a record already is told at once. */
static void what_is_known_is_told_at_once(void **state)
{
    struct reception *reception = open_reception(place_file);
    struct handover_say say;
    int one = reach(place_file), two = reach(place_file);

    (void)state;
    desk.knows_last = true;
    send_good(one, 1);
    send_good(two, 2);
    turn(reception);
    assert_int_equal(answer(one, &say), HANDOVER_TAKEN);
    assert_int_equal(answer(one, &say), HANDOVER_TOLD);
    assert_int_equal(say.told.record, 100);
    assert_int_equal(say.told.situation, SITUATION_HANDLED);
    assert_int_equal(answer(one, &say), -1); /* that was all */
    assert_int_equal(answer(two, &say), HANDOVER_TAKEN);
    assert_int_equal(answer(two, &say), HANDOVER_TOLD);
    assert_int_equal(say.told.record, 101);
    assert_int_equal(answer(two, &say), -2);
    reception_tell(reception, &(struct told){ .record = 100 });
    assert_int_equal(answer(two, &say), HANDOVER_TOLD);
    assert_int_equal(answer(two, &say), -1);
    close(one);
    close(two);
    reception_close(reception);
}

static void each_guest_hears_its_own(void **state)
{
    struct reception *reception = open_reception(place_file);
    struct told told = { .record = 101, .situation = SITUATION_ACCEPTED };
    struct handover_say say;
    int one = reach(place_file), two = reach(place_file), gone = reach(place_file);

    (void)state;
    send_good(one, 2);
    send_good(gone, 2);
    turn(reception);
    send_good(two, 1);
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
    assert_int_equal(answer(one, &say), -1);            /* all is told */
    assert_int_equal(answer(two, &say), HANDOVER_TOLD); /* it is the same record */
    assert_int_equal(answer(two, &say), -1);
    close(two);
    two = reach(place_file);
    send_good(two, 1);
    turn(reception);
    assert_int_equal(answer(two, &say), HANDOVER_TAKEN);
    reception_end(reception);
    assert_int_equal(handover_reach(place_file), -1);
    reception_tell(reception, &told); /* who waits is still told */
    assert_int_equal(answer(two, &say), HANDOVER_TOLD);
    close(one);
    close(two);
    reception_close(reception);
}

/* Who waits for no yes says so, and who was killed cannot. */
static void one_that_is_gone_is_known(void **state)
{
    struct reception *reception = open_reception(place_file);
    struct handover_say say;
    int patient = reach(place_file), killed = reach(place_file), silent = reach(place_file);

    (void)state;
    send_good(patient, 1);
    turn(reception);
    assert_int_equal(desk.gone, 0);
    assert_int_equal(shutdown(patient, SHUT_WR), 0); /* afterwards it waits on */
    send_good(killed, 1);
    close(killed);
    turn(reception);
    assert_int_equal(desk.gone, 1);
    send_good(silent, 1);
    assert_int_equal(shutdown(silent, SHUT_WR), 0);
    turn(reception);
    assert_int_equal(desk.gone, 2);
    assert_int_equal(answer(patient, &say), HANDOVER_TAKEN);
    assert_int_equal(answer(silent, &say), HANDOVER_TAKEN);
    turn(reception);
    reception_tell(reception, &(struct told){ .record = 100 });
    assert_int_equal(answer(patient, &say), HANDOVER_TOLD);
    assert_int_equal(answer(silent, &say), HANDOVER_TOLD);
    close(patient);
    close(silent);
    reception_close(reception);
}

static void one_that_is_refused_goes(void **state)
{
    struct reception *reception = open_reception(place_file);
    struct handover_say say;
    int fd = reach(place_file);

    (void)state;
    desk.yes = false;
    send_good(fd, 1);
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
    struct told told = { .situation = SITUATION_ACCEPTED };
    struct handover_say say;
    int deaf = reach(place_file), other = reach(place_file);
    int small = 1, heard = 0, what;

    (void)state;
    assert_int_equal(setsockopt(deaf, SOL_SOCKET, SO_RCVBUF, &small, sizeof small), 0);
    send_good(deaf, NUMBERS_MAX);
    send_good(other, NUMBERS_MAX);
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
    send_good(fd[0], 0);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_place_test(a_hostile_guest_goes),
        cmocka_place_test(a_long_one_comes_in_pieces),
        cmocka_place_test(a_turn_is_one_visit_of_all),
        cmocka_place_test(what_is_known_is_told_at_once),
        cmocka_place_test(each_guest_hears_its_own),
        cmocka_place_test(one_that_is_gone_is_known),
        cmocka_place_test(one_that_is_refused_goes),
        cmocka_place_test(one_that_reads_late_is_not_waited_for),
        cmocka_place_test(six_hundred_guests),
        cmocka_place_test(one_listens),
        cmocka_place_test(a_long_path),
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
