/* The clocks, in one place so that a test can hold them. */
#include "base/now.h"

#include <time.h>

static int64_t held_ms;

static int64_t read_ms(clockid_t clock)
{
    struct timespec t = { 0 };

    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t now_ms(void)
{
    return held_ms != 0 ? held_ms : read_ms(CLOCK_REALTIME);
}

int64_t now_s(void)
{
    return now_ms() / 1000;
}

int64_t now_steady_ms(void)
{
    return held_ms != 0 ? held_ms : read_ms(CLOCK_MONOTONIC);
}

void now_set(int64_t ms)
{
    held_ms = ms;
}
