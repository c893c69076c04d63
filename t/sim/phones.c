/* The phones: a file for each number, a line for each text. */
#include "sim/phones.h"

#include "sim/config.h"
#include "sim/journal.h"

void phone_deliver(struct exchange *memory, const char *gateway, const struct delivery *delivery)
{
    struct json_object *line = json_object_new_object();

    json_object_object_add(line, "time", json_text(korean_time(memory, "%F %T", config_now())));
    json_object_object_add(line, "gateway", json_text(gateway));
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
    if (delivery->jpeg.bytes > 0) {
        json_object_object_add(line, "image_bytes", json_object_new_int64((int64_t)delivery->jpeg.bytes));
        json_object_object_add(line, "image_width", json_object_new_int64(delivery->jpeg.width));
        json_object_object_add(line, "image_height", json_object_new_int64(delivery->jpeg.height));
    }
    if (delivery->at != NULL)
        json_object_object_add(line, "at", json_text(delivery->at));
    for (size_t i = 0; i < delivery->extra.count; i++)
        json_object_object_add(line, delivery->extra.pair[i].name, json_text(delivery->extra.pair[i].value));
    journal_append(exchange_format(memory, "phones/%s", delivery->to),
                   json_object_to_json_string_ext(line, JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(line);
    journal_delivered(gateway);
}
