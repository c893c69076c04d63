#ifndef MUNJA_SIM_JPEG_H
#define MUNJA_SIM_JPEG_H

#include <stdbool.h>
#include <stddef.h>

/* 300 KB, in the smaller of its two readings. */
#define JPEG_BYTES 300000

struct jpeg {
    size_t bytes; /* 0: unseen, or none */
    long width, height;
};

/* Read width and height from the frame header (SOF). False when it is no whole JPEG: no SOI at its start, a
   broken segment, no frame header before the scan, no EOI at its end. */
bool jpeg_read(const void *data, size_t bytes, struct jpeg *jpeg);

#endif
