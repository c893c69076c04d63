#ifndef MUNJA_BASE_ADDRESS_H
#define MUNJA_BASE_ADDRESS_H

#include <stdbool.h>

/* Whether text is meant as an address on the web: it begins with http:// or https://. */
bool address_begins(const char *text);

/* Whether it is one in the form that every client reads: a host, and nothing but printable ASCII. */
bool address_holds(const char *text);

#endif
