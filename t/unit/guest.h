#ifndef MUNJA_T_UNIT_GUEST_H
#define MUNJA_T_UNIT_GUEST_H

/* For tests of the hand-over: what somebody asks of the worker of the test's store. */

#include "unit/storage.h"

#include "flow/handover.h"

static char ask_numbers[NUMBERS_MAX][NUMBER_BYTES];

static inline struct handover_ask good_ask(size_t count)
{
    for (size_t i = 0; i < NUMBERS_MAX; i++)
        snprintf(ask_numbers[i], sizeof ask_numbers[i], "0101234%04zu", i);
    return (struct handover_ask){ .config = "/etc/munja.conf",
                                  .alert = "host\x1fweb1\x1e",
                                  .wish = { .provider = "joa" },
                                  .numbers = { .number = ask_numbers, .count = count } };
}

static inline struct buf packed_ask(const struct handover_ask *ask)
{
    struct buf packed = { 0 };

    assert_true(handover_pack(ask, &packed));
    return packed;
}

static inline int reach(const char *store)
{
    int fd = handover_reach(store);

    assert_true(fd >= 0);
    return fd;
}

#endif
