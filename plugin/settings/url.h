#ifndef MUNJA_SETTINGS_URL_H
#define MUNJA_SETTINGS_URL_H

#include <stdbool.h>

/* What keeps the text from being the base address of a gateway: scheme, host, port and path prefix, and
   nothing else. NULL when it is fine. The text itself is not shown: it may hold a password. */
const char *url_fault(const char *url, bool plaintext);

/* A host's name or address alone. */
bool url_is_host(const char *text);

/* "HOST:PORT:ADDRESS", as the setting resolve takes it. */
bool url_is_resolve(const char *text);

#endif
