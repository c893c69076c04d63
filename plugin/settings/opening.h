#ifndef MUNJA_SETTINGS_OPENING_H
#define MUNJA_SETTINGS_OPENING_H

#include <stdbool.h>

#include "settings/settings.h"

/* A section on its way to become what it stands for, a provider or a monitor: what both have to look at. Zero
   usable with the first fault that puts it out; every fault is added to faults with its line. Functions
   return false only when memory ran out. */
struct opening {
    const struct settings *settings;
    const struct section *section;
    const char *kind;           /* "provider" */
    const struct setting *keys; /* for fallbacks */
    struct faults *faults;
    bool usable;
};

/* The value of a key or its fallback, NULL for neither; whether that is more than "". */
const char *opening_value(const struct opening *opening, const char *key);
bool opening_has(const struct opening *opening, const char *key);

/* A fault at the key's line, or at the section's when the key is not there. The section is out. */
bool opening_blame(struct opening *opening, const char *key, struct error *err, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Values of these keys go into headers and form fields: each stands on one line. That a secret stands where
   others read it is told, too. */
bool opening_check_values(struct opening *opening, const struct setting *keys, struct error *err);

/* The keys secret and secret_file, of which one is enough. *owned is what *secret points to when it came from
   a file: the caller wipes and frees. */
bool opening_secret(struct opening *opening, const char **secret, char **owned, struct error *err);

/* The address in url, without the slashes at its end; the caller frees. Stays NULL when it has a fault. */
bool opening_url(struct opening *opening, const char *url, bool plaintext, char **owned, struct error *err);

/* The path in ca_file; the caller frees. Stays NULL when there is no such key. */
bool opening_ca_file(struct opening *opening, char **owned, struct error *err);

#endif
