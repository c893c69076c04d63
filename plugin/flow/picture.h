#ifndef MUNJA_FLOW_PICTURE_H
#define MUNJA_FLOW_PICTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Read a picture and make a JPEG of it that every gateway takes: as it is when it fits, else converted in a
   process of its own, so that no picture can cost the alert. Over at until_ms (now_steady_ms). The error says
   what is wrong with it; the caller frees *jpeg. */
bool picture_load(const char *path, int64_t until_ms, void **jpeg, size_t *bytes, struct error *err);

#endif
