/* plugin/flow/handover.c: the asking side of the hand-over, with a worker that does not keep to it, or does
   not answer. */
#include "unit/guest.h"

#include <signal.h>
#include <sys/socket.h>

/* Where the lengths and the version stand in an ask. */
enum {
    AT_VERSION = 0,
    AT_TOLD = 16,
    AT_BYTES = 20,
    AT_CONFIG = 24,
    AT_NUMBERS = 28,
    AT_ALERT = 32,
    AT_IMAGE = 36
};

static void what_is_packed_comes_back(void **state)
{
    struct handover_ask ask = good_ask(2), back;
    struct buf packed;

    (void)state;
    ask.image = "picture";
    ask.image_bytes = 7;
    ask.begin_ms = 5;
    ask.find_ms = 6;
    ask.until_ms = 7;
    packed = packed_ask(&ask);
    assert_int_equal(handover_length(packed.data, 200), 0); /* less than its head */
    assert_false(handover_unpack(packed.data, 0, &back));
    assert_int_equal(handover_length(packed.data, packed.len - 1), packed.len);
    assert_false(handover_unpack(packed.data, packed.len - 1, &back));
    assert_true(handover_unpack(packed.data, packed.len, &back));
    assert_string_equal(back.config, ask.config);
    assert_string_equal(back.alert, ask.alert);
    assert_int_equal(back.numbers.count, 2);
    assert_string_equal(back.numbers.number[1], "01012340001");
    assert_memory_equal(back.image, "picture", 7);
    assert_int_equal(back.image_bytes, 7);
    assert_memory_equal(&back.wish, &ask.wish, sizeof back.wish);
    assert_int_equal(back.begin_ms * 100 + back.find_ms * 10 + back.until_ms, 567);
    buf_clear(&packed);
}

static void no_other_bytes_are_an_ask(void **state)
{
    static const struct {
        int at, more; /* this length is so much more than is right */
        long bytes;   /* and so many come more than is right */
        const char *why;
    } cases[] = {
        { AT_CONFIG, 0, 1, "a byte long" },
        { AT_CONFIG, 0, -1, "a byte short" },
        { AT_VERSION, 1, 0, "another version" },
        { AT_TOLD, 1, 0, "another struct" },
        { AT_BYTES, -1, 0, "shorter than it is" },
        { AT_BYTES, -1, -1, "parts that are more than the whole" },
        { AT_BYTES, HANDOVER_BYTES_MAX, 0, "longer than any" },
        { AT_CONFIG, 1, 0, "a path without an end" },
        { AT_CONFIG, -1, 0, "a path that ends before" },
        { AT_NUMBERS, 1, 0, "a piece of a number" },
        { AT_NUMBERS, NUMBER_BYTES, 0, "a number more" },
        { AT_ALERT, 1, 0, "an alert without an end" },
        { AT_ALERT, -1, 0, "parts that are less than the whole" },
        { AT_IMAGE, 1, 0, "an image that is not there" },
        { AT_IMAGE, -1, 0, "less than nothing" },
    };

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        struct handover_ask ask = good_ask(2);
        struct buf packed = packed_ask(&ask);
        size_t bytes = (size_t)((long)packed.len + cases[i].bytes);
        char *room = malloc(bytes);
        uint32_t length;
        assert_non_null(room);
        memset(room, 'x', bytes);
        memcpy(room, packed.data, bytes < packed.len ? bytes : packed.len);
        memcpy(&length, room + cases[i].at, sizeof length);
        length += (uint32_t)cases[i].more;
        memcpy(room + cases[i].at, &length, sizeof length);
        if (handover_unpack(room, bytes, &ask))
            fail_msg("%s: it is believed", cases[i].why);
        free(room);
        buf_clear(&packed);
    }
}

/* Two lengths that are right together, and wrong each. */
static void parts_do_not_run_into_each_other(void **state)
{
    static const int pairs[][2] = { { AT_CONFIG, AT_ALERT },
                                    { AT_ALERT, AT_IMAGE },
                                    { AT_NUMBERS, AT_IMAGE } };

    (void)state;
    for (size_t i = 0; i < CASES(pairs); i++)
        for (int by = -NUMBER_BYTES; by <= NUMBER_BYTES; by += i == 2 ? 2 * NUMBER_BYTES : 1) {
            struct handover_ask ask = good_ask(2), back;
            struct buf packed;
            uint32_t length;
            ask.image = "a picture of thirty bytes or so";
            ask.image_bytes = 31;
            packed = packed_ask(&ask);
            for (int p = 0; p < 2; p++) {
                memcpy(&length, packed.data + pairs[i][p], sizeof length);
                length += (uint32_t)(p == 0 ? by : -by);
                memcpy(packed.data + pairs[i][p], &length, sizeof length);
            }
            if (handover_unpack(packed.data, packed.len, &back) != (by == 0) && i < 2)
                fail_msg("pair %zu by %d", i, by);
            buf_clear(&packed);
        }
}

static void texts_end_where_they_must(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct handover_ask ask = good_ask(1), back;
        struct buf packed;
        if (i == 0)
            memset(ask.wish.image_url, 'x', sizeof ask.wish.image_url);
        else
            memset(ask_numbers[0], '1', sizeof ask_numbers[0]);
        packed = packed_ask(&ask);
        assert_false(handover_unpack(packed.data, packed.len, &back));
        buf_clear(&packed);
    }
}

/* A worker on the other side that answers as the case says, by a script: y yes, n no, w half a second before
   the next, r read only, t told of record 100, T of a record that is not its, s short, l a situation that is
   none, c close; then it waits. */
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
        static char ask[HANDOVER_PIECE_BYTES];
        struct handover_say say = { .what = HANDOVER_TOLD,
                                    .told = { .record = 100, .situation = SITUATION_ACCEPTED } };
        size_t bytes;
        if (*script == 'w') {
            usleep(500000);
            continue;
        }
        if (strchr("ynr", *script) != NULL && *script != '\0' && recv(fd, ask, sizeof ask, 0) <= 0)
            _exit(1);
        if (*script == 'r')
            continue;
        if (*script == 'y' || *script == 'Y' || *script == 'n') {
            say.what = *script == 'n' ? HANDOVER_NO : HANDOVER_TAKEN;
            memset(say.taken.note, 'x', sizeof say.taken.note);
            say.taken.record[0] = 100;
            say.taken.record[1] = 101;
        }
        bytes = handover_say_bytes(&say, 2);
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
        { "yttc", true, false, true, 20000, "one is told twice, then it dies" },
        { "yc", true, false, false, 20000, "it dies" },
        { "ylt", true, true, true, 1500, "a situation that is none" },
        { "yst", true, false, false, 20000, "a short packet" },
        { "y", true, true, false, 300, "silence" },
        { "n", false, false, false, 3000, "it says no" },
        { "t", false, false, false, 3000, "it tells without being asked" },
        { "s", false, false, false, 3000, "a short answer" },
        { "c", false, false, false, 3000, "no answer" },
        { "rwwwwwYc", true, false, false, 3000, "it is at it, but its disk is slow" },
    };

    (void)state;
    now_set(0);
    for (size_t i = 0; i < CASES(cases); i++) {
        struct stand_in it = stand_in(cases[i].script);
        struct handover_ask ask = good_ask(2);
        struct told told[2] = { 0 };
        char note[256] = "";
        int fd = reach(place_file);
        int64_t start_ms = now_steady_ms();
        bool lives, taken = handover_ask(fd, &ask, start_ms + 10000, told, note, &lives);
        if (taken != cases[i].taken || lives != (strchr("yntr", cases[i].script[0]) != NULL))
            fail_msg("%s: taken %d, lives %d", cases[i].why, taken, lives);
        assert_int_equal(strlen(note), taken ? 255 : 0);
        assert_in_range(ask.begin_ms - start_ms, 1400, 5000);
        if (taken) {
            bool heard;
            assert_int_equal(told[1].record, 101);
            assert_string_equal(told[1].recipient, ask_numbers[1]);
            heard = handover_hear(fd, told, 2, now_steady_ms() + cases[i].wait_ms);
            if (heard != cases[i].heard)
                fail_msg("%s: heard %d", cases[i].why, heard);
            assert_int_equal(told[0].situation, cases[i].told ? SITUATION_ACCEPTED : SITUATION_UNDERWAY);
            assert_true(strlen(told[0].reason) < sizeof told[0].reason);
            assert_int_equal(told[1].situation, SITUATION_UNDERWAY);
        }
        assert_true(now_steady_ms() - start_ms < 15000);
        close(fd);
        dismiss(it);
    }
}

/* What does not begin is not waited for, what does not end only as long as there is time. */
static void a_worker_that_is_stuck(void **state)
{
    static const struct {
        const char *script;
        int least_ms, most_ms;
    } cases[] = { { "", 1500, 15000 }, { "r", 3000, 15000 } };

    (void)state;
    now_set(0);
    for (size_t i = 0; i < CASES(cases); i++) {
        struct stand_in it = stand_in(cases[i].script);
        struct handover_ask ask = good_ask(1);
        struct told told = { 0 };
        char note[256] = "";
        int fd = reach(place_file);
        int64_t start_ms = now_steady_ms();
        bool lives;
        assert_false(handover_ask(fd, &ask, start_ms + 3000, &told, note, &lives));
        assert_false(lives);
        assert_in_range(now_steady_ms() - start_ms, cases[i].least_ms, cases[i].most_ms);
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
    it = stand_in("n");
    assert_true(handover_lives(place_file, INT64_MAX));
    dismiss(it);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_place_test(what_is_packed_comes_back),        cmocka_place_test(no_other_bytes_are_an_ask),
        cmocka_place_test(parts_do_not_run_into_each_other), cmocka_place_test(texts_end_where_they_must),
        cmocka_place_test(the_asking_side_believes_little),  cmocka_place_test(a_worker_that_is_stuck),
        cmocka_place_test(a_worker_that_does_not_answer),
    };

    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
