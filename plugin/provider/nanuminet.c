/* Nanuminet SMS REST API V1: its facts, and the questions it answers. Chapters are those of its manual ("SMS
   REST API V1 매뉴얼"), by their headings. */
#include "provider/nanuminet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digits.h"
#include "base/when.h"
#include "provider/nanuminet_codes.h"

static const struct setting keys[] = {
    { "hash", SETTING_TEXT, "how the login is signed; none: not at all, where the gateway allows it",
      "sha256", "md5|sha256|sha512|none" },
    { "cetc2", SETTING_TEXT, "extra field CETC2 of every message (CETC1 is munja's own)", NULL, NULL },
    { "cetc3", SETTING_TEXT, "CETC3 of every message", NULL, NULL },
    { "cetc4", SETTING_TEXT, "CETC4 of every message", NULL, NULL },
    { "cetc5", SETTING_TEXT, "CETC5 of every message", NULL, NULL },
    { "cetc6", SETTING_TEXT, "CETC6 of every message", NULL, NULL },
    { 0 },
};

/* The reply of a question whose result is true, its answer accepted, without rows yet; else NULL and the
   outcome says why. For json_object_put. */
static struct json_object *read_answer(const struct account *account, const struct reply *reply,
                                       const char *const *columns, struct answer *answer)
{
    struct json_object *said = json_read(reply);

    listing_start(&answer->listing, columns);
    if (nanuminet_said(account, reply, said, nanuminet_query_refusals, &answer->outcome)) {
        outcome_accept(&answer->outcome, NULL);
        return said;
    }
    json_object_put(said);
    return NULL;
}

/* An answer that is not understood must not pass for an empty one: what no list shows may be sent again. */
static bool misread(struct answer *answer)
{
    const char *const *columns = answer->listing.column;

    listing_clear(&answer->listing);
    listing_start(&answer->listing, columns);
    outcome_set(&answer->outcome, OUTCOME_UNSURE, "none", "the answer holds no data that can be read");
    return false;
}

/* Whether there is anything to be read: what is null or empty holds no rows, but a reply without data says
   nothing. */
static bool has_data(struct json_object *said, struct answer *answer)
{
    if (said != NULL && !json_has(said, "data"))
        misread(answer);
    return answer->outcome.kind == OUTCOME_ACCEPTED;
}

static bool is_message(struct json_object *row)
{
    return json_member(row, "INDEXNUM") != NULL || json_member(row, "PHONE") != NULL;
}

/* Adds what one member of a reply's array says to the answer; false when that is nothing it knows, or memory
   ran out: the answer is none then. */
typedef bool add_member(struct json_object *member, const char *month, struct answer *answer);

/* A PHP array is a list, or an object where its keys do not count from 0; where one message is asked for, it
   is that message; an empty one may be null. */
static void add_each(struct json_object *array, add_member *add, const char *month, struct answer *answer)
{
    bool added = true;

    for (size_t i = 0; added && i < json_count(array); i++)
        added = add(json_item(array, i), month, answer);
    if (is_message(array))
        add(array, month, answer);
    else if (json_object_is_type(array, json_type_object)) {
        json_object_object_foreach(array, key, member)
        {
            (void)key;
            added = added && add(member, month, answer);
        }
    } else if (array != NULL && !json_object_is_type(array, json_type_array)) {
        misread(answer);
    }
}

/* A number, which as a JSON number has lost the zero in front; one of a service (1588-0000) has none. */
static const char *read_phone(struct json_object *value, char padded[12])
{
    const char *digits = json_scalar(value);
    size_t length = digits == NULL ? 0 : strlen(digits);

    if (!json_object_is_type(value, json_type_int) || !digits_only(digits, 10) || length < 8
        || (length == 8 && *digits == '1'))
        return digits;
    snprintf(padded, 12, "0%s", digits);
    return padded;
}

/* 잔여건수 조회 */
static bool balance_build(const struct query *query, const struct account *account, struct request *request,
                          struct error *err)
{
    (void)query;
    return nanuminet_start(account, "GET", "/v1/count", request, err);
}

static void balance_judge(const struct query *query, const struct account *account, const struct reply *reply,
                          struct answer *answer)
{
    struct json_object *said = read_answer(account, reply, listing_balance, answer);
    const char *left = json_text(said, "count");

    (void)query;
    if (said != NULL && digits_amount(left, false))
        answer_row(answer, (const char *const[]){ left, "messages", NULL });
    else if (said != NULL)
        outcome_set(&answer->outcome, OUTCOME_UNSURE, "none", "the answer holds no count");
    json_object_put(said);
}

/* 발신번호목록 조회. An array of numbers, or of objects that hold one. */
static bool senders_build(const struct query *query, const struct account *account, struct request *request,
                          struct error *err)
{
    (void)query;
    return nanuminet_start(account, "GET", "/v1/callback", request, err);
}

static bool add_sender(struct json_object *member, const char *month, struct answer *answer)
{
    static const char *const names[] = { "CALLBACK", "callback", "PHONE", "phone", "number" };
    char padded[12];
    const char *number = read_phone(member, padded);

    (void)month;
    for (size_t i = 0; number == NULL && i < sizeof names / sizeof *names; i++)
        number = read_phone(json_member(member, names[i]), padded);
    if (number == NULL)
        return misread(answer);
    return *number == '\0' || answer_row(answer, &number);
}

static void senders_judge(const struct query *query, const struct account *account, const struct reply *reply,
                          struct answer *answer)
{
    struct json_object *said = read_answer(account, reply, listing_senders, answer);
    struct json_object *data = json_member(said, "data");

    (void)query;
    if (has_data(said, answer))
        add_each(json_has(data, "list") ? json_member(data, "list") : data, add_sender, NULL, answer);
    json_object_put(said);
}

/* What the replies of list, staylist and get say of one message. */
struct message {
    char reference[48]; /* "" when it cannot be known */
    const char *kind, *recipient, *sender, *subject, *text, *state, *code, *meaning, *sent, *files;
    char recipient_padded[12], sender_padded[12], code_padded[3];
};

/* STAT, which as a number has lost a zero in front. */
static void read_stat(struct json_object *row, struct message *message)
{
    const char *code = json_text(row, "STAT");
    const struct receipt *receipt;

    if (digits_only(code, 1)) {
        snprintf(message->code_padded, sizeof message->code_padded, "0%s", code);
        code = message->code_padded;
    }
    receipt = receipt_find(nanuminet_sms_receipts, code);
    if (receipt == NULL)
        receipt = receipt_find(nanuminet_mms_receipts, code);
    message->code = code;
    message->state = receipt == NULL ? NULL : receipt_name(receipt->kind);
    message->meaning = receipt == NULL ? json_text(row, "STAT_TEXT") : receipt->meaning;
}

/* month: YYYYMM, which with type and index names a message; NULL for a reservation, which has none. */
static void read_message(struct json_object *row, const char *month, struct message *message)
{
    const char *type = json_text(row, "TYPE"), *index = json_text(row, "INDEXNUM");
    enum kind kind = KIND_AUTO;

    *message = (struct message){
        .kind = type,
        .subject = json_text(row, "SUBJECT"),
        .text = json_text(row, "MSG"),
        .sent = json_text(row, "SEND_DATE"),
        .files = json_text(row, "FCNT"),
    };
    message->recipient = read_phone(json_member(row, "PHONE"), message->recipient_padded);
    message->sender = read_phone(json_member(row, "CALLBACK"), message->sender_padded);
    read_stat(row, message);
    if (type == NULL || !kind_named(type, &kind) || kind == KIND_AUTO)
        return;
    message->kind = kind_name(kind);
    if (digits_only(index, 18))
        snprintf(message->reference, sizeof message->reference, "%.6s%s%c/%s", month == NULL ? "" : month,
                 month == NULL ? "" : "/", kind == KIND_SMS ? 'S' : 'M', index);
}

static const char *or_none(const char *text)
{
    return *text == '\0' ? NULL : text;
}

/* 발송목록 조회 */
static bool list_build(const struct query *query, const struct account *account, struct request *request,
                       struct error *err)
{
    return nanuminet_start(account, "GET", "/v1/list", request, err)
           && nanuminet_filter_list(query, request, err);
}

/* A page of messages: data is an object, or a list with one, that holds the rows as list. */
static struct json_object *page_of(struct json_object *said)
{
    struct json_object *data = json_member(said, "data"), *only = json_item(data, 0);

    return json_count(data) == 1 && json_object_is_type(only, json_type_object) && !is_message(only) ? only
                                                                                                     : data;
}

/* No rows are believed where the reply counts none, or where a page behind the last was asked for. */
static void judge_page(struct json_object *page, int number, add_member *add, const char *month,
                       struct answer *answer)
{
    bool listed = json_has(page, "list");
    const char *total = json_text(page, "totalCnt");

    add_each(listed                       ? json_member(page, "list")
             : json_has(page, "totalCnt") ? NULL
                                          : page,
             add, month, answer);
    if (answer->outcome.kind != OUTCOME_ACCEPTED)
        return;
    if (digits_only(total, 9))
        answer->listing.total = atol(total);
    if (answer->listing.count == 0 && json_has(page, "totalCnt") && answer->listing.total != 0 && number <= 1)
        misread(answer);
}

static bool add_to_list(struct json_object *row, const char *month, struct answer *answer)
{
    struct message m;

    if (!is_message(row))
        return misread(answer);
    read_message(row, month, &m);
    return answer_row(answer,
                      (const char *const[]){ or_none(m.reference), m.kind, m.recipient, m.sender, m.subject,
                                             m.text, m.state, m.code, m.meaning, m.sent, m.files });
}

static void list_judge(const struct query *query, const struct account *account, const struct reply *reply,
                       struct answer *answer)
{
    struct json_object *said = read_answer(account, reply, listing_list, answer), *page = page_of(said);
    const char *month = json_text(page, "YM");
    char present[WHEN_MONTH_BYTES];

    /* The gateway's own when none is asked for. */
    when_korean_month(query->now_ms, present);
    if (!nanuminet_is_month(month))
        month = nanuminet_is_month(query->month) ? query->month : present;
    if (has_data(said, answer))
        judge_page(page, query->page, add_to_list, month, answer);
    json_object_put(said);
}

/* 예약발송목록 조회 */
static bool reservations_build(const struct query *query, const struct account *account,
                               struct request *request, struct error *err)
{
    return nanuminet_start(account, "GET", "/v1/staylist", request, err)
           && nanuminet_filter_reservations(query, request, err);
}

static bool add_reservation(struct json_object *row, const char *month, struct answer *answer)
{
    struct message m;

    if (!is_message(row))
        return misread(answer);
    read_message(row, month, &m);
    return answer_row(answer, (const char *const[]){ or_none(m.reference), m.kind, m.recipient, m.sender,
                                                     m.text, m.sent, NULL, m.state });
}

static void reservations_judge(const struct query *query, const struct account *account,
                               const struct reply *reply, struct answer *answer)
{
    struct json_object *said = read_answer(account, reply, listing_reservation, answer);

    if (has_data(said, answer))
        judge_page(page_of(said), query->page, add_reservation, NULL, answer);
    json_object_put(said);
}

/* "YYYYMM/S/12345", of a reservation "S/12345". */
struct reference {
    char month[7], type[2], index[19];
};

static bool read_reference(const char *text, bool dated, struct reference *reference, struct error *err)
{
    struct reference read = { 0 };
    int end = 0;

    if (text == NULL)
        text = "";
    if (dated)
        sscanf(text, "%6[0-9]/%1[SM]/%18[0-9]%n", read.month, read.type, read.index, &end);
    else
        sscanf(text, "%1[SM]/%18[0-9]%n", read.type, read.index, &end);
    if (end == 0 || text[end] != '\0' || (dated && !nanuminet_is_month(read.month)))
        return error_set(err, ERROR_USAGE, 0, "REF: must be %s, M in place of S for lms and mms",
                         dated ? "YYYYMM/S/NUMBER" : "S/NUMBER");
    *reference = read;
    return true;
}

/* 개별 조회 */
static bool result_build(const struct query *query, const struct account *account, struct request *request,
                         struct error *err)
{
    struct reference reference;

    return query_is_whole(query, err) && read_reference(query->ref, true, &reference, err)
           && nanuminet_start(account, "GET", "/v1/get", request, err)
           && request_segment(request, reference.month, err) && request_segment(request, reference.type, err)
           && request_segment(request, reference.index, err);
}

static bool add_result_row(struct json_object *row, const char *month, struct answer *answer)
{
    struct message m;

    if (!is_message(row))
        return misread(answer);
    read_message(row, month, &m);
    return answer_row(answer,
                      (const char *const[]){ month == NULL ? NULL : or_none(m.reference), m.recipient, m.kind,
                                             m.state, m.code, m.meaning, m.sent, NULL, NULL });
}

static void result_judge(const struct query *query, const struct account *account, const struct reply *reply,
                         struct answer *answer)
{
    struct json_object *said = read_answer(account, reply, listing_result, answer);
    struct reference reference;
    bool dated = read_reference(query->ref, true, &reference, NULL);

    if (has_data(said, answer))
        add_each(json_member(said, "data"), add_result_row, dated ? reference.month : NULL, answer);
    if (answer->outcome.kind == OUTCOME_ACCEPTED && answer->listing.count == 0)
        outcome_set(&answer->outcome, OUTCOME_REFUSED, "none", "no such message");
    json_object_put(said);
}

/* 예약 개별 취소, 예약 전체 취소: they act although they are GETs. */
static bool cancel_build(const struct query *query, const struct account *account, struct request *request,
                         struct error *err)
{
    struct reference reference;

    request->once = true;
    return read_reference(query->ref, false, &reference, err)
           && nanuminet_start(account, "GET", "/v1/cancel", request, err)
           && request_segment(request, reference.type, err) && request_segment(request, reference.index, err);
}

static void cancel_judge(const struct query *query, const struct account *account, const struct reply *reply,
                         struct answer *answer)
{
    struct json_object *said = read_answer(account, reply, listing_cancelled, answer);

    if (said != NULL)
        answer_row(answer, &query->ref);
    json_object_put(said);
}

static bool cancel_all_build(const struct query *query, const struct account *account,
                             struct request *request, struct error *err)
{
    (void)query;
    request->once = true;
    return nanuminet_start(account, "GET", "/v1/cancelall", request, err);
}

static void cancel_all_judge(const struct query *query, const struct account *account,
                             const struct reply *reply, struct answer *answer)
{
    (void)query;
    json_object_put(read_answer(account, reply, listing_cancelled, answer));
}

const struct api api_nanuminet = {
    .name = "nanuminet",
    .title = "Nanuminet SMS REST API V1",
    .url = "https://sms.nanuminet.com",
    .country = COUNTRY_KOREA,
    .caps = API_LOOKUP | API_RESERVE | API_IMAGE | API_IMAGE_URL,
    .needs_user = true,
    .needs_secret = true,
    .needs_from = true,
    .limits.charset = CHARSET_EUCKR,
    .limits.sms = 90,
    .limits.lms = 2000, /* the manual names no end of it: what the carriers take */
    .limits.mms = 2000,
    .limits.subject = 40, /* nor of the title: what phones show of it */
    .same_max = 100,      /* nor a number of receivers */
    .keys = keys,
    .verdicts = nanuminet_verdict_tables,
    .receipts = nanuminet_receipt_tables,
    .send = { nanuminet_send_build, nanuminet_send_judge },
    .login = { nanuminet_login_build, nanuminet_login_judge },
    .balance = { balance_build, balance_judge },
    .result = { result_build, result_judge },
    .list = { list_build, list_judge },
    .reservation_list = { reservations_build, reservations_judge },
    .reservation_cancel = { cancel_build, cancel_judge },
    .reservation_cancel_all = { cancel_all_build, cancel_all_judge },
    .senders = { senders_build, senders_judge },
};
