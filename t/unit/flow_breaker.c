/* plugin/flow/breaker.c: when a provider pauses, for how long, and how it comes back. */
#include "unit/unit.h"

#include "flow/breaker.h"

#define NOON (INT64_C(1795316400) * 1000)

/* One outcome after so many seconds, and what is then. wait_s: the gateway asks for it. try: the message is
   the one that tries it. */
struct step {
    int after_s;
    enum outcome_kind kind;
    int wait_s;
    bool trial;
    enum breaker_judged judged;
    enum breaker_state state;
    int pause_s; /* from now; -1: none */
};

#define A OUTCOME_ACCEPTED
#define R OUTCOME_RETRY
#define U OUTCOME_UNSURE
#define C OUTCOME_ACCOUNT
#define N OUTCOME_REFUSED

static const struct {
    const char *why;
    struct step step[12];
} cases[] = {
    { "the third failure in a row opens",
      { { 1, R, 0, false, BREAKER_COUNTED, BREAKER_CLOSED, -1 },
        { 1, U, 0, false, BREAKER_COUNTED, BREAKER_CLOSED, -1 },
        { 1, R, 0, false, BREAKER_SWITCHED, BREAKER_OPEN, 15 } } },
    { "an acceptance between begins anew",
      { { 1, R, 0, false, BREAKER_COUNTED, BREAKER_CLOSED, -1 },
        { 1, R, 0, false, BREAKER_COUNTED, BREAKER_CLOSED, -1 },
        { 1, A, 0, false, BREAKER_COUNTED, BREAKER_CLOSED, -1 },
        { 1, A, 0, false, BREAKER_SAME, BREAKER_CLOSED, -1 },
        { 1, R, 0, false, BREAKER_COUNTED, BREAKER_CLOSED, -1 },
        { 1, R, 0, false, BREAKER_COUNTED, BREAKER_CLOSED, -1 },
        { 1, N, 0, false, BREAKER_COUNTED, BREAKER_CLOSED, -1 }, /* a gateway that refuses works */
        { 1, U, 0, false, BREAKER_COUNTED, BREAKER_CLOSED, -1 } } },
    { "pauses double up to two minutes",
      { { 1, R, 0, false, BREAKER_COUNTED, BREAKER_CLOSED, -1 },
        { 1, R, 0, false, BREAKER_COUNTED, BREAKER_CLOSED, -1 },
        { 1, R, 0, false, BREAKER_SWITCHED, BREAKER_OPEN, 15 },
        { 14, R, 0, false, BREAKER_SAME, BREAKER_OPEN, 1 }, /* one that had nowhere else to go */
        { 1, R, 0, true, BREAKER_SWITCHED, BREAKER_OPEN, 30 },
        { 30, U, 0, true, BREAKER_SWITCHED, BREAKER_OPEN, 60 },
        { 60, R, 0, true, BREAKER_SWITCHED, BREAKER_OPEN, 120 },
        { 500, R, 0, true, BREAKER_SWITCHED, BREAKER_OPEN, 120 },
        { 120, A, 0, true, BREAKER_SWITCHED, BREAKER_CLOSED, -1 },
        { 1, R, 0, false, BREAKER_COUNTED, BREAKER_CLOSED, -1 } } },
    { "an account opens at once, from a minute to fifteen",
      { { 1, C, 0, false, BREAKER_SWITCHED, BREAKER_OPEN, 60 },
        { 60, C, 0, true, BREAKER_SWITCHED, BREAKER_OPEN, 120 },
        { 120, C, 0, true, BREAKER_SWITCHED, BREAKER_OPEN, 240 },
        { 240, C, 0, true, BREAKER_SWITCHED, BREAKER_OPEN, 480 },
        { 480, C, 0, true, BREAKER_SWITCHED, BREAKER_OPEN, 900 },
        { 900, C, 0, true, BREAKER_SWITCHED, BREAKER_OPEN, 900 },
        { 900, R, 0, true, BREAKER_SWITCHED, BREAKER_OPEN, 120 },
        { 120, N, 0, true, BREAKER_SWITCHED, BREAKER_CLOSED, -1 } } },
    { "an account that is refused in a short pause makes it longer",
      { { 1, R, 0, false, BREAKER_COUNTED, BREAKER_CLOSED, -1 },
        { 1, R, 0, false, BREAKER_COUNTED, BREAKER_CLOSED, -1 },
        { 1, R, 0, false, BREAKER_SWITCHED, BREAKER_OPEN, 15 },
        { 5, C, 0, false, BREAKER_SWITCHED, BREAKER_OPEN, 60 },
        { 5, C, 0, false, BREAKER_SAME, BREAKER_OPEN, 55 },
        { 5, A, 0, false, BREAKER_SWITCHED, BREAKER_CLOSED, -1 } } }, /* the last resort got through */
    { "a provider's own pace is no failure",
      { { 1, R, 7, false, BREAKER_SWITCHED, BREAKER_OPEN, 7 },
        { 1, R, 6, false, BREAKER_SAME, BREAKER_OPEN, 6 }, /* the same, said again */
        { 1, R, 20, false, BREAKER_SWITCHED, BREAKER_OPEN, 20 },
        { 21, A, 0, false, BREAKER_SWITCHED, BREAKER_CLOSED, -1 },
        { 1, R, 9999, false, BREAKER_SWITCHED, BREAKER_OPEN, 3600 },
        { 3600, R, 0, false, BREAKER_COUNTED, BREAKER_CLOSED, -1 } } },
    { "a trial that is asked for patience comes again",
      { { 1, C, 0, false, BREAKER_SWITCHED, BREAKER_OPEN, 60 },
        { 60, R, 10, true, BREAKER_SWITCHED, BREAKER_OPEN, 10 },
        { 10, C, 0, true, BREAKER_SWITCHED, BREAKER_OPEN, 120 } } },
};

static void histories(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        struct breaker breaker = { 0 };
        int64_t now = NOON;

        for (const struct step *s = cases[i].step; s->after_s > 0; s++) {
            struct outcome outcome = { .kind = s->kind, .wait_s = s->wait_s, .code = "c", .meaning = "m" };
            enum breaker_judged judged;
            enum breaker_state then;
            int64_t pause;

            now += (int64_t)s->after_s * 1000;
            if (breaker_try(&breaker, now) != s->trial)
                fail_msg("%s: step %td: try", cases[i].why, s - cases[i].step);
            judged = breaker_judge(&breaker, &outcome, now);
            then = breaker_state(&breaker, now);
            pause = breaker.until_ms <= now ? -1 : (breaker.until_ms - now) / 1000;
            if (judged != s->judged || then != s->state || pause != s->pause_s)
                fail_msg("%s: step %td: judged %d, state %d, pause %lld", cases[i].why, s - cases[i].step,
                         (int)judged, (int)then, (long long)pause);
        }
    }
}

static void one_tries_at_a_time(void **state)
{
    const struct outcome refused = { .kind = OUTCOME_ACCOUNT, .meaning = "no money" };
    struct breaker breaker = { 0 };

    (void)state;
    assert_false(breaker_try(&breaker, NOON)); /* nothing to try */
    breaker_judge(&breaker, &refused, NOON);
    assert_string_equal(breaker.reason, "no money");
    assert_false(breaker_try(&breaker, NOON + 59999));
    assert_int_equal(breaker_state(&breaker, NOON + 60000), BREAKER_TRIAL);
    assert_true(breaker_try(&breaker, NOON + 60000));
    assert_int_equal(breaker_state(&breaker, NOON + 60000), BREAKER_OPEN);
    assert_false(breaker_try(&breaker, NOON + 60000));
    assert_false(breaker_try(&breaker, NOON + 119999));
    assert_true(breaker_try(&breaker, NOON + 120000)); /* who tried it died */
}

static void a_wrong_clock_opens_nothing_for_long(void **state)
{
    struct breaker breaker = { .failures = 3, .pause_s = 15, .until_ms = NOON + INT64_C(7200) * 1000 };

    (void)state;
    assert_int_equal(breaker_state(&breaker, NOON), BREAKER_TRIAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(histories),
        cmocka_unit_test(one_tries_at_a_time),
        cmocka_unit_test(a_wrong_clock_opens_nothing_for_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
