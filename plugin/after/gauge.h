#ifndef MUNJA_AFTER_GAUGE_H
#define MUNJA_AFTER_GAUGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "store/kept.h"

/* One value at a time, for systems that keep values and judge them themselves. They come from the
   configuration and the store, nothing is asked over the network: queue      depth | oldest | dead records,
   seconds, records delivery   accepted | failed | unsure [PROVIDER, "" for all] [TIME]   attempts begun
   within TIME (1h) delivery   delivered | undelivered [PROVIDER] [TIME]   messages whose receipts came
   balance    PROVIDER                                                   what it said last, a day ago at most
   breaker    PROVIDER                                                   1: it pauses, 0: it does not
   providers                                                             a discovery in Zabbix' form
 */
struct gauge {
    enum { GAUGE_COUNT, GAUGE_AMOUNT, GAUGE_TEXT } kind;
    uint64_t count;
    double amount;
    char *text; /* the caller frees */
};

/* words: the subject first; none of them NULL. config: the path of munja.conf. The error names the word that
   is wrong, or says why there is no value. */
bool gauge_read(struct kept *kept, const char *config, const char *const *words, size_t count,
                struct gauge *gauge, struct error *err);

#endif
