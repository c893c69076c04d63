/* The alert: named values that are clean, bounded and complete, whoever said them. */
#include "alert/alert.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alert/clean.h"
#include "base/buf.h"
#include "base/utf8.h"

#define CUT_MARK "…"

const char *const alert_names[] = {
    "source", "type",     "host",    "alias",   "address", "service",  "state", "output",   "long_output",
    "time",   "duration", "attempt", "number",  "author",  "comment",  "id",    "severity", "url",
    "group",  "contact",  "to",      "subject", "since",   "notified", NULL,
};

bool alert_knows(const char *name)
{
    for (size_t i = 0; alert_names[i] != NULL; i++)
        if (strcmp(alert_names[i], name) == 0)
            return true;
    return name[0] == '_';
}

static struct alert_field *find(const struct alert *alert, const char *name)
{
    for (size_t i = 0; i < alert->fields; i++)
        if (alert->field[i].name[0] == name[0] && strcmp(alert->field[i].name, name) == 0)
            return &alert->field[i];
    return NULL;
}

const char *alert_get(const struct alert *alert, const char *name)
{
    const struct alert_field *field = find(alert, name);

    return field == NULL ? "" : field->value;
}

static void field_clear(struct alert_field *field)
{
    if (field->packed)
        return;
    free(field->name);
    free(field->value);
}

static void drop(struct alert *alert, const char *name)
{
    struct alert_field *field = find(alert, name);
    size_t after;

    if (field == NULL)
        return;
    alert->bytes -= strlen(field->value);
    field_clear(field);
    after = alert->fields - (size_t)(field - alert->field) - 1;
    memmove(field, field + 1, after * sizeof *field);
    alert->fields--;
}

/* Room for one more; NULL with the reason in err. */
static struct alert_field *make_room(struct alert *alert, const char *name, struct error *err)
{
    struct alert_field *grown;

    if (alert->fields == ALERT_FIELDS_MAX) {
        error_set(err, ERROR_USAGE, 0, "field %s: more than %d fields", name, ALERT_FIELDS_MAX);
        return NULL;
    }
    /* Grown by sixteens: most alerts have fewer. */
    if (alert->fields % 16 == 0) {
        grown = realloc(alert->field, (alert->fields + 16) * sizeof *grown);
        if (grown == NULL) {
            error_memory(err);
            return NULL;
        }
        alert->field = grown;
    }
    return &alert->field[alert->fields];
}

/* Put a clean value in place of what the name had. */
static bool put(struct alert *alert, const char *name, struct buf *text, struct error *err)
{
    struct alert_field made = { strdup(name), NULL, false }, *field = find(alert, name);
    size_t bytes = text->len;

    if (made.name == NULL || (made.value = buf_take(text)) == NULL) {
        error_memory(err);
        goto out;
    }
    if (field != NULL) {
        alert->bytes -= strlen(field->value);
        field_clear(field);
    } else if ((field = make_room(alert, name, err)) != NULL)
        alert->fields++;
    else
        goto out;
    *field = made;
    alert->bytes += bytes;
    return true;
out:
    field_clear(&made);
    return false;
}

static bool read_name(const char *name, char out[ALERT_NAME_MAX + 1], struct error *err)
{
    size_t length = strlen(name);
    char shown[CLEAN_WORD_BYTES];

    if (length == 0)
        return error_set(err, ERROR_USAGE, 0, "a field has no name");
    if (length > ALERT_NAME_MAX)
        return error_set(err, ERROR_USAGE, 0, "field %s…: the name is longer than %d characters",
                         clean_word(name, shown), ALERT_NAME_MAX);
    for (size_t i = 0; i <= length; i++) {
        out[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] - 'A' + 'a' : name[i]);
        if (i < length && (out[i] < 'a' || out[i] > 'z') && (out[i] < '0' || out[i] > '9') && out[i] != '_')
            return error_set(err, ERROR_USAGE, 0,
                             "field %s: a name is made of letters, digits and underscores",
                             clean_word(name, shown));
    }
    return true;
}

/* The mark says that something is missing; a value with no room even for the mark is left out. */
static bool cut(struct buf *text, size_t room)
{
    size_t keep = room < strlen(CUT_MARK) ? 0 : room - strlen(CUT_MARK);

    buf_cut(text, utf8_border(text->data, text->len, keep));
    return keep == 0 || buf_str(text, CUT_MARK);
}

bool alert_set_bytes(struct alert *alert, const char *name, const char *value, size_t bytes,
                     struct error *err)
{
    char own_name[ALERT_NAME_MAX + 1];
    size_t before, room;
    struct buf text = { 0 };
    bool set = false, whole = bytes <= ALERT_BYTES_MAX;

    if (!read_name(name, own_name, err))
        return false;
    before = strlen(alert_get(alert, own_name));
    room = (ALERT_BYTES_MAX - (alert->bytes - before)) / 2;
    if (!clean_text(value, whole ? bytes : utf8_border(value, bytes, ALERT_BYTES_MAX), &text, err))
        goto out;
    if ((!whole || text.len > room) && !cut(&text, room)) {
        error_memory(err);
        goto out;
    }
    if (text.len == 0)
        drop(alert, own_name);
    else if (!put(alert, own_name, &text, err))
        goto out;
    set = true;
out:
    buf_clear(&text);
    return set;
}

bool alert_set(struct alert *alert, const char *name, const char *value, struct error *err)
{
    return alert_set_bytes(alert, name, value == NULL ? "" : value, value == NULL ? 0 : strlen(value), err);
}

/* Unit and record separator: control characters, so no clean value holds one. */
#define UNIT   '\x1f'
#define RECORD '\x1e'

char *alert_pack(const struct alert *alert, struct error *err)
{
    struct buf packed = { 0 };
    char *text;

    for (size_t i = 0; i < alert->fields; i++)
        if (!buf_str(&packed, alert->field[i].name) || !buf_char(&packed, UNIT)
            || !buf_str(&packed, alert->field[i].value) || !buf_char(&packed, RECORD))
            goto out;
    text = buf_take(&packed);
    if (text != NULL)
        return text;
out:
    buf_clear(&packed);
    error_memory(err);
    return NULL;
}

/* What clean_text promises, as far as it can be seen cheaply. */
static bool is_clean(const char *text, size_t bytes)
{
    size_t length;

    for (size_t at = 0; at < bytes; at += length) {
        length = 1;
        if (text[at] >= ' ' && text[at] < 127) /* mostly */
            continue;
        length = utf8_decode(text + at, bytes - at, NULL);
        if (length == 0 || (length == 1 && text[at] != '\n')) /* a control character */
            return false;
    }
    return bytes > 0;
}

static bool unreadable(struct error *err)
{
    return error_set(err, ERROR_STORE, 0, "an alert in the store cannot be read");
}

/* Values come back as they were, not cleaned and cut a second time. record and end stand in the alert's
   packed text. */
static bool unpack_field(struct alert *alert, char *record, char *end, struct error *err)
{
    char *unit = memchr(record, UNIT, (size_t)(end - record)), name[ALERT_NAME_MAX + 1];
    struct alert_field *field;
    size_t bytes;

    if (unit == NULL)
        return unreadable(err);
    *unit = *end = '\0';
    bytes = (size_t)(end - unit - 1);
    if (!read_name(record, name, NULL) || strcmp(record, name) != 0 || find(alert, name) != NULL
        || !is_clean(unit + 1, bytes) || alert->fields == ALERT_FIELDS_MAX
        || bytes > ALERT_BYTES_MAX - alert->bytes)
        return unreadable(err);
    field = make_room(alert, name, err);
    if (field == NULL)
        return false;
    *field = (struct alert_field){ record, unit + 1, true };
    alert->fields++;
    alert->bytes += bytes;
    return true;
}

bool alert_unpack(struct alert *alert, const char *packed, struct error *err)
{
    struct alert read = { .packed = strdup(packed) };
    char *end;

    if (read.packed == NULL)
        return error_memory(err);
    for (char *record = read.packed; *record != '\0'; record = end + 1) {
        end = strchr(record, RECORD);
        if (end == NULL ? !unreadable(err) : !unpack_field(&read, record, end, err)) {
            alert_clear(&read);
            return false;
        }
    }
    alert_clear(alert);
    *alert = read;
    return true;
}

void alert_clear(struct alert *alert)
{
    for (size_t i = 0; i < alert->fields; i++)
        field_clear(&alert->field[i]);
    free(alert->field);
    free(alert->packed);
    *alert = (struct alert){ 0 };
}
