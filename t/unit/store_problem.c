/* plugin/store/problem.c: one code for a problem, whoever is told of it and however often; and who may use
 * it. */
#include "unit/storage.h"

#include "store/inbox.h"
#include "store/problem.h"
#include "store/writeback.h"

#define KIM "01012345678"
#define LEE "01099998888"

/* What a monitor says. */
struct said {
    const char *type, *source, *host, *service, *id, *since, *number, *author, *state;
};

static void make(struct record *record, const char *phone, const struct said *said)
{
    const char *names[] = { "type", "source", "host", "service", "id", "since", "number", "author", "state" };
    const char *const values[] = { said->type,  said->source, said->host,   said->service, said->id,
                                   said->since, said->number, said->author, said->state };
    static int serial;

    *record = (struct record){ .answerable = true, .identity.lasting = true };
    snprintf(record->recipient, sizeof record->recipient, "%s", phone);
    snprintf(record->identity.key, sizeof record->identity.key, "key-%d", ++serial);
    for (size_t i = 0; i < CASES(names); i++)
        assert_true(alert_set(&record->alert, names[i], values[i], NULL));
}

/* Accepted; sent too, if it is to be. Returns the code, good until the next call. */
static const char *tell(struct store *store, const char *phone, struct said said, bool sent)
{
    static char code[CODE_BYTES];
    struct record record;

    make(&record, phone, &said);
    accept_one(store, &record);
    if (sent) {
        begin_one(store, &record, "cn");
        settle_one(store, &record, RECORD_ACCEPTED, "accepted", false);
    }
    memcpy(code, record.reply, sizeof code);
    assert_int_equal(code[0] != '\0', record.problem > 0);
    record_clear(&record);
    return code;
}

static struct said disk(const char *type)
{
    return (struct said){ .type = type,
                          .source = "nagios",
                          .host = "db1",
                          .service = "disk",
                          .since = "1700000",
                          .number = "1",
                          .state = "CRITICAL",
                          .id = "17" };
}

static struct problem find(struct store *store, const char *code, const char *phone)
{
    struct problem problem = { 0 };
    struct error err = { 0 };

    if (!problem_find(store, code, phone, &problem, &err))
        fail_msg("%s", err.text);
    return problem;
}

static size_t open_for(struct store *store, const char *phone, struct problem list[4])
{
    struct error err = { 0 };
    size_t count = 9;

    if (!problem_list(store, phone, list, 4, &count, &err))
        fail_msg("%s", err.text);
    return count;
}

static void one_code_for_all_who_are_told(void **state)
{
    struct store *store = open_store();
    struct said reminder = disk("PROBLEM"), worse = disk("PROBLEM"), other = disk("PROBLEM");
    char code[CODE_BYTES];

    (void)state;
    snprintf(code, sizeof code, "%s", tell(store, KIM, disk("PROBLEM"), true));
    assert_true(code_is(code, strlen(code)));
    assert_string_equal(tell(store, LEE, disk("PROBLEM"), true), code);
    reminder.number = "2";
    assert_string_equal(tell(store, KIM, reminder, true), code);
    worse.since = "1700900";
    assert_string_equal(tell(store, KIM, worse, true), code);
    other.host = "db2";
    assert_string_not_equal(tell(store, KIM, other, true), code);
    assert_string_equal(ask("SELECT count(*) FROM problem"), "2");
    store_close(store);
}

static void only_problems_that_can_be_acknowledged(void **state)
{
    static const char *const types[] = { "RECOVERY", "CUSTOM", "DOWNTIMESTART", "ACKNOWLEDGEMENT" };
    struct store *store = open_store();
    struct said text = { .type = "PROBLEM", .source = "args" };
    struct record record;
    struct said said = disk("PROBLEM");

    (void)state;
    for (size_t i = 0; i < CASES(types); i++)
        assert_string_equal(tell(store, KIM, disk(types[i]), true), "");
    assert_string_equal(tell(store, KIM, text, true), "");
    make(&record, KIM, &said);
    record.answerable = false;
    accept_one(store, &record);
    assert_string_equal(record.reply, "");
    record_clear(&record);
    assert_string_equal(ask("SELECT count(*) FROM problem"), "0");
    store_close(store);
}

/* Whoever sends it later, or finds it handed over again, has the same code. */
static void the_code_stays_with_its_record(void **state)
{
    struct store *store = open_store(), *other;
    struct said said = disk("PROBLEM");
    struct record record, again, later;
    char code[CODE_BYTES];

    (void)state;
    make(&record, KIM, &said);
    accept_one(store, &record);
    memcpy(code, record.reply, sizeof code);
    settle_one(store, &record, RECORD_WAITING, "retry", false);
    make(&again, KIM, &said);
    again.identity = record.identity;
    other = open_store();
    accept_one(other, &again);
    assert_true(again.found);
    assert_string_equal(again.reply, code);
    now_set(NOON + 2 * MINUTE);
    assert_int_equal(claim(other, 9, &later), 1);
    assert_string_equal(later.reply, code);
    record_clear(&later);
    record_clear(&again);
    record_clear(&record);
    store_close(other);
    store_close(store);
}

/* Of the same problem again, another notification; how the last one ended decides. */
static void what_is_over_is_not_gone_on_with(void **state)
{
    static const struct {
        const char *ends, *since, *number;
        int64_t after;
        bool same;
        const char *why;
    } rows[] = {
        { "RECOVERY", "1700000", "1", 0, true, "the notification it had, for another phone" },
        { "RECOVERY", "1700900", "1", 0, false, "another one" },
        { "RECOVERY", "", "1", 0, false, "nobody can tell" },
        { "ACKNOWLEDGEMENT", "1700000", "1", 0, true, "the notification it had, for another phone" },
        { "ACKNOWLEDGEMENT", "1700000", "2", 0, false, "the monitor does not know of it" },
        { "CUSTOM", "1700000", "2", 0, true, "it is open" },
        { "CUSTOM", "1700000", "2", PROBLEM_LIFE_MS, true, "still good" },
        { "CUSTOM", "1700000", "2", PROBLEM_LIFE_MS + 1, false, "too old" },
    };

    (void)state;
    for (size_t i = 0; i < CASES(rows); i++) {
        struct store *store = open_store();
        struct said first = disk("PROBLEM"), next = disk("PROBLEM");
        char host[16], code[CODE_BYTES];

        now_set(NOON);
        snprintf(host, sizeof host, "host%zu", i);
        first.host = next.host = host;
        next.since = rows[i].since;
        next.number = rows[i].number;
        if (rows[i].since[0] == '\0')
            first.since = first.id = next.id = "";
        snprintf(code, sizeof code, "%s", tell(store, KIM, first, true));
        first.type = rows[i].ends;
        first.author = "park";
        tell(store, KIM, first, true);
        now_set(NOON + rows[i].after);
        if ((strcmp(tell(store, LEE, next, true), code) == 0) != rows[i].same)
            fail_msg("%s and then: %s", rows[i].ends, rows[i].why);
        store_close(store);
    }
}

static void zabbix_tells_problems_apart_by_events(void **state)
{
    struct store *store = open_store();
    struct said one = { .type = "PROBLEM", .source = "zabbix", .host = "db1", .id = "41" }, other = one;
    char code[CODE_BYTES];

    (void)state;
    other.id = "42";
    snprintf(code, sizeof code, "%s", tell(store, KIM, one, true));
    assert_string_not_equal(tell(store, KIM, other, true), code);
    one.type = "RECOVERY";
    tell(store, KIM, one, true);
    assert_true(find(store, code, KIM).ended_ms > 0);
    assert_int_equal(open_for(store, KIM, (struct problem[4]){ { 0 } }), 1);
    store_close(store);
}

static void a_problem_is_found_by_its_code(void **state)
{
    struct store *store = open_store();
    struct problem problem;
    char code[CODE_BYTES];
    struct said ack = disk("ACKNOWLEDGEMENT");

    (void)state;
    snprintf(code, sizeof code, "%s", tell(store, KIM, disk("PROBLEM"), true));
    tell(store, LEE, disk("PROBLEM"), false);
    problem = find(store, code, KIM);
    assert_string_equal(problem.code, code);
    assert_string_equal(problem.place, "db1/disk");
    assert_int_equal(problem.record, 1);
    assert_int_equal(problem.seen_ms, NOON);
    assert_int_equal(problem.taken_ms, 0);
    assert_int_equal(find(store, code, LEE).record, 0); /* not sent so far */
    assert_int_equal(find(store, code, "01011112222").record, 0);
    assert_int_equal(find(store, "999", KIM).id, 0);
    ack.author = "park";
    tell(store, LEE, ack, true);
    assert_string_equal(find(store, code, KIM).taken_by, "park");
    now_set(NOON + PROBLEM_LIFE_MS + 1);
    problem = find(store, code, KIM);
    assert_true(problem_is_old(&problem));
    store_close(store);
}

/* A monitor that was down when somebody acknowledged is not told of it where it means something else by now.
 */
static void an_acknowledgement_ends_with_its_problem(void **state)
{
    static const struct {
        const char *type, *since, *number, *state;
        bool other;
        const char *left;
    } rows[] = {
        { "PROBLEM", "1700000", "2", "CRITICAL", false, "waiting" }, /* a reminder */
        { "PROBLEM", "1700900", "2", "WARNING", false, "failed" },
        { "PROBLEM", "1700900", "1", "CRITICAL", false, "failed" }, /* its end was told to nobody */
        { "PROBLEM", "1700900", "1", "CRITICAL", true, "waiting" },
        { "ACKNOWLEDGEMENT", "1700000", "1", "CRITICAL", false, "done" },
        { "RECOVERY", "1700900", "1", "OK", false, "failed" },
        { "RECOVERY", "1700900", "1", "OK", true, "waiting" },
    };
    struct store *store = open_store();

    (void)state;
    for (size_t i = 0; i < CASES(rows); i++) {
        struct said first = disk("PROBLEM"), next = disk(rows[i].type);
        struct writeback tell_it = { .record = 0 };
        struct problem problem;
        char host[16];

        snprintf(host, sizeof host, "host%zu", i);
        first.host = host;
        problem = find(store, tell(store, KIM, first, true), KIM);
        tell_it.record = problem.record;
        assert_true(problem_take(store, problem.id, "kim", NULL));
        for (tell_it.kind = WRITEBACK_ACKNOWLEDGE; tell_it.kind <= WRITEBACK_RESULT; tell_it.kind++)
            assert_true(writeback_add(store, &tell_it, NULL));
        next.since = rows[i].since;
        next.number = rows[i].number;
        next.state = rows[i].state;
        next.host = rows[i].other ? "other" : host;
        tell(store, LEE, next, true);
        if (strcmp(ask("SELECT state FROM writeback ORDER BY id DESC LIMIT 1 OFFSET 1"), rows[i].left) != 0)
            fail_msg("%s since %s: not %s", rows[i].type, rows[i].since, rows[i].left);
        assert_string_equal(
            ask("SELECT count(*) FROM writeback WHERE kind = 'result' AND state <> 'waiting'"), "0");
    }
    store_close(store);
}

/* Its answer was lost, or its sender died: the phone may have it. */
static void whoever_may_have_it_was_told(void **state)
{
    static const struct {
        const char *outcome; /* NULL: begun */
        bool told;
    } rows[] = { { "unsure", true }, { NULL, true }, { "retry", false }, { "account", false } };

    (void)state;
    for (size_t i = 0; i < CASES(rows); i++) {
        struct store *store = open_store();
        struct said said = disk("PROBLEM");
        struct record record;
        char host[16], phone[16];
        bool knows = !rows[i].told;

        snprintf(host, sizeof host, "host%zu", i);
        snprintf(phone, sizeof phone, "0101234000%zu", i);
        said.host = host;
        make(&record, phone, &said);
        accept_one(store, &record);
        begin_one(store, &record, "cn");
        if (rows[i].outcome != NULL)
            settle_one(store, &record, RECORD_WAITING, rows[i].outcome, false);
        assert_int_equal(find(store, record.reply, record.recipient).record == record.id, rows[i].told);
        assert_true(inbox_knows(store, record.recipient, &knows, NULL));
        assert_int_equal(knows, rows[i].told);
        record_clear(&record);
        store_close(store);
    }
}

static void open_problems_of_a_phone(void **state)
{
    struct store *store = open_store();
    struct problem list[4];
    char host[16];

    (void)state;
    assert_int_equal(open_for(store, KIM, list), 0);
    for (int i = 0; i < 6; i++) {
        struct said said = disk("PROBLEM");
        snprintf(host, sizeof host, "host%d", i);
        said.host = host;
        tell(store, KIM, said, i != 5);
        tell(store, LEE, said, i == 2);
    }
    assert_int_equal(open_for(store, KIM, list), 5);
    assert_string_equal(list[0].place, "host4/disk");
    assert_string_equal(list[3].place, "host1/disk");
    assert_int_equal(open_for(store, LEE, list), 1);
    assert_string_equal(list[0].place, "host2/disk");
    assert_true(problem_take(store, list[0].id, "kim", NULL));
    assert_int_equal(open_for(store, LEE, list), 0);
    assert_int_equal(open_for(store, KIM, list), 4);
    now_set(NOON + PROBLEM_LIFE_MS + 1);
    assert_int_equal(open_for(store, KIM, list), 0);
    store_close(store);
}

static void what_is_old_is_forgotten(void **state)
{
    struct store *store = open_store();
    struct said other = disk("PROBLEM"), reminder = disk("PROBLEM");
    char code[CODE_BYTES];

    (void)state;
    snprintf(code, sizeof code, "%s", tell(store, KIM, disk("PROBLEM"), true));
    other.host = "db2";
    tell(store, KIM, other, true);
    now_set(NOON + HOUR);
    other.host = "db3";
    tell(store, KIM, other, true);
    reminder.number = "2";
    tell(store, KIM, reminder, true);
    now_set(NOON + HOUR + MINUTE);
    assert_true(store_prune(store, 10 * MINUTE, NULL));
    assert_string_equal(ask("SELECT count(*) FROM problem"), "2");
    assert_true(find(store, code, KIM).record > 0);
    store_close(store);
}

/* More problems than there are short codes: each has its own. */
static void codes_do_not_run_out(void **state)
{
    struct store *store = open_store();
    char code[CODE_BYTES];

    (void)state;
    ask("INSERT INTO problem (code, topic, mark, seen_ms, ended_ms, taken_ms, taken_by)"
        " WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 24),"
        " d(c) AS (SELECT substr('23456789ACDEFHJKMNPRTWXY', i, 1) FROM n)"
        " SELECT a.c || b.c || e.c, a.c || b.c || e.c, '', 0, 0, 0, '' FROM d a, d b, d e");
    snprintf(code, sizeof code, "%s", tell(store, KIM, disk("PROBLEM"), true));
    assert_int_equal(strlen(code), CODE_LONG);
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_place_test(one_code_for_all_who_are_told),
        cmocka_place_test(only_problems_that_can_be_acknowledged),
        cmocka_place_test(the_code_stays_with_its_record),
        cmocka_place_test(what_is_over_is_not_gone_on_with),
        cmocka_place_test(zabbix_tells_problems_apart_by_events),
        cmocka_place_test(a_problem_is_found_by_its_code),
        cmocka_place_test(an_acknowledgement_ends_with_its_problem),
        cmocka_place_test(whoever_may_have_it_was_told),
        cmocka_place_test(open_problems_of_a_phone),
        cmocka_place_test(what_is_old_is_forgotten),
        cmocka_place_test(codes_do_not_run_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
