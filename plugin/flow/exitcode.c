/* From what happened to the exit code: the one table, which munja(1) shows too. */
#include "flow/exitcode.h"

static const struct {
    int state;
    const char *words;
} situations[SITUATIONS] = {
    [SITUATION_ACCEPTED] = { 0, "accepted" },
    [SITUATION_HANDLED] = { 0, "accepted before" },
    [SITUATION_MERGED] = { 0, "told with its recovery" },
    [SITUATION_UNDERWAY] = { 1, "being sent already" },
    [SITUATION_FAULTY] = { 1, "accepted" },
    [SITUATION_UNRECORDED] = { 1, "accepted without a record" },
    [SITUATION_WAITING] = { 1, "kept for retry" },
    [SITUATION_HELD] = { 1, "held, the answer was lost" },
    [SITUATION_REFUSED] = { 2, "refused" },
    [SITUATION_DEAD] = { 2, "given up" },
    [SITUATION_NOT_A_NUMBER] = { 2, "not a phone number" },
    [SITUATION_LOST] = { 3, "neither sent nor kept" },
    [SITUATION_INPUT] = { 3, "not accepted" },
};

const char *situation_words(enum situation situation)
{
    return situations[situation].words;
}

int situation_state(enum situation situation)
{
    return situations[situation].state;
}

const char *state_name(int state)
{
    static const char *const names[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };

    return names[state < 0 || state > 3 ? 3 : state];
}

int exit_code(int state, enum source source)
{
    if (state == 1 && (source == SOURCE_ZABBIX || source == SOURCE_CHECKMK))
        return 0;
    return state;
}
