/* SMSJOA Messaging API. Chapters are those of its guide ("Messaging API 개발 가이드"). */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "provider/api.h"
#include "provider/json.h"

static const struct setting keys[] = {
    { "newline", SETTING_TEXT, "how a line break in a text is sent: as it is, or as a backslash and an n",
      "lf", "lf|backslash-n" },
    { 0 },
};

/* 1, detailed error codes, those which a login or a send can meet. Faults of image and reservation are not
   the text's: another provider shall try. */
static const struct verdict verdicts[] = {
    { "-100001", OUTCOME_ACCOUNT, "the API key is wrong", "API KEY 를 확인하세요" },
    { "-100002", OUTCOME_ACCOUNT, "character set error", "Charset Error" },
    { "-100003", OUTCOME_ACCOUNT, "the content type is wrong", "CONTENT TYPE 을 확인하세요" },
    { "-100004", OUTCOME_ACCOUNT, "only HTTPS is served", "HTTPS 프로토콜만 접근이 가능합니다" },
    { "-100005", OUTCOME_ACCOUNT, "the image could not be processed", "MMS 이미지 처리 오류" },
    { "-100006", OUTCOME_ACCOUNT, "the image is not fit for MMS", "MMS 이미지를 확인하세요" },
    { "-100008", OUTCOME_ACCOUNT, "no token could be made", "Token 생성 오류" },
    { "-100009", OUTCOME_ACCOUNT, "the token is wrong", "Token 을 확인하세요" },
    { "-100010", OUTCOME_ACCOUNT, "the token is not valid (any more)", "Token 이 유효하지 않습니다" },
    { "-100011", OUTCOME_ACCOUNT, "own texts are possible for SMS only",
      "개별내용 전송은 SMS 형식만 지원됩니다" },
    { "-100012", OUTCOME_ACCOUNT, "the client is not registered", "등록되지 않은 client 입니다" },
    { "-100013", OUTCOME_ACCOUNT, "this machine's address is not registered", "등록되지 않은 IP 입니다" },
    { "-100014", OUTCOME_RETRY, "the message could not be sent", "메세지 전송 오류" },
    { "-100015", OUTCOME_ACCOUNT, "the message type is wrong", "메시지 타입 을 확인하세요" },
    { "-100016", OUTCOME_REFUSED, "the text is refused", "문자내용을 확인하세요" },
    { "-100017", OUTCOME_ACCOUNT, "a reservation must lie in the future", "미래시간만 예약이 가능합니다" },
    { "-100018", OUTCOME_REFUSED, "no number that can receive", "수신가능한 번호가 없습니다" },
    { "-100019", OUTCOME_REFUSED, "the receiver's number is wrong", "수신번호를 확인하세요" },
    { "-100020", OUTCOME_REFUSED, "the receiver's number or the text is wrong",
      "수신자 번호와 문자 내용을 확인하세요" },
    { "-100021", OUTCOME_ACCOUNT, "the client id is not valid", "아이디가 유효하지 않습니다" },
    { "-100022", OUTCOME_ACCOUNT, "the client id is wrong", "아이디를 확인하세요" },
    { "-100023", OUTCOME_ACCOUNT, "the reservation's date has the wrong form",
      "예약 전송날짜 형식이 잘못되었습니다" },
    { "-100024", OUTCOME_ACCOUNT, "the reservation's date is wrong", "예약 전송날짜가 잘못되었습니다" },
    { "-100025", OUTCOME_ACCOUNT, "the reservation's time of day is wrong",
      "예약 전송시간이 잘못되었습니다" },
    { "-100027", OUTCOME_ACCOUNT, "the reservation's time is wrong", "예약시간을 확인하세요" },
    { "-100032", OUTCOME_ACCOUNT, "the image is larger than 300 KB",
      "이미지 파일 크기가 300KByte 를 초과하였습니다" },
    { "-100033", OUTCOME_ACCOUNT, "the balance is used up", "잔액부족" },
    { "-100034", OUTCOME_REFUSED, "the text is too long", "전송 메세지 내용이 최대 Byte 를 초과하였습니다" },
    { "-100037", OUTCOME_ACCOUNT, "this machine's address is not allowed", "접속 ip 유효하지 않습니다" },
    { "-100039", OUTCOME_ACCOUNT, "the sender's number is refused", "회신번호를 확인하세요" },
    { 0 },
};

/* 1, detailed error codes, those of look-ups and cancelling. On a send they would make no sense, and must not
   decide that an alert is refused for good. */
static const struct verdict query_verdicts[] = {
    { "-100007", OUTCOME_REFUSED, "the message id (msg_serial) is wrong", "msg_serial 을 확인하세요" },
    { "-100026", OUTCOME_REFUSED, "too late to cancel: less than 10 minutes before",
      "예약메세지는 전송 10 분전에는 취소가 불가능합니다" },
    { "-100028", OUTCOME_RETRY, "the reservation could not be cancelled", "예약취소 오류" },
    { "-100029", OUTCOME_REFUSED, "no such reservation", "요청하신 예약내역이 없습니다" },
    { "-100030", OUTCOME_REFUSED, "no such message was sent", "요청하신 전송내역이 없습니다" },
    { "-100031", OUTCOME_REFUSED, "no such information", "요청하신 정보가 없습니다" },
    { "-100035", OUTCOME_REFUSED, "too many rows asked for", "전송내역 조회 제한 건수를 초과했습니다" },
    { "-100036", OUTCOME_REFUSED, "there are not so many pages", "전송내역 총 page 를 초과 하였습니다" },
    { "-100038", OUTCOME_REFUSED, "the reservation has no line to send on",
      "해당 예약내역의 전송라인이 존재하지 않습니다" },
    { "-100040", OUTCOME_REFUSED, "older than three months",
      "전송내역은 3개월 전 데이터까지만 조회가 가능합니다." },
    { 0 },
};

/* 1, HTTP status. Named as outcomes name them, since 401 and 403 are result codes too. */
static const struct verdict statuses[] = {
    { "http-200", OUTCOME_ACCEPTED, "done", "정상 처리" },
    { "http-400", OUTCOME_ACCOUNT, "a parameter is wrong", "파라미터 유효성 오류" },
    { "http-401", OUTCOME_ACCOUNT, "not authorised", "API 인증 실패" },
    { "http-403", OUTCOME_ACCOUNT, "the request failed", "요청 결과 실패" },
    { "http-404", OUTCOME_ACCOUNT, "no such resource", "해당 리소스가 없음" },
    { "http-500", OUTCOME_UNSURE, "system error", "시스템 오류" },
    { 0 },
};

static const struct verdict_table verdict_tables[] = {
    { "error codes of login and sending (1)", verdicts },
    { "error codes of look-up and cancelling (1)", query_verdicts },
    { "HTTP status (1)", statuses },
    { 0 },
};

static const struct receipt receipts[] = {
    { "100", RECEIPT_DELIVERED, "delivered", "성공" },
    { "101", RECEIPT_FAILED, "no such number", "없는 전화번호" },
    { "102", RECEIPT_MISSED, "timed out", "Time Out" },
    { "103", RECEIPT_GATEWAY, "wrong format for the carrier", "이통사 형식 오류" },
    { "104", RECEIPT_MISSED, "the phone is off", "Power Off" },
    { "105", RECEIPT_FAILED, "the phone refused it", "착신 거절" },
    { "106", RECEIPT_MISSED, "the subscription is suspended", "서비스 정지" },
    { "107", RECEIPT_FAILED, "the phone cannot receive MMS", "MMS 서비스 불가 단말기" },
    { "108", RECEIPT_FAILED, "another fault", "기타" },
    { "109", RECEIPT_MISSED, "no reception", "음영 지역" },
    { "110", RECEIPT_MISSED, "the phone's store is full", "메시지 저장 개수 초과" },
    { "401", RECEIPT_FAILED, "spam, by the receiver's number", "Spam : 수신번호" },
    { "402", RECEIPT_FAILED, "spam, by the sender's number", "Spam : 회신번호" },
    { "403", RECEIPT_FAILED, "spam, by the text", "Spam : 전송내용" },
    { "901", RECEIPT_GATEWAY, "no result came in time", "결과대기 시간초과" },
    { 0 },
};

static const struct receipt_table receipt_tables[] = {
    { "result codes, rsltcode (2.4)", receipts },
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

    outcome_from_refusal(outcome, verdicts, coded ? code : NULL, NULL, reply);
    if (coded)
        outcome->token_refused =
            strcmp(code, "-100008") == 0 || strcmp(code, "-100009") == 0 || strcmp(code, "-100010") == 0;
    else
        outcome->token_refused = reply->status == 401;
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
    if (reply->status / 100 == 2 && token != NULL) {
        answer_login(answer, token, 0);
    } else {
        judge_refusal(&answer->outcome, reply);
        answer->outcome.token_refused = false; /* there was none yet */
    }
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

static bool send_build(const struct batch *batch, const struct account *account, struct request *request,
                       struct error *err)
{
    return request_start(request, "POST", "/1/send", err) && request_bearer(request, account->token, err)
           && request_part(request, "msg_type", kind_name(batch->kind), err)
           && request_part(request, "callback", account->from, err)
           && (batch->own ? own_texts : same_text)(batch, account, request, err);
}

/* total_count, a string or a number: fewer than were sent is worth a word, none at all is no success. */
static void judge_serial(struct outcome *outcome, struct json_object *said, size_t sent)
{
    const char *total = json_text(said, "total_count");
    long counted = (long)sent;

    if (total != NULL && isdigit((unsigned char)*total))
        counted = strtol(total, NULL, 10);
    if (counted == 0) {
        outcome_set(outcome, OUTCOME_UNSURE, "none", "the answer counts no message");
        return;
    }
    outcome_accept(outcome, json_text(said, "msg_serial"));
    if (counted < (long)sent)
        snprintf(outcome->meaning, sizeof outcome->meaning, "the answer counts %ld messages of %zu", counted,
                 sent);
}

/* The one word of a reply counts for all: the guide has no results for single numbers. */
static void send_judge(const struct account *account, const struct reply *reply, struct batch *batch)
{
    struct json_object *said = json_read(reply);
    bool taken = reply->status / 100 == 2;
    struct outcome outcome = { 0 };
    char code[8];

    (void)account;
    if (taken && json_text(said, "msg_serial") != NULL) {
        judge_serial(&outcome, said, batch->count);
    } else if (taken && !find_code(reply, code)) {
        /* The guide's own sample is broken JSON, and it has no other 200: the message has gone out. */
        outcome_set(&outcome, OUTCOME_ACCEPTED, "unread", "");
    } else {
        judge_refusal(&outcome, reply);
    }
    for (size_t i = 0; i < batch->count; i++)
        batch->item[i].outcome = outcome;
    json_object_put(said);
}

const struct api api_smsjoa = {
    .name = "smsjoa",
    .title = "SMSJOA Messaging API",
    .url = "https://api.smsjoa.com",
    .country = COUNTRY_KOREA,
    .needs_user = true,
    .needs_secret = true,
    .needs_from = true,
    .limits.charset = CHARSET_EUCKR,
    .limits.sms = 90,
    .limits.lms = 2000,
    .limits.subject = 40, /* 2.3 names none: what phones show of it */
    .same_max = 100,      /* 2.3 names no number of receivers */
    .own_max = 100,
    .own_kinds = 1 << KIND_SMS,
    .keys = keys,
    .verdicts = verdict_tables,
    .receipts = receipt_tables,
    .send.build = send_build,
    .send.judge = send_judge,
    .login.build = login_build,
    .login.judge = login_judge,
};
