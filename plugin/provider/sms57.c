/* SMS57-SMGW. Chapters are those of its interface document ("SMS57-SMGW 客户接口说明文档"). */
#include <string.h>

#include "provider/api.h"
#include "provider/json.h"

static const struct setting keys[] = {
    { "extno", SETTING_REQUIRED, "access number that the gateway's operator assigned (106...), digits", NULL,
      NULL },
    { "sign", SETTING_TEXT, "password field: an MD5 signature, or the password itself", "md5", "md5|plain" },
    { "signature", SETTING_TEXT, "registered name in front of every text, with its brackets", NULL, NULL },
    { 0 },
};

/* 7. Whatever is not 0 was refused as a whole. 102 too is ours to mend: a request holds no more numbers than
   the document advises, so an account that takes fewer would refuse the same again. */
static const struct verdict statuses[] = {
    { "0", OUTCOME_ACCEPTED, "taken: each number has a result of its own", "鉴权成功" },
    { "1", OUTCOME_ACCOUNT, "wrong message format", "消息包格式错误" },
    { "2", OUTCOME_ACCOUNT, "this machine's address is not allowed", "IP 鉴权错误" },
    { "3", OUTCOME_ACCOUNT, "account or password is wrong", "账号密码不正确" },
    { "4", OUTCOME_ACCOUNT, "wrong version", "版本号错误" },
    { "5", OUTCOME_RETRY, "another fault", "其它错误" },
    { "6", OUTCOME_ACCOUNT, "the account is for another access point (such as CMPP)",
      "接入点错误(如账户本身开的是 CMPP 接入)" },
    { "7", OUTCOME_ACCOUNT, "the account is stopped", "账号状态异常 (账号已停用)" },
    { "21", OUTCOME_RETRY, "too many connections", "连接过多" },
    { "100", OUTCOME_RETRY, "system fault, such as no route to the number's carrier", "系统内部错误" },
    { "102", OUTCOME_ACCOUNT, "too many numbers at once", "单次提交的号码数过多 (建议 200 以内)" },
    { 0 },
};

/* 8. All three are about our account, none about the number: another provider may do it. */
static const struct verdict results[] = {
    { "0", OUTCOME_ACCEPTED, "taken", "提交成功" },
    { "10", OUTCOME_ACCOUNT, "the access number (extno) is wrong", "原发号码错误,即 extno 错误" },
    { "15", OUTCOME_ACCOUNT, "the balance is used up", "余额不足" },
    { "17", OUTCOME_ACCOUNT, "the signature in front of the text is not the registered one", "账号签名无效" },
    { 0 },
};

static const struct verdict_table verdict_tables[] = {
    { "STATUS of a request (7)", statuses },
    { "RESULT of each number (8)", results },
    { 0 },
};

static const struct receipt receipts[] = {
    { "DELIVRD", RECEIPT_DELIVERED, "delivered", "短信投递成功" },
    { "EXPIRED", RECEIPT_MISSED, "not delivered in time", "Message validity period has expired" },
    { "DELETED", RECEIPT_GATEWAY, "deleted by the carrier", "Message has been deleted." },
    { "REJECTED", RECEIPT_FAILED, "rejected", "Message is in a rejected state" },
    { "MA:0001", RECEIPT_FAILED, "the number is on the black list of all", "全局黑名单号码" },
    { "MA:0002", RECEIPT_FAILED, "forbidden content", "内容非法" },
    { "MA:0003", RECEIPT_GATEWAY, "no route onwards", "无法找到下级路由" },
    { "MA:0004", RECEIPT_GATEWAY, "unknown", "未知" },
    { "MA:0005", RECEIPT_FAILED, "the receiver's number has a wrong format", "目的号码格式错误" },
    { "MA:0006", RECEIPT_GATEWAY, "refused by the system", "系统拒绝" },
    { "MA:0009", RECEIPT_GATEWAY, "a fault without a definition", "未定义错误" },
    { "MA:0011", RECEIPT_GATEWAY, "unknown fault inside the system", "未知系统内部错误" },
    { "MA:0012", RECEIPT_FAILED, "taken for phishing", "防钓鱼" },
    { "MA:0013", RECEIPT_GATEWAY, "packets in a wrong order", "非法错误的包时序" },
    { "MA:0014", RECEIPT_FAILED, "the number belongs to no valid range (OP_ISDN)", "非法的 OP_ISDN 号段" },
    { "MA:0021", RECEIPT_FAILED, "the number has a wrong format", "号码格式错误" },
    { "MA:0022", RECEIPT_MISSED, "too many messages to the number within half an hour",
      "号码超过半小时下发次数限制" },
    { "MA:0023", RECEIPT_FAILED, "the number is on the customer's black list", "客户黑名单号码" },
    { "MA:0024", RECEIPT_FAILED, "the content is not registered", "内容未报备" },
    { "MA:0025", RECEIPT_FAILED, "this message is not supported", "不支持该短信" },
    { "MA:0026", RECEIPT_GATEWAY, "the parts of a long message did not come together", "分条发送,组包超时" },
    { "MA:0027", RECEIPT_FAILED, "on the channel's black list", "通道黑名单" },
    { "MA:0028", RECEIPT_FAILED, "the number's range is on the black list of all", "全局黑名单号段" },
    { "MA:0029", RECEIPT_FAILED, "the number's range is on the channel's black list", "通道黑名单号段" },
    { "MA:0030", RECEIPT_FAILED, "a rejection was reported at once", "直接产生拒绝报告" },
    { "MO:200", RECEIPT_FAILED, "messages in parts are not supported", "不支持分条短信" },
    { "MO:0254", RECEIPT_GATEWAY, "passing it on took too long", "转发提交超时" },
    { "MO:0255", RECEIPT_GATEWAY, "the connection onwards broke off", "转发提交过程中,连接断开" },
    /* Stands for every other MO: code. */
    { "MO:NNNN", RECEIPT_GATEWAY, "NNNN is the next gateway's own code, which only its operator can explain",
      "NNNN 为对外提交过程中,上级网关的返回值" },
    { 0 },
};

static const struct receipt_table receipt_tables[] = {
    { "STAT of a report (9)", receipts },
    { 0 },
};

/* The gateway is Chinese and takes numbers without the country's code. NULL when it cannot be one of its. */
static const char *national(const char *to)
{
    if (strncmp(to, "+86", 3) == 0)
        to += 3;
    return *to != '\0' && to[strspn(to, "0123456789")] == '\0' ? to : NULL;
}

static bool list_mobiles(const struct batch *batch, struct buf *out, struct error *err)
{
    for (size_t i = 0; i < batch->count; i++) {
        const char *mobile = national(batch->item[i].to);
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
        const char *mobile = national(batch->item[i].to), *text = batch->item[i].text;
        if (mobile == NULL)
            return error_set(err, ERROR_BUG, 0, "a number that SMS57-SMGW cannot reach");
        if (strpbrk(text, own_without) != NULL)
            return error_set(err, ERROR_BUG, 0, "a text that cannot stand in a list of own texts");
        if (!buf_format(out, "%s%s#%s", i == 0 ? "" : "\n", mobile, text))
            return error_memory(err);
    }
    return true;
}

/* What is signed behind password and extno: content and numbers as they are before encoding (1.2), or the
   list without its line breaks (2.2). */
static bool add_signed(const struct batch *batch, const char *list, struct buf *out)
{
    if (!batch->own)
        return buf_str(out, batch->item[0].text) && buf_str(out, list);
    for (size_t line; *list != '\0'; list += line + (list[line] == '\n')) {
        line = strcspn(list, "\n");
        if (!buf_add(out, list, line))
            return false;
    }
    return true;
}

static bool add_password(const struct batch *batch, const struct account *account, const char *extno,
                         const char *list, struct request *request, struct error *err)
{
    struct buf data = { 0 };
    char digest[DIGEST_HEX_MAX];
    bool added;

    if (strcmp(account_key(account, "sign"), "plain") == 0)
        return request_field(request, "password", account->secret, err);
    if (account->wire == NULL)
        return error_set(err, ERROR_BUG, 0, "a request is to be signed where nothing can be sent");
    added = ((buf_format(&data, "%s%s", account->secret, extno) && add_signed(batch, list, &data))
             || error_memory(err))
            && account->wire->digest("md5", data.data, data.len, digest, err)
            && request_field(request, "password", digest, err);
    buf_clear(&data);
    return added;
}

static bool send_build(const struct batch *batch, const struct account *account, struct request *request,
                       struct error *err)
{
    const char *extno = account_key(account, "extno");
    struct buf list = { 0 };
    const char *text;
    bool built = false;

    if (extno == NULL || *extno == '\0' || extno[strspn(extno, "0123456789")] != '\0')
        return error_set(err, ERROR_SETTINGS, 0, "extno must be digits");
    if (!(batch->own ? list_contents : list_mobiles)(batch, &list, err))
        goto out;
    text = batch->own ? buf_text(&list) : batch->item[0].text;
    built = request_start(request, "POST", "/sms", err)
            && request_field(request, "action", batch->own ? "p2p" : "send", err)
            && request_field(request, "account", account->user, err)
            && add_password(batch, account, extno, buf_text(&list), request, err)
            && (batch->own || request_field(request, "mobile", buf_text(&list), err))
            && request_field(request, batch->own ? "mobileContentList" : "content", text, err)
            && request_field(request, "extno", extno, err) && request_field(request, "rt", "json", err);
out:
    buf_clear(&list);
    return built;
}

/* The entry of this number; among several the one that was taken, since then a message is on its way. */
static struct json_object *find_entry(struct json_object *list, const char *mobile)
{
    struct json_object *found = NULL;

    for (size_t i = 0; i < json_count(list); i++) {
        struct json_object *entry = json_item(list, i);
        const char *named = json_text(entry, "mobile"), *result = json_text(entry, "result");
        if (named == NULL || mobile == NULL)
            continue;
        if (strncmp(named, "+86", 3) == 0)
            named += 3;
        if (strcmp(named, mobile) != 0)
            continue;
        if (result != NULL && strcmp(result, "0") == 0)
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
        outcome_from_code(outcome, results, result, NULL);
}

/* The status, a string in one sample and a number in another (1.3, 3.3), is about the whole request; only
   beside 0 there is a list, in any order. */
static void send_judge(const struct account *account, const struct reply *reply, struct batch *batch)
{
    struct json_object *said = json_read(reply);
    struct json_object *list = json_member(said, "list");
    const char *status = json_text(said, "status");
    bool zero = status != NULL && strcmp(status, "0") == 0;

    (void)account;
    for (size_t i = 0; i < batch->count; i++) {
        struct batch_item *item = &batch->item[i];
        if (zero && reply->status / 100 == 2)
            judge_entry(find_entry(list, national(item->to)), &item->outcome);
        else
            outcome_from_refusal(&item->outcome, statuses, zero ? NULL : status, NULL, reply);
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
    .verdicts = verdict_tables,
    .receipts = receipt_tables,
    .send.build = send_build,
    .send.judge = send_judge,
};
