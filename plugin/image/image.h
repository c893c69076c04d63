#ifndef MUNJA_IMAGE_IMAGE_H
#define MUNJA_IMAGE_IMAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* The picture of an MMS: read from its file once, looked at without decoding, and converted only when it has
   to be, by an object of its own (munja_image.so). This header needs no library. Faults of a picture are
   ERROR_USAGE: whoever named the file can mend them. */

#define IMAGE_FILE_BYTES_MAX (10 * 1024 * 1024)
#define IMAGE_PIXELS_MAX     40000000 /* four bytes each once decoded */

/* What a gateway takes; all of them take JPEG alone. */
struct image_limits {
    size_t bytes_max;
    int width_max, height_max;
};

enum image_format { IMAGE_JPEG, IMAGE_PNG, IMAGE_GIF, IMAGE_BMP, IMAGE_WEBP };

struct image_facts {
    enum image_format format;
    int width, height; /* at least 1, together at most IMAGE_PIXELS_MAX */
    bool plain;        /* a JPEG as phones know it: 8 bits, gray or three colours, no rare way of coding */
};

/* Read a regular file of at most IMAGE_FILE_BYTES_MAX bytes whole, without waiting for anybody; the caller
 *frees bytes. The fault does not name the file: its name is foreign text, the caller's to show. */
bool image_read(const char *path, void **bytes, size_t *count, struct error *err);

/* What the header says. Fails for everything that is none of the formats, too large to be decoded, or a JPEG
   that was cut short; whatever passes is safe to be handed to a decoder. Pure. */
bool image_look(const void *bytes, size_t count, struct image_facts *facts, struct error *err);

/* Whether a picture can go out byte for byte as it is. Pure. */
bool image_fits(const void *bytes, size_t count, const struct image_limits *limits);

/* The half that needs libgd. */
struct image_half {
    /* Draw any picture anew as a JPEG within the limits, for those that image_fits refused: the first of
       several frames, scaled down in its ratio but never up, on white where it is transparent, at the best
       quality that fits. The caller frees *jpeg. */
    bool (*convert)(const void *bytes, size_t count, const struct image_limits *limits, void **jpeg,
                    size_t *jpeg_bytes, struct error *err);
};

/* The one symbol that munja_image.so shows. */
extern const struct image_half munja_image;

#endif
