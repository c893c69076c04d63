#ifndef MUNJA_HTTP_DIGEST_H
#define MUNJA_HTTP_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "http/wire.h"

/* The digest and hmac of struct wire. */
bool digest_hex(const char *name, const void *data, size_t bytes, char hex[DIGEST_HEX_MAX],
                struct error *err);
bool digest_hmac_hex(const char *name, const char *key, const void *data, size_t bytes,
                     char hex[DIGEST_HEX_MAX], struct error *err);

#endif
