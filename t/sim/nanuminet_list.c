/* Nanuminet: lists, single messages, reservations. */
#include <stdlib.h>
#include <string.h>

#include "sim/check.h"
#include "sim/config.h"
#include "sim/form.h"
#include "sim/message.h"
#include "sim/nanuminet.h"

enum { PAGE_SIZE = 15, PAGE_MAX = 100 };

/* What a list is asked for. */
struct search {
    struct pairs query;
    const char *month;  /* yyyymm; NULL: reservations are asked for */
    char type;          /* S, M or 0 */
    char result;        /* S, I, F, E or A */
    const char *value;  /* which of a message's values is searched: PHONE, CALLBACK, MSG or NULL */
    const char *wanted; /* what it holds */
    long first_day, last_day, page, size;
};

static char type_of(const struct message *message)
{
    return strcmp(message->delivery.kind, "sms") == 0 ? 'S' : 'M';
}

static const char *stat_of(const struct message *message)
{
    const char *code = message_result(message, type_of(message) == 'S' ? "06" : "1000");

    /* 00 = no result yet; a reservation's is 0. */
    return message->state == MESSAGE_WAITING ? "0" : code[0] == '\0' ? "00" : code;
}

/* Success, in progress, failed, or E: the sender number breaks the rules (28 to 31, 5301 to 5304). */
static char result_of(const struct message *message)
{
    const char *stat = stat_of(message);
    int code = atoi(stat);

    if (strcmp(stat, "06") == 0 || strcmp(stat, "1000") == 0)
        return 'S';
    if (code == 0)
        return 'I';
    return (code >= 28 && code <= 31) || (code >= 5301 && code <= 5304) ? 'E' : 'F';
}

static bool is_month(const char *text)
{
    time_t when;

    return is_digits(text, 6, 6) && read_korean_date(text, "%Y%m", &when);
}

/* A parameter that is one letter of those. */
static bool read_letter(struct exchange *x, const struct search *search, const char *name,
                        const char *letters, char *letter)
{
    const struct pair *field = pairs_find(&search->query, name);

    if (field == NULL)
        return true;
    if (field->bytes != 1 || strchr(letters, field->value[0]) == NULL)
        return violated(x, "검색조건 오류", "%s '%s'", name, field->value);
    *letter = field->value[0];
    return true;
}

static bool read_count(struct exchange *x, const struct search *search, const char *name, size_t digits,
                       long most, long *count)
{
    const struct pair *field = pairs_find(&search->query, name);

    if (field != NULL
        && (!read_number(field->value, 1, most, count) || (digits > 0 && field->bytes != digits)))
        return violated(x, "검색조건 오류", "%s '%s'", name, field->value);
    return true;
}

static bool read_keyword(struct exchange *x, struct search *search)
{
    const struct pair *keyword = pairs_find(&search->query, "search_keyword");

    if (pairs_find(&search->query, "search_field") == NULL && keyword == NULL)
        return true;
    search->value = pairs_text(&search->query, "search_field");
    if (strcmp(search->value, "PHONE") != 0 && strcmp(search->value, "CALLBACK") != 0
        && strcmp(search->value, "MSG") != 0)
        return violated(x, "검색조건 오류", "search_field '%s'", search->value);
    if (keyword == NULL || keyword->bytes == 0)
        return violated(x, "검색조건 오류", "no search_keyword");
    search->wanted = keyword->value;
    return true;
}

static bool read_search(struct exchange *x, const char *const *allowed, struct search *search)
{
    search->page = 1;
    search->size = PAGE_SIZE;
    if (x->query != NULL && !read_urlencoded(x, x->query, strlen(x->query), allowed, &search->query))
        return nanumi_fail(x, "검색조건 오류");
    return read_letter(x, search, "send_type", "SM", &search->type) && read_keyword(x, search)
           && read_count(x, search, "page", 0, 999999, &search->page)
           && read_count(x, search, "pageSize", 0, PAGE_MAX, &search->size);
}

/* Whether a field is matched whole or in part is not told. */
static bool fields_match(struct exchange *x, const struct search *search, const struct message *message)
{
    for (int i = 1; i <= 6; i++) {
        const char *name = exchange_format(x, "CETC%d", i);
        const struct pair *wanted = pairs_find(&search->query, name);
        const char *value = pairs_text(&message->delivery.extra, name);

        if (wanted != NULL
            && (config.shape == SHAPE_OTHER ? strstr(value, wanted->value) == NULL
                                            : strcmp(value, wanted->value) != 0))
            return false;
    }
    return true;
}

static bool matches(struct exchange *x, const struct search *search, const struct message *message)
{
    const struct delivery *delivery = &message->delivery;
    const char *value = search->value == NULL                 ? NULL
                        : strcmp(search->value, "PHONE") == 0 ? delivery->to
                        : strcmp(search->value, "MSG") == 0   ? delivery->text
                                                              : delivery->from;
    long day = atol(korean_time(x, "%d", message->due));

    if (message->state != (search->month == NULL ? MESSAGE_WAITING : MESSAGE_SENT)
        || (search->type != '\0' && type_of(message) != search->type)
        || (value != NULL && strstr(value, search->wanted) == NULL) || !fields_match(x, search, message))
        return false;
    return search->month == NULL
           || (strcmp(korean_time(x, "%Y%m", message->due), search->month) == 0 && day >= search->first_day
               && day <= search->last_day && (search->result == 'A' || search->result == result_of(message)));
}

static struct json_object *row_object(struct exchange *x, const struct message *message)
{
    const struct delivery *delivery = &message->delivery;
    const char *stat = stat_of(message);
    char result = result_of(message);
    bool as_text = config.shape == SHAPE_OTHER;
    struct json_object *row = json_object_new_object();

    json_object_object_add(row, "INDEXNUM", json_count(atol(delivery->reference), as_text));
    json_object_object_add(row, "SEND_DATE", json_text(korean_time(x, "%F %T", message->due)));
    json_object_object_add(row, "SUBJECT", json_text(delivery->subject));
    json_object_object_add(row, "MSG", json_text(delivery->text));
    json_object_object_add(row, "CALLBACK", json_text(delivery->from));
    json_object_object_add(row, "PHONE", json_text(delivery->to));
    json_object_object_add(row, "TYPE",
                           json_text(type_of(message) == 'S' ? "SMS"
                                     : delivery->image       ? "MMS"
                                                             : "LMS"));
    json_object_object_add(row, "STAT", json_text(stat));
    json_object_object_add(row, "STAT_TEXT",
                           json_text(message->state == MESSAGE_WAITING ? "예약대기"
                                     : result == 'S'                   ? "전송성공"
                                     : result == 'I'                   ? "결과수신대기"
                                                                       : "전송실패"));
    json_object_object_add(row, "FCNT", json_count(delivery->image, as_text));
    return row;
}

/* In the order of their sending, or the other way round: none is promised. */
static void reply_list(struct exchange *x, const struct search *search)
{
    struct json_object *data = json_object_new_object(), *list = json_object_new_array();
    const struct message **found, *message = NULL;
    bool as_text = config.shape == SHAPE_OTHER;
    long total = 0;

    while ((message = message_next(x, message, NULL)) != NULL)
        total += matches(x, search, message);
    found = exchange_take(x, (size_t)(total + 1) * sizeof *found);
    for (long at = 0; (message = message_next(x, message, NULL)) != NULL;)
        if (matches(x, search, message)) {
            found[as_text ? at : total - 1 - at] = message;
            at++;
        }
    for (long at = (search->page - 1) * search->size; at < total && at < search->page * search->size; at++) {
        struct json_object *row = row_object(x, found[at]);

        json_object_object_add(row, "ROWNUM", json_count(total - at, as_text));
        json_object_array_add(list, row);
    }
    if (search->month != NULL)
        json_object_object_add(data, "YM", json_text(search->month));
    json_object_object_add(data, "totalCnt", json_count(total, as_text));
    json_object_object_add(data, "page", json_count(search->page, as_text));
    json_object_object_add(data, "pageSize", json_count(search->size, as_text));
    json_object_object_add(data, "list", list);
    nanumi_succeed(x, data);
}

void nanumi_list(struct exchange *x)
{
    static const char *const allowed[] = { "YM",         "start_day",    "end_day",        "send_type",
                                           "sms_result", "search_field", "search_keyword", "page",
                                           "pageSize",   "CETC1",        "CETC2",          "CETC3",
                                           "CETC4",      "CETC5",        "CETC6",          NULL };
    struct search search = { .result = 'S', .first_day = 1, .last_day = 31 };
    const struct pair *month;

    x->action = "list";
    if (!read_search(x, allowed, &search) || !read_letter(x, &search, "sms_result", "SIFEA", &search.result)
        || !read_count(x, &search, "start_day", 2, 31, &search.first_day)
        || !read_count(x, &search, "end_day", 2, 31, &search.last_day))
        return;
    month = pairs_find(&search.query, "YM");
    search.month = month == NULL ? korean_time(x, "%Y%m", config_now()) : month->value;
    if (!is_month(search.month))
        violated(x, "검색조건 오류", "YM '%s'", search.month);
    else if (search.first_day > search.last_day)
        violated(x, "검색조건 오류", "start_day is after end_day");
    else
        reply_list(x, &search);
}

void nanumi_stay_list(struct exchange *x)
{
    static const char *const allowed[] = { "send_type", "search_field", "search_keyword", "page",
                                           "pageSize",  "CETC1",        "CETC2",          "CETC3",
                                           "CETC4",     "CETC5",        "CETC6",          NULL };
    struct search search = { 0 };

    x->action = "reservation-list";
    if (read_search(x, allowed, &search))
        reply_list(x, &search);
}

/* The message of /TYPE/INDEX in that state; NULL after answering. */
static struct message *find(struct exchange *x, const struct pair *segments, enum message_state state)
{
    struct message *message = NULL;

    if ((strcmp(segments[0].value, "S") != 0 && strcmp(segments[0].value, "M") != 0)
        || !is_digits(segments[1].value, 1, 9)) {
        violated(x, "잘못된 요청", "type '%s', index '%s'", segments[0].value, segments[1].value);
        return NULL;
    }
    while ((message = message_next(x, message, segments[1].value)) != NULL)
        if (type_of(message) == segments[0].value[0] && message->state == state)
            return message;
    refused(x, "내역이 없습니다", "no such message");
    return NULL;
}

void nanumi_get(struct exchange *x)
{
    struct pairs segments = { 0 };
    const struct message *message;
    struct json_object *row;

    x->action = "result";
    split_path(x, "/v1/get/", &segments);
    if (segments.count != 3 || !is_month(segments.pair[0].value)) {
        violated(x, "잘못된 요청", "the path is not yyyymm, type and index");
        return;
    }
    message = find(x, segments.pair + 1, MESSAGE_SENT);
    if (message == NULL)
        return;
    if (strcmp(korean_time(x, "%Y%m", message->due), segments.pair[0].value) != 0) {
        refused(x, "내역이 없습니다", "sent in another month");
        return;
    }
    row = row_object(x, message);
    for (int i = 1; i <= 6; i++) {
        const char *name = exchange_format(x, "CETC%d", i);

        json_object_object_add(row, name, json_text(pairs_text(&message->delivery.extra, name)));
    }
    nanumi_succeed(x, row);
}

void nanumi_cancel(struct exchange *x)
{
    struct pairs segments = { 0 };
    struct message *message;

    x->action = "cancel";
    split_path(x, "/v1/cancel/", &segments);
    if (segments.count != 2) {
        violated(x, "잘못된 요청", "the path is not type and index");
        return;
    }
    message = find(x, segments.pair, MESSAGE_WAITING);
    if (message == NULL)
        return;
    message_cancel(x, message);
    nanumi_succeed(x, NULL);
}

void nanumi_cancel_all(struct exchange *x)
{
    struct message *message = NULL;

    x->action = "cancel-all";
    while ((message = message_next(x, message, NULL)) != NULL)
        if (message->state == MESSAGE_WAITING)
            message_cancel(x, message);
    nanumi_succeed(x, NULL);
}
