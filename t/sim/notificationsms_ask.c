/* NotificationSMS: what became of a request, and of a reservation. The reply to a send has no reserveId, so a
   reservation goes by the id of its request. */
#include <stdlib.h>
#include <string.h>

#include "sim/config.h"
#include "sim/form.h"
#include "sim/message.h"
#include "sim/notificationsms.h"

/* The first message under the id that the query names; NULL after answering. */
static struct message *find(struct exchange *x, const char *name)
{
    const char *const allowed[] = { name, NULL };
    struct pairs query = { 0 };
    struct message *message;

    if (!nsms_query(x, allowed, &query))
        return NULL;
    if (pairs_text(&query, name)[0] == '\0') {
        violated(x, 100, "%s is missing", name);
        return NULL;
    }
    message = message_next(x, NULL, pairs_text(&query, name));
    if (message == NULL || (strcmp(name, "reserveId") == 0 && message->delivery.at == NULL)) {
        refused(x, 300, "no such %s", name);
        return NULL;
    }
    return message;
}

/* The table prints "messages_" in front of four keys, below a key that says so already. */
static struct json_object *message_object(struct exchange *x, const struct message *message, size_t at)
{
    const struct delivery *delivery = &message->delivery;
    struct json_object *object = json_object_new_object();
    const struct {
        const char *key, *value;
    } fields[] = { { "contentType", "COMM" },
                   { "countryCode", pairs_text(&delivery->extra, "country") },
                   { "from", delivery->from },
                   { "to", delivery->to } };

    json_object_object_add(object, "messageId",
                           json_text(exchange_format(x, "%s-%zu", delivery->reference, at)));
    json_object_object_add(object, "requestTime", json_text(pairs_text(&delivery->extra, "requested")));
    for (size_t i = 0; i < LENGTH(fields); i++)
        json_object_object_add(
            object, exchange_format(x, "%s%s", config.shape == SHAPE_OTHER ? "" : "messages_", fields[i].key),
            json_text(fields[i].value));
    return object;
}

void nsms_look_up(struct exchange *x)
{
    const struct message *message;
    struct json_object *object, *messages;
    const char *id;

    x->action = "result";
    message = find(x, "requestId");
    if (message == NULL)
        return;
    id = message->delivery.reference;
    object = json_object_new_object();
    messages = json_object_new_array();
    json_object_object_add(object, "requestId", json_text(id));
    json_object_object_add(
        object, "statusCode",
        json_count(message->state == MESSAGE_SENT ? 200 : 202, config.shape != SHAPE_OTHER));
    for (size_t at = 0; message != NULL; message = message_next(x, message, id))
        json_object_array_add(messages, message_object(x, message, at++));
    json_object_object_add(object, "messages", messages);
    answer_json(x, 200, object);
}

void nsms_reservation(struct exchange *x)
{
    /* The words of the manual's list are lost. */
    static const char *const states[] = { "RESERVED", "SENT", "CANCELED" };
    const struct message *message;
    struct json_object *object;

    x->action = "reservation-show";
    message = find(x, "reserveId");
    if (message == NULL)
        return;
    object = json_object_new_object();
    json_object_object_add(object, "reserveId", json_text(message->delivery.reference));
    json_object_object_add(object, "reserveTime", json_text(message->delivery.at));
    json_object_object_add(object, "reserveTimeZone",
                           json_text(pairs_text(&message->delivery.extra, "zone")));
    json_object_object_add(object, "reserveStatus", json_text(states[message->state]));
    answer_json(x, 200, object);
}

void nsms_cancel(struct exchange *x)
{
    struct message *message;
    const char *id;

    x->action = "cancel";
    message = find(x, "reserveId");
    if (message == NULL)
        return;
    if (message->state != MESSAGE_WAITING) {
        refused(x, 300, "sent or cancelled already");
        return;
    }
    id = message->delivery.reference;
    for (; message != NULL; message = message_next(x, message, id))
        message_cancel(x, message);
    nsms_deleted(x, "reserveId", id);
}
