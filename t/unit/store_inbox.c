/* plugin/store/inbox.c: each reply is acted upon once; and whom munja may answer. */
#include "unit/storage.h"

#include "store/inbox.h"

#define PHONE "01012345678"

static void say(struct store *store, const char *reference, const char *phone, const char *text)
{
    struct reply_said said = { .reference = reference, .sender = phone, .text = text };
    struct error err = { 0 };
    size_t added = 0;

    if (!store_replies(store, "cn", &said, 1, &added, &err))
        fail_msg("%s", err.text);
}

static size_t begin(struct store *store, struct reply_kept **list)
{
    struct error err = { 0 };
    size_t count = 9;

    *list = NULL;
    if (!inbox_begin(store, 2, list, &count, &err))
        fail_msg("%s", err.text);
    return count;
}

/* All of them, with these words. */
static size_t act(struct store *store, const char *outcome, int64_t answer)
{
    struct reply_kept *list;
    size_t count = begin(store, &list);

    for (size_t i = 0; i < count; i++)
        assert_true(inbox_settle(store, &(struct deed){ list[i].id, outcome, 0, answer }, NULL));
    if (count > 0)
        assert_true(inbox_commit(store, NULL));
    free(list);
    return count;
}

static bool may_answer(struct store *store, const char *phone)
{
    struct error err = { 0 };
    bool may = false;

    if (!inbox_may_answer(store, phone, &may, &err))
        fail_msg("%s", err.text);
    return may;
}

static void each_is_acted_upon_once(void **state)
{
    struct store *store = open_store(), *other = open_store();
    struct reply_kept *list;

    (void)state;
    assert_false(inbox_fresh(store));
    assert_int_equal(begin(store, &list), 0);
    say(store, "m1", PHONE, "one");
    say(store, "m2", PHONE, "two");
    say(store, "m3", PHONE, "three");
    assert_true(inbox_fresh(store));
    assert_int_equal(begin(store, &list), 2);
    assert_string_equal(list[0].text, "one");
    assert_string_equal(list[0].outcome, "");
    assert_true(inbox_settle(store, &(struct deed){ list[0].id, "acknowledged", 7, 0 }, NULL));
    free(list);
    inbox_rollback(store); /* nothing was done */
    assert_true(inbox_fresh(store));
    assert_int_equal(act(other, "unclear", 0), 2);
    assert_int_equal(act(store, "unclear", 0), 1);
    assert_false(inbox_fresh(store));
    assert_int_equal(act(store, "unclear", 0), 0);
    say(store, "m1", PHONE, "one"); /* pushed again */
    assert_false(inbox_fresh(store));
    assert_int_equal(act(store, "unclear", 0), 0);
    assert_string_equal(ask("SELECT count(*) FROM reply WHERE outcome = 'unclear'"), "3");
    store_close(other);
    store_close(store);
}

/* One that is killed over it leaves it as it was. */
static void a_kill_costs_nothing(void **state)
{
    struct store *store = open_store();
    int status = 0;

    (void)state;
    say(store, "m1", PHONE, "one");
    store_close(store);
    if (fork() == 0) {
        struct reply_kept *list;
        struct store *doomed = open_store();
        begin(doomed, &list);
        inbox_settle(doomed, &(struct deed){ list[0].id, "acknowledged", 0, 0 }, NULL);
        _exit(0);
    }
    assert_true(wait(&status) > 0);
    store = open_store();
    assert_int_equal(act(store, "unclear", 0), 1);
    store_close(store);
}

/* A text to that phone, which a gateway took; its record. */
static int64_t reach(struct store *store, const char *key, bool answers)
{
    struct record record;
    int64_t id;

    make_record(&record, key, "CRITICAL");
    if (answers) {
        assert_true(inbox_answer(store, &record, &id, NULL));
        record_clear(&record);
        assert_int_equal(claim(store, 1, &record), 1);
        assert_int_equal(record.id, id);
    } else {
        accept_one(store, &record);
    }
    begin_one(store, &record, "cn");
    settle_one(store, &record, RECORD_ACCEPTED, "accepted", false);
    id = record.id;
    record_clear(&record);
    return id;
}

static void answers_are_few(void **state)
{
    struct store *store = open_store();
    char reference[16];

    (void)state;
    reach(store, "k1", false);
    for (int i = 0; i < 3; i++) {
        assert_true(may_answer(store, PHONE));
        snprintf(reference, sizeof reference, "m%d", i);
        say(store, reference, PHONE, "?");
        snprintf(reference, sizeof reference, "a%d", i);
        assert_int_equal(act(store, "unclear", reach(store, reference, true)), 1);
        assert_false(may_answer(store, PHONE));
        assert_true(may_answer(store, "01099998888"));
        now_set(now_ms() + HOUR - 1);
        assert_false(may_answer(store, PHONE));
        now_set(now_ms() + 1);
    }
    assert_false(may_answer(store, PHONE)); /* three in a row */
    now_set(now_ms() + DAY);
    assert_false(may_answer(store, PHONE));
    reach(store, "k2", false);
    assert_true(may_answer(store, PHONE));
    store_close(store);
}

/* It ran ahead by a day when the last answer went out. */
static void a_wrong_clock_does_not_silence(void **state)
{
    struct store *store = open_store();

    (void)state;
    now_set(NOON + DAY);
    say(store, "m1", PHONE, "?");
    assert_int_equal(act(store, "unclear", reach(store, "a1", true)), 1);
    now_set(NOON);
    assert_true(may_answer(store, PHONE));
    store_close(store);
}

static void who_is_known(void **state)
{
    struct store *store = open_store();
    struct record record;
    bool known = true;

    (void)state;
    make_record(&record, "k1", "CRITICAL");
    accept_one(store, &record);
    assert_true(inbox_knows(store, PHONE, &known, NULL));
    assert_false(known);
    begin_one(store, &record, "cn");
    assert_true(inbox_knows(store, PHONE, &known, NULL));
    assert_false(known); /* a text that nobody may answer */
    settle_one(store, &record, RECORD_ACCEPTED, "accepted", false);
    assert_true(inbox_knows(store, PHONE, &known, NULL));
    assert_true(known);
    assert_true(inbox_knows(store, "01099998888", &known, NULL));
    assert_false(known);
    record_clear(&record);
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_place_test(each_is_acted_upon_once),
        cmocka_place_test(a_kill_costs_nothing),
        cmocka_place_test(answers_are_few),
        cmocka_place_test(a_wrong_clock_does_not_silence),
        cmocka_place_test(who_is_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
