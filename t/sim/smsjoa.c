/* SMSJOA Messaging API. What is open in its guide (shape of errors, quoted numbers) follows the shape. */
#include <string.h>

#include "sim/account.h"
#include "sim/check.h"
#include "sim/config.h"
#include "sim/digest.h"
#include "sim/smsjoa.h"

enum { TOKEN_LIFE_S = 86400 };

/* Guide, section 1: codes with their HTTP status. Those named here are the ones that can come up. */
static const struct {
    int code;
    unsigned status;
    const char *message;
} errors[] = {
    { 100001, 401, "API KEY 를 확인하세요" },
    { 100002, 400, "Charset Error" },
    { 100003, 400, "CONTENT TYPE 을 확인하세요" },
    { 100004, 500, "HTTPS 프로토콜만 접근이 가능합니다" },
    { 100005, 400, "MMS 이미지 처리 오류" },
    { 100006, 400, "MMS 이미지를 확인하세요" },
    { 100007, 400, "msg_serial 을 확인하세요" },
    { 100009, 401, "Token 을 확인하세요" },
    { 100010, 401, "Token 이 유효하지 않습니다" },
    { 100011, 400, "개별내용 전송은 SMS 형식만 지원됩니다" },
    { 100012, 401, "등록되지 않은 client 입니다" },
    { 100015, 400, "메시지 타입 을 확인하세요" },
    { 100016, 400, "문자내용을 확인하세요" },
    { 100017, 400, "미래시간만 예약이 가능합니다" },
    { 100018, 400, "수신가능한 번호가 없습니다" },
    { 100019, 400, "수신번호를 확인하세요" },
    { 100020, 400, "수신자 번호와 문자 내용을 확인하세요" },
    { 100022, 401, "아이디를 확인하세요" },
    { 100023, 400, "예약 전송날짜 형식이 잘못되었습니다" },
    { 100024, 400, "예약 전송날짜가 잘못되었습니다" },
    { 100025, 400, "예약 전송시간이 잘못되었습니다" },
    { 100026, 403, "예약메세지는 전송 10 분전에는 취소가 불가능합니다" },
    { 100027, 400, "예약시간을 확인하세요" },
    { 100029, 403, "요청하신 예약내역이 없습니다" },
    { 100030, 403, "요청하신 전송내역이 없습니다" },
    { 100032, 400, "이미지 파일 크기가 300KByte 를 초과하였습니다" },
    { 100033, 403, "잔액부족" },
    { 100034, 400, "전송 메세지 내용이 최대 Byte 를 초과하였습니다" },
    { 100035, 400, "전송내역 조회 제한 건수를 초과했습니다" },
    { 100036, 400, "전송내역 총 page 를 초과 하였습니다" },
    { 100039, 400, "회신번호를 확인하세요" },
    { 100040, 403, "전송내역은 3개월 전 데이터까지만 조회가 가능합니다." },
    { 0, 404, "Not found" },
};

bool smsjoa_fail(struct exchange *x, int code)
{
    struct json_object *object;
    size_t i = 0;

    while (errors[i].code != 0 && errors[i].code != code)
        i++;
    if (config.shape == SHAPE_OTHER) {
        answer_text(x, errors[i].status, "text/plain;charset=UTF-8",
                    exchange_format(x, "-%d %s", code, errors[i].message));
        return false;
    }
    object = json_object_new_object();
    json_object_object_add(object, "code", json_count(-code, config.shape == SHAPE_PRINTED));
    json_object_object_add(object, "message", json_text(errors[i].message));
    answer_json(x, errors[i].status, object);
    return false;
}

static void token(struct exchange *x)
{
    const char *given = header(x, "authorization");
    const char *user = base64_of(x, SMSJOA_CLIENT ":" SMSJOA_KEY, strlen(SMSJOA_CLIENT ":" SMSJOA_KEY));
    struct json_object *object;
    time_t until;

    x->action = "login";
    if (given == NULL || strncmp(given, "Basic ", 6) != 0)
        violated(x, 100022, "no Basic authorization");
    else if (strcmp(given + 6, user) != 0)
        violated(x, strncmp(given + 6, user, 12) == 0 ? 100001 : 100012, "wrong client id or API key");
    else if (x->body_bytes > 0 || x->query != NULL)
        violated(x, 100003, "the token takes neither body nor parameters");
    else {
        object = json_object_new_object();
        json_object_object_add(object, "token", json_text(token_issue(x, TOKEN_LIFE_S, &until)));
        answer_json(x, 200, object);
    }
}

static bool authorized(struct exchange *x)
{
    const char *given = header(x, "authorization");

    if (given == NULL || strncmp(given, "Bearer ", 7) != 0)
        return violated(x, 100009, "no Bearer authorization");
    return token_check(x, given + 7) || smsjoa_fail(x, 100010);
}

static void balance(struct exchange *x)
{
    struct json_object *object = json_object_new_object();

    x->action = "balance";
    json_object_object_add(object, "money",
                           json_count(balance_left(x, SMSJOA_BALANCE), config.shape != SHAPE_OTHER));
    answer_json(x, 200, object);
}

static void serve_smsjoa(struct exchange *x)
{
    static const struct {
        const char *method, *path;
        void (*call)(struct exchange *x);
    } calls[] = { { "GET", "/1/balance", balance },
                  { "POST", "/1/send", smsjoa_send },
                  { "GET", "/1/send/", smsjoa_history },
                  { "DELETE", "/1/reservation", smsjoa_cancel } };

    if (!x->secure && config.https_only) {
        violated(x, 100004, "plain HTTP");
        return;
    }
    if (!rate_allows(x)) {
        answer_text(x, 429, "text/plain", "");
        return;
    }
    if (strcmp(x->method, "POST") == 0 && strcmp(x->path, "/1/token") == 0) {
        token(x);
        return;
    }
    for (size_t i = 0; i < LENGTH(calls); i++)
        if (strcmp(x->method, calls[i].method) == 0 && is_path(x, calls[i].path)) {
            if (!authorized(x))
                return;
            if (x->query != NULL)
                violated(x, 100003, "parameters in the URL");
            else
                calls[i].call(x);
            return;
        }
    violated(x, 0, "no such call");
}

const struct gateway gateway_smsjoa = { "smsjoa", "/1/", serve_smsjoa, false };
