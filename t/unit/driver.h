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

/* The operation's request for this query is as expected. */
static inline void driver_asks(const struct operation *operation, const struct account *account,
                               const struct query *query, const char *expected)
{
    struct request request = { 0 };
    struct error err = { 0 };

    if (!operation->build(query, account, &request, &err))
        fail_msg("not built: %s", err.text);
    driver_request_is(&request, expected);
}

/* The operation makes no request of this query; the error's text begins with start. */
static inline void driver_asks_not(const struct operation *operation, const struct account *account,
                                   const struct query *query, enum error_kind kind, const char *start)
{
    struct request request = { 0 };
    struct error err = { 0 };

    if (operation->build(query, account, &request, &err))
        fail_msg("built: %s", buf_text(&request.target));
    if (err.kind != kind || strncmp(err.text, start, strlen(start)) != 0)
        fail_msg("another error: %d %s", err.kind, err.text);
    request_clear(&request);
}

/* The listing as text: a line for each row, its cells between bars, "-" for those that say nothing. */
static inline void driver_rows_are(const struct listing *listing, const char *expected)
{
    struct buf shown = { 0 };

    for (size_t i = 0; i < listing->count; i++) {
        for (size_t j = 0; listing->column[j] != NULL; j++) {
            const char *cell = listing->row[i][j];
            assert_true(buf_format(&shown, "%s%s", j == 0 ? "" : "|", cell == NULL ? "-" : cell));
        }
        assert_true(buf_char(&shown, '\n'));
    }
    assert_string_equal(buf_text(&shown), expected);
    buf_clear(&shown);
}

/* A reply to an operation, and what its judge must make of it. */
struct driver_case {
    int status;
    const char *body;
    enum outcome_kind kind;
    const char *code;
    const char *rows; /* as driver_rows_are shows them; NULL: none */
    const char *why;
};

/* Judge every case; column names what the listing must have. */
static inline void driver_answers(const struct operation *operation, const struct account *account,
                                  const struct query *query, const char *const *columns,
                                  const struct driver_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct reply reply = driver_reply(cases[i].status, cases[i].body);
        struct answer answer = { 0 };

        operation->judge(query, account, &reply, &answer);
        if (answer.outcome.kind != cases[i].kind || strcmp(answer.outcome.code, cases[i].code) != 0
            || answer.listing.column != columns)
            fail_msg("%s: %s %s", cases[i].why, outcome_name(answer.outcome.kind), answer.outcome.code);
        driver_rows_are(&answer.listing, cases[i].rows == NULL ? "" : cases[i].rows);
        answer_clear(&answer);
        reply_clear(&reply);
    }
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
