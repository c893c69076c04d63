/* plugin/worker/shift.c: who is sent next, how many at a time, and what is given back in the end. */
#include "unit/shop.h"

#include "store/handover.h"

static void open_worker(struct shop *shop)
{
    struct error err = { 0 };

    shop_open(shop);
    if (!handover_work(shop->with.store, &err))
        fail_msg("%s", err.text);
}

/* Take all that wait in hand, in the order of their numbers: urgent ones stand anywhere. */
static size_t take_all(struct shop *shop)
{
    struct record *records = NULL;
    struct error err = { 0 };
    size_t count = 0, room = shift_room(shop->shift, false);

    if (!store_claim(shop->with.store, NULL, room, INT64_MAX, HANDOVER_LEASE_MS, &records, &count, &err))
        fail_msg("%s", err.text);
    for (size_t taken = 0; taken < count; taken++) {
        size_t least = count;
        for (size_t i = 0; i < count; i++)
            if (records[i].id != 0 && (least == count || records[i].id < records[least].id))
                least = i;
        shift_take(shop->shift, &records[least]);
    }
    free(records);
    return count;
}

static size_t urgent_in(const struct parcel *parcel)
{
    size_t urgent = 0;

    for (const char *at = buf_text(&parcel->request->body); (at = strstr(at, "CRITICAL")) != NULL; at++)
        urgent++;
    return urgent;
}

/* What is critical goes first, and takes other texts along only where there is room left. */
static void the_worst_goes_first(void **state)
{
    struct shop shop;

    (void)state;
    open_worker(&shop);
    for (int i = 0; i < 15; i++) {
        shop_fill(&shop, 'q', "OK", 3);
        shop_fill(&shop, 'q', "CRITICAL", 1);
    }
    assert_int_equal(take_all(&shop), 60);
    shop_turn(&shop);
    assert_int_equal(shop_parcels, 1);
    assert_int_equal(shop_sent, SHOP_BATCH);
    assert_int_equal(urgent_in(&shop_parcel[0]), SHOP_BATCH);
    shop_answer(&shop, "quick");
    shop_turn(&shop);
    assert_int_equal(shop_sent, 2 * SHOP_BATCH);
    assert_int_equal(urgent_in(&shop_parcel[0]), 5);
    shop_close(&shop);
}

/* One request at a time at each, and the quick one never waits for the slow one. */
static void width_is_kept_and_nobody_waits_for_another(void **state)
{
    struct shop shop;
    size_t quick = 0;

    (void)state;
    open_worker(&shop);
    shop_fill(&shop, 's', "CRITICAL", 70);
    shop_fill(&shop, 'q', "OK", 70);
    assert_int_equal(take_all(&shop), 140);
    for (int turn = 0; turn < 60 && quick < 70; turn++) {
        shop_turn(&shop);
        assert_true(shop_parcels <= 2);
        if (turn > 0 || shop_parcels == 2)
            quick += shop_answer(&shop, "quick");
    }
    shop_turn(&shop);
    assert_int_equal(quick, 70);
    assert_int_equal(shop_most, 2);
    assert_int_equal(shop_parcels, 1);
    assert_int_equal(shop_waits(&shop, SLOW), 70);
    assert_int_equal(shop_waits(&shop, QUICK), 0);
    assert_int_equal(atoi(ask("SELECT count(*) FROM attempt WHERE outcome = 'accepted'")), 70);
    shop_close(&shop);
}

struct heard {
    size_t count, twice;
    bool seen[400];
};

static void hear(void *context, const struct told *told)
{
    struct heard *heard = context;

    assert_in_range(told->record, 1, 399);
    heard->count++;
    heard->twice += heard->seen[told->record];
    heard->seen[told->record] = true;
}

/* What is not under way is free again and due as before; what is under way ends first. Each is told once. */
static void the_end_gives_back(void **state)
{
    struct shop shop;
    struct heard heard = { 0 };
    int64_t due_ms = INT64_MAX;

    (void)state;
    open_worker(&shop);
    shop_fill(&shop, 's', "OK", 100);
    assert_int_equal(take_all(&shop), 100);
    shop_turn(&shop);
    assert_int_equal(shop_sent, SHOP_BATCH);
    assert_string_equal(ask("SELECT count(*) FROM record WHERE lease_owner = 'worker'"), "100");
    shift_end(shop.shift);
    assert_int_equal(shift_room(shop.shift, true), 0);
    for (int turn = 0; turn < 10; turn++) {
        fibers_run(shop.with.fibers);
        shift_dispatch(shop.shift);
        ledger_commit(&shop.ledger);
        fibers_run(shop.with.fibers);
        shift_tell(shop.shift, true, hear, &heard, &due_ms);
    }
    assert_int_equal(shop_sent, SHOP_BATCH);
    assert_false(shift_is_over(shop.shift));
    assert_int_equal(heard.count, 90);
    assert_string_equal(ask("SELECT count(*) FROM record WHERE lease_owner = '' AND lease_until_ms = 0"),
                        "90");
    assert_string_equal(ask("SELECT count(*) FROM record WHERE lease_owner = 'worker'"), "10");
    /* Those whose attempts were begun, too. */
    assert_string_equal(ask("SELECT count(*) FROM record WHERE lease_owner = '' AND due_ms = created_ms"),
                        "90");
    assert_string_equal(ask("SELECT count(*) FROM attempt WHERE outcome = ''"), "10");
    assert_int_equal(due_ms, NOON);
    shop_answer(&shop, "slow");
    for (int turn = 0; turn < 3; turn++) {
        ledger_commit(&shop.ledger);
        fibers_run(shop.with.fibers);
        shift_tell(shop.shift, true, hear, &heard, &due_ms);
    }
    assert_true(shift_is_over(shop.shift));
    assert_int_equal(heard.count, 100);
    assert_int_equal(heard.twice, 0);
    assert_string_equal(ask("SELECT count(*) FROM record WHERE lease_owner = '' OR state = 'accepted'"),
                        "100");
    shop_close(&shop);
}

/* While the store cannot be written nothing goes out, however often it is tried, and nothing is forgotten. */
static void nothing_is_sent_that_cannot_be_begun(void **state)
{
    struct shop shop;
    sqlite3 *db = NULL;

    (void)state;
    open_worker(&shop);
    shop_fill(&shop, 'q', "OK", 30);
    assert_int_equal(take_all(&shop), 30);
    assert_int_equal(sqlite3_open(place_file, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(db,
                     "CREATE TRIGGER full BEFORE INSERT ON attempt BEGIN SELECT RAISE(ABORT, 'full'); END",
                     NULL, NULL, NULL),
        SQLITE_OK);
    for (int turn = 0; turn < 5; turn++) {
        shop_turn(&shop);
        assert_int_equal(shop_sent, 0);
        assert_int_equal(shop_waits(&shop, QUICK), 30);
    }
    assert_int_equal(sqlite3_exec(db, "DROP TRIGGER full", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    for (int turn = 0; turn < 20; turn++) {
        shop_turn(&shop);
        shop_answer(&shop, "quick");
    }
    assert_int_equal(shop_sent, 30);
    assert_int_equal(shop_waits(&shop, QUICK), 0);
    shop_close(&shop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_place_test(the_worst_goes_first),
        cmocka_place_test(width_is_kept_and_nobody_waits_for_another),
        cmocka_place_test(the_end_gives_back),
        cmocka_place_test(nothing_is_sent_that_cannot_be_begun),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
