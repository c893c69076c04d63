/* Code tables of SMS57-SMGW. */
#include "provider/sms57_codes.h"

/* 7. Whatever is not 0 was refused as a whole. 102 too is ours to mend: a request holds no more numbers than
   the document advises, so an account that takes fewer would refuse the same again. */
const struct verdict sms57_statuses[] = {
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
const struct verdict sms57_results[] = {
    { "0", OUTCOME_ACCEPTED, "taken", "提交成功" },
    { "10", OUTCOME_ACCOUNT, "the access number (extno) is wrong", "原发号码错误,即 extno 错误" },
    { "15", OUTCOME_ACCOUNT, "the balance is used up", "余额不足" },
    { "17", OUTCOME_ACCOUNT, "the signature in front of the text is not the registered one", "账号签名无效" },
    { 0 },
};

const struct verdict_table sms57_verdict_tables[] = {
    { "STATUS of a request (7)", sms57_statuses },
    { "RESULT of each number (8)", sms57_results },
    { 0 },
};

const struct receipt sms57_stats[] = {
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

const struct receipt_table sms57_receipt_tables[] = {
    { "STAT of a report (9)", sms57_stats },
    { 0 },
};
