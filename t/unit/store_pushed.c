/* plugin/store/pushed.c: what is pushed is kept once, all of a turn or none of it, and only of messages that
   went out. */
#include "unit/storage.h"

#include "store/pushed.h"

#define PHONE "01012345678"

/* A record whose attempt at provider begins. */
static void begun(struct store *store, const char *key, const char *provider, struct record *record)
{
    make_record(record, key, "CRITICAL");
    accept_one(store, record);
    begin_one(store, record, provider);
}

static struct pushed_receipt receipt(const char *reference, const char *recipient, int64_t record)
{
    return (struct pushed_receipt){ .said.reference = reference,
                                    .said.recipient = recipient,
                                    .said.state = "delivered",
                                    .said.code = "0",
                                    .record = record };
}

static struct pushed push(struct store *store, const char *provider, struct pushed_receipt said)
{
    struct pushed pushed = { .provider = provider, .receipt = &said, .receipts = 1 }, *list = &pushed;
    struct error err = { 0 };

    if (!store_pushed(store, &list, 1, &err))
        fail_msg("%s", err.text);
    assert_int_equal(said.fresh, pushed.added == 1);
    return pushed;
}

static void only_what_went_out_is_known(void **state)
{
    struct settlement accepted = { .state = RECORD_ACCEPTED, .outcome = "accepted", .reference = "gate-1" };
    struct store *store = open_store();
    struct record record, *records = &record, open;
    struct pushed pushed;

    (void)state;
    begun(store, "a", "p", &record);
    assert_true(store_settle(store, &records, &accepted, 1, NULL));
    make_record(&open, "b", "CRITICAL");
    snprintf(open.recipient, sizeof open.recipient, "01099998888");
    accept_one(store, &open);
    begin_as(store, &open, "q", "");
    const struct {
        const char *provider, *reference, *recipient;
        int64_t record;
        bool known;
        const char *why;
    } cases[] = {
        { "p", "gate-1", "", 0, true, "by the reference of its answer" },
        { "p", "gate-2", PHONE, 0, false, "another reference of a phone that has its answer" },
        { "q", "gate-1", "", 0, false, "of another provider" },
        { "p", "", PHONE, 0, false, "no reference at all" },
        { "q", "", "01099998888", 0, false, "nor there" },
        { "p", "own-1", "", record.id, true, "by the record that the reference names" },
        { "q", "own-1", "", record.id, false, "which never was with that one" },
        { "p", "own-9", "", 900, false, "a record that does not exist" },
        { "q", "early-1", "01099998888", 0, true, "faster than its answer" },
        { "p", "early-2", "01099998888", 0, false, "of a provider that does not have it" },
        { "q", "early-3", PHONE, 0, false, "for another phone" },
        { "q", "early-4", "", 0, false, "for no phone" },
    };
    for (size_t i = 0; i < CASES(cases); i++) {
        pushed =
            push(store, cases[i].provider, receipt(cases[i].reference, cases[i].recipient, cases[i].record));
        if (pushed.known != cases[i].known || pushed.added != cases[i].known)
            fail_msg("%s: known %zu, added %zu", cases[i].why, pushed.known, pushed.added);
        pushed =
            push(store, cases[i].provider, receipt(cases[i].reference, cases[i].recipient, cases[i].record));
        if (pushed.known != cases[i].known || pushed.added != 0)
            fail_msg("%s, again: known %zu, added %zu", cases[i].why, pushed.known, pushed.added);
    }
    assert_string_equal(ask("SELECT count(*) FROM receipt"), "3");
    /* What was early stays known when its message has another name in the end. */
    settle_one(store, &open, RECORD_ACCEPTED, "accepted", false);
    assert_int_equal(push(store, "q", receipt("early-1", "01099998888", 0)).known, 1);
    assert_int_equal(push(store, "q", receipt("early-5", "01099998888", 0)).known, 0);
    record_clear(&record);
    record_clear(&open);
    store_close(store);
}

static void many_at_once(void **state)
{
    struct pushed_receipt of_one[] = { receipt("ref", "", 0), receipt("nobody", "", 0) };
    struct pushed_receipt of_other[] = { receipt("nobody", "", 0) };
    struct reply_said replies[] = { { .reference = "r1", .sender = PHONE, .text = "확인" },
                                    { .reference = "r1", .sender = PHONE, .text = "확인" } };
    struct pushed one = { .provider = "p", .receipt = of_one, .receipts = 2 };
    struct pushed other = { .provider = "p", .receipt = of_other, .receipts = 1 };
    struct pushed third = { .provider = "p", .reply = replies, .replies = 2 };
    struct pushed *list[] = { &one, &other, &third };
    struct store *store = open_store();
    struct record record;

    (void)state;
    begun(store, "a", "p", &record);
    assert_true(store_pushed(store, list, 3, NULL));
    assert_int_equal(one.known, 1);
    assert_int_equal(one.added, 1);
    assert_int_equal(other.known, 0);
    assert_int_equal(third.known, 2);
    assert_int_equal(third.added, 1);
    assert_string_equal(ask("SELECT count(*) FROM receipt"), "1");
    assert_string_equal(ask("SELECT count(*) FROM reply"), "1");
    record_clear(&record);
    store_close(store);
}

/* Somebody else has the lock: nothing of any of them is kept, and it works again when he is gone. */
static void all_or_none(void **state)
{
    struct pushed_receipt said[] = { receipt("ref", "", 0) };
    struct pushed one = { .provider = "p", .receipt = said, .receipts = 1 }, *list[] = { &one };
    struct store *store = open_store();
    struct record record;
    struct error err = { 0 };
    sqlite3 *db = NULL;

    (void)state;
    begun(store, "a", "p", &record);
    assert_int_equal(sqlite3_open(place_file, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    store_until(store, now_steady_ms());
    assert_false(store_pushed(store, list, 1, &err));
    assert_int_equal(err.kind, ERROR_STORE);
    assert_int_equal(sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_close(db);
    assert_string_equal(ask("SELECT count(*) FROM receipt"), "0");
    assert_true(store_pushed(store, list, 1, &err));
    assert_int_equal(one.added, 1);
    record_clear(&record);
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_place_test(only_what_went_out_is_known),
        cmocka_place_test(many_at_once),
        cmocka_place_test(all_or_none),
    };

    return cmocka_run_group_tests_name("store_pushed", tests, NULL, NULL);
}
