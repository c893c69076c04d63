/* A certificate authority for one run. */
#include "sim/cert.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

static bool add_extension(X509 *cert, X509 *issuer, int id, const char *value)
{
    X509V3_CTX context;
    X509_EXTENSION *extension;
    bool added;

    X509V3_set_ctx(&context, issuer, cert, NULL, NULL, 0);
    extension = X509V3_EXT_conf_nid(NULL, &context, id, value);
    added = extension != NULL && X509_add_ext(cert, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return added;
}

/* issuer NULL: signed by itself. */
static X509 *make(EVP_PKEY *key, const char *name, X509 *issuer, EVP_PKEY *signer)
{
    X509 *cert = X509_new();
    uint64_t serial = 0;
    bool made;

    if (cert == NULL)
        return NULL;
    made =
        RAND_bytes((unsigned char *)&serial, 7) == 1
        && ASN1_INTEGER_set_uint64(X509_get_serialNumber(cert), serial) == 1 && X509_set_version(cert, 2) == 1
        && X509_gmtime_adj(X509_getm_notBefore(cert), -86400) != NULL
        && X509_gmtime_adj(X509_getm_notAfter(cert), 30 * 86400) != NULL && X509_set_pubkey(cert, key) == 1
        && X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_ASC,
                                      (const unsigned char *)name, -1, -1, 0)
               == 1
        && X509_set_issuer_name(cert, X509_get_subject_name(issuer == NULL ? cert : issuer)) == 1
        && add_extension(cert, issuer == NULL ? cert : issuer, NID_subject_key_identifier, "hash")
        && (issuer == NULL ? add_extension(cert, cert, NID_basic_constraints, "critical,CA:TRUE")
                                 && add_extension(cert, cert, NID_key_usage, "critical,keyCertSign,cRLSign")
                           : add_extension(cert, issuer, NID_basic_constraints, "critical,CA:FALSE")
                                 && add_extension(cert, issuer, NID_subject_alt_name,
                                                  "DNS:localhost,IP:127.0.0.1,IP:::1"))
        && X509_sign(cert, signer, EVP_sha256()) > 0;
    if (made)
        return cert;
    X509_free(cert);
    return NULL;
}

static char *taken(BIO *bio)
{
    char *data = NULL;
    long bytes = BIO_get_mem_data(bio, &data);

    return strndup(data, (size_t)bytes);
}

bool cert_make(const char *ca_path, char **certificate, char **key)
{
    EVP_PKEY *ca_key = EVP_EC_gen("P-256"), *server_key = EVP_EC_gen("P-256");
    X509 *ca = NULL, *server = NULL;
    BIO *cert_text = BIO_new(BIO_s_mem()), *key_text = BIO_new(BIO_s_mem());
    FILE *file = NULL;
    bool made = false;

    if (ca_key == NULL || server_key == NULL || cert_text == NULL || key_text == NULL)
        goto out;
    ca = make(ca_key, "gateway simulator CA", NULL, ca_key);
    if (ca == NULL)
        goto out;
    server = make(server_key, "localhost", ca, ca_key);
    file = fopen(ca_path, "w");
    if (server == NULL || file == NULL || PEM_write_X509(file, ca) != 1
        || PEM_write_bio_X509(cert_text, server) != 1
        || PEM_write_bio_PKCS8PrivateKey(key_text, server_key, NULL, NULL, 0, NULL, NULL) != 1)
        goto out;
    *certificate = taken(cert_text);
    *key = taken(key_text);
    made = *certificate != NULL && *key != NULL;
out:
    if (file != NULL && fclose(file) != 0)
        made = false;
    BIO_free(cert_text);
    BIO_free(key_text);
    X509_free(ca);
    X509_free(server);
    EVP_PKEY_free(ca_key);
    EVP_PKEY_free(server_key);
    return made;
}
