/* The one line that a monitor reads. */
#include "flow/answer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/line.h"
#include "base/mask.h"

/* Text that may not break the line: a "|" would start the performance data. */
static void put(char *line, size_t room, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void put(char *line, size_t room, const char *format, ...)
{
    char piece[2 * ANSWER_BYTES];
    size_t at = strlen(line);
    va_list args;

    if (at + 1 >= room)
        return;
    va_start(args, format);
    vsnprintf(piece, sizeof piece, format, args);
    va_end(args);
    line_copy(line + at, room - at, piece);
    for (char *c = line + at; (c = strchr(c, '|')) != NULL;)
        *c = ' ';
}

int answer_state(const struct answer_line *answer)
{
    int worst = answer->note != NULL ? 1 : 0;

    if (answer->bad_numbers > 0 && worst < situation_state(SITUATION_NOT_A_NUMBER))
        worst = situation_state(SITUATION_NOT_A_NUMBER);
    for (size_t i = 0; i < answer->count; i++)
        if (situation_state(answer->told[i].situation) > worst)
            worst = situation_state(answer->told[i].situation);
    return worst;
}

static size_t count_of(const struct answer_line *answer, enum situation situation)
{
    size_t count = 0;

    for (size_t i = 0; i < answer->count; i++)
        count += answer->told[i].situation == situation;
    return count;
}

static void put_one(char *line, size_t room, const struct told *told)
{
    char masked[MASK_BYTES];

    put(line, room, "%s", situation_words(told->situation));
    if (told->provider[0] != '\0')
        put(line, room, " by %s", told->provider);
    put(line, room, " for %s", mask_number(told->recipient, masked));
    if (told->limit > 0 && situation_state(told->situation) < 2) {
        put(line, room, " (%s, %d of %d %s", told->kind, told->cost, told->limit, told->unit);
        if (told->messages > 1)
            put(line, room, ", %d messages", told->messages);
        put(line, room, "%s)", told->cut ? ", shortened" : "");
    }
    if (told->reason[0] != '\0')
        put(line, room, ": %s", told->reason);
    if (told->after[0] != '\0' && told->situation <= SITUATION_UNRECORDED)
        put(line, room, ", after %s", told->after);
}

/* Several recipients: how many of each, and what is wrong with the first ones that are not well. */
static void put_many(char *line, size_t room, const struct answer_line *answer)
{
    const char *between = "";

    for (int s = 0; s < SITUATIONS; s++) {
        size_t count = count_of(answer, (enum situation)s);
        if (count == 0)
            continue;
        put(line, room, "%s%zu of %zu %s", between, count, answer->count, situation_words((enum situation)s));
        between = ", ";
    }
    for (size_t i = 0; i < answer->count; i++)
        if (situation_state(answer->told[i].situation) > 0 && strlen(line) + 120 < room) {
            put(line, room, "; ");
            put_one(line, room, &answer->told[i]);
        }
}

void answer_write(const struct answer_line *answer, char line[ANSWER_BYTES])
{
    char data[160];
    size_t waiting = count_of(answer, SITUATION_WAITING) + count_of(answer, SITUATION_HELD);
    size_t accepted = count_of(answer, SITUATION_ACCEPTED) + count_of(answer, SITUATION_FAULTY)
                      + count_of(answer, SITUATION_UNRECORDED);
    size_t refused =
        count_of(answer, SITUATION_REFUSED) + count_of(answer, SITUATION_DEAD) + answer->bad_numbers;
    int state = answer_state(answer);
    size_t room;

    snprintf(data, sizeof data, " | accepted=%zu waiting=%zu refused=%zu time=%lld.%03llds", accepted,
             waiting, refused, (long long)answer->took_ms / 1000, (long long)answer->took_ms % 1000);
    room = ANSWER_BYTES - strlen(data);
    line[0] = '\0';
    put(line, room, "MUNJA %s - ", state_name(state));
    if (answer->count == 1)
        put_one(line, room, &answer->told[0]);
    else
        put_many(line, room, answer);
    if (answer->bad_numbers > 0)
        put(line, room, "; %zu %s", answer->bad_numbers, situation_words(SITUATION_NOT_A_NUMBER));
    if (answer->note != NULL)
        put(line, room, "; %s", answer->note);
    if (state != exit_code(state, answer->source) && count_of(answer, SITUATION_UNRECORDED) == 0)
        put(line, room, "; the record is safe, so do not send it again");
    strcat(line, data);
}

void answer_write_fault(const char *text, char line[ANSWER_BYTES])
{
    line[0] = '\0';
    put(line, ANSWER_BYTES, "MUNJA %s - ", state_name(situation_state(SITUATION_INPUT)));
    put(line, ANSWER_BYTES, "%s", text);
}
