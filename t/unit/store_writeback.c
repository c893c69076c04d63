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

/* How many are due; the first in *first, whose texts are gone. */
static size_t take(struct store *store, size_t most, struct writeback *first)
{
    struct writeback *list = NULL;
    struct error err = { 0 };
    size_t count = 0;

    *first = (struct writeback){ 0 };
    if (!writeback_claim(store, WRITEBACK_ACKNOWLEDGE, most, MINUTE, &list, &count, &err))
        fail_msg("%s", err.text);
    if (count > 0)
        *first = list[0];
    writebacks_free(list, count);
    return count;
}

static void settle(struct store *store, int64_t id, enum writeback_state state, int64_t due_ms,
                   const char *monitor, const char *said)
{
    struct writeback w = { .id = id, .state = state, .due_ms = due_ms };
    struct error err = { 0 };

    snprintf(w.monitor, sizeof w.monitor, "%s", monitor);
    snprintf(w.said, sizeof w.said, "%s", said);
    if (!writeback_settle(store, &w, 1, &err))
        fail_msg("%s", err.text);
}

static int64_t next(struct store *store)
{
    int64_t due_ms = -1;

    assert_true(writeback_next(store, WRITEBACK_ACKNOWLEDGE, &due_ms, NULL));
    return due_ms;
}

static void what_is_added_comes_back(void **state)
{
    struct store *store = open_store();
    struct writeback *w = NULL;
    size_t count = 0;

    (void)state;
    assert_false(writeback_fresh(store));
    assert_true(next(store) == INT64_MAX);
    add(store, acknowledgement(3));
    assert_true(writeback_fresh(store));
    assert_int_equal(next(store), NOON);
    assert_false(writeback_fresh(store));
    assert_true(writeback_claim(store, WRITEBACK_ACKNOWLEDGE, 9, MINUTE, &w, &count, NULL));
    assert_int_equal(count, 1);
    assert_int_equal(w->kind, WRITEBACK_ACKNOWLEDGE);
    assert_int_equal(w->record, 7);
    assert_int_equal(w->reply, 3);
    assert_string_equal(w->source, "icinga");
    assert_string_equal(w->host, "웹01");
    assert_string_equal(w->service, "디스크");
    assert_string_equal(w->event, "");
    assert_string_equal(w->author, "kim");
    assert_string_equal(w->text, "가는 중");
    assert_int_equal(w->created_ms, NOON);
    assert_int_equal(w->tries, 1);
    assert_int_equal(w->state, WRITEBACK_WAITING);
    writebacks_free(w, count);
    store_close(store);
}

/* The rows of results: how many, and what the last one says. */
static void expect_results(const char *many, const char *text, const char *why)
{
    static const char sql[] = "SELECT count(*) FROM writeback WHERE kind = 'result'";

    if (strcmp(ask(sql), many) != 0)
        fail_msg("%s: %s results", why, ask(sql));
    if (text != NULL
        && strcmp(ask("SELECT text FROM writeback WHERE kind = 'result' ORDER BY id DESC LIMIT 1"), text)
               != 0)
        fail_msg("%s: %s", why, ask("SELECT text FROM writeback ORDER BY id DESC LIMIT 1"));
}

/* Whatever becomes of a record; only where nobody will try again there is a row, written with that end. */
static void an_end_without_delivery_is_told(void **state)
{
    static const struct {
        enum record_state to;
        const char *outcome, *many, *text, *why;
    } ends[] = {
        { RECORD_ACCEPTED, "accepted", "0", NULL, "a gateway has it" },
        { RECORD_WAITING, "retry", "0", NULL, "it is tried again" },
        { RECORD_REFUSED, "refused", "1", "db1 to 010****5678: refused (joa: E1, nothing was said)",
          "nobody will take it" },
        { RECORD_DEAD, "retry", "2",
          "db1 to 010****5678: given up, its time is over (joa: E1, nothing was said)", "too late" },
        { RECORD_HELD, "unsure", "3", "db1 to 010****5678: held for an operator (joa: E1, nothing was said)",
          "held" },
    };
    struct store *store = open_store();
    struct record record;

    (void)state;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        char key[8];
        snprintf(key, sizeof key, "k%zu", i);
        make_record(&record, key, "CRITICAL");
        accept_one(store, &record);
        begin_one(store, &record, "joa");
        settle_one(store, &record, ends[i].to, ends[i].outcome, false);
        expect_results(ends[i].many, ends[i].text, ends[i].why);
        record_clear(&record);
    }
    assert_string_equal(ask("SELECT host FROM writeback LIMIT 1"), "db1");
    assert_true(next(store) == INT64_MAX); /* of acknowledgements there is none */
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
    settle(store, w.id, WRITEBACK_DONE, 0, "icinga", "acknowledged");
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
    assert_int_equal(take(other, 9, &none), 0);
    assert_int_equal(next(other), NOON + MINUTE);
    now_set(NOON + MINUTE);
    assert_int_equal(take(other, 9, &w), 1); /* the first died over it */
    assert_int_equal(w.tries, 2);
    settle(other, w.id, WRITEBACK_WAITING, NOON + HOUR, "icinga", "is down");
    assert_int_equal(next(store), NOON + HOUR);
    now_set(NOON + HOUR);
    assert_int_equal(take(store, 9, &w), 1);
    assert_string_equal(w.said, "is down");
    settle(store, w.id, WRITEBACK_DONE, 0, "icinga", "acknowledged");
    settle(store, w.id, WRITEBACK_FAILED, 0, "late", "a late word");
    settle(store, w.id, WRITEBACK_NONE, 0, "late", "a late word");
    assert_true(next(store) == INT64_MAX);
    assert_string_equal(ask("SELECT state || monitor || said FROM writeback"), "doneicingaacknowledged");
    store_close(other);
    store_close(store);
}

/* The monitor told everybody before this process could write down that it took it. */
static void who_took_it_is_known_all_the_same(void **state)
{
    struct store *store = open_store();
    struct writeback w;

    (void)state;
    for (int i = 1; i <= 2; i++) {
        add(store, acknowledgement(i));
        assert_int_equal(take(store, 9, &w), 1);
        ask("UPDATE writeback SET state = 'done', said = 'it says so itself' WHERE state = 'waiting'");
        settle(store, w.id, i == 1 ? WRITEBACK_DONE : WRITEBACK_FAILED, 0, "icinga", "acknowledged");
    }
    assert_string_equal(ask("SELECT group_concat(state || ' ' || monitor || ' ' || said) FROM writeback"),
                        "done icinga acknowledged,done  it says so itself");
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
    assert_int_equal(take(store, 9, &w), 1);
    assert_int_equal(w.reply, 4);
    store_close(store);
}

static void a_clock_that_ran_ahead(void **state)
{
    struct store *store = open_store();
    struct writeback w;

    (void)state;
    now_set(NOON + DAY);
    add(store, acknowledgement(3));
    now_set(NOON);
    assert_true(next(store) <= NOON);
    assert_int_equal(take(store, 9, &w), 1);
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
            settle(store, i + 1, ends[i].state, NOON, "m", ends[i].said);
    }
    assert_true(writeback_list(store, 7, &list, &count, NULL));
    assert_int_equal(count, 3);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(list[i].state, ends[i].state);
        assert_string_equal(list[i].said, ends[i].said);
        assert_string_equal(list[i].monitor, "m");
        assert_string_equal(list[i].host, "웹01");
    }
    writebacks_free(list, count);
    settle(store, 4, WRITEBACK_NONE, 0, "", "");
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
    settle(store, 1, WRITEBACK_DONE, 0, "m", "");
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
        cmocka_place_test(an_end_without_delivery_is_told),
        cmocka_place_test(a_reply_acts_once),
        cmocka_place_test(within_the_callers_transaction),
        cmocka_place_test(one_at_a_time),
        cmocka_place_test(who_took_it_is_known_all_the_same),
        cmocka_place_test(the_oldest_first),
        cmocka_place_test(a_clock_that_ran_ahead),
        cmocka_place_test(of_one_record),
        cmocka_place_test(old_ones_are_forgotten),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
