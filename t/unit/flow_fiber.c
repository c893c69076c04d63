/* plugin/flow/fiber.c: whose turn it is, sleep and wake, and stacks that are used again. */
#include "unit/unit.h"

#include <alloca.h>

#include "base/now.h"
#include "flow/fiber.h"

#define NOON INT64_C(1700000000000)

/* What happened, in its order. */
static char story[256];

static void tell(char what)
{
    size_t length = strlen(story);

    assert_true(length + 1 < sizeof story);
    story[length] = what;
    story[length + 1] = '\0';
}

static struct fibers *open_fibers(void)
{
    struct error err = { 0 };
    struct fibers *fibers = fibers_open(&err);

    if (fibers == NULL)
        fail_msg("%s", err.text);
    story[0] = '\0';
    return fibers;
}

/* A fiber that tells its name at each turn: it waits so often, or sleeps once. */
struct actor {
    struct fibers *fibers;
    struct fiber *fiber;
    char name;
    int waits;
    int64_t sleep_ms;
};

static void act(void *context)
{
    struct actor *actor = context;

    actor->fiber = fiber_self(actor->fibers);
    tell(actor->name);
    for (int i = 0; i < actor->waits; i++) {
        fiber_wait(actor->fibers);
        assert_ptr_equal(fiber_self(actor->fibers), actor->fiber);
        tell(actor->name);
    }
    if (actor->sleep_ms > 0) {
        fiber_sleep(actor->fibers, actor->sleep_ms);
        tell(actor->name);
    }
    tell('.');
}

static void start(struct fibers *fibers, struct actor *actor)
{
    struct error err = { 0 };

    actor->fibers = fibers;
    if (!fiber_start(fibers, act, actor, &err))
        fail_msg("%s", err.text);
}

static void takes_turns_in_the_order_of_waking(void **state)
{
    struct fibers *fibers = open_fibers();
    struct actor a = { .name = 'a', .waits = 2 }, b = { .name = 'b', .waits = 1 }, c = { .name = 'c' };

    (void)state;
    assert_null(fiber_self(fibers));
    start(fibers, &a);
    start(fibers, &b);
    start(fibers, &c);
    assert_string_equal(story, "abc.");
    assert_int_equal(fibers_count(fibers), 2);
    fibers_run(fibers);
    assert_string_equal(story, "abc.");
    assert_int_equal(fibers_wait_ms(fibers), -1);
    fiber_wake(fibers, b.fiber);
    fiber_wake(fibers, a.fiber);
    assert_int_equal(fibers_wait_ms(fibers), 0);
    fibers_run(fibers);
    assert_string_equal(story, "abc.b.a");
    assert_null(fiber_self(fibers));
    fiber_wake(fibers, a.fiber);
    fibers_run(fibers);
    assert_string_equal(story, "abc.b.aa.");
    assert_int_equal(fibers_count(fibers), 0);
    fibers_close(fibers);
}

static void sleeps_as_long_as_it_says(void **state)
{
    struct fibers *fibers;
    struct actor a = { .name = 'a', .sleep_ms = 50 }, b = { .name = 'b', .sleep_ms = 20 },
                 c = { .name = 'c', .waits = 1, .sleep_ms = 10 };

    (void)state;
    now_set(NOON);
    fibers = open_fibers();
    start(fibers, &a);
    start(fibers, &b);
    start(fibers, &c);
    assert_int_equal(fibers_wait_ms(fibers), 20);
    now_set(NOON + 19);
    fibers_run(fibers);
    assert_string_equal(story, "abc");
    assert_int_equal(fibers_wait_ms(fibers), 1);
    fiber_wake(fibers, c.fiber); /* and sleeps from now on, until 29 */
    fibers_run(fibers);
    now_set(NOON + 28);
    fibers_run(fibers);
    assert_string_equal(story, "abccb.");
    assert_int_equal(fibers_wait_ms(fibers), 1);
    now_set(NOON + 500);
    assert_int_equal(fibers_wait_ms(fibers), 0);
    fibers_run(fibers);
    assert_int_equal(fibers_count(fibers), 0);
    assert_int_equal(strlen(story), strlen("abccb.c.a."));
    fibers_close(fibers);
    now_set(0);
}

/* One that wakes another, which goes on in the same run, and itself, as session.c does for what is over at
   once. */
static void wake_other(void *context)
{
    struct actor *other = context;

    tell('w');
    fiber_wake(other->fibers, other->fiber);
    fiber_wake(other->fibers, fiber_self(other->fibers));
    fiber_wait(other->fibers);
    tell('v');
}

static void wakes_from_within(void **state)
{
    struct fibers *fibers = open_fibers();
    struct actor a = { .name = 'a', .waits = 1 };
    struct error err = { 0 };

    (void)state;
    start(fibers, &a);
    if (!fiber_start(fibers, wake_other, &a, &err))
        fail_msg("%s", err.text);
    assert_string_equal(story, "aw");
    fibers_run(fibers);
    assert_string_equal(story, "awa.v");
    assert_int_equal(fibers_count(fibers), 0);
    fibers_close(fibers);
}

/* Fills much of the stack, gives the turn away, and finds it as it was. */
struct deep {
    struct fibers *fibers;
    struct fiber *fiber;
    unsigned char mark;
    size_t bytes;
    bool whole;
};

static void go_deep(void *context)
{
    struct deep *deep = context;
    volatile unsigned char *room = alloca(deep->bytes);
    size_t same = 0;

    for (size_t i = 0; i < deep->bytes; i++)
        room[i] = deep->mark;
    deep->fiber = fiber_self(deep->fibers);
    fiber_wait(deep->fibers);
    for (size_t i = 0; i < deep->bytes; i++)
        same += room[i] == deep->mark;
    deep->whole = same == deep->bytes;
}

/* More at once than stacks are kept, three times over, as much of each as a batch of many needs. */
static void many_with_deep_stacks(void **state)
{
    static struct deep deep[300];
    struct fibers *fibers = open_fibers();
    struct error err = { 0 };

    (void)state;
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < CASES(deep); i++) {
            deep[i] = (struct deep){ .fibers = fibers,
                                     .mark = (unsigned char)(i + (size_t)round),
                                     .bytes = i % 50 == 0 ? 400 * 1024 : 4096 };
            if (!fiber_start(fibers, go_deep, &deep[i], &err)) {
                for (size_t k = 0; k < i; k++)
                    fiber_wake(fibers, deep[k].fiber);
                fibers_run(fibers);
                fail_msg("%s", err.text);
            }
        }
        assert_int_equal(fibers_count(fibers), CASES(deep));
        for (size_t i = CASES(deep); i-- > 0;)
            fiber_wake(fibers, deep[i].fiber);
        fibers_run(fibers);
        assert_int_equal(fibers_count(fibers), 0);
        for (size_t i = 0; i < CASES(deep); i++)
            assert_true(deep[i].whole);
    }
    fibers_close(fibers);
}

static size_t maps_count(void)
{
    FILE *file = fopen("/proc/self/maps", "r");
    size_t lines = 0;

    assert_non_null(file);
    for (int c; (c = getc(file)) != EOF;)
        lines += c == '\n';
    fclose(file);
    return lines;
}

/* One after the other needs one stack, and closing gives all of it back. */
static void stacks_are_used_again(void **state)
{
    struct fibers *fibers = open_fibers();
    size_t before, after;

    (void)state;
    before = maps_count();
    for (int i = 0; i < 2000; i++) {
        struct actor a = { .name = 'a', .waits = 1 };
        story[0] = '\0';
        start(fibers, &a);
        fiber_wake(fibers, a.fiber);
        fibers_run(fibers);
        assert_string_equal(story, "aa.");
    }
    after = maps_count();
    if (after > before + 20)
        fail_msg("%zu mappings became %zu", before, after);
    fibers_close(fibers);
    fibers_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_turns_in_the_order_of_waking),
        cmocka_unit_test(sleeps_as_long_as_it_says),
        cmocka_unit_test(wakes_from_within),
        cmocka_unit_test(many_with_deep_stacks),
        cmocka_unit_test(stacks_are_used_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
