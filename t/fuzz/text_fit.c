/* Any bytes as the pieces of a text: what comes out is held by the charset and within its limit. The first
   byte chooses charset, kind and overflow, the second the limit; a zero byte ends a piece, and every other
   piece is elastic. */
#include <stdlib.h>
#include <string.h>

#include "text/fit.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static bool make_pieces(const unsigned char *data, size_t size, struct rendered *rendered)
{
    size_t start = 0;
    bool elastic = false;

    rendered->elastic = calloc(size + 1, sizeof *rendered->elastic);
    if (rendered->elastic == NULL)
        return false;
    for (size_t i = 0; i <= size; i++) {
        if (i < size && data[i] != 0) {
            if (!buf_add(&rendered->text, data + i, 1))
                return false;
            continue;
        }
        if (elastic)
            rendered->elastic[rendered->elastics++] = (struct elastic){ start, rendered->text.len - start };
        elastic = !elastic;
        start = rendered->text.len;
    }
    return true;
}

static void check_text(const struct fitted *fitted, enum charset charset, const char *text)
{
    long cost = charset_measure(charset, text, strlen(text));

    if (cost < 1 || cost > fitted->limit || cost > fitted->cost)
        abort();
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    struct text_limits limits = { .subject = 40 };
    struct rendered rendered = { 0 };
    struct fitted fitted = { 0 };
    struct error err = { 0 };

    if (size < 2)
        return 0;
    limits.charset = (enum charset)(data[0] % 3);
    limits.sms = 50 + data[1] % 128;
    limits.lms = data[1] >= 128 ? 4 * limits.sms : 0;
    if (limits.charset == CHARSET_UCS2) {
        limits.joined = limits.sms - 3;
        limits.joined_most = 3;
    }
    if (make_pieces(data + 2, size - 2, &rendered)
        && fit_text(&rendered, buf_text(&rendered.text), NULL, &limits, (enum kind)(data[0] / 3 % 4),
                    (enum overflow)(data[0] / 12 % 2), &fitted, &err)) {
        for (size_t i = 0; i < fitted.texts; i++)
            check_text(&fitted, limits.charset, fitted.text[i]);
        if (charset_measure(limits.charset, fitted.subject, strlen(fitted.subject)) > limits.subject
            || fitted.parts > 3)
            abort();
    }
    rendered_clear(&rendered);
    fitted_clear(&fitted);
    return 0;
}
