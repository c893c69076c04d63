#ifndef MUNJA_FLOW_REFERENCE_H
#define MUNJA_FLOW_REFERENCE_H

#include <stdint.h>

/* What munja calls a message, for gateways that take a name of its sender's: the same whenever the same
   record is sent, so that one that knows it will not deliver it twice. Room for what struct batch_item
   promises, and NUL. */
#define REFERENCE_BYTES 41

/* stem: of the store, as reference_stem makes it, or unlike any. part: of a text in several, from 1; 0: of
   one that is whole. */
void reference_make(const char *stem, int64_t id, unsigned part, char reference[REFERENCE_BYTES]);

/* The beginning of all references of the store with that id (store_id). */
#define REFERENCE_STEM_BYTES 20
void reference_stem(const char *id, char stem[REFERENCE_STEM_BYTES]);

/* The record that is named so under that stem; 0: none is. */
int64_t reference_record(const char *stem, const char *reference);

#endif
