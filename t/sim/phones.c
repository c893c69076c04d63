/* The phones: a file for each number, a line for each text. */
#include "sim/phones.h"

#include "sim/journal.h"

void phone_deliver(struct exchange *x, const struct delivery *delivery)
{
    struct json_object *line = json_object_new_object();

    json_object_object_add(line, "time", json_text(korean_time(x, "%F %T", time(NULL))));
    json_object_object_add(line, "gateway", json_text(x->gateway));
    json_object_object_add(line, "kind", json_text(delivery->kind));
    json_object_object_add(line, "from", json_text(delivery->from));
    json_object_object_add(line, "to", json_text(delivery->to));
    json_object_object_add(line, "subject", json_text(delivery->subject == NULL ? "" : delivery->subject));
    json_object_object_add(line, "text",
                           json_object_new_string_len(delivery->text, (int)delivery->text_bytes));
    json_object_object_add(line, "unit", json_text(delivery->unit));
    json_object_object_add(line, "used", json_object_new_int64(delivery->used));
    json_object_object_add(line, "limit", json_object_new_int64(delivery->limit));
    json_object_object_add(line, "parts", json_object_new_int64(delivery->parts));
    json_object_object_add(line, "cost", json_object_new_int64(delivery->cost));
    json_object_object_add(line, "currency", json_text(delivery->currency));
    json_object_object_add(line, "reference", json_text(delivery->reference));
    json_object_object_add(line, "image", json_object_new_boolean(delivery->image));
    if (delivery->at != NULL)
        json_object_object_add(line, "at", json_text(delivery->at));
    journal_append(exchange_format(x, "phones/%s", delivery->to),
                   json_object_to_json_string_ext(line, JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(line);
    x->delivered++;
}
