/* SMS57-SMGW: its facts, sending and balance. Chapters are those of its interface document ("SMS57-SMGW
   客户接口说明文档"). */
#include "provider/sms57.h"

#include <string.h>

#include "base/digits.h"
#include "http/json.h"
#include "provider/sms57_codes.h"

static const struct setting keys[] = {
    { "extno", SETTING_REQUIRED, "access number that the gateway's operator assigned (106...), digits", NULL,
      NULL },
    { "sign", SETTING_TEXT, "password field: an MD5 signature, or the password itself", "md5", "md5|plain" },
    { "signature", SETTING_TEXT, "registered name in front of every text, with its brackets", NULL, NULL },
    { 0 },
};

static bool list_mobiles(const struct batch *batch, struct buf *out, struct error *err)
{
    for (size_t i = 0; i < batch->count; i++) {
        const char *mobile = sms57_national(batch->item[i].to);
        if (mobile == NULL)
            return error_set(err, ERROR_BUG, 0, "a number that SMS57-SMGW cannot reach");
        if (!buf_format(out, "%s%s", i == 0 ? "" : ",", mobile))
            return error_memory(err);
    }
    return true;
}

/* 2.2: lines of Mobile#Content. A line break inside a content would begin another message, a "#" end it for a
   gateway that splits at each. */
static const char own_without[] = "\r\n#";

static bool list_contents(const struct batch *batch, struct buf *out, struct error *err)
{
    for (size_t i = 0; i < batch->count; i++) {
        const char *mobile = sms57_national(batch->item[i].to), *text = batch->item[i].text;
        if (mobile == NULL)
            return error_set(err, ERROR_BUG, 0, "a number that SMS57-SMGW cannot reach");
        if (strpbrk(text, own_without) != NULL)
            return error_set(err, ERROR_BUG, 0, "a text that cannot stand in a list of own texts");
        if (!buf_format(out, "%s%s#%s", i == 0 ? "" : "\n", mobile, text))
            return error_memory(err);
    }
    return true;
}

/* What is signed behind the password: extno, then content and numbers as they are before encoding (1.2), or
   the list without its line breaks (2.2). */
static bool sign_batch(const struct batch *batch, const char *extno, const char *list, struct buf *out)
{
    if (!buf_str(out, extno))
        return false;
    if (!batch->own)
        return buf_str(out, batch->item[0].text) && buf_str(out, list);
    for (size_t line; *list != '\0'; list += line + (list[line] == '\n')) {
        line = strcspn(list, "\n");
        if (!buf_add(out, list, line))
            return false;
    }
    return true;
}

/* Behind the password stands what the document wants signed with it. */
static bool add_password(const struct account *account, const char *more, struct request *request,
                         struct error *err)
{
    struct buf data = { 0 };
    char digest[DIGEST_HEX_MAX];
    bool added;

    if (strcmp(account_key(account, "sign"), "plain") == 0)
        return request_field(request, "password", account->secret, err);
    if (account->wire == NULL)
        return error_set(err, ERROR_BUG, 0, "a request is to be signed where nothing can be sent");
    added = (buf_format(&data, "%s%s", account->secret, more) || error_memory(err))
            && account->wire->digest("md5", data.data, data.len, digest, err)
            && request_field(request, "password", digest, err);
    buf_clear(&data);
    return added;
}

bool sms57_start(const struct account *account, const char *action, const char *more, struct request *request,
                 struct error *err)
{
    return request_start(request, "POST", "/sms", err) && request_field(request, "action", action, err)
           && request_field(request, "account", account->user, err)
           && add_password(account, more, request, err);
}

static bool send_build(const struct batch *batch, const struct account *account, struct request *request,
                       struct error *err)
{
    const char *extno = account_key(account, "extno");
    struct buf list = { 0 }, more = { 0 };
    const char *text;
    bool built = false;

    if (!api_takes(&api_sms57, batch, err))
        return false;
    if (!digits_only(extno, SIZE_MAX))
        return error_set(err, ERROR_SETTINGS, 0, "extno must be digits");
    if (!(batch->own ? list_contents : list_mobiles)(batch, &list, err))
        goto out;
    text = batch->own ? buf_text(&list) : batch->item[0].text;
    built = (sign_batch(batch, extno, buf_text(&list), &more) || error_memory(err))
            && sms57_start(account, batch->own ? "p2p" : "send", buf_text(&more), request, err)
            && (batch->own || request_field(request, "mobile", buf_text(&list), err))
            && request_field(request, batch->own ? "mobileContentList" : "content", text, err)
            && request_field(request, "extno", extno, err) && request_field(request, "rt", "json", err);
out:
    buf_clear(&list);
    buf_clear(&more);
    return built;
}

static bool names(struct json_object *entry, const char *mobile)
{
    const char *named = json_text(entry, "mobile");

    if (named != NULL)
        named = sms57_national(named);
    return named != NULL && mobile != NULL && strcmp(named, mobile) == 0;
}

static bool was_taken(struct json_object *entry)
{
    const char *result = json_text(entry, "result");

    return result != NULL && strcmp(result, "0") == 0;
}

/* The entry of this number; among several the one that was taken, since then a message is on its way. They
   may come in any order, but mostly it is the request's: then at is where it stands. */
static struct json_object *find_entry(struct json_object *list, size_t at, const char *mobile)
{
    struct json_object *found = sms57_entry(list, at);

    if (names(found, mobile) && was_taken(found))
        return found;
    found = NULL;
    for (size_t i = 0; i < sms57_count(list); i++) {
        struct json_object *entry = sms57_entry(list, i);
        if (!names(entry, mobile))
            continue;
        if (was_taken(entry))
            return entry;
        if (found == NULL)
            found = entry;
    }
    return found;
}

/* 1.3, 8: the result counts, a mid may stand beside any. */
static void judge_entry(struct json_object *entry, struct outcome *outcome)
{
    const char *result = json_text(entry, "result");

    if (result == NULL)
        outcome_set(outcome, OUTCOME_UNSURE, "missing", "the answer holds no result for this number");
    else if (strcmp(result, "0") == 0)
        outcome_accept(outcome, json_text(entry, "mid"));
    else
        outcome_from_code(outcome, sms57_results, result, NULL);
}

/* Format, other fault, no route to a carrier, too many numbers (7): one number, or fewer, can be all the
 * matter. */
static bool may_be_one_number(const char *status)
{
    static const char *const divisible[] = { "1", "5", "100", "102" };

    for (size_t i = 0; i < sizeof divisible / sizeof divisible[0]; i++)
        if (strcmp(divisible[i], status) == 0)
            return true;
    return false;
}

/* The status, a string in one sample and a number in another (1.3, 3.3), is about the whole request; only
   beside 0 there is a list, in any order. */
static void send_judge(const struct account *account, const struct reply *reply, struct batch *batch)
{
    bool broken;
    struct json_object *said = sms57_read(reply, &broken);
    struct json_object *list = json_member(said, "list");
    const char *status = json_text(said, "status");
    bool zero = status != NULL && strcmp(status, "0") == 0;

    (void)account;
    for (size_t i = 0; i < batch->count; i++) {
        struct batch_item *item = &batch->item[i];
        if (zero && reply->status / 100 == 2)
            judge_entry(find_entry(list, i, sms57_national(item->to)), &item->outcome);
        else
            outcome_from_refusal(&item->outcome, sms57_statuses, zero ? NULL : status, NULL, reply);
        item->outcome.divisible = status != NULL && may_be_one_number(status);
    }
    json_object_put(said);
}

bool sms57_answers(struct json_object *said, const struct reply *reply, const char *const *columns,
                   struct answer *answer)
{
    const char *status = json_text(said, "status");
    bool zero = status != NULL && strcmp(status, "0") == 0;

    listing_start(&answer->listing, columns);
    if (zero && reply->status / 100 == 2)
        outcome_accept(&answer->outcome, NULL);
    else
        outcome_from_refusal(&answer->outcome, sms57_statuses, zero ? NULL : status, NULL, reply);
    return answer->outcome.kind == OUTCOME_ACCEPTED;
}

/* 3 */
static bool balance_build(const struct query *query, const struct account *account, struct request *request,
                          struct error *err)
{
    (void)query;
    return sms57_start(account, "balance", "", request, err) && request_field(request, "rt", "json", err);
}

/* Whole 1/1000 yuan; less than none where the account is paid for afterwards (3.3). */
static void balance_judge(const struct query *query, const struct account *account, const struct reply *reply,
                          struct answer *answer)
{
    struct json_object *said = json_read(reply);
    const char *left = json_text(said, "balance"), *type = json_text(said, "chargeType"), *charge = NULL;

    (void)query, (void)account;
    if (type != NULL && strcmp(type, "POSTCHARGE") == 0)
        charge = "postpaid";
    else if (type != NULL && strcmp(type, "PRECHARGE") == 0)
        charge = "prepaid";
    if (sms57_answers(said, reply, listing_balance, answer)) {
        if (digits_amount(left, false))
            answer_row(answer, (const char *const[]){ left, "CNY/1000", charge });
        else
            outcome_set(&answer->outcome, OUTCOME_UNSURE, "none", "the answer holds no balance");
    }
    json_object_put(said);
}

const struct api api_sms57 = {
    .name = "sms57",
    .title = "SMS57-SMGW",
    .country = COUNTRY_CHINA,
    .needs_user = true,
    .needs_secret = true,
    .limits.charset = CHARSET_UCS2,
    .limits.sms = 70,
    /* Each part of a joined text gives up three units to its header: 70 - 3 (3GPP TS 23.040). The document
       names no length; gateways of its kind take up to 500 units, of which 7 parts are the most that are
       whole. */
    .limits.joined = 67,
    .limits.joined_most = 7,
    .same_max = 200, /* 1.2 allows 500, 7 advises 200 */
    .own_max = 200,
    .own_kinds = 1 << KIND_SMS,
    .own_without = own_without,
    .keys = keys,
    .verdicts = sms57_verdict_tables,
    .receipts = sms57_receipt_tables,
    .send = { send_build, send_judge },
    .balance = { balance_build, balance_judge },
    .reports = { sms57_reports_build, sms57_reports_judge },
    .replies = { sms57_replies_build, sms57_replies_judge },
    .webhook = { sms57_webhook_judge, "text/plain", "OK" },
};
