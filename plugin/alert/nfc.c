/* What only libunistring's tables know of an alert's text. */
#include "alert/nfc.h"

#include <stdint.h>
#include <stdlib.h>
#include <unigbrk.h>
#include <uninorm.h>

#include "base/utf8.h"

/* Part of the character before it: a mark, a joiner, an emoji's skin. */
static bool is_extending(uint32_t point)
{
    int kind = uc_graphemeclusterbreak_property(point);

    return kind == GBP_EXTEND || kind == GBP_SPACINGMARK || kind == GBP_ZWJ;
}

static bool bound_marks(const char *text, size_t bytes, struct buf *bounded)
{
    int marks = 0;
    size_t length;

    for (size_t at = 0; at < bytes; at += length) {
        uint32_t point = 0;

        length = utf8_decode(text + at, bytes - at, &point);
        marks = is_extending(point) ? marks + 1 : 0;
        if (marks <= NFC_MARKS_MAX && !buf_add(bounded, text + at, length))
            return false;
    }
    return true;
}

bool nfc_text(const char *text, size_t bytes, struct buf *out, struct error *err)
{
    struct buf bounded = { 0 };
    uint8_t *composed = NULL;
    size_t composed_bytes = 0;
    bool done = false;

    if (bound_marks(text, bytes, &bounded))
        composed =
            u8_normalize(UNINORM_NFC, (const uint8_t *)bounded.data, bounded.len, NULL, &composed_bytes);
    done = composed != NULL && buf_add(out, composed, composed_bytes);
    free(composed);
    buf_clear(&bounded);
    return done || error_memory(err);
}
