#ifndef MUNJA_ALERT_IDENTITY_H
#define MUNJA_ALERT_IDENTITY_H

#include <stdbool.h>

#include "alert/alert.h"

#define IDENTITY_BYTES 33 /* 32 hex digits and NUL */

struct identity {
    char key[IDENTITY_BYTES];
    bool lasting; /* the key alone tells repeats apart; otherwise it counts within duplicate_window only */
};

/* What makes an alert for a recipient the same alert. With the monitor's event id or its state-change time
   ("since"), the key is built from source, host, service, type, state, id, since, number, notified, author,
   comment and recipient; it is lasting when a notification number (or "notified", the time the monitor made
   this notification) is there too, since a reminder of the same event must not be taken for a repeat. Without
   id and since the whole text makes the key. at is the time it is reserved for ("": now): for another time it
   is another message. FNV-1a, 128 bits: not a secret, only a name. */
void identity_of(const struct alert *alert, const char *recipient, const char *at, struct identity *identity);

/* For a record that is sent in place of another, which did not arrive: a name that only this step has. */
void identity_step(const struct identity *of, int step, struct identity *identity);

/* What an alert is about, whatever it says of it, for a recipient: host and service of a monitor, and the
   event of Zabbix, whose triggers have no names of their own. Only a PROBLEM and a RECOVERY that surely speak
   of the same have the same topic; false: that cannot be told. */
bool identity_topic(const struct alert *alert, const char *recipient, char topic[IDENTITY_BYTES]);

#endif
