#ifndef MUNJA_T_UNIT_DRIVER_H
#define MUNJA_T_UNIT_DRIVER_H

/* For tests of drivers: requests as text, replies from text, accounts with keys of their own. */

#include "unit.h"

#include "provider/api.h"

/* The request as the text
 *
 *     POST /1/send
 *     Authorization: Bearer t
 *     Content-Type: application/json
 *
 *     {"body":"of a form or JSON"}
 *
 * and of a multipart body one line for each part: "name=data", "name=<file.jpg image/jpeg 12 bytes>". */
static inline void driver_show(const struct request *request, struct buf *out)
{
    assert_true(buf_format(out, "%s %s\n%s", request->method, buf_text(&request->target),
                           buf_text(&request->headers)));
    if (request->content_type != NULL)
        assert_true(buf_format(out, "Content-Type: %s\n", request->content_type));
    assert_true(buf_char(out, '\n'));
    for (size_t i = 0; i < request->parts; i++) {
        const struct request_part *part = &request->part[i];
        if (part->file_name == NULL)
            assert_true(buf_format(out, "%s=%s\n", part->name, part->data));
        else
            assert_true(buf_format(out, "%s=<%s %s %zu bytes>\n", part->name, part->file_name, part->type,
                                   part->bytes));
    }
    assert_true(buf_str(out, buf_text(&request->body)));
}

/* The request is as expected; it is cleared afterwards. */
static inline void driver_request_is(struct request *request, const char *expected)
{
    struct buf shown = { 0 };

    driver_show(request, &shown);
    assert_string_equal(buf_text(&shown), expected);
    buf_clear(&shown);
    request_clear(request);
}

/* A whole reply; reply_clear frees it. */
static inline struct reply driver_reply(int status, const char *body)
{
    struct reply reply = {
        .carried = CARRIED_WHOLE,
        .status = status,
        .body = strdup(body),
        .bytes = strlen(body),
        .retry_after_s = -1,
    };

    assert_non_null(reply.body);
    return reply;
}

/* Judge a send by its reply. */
static inline void driver_send(const struct api *api, const struct account *account, int status,
                               const char *body, struct batch *batch)
{
    struct reply reply = driver_reply(status, body);

    api->send.judge(account, &reply, batch);
    reply_clear(&reply);
}

/* Judge a login by its reply; answer_clear frees the answer. */
static inline void driver_login(const struct api *api, const struct account *account, int64_t now_ms,
                                int status, const char *body, struct answer *answer)
{
    struct reply reply = driver_reply(status, body);
    struct query query = { .now_ms = now_ms };

    api->login.judge(&query, account, &reply, answer);
    reply_clear(&reply);
}

/* A provider's section with up to four keys: driver_section("newline", "lf", NULL). It stays valid until the
   next call. */
static inline const struct section *driver_section(const char *key, ...)
{
    static struct entry entry[4];
    static char *value[4];
    static struct section section;
    va_list args;

    section = (struct section){ .name = (char *)"test", .line = 1, .entry = entry };
    va_start(args, key);
    for (; key != NULL; key = va_arg(args, const char *)) {
        assert_true(section.entries < 4);
        value[section.entries] = va_arg(args, char *);
        entry[section.entries] = (struct entry){
            .key = (char *)(uintptr_t)key,
            .value = &value[section.entries],
            .values = 1,
            .line = 2,
        };
        section.entries++;
    }
    va_end(args);
    return &section;
}

#endif
