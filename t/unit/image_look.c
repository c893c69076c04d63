/* What is known of a picture without decoding it. */
#include "picture.h"

static const struct image_limits limits = { .bytes_max = 300000, .width_max = 720, .height_max = 480 };

#define PNG_HEAD "\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
#define BMP_HEAD "BM\0\0\0\0\0\0\0\0\0\0\0\0"
#define SOI      "\xff\xd8"
#define SOF0     "\xff\xc0\0\x0b\x08\0\x30\0\x40\1\1\x11\0" /* 64 x 48, gray */
#define SOS      "\xff\xda\0\x08\1\1\0\0\x3f\0"
#define EOI      "\xff\xd9"

#define BYTES(literal) literal, sizeof(literal) - 1

static const struct {
    const char *bytes;
    size_t count;
    const char *fault; /* NULL: width and height hold */
    enum image_format format;
    int width, height;
    const char *why;
} heads[] = {
    { BYTES(PNG_HEAD "\0\0\2\xd0\0\0\1\xe0"), NULL, IMAGE_PNG, 720, 480, "PNG" },
    { BYTES(PNG_HEAD "\0\0\x1f\x40\0\0\x13\x88"), NULL, IMAGE_PNG, 8000, 5000, "as many pixels as allowed" },
    { BYTES(PNG_HEAD "\0\0\x1f\x40\0\0\x13\x89"), "too large", 0, 0, 0, "a row more" },
    { BYTES(PNG_HEAD "\0\1\0\0\0\1\0\0"), "too large", 0, 0, 0, "2^32 pixels do not wrap" },
    { BYTES(PNG_HEAD "\xff\xff\xff\xff\xff\xff\xff\xff"), "too large", 0, 0, 0, "the largest claim" },
    { BYTES(PNG_HEAD "\0\0\0\0\0\0\1\xe0"), "no size", 0, 0, 0, "no width" },
    { BYTES(PNG_HEAD "\0\0\2\xd0"), "no size", 0, 0, 0, "ends in the middle of its size" },
    { BYTES("\x89PNG\r\n\x1a\n\0\0\0\rIDAT\0\0\2\xd0\0\0\1\xe0"), "not a picture", 0, 0, 0, "no IHDR first" },
    { BYTES("GIF87a\xd0\2\xe0\1"), NULL, IMAGE_GIF, 720, 480, "GIF" },
    { BYTES("GIF89a\xff\xff\xff\xff"), "too large", 0, 0, 0, "65535 x 65535" },
    { BYTES("GIF88a\xd0\2\xe0\1"), "not a picture", 0, 0, 0, "no such GIF" },
    { BYTES(BMP_HEAD "\x28\0\0\0\xd0\2\0\0\xe0\1\0\0"), NULL, IMAGE_BMP, 720, 480, "BMP" },
    { BYTES(BMP_HEAD "\x7c\0\0\0\xd0\2\0\0\x20\xfe\xff\xff"), NULL, IMAGE_BMP, 720, 480, "from its top" },
    { BYTES(BMP_HEAD "\x28\0\0\0\xd0\2\0\0\0\0\0\x80"), "too large", 0, 0, 0, "the most negative height" },
    { BYTES(BMP_HEAD "\x28\0\0\0\xff\xff\xff\xff\1\0\0\0"), "too large", 0, 0, 0, "a negative width" },
    { BYTES(BMP_HEAD "\x0c\0\0\0\xd0\2\xe0\1"), NULL, IMAGE_BMP, 720, 480, "BMP of OS/2" },
    { BYTES("BM is how this text begins, and it goes on"), "not a picture", 0, 0, 0, "a text" },
    { BYTES("RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\1\x2a\xd0\2\xe0\1"), NULL, IMAGE_WEBP, 720, 480, "WebP" },
    { BYTES("RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f\xcf\xc2\x77\0"), NULL, IMAGE_WEBP, 720, 480, "lossless" },
    { BYTES("RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0\xcf\2\0\xdf\1\0"), NULL, IMAGE_WEBP, 720, 480, "extended" },
    { BYTES("RIFF\0\0\0\0WEBPVP8X\0\0\0\0\2\0\0\0\xcf\2\0\xdf\1\0"), "animated", 0, 0, 0, "animated" },
    { BYTES("RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff"), "too large", 0, 0, 0, "2^48" },
    { BYTES("RIFF\0\0\0\0WEBPVP9 \0\0\0\0"), "no WebP", 0, 0, 0, "a later kind" },
    { BYTES("RIFF\0\0\0\0WAVEfmt "), "not a picture", 0, 0, 0, "a sound" },
    { BYTES("<svg width=\"720\" height=\"480\">"), "not a picture", 0, 0, 0, "a drawing as text" },
    { BYTES(""), "not a picture", 0, 0, 0, "nothing" },
    { BYTES(SOI SOF0 SOS "\1\2" EOI), NULL, IMAGE_JPEG, 64, 48, "JPEG" },
    { BYTES(SOI "\xff\xff\xff\xe1\0\4ab" SOF0 SOS "\1" EOI), NULL, IMAGE_JPEG, 64, 48, "fill bytes" },
    { BYTES(SOI SOF0 SOS "\1\xff\0\xff\xd0\2" EOI "more"), NULL, IMAGE_JPEG, 64, 48, "escapes, restarts" },
    { BYTES(SOI SOF0 SOS "\1\2"), "cut short", 0, 0, 0, "no end" },
    { BYTES(SOI SOF0 SOS "\1\2\xff"), "cut short", 0, 0, 0, "half an end" },
    { BYTES(SOI SOF0 EOI), "without a scan", 0, 0, 0, "no scan" },
    { BYTES(SOI SOS "\1" EOI), "order", 0, 0, 0, "a scan of no frame" },
    { BYTES(SOI SOF0 SOF0 SOS "\1" EOI), "no frame", 0, 0, 0, "two frames" },
    { BYTES(SOI "\xff\xc0\0\4\x08\0" SOS "\1" EOI), "no frame", 0, 0, 0, "half a frame" },
    { BYTES(SOI "\xff\xc0\0\x0b\x08\0\0\0\x40\1\1\x11\0" SOS EOI), "no size", 0, 0, 0, "height comes later" },
    { BYTES(SOI "\xff\xc0\0\x0b\x08\xff\xff\xff\xff\1\1\x11\0" SOS EOI), "too large", 0, 0, 0, "a bomb" },
    { BYTES(SOI "\xff\xe0\xff\xff" SOF0), "cut short", 0, 0, 0, "a segment longer than the file" },
    { BYTES(SOI "\xff\xe0\0\1" SOF0), "cut short", 0, 0, 0, "a segment shorter than its length" },
    { BYTES(SOI "\xff\xe0\0\4abc" SOF0 SOS EOI), "cut short", 0, 0, 0, "something between segments" },
};

static void heads_are_understood(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(heads); i++) {
        struct image_facts facts = { .width = -1 };
        struct error err = { 0 };
        /* A block of its own, so that a sanitizer sees a byte too many. */
        void *bytes = malloc(heads[i].count + (heads[i].count == 0));

        memcpy(bytes, heads[i].bytes, heads[i].count);
        if (image_look(bytes, heads[i].count, &facts, &err) != (heads[i].fault == NULL))
            fail_msg("%s: %s", heads[i].why, err.text);
        if (heads[i].fault != NULL) {
            if (strstr(err.text, heads[i].fault) == NULL)
                fail_msg("%s: %s", heads[i].why, err.text);
            assert_int_equal(err.kind, ERROR_USAGE);
            assert_int_equal(facts.width, -1);
        } else if (facts.format != heads[i].format || facts.width != heads[i].width
                   || facts.height != heads[i].height)
            fail_msg("%s: %s %d x %d", heads[i].why, format_names[facts.format], facts.width, facts.height);
        free(bytes);
    }
}

static void every_format_is_measured(void **state)
{
    static const int sides[][2] = { { 1, 1 }, { 720, 480 }, { 33, 1000 }, { 3000, 7 } };

    (void)state;
    for (enum image_format format = IMAGE_JPEG; format <= IMAGE_WEBP; format++)
        for (size_t i = 0; i < CASES(sides); i++) {
            struct picture picture = code_picture(draw_quarters(sides[i][0], sides[i][1]), format);
            struct image_facts facts = { 0 };
            struct error err = { 0 };

            if (!image_look(picture.bytes, (size_t)picture.count, &facts, &err))
                fail_msg("%s: %s", format_names[format], err.text);
            assert_int_equal(facts.format, format);
            assert_int_equal(facts.width, sides[i][0]);
            assert_int_equal(facts.height, sides[i][1]);
            assert_int_equal(facts.plain, format == IMAGE_JPEG);
            gdFree(picture.bytes);
        }
}

static void a_jpeg_cut_anywhere_is_refused(void **state)
{
    gdImagePtr drawn = draw_noise(64, 48);
    struct picture picture;
    struct image_facts facts = { 0 };

    (void)state;
    gdImageInterlace(drawn, 1); /* progressive: many scans */
    picture = code_picture(drawn, IMAGE_JPEG);
    assert_true(image_look(picture.bytes, (size_t)picture.count, &facts, NULL));
    assert_true(facts.plain);
    for (int count = 0; count < picture.count; count++) {
        char *part = malloc((size_t)count + 1);
        memcpy(part, picture.bytes, (size_t)count);
        if (image_look(part, (size_t)count, &facts, NULL))
            fail_msg("%d of %d bytes are no whole picture", count, picture.count);
        free(part);
    }
    gdFree(picture.bytes);
}

/* Offsets into SOF0: its marker, precision and number of colours. */
static const struct {
    int at;
    char byte;
    bool plain;
    const char *why;
} frames[] = {
    { 1, '\xc0', true, "baseline" },          { 1, '\xc1', true, "extended" },
    { 1, '\xc2', true, "progressive" },       { 1, '\xc3', false, "lossless" },
    { 1, '\xc9', false, "arithmetic codes" }, { 4, 12, false, "12 bits" },
    { 9, 3, true, "three colours" },          { 9, 4, false, "four, as for print" },
};

static void rare_jpegs_do_not_fit(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(frames); i++) {
        char bytes[] = SOI SOF0 SOS "\1\2" EOI;
        struct image_facts facts = { 0 };

        bytes[2 + frames[i].at] = frames[i].byte;
        assert_true(image_look(bytes, sizeof bytes - 1, &facts, NULL));
        if (facts.plain != frames[i].plain || image_fits(bytes, sizeof bytes - 1, &limits) != frames[i].plain)
            fail_msg("%s", frames[i].why);
    }
}

static void scans_are_counted(void **state)
{
    (void)state;
    for (int scans = 100; scans <= 101; scans++) {
        char bytes[2000];
        size_t count = 0;
        struct image_facts facts = { 0 };

        memcpy(bytes, SOI SOF0, sizeof SOI SOF0 - 1);
        count += sizeof SOI SOF0 - 1;
        for (int i = 0; i < scans; i++, count += sizeof SOS - 1)
            memcpy(bytes + count, SOS, sizeof SOS - 1);
        memcpy(bytes + count, EOI, 2);
        assert_int_equal(image_look(bytes, count + 2, &facts, NULL), scans == 100);
    }
}

static const struct {
    enum image_format format;
    int width, height;
    int bytes_more; /* than the picture has */
    bool fits;
    const char *why;
} fits[] = {
    { IMAGE_JPEG, 720, 480, 0, true, "at every limit" },
    { IMAGE_JPEG, 720, 480, -1, false, "a byte too many" },
    { IMAGE_JPEG, 721, 480, 0, false, "too wide" },
    { IMAGE_JPEG, 720, 481, 0, false, "too high" },
    { IMAGE_JPEG, 480, 720, 0, false, "upright" },
    { IMAGE_JPEG, 1, 1, 0, true, "tiny" },
    { IMAGE_PNG, 100, 100, 0, false, "no JPEG" },
};

static void what_fits_is_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(fits); i++) {
        struct picture picture = code_picture(draw_quarters(fits[i].width, fits[i].height), fits[i].format);
        struct image_limits tight = limits;

        tight.bytes_max = (size_t)(picture.count + fits[i].bytes_more);
        if (image_fits(picture.bytes, (size_t)picture.count, &tight) != fits[i].fits)
            fail_msg("%s", fits[i].why);
        gdFree(picture.bytes);
    }
}

static void too_many_bytes_are_no_picture(void **state)
{
    size_t count = IMAGE_FILE_BYTES_MAX + 1;
    char *bytes = calloc(1, count);
    struct image_facts facts = { 0 };
    struct error err = { 0 };

    (void)state;
    memcpy(bytes, PNG_HEAD "\0\0\2\xd0\0\0\1\xe0", 24);
    assert_true(image_look(bytes, count - 1, &facts, &err));
    assert_false(image_look(bytes, count, &facts, &err));
    assert_non_null(strstr(err.text, "10 MiB"));
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heads_are_understood),
        cmocka_unit_test(every_format_is_measured),
        cmocka_unit_test(a_jpeg_cut_anywhere_is_refused),
        cmocka_unit_test(rare_jpegs_do_not_fit),
        cmocka_unit_test(scans_are_counted),
        cmocka_unit_test(what_fits_is_told),
        cmocka_unit_test(too_many_bytes_are_no_picture),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
