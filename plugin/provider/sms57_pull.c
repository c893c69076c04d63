/* SMS57-SMGW: reports and replies, pulled or pushed. Chapters are those of its interface document. */
#include "provider/sms57.h"

#include <stdio.h>
#include <string.h>

#include "alert/number.h"
#include "http/json.h"
#include "provider/sms57_codes.h"

/* 4.2, 5.2. What is more than munja reads of an answer is gone at the gateway: of the 10,000 reports that the
   document allows, each of some 150 bytes, or 300 with blanks as it prints them, not all would fit. A long
   reply may take 3 KB where its characters are written as \uXXXX. */
enum {
    PULL_LEAST = 10,
    REPORTS_USUAL = 1000,
    REPORTS_MOST = 3000,
    REPLIES_USUAL = 300,
    REPLIES_MOST = 1000,
};

/* 4, 5: what is asked for here is gone at the gateway once it has answered. */
static bool pull_build(const struct query *query, const struct account *account, const char *action,
                       int usual, int most, struct request *request, struct error *err)
{
    int size = query->size == 0 ? usual : query->size;
    char text[16];

    if (size < PULL_LEAST || size > most)
        return error_set(err, ERROR_USAGE, 0,
                         "--size: must be from %d to %d: a longer answer could not be read whole, and the"
                         " gateway gives it only once",
                         PULL_LEAST, most);
    snprintf(text, sizeof text, "%d", size);
    return sms57_start(account, action, "", request, err) && request_field(request, "size", text, err)
           && request_field(request, "rt", "json", err);
}

bool sms57_reports_build(const struct query *query, const struct account *account, struct request *request,
                         struct error *err)
{
    return pull_build(query, account, "report", REPORTS_USUAL, REPORTS_MOST, request, err);
}

bool sms57_replies_build(const struct query *query, const struct account *account, struct request *request,
                         struct error *err)
{
    return pull_build(query, account, "mo", REPLIES_USUAL, REPLIES_MOST, request, err);
}

/* An entry of a report or a reply, pulled or pushed (4.2.1, 5.3, 6.2). */
struct entry_read {
    const char *mid, *access_code, *state, *code, *meaning, *text, *time;
    const char *mobile; /* as munja keeps numbers: with the country's code, which the gateway leaves out */
    char number[NUMBER_BYTES];
};

static void read_entry(struct json_object *entry, struct entry_read *read)
{
    const char *mobile = json_text(entry, "mobile");
    const struct receipt *receipt;

    *read = (struct entry_read){
        .mid = json_text(entry, "mid"),
        .access_code = json_text(entry, "accessCode"),
        .code = json_text(entry, "stat"),
        .text = json_text(entry, "content"),
        .time = json_text(entry, "time"),
        .mobile = mobile,
    };
    if (mobile != NULL)
        mobile = sms57_national(mobile);
    if (mobile != NULL && strlen(mobile) == 11) {
        snprintf(read->number, sizeof read->number, "+86%s", mobile);
        read->mobile = read->number;
    }
    if (read->code == NULL)
        return;
    /* 9: whatever is not DELIVRD is a failure. */
    receipt = receipt_find(sms57_stats, read->code);
    read->state = receipt_name(receipt == NULL ? RECEIPT_FAILED : receipt->kind);
    read->meaning = receipt == NULL ? "a code that the document does not list" : receipt->meaning;
}

static bool is_entry(struct json_object *object)
{
    return json_has(object, "mid") || json_has(object, "mobile");
}

/* Adds an entry to the answer; false only when memory ran out. */
typedef bool add_entry(struct json_object *entry, struct answer *answer);

static bool add_report(struct json_object *entry, struct answer *answer)
{
    struct entry_read read;

    read_entry(entry, &read);
    return answer_row(answer, (const char *const[]){ read.mid, read.mobile, read.state, read.code,
                                                     read.meaning, read.time });
}

static bool add_reply(struct json_object *entry, struct answer *answer)
{
    struct entry_read read;

    read_entry(entry, &read);
    return answer_row(answer,
                      (const char *const[]){ read.mid, read.mobile, read.access_code, read.text, read.time });
}

static bool add_all(struct json_object *list, add_entry *add, struct answer *answer)
{
    for (size_t i = 0; i < sms57_count(list); i++) {
        struct json_object *entry = sms57_entry(list, i);
        if (entry != NULL && !add(entry, answer))
            return false;
    }
    return true;
}

/* What was read of a reply: its entries, or the answer is none. A list may stand alone, as it is pushed. */
static void add_list(struct json_object *list, add_entry *add, struct answer *answer)
{
    bool listed = list == NULL || json_object_is_type(list, json_type_array) || is_entry(list);

    if (listed && !add_all(list, add, answer))
        return;
    if (!listed || (answer->listing.count == 0 && sms57_count(list) > 0))
        outcome_set(&answer->outcome, OUTCOME_UNSURE, "none", "the answer holds no list that can be read");
}

static void pull_judge(const struct reply *reply, const char *const *columns, add_entry *add,
                       struct answer *answer)
{
    bool broken;
    struct json_object *said = sms57_read(reply, &broken);

    if (json_object_is_type(said, json_type_array) && reply->status / 100 == 2) {
        listing_start(&answer->listing, columns);
        outcome_accept(&answer->outcome, NULL);
        add_list(said, add, answer);
    } else if (sms57_answers(said, reply, columns, answer)) {
        add_list(json_member(said, "list"), add, answer);
    }
    if (broken && answer->outcome.kind == OUTCOME_ACCEPTED)
        snprintf(answer->outcome.meaning, sizeof answer->outcome.meaning,
                 "the answer broke off: what may have stood behind these rows is lost");
    json_object_put(said);
}

void sms57_reports_judge(const struct query *query, const struct account *account, const struct reply *reply,
                         struct answer *answer)
{
    (void)query, (void)account;
    pull_judge(reply, listing_reports, add_report, answer);
}

void sms57_replies_judge(const struct query *query, const struct account *account, const struct reply *reply,
                         struct answer *answer)
{
    (void)query, (void)account;
    pull_judge(reply, listing_replies, add_reply, answer);
}

/* 6: one list of both, told apart by their flag. An entry that is neither is passed over, for the sake of the
   others: refused, they would only come again. */
static bool add_pushed(struct json_object *entry, struct answer *answer)
{
    const char *flag = json_text(entry, "flag");
    struct entry_read read;

    read_entry(entry, &read);
    if (flag == NULL)
        flag = read.code != NULL ? "1" : read.text != NULL ? "0" : "";
    if (strcmp(flag, "1") == 0)
        return answer_row(answer, (const char *const[]){ "report", read.mid, read.mobile, read.access_code,
                                                         read.state, read.code, read.meaning, NULL, read.time,
                                                         NULL });
    if (strcmp(flag, "0") == 0)
        return answer_row(answer, (const char *const[]){ "reply", read.mid, read.access_code, read.mobile,
                                                         NULL, NULL, NULL, read.text, read.time, NULL });
    return true;
}

bool sms57_webhook_judge(const struct reply *pushed, struct answer *answer, struct error *err)
{
    struct json_object *said = json_read(pushed);
    bool judged = json_object_is_type(said, json_type_array);

    if (judged) {
        outcome_accept(&answer->outcome, NULL);
        listing_start(&answer->listing, listing_webhook);
        judged = add_all(said, add_pushed, answer) || error_memory(err);
        if (judged && answer->listing.count == 0 && json_count(said) > 0)
            judged = error_set(err, ERROR_GATEWAY, 0, "what was pushed holds no report and no reply");
    } else {
        error_set(err, ERROR_GATEWAY, 0, "what was pushed is no list of reports and replies");
    }
    json_object_put(said);
    return judged;
}
