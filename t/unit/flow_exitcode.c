#include "unit/unit.h"

#include "flow/exitcode.h"

/* The table of munja(1), one row for each line. */
static void answers_by_the_table(void **state)
{
    static const struct {
        enum situation situation;
        int exit, exit_zabbix, exit_checkmk;
        const char *words;
    } rows[] = {
        { SITUATION_ACCEPTED, 0, 0, 0, "accepted" },
        { SITUATION_HANDLED, 0, 0, 0, "accepted before" },
        { SITUATION_MERGED, 0, 0, 0, "told with its recovery" },
        { SITUATION_UNDERWAY, 1, 0, 0, "being sent already" },
        { SITUATION_FAULTY, 1, 0, 0, "accepted" },
        { SITUATION_UNRECORDED, 1, 0, 0, "accepted without a record" },
        { SITUATION_WAITING, 1, 0, 0, "kept for retry" },
        { SITUATION_HELD, 1, 0, 0, "held, the answer was lost" },
        { SITUATION_REFUSED, 2, 2, 2, "refused" },
        { SITUATION_DEAD, 2, 2, 2, "given up" },
        { SITUATION_NOT_A_NUMBER, 2, 2, 2, "not a phone number" },
        { SITUATION_LOST, 3, 3, 3, "neither sent nor kept" },
        { SITUATION_INPUT, 3, 3, 3, "not accepted" },
    };

    (void)state;
    assert_int_equal(CASES(rows), SITUATIONS);
    for (size_t i = 0; i < CASES(rows); i++) {
        int code = situation_state(rows[i].situation);
        assert_int_equal(exit_code(code, SOURCE_NAGIOS), rows[i].exit);
        assert_int_equal(exit_code(code, SOURCE_ICINGA), rows[i].exit);
        assert_int_equal(exit_code(code, SOURCE_ARGS), rows[i].exit);
        assert_int_equal(exit_code(code, SOURCE_ZABBIX), rows[i].exit_zabbix);
        assert_int_equal(exit_code(code, SOURCE_CHECKMK), rows[i].exit_checkmk);
        assert_string_equal(situation_words(rows[i].situation), rows[i].words);
    }
}

static void names_the_states(void **state)
{
    (void)state;
    assert_string_equal(state_name(0), "OK");
    assert_string_equal(state_name(1), "WARNING");
    assert_string_equal(state_name(2), "CRITICAL");
    assert_string_equal(state_name(3), "UNKNOWN");
    assert_string_equal(state_name(4), "UNKNOWN");
    assert_string_equal(state_name(-1), "UNKNOWN");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_by_the_table),
        cmocka_unit_test(names_the_states),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
