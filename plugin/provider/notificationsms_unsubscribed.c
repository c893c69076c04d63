/* NotificationSMS: the numbers that want no more messages. */
#include "provider/notificationsms.h"

#include <stdio.h>

#include "base/digits.h"
#include "http/json.h"
#include "provider/notificationsms_codes.h"

/* "수신거부 번호 조회": pageSize when none is given. */
#define ROWS_USUAL 100

static bool check_digits(const char *text, const char *argument, struct error *err)
{
    return digits_only(text, SIZE_MAX) || error_set(err, ERROR_USAGE, 0, "%s: digits only", argument);
}

static bool add_digits(struct request *request, const char *name, const char *value, const char *argument,
                       struct error *err)
{
    return value == NULL || (check_digits(value, argument, err) && request_query(request, name, value, err));
}

/* "수신거부 번호 조회". Pages count from 0. startTime and endTime are whole numbers of a unit that is not
   printed. */
bool notificationsms_unsubscribed_build(const struct query *query, const struct account *account,
                                        struct request *request, struct error *err)
{
    char size[16], page[16];

    snprintf(size, sizeof size, "%d", query->size > 0 ? query->size : ROWS_USUAL);
    snprintf(page, sizeof page, "%d", query->page > 0 ? query->page - 1 : 0);
    return notificationsms_start_bare(request, "GET", "/api/v1/unsubscribes_sms_get", account, err)
           && add_digits(request, "clientTelNo", query->phone, "--phone", err)
           && request_query(request, "pageSize", size, err) && request_query(request, "pageIndex", page, err)
           && add_digits(request, "startTime", query->start, "--start", err)
           && add_digits(request, "endTime", query->end, "--end", err);
}

/* Where an answer keeps its rows, whose shape is not printed: an array or a row alone, itself or within one
   or two objects. */
static struct json_object *rows_in(struct json_object *said, int depth)
{
    struct json_object *rows = NULL;

    if (json_count(said) > 0 || json_text(said, "clientTelNo") != NULL)
        return said;
    if (depth == 0 || !json_object_is_type(said, json_type_object))
        return NULL;
    json_object_object_foreach(said, name, member)
    {
        (void)name;
        if (rows == NULL)
            rows = rows_in(member, depth - 1);
    }
    return rows;
}

/* The time of registering is printed as reserveTime. */
static bool add_unsubscribed(struct answer *answer, struct json_object *row)
{
    const char *number = json_text(row, "clientTelNo");

    return number == NULL
           || answer_row(answer, (const char *const[]){ number, json_text(row, "reserveTime"),
                                                        json_text(row, "registerType") });
}

static void add_all_unsubscribed(struct answer *answer, struct json_object *said)
{
    struct json_object *rows = rows_in(said, 2);

    if (add_unsubscribed(answer, rows))
        for (size_t i = 0; i < json_count(rows) && add_unsubscribed(answer, json_item(rows, i)); i++)
            ;
}

void notificationsms_unsubscribed_judge(const struct query *query, const struct account *account,
                                        const struct reply *reply, struct answer *answer)
{
    struct json_object *said = json_read(reply);

    (void)query;
    (void)account;
    listing_start(&answer->listing, listing_unsubscribed);
    if (notificationsms_done(said, reply) && (said != NULL || reply->bytes == 0)) {
        outcome_accept(&answer->outcome, NULL);
        add_all_unsubscribed(answer, said);
    } else {
        notificationsms_codes_judge(&answer->outcome, said, reply);
    }
    json_object_put(said);
}

/* "수신거부 번호 등록" */
bool notificationsms_add_build(const struct query *query, const struct account *account,
                               struct request *request, struct error *err)
{
    struct json_object *body = json_object_new_object();
    bool built =
        check_digits(query->number, "NUMBER", err)
        && (json_add(body, "clientTelNo", json_object_new_string(query->number)) || error_memory(err))
        && request_start(request, "POST", "/api/v1/unsubscribes_sms", err)
        && request_bearer(request, account->token, err) && json_body(request, "application/json", body, err);

    json_object_put(body);
    return built;
}

/* "수신거부 번호 삭제" */
bool notificationsms_remove_build(const struct query *query, const struct account *account,
                                  struct request *request, struct error *err)
{
    return check_digits(query->number, "NUMBER", err)
           && notificationsms_start_bare(request, "DELETE", "/api/v1/unsubscribes_sms_del", account, err)
           && request_query(request, "clientTelNo", query->number, err);
}

/* What was added or removed: as the answer says it, which it need not. */
void notificationsms_change_judge(const struct query *query, const struct account *account,
                                  const struct reply *reply, struct answer *answer)
{
    struct json_object *said = json_read(reply);

    (void)account;
    listing_start(&answer->listing, listing_unsubscribed);
    if (notificationsms_done(said, reply)) {
        outcome_accept(&answer->outcome, NULL);
        add_all_unsubscribed(answer, said);
        if (answer->outcome.kind == OUTCOME_ACCEPTED && answer->listing.count == 0)
            answer_row(answer, (const char *const[]){ query->number, NULL, NULL });
    } else {
        notificationsms_codes_judge_id(&answer->outcome, said, reply);
    }
    json_object_put(said);
}
