/* plugin/flow/tally.c: numbers that only grow. */
#include "unit.h"

#include "flow/tally.h"

static void each_thing_has_its_number(void **state)
{
    struct tally tally = { 0 };

    (void)state;
    tally_add(NULL, TALLY_ATTEMPTS, "joa", "accepted", 1);
    tally_add(&tally, TALLY_ATTEMPTS, "joa", "accepted", 1);
    tally_add(&tally, TALLY_ATTEMPTS, "joa", "retry", 1);
    tally_add(&tally, TALLY_ATTEMPTS, "plex", "accepted", 1);
    tally_add(&tally, TALLY_RECEIPTS, "joa", "accepted", 1);
    tally_add(&tally, TALLY_ATTEMPTS, "joa", "accepted", 41);
    assert_int_equal(tally.rows, 4);
    assert_int_equal(tally.row[0].count, 42);
    for (size_t i = 1; i < tally.rows; i++)
        assert_int_equal(tally.row[i].count, 1);
    tally_clear(&tally);
    assert_int_equal(tally.rows, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_thing_has_its_number),
    };

    return cmocka_run_group_tests_name("flow_tally", tests, NULL, NULL);
}
