/* What the gateways took: reservations wait here, the lists and results of the gateways are read from here.
 */
#include "sim/message.h"

#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/account.h"
#include "sim/config.h"
#include "sim/journal.h"

static struct message *first, *last;
static void *by_reference; /* a tree of the first ones under each reference */
static size_t waiting;
static bool changed;           /* DIR/reservations is older than the list */
static struct exchange keeper; /* owns every message */

static const char *kept(const char *text, size_t bytes)
{
    return text == NULL ? NULL : exchange_copy(&keeper, text, bytes);
}

static const char *kept_text(const char *text)
{
    return kept(text, text == NULL ? 0 : strlen(text));
}

/* Units, currencies and kinds are constants; all else belongs to the exchange. */
static struct delivery kept_delivery(const struct delivery *delivery)
{
    struct delivery copy = *delivery;

    copy.to = kept_text(delivery->to);
    copy.from = kept_text(delivery->from);
    copy.kind = kept_text(delivery->kind);
    copy.subject = kept_text(delivery->subject);
    copy.text = kept(delivery->text, delivery->text_bytes);
    copy.reference = kept_text(delivery->reference);
    copy.at = kept_text(delivery->at);
    copy.extra = (struct pairs){ 0 };
    for (size_t i = 0; i < delivery->extra.count; i++) {
        const struct pair *pair = &delivery->extra.pair[i];

        pairs_add(&keeper, &copy.extra,
                  (struct pair){ .name = kept_text(pair->name), .value = kept_text(pair->value) });
    }
    return copy;
}

static int compare_references(const void *a, const void *b)
{
    const struct message *one = a, *other = b;
    int order = strcmp(one->gateway, other->gateway);

    return order != 0 ? order : strcmp(one->delivery.reference, other->delivery.reference);
}

static void add_reference(struct message *message)
{
    struct message **found = tsearch(message, &by_reference, compare_references);

    if (found == NULL)
        abort();
    if (*found != message)
        (*found)->last->same = message;
    (*found)->last = message;
}

static struct message *find_reference(const char *gateway, const char *reference)
{
    const struct message wanted = { .gateway = gateway, .delivery.reference = reference };
    struct message **found = tfind(&wanted, &by_reference, compare_references);

    return found == NULL ? NULL : *found;
}

static void send_message(struct message *message)
{
    message->state = MESSAGE_SENT;
    phone_deliver(&keeper, message->gateway, &message->delivery);
}

struct message *message_take(struct exchange *x, const struct delivery *delivery)
{
    struct message *message = exchange_take(&keeper, sizeof *message);

    message->gateway = x->gateway;
    message->delivery = kept_delivery(delivery);
    message->due = delivery->at == NULL ? config_now() : delivery->due;
    *(first == NULL ? &first : &last->next) = message;
    last = message;
    add_reference(message);
    if (delivery->at == NULL) {
        send_message(message);
        x->delivered++;
    } else {
        waiting++;
        changed = true;
    }
    return message;
}

struct message *message_next(const struct exchange *x, const struct message *after, const char *reference)
{
    struct message *message = after == NULL ? first : after->next;

    if (reference != NULL)
        return after == NULL ? find_reference(x->gateway, reference) : after->same;
    while (message != NULL && message->gateway != x->gateway)
        message = message->next;
    return message;
}

const char *message_result(const struct message *message, const char *delivered)
{
    const struct pair *result = pairs_find(&config.results, message->delivery.to);
    char there[64];

    snprintf(there, sizeof there, "%s/%s", message->gateway, message->delivery.to);
    if (pairs_find(&config.results, there) != NULL)
        result = pairs_find(&config.results, there);

    if (message->state != MESSAGE_SENT)
        return "";
    return result == NULL ? delivered : result->value;
}

void message_cancel(struct exchange *x, struct message *message)
{
    message->state = MESSAGE_CANCELLED;
    waiting--;
    changed = true;
    balance_give(x, message->delivery.cost);
}

static struct json_object *reservation_object(const struct message *message)
{
    static const char *const states[] = { "waiting", "sent", "cancelled" };
    struct json_object *object = json_object_new_object();

    json_object_object_add(object, "gateway", json_text(message->gateway));
    json_object_object_add(object, "reference", json_text(message->delivery.reference));
    json_object_object_add(object, "to", json_text(message->delivery.to));
    json_object_object_add(object, "kind", json_text(message->delivery.kind));
    json_object_object_add(object, "at", json_text(message->delivery.at));
    json_object_object_add(object, "due", json_object_new_int64(message->due));
    json_object_object_add(object, "state", json_text(states[message->state]));
    return object;
}

static void write_reservations(void)
{
    char *text = NULL;
    size_t bytes;
    FILE *lines = open_memstream(&text, &bytes);

    if (lines == NULL)
        abort();
    for (const struct message *message = first; message != NULL; message = message->next) {
        struct json_object *object;

        if (message->delivery.at == NULL)
            continue;
        object = reservation_object(message);
        fprintf(lines, "%s%s", ftell(lines) > 0 ? "\n" : "",
                json_object_to_json_string_ext(object, JSON_C_TO_STRING_NOSLASHESCAPE));
        json_object_put(object);
    }
    if (fclose(lines) != 0)
        abort();
    journal_replace("reservations", text);
    free(text);
}

void message_settle(void)
{
    for (struct message *message = first; waiting > 0 && message != NULL; message = message->next)
        if (message->state == MESSAGE_WAITING && message->due <= config_now()) {
            send_message(message);
            waiting--;
            changed = true;
        }
    if (!changed)
        return;
    write_reservations();
    journal_stats();
    changed = false;
}
