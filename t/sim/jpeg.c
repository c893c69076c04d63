/* JPEG as far as a gateway looks into it: its segments up to the frame header (ITU-T T.81, annex B). */
#include "sim/jpeg.h"

enum { SOF0 = 0xC0, DHT = 0xC4, JPG = 0xC8, DAC = 0xCC, SOF15 = 0xCF, SOI = 0xD8, EOI = 0xD9, SOS = 0xDA };

static size_t read_16(const unsigned char *data)
{
    return (size_t)data[0] << 8 | data[1];
}

static bool is_frame(unsigned char marker)
{
    return marker >= SOF0 && marker <= SOF15 && marker != DHT && marker != JPG && marker != DAC;
}

bool jpeg_read(const void *image, size_t bytes, struct jpeg *jpeg)
{
    const unsigned char *data = image;
    size_t at = 2, length;

    if (bytes < 4 || data[0] != 0xFF || data[1] != SOI || data[bytes - 2] != 0xFF || data[bytes - 1] != EOI)
        return false;
    for (; at + 4 <= bytes; at += 2 + length) {
        unsigned char marker = data[at + 1];

        length = read_16(data + at + 2);
        if (data[at] != 0xFF || marker < SOF0 || (marker > SOF15 && marker <= SOS) || length < 2
            || length > bytes - at - 2)
            return false;
        if (!is_frame(marker))
            continue;
        if (length < 8)
            return false;
        *jpeg = (struct jpeg){ bytes, (long)read_16(data + at + 7), (long)read_16(data + at + 5) };
        return jpeg->width > 0 && jpeg->height > 0;
    }
    return false;
}
