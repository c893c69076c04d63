/* SMSJOA Messaging API. Chapters are those of its guide ("Messaging API 개발 가이드"). */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digits.h"
#include "provider/api.h"
#include "http/json.h"
#include "provider/smsjoa_codes.h"

/* 2.4 names no largest list_count, only that there is one (-100035). */
#define ROWS_MAX 100

#define STAMP_DIGITS 14 /* YYYYMMDDHHMISS */
#define TIME_BYTES   sizeof "YYYY-MM-DD HH:MM:SS"

static const struct setting keys[] = {
    { "newline", SETTING_TEXT, "how a line break in a text is sent: as it is, or as a backslash and an n",
      "lf", "lf|backslash-n" },
    { 0 },
};

/* The guide says that errors carry a code but not where (1): find "-1000NN" whether it is a string, a number
   or a word of plain text. False when the body holds none. */
static bool find_code(const struct reply *reply, char code[8])
{
    static const char head[] = "-1000";
    const char *at = reply->body, *end = at + reply->bytes;

    while (at < end && (at = memmem(at, (size_t)(end - at), head, 5)) != NULL) {
        if (end - at >= 7 && at[5] >= '0' && at[5] <= '9' && at[6] >= '0' && at[6] <= '9'
            && !(end - at > 7 && at[7] >= '0' && at[7] <= '9')) {
            memcpy(code, at, 7);
            code[7] = '\0';
            return true;
        }
        at += 5;
    }
    return false;
}

/* A reply that brings nothing. A 401 without a code of its own is taken for a token that has ended. */
static void judge_refusal(struct outcome *outcome, const struct reply *reply)
{
    char code[8];
    bool coded = find_code(reply, code);

    outcome_from_refusal(outcome, smsjoa_verdicts, coded ? code : NULL, NULL, reply);
    if (coded)
        outcome->token_refused =
            strcmp(code, "-100008") == 0 || strcmp(code, "-100009") == 0 || strcmp(code, "-100010") == 0;
    else
        outcome->token_refused = reply->status == 401;
}

/* The same for look-ups and cancelling, which have codes of their own. */
static void judge_query_refusal(struct outcome *outcome, const struct reply *reply)
{
    char code[8];

    judge_refusal(outcome, reply);
    if (find_code(reply, code) && verdict_find(smsjoa_query_verdicts, code) != NULL)
        outcome_from_refusal(outcome, smsjoa_query_verdicts, code, NULL, reply);
}

/* 2.1 */
static bool login_build(const struct query *query, const struct account *account, struct request *request,
                        struct error *err)
{
    (void)query;
    return request_start(request, "POST", "/1/token", err)
           && request_basic(request, account->user, account->secret, err);
}

static void login_judge(const struct query *query, const struct account *account, const struct reply *reply,
                        struct answer *answer)
{
    struct json_object *said = json_read(reply);
    const char *token = json_text(said, "token");

    (void)query;
    (void)account;
    if (reply->status / 100 == 2 && token != NULL)
        answer_login(answer, token, 0);
    else
        judge_refusal(&answer->outcome, reply);
    json_object_put(said);
}

/* 2.3 "줄바꿈": the guide's sign for a line break can be read as the character itself or as backslash and n.
 */
static bool add_text(struct buf *out, const struct account *account, const char *text)
{
    bool escaped = strcmp(account_key(account, "newline"), "backslash-n") == 0;

    for (;;) {
        size_t line = strcspn(text, "\n");
        if (!buf_add(out, text, line))
            return false;
        if (text[line] == '\0')
            return true;
        if (!buf_str(out, escaped ? "\\n" : "\n"))
            return false;
        text += line + 1;
    }
}

static bool same_text(const struct batch *batch, const struct account *account, struct request *request,
                      struct error *err)
{
    struct buf phones = { 0 }, text = { 0 };
    bool built = false;

    for (size_t i = 0; i < batch->count; i++) {
        if (!buf_format(&phones, "%s%s", i == 0 ? "" : ",", batch->item[i].to)) {
            error_memory(err);
            goto out;
        }
    }
    if (!add_text(&text, account, batch->item[0].text)) {
        error_memory(err);
        goto out;
    }
    if (batch->kind != KIND_SMS && batch->item[0].subject[0] != '\0'
        && !request_part(request, "subject", batch->item[0].subject, err))
        goto out;
    built = request_part(request, "phone", buf_text(&phones), err)
            && request_part(request, "msg", buf_text(&text), err);
out:
    buf_clear(&phones);
    buf_clear(&text);
    return built;
}

/* {"phone":"text",…} stands in for phone and msg. */
static bool own_texts(const struct batch *batch, const struct account *account, struct request *request,
                      struct error *err)
{
    struct json_object *list = json_object_new_object();
    struct buf text = { 0 };
    const char *printed;
    bool built = false;

    for (size_t i = 0; i < batch->count; i++) {
        buf_cut(&text, 0);
        if (!add_text(&text, account, batch->item[i].text)
            || !json_add(list, batch->item[i].to, json_object_new_string(buf_text(&text)))) {
            error_memory(err);
            goto out;
        }
    }
    printed = json_print(list);
    built = printed != NULL ? request_part(request, "msg_list", printed, err) : error_memory(err);
out:
    buf_clear(&text);
    json_object_put(list);
    return built;
}

/* "YYYY-MM-DD HH:MM:SS" as YYYYMMDDHHMISS. */
static bool add_reservation(struct request *request, const char *at, struct error *err)
{
    char stamp[STAMP_DIGITS + 1];
    size_t digits = 0;

    for (; *at != '\0' && digits < STAMP_DIGITS; at++) {
        if (isdigit((unsigned char)*at))
            stamp[digits++] = *at;
    }
    stamp[digits] = '\0';
    return request_part(request, "trandate", stamp, err);
}

static bool send_build(const struct batch *batch, const struct account *account, struct request *request,
                       struct error *err)
{
    /* MMS is a text with an image (2.3, "메세지 규격"); without one it is LMS. */
    enum kind kind = batch->kind == KIND_MMS && batch->image == NULL ? KIND_LMS : batch->kind;

    return api_takes(&api_smsjoa, batch, err) && request_start(request, "POST", "/1/send", err)
           && request_bearer(request, account->token, err)
           && request_part(request, "msg_type", kind_name(kind), err)
           && request_part(request, "callback", account->from, err)
           && (batch->own ? own_texts : same_text)(batch, account, request, err)
           && (batch->at == NULL || add_reservation(request, batch->at, err))
           && (batch->image == NULL
               || request_file(request, "image", "image.jpg", "image/jpeg", batch->image, batch->image_bytes,
                               err));
}

/* total_count, a string or a number; -1 when it is not said. */
static long total_of(struct json_object *said)
{
    const char *total = json_text(said, "total_count");

    return digits_only(total, 9) ? strtol(total, NULL, 10) : -1;
}

/* The one word of a reply counts for all: the guide has no results for single numbers. */
static void send_judge(const struct account *account, const struct reply *reply, struct batch *batch)
{
    struct json_object *said = json_read(reply);
    bool taken = reply->status == 200;
    struct outcome outcome = { 0 };
    char code[8];

    (void)account;
    if (taken && json_text(said, "msg_serial") != NULL) {
        outcome_accept_counted(&outcome, json_text(said, "msg_serial"), total_of(said), batch->count);
    } else if (taken && said == NULL && !find_code(reply, code)) {
        /* The guide's own sample is broken JSON, and it has no other 200: the message has gone out. */
        outcome_set(&outcome, OUTCOME_ACCEPTED, "unread", "accepted, but the answer could not be read");
    } else {
        judge_refusal(&outcome, reply);
    }
    batch_outcome(batch, &outcome);
    json_object_put(said);
}

/* 2.2 */
static bool balance_build(const struct query *query, const struct account *account, struct request *request,
                          struct error *err)
{
    (void)query;
    return request_start(request, "GET", "/1/balance", err) && request_bearer(request, account->token, err);
}

static void balance_judge(const struct query *query, const struct account *account, const struct reply *reply,
                          struct answer *answer)
{
    struct json_object *said = json_read(reply);
    const char *const cells[] = { json_text(said, "money"), "KRW", NULL };

    (void)query;
    (void)account;
    listing_start(&answer->listing, listing_balance);
    if (reply->status / 100 == 2 && digits_amount(cells[0], true)) {
        outcome_accept(&answer->outcome, NULL);
        answer_row(answer, cells);
    } else {
        judge_query_refusal(&answer->outcome, reply);
    }
    json_object_put(said);
}

/* 2.4. The first page has no number in print; 1 it is. */
static bool result_build(const struct query *query, const struct account *account, struct request *request,
                         struct error *err)
{
    char size[16], page[16];

    if (!query_has_ref(query, err))
        return false;
    if (query->size > ROWS_MAX)
        return error_set(err, ERROR_USAGE, 0, "--size: at most %d rows at once", ROWS_MAX);
    snprintf(size, sizeof size, "%d", query->size > 0 ? query->size : ROWS_MAX);
    snprintf(page, sizeof page, "%d", query->page > 0 ? query->page : 1);
    return request_start(request, "GET", "/1/send", err) && request_segment(request, query->ref, err)
           && request_segment(request, size, err) && request_segment(request, page, err)
           && request_bearer(request, account->token, err);
}

/* YYYYMMDDHHMISS as people read it; what has another form stays as it is. */
static const char *show_time(const char *text, char shown[TIME_BYTES])
{
    if (!digits_only(text, STAMP_DIGITS) || strlen(text) != STAMP_DIGITS)
        return text;
    snprintf(shown, TIME_BYTES, "%.4s-%.2s-%.2s %.2s:%.2s:%.2s", text, text + 4, text + 6, text + 8,
             text + 10, text + 12);
    return shown;
}

/* Each field may be null. The guide's own two rows spell the time of sending differently. */
static bool add_result(struct answer *answer, const char *serial, struct json_object *row)
{
    const char *sent = json_text(row, "trandate"), *status = json_text(row, "status");
    const char *code = json_text(row, "rsltcode"), *state = NULL;
    const struct receipt *receipt = receipt_find(smsjoa_receipts, code);
    char sent_shown[TIME_BYTES], done_shown[TIME_BYTES];

    if (status != NULL && strcmp(status, "N") == 0)
        state = receipt_name(RECEIPT_WAITING);
    else if (receipt != NULL)
        state = receipt_name(receipt->kind);
    else if (code != NULL && *code != '\0')
        state = receipt_name(RECEIPT_FAILED); /* 100 alone is success */
    return answer_row(answer, (const char *const[]){
                                  serial,
                                  json_text(row, "phone"),
                                  json_text(row, "msg_type"),
                                  state,
                                  code,
                                  receipt != NULL ? receipt->meaning : NULL,
                                  show_time(sent != NULL ? sent : json_text(row, "tran_date"), sent_shown),
                                  show_time(json_text(row, "rsltdate"), done_shown),
                                  json_text(row, "telecom"),
                              });
}

static void result_judge(const struct query *query, const struct account *account, const struct reply *reply,
                         struct answer *answer)
{
    struct json_object *said = json_read(reply), *rows = json_member(said, "data");
    bool told = json_object_is_type(rows, json_type_array) || total_of(said) >= 0;
    char code[8];

    (void)account;
    listing_start(&answer->listing, listing_result);
    if (reply->status / 100 == 2 && told) {
        outcome_accept(&answer->outcome, NULL);
        answer->listing.total = total_of(said);
        for (size_t i = 0; i < json_count(rows); i++) {
            struct json_object *row = json_item(rows, i);
            if (json_object_is_type(row, json_type_object) && !add_result(answer, query->ref, row))
                break;
        }
    } else if (find_code(reply, code) && strcmp(code, "-100036") == 0) {
        outcome_accept(&answer->outcome, NULL); /* all pages have been seen */
    } else {
        judge_query_refusal(&answer->outcome, reply);
    }
    json_object_put(said);
}

/* 2.5. No type is printed for the body of the example. */
static bool cancel_build(const struct query *query, const struct account *account, struct request *request,
                         struct error *err)
{
    struct json_object *body = json_object_new_object();
    bool built = false;

    if (!query_has_ref(query, err))
        goto out;
    if (!json_add(body, "msg_serial", json_object_new_string(query->ref))) {
        error_memory(err);
        goto out;
    }
    built = request_start(request, "DELETE", "/1/reservation", err)
            && request_bearer(request, account->token, err)
            && json_body(request, "application/json", body, err);
out:
    json_object_put(body);
    return built;
}

static void cancel_judge(const struct query *query, const struct account *account, const struct reply *reply,
                         struct answer *answer)
{
    struct json_object *said = json_read(reply);
    const char *const cells[] = { json_text(said, "msg_serial") };

    (void)query;
    (void)account;
    listing_start(&answer->listing, listing_cancelled);
    if (reply->status / 100 == 2 && cells[0] != NULL) {
        outcome_accept(&answer->outcome, cells[0]);
        answer_row(answer, cells);
    } else {
        judge_query_refusal(&answer->outcome, reply);
    }
    json_object_put(said);
}

const struct api api_smsjoa = {
    .name = "smsjoa",
    .title = "SMSJOA Messaging API",
    .url = "https://api.smsjoa.com",
    .country = COUNTRY_KOREA,
    .caps = API_RESERVE | API_IMAGE,
    .needs_user = true,
    .needs_secret = true,
    .needs_from = true,
    .limits.charset = CHARSET_EUCKR,
    .limits.sms = 90,
    .limits.lms = 2000,
    .limits.mms = 2000,
    .limits.subject = 40,   /* 2.3 names none: what phones show of it */
    .same_max = 100,        /* 2.3 names no number of receivers */
    .cancel_before_s = 600, /* -100026 */
    .own_max = 100,
    .own_kinds = 1 << KIND_SMS,
    .keys = keys,
    .verdicts = smsjoa_verdict_tables,
    .receipts = smsjoa_receipt_tables,
    .result_days = 89, /* -100040: three months */
    .send = { send_build, send_judge },
    .login = { login_build, login_judge },
    .balance = { balance_build, balance_judge },
    .result = { result_build, result_judge },
    .reservation_cancel = { cancel_build, cancel_judge },
};
