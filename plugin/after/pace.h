#ifndef MUNJA_AFTER_PACE_H
#define MUNJA_AFTER_PACE_H

#include <stdint.h>

/* How often gateways are asked. Pure. */

/* What became of a message that was sent so long ago: the wait is as long as its age, from 5 s to a day. */
int64_t pace_result_ms(int64_t age_ms);

/* Replies of phones, when the last text went there so long ago: from 10 s to 2 min. Reports that nobody
   waits for. */
int64_t pace_replies_ms(int64_t age_ms);
int64_t pace_reports_ms(void);

/* After so many failures in a row, and the pause that the gateway asked for (0: none): 15 s to 15 min, and
   that pause, up to an hour, where it is longer. */
int64_t pace_pause_ms(int failures, int wait_s);

#endif
