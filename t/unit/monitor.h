#ifndef MUNJA_T_UNIT_MONITOR_H
#define MUNJA_T_UNIT_MONITOR_H

/* For tests of monitors: what one step makes of an ask, and of a reply. */

#include "driver.h"

#include "monitor/type.h"

struct judged {
    int status;
    const char *body;
    enum monitor_verdict verdict;
    const char *said;
};

static inline void step_asks(const struct monitor_step *step, const struct monitor_ask *ask,
                             const char *expected)
{
    struct request request = { 0 };
    struct error err = { 0 };

    if (!step->build(ask, &request, &err))
        fail_msg("%s", err.text);
    driver_request_is(&request, expected);
}

/* Each reply once whole, and once broken off, which never tells that anything was done. */
static inline void step_judges(const struct monitor_step *step, const struct monitor_ask *ask,
                               const struct judged *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct reply reply = driver_reply(cases[i].status, cases[i].body);
        struct monitor_word word = { 0 };

        step->judge(ask, &reply, &word);
        if (word.verdict != cases[i].verdict || strcmp(word.said, cases[i].said) != 0)
            fail_msg("%d %s: verdict %d, \"%s\"", cases[i].status, cases[i].body, word.verdict, word.said);
        reply.carried = CARRIED_PARTLY;
        reply.body[reply.bytes /= 2] = '\0';
        step->judge(ask, &reply, &word);
        if (word.verdict == MONITOR_DONE || word.verdict == MONITOR_GO_ON)
            fail_msg("half of %s: verdict %d", cases[i].body, word.verdict);
        reply_clear(&reply);
    }
}

#endif
