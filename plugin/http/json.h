#ifndef MUNJA_HTTP_JSON_H
#define MUNJA_HTTP_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include <json-c/json.h>

#include "http/reply.h"
#include "http/request.h"

/* JSON of gateways, read as if an enemy had written it. Every reading function takes NULL and values of any
   type, so that a chain of them needs no checks in between. What json_read returns is the caller's, for
   json_object_put; everything else belongs to it. */

/* An object or array that is the whole body, bounded in depth and number of values; bytes that are not UTF-8
   become U+FFFD. A comma too many, as in the manuals' samples, is forgiven. NULL when the body is nothing of
   that kind, or memory ran out. */
struct json_object *json_read(const struct reply *reply);

/* The member of an object by its key; blanks around the keys of the reply do not count. */
struct json_object *json_member(struct json_object *object, const char *key);

/* Whether the object has such a member, even if it is null. */
bool json_has(struct json_object *object, const char *key);

/* A string or a number as text; NULL for everything else, and for a whole number of more than 64 bits. */
const char *json_scalar(struct json_object *value);

/* json_scalar of a member. */
const char *json_text(struct json_object *object, const char *key);

/* Elements of an array; 0 and NULL for everything else. */
size_t json_count(struct json_object *array);
struct json_object *json_item(struct json_object *array, size_t index);

/* Add a value that was just made (NULL: memory ran out). It is taken over even when this fails, which is only
   when memory ran out. */
bool json_add(struct json_object *object, const char *key, struct json_object *value);
bool json_push(struct json_object *array, struct json_object *value);

/* The value written on one line, UTF-8 as it is; NULL when memory ran out. Valid until the value changes. */
const char *json_print(struct json_object *value);

/* The whole body of a request. */
bool json_body(struct request *request, const char *content_type, struct json_object *value,
               struct error *err);

#endif
