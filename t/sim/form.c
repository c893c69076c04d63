/* Bodies: application/x-www-form-urlencoded, multipart/form-data, JSON. */
#include "sim/form.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool add_field(struct exchange *x, struct pairs *form, const char *const *allowed, struct pair field)
{
    if (pairs_find(form, field.name) != NULL)
        return violate(x, "field %s twice", field.name);
    for (; *allowed != NULL; allowed++)
        if (strcmp(*allowed, field.name) == 0) {
            pairs_add(x, form, field);
            return true;
        }
    return violate(x, "unknown field '%s'", field.name);
}

/* Only unreserved characters, %XX and + stand in a field; browsers leave * as it is too. */
static bool decode(struct exchange *x, const char *text, size_t bytes, const char **decoded, size_t *length)
{
    char *out = exchange_take(x, bytes + 1);
    size_t to = 0;

    for (size_t i = 0; i < bytes; i++) {
        if (text[i] == '%') {
            char hex[3] = { 0 };

            if (i + 2 >= bytes || !isxdigit((unsigned char)text[i + 1])
                || !isxdigit((unsigned char)text[i + 2]))
                return violate(x, "broken %% in the form");
            memcpy(hex, text + i + 1, 2);
            out[to++] = (char)strtol(hex, NULL, 16);
            i += 2;
        } else if (isalnum((unsigned char)text[i]) || (text[i] != '\0' && strchr("-._~*", text[i]) != NULL)) {
            out[to++] = text[i];
        } else if (text[i] == '+') {
            out[to++] = ' ';
        } else {
            return violate(x, "byte 0x%02X stands unencoded in the form", (unsigned char)text[i]);
        }
    }
    *decoded = out;
    *length = to;
    return true;
}

bool read_urlencoded(struct exchange *x, const char *text, size_t bytes, const char *const *allowed,
                     struct pairs *form)
{
    const char *end = text + bytes;

    while (text < end) {
        const char *stop = memchr(text, '&', (size_t)(end - text));
        const char *equals;
        struct pair field = { 0 };
        size_t name_bytes;

        if (stop == NULL)
            stop = end;
        equals = memchr(text, '=', (size_t)(stop - text));
        if (equals == NULL)
            return violate(x, "a field of the form has no =");
        if (!decode(x, text, (size_t)(equals - text), &field.name, &name_bytes)
            || !decode(x, equals + 1, (size_t)(stop - equals - 1), &field.value, &field.bytes)
            || !add_field(x, form, allowed, field))
            return false;
        if (strlen(field.value) != field.bytes)
            return violate(x, "field %s holds a NUL", field.name);
        text = stop + 1;
    }
    return true;
}

/* The quoted value of a parameter such as name="…" in a Content-Disposition; NULL when absent. */
static const char *parameter(struct exchange *x, const char *line, const char *name)
{
    const char *at = line, *end;
    size_t bytes = strlen(name);

    while ((at = strchr(at, ';')) != NULL) {
        at += 1 + strspn(at + 1, " ");
        if (strncasecmp(at, name, bytes) == 0 && at[bytes] == '=' && at[bytes + 1] == '"') {
            end = strchr(at + bytes + 2, '"');
            return end == NULL ? NULL : exchange_copy(x, at + bytes + 2, (size_t)(end - at) - bytes - 2);
        }
    }
    return NULL;
}

/* One part: headers, a blank line, the value. */
static bool read_part(struct exchange *x, const char *part, size_t bytes, struct pair *field)
{
    const char *blank = memmem(part, bytes, "\r\n\r\n", 4);
    char *head, *line, *rest = NULL;

    if (blank == NULL)
        return violate(x, "a part of the form has no blank line");
    head = exchange_copy(x, part, (size_t)(blank - part));
    field->value = blank + 4;
    field->bytes = bytes - (size_t)(blank + 4 - part);
    field->value = exchange_copy(x, field->value, field->bytes);
    for (line = strtok_r(head, "\r\n", &rest); line != NULL; line = strtok_r(NULL, "\r\n", &rest)) {
        if (strncasecmp(line, "content-disposition: form-data;", 31) == 0) {
            field->name = parameter(x, line, "name");
            field->file = parameter(x, line, "filename");
        } else if (strncasecmp(line, "content-type:", 13) == 0) {
            field->type = line + 13 + strspn(line + 13, " ");
        } else {
            return violate(x, "odd header in a part: %s", line);
        }
    }
    if (field->name == NULL)
        return violate(x, "a part of the form has no name");
    if (field->file == NULL && strlen(field->value) != field->bytes)
        return violate(x, "field %s holds a NUL", field->name);
    return true;
}

bool read_multipart(struct exchange *x, const char *const *allowed, struct pairs *form)
{
    const char *type = header(x, "content-type");
    const char *boundary = type == NULL ? NULL : strstr(type, "boundary=");
    const char *at = x->body, *end = x->body + x->body_bytes, *next;
    char *mark;
    size_t bytes;

    if (boundary == NULL)
        return violate(x, "multipart without boundary");
    boundary += 9;
    boundary += *boundary == '"';
    bytes = strcspn(boundary, "\"; ");
    if (bytes < 1 || bytes > 70)
        return violate(x, "boundary of %zu characters", bytes);
    mark = exchange_format(x, "\r\n--%.*s", (int)bytes, boundary);
    bytes += 4;
    if (x->body_bytes < bytes - 2 || memcmp(at, mark + 2, bytes - 2) != 0)
        return violate(x, "the form does not start with its boundary");
    at += bytes - 2;
    while (end - at >= 2 && memcmp(at, "\r\n", 2) == 0) {
        struct pair field = { 0 };

        at += 2;
        next = memmem(at, (size_t)(end - at), mark, bytes);
        if (next == NULL)
            return violate(x, "the form ends without its boundary");
        if (!read_part(x, at, (size_t)(next - at), &field) || !add_field(x, form, allowed, field))
            return false;
        at = next + bytes;
    }
    if (end - at < 2 || memcmp(at, "--", 2) != 0)
        return violate(x, "the form has no end");
    return true;
}

static size_t members(struct json_object *value)
{
    size_t sum = 0;

    if (json_object_is_type(value, json_type_object)) {
        json_object_object_foreach(value, key, member)
        {
            (void)key;
            sum += 1 + members(member);
        }
    } else if (json_object_is_type(value, json_type_array)) {
        for (size_t i = 0; i < json_object_array_length(value); i++)
            sum += members(json_object_array_get_idx(value, i));
    }
    return sum;
}

/* The parser keeps the last of doubled keys; as many colons outside strings as members tells that none was.
 */
static size_t colons(const char *text, size_t bytes)
{
    size_t sum = 0;
    bool inside = false;

    for (size_t i = 0; i < bytes; i++) {
        if (inside && text[i] == '\\')
            i++;
        else if (text[i] == '"')
            inside = !inside;
        else if (!inside && text[i] == ':')
            sum++;
    }
    return sum;
}

struct json_object *read_json(struct exchange *x, const char *text, size_t bytes)
{
    struct json_tokener *tokener = json_tokener_new_ex(16);
    struct json_object *object = NULL;

    if (tokener == NULL)
        abort();
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    object = json_tokener_parse_ex(tokener, text, (int)bytes + 1);
    if (json_tokener_get_error(tokener) != json_tokener_success
        || json_tokener_get_parse_end(tokener) < bytes) {
        violate(x, "broken JSON: %s", json_tokener_error_desc(json_tokener_get_error(tokener)));
    } else if (!json_object_is_type(object, json_type_object)) {
        violate(x, "the JSON is no object");
    } else if (colons(text, bytes) != members(object)) {
        violate(x, "a key of the JSON stands twice");
    } else {
        json_tokener_free(tokener);
        return object;
    }
    json_object_put(object);
    json_tokener_free(tokener);
    return NULL;
}

bool check_keys(struct exchange *x, struct json_object *object, const char *const *allowed)
{
    json_object_object_foreach(object, key, value)
    {
        const char *const *name = allowed;

        (void)value;
        while (*name != NULL && strcmp(*name, key) != 0)
            name++;
        if (*name == NULL)
            return violate(x, "unknown key '%s'", key);
    }
    return true;
}

const char *object_text(struct exchange *x, struct json_object *object, const char *key)
{
    struct json_object *value = json_object_object_get(object, key);

    if (value == NULL)
        return NULL;
    if (!json_object_is_type(value, json_type_string)) {
        violate(x, "%s is no string", key);
        return NULL;
    }
    if (strlen(json_object_get_string(value)) != (size_t)json_object_get_string_len(value)) {
        violate(x, "%s holds a NUL", key);
        return NULL;
    }
    return json_object_get_string(value);
}
