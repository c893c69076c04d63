/* plugin/store/receipt.c and look.c: what gateways say later is kept once, found again with its record, and
   forgotten when it is old. */
#include "unit/storage.h"

#include "store/look.h"
#include "store/receipt.h"

#define PHONE "01012345678"
#define OTHER "01099998888"

/* A record that provider accepted under that reference. */
static int64_t accepted(struct store *store, const char *key, const char *recipient, const char *provider,
                        const char *reference)
{
    struct settlement s = { .state = RECORD_ACCEPTED, .outcome = "accepted", .reference = reference };
    struct record record, *records = &record;
    int64_t id;

    make_record(&record, key, "CRITICAL");
    snprintf(record.recipient, sizeof record.recipient, "%s", recipient);
    accept_one(store, &record);
    begin_one(store, &record, provider);
    assert_true(store_settle(store, &records, &s, 1, NULL));
    id = record.id;
    record_clear(&record);
    return id;
}

static struct receipt_said receipt(const char *reference, const char *recipient, const char *state,
                                   const char *code)
{
    return (struct receipt_said){ reference, recipient, state, code, "words", "2023-11-15 07:13:20", "KT" };
}

static size_t say(struct store *store, const char *provider, struct receipt_said said)
{
    struct error err = { 0 };
    size_t added = 9;

    if (!store_receipts(store, provider, &said, 1, &added, &err))
        fail_msg("%s", err.text);
    return added;
}

static size_t say_back(struct store *store, const char *provider, struct reply_said said)
{
    struct error err = { 0 };
    size_t added = 9;

    if (!store_replies(store, provider, &said, 1, &added, &err))
        fail_msg("%s", err.text);
    return added;
}

static void show(struct store *store, int64_t id, struct shown *shown)
{
    struct error err = { 0 };
    bool found = false;

    *shown = (struct shown){ 0 };
    if (!store_show(store, id, shown, &found, &err))
        fail_msg("%s", err.text);
    assert_true(found);
}

/* How many receipts the record has, and that the last word on it is this. */
static void expect(struct store *store, int64_t id, size_t receipts, const char *final, const char *why)
{
    struct shown shown;

    show(store, id, &shown);
    if (shown.receipts != receipts || strcmp(shown.listed.receipt, final) != 0)
        fail_msg("%s: %zu receipts, \"%s\"", why, shown.receipts, shown.listed.receipt);
    shown_clear(&shown);
}

static void receipts_are_kept_once(void **state)
{
    struct store *store = open_store();
    int64_t id = accepted(store, "k1", PHONE, "cn", "m1");
    struct receipt_said said[] = {
        receipt("m1", PHONE, "waiting", "W"),
        receipt("m1", PHONE, "delivered", "DELIVRD"),
        receipt("m1", PHONE, "delivered", "DELIVRD"),
    };
    struct shown shown;
    size_t added = 9;

    (void)state;
    assert_true(store_receipts(store, "cn", said, 3, &added, NULL));
    assert_int_equal(added, 2);
    assert_true(store_receipts(store, "cn", said, 3, &added, NULL));
    assert_int_equal(added, 0);
    assert_true(store_receipts(store, "cn", NULL, 0, &added, NULL));
    assert_int_equal(added, 0);
    show(store, id, &shown);
    assert_int_equal(shown.receipts, 2);
    assert_string_equal(shown.receipt[0].state, "waiting");
    assert_string_equal(shown.receipt[1].provider, "cn");
    assert_string_equal(shown.receipt[1].reference, "m1");
    assert_string_equal(shown.receipt[1].recipient, PHONE);
    assert_string_equal(shown.receipt[1].code, "DELIVRD");
    assert_string_equal(shown.receipt[1].meaning, "words");
    assert_string_equal(shown.receipt[1].time, "2023-11-15 07:13:20");
    assert_int_equal(shown.receipt[1].seen_ms, NOON);
    assert_string_equal(shown.listed.receipt, "delivered");
    shown_clear(&shown);
    store_close(store);
}

static void receipt_before_its_record(void **state)
{
    struct store *store = open_store();
    int64_t id;

    (void)state;
    assert_int_equal(say(store, "plex", receipt("r1", PHONE, "delivered", "0")), 1);
    id = accepted(store, "k1", PHONE, "plex", "r1");
    expect(store, id, 1, "delivered", "the receipt came first");
    store_close(store);
}

static const struct {
    const char *provider, *reference, *recipient;
    bool heard;
    const char *why;
} addressees[] = {
    { "joa", "s1", PHONE, true, "its own" },
    { "joa", "s1", "", true, "the gateway names no number" },
    { "joa", "s1", OTHER, false, "the other recipient of the same request" },
    { "joa", "s2", PHONE, false, "another request" },
    { "plex", "s1", PHONE, false, "another provider with the same reference" },
    { "joa", "", PHONE, false, "no reference" },
    { "joa", "s1", "%", false, "no pattern" },
};

static void receipts_find_their_record(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(addressees); i++) {
        struct store *store = open_store();
        int64_t id = accepted(store, "k1", PHONE, "joa", "s1");

        accepted(store, "k2", OTHER, "joa", "s1");
        say(store, addressees[i].provider,
            receipt(addressees[i].reference, addressees[i].recipient, "failed", "7"));
        expect(store, id, addressees[i].heard, addressees[i].heard ? "failed" : "", addressees[i].why);
        store_close(store);
        place_teardown(NULL);
        place_setup(NULL);
    }
}

static void attempt_without_reference(void **state)
{
    struct store *store = open_store();
    int64_t id = accepted(store, "k1", PHONE, "joa", "");

    (void)state;
    say(store, "joa", receipt("", PHONE, "failed", "7"));
    say(store, "joa", receipt(NULL, NULL, NULL, NULL));
    expect(store, id, 0, "", "nothing names this message");
    store_close(store);
}

static const struct {
    const char *states[4];
    const char *final, *why;
} finals[] = {
    { { "waiting" }, "waiting", "on its way" },
    { { "waiting", "missed" }, "missed", "more than waiting" },
    { { "missed", "waiting" }, "missed", "whatever the order" },
    { { "gateway", "failed" }, "failed", "for good" },
    { { "failed", "gateway", "waiting" }, "failed", "nothing but a delivery takes it back" },
    { { "failed", "delivered" }, "delivered", "it did arrive" },
    { { "delivered", "failed" }, "delivered", "a repeat that was blocked says nothing of the first" },
    { { "unheard of" }, "", "a word that nobody knows" },
};

static void last_word(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(finals); i++) {
        struct store *store = open_store();
        char key[16], code[16];
        size_t count = 0;
        int64_t id;

        snprintf(key, sizeof key, "k%zu", i);
        id = accepted(store, key, PHONE, "plex", key);
        for (; count < 4 && finals[i].states[count] != NULL; count++) {
            snprintf(code, sizeof code, "%zu", count);
            assert_int_equal(say(store, "plex", receipt(key, PHONE, finals[i].states[count], code)), 1);
        }
        expect(store, id, count, finals[i].final, finals[i].why);
        store_close(store);
    }
}

static void parts_of_a_text(void **state)
{
    struct store *store = open_store();
    struct record record, *records = &record;
    struct settlement s = {
        .state = RECORD_WAITING, .outcome = "accepted", .reference = "p1", .parts_done = 1, .keep_lease = true
    };

    (void)state;
    make_record(&record, "k1", "CRITICAL");
    accept_one(store, &record);
    begin_one(store, &record, "joa");
    assert_true(store_settle(store, &records, &s, 1, NULL));
    begin_one(store, &record, "joa");
    s.state = RECORD_ACCEPTED, s.reference = "p2";
    assert_true(store_settle(store, &records, &s, 1, NULL));
    say(store, "joa", receipt("p2", PHONE, "delivered", "0"));
    expect(store, record.id, 1, "", "one part has not been heard of");
    say(store, "joa", receipt("p1", PHONE, "failed", "1"));
    expect(store, record.id, 2, "failed", "the worst part");
    say(store, "joa", receipt("p1", PHONE, "delivered", "0"));
    expect(store, record.id, 3, "delivered", "all of it");
    record_clear(&record);
    store_close(store);
}

static void replies_are_kept_once(void **state)
{
    static const struct {
        struct reply_said said;
        size_t added;
        const char *why;
    } replies[] = {
        { { "u1", PHONE, "1069", "ok", "10:00" }, 1, "the first" },
        { { "u1", PHONE, "1069", "ok", "10:00" }, 0, "the same again" },
        { { "u1", PHONE, "1069", "okay", "10:00" }, 1, "another text of the same reference" },
        { { "u1", PHONE, "1069", "ok", "10:01" }, 1, "at another time" },
        { { "u1", OTHER, "1069", "ok", "10:00" }, 1, "from another phone" },
        { { "u2", PHONE, "1069", "ok", "10:00" }, 1, "another of the same text" },
        { { "", PHONE, "1069", "ok", "10:00" }, 1, "without a reference" },
        { { NULL, PHONE, "1069", "ok", "10:00" }, 0, "and again" },
        { { "", PHONE, "1069", "ok", "10:05" }, 1, "at another time" },
        { { "", OTHER, "1069", "ok", "10:00" }, 1, "from another phone" },
        { { "", PHONE, "1069", "no", "10:00" }, 1, "another text" },
    };
    struct store *store = open_store();

    (void)state;
    for (size_t i = 0; i < CASES(replies); i++)
        if (say_back(store, "cn", replies[i].said) != replies[i].added)
            fail_msg("%s", replies[i].why);
    store_close(store);
    assert_string_equal(ask("SELECT count(*) FROM reply"), "9");
}

static void replies_find_their_record(void **state)
{
    struct store *store = open_store();
    struct shown shown;
    int64_t first, second;

    (void)state;
    say_back(store, "cn", (struct reply_said){ "u0", PHONE, "1069", "early", "" });
    first = accepted(store, "k1", PHONE, "cn", "m1");
    second = accepted(store, "k2", PHONE, "cn", "m2");
    accepted(store, "k3", PHONE, "joa", "m3");
    accepted(store, "k4", OTHER, "cn", "m4");
    add_record("k5", "OK"); /* waits: the phone has not seen it */
    say_back(store, "cn", (struct reply_said){ "u1", PHONE, "1069", "확인", "2023-11-15 07:20:00" });
    accepted(store, "k6", PHONE, "cn", "m6"); /* later than the reply */
    show(store, second, &shown);
    assert_int_equal(shown.replies, 1);
    assert_string_equal(shown.reply[0].provider, "cn");
    assert_string_equal(shown.reply[0].reference, "u1");
    assert_string_equal(shown.reply[0].sender, PHONE);
    assert_string_equal(shown.reply[0].recipient, "1069");
    assert_string_equal(shown.reply[0].text, "확인");
    assert_string_equal(shown.reply[0].time, "2023-11-15 07:20:00");
    assert_int_equal(shown.reply[0].seen_ms, NOON);
    shown_clear(&shown);
    show(store, first, &shown);
    assert_int_equal(shown.replies, 0);
    shown_clear(&shown);
    store_close(store);
    assert_string_equal(ask("SELECT record FROM reply WHERE reference = 'u0'"), "0");
}

static void hostile_texts(void **state)
{
    static char longest[9000];
    struct store *store = open_store();
    struct shown shown;
    int64_t id = accepted(store, "k1", PHONE, "joa", "s1");

    (void)state;
    for (size_t i = 0; i + 3 < sizeof longest; i += 3)
        memcpy(longest + i, "한", 3);
    say(store, "joa",
        (struct receipt_said){ "s1", PHONE, "failed", "'; DROP TABLE receipt; --", longest, longest,
                               longest });
    say(store, "joa",
        (struct receipt_said){ "s1", PHONE, "\xff\xfe", "\033[2J", "a\xc0z\033]0;x\007", "", "" });
    say(store, "joa", (struct receipt_said){ longest, longest, longest, longest, longest, longest, longest });
    say_back(store, "joa", (struct reply_said){ "u1", PHONE, "", longest, "" });
    say_back(store, "joa", (struct reply_said){ longest, longest, longest, longest, longest });
    say_back(store, "joa", (struct reply_said){ 0 });
    show(store, id, &shown);
    assert_int_equal(shown.receipts, 2);
    assert_string_equal(shown.receipt[0].code, "'; DROP TABLE receipt; --");
    assert_int_equal(strlen(shown.receipt[0].meaning), 159);
    assert_string_equal(shown.receipt[1].state, "\xef\xbf\xbd\xef\xbf\xbd");
    assert_string_equal(shown.receipt[1].code, "[2J");
    assert_string_equal(shown.receipt[1].meaning, "a\xef\xbf\xbdz]0;x");
    assert_string_equal(shown.listed.receipt, "failed");
    assert_int_equal(shown.replies, 1);
    assert_int_equal(strlen(shown.reply[0].text), 1998); /* whole characters */
    shown_clear(&shown);
    store_close(store);
    assert_string_equal(ask("PRAGMA integrity_check"), "ok");
}

static void all_or_none(void **state)
{
    struct store *store = open_store();
    struct receipt_said said[] = { receipt("m1", PHONE, "waiting", "1"),
                                   receipt("m1", PHONE, "failed", "2") };
    struct error err = { 0 };
    size_t added = 9;

    (void)state;
    ask("CREATE TRIGGER no BEFORE INSERT ON receipt WHEN NEW.code = '2'"
        " BEGIN SELECT RAISE(ABORT, 'not that one'); END");
    assert_false(store_receipts(store, "cn", said, 2, &added, &err));
    assert_int_equal(err.kind, ERROR_STORE);
    assert_int_equal(added, 9);
    assert_string_equal(ask("SELECT count(*) FROM receipt"), "0");
    ask("DROP TRIGGER no");
    assert_true(store_receipts(store, "cn", said, 2, &added, NULL)); /* and the store goes on */
    assert_int_equal(added, 2);
    store_close(store);
}

static void prune(void **state)
{
    struct store *store = open_store();

    (void)state;
    accepted(store, "k1", PHONE, "cn", "m1");
    say(store, "cn", receipt("m1", PHONE, "delivered", "1"));
    say(store, "cn", receipt("stranger", PHONE, "delivered", "1"));
    say_back(store, "cn", (struct reply_said){ "u1", PHONE, "", "old", "" });
    now_set(NOON + 20 * DAY);
    accepted(store, "k2", PHONE, "cn", "m2");
    say(store, "cn", receipt("m2", PHONE, "failed", "2"));
    say_back(store, "cn", (struct reply_said){ "u2", PHONE, "", "young", "" });
    now_set(NOON + 29 * DAY);
    assert_true(store_prune(store, 30 * DAY, NULL));
    assert_string_equal(ask("SELECT count(*) FROM receipt"), "3");
    now_set(NOON + 31 * DAY);
    assert_true(store_prune(store, 30 * DAY, NULL));
    assert_string_equal(ask("SELECT group_concat(reference) FROM receipt"), "m2");
    assert_string_equal(ask("SELECT group_concat(text) FROM reply"), "young");
    assert_string_equal(ask("SELECT group_concat(identity) FROM record"), "k2");
    now_set(NOON + 60 * DAY); /* no record is old enough to go but the newest, which stays */
    assert_true(store_prune(store, 30 * DAY, NULL));
    assert_string_equal(ask("SELECT count(*) FROM receipt"), "0");
    assert_string_equal(ask("SELECT count(*) FROM reply"), "0");
    store_close(store);
}

#define BIT(state)  (1U << (state))
#define EVERY_STATE (BIT(RECORD_DEAD + 1) - 1)

static void list(void **state)
{
    struct store *store = open_store();
    struct listed *list = NULL;
    size_t count = 0, all = 0;
    int64_t first, last;

    (void)state;
    assert_true(store_list(store, EVERY_STATE, 10, &list, &count, &all, NULL));
    assert_int_equal(count + all, 0);
    listed_free(list, count);
    first = accepted(store, "k1", PHONE, "joa", "s1");
    add_record("k2", "CRITICAL");
    last = accepted(store, "k3", OTHER, "joa", "s1");
    say(store, "joa", receipt("s1", PHONE, "delivered", "0"));
    assert_true(store_list(store, EVERY_STATE, 10, &list, &count, &all, NULL));
    assert_int_equal(count, 3);
    assert_int_equal(all, 3);
    assert_int_equal(list[0].record.id, first);
    assert_string_equal(list[0].receipt, "delivered");
    assert_string_equal(list[0].record.provider, "joa");
    assert_string_equal(alert_get(&list[0].record.alert, "host"), "db1");
    assert_string_equal(list[1].receipt, "");
    assert_int_equal(list[2].record.id, last);
    assert_string_equal(list[2].receipt, "");
    listed_free(list, count);
    assert_true(store_list(store, BIT(RECORD_ACCEPTED), 1, &list, &count, &all, NULL));
    assert_int_equal(count, 1);
    assert_int_equal(all, 2);
    assert_int_equal(list[0].record.id, last);
    listed_free(list, count);
    assert_true(store_list(store, BIT(RECORD_WAITING) | BIT(RECORD_HELD), 10, &list, &count, &all, NULL));
    assert_int_equal(count, 1);
    assert_int_equal(list[0].record.state, RECORD_WAITING);
    listed_free(list, count);
    store_close(store);
}

static void show_tells_every_attempt(void **state)
{
    struct store *store = open_store();
    struct record record;
    struct shown shown = { 0 };
    bool found = true;

    (void)state;
    make_record(&record, "k1", "CRITICAL");
    snprintf(record.wish.kind, sizeof record.wish.kind, "lms");
    accept_one(store, &record);
    begin_one(store, &record, "joa");
    now_set(NOON + 1000);
    settle_one(store, &record, RECORD_WAITING, "retry", true);
    begin_one(store, &record, "plex");
    show(store, record.id, &shown);
    assert_int_equal(shown.listed.record.state, RECORD_WAITING);
    assert_string_equal(shown.listed.record.wish.kind, "lms");
    assert_string_equal(alert_get(&shown.listed.record.alert, "output"), "디스크 가득");
    assert_int_equal(shown.attempts, 2);
    assert_int_equal(shown.attempt[0].number, 1);
    assert_string_equal(shown.attempt[0].provider, "joa");
    assert_int_equal(shown.attempt[0].begun_ms, NOON);
    assert_int_equal(shown.attempt[0].ended_ms, NOON + 1000);
    assert_string_equal(shown.attempt[0].outcome, "retry");
    assert_string_equal(shown.attempt[0].code, "E1");
    assert_string_equal(shown.attempt[1].outcome, "begun");
    assert_int_equal(shown.attempt[1].ended_ms, 0);
    shown_clear(&shown);
    ask("UPDATE record SET alert = 'nothing that was packed'");
    show(store, record.id, &shown);
    assert_int_equal(shown.listed.record.alert.fields, 0);
    shown_clear(&shown);
    assert_true(store_show(store, record.id + 1, &shown, &found, NULL));
    assert_false(found);
    shown_clear(&shown);
    record_clear(&record);
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_place_test(receipts_are_kept_once),
        cmocka_place_test(receipt_before_its_record),
        cmocka_place_test(receipts_find_their_record),
        cmocka_place_test(attempt_without_reference),
        cmocka_place_test(last_word),
        cmocka_place_test(parts_of_a_text),
        cmocka_place_test(replies_are_kept_once),
        cmocka_place_test(replies_find_their_record),
        cmocka_place_test(hostile_texts),
        cmocka_place_test(all_or_none),
        cmocka_place_test(prune),
        cmocka_place_test(list),
        cmocka_place_test(show_tells_every_attempt),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
