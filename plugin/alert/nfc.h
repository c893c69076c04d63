#ifndef MUNJA_ALERT_NFC_H
#define MUNJA_ALERT_NFC_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

/* More marks than this on one base character are dropped: no script needs them, and a text that piles up
   thousands must not cost time or fill a phone. */
#define NFC_MARKS_MAX 8

/* Append UTF-8, composed (NFC) and with its marks bounded. The executable has a stand-in for it, which loads
   the half that links libunistring: its tables and relocations cost each start as much as reading the
   settings, and few alerts need them. */
bool nfc_text(const char *text, size_t bytes, struct buf *out, struct error *err);

#endif
