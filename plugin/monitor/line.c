/* External commands, one a line: "[TIME] COMMAND;FIELD;FIELD…". The fields have no escape: what would end one
   cannot stand in it. The last one may hold semicolons. */
#include "monitor/type.h"

#include <limits.h>
#include <string.h>

#include "base/utf8.h"

/* A pipe takes so much in one piece or not at all (pipe(7)). */
#define LINE_BYTES_MAX ((size_t)PIPE_BUF)

/* Long texts stand in no one's way on a page of comments. */
#define AUTHOR_BYTES_MAX 120

/* The name must be the object's own to the byte: nothing is replaced in it. */
static bool can_stand(const char *name)
{
    for (; *name != '\0'; name++)
        if (*name == ';' || *name == 0x7f || ((unsigned char)*name < ' '))
            return false;
    return true;
}

static bool names_fit(const struct monitor_ask *ask, struct monitor_word *word)
{
    if (ask->host[0] == '\0')
        monitor_say(word, MONITOR_UNKNOWN, "the alert names no host");
    else if (!can_stand(ask->host) || !can_stand(ask->service))
        monitor_say(word, MONITOR_UNKNOWN, "the name holds what no command can");
    else if (strlen(ask->host) + strlen(ask->service) > LINE_BYTES_MAX / 2)
        monitor_say(word, MONITOR_UNKNOWN, "the name is too long for a command");
    else
        return true;
    return false;
}

/* As much of the text as fits, control characters as blanks and each of instead's first as its second. */
static bool add_text(struct buf *line, const char *text, size_t most, const char *instead)
{
    size_t bytes = strlen(text), from = line->len;

    if (!buf_add(line, text, bytes > most ? utf8_border(text, bytes, most) : bytes))
        return false;
    for (char *c = line->data + from; *c != '\0'; c++) {
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = ' ';
        else if (*c == instead[0])
            *c = instead[1];
    }
    return true;
}

static bool end_line(bool added, struct buf *line, struct monitor_word *word)
{
    if (added && buf_char(line, '\n'))
        return true;
    monitor_say(word, MONITOR_LATER, "out of memory");
    return false;
}

/* Not sticky: a problem that gets worse is told again. Not persistent: the comment goes with it. */
bool line_acknowledge(const struct monitor_ask *ask, struct buf *line, struct monitor_word *word)
{
    const bool service = ask->service[0] != '\0';

    return names_fit(ask, word)
           && end_line(buf_format(line, "[%lld] ACKNOWLEDGE_%s_PROBLEM;%s%s%s;1;%d;0;", (long long)ask->now_s,
                                  service ? "SVC" : "HOST", ask->host, service ? ";" : "", ask->service,
                                  ask->notify)
                           && add_text(line, ask->author, AUTHOR_BYTES_MAX, ";,") && buf_char(line, ';')
                           && add_text(line, ask->text, LINE_BYTES_MAX - line->len - 1, "\n "),
                       line, word);
}

/* A backslash would begin an escape, a bar the performance data. */
bool line_result(const struct monitor_ask *ask, struct buf *line, struct monitor_word *word)
{
    size_t text = line->len;

    if (!names_fit(ask, word)
        || !end_line(buf_format(line, "[%lld] PROCESS_SERVICE_CHECK_RESULT;%s;%s;2;", (long long)ask->now_s,
                                ask->host, ask->service)
                         && (text = line->len) > 0
                         && add_text(line, ask->text, LINE_BYTES_MAX - line->len - 1, "|/"),
                     line, word))
        return false;
    for (char *c = line->data + text; *c != '\0'; c++)
        if (*c == '\\')
            *c = '/';
    return true;
}
