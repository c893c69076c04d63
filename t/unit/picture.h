#ifndef MUNJA_T_UNIT_PICTURE_H
#define MUNJA_T_UNIT_PICTURE_H

/* Pictures for tests, drawn and coded with libgd. */

#include "unit/unit.h"

#include <gd.h>

#include "image/image.h"

struct picture {
    void *bytes;
    int count;
};

static const char *const format_names[] = { [IMAGE_JPEG] = "JPEG",
                                            [IMAGE_PNG] = "PNG",
                                            [IMAGE_GIF] = "GIF",
                                            [IMAGE_BMP] = "BMP",
                                            [IMAGE_WEBP] = "WebP" };

/* The upper left quarter red, the lower right one blue, the others green. */
static inline gdImagePtr draw_quarters(int width, int height)
{
    gdImagePtr drawn = gdImageCreateTrueColor(width, height);

    assert_non_null(drawn);
    gdImageFilledRectangle(drawn, 0, 0, width, height, 0x00ff00);
    gdImageFilledRectangle(drawn, 0, 0, (width - 1) / 2, (height - 1) / 2, 0xff0000);
    gdImageFilledRectangle(drawn, width / 2, height / 2, width, height, 0x0000ff);
    return drawn;
}

/* What no coder can make small. */
static inline gdImagePtr draw_noise(int width, int height)
{
    gdImagePtr drawn = gdImageCreateTrueColor(width, height);
    uint32_t seed = 1;

    assert_non_null(drawn);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            seed = seed * 1664525 + 1013904223;
            drawn->tpixels[y][x] = (int)(seed >> 8);
        }
    return drawn;
}

/* Takes drawn over. */
static inline struct picture code_picture(gdImagePtr drawn, enum image_format format)
{
    struct picture picture = { 0 };

    switch (format) {
    case IMAGE_JPEG:
        picture.bytes = gdImageJpegPtr(drawn, &picture.count, 95);
        break;
    case IMAGE_PNG:
        picture.bytes = gdImagePngPtr(drawn, &picture.count);
        break;
    case IMAGE_GIF:
        picture.bytes = gdImageGifPtr(drawn, &picture.count);
        break;
    case IMAGE_BMP:
        picture.bytes = gdImageBmpPtr(drawn, &picture.count, 0);
        break;
    case IMAGE_WEBP:
        picture.bytes = gdImageWebpPtr(drawn, &picture.count);
        break;
    }
    gdImageDestroy(drawn);
    assert_non_null(picture.bytes);
    return picture;
}

#endif
