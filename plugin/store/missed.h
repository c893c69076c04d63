#ifndef MUNJA_STORE_MISSED_H
#define MUNJA_STORE_MISSED_H

#include "alert/identity.h"
#include "store/record.h"

/* A RECOVERY tells what of its PROBLEMs never went out, so that one text does. Records that are kept carry
   what they are about for that, with a letter for the type in front. All within a transaction. */
#define TOPIC_BYTES    (IDENTITY_BYTES + 1)
#define TOPIC_PROBLEM  'p'
#define TOPIC_RECOVERY 'r'

/* "" for a record that neither tells of others nor is told by them. */
void missed_topic(const struct alert *alert, const struct wish *wish, const char *recipient,
                  char topic[TOPIC_BYTES]);

/* The same; "" also for what is no RECOVERY. */
void missed_recovers(const struct alert *alert, const struct wish *wish, const char *recipient,
                     char topic[TOPIC_BYTES]);

/* Whoever leased this record (until until_ms), a RECOVERY of this alert, has the PROBLEMs that it is to tell
   as well: record->missed. Of any other alert there are none. */
bool missed_take(struct store *store, const struct alert *alert, const struct wish *wish,
                 struct record *record, int64_t until_ms, struct error *err);

/* A PROBLEM is about to be leased. Where a RECOVERY waits that is to tell it, that one takes its place. */
bool missed_replace(struct store *store, struct record *record, struct error *err);

/* The RECOVERY was accepted by a gateway, and they with it; or it was not, and they wait as before. */
bool missed_settle(struct store *store, const struct record *record, bool accepted, struct error *err);

#endif
