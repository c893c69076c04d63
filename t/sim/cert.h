#ifndef MUNJA_SIM_CERT_H
#define MUNJA_SIM_CERT_H

#include <stdbool.h>

/* Make a CA and a certificate of it for localhost, 127.0.0.1 and ::1, both good for some days. The CA's
   certificate goes to ca_path; certificate and key of the server come back as PEM texts, which the caller
   frees. */
bool cert_make(const char *ca_path, char **certificate, char **key);

#endif
