#include "unit/unit.h"

#include <unistr.h>

#include "flow/answer.h"

static const struct told well = { .recipient = "01012345678",
                                  .situation = SITUATION_ACCEPTED,
                                  .provider = "joa",
                                  .kind = "lms",
                                  .unit = "bytes",
                                  .cost = 180,
                                  .limit = 2000,
                                  .messages = 1 };
static const struct told waits = { .recipient = "01011112222",
                                   .situation = SITUATION_WAITING,
                                   .provider = "plex",
                                   .kind = "sms",
                                   .unit = "bytes",
                                   .cost = 88,
                                   .limit = 90,
                                   .messages = 1,
                                   .reason = "http-503, the gateway is down" };
static const struct told refused = { .recipient = "01099998888",
                                     .situation = SITUATION_REFUSED,
                                     .provider = "joa",
                                     .reason = "-100019, no such receiver" };

static void one_recipient(void **state)
{
    char line[ANSWER_BYTES];
    struct answer_line answer = { .told = &well, .count = 1, .took_ms = 412, .source = SOURCE_NAGIOS };

    (void)state;
    answer_write(&answer, line);
    assert_string_equal(line, "MUNJA OK - accepted by joa for 010****5678 (lms, 180 of 2000 bytes)"
                              " | accepted=1 waiting=0 refused=0 time=0.412s");
    answer.told = &waits;
    answer_write(&answer, line);
    assert_string_equal(line, "MUNJA WARNING - kept for retry by plex for 010****2222 (sms, 88 of 90 bytes): "
                              "http-503, the gateway is down | accepted=0 waiting=1 refused=0 time=0.412s");
    answer.told = &refused;
    answer_write(&answer, line);
    assert_string_equal(line, "MUNJA CRITICAL - refused by joa for 010****8888: -100019, no such receiver"
                              " | accepted=0 waiting=0 refused=1 time=0.412s");
}

static void zabbix_hears_that_it_is_safe(void **state)
{
    char line[ANSWER_BYTES];
    struct answer_line answer = { .told = &waits, .count = 1, .source = SOURCE_ZABBIX };

    (void)state;
    answer_write(&answer, line);
    assert_non_null(strstr(line, "MUNJA WARNING - "));
    assert_non_null(strstr(line, "the record is safe, so do not send it again"));
}

static void many_recipients(void **state)
{
    const struct told told[] = { well, waits, refused };
    struct answer_line answer = {
        .told = told, .count = 3, .bad_numbers = 1, .took_ms = 1007, .note = "munja.conf:9: a fault"
    };
    char line[ANSWER_BYTES];

    (void)state;
    answer_write(&answer, line);
    assert_string_equal(
        line, "MUNJA CRITICAL - 1 of 3 accepted, 1 of 3 kept for retry, 1 of 3 refused; "
              "kept for retry by plex for 010****2222 (sms, 88 of 90 bytes): http-503, the gateway is "
              "down; refused by joa for 010****8888: -100019, no such receiver; 1 not a phone number; "
              "munja.conf:9: a fault | accepted=1 waiting=1 refused=2 time=1.007s");
}

static void a_note_is_a_warning(void **state)
{
    struct answer_line answer = { .told = &well, .count = 1, .note = "munja.conf:9: a fault" };

    (void)state;
    assert_int_equal(answer_state(&answer), 1);
    answer.note = NULL;
    assert_int_equal(answer_state(&answer), 0);
    answer.bad_numbers = 1;
    assert_int_equal(answer_state(&answer), 2);
}

/* Whatever stands in it, the line stays one line of valid text, short, with nothing that looks like perfdata.
 */
static void stays_one_short_line(void **state)
{
    struct told told[50];
    struct answer_line answer = { .told = told, .count = 50, .source = SOURCE_ZABBIX };
    char note[700] = "", line[ANSWER_BYTES];

    (void)state;
    for (size_t i = 0; i + 4 < sizeof note; i += 3)
        memcpy(note + i, "한", 4);
    answer.note = note;
    for (size_t i = 0; i < 50; i++) {
        told[i] = waits;
        snprintf(told[i].reason, sizeof told[i].reason, "줄|바꿈\n%.120s", note);
    }
    for (size_t count = 1; count <= 50; count += 7) {
        answer.count = count;
        answer_write(&answer, line);
        assert_true(strlen(line) < ANSWER_BYTES);
        assert_null(u8_check((const uint8_t *)line, strlen(line)));
        assert_null(strchr(line, '\n'));
        assert_ptr_equal(strchr(line, '|'), strrchr(line, '|'));
        assert_non_null(strstr(line, " | accepted=0 waiting="));
    }
    answer_write_fault("two\nlines | and a bar", line);
    assert_string_equal(line, "MUNJA UNKNOWN - two lines   and a bar");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_recipient),        cmocka_unit_test(zabbix_hears_that_it_is_safe),
        cmocka_unit_test(many_recipients),      cmocka_unit_test(a_note_is_a_warning),
        cmocka_unit_test(stays_one_short_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
