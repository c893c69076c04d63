/* SMS57-SMGW: how its replies are read. Chapters are those of its interface document. */
#include <string.h>

#include "alert/number.h"
#include "base/digits.h"
#include "http/json.h"
#include "provider/sms57.h"
#include "provider/sms57_codes.h"

#define MOBILE_DIGITS 11

const char *sms57_national(const char *number)
{
    static const char *const codes[] = { "+86", "0086", "86" };

    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        size_t length = strlen(codes[i]);
        if (strncmp(number, codes[i], length) == 0 && (i == 0 || strlen(number + length) == MOBILE_DIGITS)) {
            number += length;
            break;
        }
    }
    return digits_only(number, NUMBER_BYTES) ? number : NULL;
}

/* These bytes with an ending that they lack; NULL when that is no JSON. */
static struct json_object *read_ended(const char *body, size_t bytes, const char *ending)
{
    struct buf whole = { 0 };
    struct reply reply = { .carried = CARRIED_WHOLE };
    struct json_object *said = NULL;

    if (buf_add(&whole, body, bytes) && buf_str(&whole, ending)) {
        reply.body = whole.data;
        reply.bytes = whole.len;
        said = json_read(&reply);
    }
    buf_clear(&whole);
    return said;
}

/* The entries that arrived whole. One may hold a brace in its text, so the last ones are tried in turn;
   behind it a list of entries, an entry alone, or a list that is all the reply may be open. */
static struct json_object *read_broken(const struct reply *reply)
{
    static const char *const endings[] = { "]}", "}", "]" };
    struct json_object *said = NULL;
    size_t bytes = reply->bytes;

    for (int tries = 0; tries < 8 && said == NULL && bytes > 0; tries++) {
        const char *brace = memrchr(reply->body, '}', bytes);
        if (brace == NULL)
            break;
        bytes = (size_t)(brace - reply->body);
        for (size_t i = 0; said == NULL && i < sizeof endings / sizeof *endings; i++)
            said = read_ended(reply->body, bytes + 1, endings[i]);
    }
    return said;
}

struct json_object *sms57_read(const struct reply *reply, bool *broken)
{
    struct json_object *said = json_read(reply);

    *broken = said == NULL;
    return said != NULL ? said : read_broken(reply);
}

size_t sms57_count(struct json_object *list)
{
    return json_object_is_type(list, json_type_object) ? 1 : json_count(list);
}

struct json_object *sms57_entry(struct json_object *list, size_t index)
{
    struct json_object *entry = json_object_is_type(list, json_type_object) ? list : json_item(list, index);

    return json_object_is_type(entry, json_type_object) ? entry : NULL;
}
