#ifndef MUNJA_SIM_PHONES_H
#define MUNJA_SIM_PHONES_H

#include "sim/jpeg.h"
#include "sim/sim.h"

/* A text that arrives. */
struct delivery {
    const char *to, *from, *kind, *subject, *text;
    size_t text_bytes;
    const char *unit; /* "bytes" of EUC-KR or "units" of UTF-16 */
    long used, limit, parts;
    long cost;
    const char *currency;
    const char *reference; /* the gateway's id */
    const char *at;        /* reservation, as sent; NULL: now */
    time_t due;            /* what at means */
    bool image;
    struct jpeg jpeg;   /* the image, when it came along and not by its URL */
    struct pairs extra; /* further fields that the gateway keeps with it, by their names */
};

/* Write it down on the phone, DIR/phones/NUMBER, and count it for the gateway. */
void phone_deliver(struct exchange *memory, const char *gateway, const struct delivery *delivery);

#endif
