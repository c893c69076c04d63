/* What a picture's header says, read before anything decodes it: a few hundred bytes can claim gigabytes of
   pixels. A JPEG that fits goes out as it is, so it is walked to its end; of the others, which are drawn anew
   anyway, the decoder judges the rest. */
#include "image/image.h"

#include <stdint.h>
#include <string.h>

/* Enough of a head for every format but JPEG; a shorter file reads as zeros behind its end. */
#define HEAD_BYTES 32

/* Each scan of a progressive JPEG may cost a pass over all its pixels and need a dozen bytes for it. Encoders
   write 10 to 20. */
#define SCANS_MAX 100

static uint32_t big(const unsigned char *at, int bytes)
{
    uint32_t value = 0;

    while (bytes-- > 0)
        value = value << 8 | *at++;
    return value;
}

static uint32_t little(const unsigned char *at, int bytes)
{
    uint32_t value = 0;

    while (bytes-- > 0)
        value = value << 8 | at[bytes];
    return value;
}

/* Neither side below 1, not too many together. */
static bool size_up(struct image_facts *facts, enum image_format format, uint32_t width, uint32_t height,
                    struct error *err)
{
    if (width == 0 || height == 0)
        return error_set(err, ERROR_USAGE, 0, "the picture is damaged: it has no size");
    if (width > IMAGE_PIXELS_MAX || height > IMAGE_PIXELS_MAX / width)
        return error_set(err, ERROR_USAGE, 0,
                         "the picture is too large: %lu x %lu pixels, more than %d millions",
                         (unsigned long)width, (unsigned long)height, IMAGE_PIXELS_MAX / 1000000);
    *facts = (struct image_facts){ .format = format, .width = (int)width, .height = (int)height };
    return true;
}

static bool look_bmp(const unsigned char *head, struct image_facts *facts, struct error *err)
{
    uint32_t kind = little(head + 14, 4), height = little(head + 22, 4);

    /* The header of OS/2 has sides of 16 bits. */
    if (kind == 12)
        return size_up(facts, IMAGE_BMP, little(head + 18, 2), little(head + 20, 2), err);
    /* A negative height says that the first row comes first. */
    if (height > INT32_MAX)
        height = -height;
    return size_up(facts, IMAGE_BMP, little(head + 18, 4), height, err);
}

/* RFC 9649: the simple lossy, the lossless and the extended file. */
static bool look_webp(const unsigned char *head, struct image_facts *facts, struct error *err)
{
    if (memcmp(head + 12, "VP8 ", 4) == 0)
        return size_up(facts, IMAGE_WEBP, little(head + 26, 2) & 0x3fff, little(head + 28, 2) & 0x3fff, err);
    if (memcmp(head + 12, "VP8L", 4) == 0) {
        uint32_t sides = little(head + 21, 4);
        return size_up(facts, IMAGE_WEBP, (sides & 0x3fff) + 1, (sides >> 14 & 0x3fff) + 1, err);
    }
    if (memcmp(head + 12, "VP8X", 4) != 0)
        return error_set(err, ERROR_USAGE, 0, "the picture is damaged: no WebP of a known kind");
    if (head[20] & 2)
        return error_set(err, ERROR_USAGE, 0, "an animated WebP, which cannot be converted");
    return size_up(facts, IMAGE_WEBP, little(head + 24, 3) + 1, little(head + 27, 3) + 1, err);
}

/* The code of the marker at *at, after any fill bytes, and *at behind it; 0 where none stands. */
static int next_marker(const unsigned char *data, size_t count, size_t *at)
{
    if (*at >= count || data[*at] != 0xff)
        return 0;
    while (*at < count && data[*at] == 0xff)
        ++*at;
    return *at < count ? data[(*at)++] : 0;
}

/* To the marker that ends the coded data of a scan; FF 00 is a byte of it, FF D0 to D7 restart it. */
static size_t scan_end(const unsigned char *data, size_t count, size_t at)
{
    while (at < count) {
        const unsigned char *mark = memchr(data + at, 0xff, count - at);
        if (mark == NULL)
            return count;
        at = (size_t)(mark - data);
        if (at + 1 < count && data[at + 1] != 0 && (data[at + 1] & 0xf8) != 0xd0)
            return at;
        at += 2;
    }
    return count;
}

/* C0 to CF are frames, but for the tables of Huffman and arithmetic codes and one reserved. */
static bool starts_frame(int marker)
{
    return (marker & 0xf0) == 0xc0 && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

static bool look_frame(int marker, const unsigned char *segment, size_t length, struct image_facts *facts,
                       struct error *err)
{
    if (length < 8 || facts->width != 0)
        return error_set(err, ERROR_USAGE, 0, "the picture is damaged: no frame of a JPEG");
    if (!size_up(facts, IMAGE_JPEG, big(segment + 5, 2), big(segment + 3, 2), err))
        return false;
    facts->plain = marker <= 0xc2 && segment[2] == 8 && (segment[7] == 1 || segment[7] == 3);
    return true;
}

/* From marker to marker to the end (ITU-T T.81, B.1 and B.2). */
static bool look_jpeg(const unsigned char *data, size_t count, struct image_facts *facts, struct error *err)
{
    struct image_facts found = { 0 };
    size_t at = 2;
    int marker, scans = 0;

    while ((marker = next_marker(data, count, &at)) != 0xd9) {
        size_t length = count - at < 2 ? 0 : big(data + at, 2);
        if (marker == 0 || length < 2 || length > count - at)
            return error_set(err, ERROR_USAGE, 0, "the picture is damaged: a JPEG that was cut short");
        if (starts_frame(marker) && !look_frame(marker, data + at, length, &found, err))
            return false;
        at += length;
        if (marker == 0xda) {
            if (found.width == 0 || ++scans > SCANS_MAX)
                return error_set(err, ERROR_USAGE, 0, "the picture is damaged: no order of scans for a JPEG");
            at = scan_end(data, count, at);
        }
    }
    if (scans == 0)
        return error_set(err, ERROR_USAGE, 0, "the picture is damaged: a JPEG without a scan");
    *facts = found;
    return true;
}

bool image_look(const void *bytes, size_t count, struct image_facts *facts, struct error *err)
{
    unsigned char head[HEAD_BYTES] = { 0 };
    uint32_t kind;

    /* libgd counts in int. */
    if (count > IMAGE_FILE_BYTES_MAX)
        return error_set(err, ERROR_USAGE, 0, "the picture is larger than %d MiB",
                         IMAGE_FILE_BYTES_MAX / 1024 / 1024);
    memcpy(head, bytes, count < sizeof head ? count : sizeof head);
    kind = little(head + 14, 4);
    if (memcmp(head, "\xff\xd8\xff", 3) == 0)
        return look_jpeg(bytes, count, facts, err);
    if (memcmp(head, "\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16) == 0)
        return size_up(facts, IMAGE_PNG, big(head + 16, 4), big(head + 20, 4), err);
    if (memcmp(head, "GIF87a", 6) == 0 || memcmp(head, "GIF89a", 6) == 0)
        return size_up(facts, IMAGE_GIF, little(head + 6, 2), little(head + 8, 2), err);
    if (memcmp(head, "RIFF", 4) == 0 && memcmp(head + 8, "WEBP", 4) == 0)
        return look_webp(head, facts, err);
    /* Two letters alone may begin any text. */
    if (memcmp(head, "BM", 2) == 0 && (kind == 12 || (kind >= 40 && kind <= 124)))
        return look_bmp(head, facts, err);
    return error_set(err, ERROR_USAGE, 0, "not a picture that can be sent (JPEG, PNG, GIF, BMP, WebP)");
}

bool image_fits(const void *bytes, size_t count, const struct image_limits *limits)
{
    struct image_facts facts;

    return count <= limits->bytes_max && image_look(bytes, count, &facts, NULL) && facts.plain
           && facts.width <= limits->width_max && facts.height <= limits->height_max;
}
