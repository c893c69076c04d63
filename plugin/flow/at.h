#ifndef MUNJA_FLOW_AT_H
#define MUNJA_FLOW_AT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define AT_BYTES 24

/* When a gateway shall send: "YYYY-MM-DD HH:MM" or with ":SS", in Korean time whatever the machine's zone is.
   Refused (ERROR_USAGE) when it is written otherwise, when there is no such time, or when it is past. at
   becomes the form with seconds. */
bool at_read(const char *text, int64_t now_ms, char at[AT_BYTES], struct error *err);

/* The same as milliseconds since 1970, of a text that at_read made; 0 for "". */
int64_t at_ms(const char *at);

#endif
