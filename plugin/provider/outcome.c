/* Outcomes: a gateway's word, cleaned and read by table. */
#include "provider/outcome.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/mask.h"
#include "base/utf8.h"

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

/* The bytes of a phone number at text, written with blanks or hyphens or plainly; 0 when there is none. Its
   first digits go to number. */
static size_t number_at(const char *text, char number[MASK_BYTES])
{
    size_t digits = 0, bytes = 0;

    for (size_t i = 0; isdigit((unsigned char)text[0]); i++) {
        if (isdigit((unsigned char)text[i])) {
            if (digits < MASK_BYTES - 1)
                number[digits] = text[i];
            digits++;
            bytes = i + 1;
        } else if ((text[i] != '-' && text[i] != ' ') || bytes != i) {
            break;
        }
    }
    number[digits < MASK_BYTES ? digits : MASK_BYTES - 1] = '\0';
    return digits >= 8 ? bytes : 0;
}

/* Gateways put what they like into their messages: one line of valid UTF-8 stays, whole phone numbers do
   not. */
static void copy_line(char *out, size_t room, const char *text)
{
    size_t at = 0, left = text == NULL ? 0 : strlen(text);

    while (left > 0) {
        char number[MASK_BYTES], masked[MASK_BYTES];
        const char *piece = text;
        uint32_t point = 0;
        size_t bytes = number_at(text, number), length;

        if (bytes > 0) {
            piece = mask_number(number, masked);
            length = strlen(masked);
        } else {
            bytes = length = utf8_decode(text, left, &point);
            if (bytes == 0)
                bytes = length = 1, piece = "?";
            else if (point < 0x20 || (point >= 0x7f && point < 0xa0))
                length = 1, piece = " ";
        }
        if (at + length >= room)
            break;
        memcpy(out + at, piece, length);
        at += length;
        text += bytes;
        left -= bytes;
    }
    out[at] = '\0';
}

void outcome_set(struct outcome *outcome, enum outcome_kind kind, const char *code, const char *meaning)
{
    *outcome = (struct outcome){ .kind = kind };
    copy_word(outcome->code, sizeof outcome->code, code);
    copy_line(outcome->meaning, sizeof outcome->meaning, meaning);
}

void outcome_accept(struct outcome *outcome, const char *reference)
{
    *outcome = (struct outcome){ .kind = OUTCOME_ACCEPTED };
    copy_word(outcome->reference, sizeof outcome->reference, reference);
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
        copy_word(outcome->code, sizeof outcome->code, code);
    if (said != NULL && *said != '\0')
        copy_line(outcome->meaning, sizeof outcome->meaning, said);
}
