/* plugin/store/balance.c: what providers said last. */
#include "unit/storage.h"

#include "store/balance.h"

static struct balance got(struct store *store, const char *provider)
{
    struct balance balance = { .seen_ms = -1 };
    struct error err = { 0 };

    if (!balance_get(store, provider, &balance, &err))
        fail_msg("%s", err.text);
    return balance;
}

static void the_last_word_counts(void **state)
{
    struct store *store = open_store();

    (void)state;
    assert_int_equal(got(store, "joa").seen_ms, 0);
    assert_true(balance_put(store, "joa", "120", NULL));
    now_set(NOON + MINUTE);
    assert_true(balance_put(store, "nanumi", "7.5", NULL));
    assert_true(balance_put(store, "joa", "-3", NULL));
    assert_string_equal(got(store, "joa").left, "-3");
    assert_int_equal(got(store, "joa").seen_ms, NOON + MINUTE);
    assert_string_equal(got(store, "nanumi").left, "7.5");
    assert_int_equal(got(store, "joan").seen_ms, 0);
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_place_test(the_last_word_counts) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
