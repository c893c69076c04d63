/* Digests and keyed digests for the gateways that sign: the only use of libcrypto beside libcurl's own. */
#include "http/digest.h"

#include <openssl/evp.h>
#include <string.h>

/* libcrypto would take any name it knows; the gateways name these. */
static const char *const names[] = { "md5", "sha256", "sha512" };

static bool known(const char *name, struct error *err)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return error_set(err, ERROR_BUG, 0, "no digest is called %s", name);
}

static void write_hex(const unsigned char *raw, size_t bytes, char hex[DIGEST_HEX_MAX])
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < bytes; i++) {
        hex[2 * i] = digits[raw[i] >> 4];
        hex[2 * i + 1] = digits[raw[i] & 15];
    }
    hex[2 * bytes] = '\0';
}

static bool lacking(const char *name, struct error *err)
{
    return error_set(
        err, ERROR_SYSTEM, 0,
        "OpenSSL does not offer %s here (in FIPS mode MD5 is shut off): choose another way to sign", name);
}

bool digest_hex(const char *name, const void *data, size_t bytes, char hex[DIGEST_HEX_MAX], struct error *err)
{
    unsigned char raw[EVP_MAX_MD_SIZE];
    size_t length = 0;

    if (!known(name, err))
        return false;
    if (!EVP_Q_digest(NULL, name, NULL, data, bytes, raw, &length))
        return lacking(name, err);
    write_hex(raw, length, hex);
    return true;
}

bool digest_hmac_hex(const char *name, const char *key, const void *data, size_t bytes,
                     char hex[DIGEST_HEX_MAX], struct error *err)
{
    unsigned char raw[EVP_MAX_MD_SIZE];
    size_t length = 0;

    if (!known(name, err))
        return false;
    if (EVP_Q_mac(NULL, "HMAC", NULL, name, NULL, key, strlen(key), data, bytes, raw, sizeof raw, &length)
        == NULL)
        return lacking(name, err);
    write_hex(raw, length, hex);
    return true;
}
