/* Outcomes: a gateway's word, cleaned and read by table. */
#include "provider/outcome.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/line.h"

const char *outcome_name(enum outcome_kind kind)
{
    static const char *const names[] = {
        [OUTCOME_NONE] = "none",       [OUTCOME_ACCEPTED] = "accepted", [OUTCOME_RETRY] = "retry",
        [OUTCOME_REFUSED] = "refused", [OUTCOME_ACCOUNT] = "account",   [OUTCOME_UNSURE] = "unsure",
    };

    return names[kind];
}

const char *receipt_name(enum receipt_kind kind)
{
    static const char *const names[] = {
        [RECEIPT_WAITING] = "waiting", [RECEIPT_DELIVERED] = "delivered", [RECEIPT_FAILED] = "failed",
        [RECEIPT_MISSED] = "missed",   [RECEIPT_GATEWAY] = "gateway",
    };

    return names[kind];
}

/* Codes and references go into logs, tables and SQL: printable ASCII without blanks. */
static void copy_word(char *out, size_t room, const char *word)
{
    size_t at = 0;

    for (; word != NULL && *word != '\0' && at + 1 < room; word++) {
        if (isascii((unsigned char)*word) && isgraph((unsigned char)*word))
            out[at++] = *word;
    }
    out[at] = '\0';
}

/* A code may be anything that stood in its place: a phone number, too. */
static void copy_code(struct outcome *outcome, const char *code)
{
    char word[sizeof outcome->code];

    copy_word(word, sizeof word, code);
    line_copy(outcome->code, sizeof outcome->code, word);
}

void outcome_set(struct outcome *outcome, enum outcome_kind kind, const char *code, const char *meaning)
{
    *outcome = (struct outcome){ .kind = kind };
    copy_code(outcome, code);
    line_copy(outcome->meaning, sizeof outcome->meaning, meaning == NULL ? "" : meaning);
}

void outcome_own(struct outcome *outcome, enum outcome_kind kind, const char *code, const char *meaning)
{
    outcome_set(outcome, kind, code, meaning);
    outcome->own = true;
}

void outcome_from_error(struct outcome *outcome, const struct error *err)
{
    bool later = err->kind == ERROR_NETWORK || (err->kind == ERROR_SYSTEM && err->code == ENOMEM);

    outcome_own(outcome, later ? OUTCOME_RETRY : OUTCOME_ACCOUNT, "", err->text);
}

void outcome_accept(struct outcome *outcome, const char *reference)
{
    *outcome = (struct outcome){ .kind = OUTCOME_ACCEPTED };
    copy_word(outcome->reference, sizeof outcome->reference, reference);
}

void outcome_accept_counted(struct outcome *outcome, const char *reference, long counted, size_t sent)
{
    if (counted == 0) {
        outcome_set(outcome, OUTCOME_UNSURE, "none", "the answer counts no message");
        return;
    }
    outcome_accept(outcome, reference);
    if (counted > 0 && (size_t)counted < sent)
        snprintf(outcome->meaning, sizeof outcome->meaning, "the answer counts %ld messages of %zu", counted,
                 sent);
}

const struct verdict *verdict_find(const struct verdict *rows, const char *code)
{
    for (; code != NULL && rows->code != NULL; rows++) {
        if (strcmp(rows->code, code) == 0)
            return rows;
    }
    return NULL;
}

static bool stands_for(const char *row, const char *code)
{
    size_t length = strlen(row);

    return length > 4 && strcmp(row + length - 4, "NNNN") == 0 && strncmp(row, code, length - 4) == 0
           && code[length - 4] != '\0';
}

const struct receipt *receipt_find(const struct receipt *rows, const char *code)
{
    const struct receipt *found = NULL;

    for (; code != NULL && rows->code != NULL; rows++) {
        if (strcmp(rows->code, code) == 0)
            return rows;
        if (found == NULL && stands_for(rows->code, code))
            found = rows;
    }
    return found;
}

void outcome_from_code(struct outcome *outcome, const struct verdict *rows, const char *code,
                       const char *said)
{
    const struct verdict *row = verdict_find(rows, code);

    if (row != NULL)
        outcome_set(outcome, row->kind, code, row->meaning);
    else
        outcome_set(outcome, OUTCOME_UNSURE, code,
                    said != NULL && *said != '\0' ? said : "a code that no manual lists");
}

static void take_pause(struct outcome *outcome, const struct reply *reply)
{
    if (outcome->kind == OUTCOME_RETRY && reply->retry_after_s > 0)
        outcome->wait_s = reply->retry_after_s;
}

/* A status of 400 and above but 5xx says that the request was not taken, even when the body broke off. */
static void outcome_from_status(struct outcome *outcome, const struct reply *reply)
{
    bool partly = reply->carried == CARRIED_PARTLY;
    enum outcome_kind kind = OUTCOME_UNSURE;
    char code[32], meaning[2 * sizeof reply->fault];

    if (reply->status == 429 || reply->status == 408)
        kind = OUTCOME_RETRY;
    else if (reply->status >= 300 && reply->status < 500)
        kind = OUTCOME_ACCOUNT;
    snprintf(code, sizeof code, "http-%d", reply->status);
    if (kind == OUTCOME_UNSURE && partly)
        snprintf(meaning, sizeof meaning, "HTTP status %d, but the answer broke off: %s", reply->status,
                 reply->fault);
    else
        snprintf(meaning, sizeof meaning, "HTTP status %d without a code that the manual lists",
                 reply->status);
    outcome_set(outcome, kind, kind == OUTCOME_UNSURE && partly ? "partial" : code, meaning);
    take_pause(outcome, reply);
}

void outcome_from_reply(struct outcome *outcome, const struct reply *reply)
{
    switch (reply->carried) {
    case CARRIED_NOT:
        outcome_set(outcome, OUTCOME_RETRY, "", reply->fault);
        break;
    case CARRIED_UNKNOWN:
        outcome_set(outcome, OUTCOME_UNSURE, "lost", reply->fault);
        break;
    default:
        outcome_from_status(outcome, reply);
    }
}

void outcome_from_refusal(struct outcome *outcome, const struct verdict *rows, const char *code,
                          const char *said, const struct reply *reply)
{
    if (verdict_find(rows, code) != NULL) {
        outcome_from_code(outcome, rows, code, said);
        take_pause(outcome, reply);
        return;
    }
    outcome_from_reply(outcome, reply);
    if (code != NULL && *code != '\0')
        copy_code(outcome, code);
    if (said != NULL && *said != '\0')
        line_copy(outcome->meaning, sizeof outcome->meaning, said);
}
