/* plugin/after/await.c: whether a message is asked for, and when it is looked at again; what is done about
   one that did not arrive: t/journey/receipts.t. */
#include "unit/unit.h"

#include "after/await.h"
#include "base/now.h"

#define NOON   INT64_C(1795575600000)
#define SECOND INT64_C(1000)
#define DAY    (86400 * SECOND)

static void a_look_is_as_the_gateway_can_be_asked(void **state)
{
    static const struct {
        const char *api, *provider;
        bool told;
        int64_t age_ms, next_ms; /* 0: when a receipt comes */
        enum await_ask ask;
        const char *why;
    } cases[] = {
        { "smsjoa", "p", false, 60 * SECOND, 60 * SECOND, AWAIT_ANSWER, "by its reference" },
        { "nanuminet", "p", false, 60 * SECOND, 60 * SECOND, AWAIT_ANSWER, "in a list" },
        { "sms57", "p", false, 60 * SECOND, 60 * SECOND, AWAIT_ROUND, "with all others" },
        { "smsjoa", "p", false, 0, 5 * SECOND, AWAIT_ANSWER, "not at once again" },
        { "apiplex", "p", false, 60 * SECOND, 0, AWAIT_NOTHING, "it cannot be asked" },
        { "smsjoa", "p", true, 60 * SECOND, 0, AWAIT_NOTHING, "its receipt came" },
        { "smsjoa", "gone", false, 60 * SECOND, 0, AWAIT_NOTHING, "the provider is not there any more" },
        { "smsjoa", "p", false, 4000 * DAY, 0, AWAIT_NOTHING, "nobody would remember" },
    };

    (void)state;
    now_set(NOON);
    for (size_t i = 0; i < CASES(cases); i++) {
        struct provider provider = { .name = "p", .api = api_named(cases[i].api) };
        struct plan plan = { .provider = &provider, .providers = 1 };
        struct watched watched = { .told = cases[i].told, .sent_ms = NOON - cases[i].age_ms, .next_ms = 1 };
        const struct provider *whose = NULL;
        struct await await = { 0 };
        enum await_ask ask;

        snprintf(watched.provider, sizeof watched.provider, "%s", cases[i].provider);
        await_plan(&await, &plan, NULL);
        ask = await_look(&await, &watched, &whose);
        if (ask != cases[i].ask || watched.next_ms != (cases[i].next_ms == 0 ? 0 : NOON + cases[i].next_ms)
            || whose != (strcmp(cases[i].provider, "p") == 0 ? &provider : NULL) || await.made)
            fail_msg("%s: %d, in %lld ms", cases[i].why, (int)ask, (long long)(watched.next_ms - NOON));
    }
}

static void what_is_reserved_is_not_asked_for_before_it_is_sent(void **state)
{
    struct provider provider = { .name = "p", .api = api_named("smsjoa") };
    struct plan plan = { .provider = &provider, .providers = 1 };
    struct watched watched = { .provider = "p", .sent_ms = NOON };
    const struct provider *whose = NULL;
    struct await await = { 0 };

    (void)state;
    now_set(NOON - DAY);
    await_plan(&await, &plan, NULL);
    assert_int_equal(await_look(&await, &watched, &whose), AWAIT_NOTHING);
    assert_int_equal(watched.next_ms, NOON + 5 * SECOND);
}

static void a_new_plan_does_not_make_the_run_younger(void **state)
{
    struct monitor tells = { .result_service = "SMS" };
    struct route acts = { .remedies = 1 };
    struct plan plain = { 0 }, more = { .route = &acts, .routes = 1, .monitor = &tells, .monitors = 1 };
    struct await await = { 0 };

    (void)state;
    now_set(NOON);
    await_plan(&await, &more, NULL);
    assert_true(await.acts && await.tells);
    now_set(NOON + DAY);
    await_plan(&await, &plain, NULL);
    assert_false(await.acts || await.tells);
    assert_true(await.since_ms == NOON && await.plan == &plain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_look_is_as_the_gateway_can_be_asked),
        cmocka_unit_test(what_is_reserved_is_not_asked_for_before_it_is_sent),
        cmocka_unit_test(a_new_plan_does_not_make_the_run_younger),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
