/* plugin/after/pace.c: how often gateways are asked. */
#include "unit/unit.h"

#include "after/pace.h"

#define SECOND ((int64_t)1000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)

static void results_take_their_age(void **state)
{
    static const struct {
        int64_t age_ms, wait_ms;
    } cases[] = {
        { -HOUR, 5 * SECOND },        { 0, 5 * SECOND },
        { 5 * SECOND, 5 * SECOND },   { 10 * SECOND, 10 * SECOND },
        { 20 * MINUTE, 20 * MINUTE }, { 6 * HOUR, 6 * HOUR },
        { 24 * HOUR, 24 * HOUR },     { 80 * 24 * HOUR, 24 * HOUR },
    };
    int64_t age = 5 * SECOND;
    int asked = 1;

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++)
        assert_int_equal(pace_result_ms(cases[i].age_ms), cases[i].wait_ms);
    for (; age < 24 * HOUR; asked++)
        age += pace_result_ms(age);
    assert_in_range(asked, 10, 20); /* in the first day */
}

static void replies_follow_texts(void **state)
{
    (void)state;
    assert_int_equal(pace_replies_ms(0), 10 * SECOND);
    assert_int_equal(pace_replies_ms(-HOUR), 10 * SECOND);
    assert_int_equal(pace_replies_ms(10 * MINUTE), MINUTE);
    assert_int_equal(pace_replies_ms(30 * 24 * HOUR), 2 * MINUTE);
    assert_true(pace_reports_ms() > pace_replies_ms(30 * 24 * HOUR));
}

static void failures_pause(void **state)
{
    static const struct {
        int failures, wait_s;
        int64_t pause_ms;
    } cases[] = {
        { 1, 0, 15 * SECOND }, { 2, 0, 30 * SECOND },  { 3, 0, MINUTE },
        { 7, 0, 15 * MINUTE }, { 99, 0, 15 * MINUTE }, { 1, 40, 40 * SECOND },
        { 3, 40, MINUTE },     { 1, 99999, HOUR },     { 1, -5, 15 * SECOND },
    };

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++)
        assert_int_equal(pace_pause_ms(cases[i].failures, cases[i].wait_s), cases[i].pause_ms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_take_their_age),
        cmocka_unit_test(replies_follow_texts),
        cmocka_unit_test(failures_pause),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
