#include "unit/unit.h"

#include "provider/listing.h"

static const char *const columns[] = { "recipient", "code", NULL };

static void keeps_rows(void **state)
{
    struct listing listing = { 0 };
    char number[16];

    (void)state;
    listing_start(&listing, columns);
    assert_int_equal(listing.total, -1);
    for (int i = 0; i < 300; i++) {
        const char *const cells[] = { number, i % 2 == 0 ? "06" : NULL };
        snprintf(number, sizeof number, "010%d", i);
        assert_true(listing_add(&listing, cells));
    }
    assert_int_equal(listing.count, 300);
    assert_string_equal(listing_cell(&listing, 299, "recipient"), "010299");
    assert_string_equal(listing_cell(&listing, 298, "code"), "06");
    assert_string_equal(listing_cell(&listing, 299, "code"), "");
    assert_string_equal(listing_cell(&listing, 0, "carrier"), "");
    listing_clear(&listing);
    assert_int_equal(listing.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(keeps_rows) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
