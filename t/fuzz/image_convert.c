/* Any bytes as a picture, drawn anew: a fault, or a JPEG within the limits. Large claims are left to
   image_look, for they would only cost time here. */
#include <stdlib.h>

#include "image/image.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void must(int holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    static const struct image_limits limits = { .bytes_max = 2000, .width_max = 64, .height_max = 48 };
    struct image_facts facts;
    struct error err = { 0 };
    void *jpeg = NULL;
    size_t count = 0;

    if (!image_look(data, size, &facts, &err) || facts.width > 100000 / facts.height)
        return 0;
    if (munja_image.convert(data, size, &limits, &jpeg, &count, &err))
        must(image_fits(jpeg, count, &limits));
    else
        must(err.kind != ERROR_NONE && jpeg == NULL && count == 0);
    free(jpeg);
    return 0;
}
