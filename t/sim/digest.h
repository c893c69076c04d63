#ifndef MUNJA_SIM_DIGEST_H
#define MUNJA_SIM_DIGEST_H

#include "sim/sim.h"

/* Lower-case hex. name: "md5", "sha256", "sha512". NULL when libcrypto lacks it. */
const char *digest_hex(struct exchange *x, const char *name, const void *data, size_t bytes);
const char *hmac_hex(struct exchange *x, const char *name, const char *key, const char *data);

const char *base64_of(struct exchange *x, const void *data, size_t bytes);
/* What it stands for, or NULL when it is no base64: other characters, line breaks, missing padding. */
const char *base64_read(struct exchange *x, const char *text, size_t *bytes);

#endif
