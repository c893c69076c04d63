#ifndef MUNJA_ALERT_ALERT_H
#define MUNJA_ALERT_ALERT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* Limits at the door. What is longer is cut at a character border with a mark, never refused: a long output
   must not cost anybody the alert. One value may take half of what is left, so that those after it still find
   room; the first may so be as long as one string of an environment can be. */
#define ALERT_BYTES_MAX  (256 * 1024) /* all values together */
#define ALERT_FIELDS_MAX 128
#define ALERT_NAME_MAX   64

struct alert_field {
    char *name;  /* lower case letters, digits, underscore */
    char *value; /* clean text: valid UTF-8 (NFC), no control character but newline */
    bool packed; /* both stand in the alert's packed text, else they are owned one by one */
};

/* What a monitor says once. Owns its fields; a zeroed struct is an empty alert. */
struct alert {
    struct alert_field *field;
    size_t fields;
    size_t bytes; /* of all values */
    char *packed; /* what alert_unpack read; NULL for none */
};

/* The names that munja itself knows, ended by NULL. since: when the state changed; notified: when the monitor
   made this notification; both as the monitor writes them. */
extern const char *const alert_names[];

/* One of them, or a monitor's custom variable: these start with an underscore (_hostrack). */
bool alert_knows(const char *name);

/* The value, or "" when the alert has no such field. Never NULL. */
const char *alert_get(const struct alert *alert, const char *name);

/* Set or replace a field: the value is cleaned here, once (clean_text), so that everything behind the door
   may trust it. NULL or "" removes the field. The name is made lower case; one with other characters than
   letters, digits and underscore, or longer than ALERT_NAME_MAX, is an error of usage. */
bool alert_set(struct alert *alert, const char *name, const char *value, struct error *err);
bool alert_set_bytes(struct alert *alert, const char *name, const char *value, size_t bytes,
                     struct error *err);

/* Check and finish what the source said (check.c). Called once, after all sources spoke.
   - Macros that the monitor left as they were ($NAME$, {NAME}) are taken out, texts apart.
   - type is one of the known words (case and blanks are folded). Absent: guessed from the state, else
   PROBLEM, or TEXT when there is only text. A word nobody knows is CUSTOM when a monitor says it, else an
   error.
   - time in seconds since 1970 becomes local time.
   - output is the first line, as Nagios means it; what follows goes in front of long_output. Not so in a
   TEXT.
   - There is something to say: a host, a service or a text. */
bool alert_check(struct alert *alert, struct error *err);

/* One line of text for the store and back: NAME US VALUE RS …, which no cleaned value can contain. The caller
   frees the packed text. */
char *alert_pack(const struct alert *alert, struct error *err);
bool alert_unpack(struct alert *alert, const char *packed, struct error *err);

void alert_clear(struct alert *alert);

#endif
