#ifndef MUNJA_FLOW_EXITCODE_H
#define MUNJA_FLOW_EXITCODE_H

#include "alert/source.h"

/* What can be true of one recipient when munja answers, from best to worst. */
enum situation {
    SITUATION_ACCEPTED,     /* a gateway has it */
    SITUATION_HANDLED,      /* found: a gateway had it already */
    SITUATION_MERGED,       /* found: the text of its recovery told it */
    SITUATION_UNDERWAY,     /* found: another process is sending it right now */
    SITUATION_FAULTY,       /* accepted, with a fault worth knowing */
    SITUATION_UNRECORDED,   /* accepted by a gateway, but the store could not be written */
    SITUATION_WAITING,      /* safe in the store, to be tried again */
    SITUATION_HELD,         /* safe in the store: the answer was lost and the route says hold */
    SITUATION_REFUSED,      /* refused for good */
    SITUATION_DEAD,         /* given up after retry_for */
    SITUATION_NOT_A_NUMBER, /* this recipient is no phone number; the others were served */
    SITUATION_LOST,         /* neither on disk nor at a gateway: not accepted */
    SITUATION_INPUT,        /* usage or configuration fault: not accepted */
    SITUATIONS,
};

/* The words of the answer for a situation: "accepted". */
const char *situation_words(enum situation situation);

/* The plugin state, 0 to 3, before the source has its say. */
int situation_state(enum situation situation);

/* "OK", "WARNING", "CRITICAL", "UNKNOWN". */
const char *state_name(int state);

/* What the process exits with: zabbix and checkmk run a failed command again, so a WARNING, whose record is
   safe, is answered as 0 there. */
int exit_code(int state, enum source source);

#endif
