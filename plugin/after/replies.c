/* From what a phone said to what is done about it. Only who was told of a problem can acknowledge it: a
   number that was never told anything is not answered, and one that was told something else learns nothing of
   it. */
#include "after/replies.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "after/help.h"
#include "base/log.h"
#include "base/mask.h"
#include "base/now.h"
#include "base/utf8.h"
#include "flow/handover.h"
#include "store/inbox.h"
#include "store/problem.h"
#include "store/writeback.h"
#include "text/ack.h"

/* In one commit, while nothing else of this process goes on. */
#define HANDFUL 20

/* Kept by a run that could not act, and found much later: nobody means today what was said then. */
#define LATE_MS ((int64_t)24 * 60 * 60 * 1000)

#define AUTHOR_BYTES  64
#define COMMENT_BYTES 200

enum sense {
    ACKNOWLEDGED,
    REFUSED,
    UNKNOWN,
    EXPIRED,
    RECOVERED,
    TAKEN,
    SEVERAL,
    NONE,
    UNCLEAR,
    LEFT,
    LATE,
    IGNORED
};

static const struct {
    const char *word;
    bool helped;
    enum help help;
} senses[] = {
    [ACKNOWLEDGED] = { "acknowledged", false, 0 },
    [REFUSED] = { "refused", true, HELP_UNKNOWN }, /* as if there were no such code */
    [UNKNOWN] = { "unknown", true, HELP_UNKNOWN },
    [EXPIRED] = { "expired", true, HELP_OLD },
    [RECOVERED] = { "recovered", true, HELP_OVER },
    [TAKEN] = { "taken", true, HELP_TAKEN },
    [SEVERAL] = { "several", true, HELP_SEVERAL },
    [NONE] = { "none", true, HELP_NONE },
    [UNCLEAR] = { "unclear", true, HELP_UNCLEAR },
    [LEFT] = { "left", false, 0 },
    [LATE] = { "late", false, 0 },
    [IGNORED] = { "ignored", false, 0 },
};

/* One reply, while it is looked at. */
struct hearing {
    const struct plan *plan;
    struct store *store;
    const struct reply_kept *reply;
    struct ack ack;
    size_t token;          /* of the code that is meant */
    char code[CODE_BYTES]; /* "": none was written */
    struct problem problem;
    enum sense sense;
    bool known; /* that phone was sent something once */
    char author[AUTHOR_BYTES];
    int64_t answer;
};

static bool is_open(const struct problem *problem)
{
    return problem->record > 0 && problem->ended_ms == 0 && problem->taken_ms == 0
           && !problem_is_old(problem);
}

/* The first code of an open problem that this phone was told; else the first that it was told, else the first
   that it wrote. *others: one is a problem's of which it was not told. */
static bool find_code(struct hearing *h, bool *others, struct error *err)
{
    char code[CODE_BYTES];
    size_t token = 0;

    for (size_t i = 0; !is_open(&h->problem) && ack_code(&h->ack, i, code, &token); i++) {
        struct problem problem = { 0 };
        if (!problem_find(h->store, code, h->reply->sender, &problem, err))
            return false;
        *others = *others || (problem.id > 0 && problem.record == 0);
        if (i == 0 || (problem.record > 0 && h->problem.record == 0) || is_open(&problem)) {
            h->problem = problem;
            memcpy(h->code, code, sizeof code);
            h->token = token;
        }
    }
    return true;
}

static enum sense judge_problem(const struct hearing *h)
{
    if (ack_refuses(&h->ack) || ack_quotes(&h->ack, h->token))
        return UNCLEAR;
    if (h->problem.ended_ms > 0)
        return RECOVERED;
    if (h->problem.taken_ms > 0)
        return TAKEN;
    return problem_is_old(&h->problem) ? EXPIRED : ACKNOWLEDGED;
}

/* ok, and nothing else: there is one that it can mean, or it means nothing. */
static bool judge_bare(struct hearing *h, struct error *err)
{
    struct problem open = { 0 };
    size_t count = 0;

    if (!problem_list(h->store, h->reply->sender, &open, 1, &count, err))
        return false;
    h->sense = count == 0 ? NONE : count == 1 ? ACKNOWLEDGED : SEVERAL;
    if (count == 1)
        h->problem = open;
    return true;
}

static bool judge(struct hearing *h, struct error *err)
{
    bool others = false;

    h->sense = UNCLEAR;
    if (!ack_read(h->reply->text, &h->ack, err) || !find_code(h, &others, err)
        || !inbox_knows(h->store, h->reply->sender, &h->known, err))
        return false;
    if (h->problem.record > 0)
        h->sense = judge_problem(h);
    else if (!h->known || others)
        h->sense = REFUSED;
    else if (ack_leaves(&h->ack))
        h->sense = LEFT;
    else if (h->code[0] != '\0' && ack_means_code(&h->ack, h->token))
        h->sense = UNKNOWN;
    else if (ack_is_bare(&h->ack))
        return judge_bare(h, err);
    return true;
}

/* Some monitors take what stands behind a semicolon for the next field. */
static void disarm(char *text)
{
    for (char *at = text; *at != '\0'; at++)
        if (*at == ';' || *at == '\n')
            *at = *at == ';' ? ',' : ' ';
}

/* The contact whose phone it is, where the monitor said so. */
static void name_author(struct hearing *h, const struct alert *alert)
{
    const char *contact = alert_get(alert, "contact");
    char masked[MASK_BYTES];

    UTF8_COPY(h->author, contact[0] != '\0' ? contact : mask_number(h->reply->sender, masked));
    disarm(h->author);
}

static bool acknowledge(struct hearing *h, const struct problem *problem, size_t token, struct error *err)
{
    struct record record = { 0 };
    struct writeback tell = { .kind = WRITEBACK_ACKNOWLEDGE, .reply = h->reply->id };
    struct buf comment = { 0 };
    bool done = false;

    if (!problem_record(h->store, problem, &record, err))
        goto out;
    name_author(h, &record.alert);
    if (h->code[0] != '\0' && !ack_comment(&h->ack, token, COMMENT_BYTES, &comment, err))
        goto out;
    if (comment.len > 0)
        disarm(comment.data);
    tell.record = record.id;
    UTF8_COPY(tell.source, alert_get(&record.alert, "source"));
    tell.host = alert_get(&record.alert, "host");
    tell.service = alert_get(&record.alert, "service");
    tell.event = alert_get(&record.alert, "id");
    tell.author = h->author;
    tell.text = comment.len > 0 ? comment.data : "ACK by SMS";
    done = problem_take(h->store, problem->id, h->author, err) && writeback_add(h->store, &tell, err);
out:
    buf_clear(&comment);
    record_clear(&record);
    return done;
}

/* ACK 7K2 8P3: who names several means all of them. */
static bool acknowledge_all(struct hearing *h, struct error *err)
{
    char code[CODE_BYTES];
    size_t token = 0;
    bool done = acknowledge(h, &h->problem, h->token, err);

    for (size_t i = 0; done && ack_code(&h->ack, i, code, &token); i++) {
        struct problem problem = { 0 };
        done = problem_find(h->store, code, h->reply->sender, &problem, err)
               && (!is_open(&problem) || ack_quotes(&h->ack, token) || acknowledge(h, &problem, token, err));
    }
    return done;
}

static bool send_answer(struct hearing *h, const char *words, struct error *err)
{
    struct record text = { 0 };
    char id[32];
    bool sent;

    snprintf(id, sizeof id, "reply-%lld", (long long)h->reply->id);
    sent =
        help_text(h->plan, h->reply, id, words, &text, err) && inbox_answer(h->store, &text, &h->answer, err);
    record_clear(&text);
    return sent;
}

static bool answer(struct hearing *h, struct error *err)
{
    struct problem open[HELP_LISTED] = { 0 };
    struct buf words = { 0 };
    size_t count = 0;
    bool may = false, answered;

    if (!senses[h->sense].helped || !h->known || !h->plan->settings->reply_help)
        return true;
    if (!inbox_may_answer(h->store, h->reply->sender, &may, err))
        return false;
    if (!may)
        return true;
    answered =
        problem_list(h->store, h->reply->sender, open, HELP_LISTED, &count, err)
        && help_write(senses[h->sense].help, h->reply->sender, h->code, &h->problem, open, count, &words, err)
        && send_answer(h, buf_text(&words), err);
    buf_clear(&words);
    return answered;
}

static bool decide(struct hearing *h, struct error *err)
{
    if (h->plan->settings->monitors.count == 0)
        h->sense = IGNORED;
    else if (h->reply->seen_ms < now_ms() - LATE_MS)
        h->sense = LATE;
    else if (!judge(h, err))
        return false;
    return h->sense == ACKNOWLEDGED ? acknowledge_all(h, err) : answer(h, err);
}

static bool hear(struct hearing *h, struct error *err)
{
    struct deed deed = { .reply = h->reply->id };
    bool decided = decide(h, err);

    ack_clear(&h->ack);
    if (!decided)
        return false;
    deed.outcome = senses[h->sense].word;
    deed.record = h->problem.record;
    deed.answer = h->answer;
    return inbox_settle(h->store, &deed, err);
}

static void say(const struct hearing *h)
{
    char masked[MASK_BYTES];

    log_line(LOG_LEVEL_INFO,
             "reply=%lld from=%s provider=%s outcome=%s code=%s record=%lld author=\"%s\" answer=%lld",
             (long long)h->reply->id, mask_number(h->reply->sender, masked), h->reply->provider,
             senses[h->sense].word, h->problem.record > 0 ? h->problem.code : h->code,
             (long long)h->problem.record, h->author, (long long)h->answer);
}

bool replies_act(const struct plan *plan, struct store *store, struct replies_done *done, struct error *err)
{
    struct hearing hearing[HANDFUL] = { 0 };
    struct reply_kept *replies = NULL;
    size_t count = 0;
    bool acted = false;

    *done = (struct replies_done){ 0 };
    if (!inbox_begin(store, HANDFUL, &replies, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        hearing[i] = (struct hearing){ .plan = plan, .store = store, .reply = &replies[i] };
        if (!hear(&hearing[i], err))
            goto out;
    }
    if (count > 0 && !inbox_commit(store, err))
        goto out;
    for (size_t i = 0; i < count; i++) {
        say(&hearing[i]);
        done->answers += hearing[i].answer > 0;
    }
    done->acted = count;
    done->more = count == HANDFUL;
    acted = true;
out:
    if (!acted)
        inbox_rollback(store);
    free(replies);
    return acted;
}

void replies_heed(const struct plan *plan, struct store *store)
{
    struct replies_done done;
    struct error err = { 0 };
    size_t answers = 0;

    do {
        if (!replies_act(plan, store, &done, &err))
            log_line(LOG_LEVEL_ERROR, "store=replies fault=\"%s\"", err.text);
        answers += done.answers;
    } while (done.more);
    if (answers > 0)
        handover_wake(plan->settings->store);
}
