/* NotificationSMS: the request that sends, and its answer ("메시지 발송"). */
#include "provider/notificationsms.h"

#include <string.h>

#include "base/base64.h"
#include "base/utf8.h"
#include "http/json.h"
#include "provider/notificationsms_codes.h"

/* A title is required even for SMS, which shows none, and for LMS an alert may come without one: then the
   text's first line serves, which is within the charset because the text is. No character takes more bytes
   in EUC-KR than in UTF-8, so the cut is within the limit too. */
static struct json_object *subject_of(const struct batch_item *item)
{
    size_t bytes = strcspn(item->text, "\n");

    if (item->subject[0] != '\0')
        return json_object_new_string(item->subject);
    return json_object_new_string_len(item->text,
                                      (int)utf8_border(item->text, bytes, NOTIFICATIONSMS_SUBJECT_BYTES));
}

/* The manual calls messages a string, yet gives it fields: an array of objects. */
static struct json_object *messages_of(const struct batch *batch)
{
    struct json_object *messages = json_object_new_array();

    for (size_t i = 0; i < batch->count; i++) {
        const struct batch_item *item = &batch->item[i];
        struct json_object *message = json_object_new_object();
        bool filled = json_add(message, "to", json_object_new_string(item->to))
                      && json_add(message, "subject", subject_of(item))
                      && json_add(message, "content", json_object_new_string(item->text));
        if (!filled) {
            json_object_put(message);
            message = NULL;
        }
        if (!json_push(messages, message)) {
            json_object_put(messages);
            return NULL;
        }
    }
    return messages;
}

/* The image stands beside messages: for all of them. */
static struct json_object *files_of(const struct batch *batch)
{
    struct json_object *files = json_object_new_array(), *file = json_object_new_object();
    struct buf encoded = { 0 };

    if (!base64_add(&encoded, batch->image, batch->image_bytes)
        || !json_add(file, "name", json_object_new_string("image.jpg"))
        || !json_add(file, "body", json_object_new_string(buf_text(&encoded)))
        || !json_push(files, json_object_get(file))) {
        json_object_put(files);
        files = NULL;
    }
    json_object_put(file);
    buf_clear(&encoded);
    return files;
}

/* "MMS인데 첨부하려는 파일이 없는경우": without an image it is LMS, and said so. */
static const char *type_of(const struct batch *batch)
{
    return batch->kind == KIND_SMS ? "SMS" : batch->image != NULL ? "MMS" : "LMS";
}

/* reserveTime has no seconds ("yyyy-MM-dd HH:mm"); rounding them would be a time that nobody asked for. A
   reservation goes before scheduleCode, which is then left out. */
static bool add_time(struct json_object *body, const struct batch *batch, const struct account *account,
                     struct error *err)
{
    const char *schedule = account_key(account, "schedule");
    size_t minutes = strlen("YYYY-MM-DD HH:MM");

    if (batch->at == NULL)
        return schedule == NULL || json_add(body, "scheduleCode", json_object_new_string(schedule))
               || error_memory(err);
    if (strcmp(batch->at + minutes, ":00") != 0)
        return error_set(err, ERROR_USAGE, 0, "--at: NotificationSMS takes whole minutes, no seconds");
    return (json_add(body, "reserveTime", json_object_new_string_len(batch->at, (int)minutes))
            && json_add(body, "reserveTimeZone", json_object_new_string(account_key(account, "zone"))))
           || error_memory(err);
}

static bool add_message(struct json_object *body, const struct batch *batch, const struct account *account,
                        struct error *err)
{
    return (json_add(body, "type", json_object_new_string(type_of(batch)))
            && json_add(body, "contentType", json_object_new_string("COMM"))
            && json_add(body, "countryCode", json_object_new_string("82"))
            && json_add(body, "from", json_object_new_string(account->from))
            && json_add(body, "subject", subject_of(&batch->item[0]))
            && json_add(body, "content", json_object_new_string(batch->item[0].text))
            && json_add(body, "messages", messages_of(batch))
            && (batch->image == NULL || json_add(body, "files", files_of(batch))))
           || error_memory(err);
}

bool notificationsms_send_build(const struct batch *batch, const struct account *account,
                                struct request *request, struct error *err)
{
    struct json_object *body = json_object_new_object();
    bool built = api_takes(&api_notificationsms, batch, err) && add_message(body, batch, account, err)
                 && add_time(body, batch, account, err) && request_start(request, "POST", "/api/v1/sms", err)
                 && request_bearer(request, account->token, err)
                 && json_body(request, "application/json", body, err);

    json_object_put(body);
    return built;
}

/* The manual gives success no status and its words no values: 2xx without an error is success. A body that
   cannot be read could hold an error, and none at all is an answer only where the status says so. */
void notificationsms_send_judge(const struct account *account, const struct reply *reply, struct batch *batch)
{
    struct json_object *said = json_read(reply);
    /* Either of these makes it the answer that the manual describes; it promises none of them. */
    bool read = json_text(said, "requestId") != NULL || json_text(said, "statusCode") != NULL
                || (reply->bytes == 0 && reply->status == 204);
    struct outcome outcome = { 0 };

    (void)account;
    if (reply->status / 100 == 2 && read && json_member(said, "error") == NULL)
        outcome_accept(&outcome, json_text(said, "requestId"));
    else
        notificationsms_codes_judge(&outcome, said, reply);
    batch_outcome(batch, &outcome);
    json_object_put(said);
}
