/* Any bytes as a reply: what is read of it lies within it, in order, and its comment is text on one line. */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "text/ack.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void must(int holds)
{
    if (!holds)
        abort();
}

static void must_be_line(const struct buf *line, size_t most)
{
    const char *text = buf_text(line);
    size_t length;

    must(line->len <= most);
    for (size_t at = 0; at < line->len; at += length) {
        length = utf8_decode(text + at, line->len - at, NULL);
        must(length > 0 && text[at] != '\n' && text[at] != '\r');
    }
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    char *text = calloc(1, size + 1), code[CODE_BYTES];
    struct ack ack = { 0 };
    struct error err = { 0 };
    size_t token = 0;

    memcpy(text, data, size);
    must(ack_read(text, &ack, &err));
    for (size_t i = 0, end = 0; i < ack.tokens; end = ack.token[i++].end)
        must(ack.token[i].start >= end && ack.token[i].end > ack.token[i].start
             && ack.token[i].end <= ack.text.len);
    for (size_t i = 0; ack_code(&ack, i, code, &token); i++) {
        size_t most = i % 2 == 0 ? 200 : i;
        struct buf comment = { 0 };
        must(code_is(code, strlen(code)) && ack.token[token].kind == ACK_CODE);
        must(ack_comment(&ack, token, most, &comment, &err));
        must_be_line(&comment, most);
        buf_clear(&comment);
        must(!ack_is_bare(&ack));
    }
    must(!ack_leaves(&ack) || !ack_is_bare(&ack));
    ack_refuses(&ack);
    ack_clear(&ack);
    free(text);
    return 0;
}
