#ifndef MUNJA_BASE_MASK_H
#define MUNJA_BASE_MASK_H

#define MASK_BYTES 32

/* A phone number fit to be shown: 010****5678. Of short numbers only the last two digits stay, so that a
   number can never be read whole. Returns out. */
const char *mask_number(const char *number, char out[MASK_BYTES]);

#endif
