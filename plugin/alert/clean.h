#ifndef MUNJA_ALERT_CLEAN_H
#define MUNJA_ALERT_CLEAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

/* Make foreign bytes into munja's text, once, at the door: each byte that is not UTF-8 becomes U+FFFD, CR LF,
   CR and the Unicode line ends become a newline, TAB a blank, other control characters (C0, DEL, C1) and
   bidirectional or other invisible format controls are dropped (but the joiners and variation selectors that
   emoji are made of), Hangul and the rest is composed (NFC, see alert/nfc.h).
   Appends to out. */
bool clean_text(const char *bytes, size_t count, struct buf *out, struct error *err);

/* What of a foreign word may stand in a message: printable ASCII, "?" for the rest, at most so many bytes.
   Returns out. */
#define CLEAN_WORD_BYTES 33
const char *clean_word(const char *word, char out[CLEAN_WORD_BYTES]);

#endif
