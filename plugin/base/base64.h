#ifndef MUNJA_BASE_BASE64_H
#define MUNJA_BASE_BASE64_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Append the bytes in the standard alphabet with padding, on one line (RFC 4648, 4). Returns false only when
   memory ran out; out may then hold a part. */
bool base64_add(struct buf *out, const void *data, size_t bytes);

#endif
