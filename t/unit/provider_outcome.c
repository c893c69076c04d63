/* Outcomes: foreign words cleaned, codes looked up, statuses read. */
#include "driver.h"

#include <errno.h>

static const struct verdict verdicts[] = {
    { "E1", OUTCOME_REFUSED, "no such number", "없는 번호" },
    { "E2", OUTCOME_RETRY, "too many at once", "초당 제한" },
    { "e1", OUTCOME_ACCOUNT, "balance is used up", "잔액 부족" },
    { 0 },
};

static void cleans_what_it_copies(void **state)
{
    static const struct {
        const char *said, *meaning;
    } cases[] = {
        { "잔액 부족", "잔액 부족" },
        { "two\r\nlines\tand \x1b[31m", "two  lines and  [31m" },
        { "bad \xff\xc0\xaf bytes", "bad ??? bytes" },
        { "next\xc2\x85line", "next line" },
        { "to 01012345678 failed", "to 010****5678 failed" },
        { "to 010-1234-5678, 02 123 4567", "to 010****5678, ****67" },
        { "+821012345678", "+821****5678" },
        { "code 12345, 2024", "code 12345, 2024" },
        { "00000000000000000000000000000000000000000009", "000****0000" },
        { NULL, "" },
    };

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        struct outcome outcome = { .token_refused = true, .wait_s = 3, .reference = "old" };

        outcome_set(&outcome, OUTCOME_UNSURE, " A\n\xed\x95\x9c 1", cases[i].said);
        assert_int_equal(outcome.kind, OUTCOME_UNSURE);
        assert_string_equal(outcome.code, "A1");
        assert_string_equal(outcome.meaning, cases[i].meaning);
        assert_string_equal(outcome.reference, "");
        assert_int_equal(outcome.wait_s, 0);
        assert_false(outcome.token_refused);
    }
}

static void cuts_at_a_character(void **state)
{
    struct outcome outcome;
    char said[1000];

    (void)state;
    for (size_t shift = 0; shift < 3; shift++) {
        size_t at = 0;
        memset(said, 'a', shift);
        for (at = shift; at + 3 < sizeof said; at += 3)
            memcpy(said + at, "한", 3);
        said[at] = '\0';
        outcome_set(&outcome, OUTCOME_UNSURE, said, said);
        assert_in_range(strlen(outcome.meaning), sizeof outcome.meaning - 3, sizeof outcome.meaning - 1);
        assert_int_equal((strlen(outcome.meaning) - shift) % 3, 0);
    }
    memset(said, 'x', sizeof said - 1);
    said[sizeof said - 1] = '\0';
    outcome_set(&outcome, OUTCOME_UNSURE, said, NULL);
    assert_int_equal(strlen(outcome.code), sizeof outcome.code - 1);
    outcome_accept(&outcome, said);
    assert_int_equal(strlen(outcome.reference), sizeof outcome.reference - 1);
}

static void accepts(void **state)
{
    struct outcome outcome = { .kind = OUTCOME_UNSURE, .code = "old" };

    (void)state;
    outcome_accept(&outcome, "20140701-7 \n");
    assert_int_equal(outcome.kind, OUTCOME_ACCEPTED);
    assert_string_equal(outcome.code, "");
    assert_string_equal(outcome.reference, "20140701-7");
    outcome_accept(&outcome, NULL);
    assert_string_equal(outcome.reference, "");
}

static void looks_up_codes(void **state)
{
    struct outcome outcome;

    (void)state;
    outcome_from_code(&outcome, verdicts, "E1", "whatever");
    assert_int_equal(outcome.kind, OUTCOME_REFUSED);
    assert_string_equal(outcome.meaning, "no such number");
    outcome_from_code(&outcome, verdicts, "e1", NULL);
    assert_int_equal(outcome.kind, OUTCOME_ACCOUNT);
    outcome_from_code(&outcome, verdicts, "E9", "점검");
    assert_int_equal(outcome.kind, OUTCOME_UNSURE);
    assert_string_equal(outcome.code, "E9");
    assert_string_equal(outcome.meaning, "점검");
    outcome_from_code(&outcome, verdicts, "", "");
    assert_int_equal(outcome.kind, OUTCOME_UNSURE);
    assert_true(outcome.meaning[0] != '\0');
    assert_null(verdict_find(verdicts, "E"));
}

static const struct {
    enum carried carried;
    int status, pause;
    enum outcome_kind kind;
    const char *code;
    int wait_s;
} statuses[] = {
    { CARRIED_NOT, 0, -1, OUTCOME_RETRY, "", 0 },
    { CARRIED_UNKNOWN, 0, -1, OUTCOME_UNSURE, "lost", 0 },
    { CARRIED_PARTLY, 200, -1, OUTCOME_UNSURE, "partial", 0 },
    { CARRIED_PARTLY, 503, -1, OUTCOME_UNSURE, "partial", 0 },
    { CARRIED_PARTLY, 400, -1, OUTCOME_ACCOUNT, "http-400", 0 },
    { CARRIED_PARTLY, 429, 5, OUTCOME_RETRY, "http-429", 5 },
    { CARRIED_WHOLE, 100, -1, OUTCOME_UNSURE, "http-100", 0 },
    { CARRIED_WHOLE, 200, -1, OUTCOME_UNSURE, "http-200", 0 },
    { CARRIED_WHOLE, 204, -1, OUTCOME_UNSURE, "http-204", 0 },
    { CARRIED_WHOLE, 302, -1, OUTCOME_ACCOUNT, "http-302", 0 },
    { CARRIED_WHOLE, 400, 9, OUTCOME_ACCOUNT, "http-400", 0 },
    { CARRIED_WHOLE, 401, -1, OUTCOME_ACCOUNT, "http-401", 0 },
    { CARRIED_WHOLE, 403, -1, OUTCOME_ACCOUNT, "http-403", 0 },
    { CARRIED_WHOLE, 404, -1, OUTCOME_ACCOUNT, "http-404", 0 },
    { CARRIED_WHOLE, 407, -1, OUTCOME_ACCOUNT, "http-407", 0 },
    { CARRIED_WHOLE, 408, -1, OUTCOME_RETRY, "http-408", 0 },
    { CARRIED_WHOLE, 429, -1, OUTCOME_RETRY, "http-429", 0 },
    { CARRIED_WHOLE, 429, 30, OUTCOME_RETRY, "http-429", 30 },
    { CARRIED_WHOLE, 500, -1, OUTCOME_UNSURE, "http-500", 0 },
    { CARRIED_WHOLE, 503, 30, OUTCOME_UNSURE, "http-503", 0 },
    { CARRIED_WHOLE, 999, -1, OUTCOME_UNSURE, "http-999", 0 },
};

static void reads_statuses(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(statuses); i++) {
        struct reply reply = {
            .carried = statuses[i].carried,
            .status = statuses[i].status,
            .retry_after_s = statuses[i].pause,
            .fault = "connection\nreset",
        };
        struct outcome outcome = { .token_refused = true };

        outcome_from_reply(&outcome, &reply);
        assert_int_equal(outcome.kind, statuses[i].kind);
        assert_string_equal(outcome.code, statuses[i].code);
        assert_int_equal(outcome.wait_s, statuses[i].wait_s);
        assert_true(outcome.meaning[0] != '\0');
        assert_null(strchr(outcome.meaning, '\n'));
        assert_false(outcome.token_refused);
    }
}

static void refusals_are_read_by_code_then_status(void **state)
{
    struct reply reply = { .carried = CARRIED_WHOLE, .status = 503, .retry_after_s = 7 };
    struct outcome outcome;

    (void)state;
    outcome_from_refusal(&outcome, verdicts, "E2", "words", &reply);
    assert_int_equal(outcome.kind, OUTCOME_RETRY);
    assert_int_equal(outcome.wait_s, 7);
    assert_string_equal(outcome.meaning, "too many at once");
    outcome_from_refusal(&outcome, verdicts, "E7", "words", &reply);
    assert_int_equal(outcome.kind, OUTCOME_UNSURE);
    assert_string_equal(outcome.code, "E7");
    assert_string_equal(outcome.meaning, "words");
    reply.status = 422;
    outcome_from_refusal(&outcome, verdicts, "E7", NULL, &reply);
    assert_int_equal(outcome.kind, OUTCOME_ACCOUNT);
    assert_string_equal(outcome.code, "E7");
    outcome_from_refusal(&outcome, verdicts, NULL, NULL, &reply);
    assert_string_equal(outcome.code, "http-422");
}

static void receipts_are_found(void **state)
{
    static const struct receipt rows[] = {
        { "MO:NNNN", RECEIPT_GATEWAY, "another's", "-" },
        { "MO:0254", RECEIPT_GATEWAY, "late", "-" },
        { "NNNN", RECEIPT_FAILED, "four letters alone stand for themselves", "-" },
        { "00", RECEIPT_WAITING, "waiting", "-" },
        { 0 },
    };
    static const struct {
        const char *code;
        const struct receipt *row;
    } cases[] = {
        { "MO:0254", &rows[1] },
        { "MO:0299", &rows[0] },
        { "MO:CB:0013", &rows[0] },
        { "MO:NNNN", &rows[0] },
        { "MO:", NULL },
        { "MO", NULL },
        { "MA:0299", NULL },
        { "mo:0299", NULL },
        { "NNNN", &rows[2] },
        { "0001", NULL },
        { "", NULL },
        { "00", &rows[3] },
    };

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++)
        if (receipt_find(rows, cases[i].code) != cases[i].row)
            fail_msg("%s", cases[i].code);
}

static void errors_say_who_can_mend_it(void **state)
{
    static const struct {
        struct error err;
        enum outcome_kind kind;
    } cases[] = {
        { { ERROR_SYSTEM, ENOMEM, "out of memory" }, OUTCOME_RETRY },
        { { ERROR_NETWORK, 0, "no address" }, OUTCOME_RETRY },
        { { ERROR_SYSTEM, EINVAL, "no converter" }, OUTCOME_ACCOUNT },
        { { ERROR_SETTINGS, 0, "extno must be digits" }, OUTCOME_ACCOUNT },
        { { ERROR_BUG, 0, "no token" }, OUTCOME_ACCOUNT },
    };

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        struct outcome outcome = { 0 };

        outcome_from_error(&outcome, &cases[i].err);
        assert_int_equal(outcome.kind, cases[i].kind);
        assert_string_equal(outcome.meaning, cases[i].err.text);
        assert_string_equal(outcome.code, "");
    }
}

static void names_every_kind(void **state)
{
    (void)state;
    assert_string_equal(outcome_name(OUTCOME_NONE), "none");
    assert_string_equal(outcome_name(OUTCOME_ACCEPTED), "accepted");
    assert_string_equal(outcome_name(OUTCOME_RETRY), "retry");
    assert_string_equal(outcome_name(OUTCOME_REFUSED), "refused");
    assert_string_equal(outcome_name(OUTCOME_ACCOUNT), "account");
    assert_string_equal(outcome_name(OUTCOME_UNSURE), "unsure");
    assert_string_equal(receipt_name(RECEIPT_WAITING), "waiting");
    assert_string_equal(receipt_name(RECEIPT_DELIVERED), "delivered");
    assert_string_equal(receipt_name(RECEIPT_FAILED), "failed");
    assert_string_equal(receipt_name(RECEIPT_MISSED), "missed");
    assert_string_equal(receipt_name(RECEIPT_GATEWAY), "gateway");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cleans_what_it_copies),
        cmocka_unit_test(cuts_at_a_character),
        cmocka_unit_test(accepts),
        cmocka_unit_test(looks_up_codes),
        cmocka_unit_test(reads_statuses),
        cmocka_unit_test(refusals_are_read_by_code_then_status),
        cmocka_unit_test(receipts_are_found),
        cmocka_unit_test(errors_say_who_can_mend_it),
        cmocka_unit_test(names_every_kind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
