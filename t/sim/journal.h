#ifndef MUNJA_SIM_JOURNAL_H
#define MUNJA_SIM_JOURNAL_H

#include "sim/sim.h"

extern const char *journal_dir;

/* Add a line to DIR/NAME at once. */
void journal_append(const char *name, const char *line);

/* Put lines in place of what DIR/NAME held; a reader finds all of the old or all of the new. */
void journal_replace(const char *name, const char *lines);

/* One request into DIR/requests.jsonl, DIR/violations and the counts; before its answer leaves. */
void journal_request(struct exchange *x);
void journal_complain(const char *text); /* a violation that belongs to no request */

/* Connections for DIR/stats.json: +1 when one opens, -1 when it closes. */
void journal_connection(int change);
void journal_unfinished(void);               /* a request whose body never came whole */
void journal_delivered(const char *gateway); /* a text that reached its phone; written with the next */
void journal_stats(void);                    /* … or now */

#endif
