/* NotificationSMS: what its error codes mean. Its manual has no numbered chapters; table titles are named. */
#include "provider/notificationsms_codes.h"

#include <string.h>

#include "http/json.h"

/* "공통 오류". Some codes look like an HTTP status but are none: see answered. */
static const struct verdict verdicts[] = {
    { "100", OUTCOME_ACCOUNT, "bad request: protocol or encoding",
      "Bad Request Exception: protocol(https), endocing(UTF-8) 등" },
    { "200", OUTCOME_ACCOUNT, "not authenticated", "Authentication Failed: 인증실패" },
    { "210", OUTCOME_ACCOUNT, "no right to do this", "Permission Denied: 권한없음" },
    { "300", OUTCOME_ACCOUNT, "no such resource", "Not Found Exception: 권한없음" },
    { "400", OUTCOME_ACCOUNT, "the quota is used up", "Quota Exceeded: Quota 초과" },
    { "410", OUTCOME_RETRY, "too many at once (throttled)", "Throttle Limited: Rate 초과" },
    { "420", OUTCOME_RETRY, "too many at once (rate limit)", "Rate Limited: Rate 초과" },
    { "430", OUTCOME_ACCOUNT, "the request is larger than 10 MB",
      "Request Entity Too Large: content-length 초과 (10MB)" },
    { "500", OUTCOME_UNSURE, "the gateway could not reach its sending service",
      "Endpoint Error: 엔드포인트 연결오류" },
    { "510", OUTCOME_UNSURE, "the gateway's sending service did not answer in time",
      "Endpoint Timeout: 엔드포인트 연결시간 초과" },
    { "900", OUTCOME_UNSURE, "an error that the gateway did not expect",
      "Unexpected Error: 예외처리가 안된 오류" },
    { 0 },
};

/* "공통 오류" again, where an id or a number is named: what is not found is that. */
static const struct verdict id_verdicts[] = {
    { "300", OUTCOME_REFUSED, "no such request, reservation or number", "Not Found Exception: 권한없음" },
    { 0 },
};

const struct verdict_table notificationsms_verdict_tables[] = {
    { "common errors (공통 오류)", verdicts },
    { "common errors where an id or a number is named (공통 오류)", id_verdicts },
    { 0 },
};

/* The HTTP status that the manual gives each code. With another one the code is somebody else's, say an HTTP
   status that a proxy put there: 400 must not be read as a quota. */
static const struct {
    const char *code;
    int status;
} answered[] = {
    { "100", 400 }, { "200", 401 }, { "210", 401 }, { "300", 404 }, { "400", 429 }, { "410", 429 },
    { "420", 429 }, { "430", 413 }, { "500", 503 }, { "510", 504 }, { "900", 500 },
};

static bool code_fits(const char *code, int status)
{
    for (size_t i = 0; i < sizeof answered / sizeof *answered; i++) {
        if (strcmp(answered[i].code, code) == 0)
            return answered[i].status == status || status / 100 == 2;
    }
    return true;
}

/* {"error":{"errorCode":…,"message":…}}. A 401 without a code of its own is taken for a token that has
   ended. */
void notificationsms_codes_judge(struct outcome *outcome, struct json_object *said, const struct reply *reply)
{
    struct json_object *error = json_member(said, "error");
    const char *code = json_text(error, "errorCode");

    if (code != NULL && !code_fits(code, reply->status))
        code = NULL;
    outcome_from_refusal(outcome, verdicts, code, json_text(error, "message"), reply);
    outcome->token_refused = code != NULL ? strcmp(code, "200") == 0 : reply->status == 401;
    /* The manual says what else may be wrong with "etc.": a number, say. */
    outcome->divisible = reply->status == 400;
}

void notificationsms_codes_judge_id(struct outcome *outcome, struct json_object *said,
                                    const struct reply *reply)
{
    const struct verdict *row;

    notificationsms_codes_judge(outcome, said, reply);
    row = verdict_find(id_verdicts, outcome->code);
    if (row != NULL)
        outcome_set(outcome, row->kind, row->code, row->meaning);
}
