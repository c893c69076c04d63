/* A thin layer over json-c, which by itself trusts its caller to know the type of every value. */
#include "http/json.h"

#include <stdint.h>
#include <string.h>

#include "base/utf8.h"

/* No reply of any manual is deeper than five. */
#define DEPTH_MAX 16

/* An empty object costs json-c some 800 bytes, so a body of one MiB full of them would cost 280 MB. The
   longest list a manual allows has 10,000 entries. */
#define VALUES_MAX 20000

/* Make the body UTF-8: a gateway that writes its Korean words in EUC-KR still has a code that can be read.
   False when it holds too many values, or memory ran out. */
static bool make_clean(const char *text, size_t bytes, struct buf *clean)
{
    size_t opened = 0, length;
    size_t kept = 0; /* start of the run of good characters that is still to be copied */

    for (size_t at = 0; at < bytes; at += length) {
        length = 1;
        opened += text[at] == '{' || text[at] == '[';
        if ((unsigned char)text[at] < 0x80) /* mostly */
            continue;
        length = utf8_decode(text + at, bytes - at, NULL);
        if (length > 0)
            continue;
        if (!buf_add(clean, text + kept, at - kept) || !buf_str(clean, "\xef\xbf\xbd"))
            return false;
        length = 1;
        kept = at + 1;
    }
    return (kept == bytes || buf_add(clean, text + kept, bytes - kept)) && opened <= VALUES_MAX;
}

static struct json_object *parse(const char *text, size_t bytes, int flags)
{
    struct json_tokener *tokener = json_tokener_new_ex(DEPTH_MAX);
    struct json_object *value = NULL;
    size_t end = 0;

    if (tokener == NULL)
        return NULL;
    json_tokener_set_flags(tokener, flags);
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
    static const char mark[] = "\xef\xbb\xbf"; /* of byte order */
    struct json_object *value = NULL;
    struct buf clean = { 0 };

    if (reply->bytes <= REPLY_BYTES_MAX && make_clean(reply->body, reply->bytes, &clean)) {
        size_t skip = strncmp(buf_text(&clean), mark, 3) == 0 ? 3 : 0;
        value = parse(buf_text(&clean) + skip, clean.len - skip, JSON_TOKENER_STRICT);
        if (value == NULL)
            value = parse(buf_text(&clean) + skip, clean.len - skip, 0);
    }
    buf_clear(&clean);
    return value;
}

static bool key_is(const char *printed, const char *key)
{
    size_t length = strlen(key);

    printed += strspn(printed, " \t\r\n");
    return strncmp(printed, key, length) == 0
           && printed[length + strspn(printed + length, " \t\r\n")] == '\0';
}

static bool find_member(struct json_object *object, const char *key, struct json_object **value)
{
    if (!json_object_is_type(object, json_type_object))
        return false;
    if (json_object_object_get_ex(object, key, value))
        return true;
    json_object_object_foreach(object, printed, member)
    {
        if (key_is(printed, key)) {
            *value = member;
            return true;
        }
    }
    return false;
}

struct json_object *json_member(struct json_object *object, const char *key)
{
    struct json_object *value = NULL;

    return find_member(object, key, &value) ? value : NULL;
}

bool json_has(struct json_object *object, const char *key)
{
    struct json_object *value = NULL;

    return find_member(object, key, &value);
}

/* What does not fit in 64 bits json-c makes the nearest that does: another number. */
static bool is_clamped(struct json_object *number)
{
    return json_object_get_int64(number) == INT64_MIN || json_object_get_uint64(number) == UINT64_MAX;
}

const char *json_scalar(struct json_object *value)
{
    switch (json_object_get_type(value)) {
    case json_type_int:
        return is_clamped(value) ? NULL : json_object_get_string(value);
    case json_type_string:
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
