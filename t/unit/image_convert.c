/* Pictures of every kind become a JPEG that a gateway takes. */
#include "picture.h"

#include <time.h>
#include <unistd.h>

static const struct image_limits limits = { .bytes_max = 300000, .width_max = 720, .height_max = 480 };

/* Convert and decode again; the picture is freed. */
static gdImagePtr converted(struct picture picture, const struct image_limits *within)
{
    struct error err = { 0 };
    void *jpeg = NULL;
    size_t count = 0;
    gdImagePtr drawn;

    if (!munja_image.convert(picture.bytes, (size_t)picture.count, within, &jpeg, &count, &err))
        fail_msg("%s", err.text);
    assert_true(image_fits(jpeg, count, within));
    /* Strict: a JPEG with a warning is no picture. */
    drawn = gdImageCreateFromJpegPtrEx((int)count, jpeg, 0);
    assert_non_null(drawn);
    free(jpeg);
    gdFree(picture.bytes);
    return drawn;
}

static void has_color(gdImagePtr drawn, int x, int y, int color)
{
    int found = gdImageGetTrueColorPixel(drawn, x, y);

    /* JPEG comes near. */
    if (abs(gdTrueColorGetRed(found) - gdTrueColorGetRed(color)) > 12
        || abs(gdTrueColorGetGreen(found) - gdTrueColorGetGreen(color)) > 12
        || abs(gdTrueColorGetBlue(found) - gdTrueColorGetBlue(color)) > 12)
        fail_msg("%06x at %d, %d is not %06x", (unsigned)found, x, y, (unsigned)color);
}

static const struct {
    int width, height, to_width, to_height;
    const char *why;
} sizes[] = {
    { 1, 1, 1, 1, "never up" },
    { 720, 480, 720, 480, "as it is" },
    { 721, 480, 720, 479, "a pixel too wide" },
    { 720, 481, 719, 480, "a pixel too high" },
    { 1440, 960, 720, 480, "half" },
    { 897, 400, 720, 321, "the width decides" },
    { 400, 897, 214, 480, "the height decides" },
    { 10000, 10, 720, 1, "a line" },
    { 10, 10000, 1, 480, "a line upright" },
    { 3000, 1500, 720, 360, "large" },
};

static void sizes_keep_their_ratio(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(sizes); i++) {
        gdImagePtr drawn =
            converted(code_picture(draw_quarters(sizes[i].width, sizes[i].height), IMAGE_PNG), &limits);
        if (gdImageSX(drawn) != sizes[i].to_width || gdImageSY(drawn) != sizes[i].to_height)
            fail_msg("%s: %d x %d", sizes[i].why, gdImageSX(drawn), gdImageSY(drawn));
        gdImageDestroy(drawn);
    }
}

static void every_format_is_read(void **state)
{
    (void)state;
    for (enum image_format format = IMAGE_JPEG; format <= IMAGE_WEBP; format++) {
        gdImagePtr drawn = converted(code_picture(draw_quarters(1200, 800), format), &limits);

        assert_int_equal(gdImageSX(drawn), 720);
        assert_int_equal(gdImageSY(drawn), 480);
        has_color(drawn, 180, 120, 0xfe0000);
        has_color(drawn, 540, 360, 0x0000fe);
        has_color(drawn, 540, 120, 0x00ff00);
        gdImageDestroy(drawn);
    }
}

/* Full, half and no paint at all, on three stripes. */
static gdImagePtr draw_glass(void)
{
    gdImagePtr drawn = gdImageCreateTrueColor(90, 30);

    gdImageAlphaBlending(drawn, 0);
    gdImageSaveAlpha(drawn, 1);
    gdImageFilledRectangle(drawn, 0, 0, 29, 29, gdTrueColorAlpha(255, 0, 0, gdAlphaOpaque));
    gdImageFilledRectangle(drawn, 30, 0, 59, 29, gdTrueColorAlpha(255, 0, 0, 64));
    gdImageFilledRectangle(drawn, 60, 0, 89, 29, gdTrueColorAlpha(0, 0, 0, gdAlphaTransparent));
    return drawn;
}

static void glass_lies_on_white(void **state)
{
    static const struct image_limits small = { .bytes_max = 300000, .width_max = 45, .height_max = 480 };
    gdImagePtr drawn;

    (void)state;
    for (int scale = 1; scale <= 2; scale++) {
        drawn = converted(code_picture(draw_glass(), IMAGE_PNG), scale == 1 ? &limits : &small);
        has_color(drawn, 15 / scale, 15 / scale, 0xfe0000);
        has_color(drawn, 45 / scale, 15 / scale, 0xff8080);
        has_color(drawn, 75 / scale, 15 / scale, 0xffffff);
        gdImageDestroy(drawn);
    }
}

static void a_palette_has_its_transparent_color(void **state)
{
    gdImagePtr palette = gdImageCreate(60, 30), drawn;
    int black = gdImageColorAllocate(palette, 0, 0, 0), blue = gdImageColorAllocate(palette, 0, 0, 255);

    (void)state;
    gdImageColorTransparent(palette, black);
    gdImageFilledRectangle(palette, 0, 0, 29, 29, blue);
    drawn = converted(code_picture(palette, IMAGE_GIF), &limits);
    has_color(drawn, 15, 15, 0x0000fe);
    has_color(drawn, 45, 15, 0xffffff);
    gdImageDestroy(drawn);
}

/* One line in seven pixels is a seventh of gray everywhere once it is a tenth as large. */
static void no_line_of_a_large_graph_is_lost(void **state)
{
    gdImagePtr drawn = gdImageCreateTrueColor(7000, 70);

    (void)state;
    gdImageFilledRectangle(drawn, 0, 0, 6999, 69, 0xffffff);
    for (int x = 0; x < 7000; x += 7)
        gdImageLine(drawn, x, 0, x, 69, 0);
    drawn = converted(code_picture(drawn, IMAGE_PNG), &limits);
    for (int x = 0; x < gdImageSX(drawn); x++)
        if (abs(gdTrueColorGetRed(gdImageGetTrueColorPixel(drawn, x, 3)) - 255 * 6 / 7) > 40)
            fail_msg("%06x at %d", (unsigned)gdImageGetTrueColorPixel(drawn, x, 3), x);
    gdImageDestroy(drawn);
}

static void only_the_first_frame_counts(void **state)
{
    gdImagePtr first = gdImageCreate(20, 20), second = gdImageCreate(20, 20), drawn;
    struct picture picture = { 0 };
    char *both;
    int counts[3];
    void *parts[3];

    (void)state;
    gdImageColorAllocate(first, 0, 0, 255);
    gdImageColorAllocate(second, 255, 0, 0);
    parts[0] = gdImageGifAnimBeginPtr(first, &counts[0], 1, 0);
    parts[1] = gdImageGifAnimAddPtr(first, &counts[1], 1, 0, 0, 10, gdDisposalNone, NULL);
    parts[2] = gdImageGifAnimAddPtr(second, &counts[2], 1, 0, 0, 10, gdDisposalNone, first);
    both = malloc((size_t)(counts[0] + counts[1] + counts[2] + 1));
    for (int i = 0; i < 3; i++) {
        memcpy(both + picture.count, parts[i], (size_t)counts[i]);
        picture.count += counts[i];
        gdFree(parts[i]);
    }
    both[picture.count++] = ';';
    picture.bytes = both;
    drawn = converted(picture, &limits);
    has_color(drawn, 10, 10, 0x0000fe);
    gdImageDestroy(drawn);
    gdImageDestroy(first);
    gdImageDestroy(second);
}

/* Quality goes first, then size. */
static void noise_is_made_to_fit(void **state)
{
    static const struct {
        size_t bytes_max;
        int width;
    } rounds[] = { { 300000, 720 }, { 150000, 720 }, { 50000, 0 }, { 5000, 0 }, { 1500, 0 } };
    int before = 721;

    (void)state;
    for (size_t i = 0; i < CASES(rounds); i++) {
        struct image_limits tight = { .bytes_max = rounds[i].bytes_max, .width_max = 720, .height_max = 480 };
        gdImagePtr drawn = converted(code_picture(draw_noise(1000, 600), IMAGE_PNG), &tight);
        int width = gdImageSX(drawn), height = gdImageSY(drawn);

        if (rounds[i].width != 0)
            assert_int_equal(width, rounds[i].width);
        else
            assert_true(width < before);
        assert_true(abs(width * 600 - height * 1000) <= 1000);
        before = width;
        gdImageDestroy(drawn);
    }
}

static void a_line_becomes_a_shorter_one(void **state)
{
    static const struct image_limits tight = { .bytes_max = 800, .width_max = 720, .height_max = 480 };
    gdImagePtr drawn = converted(code_picture(draw_noise(10000, 1), IMAGE_PNG), &tight);

    (void)state;
    assert_int_equal(gdImageSY(drawn), 1);
    assert_in_range(gdImageSX(drawn), 2, 719);
    gdImageDestroy(drawn);
}

static void what_cannot_be_small_is_told(void **state)
{
    static const struct image_limits none = { .bytes_max = 100, .width_max = 720, .height_max = 480 };
    struct picture picture = code_picture(draw_noise(2000, 3), IMAGE_PNG);
    struct error err = { 0 };
    void *jpeg = NULL;
    size_t count = 0;

    (void)state;
    assert_false(munja_image.convert(picture.bytes, (size_t)picture.count, &none, &jpeg, &count, &err));
    assert_non_null(strstr(err.text, "as small as 100 bytes"));
    assert_null(jpeg);
    gdFree(picture.bytes);
}

/* Whatever comes of a part, it is a fault or a JPEG that fits. */
static void a_part_does_no_harm(void **state)
{
    (void)state;
    for (enum image_format format = IMAGE_JPEG; format <= IMAGE_WEBP; format++) {
        struct picture picture = code_picture(draw_noise(40, 30), format);

        for (int count = 0; count < picture.count; count += count < 200 ? 1 : 97) {
            void *part = malloc((size_t)count + 1), *jpeg = NULL;
            struct error err = { 0 };
            size_t bytes = 0;

            memcpy(part, picture.bytes, (size_t)count);
            if (munja_image.convert(part, (size_t)count, &limits, &jpeg, &bytes, &err))
                assert_true(image_fits(jpeg, bytes, &limits));
            else
                assert_int_equal(err.kind, ERROR_USAGE);
            free(jpeg);
            free(part);
        }
        gdFree(picture.bytes);
    }
}

static void damage_is_told_without_a_word_on_stderr(void **state)
{
    char name[] = "/tmp/munja-image-XXXXXX";
    struct picture picture = code_picture(draw_noise(40, 30), IMAGE_PNG);
    int kept = dup(2), fd = mkstemp(name);
    struct error err = { 0 };
    void *jpeg = NULL;
    size_t count = 0;
    bool held;

    (void)state;
    assert_true(kept >= 0 && fd >= 0);
    ((char *)picture.bytes)[picture.count / 2] ^= 0x55; /* its checksum no longer holds */
    fflush(stderr);
    dup2(fd, 2);
    held = munja_image.convert(picture.bytes, (size_t)picture.count, &limits, &jpeg, &count, &err);
    fflush(stderr);
    dup2(kept, 2);
    assert_false(held);
    assert_non_null(strstr(err.text, "damaged"));
    assert_int_equal(lseek(fd, 0, SEEK_END), 0);
    unlink(name);
    close(fd);
    close(kept);
    gdFree(picture.bytes);
}

/* As many pixels as are allowed, in a file of a few hundred kilobytes. */
static void the_largest_picture_takes_seconds(void **state)
{
    clock_t begun;
    gdImagePtr drawn = gdImageCreate(8000, 5000);
    struct picture picture;

    (void)state;
    gdImageColorAllocate(drawn, 0, 0, 0);
    picture = code_picture(drawn, IMAGE_PNG);
    begun = clock();
    drawn = converted(picture, &limits);
    assert_true(clock() - begun < 15 * CLOCKS_PER_SEC);
    assert_int_equal(gdImageSX(drawn), 720);
    assert_int_equal(gdImageSY(drawn), 450);
    gdImageDestroy(drawn);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_keep_their_ratio),
        cmocka_unit_test(every_format_is_read),
        cmocka_unit_test(glass_lies_on_white),
        cmocka_unit_test(a_palette_has_its_transparent_color),
        cmocka_unit_test(no_line_of_a_large_graph_is_lost),
        cmocka_unit_test(only_the_first_frame_counts),
        cmocka_unit_test(noise_is_made_to_fit),
        cmocka_unit_test(a_line_becomes_a_shorter_one),
        cmocka_unit_test(what_cannot_be_small_is_told),
        cmocka_unit_test(a_part_does_no_harm),
        cmocka_unit_test(damage_is_told_without_a_word_on_stderr),
        cmocka_unit_test(the_largest_picture_takes_seconds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
