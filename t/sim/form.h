#ifndef MUNJA_SIM_FORM_H
#define MUNJA_SIM_FORM_H

#include "sim/sim.h"

/* Take apart what clients send, strictly; each writes the violation down and returns false when the form is
   broken, a field comes twice or is none of those allowed (names ended by NULL). */
bool read_urlencoded(struct exchange *x, const char *text, size_t bytes, const char *const *allowed,
                     struct pairs *form);
bool read_multipart(struct exchange *x, const char *const *allowed, struct pairs *form);

/* A JSON object without doubled keys, trailing matter or bytes that are not UTF-8. The caller puts it. */
struct json_object *read_json(struct exchange *x, const char *text, size_t bytes);

/* Whether every key of the object is allowed. */
bool check_keys(struct exchange *x, struct json_object *object, const char *const *allowed);

/* The text of a key. NULL when absent (or null); a value of another type is a violation and gives NULL. */
const char *object_text(struct exchange *x, struct json_object *object, const char *key);

#endif
