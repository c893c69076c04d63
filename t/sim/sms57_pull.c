/* SMS57-SMGW: reports and inbound messages, which are gone once they were handed out. */
#include <stdlib.h>
#include <string.h>

#include "sim/account.h"
#include "sim/check.h"
#include "sim/config.h"
#include "sim/inbound.h"
#include "sim/message.h"
#include "sim/sms57.h"

enum { SIZE_DEFAULT = 1000, SIZE_LEAST = 10, REPORTS_MOST = 10000, INBOUND_MOST = 1000 };

/* "szie" in the table of mo, "size" in its example; both may come, saying the same. */
static bool read_size(struct exchange *x, const struct pairs *form, long most, long *size)
{
    static const char *const names[] = { "size", "szie" };
    const char *first = NULL;

    *size = SIZE_DEFAULT;
    for (size_t i = 0; i < LENGTH(names); i++) {
        const struct pair *field = pairs_find(form, names[i]);

        if (field == NULL)
            continue;
        if (!read_number(field->value, SIZE_LEAST, most, size))
            return violated(x, STATUS_FORMAT, "%s '%s'", names[i], field->value);
        if (first != NULL && strcmp(first, field->value) != 0)
            return violated(x, STATUS_FORMAT, "size and szie differ");
        first = field->value;
    }
    return true;
}

static void add_entry(struct json_object *list, bool report, const struct inbound *item)
{
    struct json_object *entry = json_object_new_object();

    json_object_object_add(entry, "flag", json_count(report, config.shape == SHAPE_OTHER));
    json_object_object_add(entry, "mid", json_text(item->mid));
    json_object_object_add(entry, "spid", json_text(SMS57_ACCOUNT));
    json_object_object_add(entry, "accessCode", json_text(SMS57_EXTNO));
    json_object_object_add(entry, "mobile", json_text(item->mobile));
    json_object_object_add(entry, report ? "stat" : "content", json_text(item->text));
    json_object_object_add(entry, "time", json_text(item->time));
    json_object_array_add(list, entry);
}

/* Reports of our own texts, oldest first. */
static void add_reports(struct exchange *x, struct json_object *list, size_t size)
{
    struct message *message = NULL;

    while (json_object_array_length(list) < size && (message = message_next(x, message, NULL)) != NULL) {
        const char *stat = message_result(message, "DELIVRD");
        struct inbound item = { .mobile = message->delivery.to,
                                .text = stat,
                                .mid = message->delivery.reference,
                                .time = china_time(x, message->due) };

        if (message->reported || stat[0] == '\0')
            continue;
        message->reported = true;
        add_entry(list, true, &item);
    }
}

static void pull(struct exchange *x, const struct pairs *form, bool report)
{
    struct json_object *object, *list;
    const struct inbound *item;
    long size;

    if (!sms57_authorized(x, form, "") || !read_size(x, form, report ? REPORTS_MOST : INBOUND_MOST, &size))
        return;
    list = json_object_new_array();
    while (json_object_array_length(list) < (size_t)size && (item = inbound_take(report)) != NULL)
        add_entry(list, report, item);
    if (report)
        add_reports(x, list, (size_t)size);
    object = sms57_object(x, STATUS_OK);
    json_object_object_add(object, "list", list);
    answer_json(x, 200, object);
}

void sms57_report(struct exchange *x, const struct pairs *form)
{
    x->action = "reports";
    pull(x, form, true);
}

void sms57_mo(struct exchange *x, const struct pairs *form)
{
    x->action = "replies";
    pull(x, form, false);
}
