#ifndef MUNJA_FLOW_HOURS_H
#define MUNJA_FLOW_HOURS_H

#include <stdbool.h>
#include <stdint.h>

/* Times of the week: "22:00-06:00", "Mon-Fri 09:00-18:00", "Sat 00:00-24:00". A span over midnight belongs to
   the day it begins on; equal ends are a whole day. */
struct hours {
    unsigned days;  /* 1 << tm_wday */
    int start, end; /* minutes of the day */
};

bool hours_read(const char *text, struct hours *hours);

/* In the machine's time zone. */
bool hours_hold(const struct hours *hours, int64_t now_s);

#endif
