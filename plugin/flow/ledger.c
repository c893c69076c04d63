/* Group commits: one sync for all that the fibers have to say in a turn. */
#include "flow/ledger.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/now.h"

/* An posting that waits for the commit; it stands on its fiber's stack. */
struct line {
    struct posting posting;
    struct fiber *fiber;
    bool written;
    struct error *err;
    struct line *next;
};

static void append(struct ledger *ledger, struct line *line)
{
    line->next = NULL;
    if (ledger->last == NULL) {
        ledger->first = line;
        ledger->since_ms = now_steady_ms();
    } else
        ledger->last->next = line;
    ledger->last = line;
    ledger->lines++;
}

static bool post(struct ledger *ledger, const struct posting *posting, struct error *err)
{
    struct line line = { .posting = *posting, .err = err };

    if (ledger->store == NULL || posting->count == 0)
        return true;
    if (ledger->fibers == NULL)
        return store_post(ledger->store, &posting, 1, err);
    line.fiber = fiber_self(ledger->fibers);
    append(ledger, &line);
    fiber_wait(ledger->fibers);
    return line.written;
}

bool ledger_begin(struct ledger *ledger, struct record *const *records, size_t count, const char *provider,
                  const char *reference, struct error *err)
{
    const struct posting posting = { records, count, NULL, provider, reference };

    return post(ledger, &posting, err);
}

bool ledger_settle(struct ledger *ledger, struct record *const *records, const struct settlement *settlements,
                   size_t count, struct error *err)
{
    const struct posting posting = { records, count, settlements, NULL, NULL };

    return post(ledger, &posting, err);
}

static void count_ends(struct ledger *ledger, const struct posting *posting)
{
    for (size_t i = 0; posting->settlements != NULL && i < posting->count; i++)
        if (posting->settlements[i].outcome != NULL && posting->settlements[i].outcome[0] != '\0'
            && posting->records[i]->provider[0] != '\0')
            tally_add(ledger->tally, TALLY_ATTEMPTS, posting->records[i]->provider,
                      posting->settlements[i].outcome, 1);
}

/* All in one commit; when that fails, each by itself, since one of them may be why. */
static void write_lines(struct ledger *ledger, struct line *first, size_t count)
{
    const struct posting **postings = malloc(count * sizeof *postings);
    struct error err = { 0 };
    size_t at = 0;
    bool written;

    for (struct line *line = first; postings != NULL && line != NULL; line = line->next)
        postings[at++] = &line->posting;
    written = postings != NULL && store_post(ledger->store, postings, count, &err);
    free(postings);
    for (struct line *line = first; line != NULL; line = line->next) {
        const struct posting *posting = &line->posting;
        line->written = written || store_post(ledger->store, &posting, 1, &err);
        if (line->written)
            count_ends(ledger, posting);
    }
    ledger->stuck = err.kind != ERROR_NONE;
    if (ledger->stuck)
        log_line(LOG_LEVEL_ERROR, "store=post fault=\"%s\"", err.text);
    for (struct line *line = first; line != NULL; line = line->next)
        if (!line->written && line->err != NULL)
            *line->err = err;
}

void ledger_commit(struct ledger *ledger)
{
    struct line *first = ledger->first, *next;
    size_t count = ledger->lines;

    if (first == NULL) {
        ledger->stuck = false;
        return;
    }
    ledger->first = ledger->last = NULL;
    ledger->lines = 0;
    write_lines(ledger, first, count);
    for (struct line *line = first; line != NULL; line = next) {
        next = line->next;
        if (!line->written && line->posting.settlements != NULL)
            append(ledger, line);
        else
            fiber_wake(ledger->fibers, line->fiber);
    }
}
