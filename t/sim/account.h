#ifndef MUNJA_SIM_ACCOUNT_H
#define MUNJA_SIM_ACCOUNT_H

#include "sim/sim.h"

/* The accounts that the simulator knows. */
#define SMSJOA_CLIENT "client-id"
#define SMSJOA_KEY    "api-key"
#define NSMS_EMAIL    "ops@example.com"
#define NSMS_PASSWORD "nsms-password"
#define PLEX_USER     "plex-id"
#define PLEX_SECRET   "plex-secret"
#define NANUMI_KEY    "nanumi-key"
#define NANUMI_SECRET "nanumi-secret"
#define SMS57_ACCOUNT "922011"
#define SMS57_SECRET  "sms57-secret"
#define SMS57_EXTNO   "10690231221"
extern const char account_help[];

/* A new token for x->gateway, good for life_s unless the configuration says otherwise. */
const char *token_issue(struct exchange *x, long life_s, time_t *until);

/* Whether it is good. One that was never issued is a violation, one that ran out a refusal. */
bool token_check(struct exchange *x, const char *token);

/* Money, or messages, left at x->gateway; it starts with start. */
long balance_left(const struct exchange *x, long start);
/* Take it, or refuse and take nothing. */
bool balance_take(struct exchange *x, long start, long amount);
void balance_give(const struct exchange *x, long amount); /* less than nothing: an account may overdraw */

/* Whether one more request this second is allowed; refuses when not. */
bool rate_allows(struct exchange *x);

/* Counts up; never the same twice. */
unsigned long serial_next(void);

#endif
