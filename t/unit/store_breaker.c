/* plugin/store/breaker.c: what all processes know of a provider that fails. */
#include "unit/storage.h"

#include "store/breaker.h"

static bool fail_once(struct breaker *breaker, const void *context)
{
    breaker->failures++;
    breaker->until_ms = NOON + breaker->failures;
    breaker->pause_s = 15;
    breaker->account = true;
    snprintf(breaker->reason, sizeof breaker->reason, "%s", (const char *)context);
    return true;
}

static bool heal(struct breaker *breaker, const void *context)
{
    (void)context;
    *breaker = (struct breaker){ 0 };
    return true;
}

static bool look_only(struct breaker *breaker, const void *context)
{
    (void)context;
    breaker->failures = 99;
    return false;
}

static struct breaker change(struct store *store, const char *name, breaker_rule *rule)
{
    struct breaker breaker = { 0 };
    struct error err = { 0 };

    if (!breaker_change(store, name, rule, "http-503", &breaker, &err))
        fail_msg("%s", err.text);
    return breaker;
}

static size_t list(struct store *store, struct breaker_kept *first)
{
    struct breaker_kept *kept = NULL;
    struct error err = { 0 };
    size_t count = 0;

    if (!breaker_list(store, &kept, &count, &err))
        fail_msg("%s", err.text);
    if (count > 0)
        *first = kept[0];
    free(kept);
    return count;
}

static void kept_while_it_fails(void **state)
{
    struct store *store = open_store(), *other = open_store();
    struct breaker_kept kept = { 0 };

    (void)state;
    assert_int_equal(list(store, &kept), 0);
    assert_int_equal(change(store, "b", fail_once).failures, 1);
    assert_int_equal(change(other, "a", fail_once).failures, 1);
    assert_int_equal(change(other, "b", fail_once).failures, 2);
    assert_int_equal(list(store, &kept), 2);
    assert_string_equal(kept.name, "a");
    assert_int_equal(kept.breaker.until_ms, NOON + 1);
    assert_int_equal(kept.breaker.pause_s, 15);
    assert_true(kept.breaker.account);
    assert_string_equal(kept.breaker.reason, "http-503");
    assert_int_equal(change(store, "b", look_only).failures, 99);
    assert_string_equal(ask("SELECT group_concat(name || failures) FROM breaker"), "a1,b2");
    change(store, "a", heal);
    change(store, "b", heal);
    assert_int_equal(list(other, &kept), 0);
    store_close(other);
    store_close(store);
}

static void known_when_the_store_is_opened(void **state)
{
    struct store *store = open_store(), *other;

    (void)state;
    assert_false(breaker_any(store));
    change(store, "a", fail_once);
    other = open_store();
    assert_true(breaker_any(other));
    store_close(other);
    store_close(store);
}

/* None of them may be lost: each process reads what it changes with the lock held. */
static void many_count_together(void **state)
{
    struct breaker_kept kept = { 0 };
    struct store *store = open_store();

    (void)state;
    for (int i = 0; i < 4; i++)
        if (fork() == 0) {
            struct store *mine = open_store();
            for (int n = 0; n < 10; n++)
                change(mine, "a", fail_once);
            _exit(0);
        }
    for (int i = 0; i < 4; i++)
        assert_true(wait(NULL) > 0);
    assert_int_equal(list(store, &kept), 1);
    assert_int_equal(kept.breaker.failures, 40);
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_place_test(kept_while_it_fails),
        cmocka_place_test(known_when_the_store_is_opened),
        cmocka_place_test(many_count_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
