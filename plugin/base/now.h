#ifndef MUNJA_BASE_NOW_H
#define MUNJA_BASE_NOW_H

#include <stdint.h>

/* Wall clock, milliseconds since 1970. */
int64_t now_ms(void);

/* The same in seconds. */
int64_t now_s(void);

/* A clock that only goes forward, milliseconds from an arbitrary start: for deadlines. */
int64_t now_steady_ms(void);

/* Stop both clocks at this wall time; 0 lets them run again. For tests. */
void now_set(int64_t ms);

#endif
