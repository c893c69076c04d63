/* Any picture as a JPEG that a gateway takes: all that is done with libgd, which brings fifty libraries. */
#include "image/image.h"

#include <gd.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static gdImagePtr (*const decoders[])(int count, void *bytes) = {
    [IMAGE_JPEG] = gdImageCreateFromJpegPtr, [IMAGE_PNG] = gdImageCreateFromPngPtr,
    [IMAGE_GIF] = gdImageCreateFromGifPtr,   [IMAGE_BMP] = gdImageCreateFromBmpPtr,
    [IMAGE_WEBP] = gdImageCreateFromWebpPtr,
};

/* From 90 libgd keeps all of the colour, which is what the thin lines of a graph need; below 40 blocks show.
 */
static const int qualities[] = { 90, 80, 70, 60, 50, 40 };

/* libgd would write to stderr, which is the monitor's. */
static void keep_quiet(int priority, const char *format, va_list args)
{
    (void)priority;
    (void)format;
    (void)args;
}

/* Whole pixels, at least one; rounding never goes beyond the limit. */
static int whole(double side, double side_max)
{
    int pixels = (int)(side + 0.5);

    if (pixels > side_max)
        pixels = (int)side_max;
    return pixels < 1 ? 1 : pixels;
}

/* The picture in its ratio within that many pixels, on white; takes it over. NULL when memory ran out.
   Resampling weighs every pixel: libgd's bicubic scaling looks at 16 and loses the lines of a large graph. */
static gdImagePtr redraw(gdImagePtr picture, double width_max, double height_max)
{
    int width = gdImageSX(picture), height = gdImageSY(picture);
    double scale = 1;
    gdImagePtr drawn;

    if (width > width_max)
        scale = width_max / width;
    if (height * scale > height_max)
        scale = height_max / height;
    drawn = gdImageCreateTrueColor(whole(width * scale, width_max), whole(height * scale, height_max));
    if (drawn != NULL) {
        int right = gdImageSX(drawn), bottom = gdImageSY(drawn);
        gdImageFilledRectangle(drawn, 0, 0, right - 1, bottom - 1, gdTrueColor(255, 255, 255));
        gdImageCopyResampled(drawn, picture, 0, 0, 0, 0, right, bottom, width, height);
    }
    gdImageDestroy(picture);
    return drawn;
}

/* At the best quality that is small enough; NULL when none is. For gdFree. */
static void *encode(gdImagePtr picture, size_t bytes_max, int *count)
{
    for (size_t i = 0; i < sizeof qualities / sizeof *qualities; i++) {
        void *coded = gdImageJpegPtr(picture, count, qualities[i]);
        if (coded == NULL || (size_t)*count <= bytes_max)
            return coded;
        gdFree(coded);
    }
    return NULL;
}

/* libgd may have an allocator of its own; the caller has free(). */
static bool hand_over(const void *coded, int count, void **jpeg, size_t *jpeg_bytes, struct error *err)
{
    void *copy = malloc((size_t)count);

    if (copy == NULL)
        return error_memory(err);
    memcpy(copy, coded, (size_t)count);
    *jpeg = copy;
    *jpeg_bytes = (size_t)count;
    return true;
}

static bool convert(const void *bytes, size_t count, const struct image_limits *limits, void **jpeg,
                    size_t *jpeg_bytes, struct error *err)
{
    struct image_facts facts;
    gdImagePtr picture;
    void *coded = NULL;
    int coded_bytes = 0;
    bool converted = false;

    if (!image_look(bytes, count, &facts, err))
        return false;
    gdSetErrorMethod(keep_quiet);
    /* libgd only reads what it is given. */
    picture = decoders[facts.format]((int)count, (void *)bytes);
    if (picture == NULL)
        return error_set(err, ERROR_USAGE, 0, "the picture is damaged: it cannot be decoded");
    picture = redraw(picture, limits->width_max, limits->height_max);
    /* Only noise, or a limit far below any gateway's, takes more than one round. */
    while (picture != NULL && (coded = encode(picture, limits->bytes_max, &coded_bytes)) == NULL
           && (gdImageSX(picture) > 1 || gdImageSY(picture) > 1))
        picture = redraw(picture, gdImageSX(picture) * 0.75, gdImageSY(picture) * 0.75);
    if (picture == NULL)
        error_memory(err);
    else if (coded == NULL)
        error_set(err, ERROR_USAGE, 0, "the picture cannot be made as small as %zu bytes", limits->bytes_max);
    else
        converted = hand_over(coded, coded_bytes, jpeg, jpeg_bytes, err);
    gdFree(coded);
    if (picture != NULL)
        gdImageDestroy(picture);
    return converted;
}

const struct image_half munja_image = { .convert = convert };
