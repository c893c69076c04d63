#ifndef MUNJA_ALERT_CLEAN_H
#define MUNJA_ALERT_CLEAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

/* Make foreign bytes into munja's text, once, at the door: each byte that is not UTF-8 becomes U+FFFD, CR LF
   and CR become a newline, other control characters (C0, DEL, C1) and bidirectional or other invisible format
   controls are dropped, Hangul and the rest is composed (NFC). Appends to out. Pure. */
bool clean_text(const char *bytes, size_t count, struct buf *out, struct error *err);

#endif
