#ifndef MUNJA_SIM_JOURNAL_H
#define MUNJA_SIM_JOURNAL_H

#include "sim/sim.h"

extern const char *journal_dir;

/* Add a line to DIR/NAME at once. */
void journal_append(const char *name, const char *line);

/* One request into DIR/requests.jsonl, DIR/violations and the counts; before its answer leaves. */
void journal_request(struct exchange *x);
void journal_complain(const char *text); /* a violation that belongs to no request */

/* Connections for DIR/stats.json: +1 when one opens, -1 when it closes. */
void journal_connection(int change);
void journal_unfinished(void); /* a request whose body never came whole */

#endif
