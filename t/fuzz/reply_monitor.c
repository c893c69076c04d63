/* Any bytes as a monitor's reply: every judge says a clean line, no success against the status or a broken
   body, and the last step never asks for another. Any bytes as a text: one line of a command is one line. */
#include "fuzz/reply.h"

#include <limits.h>

#include "monitor/type.h"

static void must_judge(const struct monitor_step *steps, const struct monitor_ask *ask,
                       const struct reply *reply)
{
    for (; steps->build != NULL; steps++) {
        struct monitor_word word = { 0 };

        steps->judge(ask, reply, &word);
        must(word.verdict <= MONITOR_LATER);
        must(word.verdict != MONITOR_GO_ON || steps[1].build != NULL);
        must(word.verdict > MONITOR_DONE || reply->carried == CARRIED_WHOLE || word.verdict == MONITOR_GO_ON);
        must(word.version >= 0 && word.version < 1000000);
        must_be_shown(word.said, sizeof word.said, 0);
    }
}

static void must_be_a_line(const char *text)
{
    const struct monitor_ask ask = { .host = "h", .service = "s", .author = text, .text = text, .now_s = 1 };
    const struct monitor_ask named = {
        .host = text, .service = text, .author = "a", .text = "t", .now_s = 1
    };
    const struct monitor_ask *const asks[] = { &ask, &named };

    for (size_t i = 0; i < 4; i++) {
        struct monitor_word word = { 0 };
        struct buf line = { 0 };
        bool made = (i < 2 ? line_acknowledge : line_result)(asks[i % 2], &line, &word);

        must(made || (i % 2 == 1 && word.verdict == MONITOR_UNKNOWN));
        must(!made || (line.len <= PIPE_BUF && strchr(line.data, '\n') == line.data + line.len - 1));
        buf_clear(&line);
    }
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t bytes)
{
    static const struct monitor_type *const types[] = { &monitor_icinga2, &monitor_zabbix };
    static const int statuses[] = { 200, 400, 401, 403, 404, 409, 412, 500, 503, 302, 999 };
    struct monitor_ask ask = {
        .user = "u", .secret = "s", .host = "h", .service = "s", .event = "41", .author = "a", .text = "t"
    };
    struct reply reply = { .retry_after_s = -1 };

    if (bytes < 2)
        return 0;
    reply.status = statuses[data[0] % (sizeof statuses / sizeof *statuses)];
    reply.carried = data[1] % 2 == 0 ? CARRIED_WHOLE : CARRIED_PARTLY;
    ask.among = data[1] & 2;
    ask.results = data[1] & 4;
    reply.bytes = bytes - 2;
    reply.body = malloc(bytes - 1);
    must(reply.body != NULL);
    memcpy(reply.body, data + 2, bytes - 2);
    reply.body[bytes - 2] = '\0';
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        must_judge(types[i]->acknowledge, &ask, &reply);
        must_judge(types[i]->result, &ask, &reply);
        must_judge(types[i]->test, &ask, &reply);
    }
    must_be_a_line(reply.body);
    reply_clear(&reply);
    return 0;
}
