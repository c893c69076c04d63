/* A thin layer over json-c, which by itself trusts its caller to know the type of every value. */
#include "provider/json.h"

#include <string.h>

/* No reply of any manual is deeper than five. */
#define DEPTH_MAX 16

/* An empty object costs json-c some 800 bytes, so a body of one MiB full of them would cost 280 MB. The
   longest list a manual allows has 10,000 entries. */
#define VALUES_MAX 20000

static bool holds_too_many(const char *text, size_t bytes)
{
    size_t opened = 0;

    for (size_t i = 0; i < bytes; i++)
        opened += text[i] == '{' || text[i] == '[';
    return opened > VALUES_MAX;
}

static struct json_object *parse(const char *text, size_t bytes, int flags)
{
    struct json_tokener *tokener = json_tokener_new_ex(DEPTH_MAX);
    struct json_object *value = NULL;
    size_t end = 0;

    if (tokener == NULL)
        return NULL;
    json_tokener_set_flags(tokener, flags | JSON_TOKENER_VALIDATE_UTF8);
    value = json_tokener_parse_ex(tokener, text, (int)bytes);
    if (value != NULL)
        end = json_tokener_get_parse_end(tokener);
    json_tokener_free(tokener);
    while (end < bytes && memchr(" \t\r\n", text[end], 4) != NULL)
        end++;
    if (end < bytes
        || !(json_object_is_type(value, json_type_object) || json_object_is_type(value, json_type_array))) {
        json_object_put(value);
        return NULL;
    }
    return value;
}

struct json_object *json_read(const struct reply *reply)
{
    const char *text = reply->body;
    size_t bytes = reply->bytes;
    struct json_object *value;

    if (text == NULL || bytes > REPLY_BYTES_MAX || holds_too_many(text, bytes))
        return NULL;
    if (bytes >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        text += 3, bytes -= 3;
    value = parse(text, bytes, JSON_TOKENER_STRICT);
    return value != NULL ? value : parse(text, bytes, 0);
}

static bool key_is(const char *printed, const char *key)
{
    size_t length = strlen(key);

    printed += strspn(printed, " \t\r\n");
    return strncmp(printed, key, length) == 0
           && printed[length + strspn(printed + length, " \t\r\n")] == '\0';
}

struct json_object *json_member(struct json_object *object, const char *key)
{
    struct json_object *value = NULL;

    if (!json_object_is_type(object, json_type_object))
        return NULL;
    if (json_object_object_get_ex(object, key, &value))
        return value;
    json_object_object_foreach(object, printed, member)
    {
        if (key_is(printed, key))
            return member;
    }
    return NULL;
}

const char *json_scalar(struct json_object *value)
{
    switch (json_object_get_type(value)) {
    case json_type_string:
    case json_type_int:
    case json_type_double:
        return json_object_get_string(value);
    default:
        return NULL;
    }
}

const char *json_text(struct json_object *object, const char *key)
{
    return json_scalar(json_member(object, key));
}

size_t json_count(struct json_object *array)
{
    return json_object_is_type(array, json_type_array) ? json_object_array_length(array) : 0;
}

struct json_object *json_item(struct json_object *array, size_t index)
{
    return index < json_count(array) ? json_object_array_get_idx(array, index) : NULL;
}

bool json_add(struct json_object *object, const char *key, struct json_object *value)
{
    if (object != NULL && value != NULL && json_object_object_add(object, key, value) == 0)
        return true;
    json_object_put(value);
    return false;
}

bool json_push(struct json_object *array, struct json_object *value)
{
    if (array != NULL && value != NULL && json_object_array_add(array, value) == 0)
        return true;
    json_object_put(value);
    return false;
}

const char *json_print(struct json_object *value)
{
    return json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
}

bool json_body(struct request *request, const char *content_type, struct json_object *value,
               struct error *err)
{
    const char *text = json_print(value);

    return text != NULL ? request_json(request, content_type, text, err) : error_memory(err);
}
