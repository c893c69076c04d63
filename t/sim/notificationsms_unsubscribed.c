/* NotificationSMS: numbers that refused. */
#include <stdlib.h>
#include <string.h>

#include "sim/check.h"
#include "sim/config.h"
#include "sim/notificationsms.h"
#include "sim/form.h"

enum { PAGE_SIZE = 100, PAGE_MAX = 1000 };

static struct number {
    struct number *next;
    char *text;
    time_t since;
} * numbers;

static struct number **find(const char *text)
{
    struct number **at = &numbers;

    while (*at != NULL && strcmp((*at)->text, text) != 0)
        at = &(*at)->next;
    return at;
}

bool nsms_unsubscribed(const char *text)
{
    return *find(text) != NULL;
}

/* The time of the entry is called reserveTime; it may be missing. */
static struct json_object *number_object(struct exchange *x, const struct number *number)
{
    struct json_object *object = json_object_new_object();

    json_object_object_add(object, "clientTelNo", json_text(number->text));
    if (config.shape != SHAPE_OTHER)
        json_object_object_add(object, "reserveTime",
                               json_text(korean_time(x, "%Y-%m-%d %H:%M", number->since)));
    json_object_object_add(object, "registerType", json_text("A"));
    return object;
}

/* Integers whose unit is not told: seconds of 1970, milliseconds when they have 13 digits. */
static bool read_time(struct exchange *x, const struct pairs *query, const char *name, time_t *when)
{
    const char *text = pairs_text(query, name);

    if (pairs_find(query, name) == NULL)
        return true;
    if (!is_digits(text, 1, 14))
        return violated(x, 100, "%s '%s'", name, text);
    *when = (time_t)(strlen(text) == 13 ? atoll(text) / 1000 : atoll(text));
    return true;
}

static bool read_size(struct exchange *x, const struct pairs *query, const char *name, long least, long most,
                      long *size)
{
    const char *text = pairs_text(query, name);

    return pairs_find(query, name) == NULL || read_number(text, least, most, size)
           || violated(x, 100, "%s '%s'", name, text);
}

/* Nothing tells whether the rows come alone or wrapped. */
static void reply_list(struct exchange *x, struct json_object *rows)
{
    struct json_object *object;

    if (config.shape == SHAPE_CLEAN) {
        answer_json(x, 200, rows);
        return;
    }
    object = json_object_new_object();
    json_object_object_add(object, config.shape == SHAPE_PRINTED ? "unsubscribes" : "content", rows);
    answer_json(x, 200, object);
}

void nsms_unsubscribed_list(struct exchange *x)
{
    static const char *const allowed[] = { "clientTelNo", "pageSize", "pageIndex",
                                           "startTime",   "endTime",  NULL };
    struct pairs query = { 0 };
    struct json_object *rows;
    const struct pair *wanted;
    long size = PAGE_SIZE, page = 0, at = 0;
    time_t start = 0, end = (time_t)1 << 50;

    x->action = "unsubscribed-list";
    if (!nsms_query(x, allowed, &query) || !read_size(x, &query, "pageSize", 1, PAGE_MAX, &size)
        || !read_size(x, &query, "pageIndex", 0, 999999, &page) || !read_time(x, &query, "startTime", &start)
        || !read_time(x, &query, "endTime", &end))
        return;
    wanted = pairs_find(&query, "clientTelNo");
    if (wanted != NULL && !is_digits(wanted->value, 8, 15)) {
        violated(x, 100, "clientTelNo is no number of digits");
        return;
    }
    rows = json_object_new_array();
    for (const struct number *number = numbers; number != NULL; number = number->next) {
        if ((wanted != NULL && strcmp(wanted->value, number->text) != 0) || number->since < start
            || number->since > end)
            continue;
        if (at / size == page)
            json_object_array_add(rows, number_object(x, number));
        at++;
    }
    reply_list(x, rows);
}

void nsms_unsubscribed_add(struct exchange *x)
{
    static const char *const keys[] = { "clientTelNo", NULL };
    struct json_object *object;
    struct number **at;
    const char *text;

    x->action = "unsubscribed-add";
    object = nsms_body(x);
    if (object == NULL)
        return;
    text = object_text(x, object, "clientTelNo");
    if (!check_keys(x, object, keys) || text == NULL || !is_digits(text, 8, 15)) {
        violated(x, 100, "clientTelNo is no number of digits");
    } else {
        at = find(text);
        if (*at == NULL) {
            *at = calloc(1, sizeof **at);
            if (*at == NULL || ((*at)->text = strdup(text)) == NULL)
                abort();
            (*at)->since = config_now();
        }
        answer_json(x, config.shape == SHAPE_OTHER ? 201 : 200, number_object(x, *at));
    }
    json_object_put(object);
}

void nsms_unsubscribed_remove(struct exchange *x)
{
    static const char *const allowed[] = { "clientTelNo", NULL };
    struct pairs query = { 0 };
    struct number **at, *gone;
    const char *text;

    x->action = "unsubscribed-remove";
    if (!nsms_query(x, allowed, &query))
        return;
    text = pairs_text(&query, "clientTelNo");
    if (!is_digits(text, 8, 15)) {
        violated(x, 100, "clientTelNo is no number of digits");
        return;
    }
    at = find(text);
    gone = *at;
    if (gone == NULL) {
        refused(x, 300, "no such number");
        return;
    }
    *at = gone->next;
    free(gone->text);
    free(gone);
    nsms_deleted(x, "clientTelNo", text);
}
