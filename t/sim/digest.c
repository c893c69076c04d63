/* MD5 and HMAC signatures, base64. */
#include "sim/digest.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>

static const char *hex_of(struct exchange *x, const unsigned char *data, size_t bytes)
{
    char *hex = exchange_take(x, 2 * bytes + 1);

    for (size_t i = 0; i < bytes; i++)
        snprintf(hex + 2 * i, 3, "%02x", data[i]);
    return hex;
}

const char *digest_hex(struct exchange *x, const char *name, const void *data, size_t bytes)
{
    unsigned char out[EVP_MAX_MD_SIZE];
    size_t length;

    return EVP_Q_digest(NULL, name, NULL, data, bytes, out, &length) == 1 ? hex_of(x, out, length) : NULL;
}

const char *hmac_hex(struct exchange *x, const char *name, const char *key, const char *data)
{
    unsigned char out[EVP_MAX_MD_SIZE];
    const EVP_MD *kind = EVP_get_digestbyname(name);
    unsigned length;

    return kind != NULL
                   && HMAC(kind, key, (int)strlen(key), (const unsigned char *)data, strlen(data), out,
                           &length)
                          != NULL
               ? hex_of(x, out, length)
               : NULL;
}

const char *base64_of(struct exchange *x, const void *data, size_t bytes)
{
    char *text = exchange_take(x, bytes * 4 / 3 + 8);

    EVP_EncodeBlock((unsigned char *)text, data, (int)bytes);
    return text;
}

const char *base64_read(struct exchange *x, const char *text, size_t *bytes)
{
    size_t length = strlen(text);
    size_t digits = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
    size_t padding = strspn(text + digits, "=");
    char *data = exchange_take(x, length + 1);

    if (length == 0 || length % 4 != 0 || digits + padding != length || padding > 2
        || EVP_DecodeBlock((unsigned char *)data, (const unsigned char *)text, (int)length) < 0)
        return NULL;
    *bytes = length / 4 * 3 - padding;
    return data;
}
