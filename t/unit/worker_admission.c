/* plugin/worker/admission.c: what callers hand over is on disk and in hand, or not there at all. */
#include "unit/shop.h"

#include <sys/socket.h>

#include "store/handover.h"
#include "worker/admission.h"

static void open_worker(struct shop *shop)
{
    struct error err = { 0 };

    shop_open(shop);
    if (!handover_work(shop->with.store, &err))
        fail_msg("%s", err.text);
}

/* One caller, with an alert of this host for count numbers from first. */
struct caller {
    char number[20][NUMBER_BYTES];
    char alert[96];
    struct told told[20];
    int64_t is_coming[20];
    struct visit visit;
};

static struct record *not_in_hand(void *context, int64_t id)
{
    (void)context, (void)id;
    return NULL;
}

/* The two ends of a connection. */
static int worker_end, caller_end;

static void connect_caller(void)
{
    int fd[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fd), 0);
    worker_end = fd[0];
    caller_end = fd[1];
}

static void call(struct caller *caller, const char *type, const char *host, int first, size_t count)
{
    *caller = (struct caller){ 0 };
    for (size_t i = 0; i < count; i++)
        snprintf(caller->number[i], sizeof caller->number[i], "010%08d", first + (int)i);
    snprintf(caller->alert, sizeof caller->alert,
             "type\x1f%s\x1ehost\x1f%s\x1eservice\x1f"
             "disk\x1estate\x1f%s\x1e",
             type, host, strcmp(type, "RECOVERY") == 0 ? "OK" : "CRITICAL");
    caller->visit = (struct visit){
        .ask = { .config = "",
                 .begin_ms = now_steady_ms() + 1500,
                 .find_ms = now_steady_ms() + 15000,
                 .until_ms = now_steady_ms() + 30000,
                 .numbers = { .number = caller->number, .count = count },
                 .alert = caller->alert },
        .fd = -1,
        .told = caller->told,
        .is_coming = caller->is_coming,
    };
}

static int64_t take(struct shop *shop, struct caller *callers, size_t count)
{
    struct visit *visit[8];

    assert_true(count <= CASES(visit));
    for (size_t i = 0; i < count; i++)
        visit[i] = &callers[i].visit;
    return admission_take(shop->shift, shop->with.store, visit, count);
}

static const struct record *in_hand(const struct shop *shop, int64_t id)
{
    const struct record *record = shift_find(shop->shift, id);

    assert_non_null(record);
    return record;
}

/* Everything of a turn, and it goes out like any other record. */
static void what_is_handed_over_is_stored_and_sent(void **state)
{
    static unsigned char picture[3000] = "picture";
    struct caller callers[2];
    struct shop shop;

    (void)state;
    open_worker(&shop);
    call(&callers[0], "PROBLEM", "q1", 1, 3);
    call(&callers[1], "PROBLEM", "q2", 1, 1);
    callers[0].visit.ask.image = picture;
    callers[0].visit.ask.image_bytes = sizeof picture;
    take(&shop, callers, 2);
    assert_true(callers[0].visit.taken && callers[1].visit.taken);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(callers[0].told[i].record, i + 1);
        assert_int_equal(callers[0].is_coming[i], i + 1);
        assert_string_equal(callers[0].told[i].recipient, callers[0].number[i]);
    }
    assert_int_equal(callers[1].is_coming[0], 4);
    assert_string_equal(ask("SELECT group_concat(lease_owner || priority || image) FROM record"),
                        "worker01,worker01,worker01,worker00");
    assert_string_equal(ask("SELECT count(*) || ' ' || sum(length(bytes)) FROM image"), "1 3000");
    assert_int_equal(in_hand(&shop, 3)->image_bytes, sizeof picture);
    memset(picture, 'x', sizeof picture); /* the caller's bytes go when he is answered */
    memset(callers, 'x', sizeof callers);
    assert_string_equal(in_hand(&shop, 2)->image, "picture");
    assert_string_equal(alert_get(&in_hand(&shop, 3)->alert, "host"), "q1");
    assert_string_equal(alert_get(&in_hand(&shop, 4)->alert, "host"), "q2");
    for (int i = 0; i < 3; i++) { /* with the picture, and without */
        shop_turn(&shop);
        shop_answer(&shop, "quick");
    }
    assert_int_equal(shop_sent, 4);
    assert_string_equal(ask("SELECT count(*) FROM record WHERE state = 'accepted'"), "4");
    shop_close(&shop);
}

/* Whoever comes again, or while the first is still served, gets no second record. */
static void the_same_alert_is_the_same_record(void **state)
{
    struct caller callers[2], again;
    struct shop shop;

    (void)state;
    open_worker(&shop);
    call(&callers[0], "PROBLEM", "q1", 1, 1);
    call(&callers[1], "PROBLEM", "q1", 1, 1);
    take(&shop, callers, 2);
    assert_int_equal(callers[0].is_coming[0], 1);
    assert_true(callers[1].visit.taken);
    assert_int_equal(callers[1].is_coming[0], 0);
    assert_int_equal(callers[1].told[0].record, 1);
    assert_int_equal(callers[1].told[0].situation, SITUATION_UNDERWAY);
    shop_turn(&shop);
    shop_answer(&shop, "quick");
    shop_turn(&shop);
    call(&again, "PROBLEM", "q1", 1, 1);
    take(&shop, &again, 1);
    assert_int_equal(again.told[0].situation, SITUATION_HANDLED);
    assert_string_equal(again.told[0].provider, "quick");
    assert_string_equal(ask("SELECT count(*) FROM record"), "1");
    assert_int_equal(shop_sent, 1);
    shop_close(&shop);
}

static void what_is_refused_leaves_nothing(void **state)
{
    enum { GOOD, BAD_ALERT, GONE, LATE, NO_ROOM, CALLERS };
    struct caller callers[CALLERS];
    struct shop shop;
    size_t room;

    (void)state;
    open_worker(&shop);
    call(&callers[GOOD], "PROBLEM", "q1", 1, 1);
    call(&callers[BAD_ALERT], "PROBLEM", "q\x01", 2, 1);
    call(&callers[LATE], "PROBLEM", "q5", 60, 1);
    callers[LATE].visit.ask.find_ms = now_steady_ms() - 1;
    call(&callers[GONE], "PROBLEM", "q3", 3, 2);
    callers[GONE].visit.ask.begin_ms = now_steady_ms();
    callers[GONE].visit.gone = true;
    call(&callers[NO_ROOM], "PROBLEM", "q4", 5, 20);
    for (int n = 100; (room = shift_room(shop.shift, true)) > 21; n += 20) {
        struct caller filler;
        call(&filler, "PROBLEM", "s0", n, room - 20 < 20 ? room - 20 : 20);
        take(&shop, &filler, 1);
        assert_true(filler.visit.taken);
    }
    for (int i = 0; i < CALLERS; i++)
        callers[i].visit.taken = false;
    callers[NO_ROOM].visit.ask.numbers.count = 20;
    take(&shop, callers, CALLERS);
    assert_true(callers[GOOD].visit.taken);
    assert_false(callers[BAD_ALERT].visit.taken);
    assert_false(callers[GONE].visit.taken);
    assert_false(callers[LATE].visit.taken);
    assert_string_equal(ask("SELECT count(*) FROM record WHERE recipient = '01000000060'"), "0");
    assert_string_equal(ask("SELECT count(*) FROM record WHERE recipient IN ('01000000001')"), "1");
    assert_string_equal(
        ask("SELECT count(*) FROM record WHERE recipient BETWEEN '01000000002' AND '01000000004'"), "0");
    assert_false(callers[NO_ROOM].visit.taken);
    assert_string_equal(
        ask("SELECT count(*) FROM record WHERE recipient BETWEEN '01000000005' AND '01000000050'"), "0");
    shop_close(&shop);
}

/* Who waits is late with the whole machine; who was killed at once may have been the monitor's only try. */
static void one_that_waits_or_was_killed_is_served(void **state)
{
    struct caller callers[2];
    struct shop shop;

    (void)state;
    open_worker(&shop);
    call(&callers[0], "PROBLEM", "q1", 1, 1);
    callers[0].visit.ask.begin_ms = now_steady_ms() - 5000;
    call(&callers[1], "PROBLEM", "q2", 2, 1);
    callers[1].visit.gone = true;
    take(&shop, callers, 2);
    assert_true(callers[0].visit.taken && callers[1].visit.taken);
    assert_string_equal(ask("SELECT group_concat(lease_owner) FROM record"), "worker,worker");
    shop_close(&shop);
}

/* A disk that let the caller wait until he gave up: it is his, and comes back when he cannot be alive any
 * more. */
static void what_took_too_long_is_left_to_its_caller(void **state)
{
    struct caller waits, gone;
    struct shop shop;
    bool freed = false;

    (void)state;
    open_worker(&shop);
    connect_caller();
    call(&waits, "PROBLEM", "q0", 9, 1);
    waits.visit.ask.find_ms = now_steady_ms();
    waits.visit.fd = worker_end;
    take(&shop, &waits, 1);
    assert_int_equal(waits.is_coming[0], 1);
    shop_turn(&shop);
    shop_answer(&shop, "quick");
    call(&gone, "PROBLEM", "q1", 1, 2);
    gone.visit.ask.find_ms = now_steady_ms();
    gone.visit.fd = worker_end;
    close(caller_end);
    assert_int_equal(take(&shop, &gone, 1), now_steady_ms() + 30000);
    assert_false(gone.visit.taken);
    shop_turn(&shop);
    assert_int_equal(shop_sent, 1);
    assert_string_equal(ask("SELECT group_concat(state || lease_owner) FROM record WHERE id > 1"),
                        "waitingworker,waitingworker");
    now_set(NOON + 31000);
    assert_true(handover_tend(shop.with.store, not_in_hand, NULL, false, &freed, NULL) && !freed);
    assert_true(handover_tend(shop.with.store, not_in_hand, NULL, true, &freed, NULL) && freed);
    assert_string_equal(ask("SELECT group_concat(state || lease_owner) FROM record WHERE id > 1"),
                        "waiting,waiting");
    close(worker_end);
    shop_close(&shop);
}

/* What is in hand is not begun again by whoever repeats it, though its lease lapsed, as under a clock that
   was set. */
static void what_is_in_hand_is_not_taken_twice(void **state)
{
    struct caller callers[2];
    struct shop shop;

    (void)state;
    open_worker(&shop);
    call(&callers[0], "PROBLEM", "q1", 1, 1);
    take(&shop, &callers[0], 1);
    ask("UPDATE record SET lease_until_ms = 1");
    call(&callers[1], "PROBLEM", "q1", 1, 1);
    take(&shop, &callers[1], 1);
    assert_true(callers[1].visit.taken);
    assert_int_equal(callers[1].is_coming[0], 0);
    shop_turn(&shop);
    shop_answer(&shop, "quick");
    shop_turn(&shop);
    assert_int_equal(shop_sent, 1);
    shop_close(&shop);
}

/* A PROBLEM that was tried once and has to wait. */
static void keep(const char *host)
{
    struct store *store = open_store();
    struct record record;

    make_record(&record, host, "CRITICAL");
    assert_true(alert_set(&record.alert, "host", host, NULL)
                && alert_set(&record.alert, "service", "disk", NULL));
    snprintf(record.recipient, sizeof record.recipient, "01000000001");
    assert_true(accept_one(store, &record));
    begin_one(store, &record, "quick");
    settle_one(store, &record, RECORD_WAITING, "retry", false);
    record_clear(&record);
    store_close(store);
}

/* A RECOVERY brings what was kept along, or leaves it where it is left itself. */
static void a_recovery_tells_what_was_missed(void **state)
{
    struct caller callers[2];
    struct shop shop;

    (void)state;
    open_worker(&shop);
    keep("q1");
    keep("q2");
    call(&callers[0], "RECOVERY", "q1", 1, 1);
    call(&callers[1], "RECOVERY", "q2", 1, 1);
    callers[1].visit.ask.find_ms = now_steady_ms();
    connect_caller();
    close(caller_end);
    callers[1].visit.fd = worker_end;
    take(&shop, callers, 2);
    close(worker_end);
    assert_int_equal(in_hand(&shop, callers[0].is_coming[0])->missed_count, 1);
    assert_false(callers[1].visit.taken);
    shop_turn(&shop);
    shop_answer(&shop, "quick");
    shop_turn(&shop);
    assert_string_equal(ask("SELECT group_concat(state || lease_owner) FROM record"),
                        "merged,waitingworker,accepted,waitingworker");
    shop_close(&shop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_place_test(what_is_handed_over_is_stored_and_sent),
        cmocka_place_test(the_same_alert_is_the_same_record),
        cmocka_place_test(what_is_refused_leaves_nothing),
        cmocka_place_test(one_that_waits_or_was_killed_is_served),
        cmocka_place_test(what_took_too_long_is_left_to_its_caller),
        cmocka_place_test(what_is_in_hand_is_not_taken_twice),
        cmocka_place_test(a_recovery_tells_what_was_missed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
