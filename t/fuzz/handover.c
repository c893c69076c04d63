/* Any bytes as what is handed over, but for the version and the length, which any would have: what is read of
   it lies within it and has an end. */
#include <stdlib.h>
#include <string.h>

#include "flow/handover.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void must(int holds)
{
    if (!holds)
        abort();
}

/* The beginning of a whole ask. */
static void begin(char *bytes, size_t size)
{
    struct buf packed = { 0 };
    uint32_t length = (uint32_t)size;

    must(handover_pack(&(struct handover_ask){ .config = "", .alert = "" }, &packed));
    memcpy(bytes, packed.data, 20);
    memcpy(bytes + 20, &length, sizeof length);
    buf_clear(&packed);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    struct handover_ask ask;
    char *bytes = malloc(size + 1);
    unsigned sum = 0;

    must(bytes != NULL);
    memcpy(bytes, data, size);
    if (size >= 24)
        begin(bytes, size);
    if (handover_unpack(bytes, size, &ask)) {
        must(strlen(ask.config) + strlen(ask.alert) + ask.image_bytes < size);
        must(strlen(ask.wish.provider) < sizeof ask.wish.provider);
        for (size_t i = 0; i < ask.numbers.count; i++)
            must(strlen(ask.numbers.number[i]) < NUMBER_BYTES);
        for (size_t i = 0; i < ask.image_bytes; i++)
            sum += ((const unsigned char *)ask.image)[i];
        must(sum <= ask.image_bytes * 255);
    }
    free(bytes);
    return 0;
}
