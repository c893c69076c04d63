/* munja queue list and show: what the store knows. Numbers are masked where many records are shown, and whole
   where the operator asks for one. */
#include "command/queue_look.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/mask.h"
#include "base/utf8.h"
#include "command/sheet.h"
#include "http/json.h"
#include "store/look.h"

#define ABOUT_BYTES 64
#define UNREADABLE  "(the stored alert cannot be read)"

#define TIME_BYTES 32

/* NULL for never. */
static const char *local_time(int64_t ms, bool json, char out[TIME_BYTES])
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm local;
    size_t length;

    if (ms <= 0 || localtime_r(&seconds, &local) == NULL)
        return NULL;
    length = strftime(out, TIME_BYTES - 1, json ? "%Y-%m-%dT%H:%M:%S%z" : "%Y-%m-%d %H:%M:%S", &local);
    if (json && length > 2) { /* +0900 is written +09:00 (RFC 3339) */
        memmove(out + length - 1, out + length - 2, 3);
        out[length - 2] = ':';
    }
    return length > 0 ? out : NULL;
}

/* Only what waits has a time to come. */
static const char *due_time(const struct record *record, bool json, char out[TIME_BYTES])
{
    return record->state == RECORD_WAITING ? local_time(record->due_ms, json, out) : NULL;
}

/* Nothing said. */
static const char *or_null(const char *text)
{
    return text[0] == '\0' ? NULL : text;
}

/* A record in a few words: the start of what the phone shows. */
static void about(const struct alert *alert, char out[ABOUT_BYTES])
{
    const char *host = alert_get(alert, "host"), *service = alert_get(alert, "service");
    const char *type = alert_get(alert, "type"), *text = alert_get(alert, "subject");
    struct buf words = { 0 };
    size_t bytes;

    if (text[0] == '\0')
        text = alert_get(alert, "output");
    if (alert->fields == 0)
        buf_str(&words, UNREADABLE);
    else if (host[0] == '\0')
        buf_str(&words, text);
    else
        buf_format(&words, "%s%s%s %s%s%s", strcmp(type, "PROBLEM") == 0 ? "" : type,
                   strcmp(type, "PROBLEM") == 0 ? "" : " ", alert_get(alert, "state"), host,
                   service[0] == '\0' ? "" : "/", service);
    bytes = utf8_border(buf_text(&words), words.len, ABOUT_BYTES - 4);
    snprintf(out, ABOUT_BYTES, "%.*s%s", (int)bytes, buf_text(&words), bytes < words.len ? "…" : "");
    buf_clear(&words);
}

static bool add_listed(struct listing *listing, const struct listed *listed, bool json)
{
    const struct record *r = &listed->record;
    char id[24], created[TIME_BYTES], due[TIME_BYTES], tries[16], masked[MASK_BYTES], words[ABOUT_BYTES];

    snprintf(id, sizeof id, "%lld", (long long)r->id);
    snprintf(tries, sizeof tries, "%d", r->tries);
    about(&r->alert, words);
    return listing_add(
        listing, (const char *[]){ id, record_state_name(r->state), local_time(r->created_ms, json, created),
                                   due_time(r, json, due), tries, mask_number(r->recipient, masked),
                                   or_null(r->provider), or_null(r->outcome), or_null(r->code),
                                   or_null(listed->receipt), words });
}

static bool write_list(const struct listing *listing, size_t all, bool json, struct error *err)
{
    struct json_object *document;

    if (json) {
        document = json_object_new_object();
        return sheet_json(document,
                          sheet_rows(document, "records", listing)
                              && json_add(document, "total", json_object_new_int64((int64_t)all)),
                          err);
    }
    if (all == 0) {
        puts("MUNJA OK - no such records");
        return true;
    }
    if (!sheet_table(listing, err))
        return false;
    if (all > listing->count)
        printf("(the newest %zu of %zu: see --limit)\n", listing->count, all);
    return true;
}

bool queue_list(struct store *store, unsigned states, size_t most, bool json, struct error *err)
{
    static const char *const columns[] = { "id",       "state",   "created", "due",     "tries", "recipient",
                                           "provider", "outcome", "code",    "receipt", "what",  NULL };
    struct listing listing = { 0 };
    struct listed *found = NULL;
    size_t count = 0, all = 0;
    bool listed = store_list(store, states, most, &found, &count, &all, err);

    listing_start(&listing, columns);
    for (size_t i = 0; listed && i < count; i++)
        listed = add_listed(&listing, &found[i], json) || error_memory(err);
    listed = listed && write_list(&listing, all, json, err);
    listing_clear(&listing);
    listed_free(found, count);
    return listed;
}

/* One record as it is shown. */
enum sheet { SHEET_RECORD, SHEET_ATTEMPTS, SHEET_RECEIPTS, SHEET_REPLIES, SHEET_WRITEBACKS, SHEETS };

static const char *const record_columns[] = { "id",      "state",       "created",       "due",
                                              "tries",   "recipient",   "wish_provider", "wish_kind",
                                              "wish_at", "receipt",     "merged_into",   "undelivered",
                                              "remedy",  "replaced_by", "in_place_of",   "reply",
                                              NULL };
static const char *const attempt_columns[] = { "attempt", "provider", "begun",     "ended", "outcome",
                                               "code",    "meaning",  "reference", NULL };
static const char *const receipt_columns[] = { "provider", "reference", "seen",    "time", "carrier",
                                               "state",    "code",      "meaning", NULL };
static const char *const reply_columns[] = { "provider",  "reference", "seen",    "time",   "sender",
                                             "recipient", "text",      "outcome", "answer", NULL };
static const char *const writeback_columns[] = { "tell",   "created", "due",     "tries", "state",
                                                 "author", "text",    "monitor", "said",  NULL };

/* The number of another record; NULL for none. */
static const char *other_record(int64_t id, char out[24])
{
    snprintf(out, 24, "%lld", (long long)id);
    return id == 0 ? NULL : out;
}

static bool fill_record(struct listing *sheet, const struct shown *shown, bool json)
{
    const struct record *r = &shown->listed.record;
    const struct chase_note *note = &shown->note;
    char id[24], created[TIME_BYTES], due[TIME_BYTES], tries[16], merged[24], replaced[24], before[24];

    snprintf(id, sizeof id, "%lld", (long long)r->id);
    snprintf(tries, sizeof tries, "%d", r->tries);
    listing_start(sheet, record_columns);
    return listing_add(
        sheet, (const char *[]){ id, record_state_name(r->state), local_time(r->created_ms, json, created),
                                 due_time(r, json, due), tries, r->recipient, or_null(r->wish.provider),
                                 or_null(r->wish.kind), or_null(r->wish.at), or_null(shown->listed.receipt),
                                 other_record(r->merged_into, merged), or_null(note->why),
                                 or_null(note->remedy), other_record(note->replaced_by, replaced),
                                 other_record(note->in_place_of, before), or_null(r->reply) });
}

static bool fill_attempts(struct listing *sheet, const struct shown *shown, bool json)
{
    char number[16], begun[TIME_BYTES], ended[TIME_BYTES];
    bool filled = true;

    listing_start(sheet, attempt_columns);
    for (size_t i = 0; filled && i < shown->attempts; i++) {
        const struct attempt_kept *a = &shown->attempt[i];
        snprintf(number, sizeof number, "%d", a->number);
        filled = listing_add(
            sheet, (const char *[]){ number, or_null(a->provider), local_time(a->begun_ms, json, begun),
                                     local_time(a->ended_ms, json, ended), a->outcome, or_null(a->code),
                                     or_null(a->meaning), or_null(a->reference) });
    }
    return filled;
}

static bool fill_receipts(struct listing *sheet, const struct shown *shown, bool json)
{
    char seen[TIME_BYTES];
    bool filled = true;

    listing_start(sheet, receipt_columns);
    for (size_t i = 0; filled && i < shown->receipts; i++) {
        const struct receipt_kept *r = &shown->receipt[i];
        filled = listing_add(sheet,
                             (const char *[]){ r->provider, r->reference, local_time(r->seen_ms, json, seen),
                                               or_null(r->time), or_null(r->carrier), or_null(r->state),
                                               or_null(r->code), or_null(r->meaning) });
    }
    return filled;
}

static bool fill_replies(struct listing *sheet, const struct shown *shown, bool json)
{
    char seen[TIME_BYTES], answer[24];
    bool filled = true;

    listing_start(sheet, reply_columns);
    for (size_t i = 0; filled && i < shown->replies; i++) {
        const struct reply_kept *r = &shown->reply[i];
        snprintf(answer, sizeof answer, "%lld", (long long)r->answer);
        filled = listing_add(sheet, (const char *[]){ r->provider, or_null(r->reference),
                                                      local_time(r->seen_ms, json, seen), or_null(r->time),
                                                      r->sender, or_null(r->recipient), r->text,
                                                      or_null(r->outcome), r->answer == 0 ? NULL : answer });
    }
    return filled;
}

static bool fill_writebacks(struct listing *sheet, const struct shown *shown, bool json)
{
    char created[TIME_BYTES], due[TIME_BYTES], tries[16];
    bool filled = true;

    listing_start(sheet, writeback_columns);
    for (size_t i = 0; filled && i < shown->writebacks; i++) {
        const struct writeback *w = &shown->writeback[i];
        snprintf(tries, sizeof tries, "%d", w->tries);
        filled = listing_add(
            sheet, (const char *[]){ writeback_kind_name(w->kind), local_time(w->created_ms, json, created),
                                     w->state == WRITEBACK_WAITING ? local_time(w->due_ms, json, due) : NULL,
                                     tries, writeback_state_name(w->state), or_null(w->author),
                                     or_null(w->text), or_null(w->monitor), or_null(w->said) });
    }
    return filled;
}

/* The row written downwards; what says nothing is passed over. */
static bool print_record(const struct listing *record, struct error *err)
{
    static const char *const columns[] = { "record", "", NULL };
    struct listing fields = { 0 };
    bool printed = true;

    listing_start(&fields, columns);
    for (size_t i = 0; printed && record->column[i] != NULL; i++)
        if (record->row[0][i] != NULL)
            printed = listing_add(&fields, (const char *[]){ record->column[i], record->row[0][i] });
    printed = printed ? sheet_table(&fields, err) : error_memory(err);
    listing_clear(&fields);
    return printed;
}

/* Each line of a value is a row. */
static bool add_value(struct listing *fields, const char *name, const char *value)
{
    bool added = true;

    for (const char *line = value; added && line != NULL;) {
        const char *end = strchr(line, '\n');
        char *text = end == NULL ? strdup(line) : strndup(line, (size_t)(end - line));

        added = text != NULL && listing_add(fields, (const char *[]){ line == value ? name : "", text });
        free(text);
        line = end == NULL ? NULL : end + 1;
    }
    return added;
}

static bool print_alert(const struct alert *alert, struct error *err)
{
    static const char *const columns[] = { "alert", "", NULL };
    struct listing fields = { 0 };
    bool printed = true;

    listing_start(&fields, columns);
    if (alert->fields == 0)
        printed = add_value(&fields, "", UNREADABLE);
    for (size_t i = 0; printed && i < alert->fields; i++)
        printed = add_value(&fields, alert->field[i].name, alert->field[i].value);
    printed = printed ? sheet_table(&fields, err) : error_memory(err);
    listing_clear(&fields);
    return printed;
}

static bool show_table(const struct alert *alert, const struct listing *sheet, struct error *err)
{
    if (!print_record(&sheet[SHEET_RECORD], err))
        return false;
    putchar('\n');
    if (!print_alert(alert, err))
        return false;
    for (int i = SHEET_ATTEMPTS; i < SHEETS; i++) {
        if (sheet[i].count == 0)
            continue;
        putchar('\n');
        if (!sheet_table(&sheet[i], err))
            return false;
    }
    return true;
}

static bool show_json(const struct alert *alert, const struct listing *sheet, struct error *err)
{
    struct json_object *document = sheet_row(&sheet[SHEET_RECORD], 0), *fields = json_object_new_object();
    bool made = json_add(document, "alert", fields);

    for (size_t i = 0; made && i < alert->fields; i++)
        made = json_add(fields, alert->field[i].name, json_object_new_string(alert->field[i].value));
    return sheet_json(document,
                      made && sheet_rows(document, "attempts", &sheet[SHEET_ATTEMPTS])
                          && sheet_rows(document, "receipts", &sheet[SHEET_RECEIPTS])
                          && sheet_rows(document, "replies", &sheet[SHEET_REPLIES])
                          && sheet_rows(document, "writebacks", &sheet[SHEET_WRITEBACKS]),
                      err);
}

bool queue_show(struct store *store, int64_t id, bool json, struct error *err)
{

    struct listing sheet[SHEETS] = { 0 };
    struct shown shown = { 0 };
    bool found = false, done = false;

    if (!store_show(store, id, &shown, &found, err))
        goto out;
    if (!found) {
        error_set(err, ERROR_USAGE, 0, "there is no record %lld: see munja queue list --all", (long long)id);
        goto out;
    }
    if (!fill_record(&sheet[SHEET_RECORD], &shown, json)
        || !fill_attempts(&sheet[SHEET_ATTEMPTS], &shown, json)
        || !fill_receipts(&sheet[SHEET_RECEIPTS], &shown, json)
        || !fill_replies(&sheet[SHEET_REPLIES], &shown, json)
        || !fill_writebacks(&sheet[SHEET_WRITEBACKS], &shown, json)) {
        error_memory(err);
        goto out;
    }
    done = json ? show_json(&shown.listed.record.alert, sheet, err)
                : show_table(&shown.listed.record.alert, sheet, err);
out:
    for (int i = 0; i < SHEETS; i++)
        listing_clear(&sheet[i]);
    shown_clear(&shown);
    return done;
}
