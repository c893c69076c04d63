/* plugin/worker/intake.c: what the worker takes in hand next, and when it looks again. */
#include "unit/shop.h"

#include "store/handover.h"
#include "worker/intake.h"

struct hall {
    struct shop shop;
    struct intake *intake;
};

static void open_hall(struct hall *hall)
{
    struct error err = { 0 };

    shop_open(&hall->shop);
    if (!handover_work(hall->shop.with.store, &err)
        || (hall->intake = intake_open(hall->shop.shift, &err)) == NULL)
        fail_msg("%s", err.text);
}

static void close_hall(struct hall *hall)
{
    intake_close(hall->intake);
    shop_close(&hall->shop);
}

static void fill(struct hall *hall)
{
    struct error err = { 0 };

    if (!intake_fill(hall->intake, hall->shop.with.store, &err))
        fail_msg("%s", err.text);
}

/* Look as long as it wants to look at once: how often that was. Endless means a process that never sleeps. */
static int look(struct hall *hall)
{
    int looks = 0;

    do {
        fill(hall);
        if (++looks > 500)
            fail_msg("it looks without a pause");
    } while (intake_next_ms(hall->intake) <= now_steady_ms());
    return looks;
}

static void sleep_ms(int64_t ms)
{
    now_set(now_ms() + ms);
}

static void an_empty_store_is_looked_at_now_and_then(void **state)
{
    struct hall hall;

    (void)state;
    open_hall(&hall);
    for (int i = 0; i < 20; i++) {
        assert_true(look(&hall) <= 2);
        assert_int_equal(intake_next_ms(hall.intake), now_steady_ms() + 5000);
        sleep_ms(5000);
    }
    look(&hall);
    intake_hasten(hall.intake, now_ms() + 1200);
    intake_hasten(hall.intake, now_ms() + 3000);
    assert_int_equal(intake_next_ms(hall.intake), now_steady_ms() + 1200);
    intake_hasten(hall.intake, now_ms() - 5);
    assert_true(intake_next_ms(hall.intake) <= now_steady_ms());
    close_hall(&hall);
}

/* It comes when the next one is due, or free, and not before. */
static void looks_when_the_next_is_due(void **state)
{
    static const struct {
        const char *sql;
        int64_t after_ms;
        const char *why;
    } cases[] = {
        { "UPDATE record SET due_ms = due_ms + 3000", 3000, "due" },
        { "UPDATE record SET lease_until_ms = due_ms + 4000, lease_owner = 'other'", 4000, "free" },
        { "UPDATE record SET due_ms = due_ms + 2000, lease_until_ms = due_ms + 1000, lease_owner = 'other'",
          2000, "free, then due" },
        { "UPDATE record SET due_ms = due_ms + 60000", 5000, "late: another may come sooner" },
        { "UPDATE record SET state = 'held'", 5000, "never" },
    };

    for (size_t i = 0; i < CASES(cases); i++) {
        struct hall hall;
        sqlite3 *db = NULL;
        if (i > 0)
            assert_int_equal(place_teardown(state) | place_setup(state), 0);
        open_hall(&hall);
        shop_fill(&hall.shop, 'q', "OK", 1);
        assert_int_equal(sqlite3_open(place_file, &db), SQLITE_OK);
        assert_int_equal(sqlite3_exec(db, cases[i].sql, NULL, NULL, NULL), SQLITE_OK);
        sqlite3_close(db);
        look(&hall);
        assert_int_equal(shop_waits(&hall.shop, QUICK), 0);
        if (intake_next_ms(hall.intake) != now_steady_ms() + cases[i].after_ms)
            fail_msg("%s: after %lld ms", cases[i].why,
                     (long long)(intake_next_ms(hall.intake) - now_steady_ms()));
        sleep_ms(cases[i].after_ms);
        look(&hall);
        assert_int_equal(shop_waits(&hall.shop, QUICK), i < 3);
        close_hall(&hall);
    }
}

/* As much as a provider can do with, and the urgent first. */
static void takes_a_quota_of_the_worst(void **state)
{
    struct hall hall;
    size_t quota;

    (void)state;
    open_hall(&hall);
    quota = shift_quota(hall.shop.shift, SLOW);
    assert_in_range(quota, 2 * SHOP_BATCH, 450); /* no provider has more than its half */
    shop_fill(&hall.shop, 's', "OK", quota + 100);
    shop_fill(&hall.shop, 's', "CRITICAL", quota - 5);
    look(&hall);
    assert_int_equal(shop_waits(&hall.shop, SLOW), quota);
    assert_int_equal(shop_waits(&hall.shop, QUICK), 0);
    assert_int_equal(atoi(ask("SELECT count(*) FROM record WHERE lease_owner = 'worker' AND priority = 0")),
                     quota - 5);
    look(&hall);
    assert_int_equal(shop_waits(&hall.shop, SLOW), quota);
    close_hall(&hall);
}

/* Turns of the worker until the quick one has sent its texts; time passes only when it would sleep. Returns
   how long it slept. */
static int64_t run_until(struct hall *hall, size_t texts)
{
    int64_t start_ms = now_ms();
    size_t done = 0;

    for (int turns = 0; done < texts; turns++) {
        int64_t next_ms, due_ms;
        if (turns > 3000 || now_ms() > start_ms + 120000)
            fail_msg("after %d turns and %lld ms quick has sent %zu", turns, (long long)(now_ms() - start_ms),
                     done);
        fill(hall);
        due_ms = shop_turn(&hall->shop);
        if (due_ms != INT64_MAX)
            intake_hasten(hall->intake, due_ms);
        if (shop_parcels > 1 || (shop_parcels == 1 && shop_parcel[0].host[0] == 'q')) {
            done += shop_answer(&hall->shop, "quick");
            continue;
        }
        next_ms = intake_next_ms(hall->intake);
        if (next_ms > now_steady_ms())
            sleep_ms(next_ms == INT64_MAX ? 60000 : next_ms - now_steady_ms());
    }
    return now_ms() - start_ms;
}

/* One gateway never answers and has more waiting than is looked at in one go, before, between and behind the
   other's. */
static void a_slow_one_keeps_no_other_idle(void **state)
{
    static const struct {
        size_t before, quick, between, more;
        const char *why;
    } cases[] = {
        { 1300, 30, 0, 0, "a few behind many" },
        { 1300, 600, 0, 0, "more than a quota behind many" },
        { 1300, 300, 1100, 60, "behind many, twice" },
    };

    for (size_t i = 0; i < CASES(cases); i++) {
        struct hall hall;
        int64_t slept_ms;
        if (i > 0)
            assert_int_equal(place_teardown(state) | place_setup(state), 0);
        open_hall(&hall);
        shop_fill(&hall.shop, 's', "CRITICAL", cases[i].before);
        shop_fill(&hall.shop, 'q', "OK", cases[i].quick);
        if (cases[i].between > 0) {
            shop_fill(&hall.shop, 's', "OK", cases[i].between);
            shop_fill(&hall.shop, 'q', "OK", cases[i].more);
        }
        slept_ms = run_until(&hall, cases[i].quick + cases[i].more);
        if (slept_ms > 3000)
            fail_msg("%s: it slept %lld ms", cases[i].why, (long long)slept_ms);
        assert_true(shop_waits(&hall.shop, SLOW) <= shift_quota(hall.shop.shift, SLOW));
        close_hall(&hall);
    }
}

/* With nothing to find for the idle one, it goes through the long queue ever seldomer. */
static void a_long_queue_is_not_read_all_the_time(void **state)
{
    struct hall hall;
    int64_t end_ms;
    int looks = 0;

    (void)state;
    open_hall(&hall);
    shop_fill(&hall.shop, 's', "CRITICAL", 1300);
    end_ms = now_ms() + 120000;
    while (now_ms() < end_ms) {
        int64_t next_ms;
        looks += look(&hall);
        next_ms = intake_next_ms(hall.intake);
        assert_true(next_ms < now_steady_ms() + 31000);
        sleep_ms(next_ms - now_steady_ms());
    }
    assert_in_range(looks, 20, 60);
    close_hall(&hall);
}

/* As many in hand as there are places, because others handed them over: no place, no look. */
static void without_a_place_it_sleeps(void **state)
{
    struct hall hall;
    struct record *records = NULL;
    struct error err = { 0 };
    size_t room, count = 0;

    (void)state;
    open_hall(&hall);
    room = shift_room(hall.shop.shift, true);
    assert_true(room > shift_room(hall.shop.shift, false));
    shop_fill(&hall.shop, 's', "OK", room);
    if (!store_claim(hall.shop.with.store, NULL, room, INT64_MAX, HANDOVER_LEASE_MS, &records, &count, &err))
        fail_msg("%s", err.text);
    assert_int_equal(count, room);
    for (size_t i = 0; i < count; i++)
        shift_take(hall.shop.shift, &records[i]);
    free(records);
    assert_int_equal(shift_room(hall.shop.shift, true), 0);
    look(&hall);
    sleep_ms(100000);
    look(&hall);
    close_hall(&hall);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_place_test(an_empty_store_is_looked_at_now_and_then),
        cmocka_place_test(looks_when_the_next_is_due),
        cmocka_place_test(takes_a_quota_of_the_worst),
        cmocka_place_test(a_slow_one_keeps_no_other_idle),
        cmocka_place_test(a_long_queue_is_not_read_all_the_time),
        cmocka_place_test(without_a_place_it_sleeps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
