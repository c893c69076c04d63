/* Any bytes as a picture: what is believed can be decoded within its bounds, and what fits is a whole JPEG.
 */
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
    static const struct image_limits limits = { .bytes_max = 4096, .width_max = 720, .height_max = 480 };
    struct image_facts facts = { .width = -1 };
    struct error err = { 0 };
    bool known = image_look(data, size, &facts, &err);

    must(known == (facts.width != -1) && known == (err.kind == ERROR_NONE));
    if (known) {
        must(facts.width >= 1 && facts.height >= 1 && facts.width <= IMAGE_PIXELS_MAX / facts.height);
        must(!facts.plain || facts.format == IMAGE_JPEG);
    }
    if (image_fits(data, size, &limits))
        must(known && facts.plain && size <= 4096 && facts.width <= 720 && facts.height <= 480);
    return 0;
}
