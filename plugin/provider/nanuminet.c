/* Nanuminet SMS REST API V1. Chapters are those of its manual ("SMS REST API V1 매뉴얼"), by their headings.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "provider/api.h"
#include "provider/json.h"

#define KST_S (9 * 3600)

/* 사용자 인증: a token lives two hours from when it is made. Ours ends a minute before, for the time the
   answer took to arrive. */
#define TOKEN_S (2 * 3600 - 60)

static const struct setting keys[] = {
    { "hash", SETTING_TEXT, "how the login is signed; none: not at all, where the gateway allows it",
      "sha256", "md5|sha256|sha512|none" },
    { 0 },
};

/* The manual lists no codes for what is refused, only msg, a text for people. What is printed are the words
   that msg is searched for, in this order: a text about a sender that is not authenticated ("인증") is none
   about the token. */
static const struct verdict refusals[] = {
    { "sender", OUTCOME_ACCOUNT, "the sender's number is refused", "발신번호|회신번호" },
    { "number", OUTCOME_REFUSED, "the receiver's number is refused", "수신번호|수신거부|수신핸드폰|휴대폰" },
    { "credit", OUTCOME_ACCOUNT, "no messages are left", "잔여|부족|잔액|충전" },
    { "address", OUTCOME_ACCOUNT, "this machine's address is not allowed", "IP|아이피" },
    { "token", OUTCOME_ACCOUNT, "the token or the login is not valid", "토큰|TOKEN|Token|token|인증|만료" },
    { "false", OUTCOME_ACCOUNT, "refused for another reason", "-" },
    { 0 },
};

static const struct verdict_table verdict_tables[] = {
    { "words in msg beside a result of false (RESPONSE)", refusals },
    { 0 },
};

static const struct receipt sms_receipts[] = {
    { "00", RECEIPT_WAITING, "waiting for the result", "결과수신대기" },
    { "01", RECEIPT_GATEWAY, "system fault", "시스템장애" },
    { "02", RECEIPT_GATEWAY, "not authenticated", "인증실패" },
    { "03", RECEIPT_FAILED, "wrong message format", "메시지형식오류" },
    { "04", RECEIPT_GATEWAY, "not bound to the carrier", "BIND안됨" },
    { "05", RECEIPT_FAILED, "no such subscriber", "착신가입자없음" },
    { "06", RECEIPT_DELIVERED, "delivered", "전송성공" },
    { "07", RECEIPT_FAILED, "no such number", "비가입자결번" },
    { "08", RECEIPT_MISSED, "the phone is off", "단말기OFF" },
    { "09", RECEIPT_MISSED, "no reception", "음영" },
    { "10", RECEIPT_MISSED, "the phone's store is full", "단말기메시지FULL" },
    { "11", RECEIPT_MISSED, "timed out", "타임아웃" },
    { "14", RECEIPT_MISSED, "radio fault", "무선망에러" },
    { "17", RECEIPT_FAILED, "not a user of callback URLs", "CallbackURL사용자아님" },
    { "18", RECEIPT_FAILED, "the same message was sent before", "메시지중복발송" },
    { "19", RECEIPT_GATEWAY, "this month's number of messages is used up", "월송신건수초과" },
    { "20", RECEIPT_FAILED, "another fault", "기타에러" },
    { "21", RECEIPT_FAILED, "the receiver's number is wrong", "착신번호에러" },
    { "22", RECEIPT_FAILED, "the receiver's number is wrong", "착신번호에러" },
    { "23", RECEIPT_FAILED, "the note on how to refuse is missing", "수신거부메시지없음" },
    { "24", RECEIPT_FAILED, "advertisement after 21:00", "21시이후광고" },
    { "25", RECEIPT_FAILED, "advertisement of a restricted kind", "성인광고,대출광고등제한" },
    { "26", RECEIPT_FAILED, "held back by the carrier's spam filter", "데이콤스팸필터링" },
    { "27", RECEIPT_MISSED, "blocked by night", "야간발송차단" },
    { "28", RECEIPT_FAILED, "the sender's number is not registered", "사전 미등록 발신번호 사용" },
    { "29", RECEIPT_FAILED, "the sender's number breaks the numbering rules",
      "전화번호 세칙 미준수 발신번호" },
    { "30", RECEIPT_FAILED, "the sender's number is listed as forged",
      "발신번호 변작으로 등록된 발신번호 사용" },
    { "31", RECEIPT_FAILED, "the sender's number is protected from misuse", "발신번호도용문자차단" },
    { "40", RECEIPT_FAILED, "refused by the phone, spam or the like", "단말기착신거부 스팸등" },
    { "91", RECEIPT_MISSED, "not allowed at this time of day", "발송 미허용시간때발송실패처리" },
    { "99", RECEIPT_FAILED, "the receiver was named twice", "수신자중복" },
    { 0 },
};

static const struct receipt mms_receipts[] = {
    { "1000", RECEIPT_DELIVERED, "delivered", "전송성공" },
    { "2000", RECEIPT_FAILED, "format error", "포맷 에러" },
    { "2001", RECEIPT_FAILED, "wrong number", "잘못된 번호" },
    { "2002", RECEIPT_FAILED, "too large or too many contents", "컨텐츠 사이즈 및 개수 초과" },
    { "2003", RECEIPT_FAILED, "wrong content", "잘못된 컨텐츠" },
    { "3000", RECEIPT_FAILED, "the phone cannot receive MMS", "기업형 MMS 미지원 단말기" },
    { "3001", RECEIPT_MISSED, "the phone's store is full", "단말기 메시지 저장개수 초과" },
    { "3002", RECEIPT_MISSED, "timed out", "전송시간 초과" },
    { "3004", RECEIPT_MISSED, "the phone is off", "전원 꺼짐" },
    { "3005", RECEIPT_MISSED, "no reception", "음영지역" },
    { "3006", RECEIPT_FAILED, "another fault", "기타" },
    { "4000", RECEIPT_GATEWAY, "not taken for a fault of the server", "서버문제로 인한 접수 실패" },
    { "4001", RECEIPT_MISSED, "the phone's service is suspended", "단말기 일시 서비스 정지" },
    { "4002", RECEIPT_GATEWAY, "the carrier failed", "통신사내부실패" },
    { "4003", RECEIPT_GATEWAY, "a passing fault of the service", "서비스의 일시적인 에러" },
    { "4101", RECEIPT_GATEWAY, "the account is blocked", "계정 차단" },
    { "4102", RECEIPT_GATEWAY, "the address is not allowed", "허용되지 않은 IP 접근" },
    { "4104", RECEIPT_GATEWAY, "no messages are left", "건수 부족" },
    { "4201", RECEIPT_GATEWAY, "no right to send MMS abroad", "국제 MMS 발송 권한이 없음" },
    { "5000", RECEIPT_GATEWAY, "number portability fault", "번호이동에러" },
    { "5001", RECEIPT_GATEWAY, "more than what was paid for in advance", "선불발급 발송건수 초과" },
    { "5003", RECEIPT_FAILED, "spam", "스팸" },
    { "5201", RECEIPT_FAILED, "blocked: the same key again", "중복된 키 접수 차단" },
    { "5202", RECEIPT_FAILED, "blocked: the same receiver again", "중복된 수신번호 접수 차단" },
    { "5301", RECEIPT_FAILED, "the sender's number is not registered", "사전 미등록 발신번호 사용" },
    { "5302", RECEIPT_FAILED, "the sender's number breaks the numbering rules",
      "전화번호 세칙 미준수 발신번호" },
    { "5303", RECEIPT_FAILED, "the sender's number is listed as forged", "발신번호 변작" },
    { "5304", RECEIPT_FAILED, "the sender's number is protected from misuse", "발신번호도용문자차단" },
    { "9001", RECEIPT_MISSED, "not allowed at this time of day", "발송 미허용 시간 때 발송 실패" },
    { "9002", RECEIPT_FAILED, "wrong number", "폰 넘버 에러" },
    { "9003", RECEIPT_FAILED, "spam, by the number", "스팸 번호" },
    { "9004", RECEIPT_GATEWAY, "the carrier does not answer", "이통사에서 응답 없음" },
    { "9005", RECEIPT_FAILED, "the file has a wrong size", "파일크기 오류" },
    { "9006", RECEIPT_FAILED, "the file is of a kind not supported", "지원되지 않는 파일" },
    { "9007", RECEIPT_FAILED, "the file is faulty", "파일오류" },
    { "9008", RECEIPT_GATEWAY, "the message type is wrong", "MMS_MSG의 MSG_TYPE 값이 잘못되었음" },
    { "9009", RECEIPT_FAILED, "the receiver was named twice", "수신자 중복" },
    { "9010", RECEIPT_GATEWAY, "tried too often", "재전송 횟수 초과로 실패." },
    { "9011", RECEIPT_GATEWAY, "too late", "발송 지연으로 인한 실패" },
    { 0 },
};

static const struct receipt_table receipt_tables[] = {
    { "STAT of SMS (별첨1)", sms_receipts },
    { "STAT of LMS and MMS (별첨1)", mms_receipts },
    { 0 },
};

/* The gateway takes a time that is at most five minutes off, in Korean time whatever the zone of this host.
 */
static void write_date(int64_t now_ms, char date[40])
{
    time_t korean = (time_t)(now_ms / 1000 + KST_S);
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

static bool login_build(const struct query *query, const struct account *account, struct request *request,
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
    int64_t most = now_ms / 1000 + TOKEN_S, until;
    struct tm tm = { 0 };
    const char *end = expire == NULL ? NULL : strptime(expire, "%Y-%m-%d %H:%M:%S", &tm);

    if (end == NULL || *end != '\0')
        return most;
    until = (int64_t)timegm(&tm) - KST_S;
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

/* A result of false: nothing was accepted, whatever the status says. */
static void judge_false(const struct account *account, const char *said, struct outcome *outcome)
{
    const struct verdict *row = refusals;
    char meaning[2 * sizeof outcome->meaning];

    if (said == NULL)
        said = "";
    while (strcmp(row->code, "false") != 0 && !mentions(said, row->printed))
        row++;
    /* The API key is a secret of this gateway alone: where it comes back, the text is not shown. */
    if (*said != '\0' && strstr(said, account->user) == NULL)
        snprintf(meaning, sizeof meaning, "%s: %s", row->meaning, said);
    else
        snprintf(meaning, sizeof meaning, "%s", row->meaning);
    outcome_set(outcome, row->kind, row->code, meaning);
}

/* Reads a reply as far as all calls answer alike: true when the result is true, which alone is success. The
   string "true" or the number 1 are none: the manual's own sample compares with ===. */
static bool judge_result(const struct account *account, const struct reply *reply, struct json_object *said,
                         struct outcome *outcome)
{
    struct json_object *result = json_member(said, "result");

    if (!json_object_is_type(result, json_type_boolean)) {
        outcome_from_reply(outcome, reply);
        outcome->token_refused = reply->status == 401 || reply->status == 403;
        return false;
    }
    if (json_object_get_boolean(result))
        return true;
    judge_false(account, json_text(said, "msg"), outcome);
    /* How an ended token is answered is not described: every reason that munja does not know may be that one.
       Nothing was accepted, so asking again with a new token cannot send twice. */
    outcome->token_refused = strcmp(outcome->code, "token") == 0 || strcmp(outcome->code, "false") == 0;
    return false;
}

static void login_judge(const struct query *query, const struct account *account, const struct reply *reply,
                        struct answer *answer)
{
    struct json_object *said = json_read(reply);

    if (judge_result(account, reply, said, &answer->outcome))
        answer_login(answer, json_text(said, "access_token"),
                     token_end(json_text(said, "expire_date"), query->now_ms));
    answer->outcome.token_refused = false; /* there was none yet */
    json_object_put(said);
}

/* SMS/LMS/MMS 발송. The gateway makes an LMS of whatever is longer than 90 bytes, unless use_mms is N. It
   gives no id, but finds messages by their CETC fields: the first record's reference stands for the whole
   request. */
static bool send_build(const struct batch *batch, const struct account *account, struct request *request,
                       struct error *err)
{
    struct buf phones = { 0 };
    bool built = false;

    if (account->token == NULL)
        return error_set(err, ERROR_BUG, 0, "a request that needs a token was made without one");
    for (size_t i = 0; i < batch->count; i++) {
        if (!buf_format(&phones, "%s%s", i == 0 ? "" : ",", batch->item[i].to)) {
            error_memory(err);
            goto out;
        }
    }
    built = request_start(request, "POST", "/v1/send", err)
            && request_header(request, "X-NNM-ACCESSTOKEN", account->token, err)
            && request_field(request, "phone", buf_text(&phones), err)
            && request_field(request, "callback", account->from, err)
            && request_field(request, "msg", batch->item[0].text, err)
            && (batch->kind != KIND_SMS || request_field(request, "use_mms", "N", err))
            && (batch->kind == KIND_SMS || batch->item[0].subject[0] == '\0'
                || request_field(request, "subject", batch->item[0].subject, err))
            && request_field(request, "CETC1", batch->item[0].reference, err);
out:
    buf_clear(&phones);
    return built;
}

/* data is called an array: an object, or a list with one. Its total_count tells when fewer were taken than
   asked for, though not which. */
static void judge_count(struct outcome *outcome, struct json_object *said, size_t sent)
{
    struct json_object *data = json_member(said, "data");
    const char *total = json_text(json_count(data) > 0 ? json_item(data, 0) : data, "total_count");
    char *end = NULL;
    long counted = total == NULL ? 0 : strtol(total, &end, 10);

    if (total == NULL || end == total || *end != '\0')
        counted = (long)sent;
    if (counted <= 0) {
        outcome_set(outcome, OUTCOME_UNSURE, "none", "the answer counts no message");
        return;
    }
    outcome_accept(outcome, NULL);
    if (counted < (long)sent)
        snprintf(outcome->meaning, sizeof outcome->meaning, "the answer counts %ld messages of %zu", counted,
                 sent);
}

/* The one word of a reply counts for all: there are no results for single numbers. */
static void send_judge(const struct account *account, const struct reply *reply, struct batch *batch)
{
    struct json_object *said = json_read(reply);
    struct outcome outcome = { 0 };

    if (judge_result(account, reply, said, &outcome))
        judge_count(&outcome, said, batch->count);
    for (size_t i = 0; i < batch->count; i++)
        batch->item[i].outcome = outcome;
    json_object_put(said);
}

const struct api api_nanuminet = {
    .name = "nanuminet",
    .title = "Nanuminet SMS REST API V1",
    .url = "https://sms.nanuminet.com",
    .country = COUNTRY_KOREA,
    .needs_user = true,
    .needs_secret = true,
    .needs_from = true,
    .limits.charset = CHARSET_EUCKR,
    .limits.sms = 90,
    .limits.lms = 2000,   /* the manual names no end of it: what the carriers take */
    .limits.subject = 40, /* nor of the title: what phones show of it */
    .same_max = 100,      /* nor a number of receivers */
    .keys = keys,
    .verdicts = verdict_tables,
    .receipts = receipt_tables,
    .send.build = send_build,
    .send.judge = send_judge,
    .login.build = login_build,
    .login.judge = login_judge,
};
