#ifndef MUNJA_FLOW_BREAKER_H
#define MUNJA_FLOW_BREAKER_H

#include <stdint.h>

#include "provider/outcome.h"
#include "store/breaker.h"

/* When a provider that fails is left alone, and for how long. Pure: the time is an argument. */

enum breaker_state {
    BREAKER_CLOSED, /* nothing is in the way */
    BREAKER_OPEN,   /* it pauses, or somebody else tries it */
    BREAKER_TRIAL,  /* the pause is over: one message may try it, whoever takes that upon himself */
};
enum breaker_state breaker_state(const struct breaker *breaker, int64_t now_ms);

/* Of what the store has kept, the one by which the provider of that name pauses; NULL: it does not. A row of
   an account that was changed since may still be there, until its pause is over. */
const struct breaker *breaker_pause(const struct breaker_kept *list, size_t count, const char *provider,
                                    int64_t now_ms);

/* Take the trial upon oneself, for a minute at most. False: it is not to be had. */
bool breaker_try(struct breaker *breaker, int64_t now_ms);

/* What an outcome means for the provider: one that took the message or judged it works again. ACCOUNT opens
   at once; RETRY and UNSURE when they came three times in a row. Each pause is twice the one before: from 15
   s to 2 minutes, of an account from one minute to 15. A pause that the provider asked for is no failure and
   taken as it is, up to an hour. */
enum breaker_judged {
    BREAKER_SAME,
    BREAKER_COUNTED,  /* one more failure, or none any more: not yet worth a pause */
    BREAKER_SWITCHED, /* a pause begins, or there is none any more */
};
enum breaker_judged breaker_judge(struct breaker *breaker, const struct outcome *outcome, int64_t now_ms);

#endif
