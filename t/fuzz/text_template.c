/* A template and a value, a NUL apart: parsing never fails badly, what renders is bounded and its elastic
   pieces lie within it. */
#include <stdlib.h>
#include <string.h>

#include "text/template.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static const char *same_value(const void *context, const char *name)
{
    (void)name;
    return context;
}

static void check_pieces(const struct rendered *rendered)
{
    size_t at = 0;

    for (size_t i = 0; i < rendered->elastics; i++) {
        if (rendered->elastic[i].start < at || rendered->elastic[i].bytes == 0)
            abort();
        at = rendered->elastic[i].start + rendered->elastic[i].bytes;
    }
    if (at > rendered->text.len || strlen(buf_text(&rendered->text)) != rendered->text.len)
        abort();
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    char *text = calloc(1, size + 2);
    struct rendered rendered = { 0 };
    struct error err = { 0 };
    struct template *t;

    if (text == NULL)
        return 0;
    if (size > 0)
        memcpy(text, data, size);
    t = template_parse(text, &err);
    if (t != NULL
        && template_render(t, same_value, text + strlen(text) + (strlen(text) < size), &rendered, &err))
        check_pieces(&rendered);
    for (size_t i = 0; t != NULL && template_name(t, i) != NULL; i++)
        if (template_name(t, i)[0] == '\0')
            abort();
    rendered_clear(&rendered);
    template_free(t);
    free(text);
    return 0;
}
