/* The names of messages. */
#include "flow/reference.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digits.h"

void reference_make(const char *stem, int64_t id, unsigned part, char reference[REFERENCE_BYTES])
{
    char of[8] = "";

    if (part > 0)
        snprintf(of, sizeof of, "-%u", part % 101);
    /* The last letter keeps one from being the beginning of another: gateways may search by pieces. */
    snprintf(reference, REFERENCE_BYTES, "%.17s-%lld%sz", stem, (long long)id, of);
}

void reference_stem(const char *id, char stem[REFERENCE_STEM_BYTES])
{
    snprintf(stem, REFERENCE_STEM_BYTES, "m%s", id);
}

int64_t reference_record(const char *stem, const char *reference)
{
    size_t bytes = strlen(stem);
    char number[24];

    if (strncmp(reference, stem, bytes) != 0 || reference[bytes] != '-')
        return 0;
    bytes += 1;
    snprintf(number, sizeof number, "%.*s", (int)strcspn(reference + bytes, "-z"), reference + bytes);
    return digits_only(number, 18) ? strtoll(number, NULL, 10) : 0;
}
