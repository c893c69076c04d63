/* Results come within seconds, or in hours when the phone was off: whoever waits longer asks seldomer. */
#include "after/pace.h"

#define SECOND ((int64_t)1000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)

static int64_t between(int64_t least, int64_t value, int64_t most)
{
    return value < least ? least : value > most ? most : value;
}

int64_t pace_result_ms(int64_t age_ms)
{
    return between(5 * SECOND, age_ms, 24 * HOUR);
}

int64_t pace_replies_ms(int64_t age_ms)
{
    return between(10 * SECOND, age_ms / 10, 2 * MINUTE);
}

int64_t pace_reports_ms(void)
{
    return 10 * MINUTE;
}

int64_t pace_pause_ms(int failures, int wait_s)
{
    int64_t pause = 15 * SECOND, asked = between(0, wait_s * SECOND, HOUR);

    for (int i = 1; i < failures && pause < 15 * MINUTE; i++)
        pause *= 2;
    pause = between(0, pause, 15 * MINUTE);
    return pause > asked ? pause : asked;
}
