/* plugin/after/replies.c: what one reply does, by what the store knows; t/journey/replies.t has the phones.
 */
#include "unit/storage.h"

#include "after/replies.h"
#include "flow/accept.h"
#include "store/receipt.h"

#define KIM "+8613900001234"
#define LEE "+8613900005678"

struct office {
    struct settings settings;
    struct plan plan;
    struct store *store;
};

static void open_office(struct office *office, const char *more)
{
    struct error err = { 0 };
    char conf[96];
    FILE *file;

    *office = (struct office){ 0 };
    snprintf(conf, sizeof conf, "%s/munja.conf", place_dir);
    file = fopen(conf, "w");
    assert_non_null(file);
    fprintf(file,
            "store = \"%s\"\nprovider \"cn\" { api = \"sms57\"  url = \"https://cn.test\"  user = \"1\"\n"
            " secret = \"s\"  extno = \"1069\"  sign = \"md5\" }\n%s",
            place_file, more);
    fclose(file);
    chmod(conf, 0600);
    if (!settings_load(conf, &office->settings, &err) || !plan_open(&office->settings, &office->plan, &err)) {
        plan_clear(&office->plan);
        settings_clear(&office->settings);
        fail_msg("%s", err.text);
    }
    office->store = open_store();
}
#define NAGIOS "monitor \"n\" { type = \"nagios\"  command_file = \"/n\" }\n"

static void close_office(struct office *office)
{
    store_close(office->store);
    plan_clear(&office->plan);
    settings_clear(&office->settings);
}

/* An alert for a phone, sent; its code, good until the next call. */
static const char *tell(struct office *office, const char *host, const char *contact, const char *phone)
{
    static char code[CODE_BYTES];
    struct numbers numbers = { 0 };
    struct alert alert = { 0 };
    struct record *record = NULL;
    struct wish wish = { 0 };
    struct error err = { 0 };

    if (!alert_set(&alert, "source", "nagios", &err) || !alert_set(&alert, "type", "PROBLEM", &err)
        || !alert_set(&alert, "host", host, &err) || !alert_set(&alert, "contact", contact, &err)
        || !numbers_add(&numbers, phone, &err)
        || !accept_records(&office->settings, &alert, &numbers, &wish, &record, &err)
        || !store_accept(office->store, record, 1, HOUR, MINUTE, &err))
        fail_msg("%s", err.text);
    begin_one(office->store, record, "cn");
    settle_one(office->store, record, RECORD_ACCEPTED, "accepted", false);
    memcpy(code, record->reply, sizeof code);
    free(record);
    numbers_clear(&numbers);
    alert_clear(&alert);
    return code;
}

/* What a reply did, in its word. */
static const char *hear(struct office *office, const char *phone, const char *text, size_t answers)
{
    static int serial;
    char reference[16];
    struct reply_said said = { .reference = reference, .sender = phone, .text = text };
    struct replies_done done = { 0 };
    struct error err = { 0 };
    size_t added = 0;

    snprintf(reference, sizeof reference, "m%d", ++serial);
    if (!store_replies(office->store, "cn", &said, 1, &added, &err)
        || !replies_act(&office->plan, office->store, &done, &err))
        fail_msg("%s", err.text);
    assert_int_equal(done.acted, 1);
    assert_int_equal(done.answers, answers);
    assert_false(done.more);
    return ask("SELECT outcome FROM reply ORDER BY id DESC LIMIT 1");
}

static void a_reply_acknowledges(void **state)
{
    struct office office;
    struct replies_done done;
    char text[64], code[CODE_BYTES];

    (void)state;
    open_office(&office, NAGIOS);
    snprintf(code, sizeof code, "%s", tell(&office, "db1", "kim;park\nlee", KIM));
    snprintf(text, sizeof text, "ack %s on my way; and\nsoon", code);
    assert_string_equal(hear(&office, KIM, text, 0), "acknowledged");
    assert_string_equal(ask("SELECT author || '|' || text || '|' || source || '|' || host || '|' || record"
                            " || '|' || reply FROM writeback"),
                        "kim,park lee|on my way, and soon|nagios|db1|1|1");
    assert_string_equal(ask("SELECT record FROM reply"), "1");
    assert_true(replies_act(&office.plan, office.store, &done, NULL));
    assert_int_equal(done.acted, 0);
    assert_string_equal(hear(&office, KIM, code, 1), "taken");
    assert_string_equal(ask("SELECT count(*) FROM writeback"), "1");
    close_office(&office);
}

static void what_a_store_knows_decides(void **state)
{
    struct office office;
    char code[CODE_BYTES], other[CODE_BYTES], text[64];

    (void)state;
    open_office(&office, NAGIOS);
    snprintf(code, sizeof code, "%s", tell(&office, "db1", "kim", KIM));
    snprintf(other, sizeof other, "%s", tell(&office, "db2", "lee", LEE));
    snprintf(text, sizeof text, "NACK %s", code);
    assert_string_equal(hear(&office, KIM, text, 1), "unclear");
    assert_string_equal(hear(&office, KIM, "9999 in 24HX", 0), "unclear");
    snprintf(text, sizeof text, "24HX: ACK %s 24HX", code);
    assert_string_equal(hear(&office, LEE, code, 1), "refused");
    assert_string_equal(hear(&office, "+8613700009999", other, 0), "refused");
    assert_string_equal(hear(&office, KIM, text, 0), "acknowledged");
    assert_string_equal(ask("SELECT text FROM writeback"), "24HX 24HX");
    assert_string_equal(hear(&office, KIM, "ok", 0), "none");
    assert_string_equal(hear(&office, LEE, "ok", 0), "acknowledged");
    assert_string_equal(ask("SELECT recipient || '|' || wish_provider || '|' || wish_kind FROM record"
                            " WHERE id = (SELECT min(answer) FROM reply WHERE answer > 0)"),
                        KIM "|cn|sms");
    close_office(&office);
}

/* More than a handful: one after the other, in their order. */
static void a_flood_is_worked_off(void **state)
{
    struct reply_said said[45] = { { 0 } };
    struct replies_done done;
    struct office office;
    char text[16], reference[45][8];
    size_t added = 0;

    (void)state;
    open_office(&office, NAGIOS);
    snprintf(text, sizeof text, "%s", tell(&office, "db1", "kim", KIM));
    for (size_t i = 0; i < CASES(said); i++) {
        snprintf(reference[i], sizeof reference[i], "m%zu", i);
        said[i] = (struct reply_said){ .reference = reference[i], .sender = KIM, .text = text };
    }
    assert_true(store_replies(office.store, "cn", said, CASES(said), &added, NULL));
    assert_true(replies_act(&office.plan, office.store, &done, NULL));
    assert_int_equal(done.acted, 20);
    assert_true(done.more);
    replies_heed(&office.plan, office.store);
    assert_string_equal(ask("SELECT count(*) FROM reply WHERE outcome = 'taken'"), "44");
    assert_string_equal(ask("SELECT count(*) FROM writeback"), "1");
    assert_string_equal(ask("SELECT count(*) FROM reply WHERE answer > 0"), "1");
    close_office(&office);
}

static void settings_decide(void **state)
{
    struct office office;
    char code[CODE_BYTES];

    (void)state;
    open_office(&office, "");
    assert_string_equal(tell(&office, "db1", "kim", KIM), "");
    assert_string_equal(hear(&office, KIM, "ok", 0), "ignored");
    close_office(&office);
    open_office(&office, NAGIOS "reply_help = no\n");
    snprintf(code, sizeof code, "%s", tell(&office, "db2", "kim", KIM));
    assert_string_equal(hear(&office, KIM, "what?", 0), "unclear");
    assert_string_equal(hear(&office, KIM, code, 0), "acknowledged");
    close_office(&office);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_place_test(a_reply_acknowledges),
        cmocka_place_test(what_a_store_knows_decides),
        cmocka_place_test(a_flood_is_worked_off),
        cmocka_place_test(settings_decide),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
