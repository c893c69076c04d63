/* plugin/worker/metrics.c: the text format of Prometheus. What it tells of a worker: t/journey/hook.t. */
#include "unit/storage.h"

#include "worker/metrics.h"

static void names_are_escaped(void **state)
{
    struct tally tally = { 0 };
    struct plan none = { 0 };
    struct store *store = open_store();
    struct metrics metrics = { .store = store, .plan = &none, .tally = &tally, .since_ms = NOON };
    struct buf text = { 0 };

    (void)state;
    tally_add(&tally, TALLY_ATTEMPTS, "a\"b\\c\nd", "accepted", 7);
    tally_add(&tally, TALLY_REPLIES, "두 번째", "", 2);
    assert_true(metrics_write(&metrics, &text, NULL));
    assert_non_null(strstr(buf_text(&text), "\nmunja_attempts_total{provider=\"a\\\"b\\\\c\\nd\",outcome="
                                            "\"accepted\"} 7\n"));
    assert_non_null(strstr(buf_text(&text), "\nmunja_replies_total{provider=\"두 번째\"} 2\n"));
    assert_non_null(strstr(buf_text(&text), "\nmunja_start_time_seconds 1700000000\n"));
    assert_non_null(strstr(buf_text(&text), "\nmunja_up 1\n"));
    buf_clear(&text);
    tally_clear(&tally);
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_place_test(names_are_escaped),
    };

    return cmocka_run_group_tests_name("flow_metrics", tests, NULL, NULL);
}
