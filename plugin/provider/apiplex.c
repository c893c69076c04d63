/* API PLEX, SMS for verification ("인증 SMS", sms-verify v2). Its manual has no numbered chapters; table
   titles are named. */
#include <string.h>

#include "base/digits.h"
#include "provider/api.h"
#include "http/json.h"

/* echo_to_webhook, whose charset is not named: bytes as they are sent. */
#define ECHO_BYTES_MAX 256

static const struct setting keys[] = {
    { "origin_cid", SETTING_TEXT, "code of the business where messages start, up to 10 digits", NULL, NULL },
    { "echo_to_webhook", SETTING_TEXT, "what comes back with every result, up to 256 bytes", NULL, NULL },
    { 0 },
};

/* "API PLEX 응답 코드". The manual prints CS00_1 where its scheme has C500_1. */
static const struct verdict verdicts[] = {
    { "C100", OUTCOME_ACCEPTED, "accepted", "성공" },
    { "C400_1", OUTCOME_ACCOUNT, "wrong type of data", "잘못된 데이터 타입" },
    { "C400_2", OUTCOME_ACCOUNT, "a parameter is wrong", "잘못된 요청 파라미터" },
    { "C400_3", OUTCOME_ACCOUNT, "a required parameter is missing", "필수 파라미터 누락" },
    { "C401_1", OUTCOME_ACCOUNT, "the header Authorization is missing", "header의 authorization key 누락" },
    { "C401_2", OUTCOME_ACCOUNT, "the header Authorization has no semicolon",
      "header의 authorization value 오류" },
    { "C401_3", OUTCOME_ACCOUNT, "user id and secret are not valid", "header의 authorization value 무효" },
    { "C404_1", OUTCOME_ACCOUNT, "no such data", "데이터를 찾을 수 없음" },
    { "CS00_1", OUTCOME_UNSURE, "server error", "서버 내부 예외" },
    { "C500_1", OUTCOME_UNSURE, "server error", "서버 내부 예외" },
    { "G110", OUTCOME_ACCOUNT, "no such API id: the URL is wrong", "API UNIQUE ID 예외 (잘못된 URL)" },
    { "G140", OUTCOME_ACCOUNT, "the sender's number is refused", "발신번호 예외" },
    { "G141", OUTCOME_REFUSED, "the receiver's number is refused", "수신번호 예외" },
    { "G142", OUTCOME_ACCOUNT, "echo_to_webhook is too long or no text", "잘못된 echo_to_webhook" },
    { "G150", OUTCOME_ACCOUNT, "the credit is used up", "여신 부족" },
    { "G160", OUTCOME_ACCOUNT, "too many messages in one request", "1회 발송 최대 수 초과" },
    { 0 },
};

static const struct verdict_table verdict_tables[] = {
    { "response codes (API PLEX 응답 코드)", verdicts },
    { 0 },
};

/* "메시지 결과 코드"; capital and small letters differ. C is printed twice: both readings are failures. */
static const struct receipt receipts[] = {
    { "G410", RECEIPT_GATEWAY, "the request to the sending service failed",
      "API PLEX → 발신 서비스 요청 실패" },
    { "G430", RECEIPT_GATEWAY, "no result came in time",
      "원청 서비스 → API PLEX 결과 수신 실패(대기 시간 만료)" },
    { "C", RECEIPT_FAILED, "blocked as a duplicate key, or another fault of the phone",
      "중복된 키 접수 차단" },
    { "d", RECEIPT_FAILED, "blocked as a duplicate receiver", "중복된 수신번호 접수 차단" },
    { "e", RECEIPT_GATEWAY, "server error", "서버 내부 에러" },
    { "q", RECEIPT_FAILED, "blocked as a duplicate key", "메시지 중복키 체크" },
    { "p", RECEIPT_FAILED, "blocked as a duplicate text", "메시지 본문 중복 차단" },
    { "0", RECEIPT_DELIVERED, "delivered", "성공" },
    { "1", RECEIPT_MISSED, "timed out", "전송 시간 초과" },
    { "5", RECEIPT_GATEWAY, "no result from the carrier", "통신사 결과 미수신" },
    { "8", RECEIPT_MISSED, "the phone is busy", "단말기 BUSY" },
    { "9", RECEIPT_MISSED, "no reception", "음영지역" },
    { "A", RECEIPT_MISSED, "the phone's store is full", "단말기 메시지 저장 채수 초과" },
    { "E", RECEIPT_MISSED, "the phone is off", "전원 꺼짐" },
    { "2", RECEIPT_FAILED, "no such number", "잘못된 전화번호/비가입자" },
    { "B", RECEIPT_MISSED, "the subscription is suspended", "단말기 일시 서비스 중지" },
    { "C", RECEIPT_FAILED, "another fault of the phone, or blocked as a duplicate key", "기타 단말기 문제" },
    { "D", RECEIPT_FAILED, "the phone refused it", "착신 거절" },
    { "F", RECEIPT_FAILED, "another fault", "기타" },
    { "G", RECEIPT_GATEWAY, "wrong format inside the gateway", "내부 포맷 에러" },
    { "H", RECEIPT_GATEWAY, "wrong format for the carrier", "통신사 포맷 에러" },
    { "I", RECEIPT_FAILED, "the phone cannot receive SMS or MMS", "SMS/MMS 서비스 불가 단말기" },
    { "J", RECEIPT_MISSED, "the phone cannot be called now", "착신 속 호 불가 상태" },
    { "K", RECEIPT_GATEWAY, "deleted by the carrier", "통신사에서 메시지 삭제 처리" },
    { "L", RECEIPT_GATEWAY, "the carrier cannot process it", "통신사 메시지 처리 불가 상태" },
    { "M", RECEIPT_MISSED, "lost on the radio link", "무선망단 전송 실패" },
    { "S", RECEIPT_FAILED, "spam", "스팸" },
    { "V", RECEIPT_FAILED, "the content is too large", "컨텐츠 사이즈 초과" },
    { "U", RECEIPT_FAILED, "the content is wrong", "잘못된 컨텐츠" },
    { "o", RECEIPT_GATEWAY, "timed out in the gateway", "timeout" },
    { 0 },
};

static const char *const repetitions[] = { "C", "d", "p", "q", NULL };

static const struct receipt_table receipt_tables[] = {
    { "message results (메시지 결과 코드)", receipts },
    { 0 },
};

/* The keys of msg_data that are the same for every message; NULL where not set. */
struct constants {
    const char *from, *origin, *echo;
};

/* origin_cid is printed as nine digits, as 10 bytes, and with a sample of ten digits. */
static bool constants_read(const struct account *account, struct constants *constants, struct error *err)
{
    const char *cid = account_key(account, "origin_cid"), *echo = account_key(account, "echo_to_webhook");

    if (cid != NULL && !digits_only(cid, 10))
        return error_set(err, ERROR_SETTINGS, 0, "origin_cid of %s must be 1 to 10 digits", account->name);
    if (echo != NULL && strlen(echo) > ECHO_BYTES_MAX)
        return error_set(err, ERROR_SETTINGS, 0, "echo_to_webhook of %s is longer than %d bytes",
                         account->name, ECHO_BYTES_MAX);
    *constants = (struct constants){ .from = account->from, .origin = cid, .echo = echo };
    return true;
}

static bool add_if(struct json_object *message, const char *key, const char *value)
{
    return value == NULL || json_add(message, key, json_object_new_string(value));
}

/* Our own msg_key is what makes a repetition harmless. */
static struct json_object *message_of(const struct batch_item *item, const struct constants *constants)
{
    struct json_object *message = json_object_new_object();

    if (json_add(message, "msg_key", json_object_new_string(item->reference))
        && json_add(message, "sender_number", json_object_new_string(constants->from))
        && json_add(message, "receiver_number", json_object_new_string(item->to))
        && add_if(message, "origin_cid", constants->origin)
        && json_add(message, "msg", json_object_new_string(item->text))
        && add_if(message, "echo_to_webhook", constants->echo))
        return message;
    json_object_put(message);
    return NULL;
}

static bool send_build(const struct batch *batch, const struct account *account, struct request *request,
                       struct error *err)
{
    struct json_object *body = json_object_new_object(), *messages = json_object_new_array();
    struct constants constants = { 0 };
    bool built = false;

    if (!api_takes(&api_apiplex, batch, err) || !constants_read(account, &constants, err))
        goto out;
    for (size_t i = 0; i < batch->count; i++) {
        if (!json_push(messages, message_of(&batch->item[i], &constants))) {
            error_memory(err);
            goto out;
        }
    }
    built = json_add(body, "msg_data", json_object_get(messages)) || error_memory(err);
    built = built && request_start(request, "POST", "/sms-verify/v2/send", err)
            && request_authorization(request, account->user, ';', account->secret, err)
            && json_body(request, "application/json;charset=utf-8", body, err);
out:
    json_object_put(messages);
    json_object_put(body);
    return built;
}

/* The entry of results with this key; by key because their order is not promised. key NULL: the first that
   has none. */
static struct json_object *result_keyed(struct json_object *results, const char *key)
{
    for (size_t i = 0; i < json_count(results); i++) {
        struct json_object *result = json_item(results, i);
        const char *printed = json_text(result, "msg_key");
        if (key == NULL ? printed == NULL && json_text(result, "code") != NULL
                        : printed != NULL && strcmp(printed, key) == 0)
            return result;
    }
    return NULL;
}

/* What holds for messages without a result of their own: an error of the whole request, which may come as
   {"code",…} or, its shape not being printed for G110 and G160, as a result without a key. Nothing is
   accepted that way. */
static void judge_whole(struct outcome *outcome, struct json_object *said, const struct reply *reply)
{
    struct json_object *unkeyed = result_keyed(json_member(said, "results"), NULL);
    const char *code = json_text(said, "code"), *words = json_text(said, "description");

    if (code == NULL) {
        code = json_text(unkeyed, "code");
        words = json_text(unkeyed, "desc");
    }
    if (code != NULL && strcmp(code, "C100") == 0)
        outcome_set(outcome, OUTCOME_UNSURE, code, "accepted, but the answer does not say which message");
    else if (code == NULL && json_member(said, "results") != NULL && reply->status / 100 == 2)
        outcome_set(outcome, OUTCOME_UNSURE, "missing", "the answer says nothing of this message");
    else
        outcome_from_refusal(outcome, verdicts, code, words, reply);
}

static void send_judge(const struct account *account, const struct reply *reply, struct batch *batch)
{
    struct json_object *said = json_read(reply), *results = json_member(said, "results");

    (void)account;
    for (size_t i = 0; i < batch->count; i++) {
        struct batch_item *item = &batch->item[i];
        struct json_object *result = result_keyed(results, item->reference);
        const char *code = json_text(result, "code");
        if (code == NULL)
            judge_whole(&item->outcome, said, reply);
        else if (strcmp(code, "C100") == 0 && reply->status / 100 == 2)
            outcome_accept(&item->outcome, item->reference);
        else if (strcmp(code, "C100") == 0)
            outcome_from_reply(&item->outcome, reply);
        else
            outcome_from_code(&item->outcome, verdicts, code, json_text(result, "desc"));
    }
    json_object_put(said);
}

/* "메시지 발송 결과 (WEBHOOK)". A code that the table lacks is a failure: 0 alone is success. Duplicate codes
   (C, d, q) tell of a repetition, which may come after the result of the message itself. */
static bool add_report(struct answer *answer, struct json_object *result)
{
    const char *key = json_text(result, "msg_key"), *code = json_text(result, "code");
    const struct receipt *receipt = receipt_find(receipts, code);

    if (key == NULL || *key == '\0' || code == NULL)
        return true;
    return answer_row(answer, (const char *const[]){
                                  "report",
                                  key,
                                  NULL,
                                  NULL,
                                  receipt_name(receipt != NULL ? receipt->kind : RECEIPT_FAILED),
                                  code,
                                  receipt != NULL ? receipt->meaning : json_text(result, "desc"),
                                  NULL,
                                  json_text(result, "done_date"),
                                  json_text(result, "dest"),
                              });
}

static bool webhook_judge(const struct reply *pushed, struct answer *answer, struct error *err)
{
    struct json_object *said = json_read(pushed), *results = json_member(said, "results");
    bool judged = false;

    listing_start(&answer->listing, listing_webhook);
    for (size_t i = 0; i < json_count(results); i++) {
        if (!add_report(answer, json_item(results, i))) {
            error_memory(err);
            goto out;
        }
    }
    if (answer->listing.count == 0) {
        error_set(err, ERROR_GATEWAY, 0, "what was pushed holds no result with a msg_key and a code");
        goto out;
    }
    outcome_accept(&answer->outcome, NULL);
    judged = true;
out:
    json_object_put(said);
    return judged;
}

const struct api api_apiplex = {
    .name = "apiplex",
    .title = "API PLEX SMS (sms-verify v2)",
    .country = COUNTRY_KOREA,
    .caps = API_IDEMPOTENT,
    .needs_user = true,
    .needs_secret = true,
    .needs_from = true,
    .limits.charset = CHARSET_EUCKR,
    .limits.sms = 90,
    .same_max = 10,
    .own_max = 10,
    .own_kinds = 1 << KIND_SMS,
    .keys = keys,
    .verdicts = verdict_tables,
    .receipts = receipt_tables,
    .repetitions = repetitions,
    .send = { send_build, send_judge },
    .webhook = { webhook_judge, "application/json", "{\"code\":\"100\",\"desc\":\"success\"}" },
};
