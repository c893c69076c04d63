/* Nanuminet SMS REST API V1: what all calls share, login and send. Chapters are those of its manual ("SMS
   REST API V1 매뉴얼"), by their headings. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/base64.h"
#include "base/digits.h"
#include "base/utf8.h"
#include "base/when.h"
#include "provider/nanuminet.h"
#include "provider/nanuminet_codes.h"

/* 사용자 인증: a token lives two hours from when it is made. Ours ends a minute before, for the time the
   answer took to arrive. */
#define TOKEN_S (2 * 3600 - 60)

/* The gateway takes a time that is at most five minutes off, in Korean time whatever the zone of this host.
 */
static void write_date(int64_t now_ms, char date[40])
{
    time_t korean = (time_t)(now_ms / 1000 + WHEN_KOREA_S);
    struct tm tm = { 0 };

    gmtime_r(&korean, &tm);
    strftime(date, 40, "%Y-%m-%dT%H:%M:%S+09:00", &tm);
}

/* HMAC with the secret as it is written, over key and date without anything between. */
static bool sign(const struct account *account, const char *hash, const char *date, struct request *request,
                 struct error *err)
{
    struct buf data = { 0 };
    char signature[DIGEST_HEX_MAX];
    bool signed_;

    if (account->wire == NULL)
        return error_set(err, ERROR_BUG, 0, "a login is to be signed where nothing can be sent");
    signed_ = (buf_format(&data, "%s%s", account->user, date) || error_memory(err))
              && account->wire->hmac(hash, account->secret, data.data, data.len, signature, err)
              && request_header(request, "X-NNM-DATE", date, err)
              && request_header(request, "X-NNM-HASH", hash, err)
              && request_header(request, "X-NNM-SIGNATURE", signature, err);
    buf_clear(&data);
    return signed_;
}

bool nanuminet_login_build(const struct query *query, const struct account *account, struct request *request,
                           struct error *err)
{
    const char *hash = account_key(account, "hash");
    char date[40];

    write_date(query->now_ms, date);
    return request_start(request, "GET", "/v1/auth", err)
           && request_header(request, "X-NNM-APIKEY", account->user, err)
           && (strcmp(hash, "none") == 0 || sign(account, hash, date, request, err));
}

/* expire_date, "yyyy-MM-dd HH:mm:ss" in Korean time, where it can be believed: neither over nor later than
   two hours from now. Else what the manual promises. */
static int64_t token_end(const char *expire, int64_t now_ms)
{
    int64_t most = now_ms / 1000 + TOKEN_S, until = when_korean_s(expire);

    return until > now_ms / 1000 && until < most ? until : most;
}

/* Whether the words, "one|another", hold one that occurs in text. */
static bool mentions(const char *text, const char *words)
{
    while (*words != '\0') {
        size_t length = strcspn(words, "|");
        if (memmem(text, strlen(text), words, length) != NULL)
            return true;
        words += length + (words[length] == '|');
    }
    return false;
}

/* The row whose words msg holds; that of "false" when it holds none. */
static const struct verdict *find_refusal(const char *said, const struct verdict *further)
{
    const struct verdict *row = nanuminet_refusals;

    while (strcmp(row->code, "false") != 0) {
        if (mentions(said, row->printed))
            return row;
        row++;
    }
    for (; further != NULL && further->code != NULL; further++)
        if (mentions(said, further->printed))
            return further;
    return row;
}

/* A result of false: nothing was accepted, whatever the status says. */
static void judge_false(const struct account *account, const char *said, const struct verdict *further,
                        struct outcome *outcome)
{
    const struct verdict *row;
    char meaning[2 * sizeof outcome->meaning];

    if (said == NULL)
        said = "";
    row = find_refusal(said, further);
    /* The API key is a secret of this gateway alone: where it comes back, the text is not shown. */
    if (*said != '\0' && strstr(said, account->user) == NULL)
        snprintf(meaning, sizeof meaning, "%s: %s", row->meaning, said);
    else
        UTF8_COPY(meaning, row->meaning);
    outcome_set(outcome, row->kind, row->code, meaning);
}

/* The string "true" or the number 1 are no success: the manual's own sample compares with ===. */
bool nanuminet_said(const struct account *account, const struct reply *reply, struct json_object *said,
                    const struct verdict *further, struct outcome *outcome)
{
    struct json_object *result = json_member(said, "result");

    if (!json_object_is_type(result, json_type_boolean)) {
        outcome_from_reply(outcome, reply);
        outcome->token_refused = reply->status == 401 || reply->status == 403;
        return false;
    }
    if (json_object_get_boolean(result))
        return true;
    judge_false(account, json_text(said, "msg"), further, outcome);
    /* How an ended token is answered is not described: every reason that munja does not know may be that one.
       Nothing was accepted, so asking again with a new token cannot send twice. */
    outcome->token_refused = strcmp(outcome->code, "token") == 0 || strcmp(outcome->code, "false") == 0;
    return false;
}

void nanuminet_login_judge(const struct query *query, const struct account *account,
                           const struct reply *reply, struct answer *answer)
{
    struct json_object *said = json_read(reply);

    if (nanuminet_said(account, reply, said, NULL, &answer->outcome))
        answer_login(answer, json_text(said, "access_token"),
                     token_end(json_text(said, "expire_date"), query->now_ms));
    json_object_put(said);
}

bool nanuminet_start(const struct account *account, const char *method, const char *path,
                     struct request *request, struct error *err)
{
    if (account->token == NULL)
        return error_set(err, ERROR_BUG, 0, "a request that needs a token was made without one");
    return request_start(request, method, path, err)
           && request_header(request, "X-NNM-ACCESSTOKEN", account->token, err);
}

static bool add_phones(const struct batch *batch, struct request *request, struct error *err)
{
    struct buf phones = { 0 };
    bool added = true;

    for (size_t i = 0; added && i < batch->count; i++)
        added = buf_format(&phones, "%s%s", i == 0 ? "" : ",", batch->item[i].to) || error_memory(err);
    added = added && request_field(request, "phone", buf_text(&phones), err);
    buf_clear(&phones);
    return added;
}

/* upFile. "Attached directly" cannot be in a form of this type, so a file goes as a Data URL. */
static bool add_image(const struct batch *batch, struct request *request, struct error *err)
{
    struct buf data = { 0 };
    bool added;

    if (batch->image_url != NULL)
        return request_field(request, "upFile", batch->image_url, err);
    if (batch->image == NULL)
        return true;
    added =
        ((buf_str(&data, "data:image/jpeg;base64,") && base64_add(&data, batch->image, batch->image_bytes))
         || error_memory(err))
        && request_field(request, "upFile", data.data, err);
    buf_clear(&data);
    return added;
}

/* CETC1 is munja's own: the gateway gives no id, but finds messages by these fields, so the first record's
   reference stands for the whole request. The others are the operator's. */
static bool add_extras(const struct batch *batch, const struct account *account, struct request *request,
                       struct error *err)
{
    bool added = request_field(request, "CETC1", batch->item[0].reference, err);

    for (int i = 2; added && i <= 6; i++) {
        char key[] = "cetcN", name[] = "CETCN", text[NANUMINET_CETC_BYTES + 1];
        const char *value;

        key[4] = name[4] = (char)('0' + i);
        value = account_key(account, key);
        if (value == NULL || *value == '\0')
            continue;
        snprintf(text, sizeof text, "%.*s", (int)utf8_border(value, strlen(value), NANUMINET_CETC_BYTES),
                 value);
        added = request_field(request, name, text, err);
    }
    return added;
}

/* SMS/LMS/MMS 발송. The gateway makes an LMS of whatever is longer than 90 bytes, unless use_mms is N. A
   senddate in another form than the manual's is no error to it but sends at once: api_takes lets none pass.
 */
bool nanuminet_send_build(const struct batch *batch, const struct account *account, struct request *request,
                          struct error *err)
{
    const struct batch_item *item = &batch->item[0];
    const bool is_short = batch->kind == KIND_SMS;

    return api_takes(&api_nanuminet, batch, err) && nanuminet_start(account, "POST", "/v1/send", request, err)
           && add_phones(batch, request, err) && request_field(request, "callback", account->from, err)
           && request_field(request, "msg", item->text, err)
           && (!is_short || request_field(request, "use_mms", "N", err))
           && (is_short || item->subject[0] == '\0' || request_field(request, "subject", item->subject, err))
           && add_image(batch, request, err) && add_extras(batch, account, request, err)
           && (batch->at == NULL || request_field(request, "senddate", batch->at, err));
}

/* data is called an array: an object, or a list with one. Its total_count; -1 when it is not said. */
static long count_of(struct json_object *said)
{
    struct json_object *data = json_member(said, "data");
    const char *total = json_text(json_count(data) > 0 ? json_item(data, 0) : data, "total_count");

    return digits_only(total, 9) ? strtol(total, NULL, 10) : -1;
}

/* The one word of a reply counts for all: there are no results for single numbers. */
void nanuminet_send_judge(const struct account *account, const struct reply *reply, struct batch *batch)
{
    struct json_object *said = json_read(reply);
    struct outcome outcome = { 0 };

    if (nanuminet_said(account, reply, said, NULL, &outcome))
        outcome_accept_counted(&outcome, NULL, count_of(said), batch->count);
    batch_outcome(batch, &outcome);
    json_object_put(said);
}
