/* plugin/store/writeback.c: what a monitor is to be told is kept once, tried when due, and forgotten when it
   is old. */
#include "unit/storage.h"

#include "store/db.h"
#include "store/record.h"
#include "store/writeback.h"

static struct writeback acknowledgement(int64_t reply)
{
    return (struct writeback){ .kind = WRITEBACK_ACKNOWLEDGE,
                               .record = 7,
                               .reply = reply,
                               .source = "icinga",
                               .host = "웹01",
                               .service = "디스크",
                               .author = "kim",
                               .text = "가는 중" };
}

static void add(struct store *store, struct writeback writeback)
{
    struct error err = { 0 };

    if (!writeback_add(store, &writeback, &err))
        fail_msg("%s", err.text);
}

/* How many are due; the first in *first, which the caller clears. */
static size_t take(struct store *store, size_t most, struct writeback *first)
{
    struct writeback *list = NULL;
    struct error err = { 0 };
    size_t count = 0;

    *first = (struct writeback){ 0 };
    if (!writeback_claim(store, most, MINUTE, &list, &count, &err))
        fail_msg("%s", err.text);
    for (size_t i = 1; i < count; i++)
        writeback_clear(&list[i]);
    if (count > 0)
        *first = list[0];
    free(list);
    return count;
}

static int64_t next(struct store *store)
{
    int64_t due_ms = -1;

    assert_true(writeback_next(store, &due_ms, NULL));
    return due_ms;
}

static void what_is_added_comes_back(void **state)
{
    struct store *store = open_store();
    struct writeback w;

    (void)state;
    assert_false(writeback_fresh(store));
    assert_true(next(store) == INT64_MAX);
    add(store, acknowledgement(3));
    assert_true(writeback_fresh(store));
    assert_int_equal(next(store), NOON);
    assert_int_equal(take(store, 9, &w), 1);
    assert_false(writeback_fresh(store));
    assert_int_equal(w.kind, WRITEBACK_ACKNOWLEDGE);
    assert_int_equal(w.record, 7);
    assert_int_equal(w.reply, 3);
    assert_string_equal(w.source, "icinga");
    assert_string_equal(w.host, "웹01");
    assert_string_equal(w.service, "디스크");
    assert_string_equal(w.event, "");
    assert_string_equal(w.author, "kim");
    assert_string_equal(w.text, "가는 중");
    assert_int_equal(w.created_ms, NOON);
    assert_int_equal(w.tries, 1);
    assert_int_equal(w.state, WRITEBACK_WAITING);
    writeback_clear(&w);
    store_close(store);
}

static void a_reply_acts_once(void **state)
{
    struct store *store = open_store();
    struct writeback w;

    (void)state;
    add(store, acknowledgement(3));
    add(store, acknowledgement(3));
    add(store, acknowledgement(4));
    assert_int_equal(take(store, 9, &w), 2);
    assert_true(writeback_settle(store, w.id, WRITEBACK_DONE, 0, "icinga", "acknowledged", NULL));
    writeback_clear(&w);
    add(store, acknowledgement(3));
    assert_string_equal(ask("SELECT count(*) FROM writeback"), "2");
    add(store, acknowledgement(0));
    add(store, acknowledgement(0));
    assert_string_equal(ask("SELECT count(*) FROM writeback"), "4");
    store_close(store);
}

static void within_the_callers_transaction(void **state)
{
    struct store *store = open_store();
    struct writeback w;

    (void)state;
    assert_true(db_begin(store->db, NULL));
    add(store, acknowledgement(3));
    db_rollback(store->db);
    assert_int_equal(take(store, 9, &w), 0);
    assert_true(db_begin(store->db, NULL));
    add(store, acknowledgement(3));
    assert_true(db_within(store->db));
    assert_true(db_commit(store->db, NULL));
    assert_int_equal(take(store, 9, &w), 1);
    writeback_clear(&w);
    store_close(store);
}

/* Whoever takes one has it for a while, and for good when it is settled. */
static void one_at_a_time(void **state)
{
    struct store *store = open_store(), *other = open_store();
    struct writeback w, none;

    (void)state;
    add(store, acknowledgement(3));
    assert_int_equal(take(store, 9, &w), 1);
    writeback_clear(&w);
    assert_int_equal(take(other, 9, &none), 0);
    assert_int_equal(next(other), NOON + MINUTE);
    now_set(NOON + MINUTE);
    assert_int_equal(take(other, 9, &w), 1); /* the first died over it */
    assert_int_equal(w.tries, 2);
    assert_true(writeback_settle(other, w.id, WRITEBACK_WAITING, NOON + HOUR, "icinga", "is down", NULL));
    assert_int_equal(next(store), NOON + HOUR);
    now_set(NOON + HOUR);
    writeback_clear(&w);
    assert_int_equal(take(store, 9, &w), 1);
    assert_string_equal(w.said, "is down");
    assert_true(writeback_settle(store, w.id, WRITEBACK_DONE, 0, "icinga", "acknowledged", NULL));
    assert_true(writeback_settle(store, w.id, WRITEBACK_FAILED, 0, "late", "a late word", NULL));
    assert_true(writeback_settle(store, w.id, WRITEBACK_NONE, 0, "late", "a late word", NULL));
    writeback_clear(&w);
    assert_true(next(store) == INT64_MAX);
    assert_string_equal(ask("SELECT state || monitor || said FROM writeback"), "doneicingaacknowledged");
    store_close(other);
    store_close(store);
}

static void the_oldest_first(void **state)
{
    struct store *store = open_store();
    struct writeback w;

    (void)state;
    now_set(NOON + MINUTE);
    add(store, acknowledgement(4));
    now_set(NOON);
    add(store, acknowledgement(3));
    now_set(NOON + MINUTE);
    assert_int_equal(take(store, 1, &w), 1);
    assert_int_equal(w.reply, 3);
    writeback_clear(&w);
    assert_int_equal(take(store, 9, &w), 1);
    assert_int_equal(w.reply, 4);
    writeback_clear(&w);
    store_close(store);
}

static void of_one_record(void **state)
{
    static const struct {
        enum writeback_state state;
        const char *said;
    } ends[] = { { WRITEBACK_WAITING, "is down" },
                 { WRITEBACK_DONE, "acknowledged" },
                 { WRITEBACK_FAILED, "no such object" } };
    struct store *store = open_store();
    struct writeback *list = NULL;
    size_t count = 0;

    (void)state;
    for (int64_t i = 0; i < 4; i++) {
        struct writeback w = acknowledgement(3 + i);
        w.record = i < 3 ? 7 : 8;
        add(store, w);
        if (i < 3)
            assert_true(writeback_settle(store, i + 1, ends[i].state, NOON, "m", ends[i].said, NULL));
    }
    assert_true(writeback_list(store, 7, &list, &count, NULL));
    assert_int_equal(count, 3);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(list[i].state, ends[i].state);
        assert_string_equal(list[i].said, ends[i].said);
        assert_string_equal(list[i].monitor, "m");
        assert_string_equal(list[i].host, "웹01");
        writeback_clear(&list[i]);
    }
    free(list);
    assert_true(writeback_settle(store, 4, WRITEBACK_NONE, 0, "", "", NULL));
    assert_string_equal(ask("SELECT count(*) FROM writeback"), "3");
    store_close(store);
}

/* What is over goes with what else is old; what waits is not lost for a short keep. */
static void old_ones_are_forgotten(void **state)
{
    struct store *store = open_store();

    (void)state;
    add(store, acknowledgement(3));
    add(store, acknowledgement(4));
    assert_true(writeback_settle(store, 1, WRITEBACK_DONE, 0, "m", "", NULL));
    now_set(NOON + HOUR);
    assert_true(store_prune(store, MINUTE, NULL));
    assert_string_equal(ask("SELECT group_concat(reply) FROM writeback"), "4");
    now_set(NOON + 3 * DAY);
    assert_true(store_prune(store, 4 * DAY, NULL));
    assert_string_equal(ask("SELECT group_concat(reply) FROM writeback"), "4");
    assert_true(store_prune(store, MINUTE, NULL));
    assert_string_equal(ask("SELECT count(*) FROM writeback"), "0");
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_place_test(what_is_added_comes_back),
        cmocka_place_test(a_reply_acts_once),
        cmocka_place_test(within_the_callers_transaction),
        cmocka_place_test(one_at_a_time),
        cmocka_place_test(the_oldest_first),
        cmocka_place_test(of_one_record),
        cmocka_place_test(old_ones_are_forgotten),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
