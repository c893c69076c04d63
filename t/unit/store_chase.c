/* plugin/store/chase.c: what is done about a text that did not arrive is done once, and not without need. */
#include "unit/storage.h"

#include "store/chase.h"

#define KIM "01012345678"
#define LEE "01099998888"

static void add(struct store *store, const char *type, const char *service, const char *recipient,
                struct record *record)
{
    struct error err = { 0 };

    *record = (struct record){ 0 };
    snprintf(record->recipient, sizeof record->recipient, "%s", recipient);
    assert_true(alert_set(&record->alert, "source", "nagios", NULL));
    assert_true(alert_set(&record->alert, "type", type, NULL));
    assert_true(alert_set(&record->alert, "host", "db1", NULL));
    assert_true(alert_set(&record->alert, "service", service, NULL));
    assert_true(alert_set(&record->alert, "since", "1", NULL));
    assert_true(alert_set(&record->alert, "number", "1", NULL));
    identity_of(&record->alert, recipient, "", &record->identity);
    if (!store_accept(store, record, 1, HOUR, MINUTE, &err))
        fail_msg("%s", err.text);
}

/* As if provider had taken the record, with its id as the reference. */
static void take(int64_t id, const char *provider)
{
    char sql[512];

    snprintf(sql, sizeof sql,
             "INSERT INTO attempt (record, number, provider, begun_ms, ended_ms, outcome, code, meaning, "
             "reference)"
             " VALUES (%lld, 1, '%s', 1, 2, 'accepted', '', '', 'r%lld')",
             (long long)id, provider, (long long)id);
    ask(sql);
    snprintf(sql, sizeof sql,
             "UPDATE record SET state = 'accepted', accepted_by = 1, lease_until_ms = 0, lease_owner = '' "
             "WHERE id = %lld",
             (long long)id);
    ask(sql);
}

static int64_t accepted(struct store *store, const char *type, const char *service, const char *recipient)
{
    struct record record;
    int64_t id;

    add(store, type, service, recipient, &record);
    id = record.id;
    record_clear(&record);
    take(id, "joa");
    return id;
}

static void say(struct store *store, int64_t id, const char *provider, const char *state, const char *code)
{
    char reference[32];
    const struct receipt_said said = {
        .reference = reference, .recipient = "", .state = state, .code = code, .meaning = "words"
    };
    size_t added;

    snprintf(reference, sizeof reference, "r%lld", (long long)id);
    assert_true(store_receipts(store, provider, &said, 1, &added, NULL));
}

static struct chase opened(struct store *store, int64_t id)
{
    struct error err = { 0 };
    struct chase chase;
    bool found = false;

    if (!chase_open(store, id, &chase, &found, &err) || !found)
        fail_msg("%s", err.text);
    return chase;
}

static int64_t done(struct store *store, const struct chase *chase, const char *remedy, int number,
                    const char *recipient, const char *first)
{
    const struct chase_step step = { remedy, number, recipient, first };
    struct error err = { 0 };
    int64_t made = -1;

    if (!chase_take(store, chase, &step, HOUR, &made, &err))
        fail_msg("%s", err.text);
    return made;
}

static void another_is_sent_in_its_place(void **state)
{
    struct store *store = open_store();
    int64_t id = accepted(store, "PROBLEM", "disk", KIM), made, again;
    struct record *records = NULL;
    struct chase_note note;
    struct chase chase;
    size_t count = 0;

    (void)state;
    now_set(NOON + MINUTE);
    say(store, id, "joa", "missed", "104");
    chase = opened(store, id);
    assert_true(chase.open);
    assert_string_equal(chase.why, "missed: 104, words");
    assert_string_equal(chase.state, "missed");
    made = done(store, &chase, "retry", 1, KIM, "joa");
    assert_true(made > id);
    again = done(store, &chase, "retry", 1, KIM, "joa");
    assert_int_equal(again, 0);
    chase_clear(&chase);
    chase = opened(store, id);
    assert_true(chase.over);
    chase_clear(&chase);
    assert_string_equal(ask("SELECT count(*) FROM record"), "2");

    assert_true(store_claim(store, NULL, 9, INT64_MAX, MINUTE, &records, &count, NULL));
    assert_int_equal(count, 1);
    assert_int_equal(records[0].id, made);
    assert_int_equal(records[0].created_ms, NOON);
    assert_int_equal(records[0].root, id);
    assert_string_equal(records[0].wish.first, "joa");
    assert_string_equal(records[0].recipient, KIM);
    assert_string_equal(alert_get(&records[0].alert, "service"), "disk");
    record_clear(&records[0]);
    free(records);

    assert_true(chase_tell(store, id, &note, NULL));
    assert_string_equal(note.remedy, "retry");
    assert_string_equal(note.why, "missed: 104, words");
    assert_int_equal(note.replaced_by, made);
    assert_int_equal(note.in_place_of, 0);
    assert_true(chase_tell(store, made, &note, NULL));
    assert_int_equal(note.in_place_of, id);
    assert_string_equal(note.remedy, "");
    store_close(store);
}

/* Each failure uses up a step, and each provider is known. */
static void a_chain_has_one_root(void **state)
{
    struct store *store = open_store();
    int64_t id = accepted(store, "PROBLEM", "disk", KIM), second, third;
    struct chase chase;
    bool tried = false;

    (void)state;
    say(store, id, "joa", "failed", "101");
    chase = opened(store, id);
    second = done(store, &chase, "next-provider", 2, KIM, "plex");
    chase_clear(&chase);
    take(second, "plex");
    say(store, second, "plex", "failed", "2");
    chase = opened(store, second);
    assert_true(chase.open);
    assert_int_equal(chase.step, 2);
    assert_int_equal(chase.record.root, id);
    assert_true(chase_tried(store, &chase, "joa", &tried, NULL) && tried);
    assert_true(chase_tried(store, &chase, "plex", &tried, NULL) && tried);
    assert_true(chase_tried(store, &chase, "nanumi", &tried, NULL) && !tried);
    third = done(store, &chase, "recipient", 3, LEE, "");
    chase_clear(&chase);
    take(third, "joa");
    say(store, third, "joa", "missed", "104");
    chase = opened(store, third);
    assert_string_equal(chase.recipient, KIM);
    assert_string_equal(chase.record.recipient, LEE);
    assert_true(chase_tried(store, &chase, "plex", &tried, NULL) && !tried);
    chase_clear(&chase);
    say(store, id, "joa", "delivered", "100");
    chase = opened(store, third);
    assert_false(chase.open);
    assert_string_equal(chase.why, "a text was delivered after all");
    assert_int_equal(done(store, &chase, "retry", 4, LEE, "joa"), 0);
    chase_clear(&chase);
    store_close(store);
}

/* Once, by the last of those that were sent; and not what nobody needs any more. */
static void the_end_of_a_chain_is_told(void **state)
{
    static const char *const told = "SELECT coalesce(group_concat(kind || ' ' || record || ' ' || text), '')"
                                    " FROM writeback";
    struct store *store = open_store();
    int64_t id = accepted(store, "PROBLEM", "disk", KIM), second;
    struct chase chase;

    (void)state;
    say(store, id, "joa", "failed", "101");
    chase = opened(store, id);
    second = done(store, &chase, "recipient", 1, LEE, "");
    chase_clear(&chase);
    take(second, "joa");
    assert_string_equal(ask(told), "");
    say(store, second, "joa", "missed", "104");
    chase = opened(store, second);
    assert_int_equal(done(store, &chase, "none", 1, "", ""), 0);
    assert_int_equal(done(store, &chase, "none", 1, "", ""), 0);
    chase_clear(&chase);
    assert_string_equal(ask(told), "result 2 db1/disk to 010****8888: missed: 104, words");

    ask("DELETE FROM writeback");
    id = accepted(store, "PROBLEM", "load", KIM);
    accepted(store, "RECOVERY", "load", KIM);
    say(store, id, "joa", "failed", "101");
    chase = opened(store, id);
    assert_int_equal(done(store, &chase, "none", 0, "", ""), 0);
    chase_clear(&chase);
    assert_string_equal(ask("SELECT remedy FROM chase WHERE root = 3"), "none");
    assert_string_equal(ask(told), "");
    store_close(store);
}

/* The one who has it already is not told again, whoever failed to get it. */
static void one_for_each_recipient(void **state)
{
    struct store *store = open_store();
    int64_t kim = accepted(store, "PROBLEM", "disk", KIM),
            other = accepted(store, "PROBLEM", "disk", "01077776666"), made;
    struct chase chase;

    (void)state;
    say(store, kim, "joa", "failed", "101");
    say(store, other, "joa", "failed", "101");
    chase = opened(store, kim);
    made = done(store, &chase, "recipient", 1, LEE, "");
    chase_clear(&chase);
    chase = opened(store, other);
    assert_int_equal(done(store, &chase, "recipient", 1, LEE, ""), made);
    chase_clear(&chase);
    assert_string_equal(ask("SELECT count(*) FROM record"), "3");
    store_close(store);
}

static void not_without_need(void **state)
{
    static const struct {
        const char *change, *why;
        bool over, open;
    } cases[] = {
        { "UPDATE record SET id = id", "as it is", false, true },
        { "UPDATE record SET created_ms = created_ms - 259200001", "too old", true, false },
        { "UPDATE record SET state = 'waiting'", "on its way again", true, false },
        { "UPDATE record SET alert = 'none'", "nobody can read it", true, false },
        { "UPDATE meta SET value = '1' WHERE name = 'unchased'", "accepted by an older munja", true, false },
        { "INSERT INTO receipt VALUES (9, 'joa', 'r1', '', 'delivered', '0', '', '', 1, '')", "it arrived",
          true, false },
        { "INSERT INTO record (id, identity, recipient, state, priority, created_ms, due_ms, lease_until_ms,"
          " lease_owner, wish_provider, wish_kind, wish_at, wish_image, image, alert, recovers)"
          " SELECT 9, 'x', recipient, 'refused', 1, 1, 1, 0, '', '', '', '', '', 0, alert,"
          " (SELECT value FROM meta WHERE name = 'topic') FROM record",
          "it has recovered", false, false },
    };
    struct record recovery;

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        struct store *store;
        struct chase chase;
        int64_t id;

        place_teardown(NULL);
        place_setup(NULL);
        store = open_store();
        add(store, "RECOVERY", "disk", KIM, &recovery);
        record_clear(&recovery);
        ask("INSERT INTO meta SELECT 'topic', recovers FROM record");
        ask("DELETE FROM record");
        id = accepted(store, "PROBLEM", "disk", KIM);
        assert_int_equal(id, 1);
        say(store, id, "joa", "missed", "104");
        ask(cases[i].change);
        chase = opened(store, id);
        if (chase.over != cases[i].over || chase.open != cases[i].open)
            fail_msg("%s: %d %d", cases[i].why, chase.over, chase.open);
        chase_clear(&chase);
        store_close(store);
    }
}

/* Only the RECOVERY of that very problem, and behind it. */
static void others_recover(void **state)
{
    static const struct {
        const char *type, *service, *recipient;
        bool before, open;
    } cases[] = {
        { "RECOVERY", "disk", KIM, false, false }, { "RECOVERY", "load", KIM, false, true },
        { "RECOVERY", "disk", LEE, false, true },  { "ACKNOWLEDGEMENT", "disk", KIM, false, true },
        { "RECOVERY", "disk", KIM, true, true },
    };

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        struct store *store;
        struct chase chase;
        int64_t id;

        place_teardown(NULL);
        place_setup(NULL);
        store = open_store();
        if (cases[i].before)
            accepted(store, cases[i].type, cases[i].service, cases[i].recipient);
        id = accepted(store, "PROBLEM", "disk", KIM);
        if (!cases[i].before)
            accepted(store, cases[i].type, cases[i].service, cases[i].recipient);
        say(store, id, "joa", "missed", "104");
        chase = opened(store, id);
        if (chase.open != cases[i].open)
            fail_msg("case %zu", i);
        chase_clear(&chase);
        store_close(store);
    }
}

/* What waits in its place goes with it. */
static void what_waits_is_dropped(void **state)
{
    struct store *store = open_store();
    int64_t id = accepted(store, "PROBLEM", "disk", KIM);
    struct record *records = NULL;
    struct chase chase;
    size_t count = 9;

    (void)state;
    say(store, id, "joa", "failed", "101");
    chase = opened(store, id);
    assert_true(done(store, &chase, "recipient", 1, LEE, "") > 0);
    chase_clear(&chase);
    accepted(store, "RECOVERY", "disk", KIM);
    assert_true(store_claim(store, NULL, 9, INT64_MAX, MINUTE, &records, &count, NULL));
    assert_int_equal(count, 0);
    free(records);
    assert_string_equal(
        ask("SELECT state || ' ' || outcome || ' ' || meaning FROM record JOIN attempt ON record = id"
            " WHERE recipient = '" LEE "'"),
        "dead dropped the problem has recovered");
    store_close(store);
}

/* Whoever takes care of it, or was told of its end: nobody is to be woken any more. */
static void what_is_taken_or_over_is_not_chased(void **state)
{
    static const struct {
        const char *change, *why;
    } cases[] = {
        { "taken_ms = 5", "the problem was acknowledged" },
        { "ended_ms = 5", "the problem has recovered" },
    };

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        struct record *records = NULL;
        struct store *store;
        struct chase chase;
        size_t count = 9;
        char sql[128];
        int64_t id;

        place_teardown(NULL);
        place_setup(NULL);
        store = open_store();
        id = accepted(store, "PROBLEM", "disk", KIM);
        ask("INSERT INTO problem VALUES (7, '7K2', 'x', 'x', 1, 0, 0, '')");
        ask("UPDATE record SET problem = 7");
        say(store, id, "joa", "failed", "101");
        chase = opened(store, id);
        assert_true(chase.open);
        assert_true(done(store, &chase, "recipient", 1, LEE, "") > 0);
        chase_clear(&chase);
        snprintf(sql, sizeof sql, "UPDATE problem SET %s", cases[i].change);
        ask(sql);
        chase = opened(store, id);
        assert_false(chase.open);
        assert_string_equal(chase.why, cases[i].why);
        chase_clear(&chase);
        assert_true(store_claim(store, NULL, 9, INT64_MAX, MINUTE, &records, &count, NULL));
        assert_int_equal(count, 0);
        free(records);
        store_close(store);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_place_test(another_is_sent_in_its_place),
        cmocka_place_test(a_chain_has_one_root),
        cmocka_place_test(the_end_of_a_chain_is_told),
        cmocka_place_test(one_for_each_recipient),
        cmocka_place_test(not_without_need),
        cmocka_place_test(others_recover),
        cmocka_place_test(what_waits_is_dropped),
        cmocka_place_test(what_is_taken_or_over_is_not_chased),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
