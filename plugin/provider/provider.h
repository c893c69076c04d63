#ifndef MUNJA_PROVIDER_PROVIDER_H
#define MUNJA_PROVIDER_PROVIDER_H

#include <stdbool.h>

#include "base/buf.h"
#include "provider/api.h"
#include "settings/settings.h"

/* A configured account, ready to be used. */
struct provider {
    const char *name; /* the section's */
    const struct api *api;
    struct account account;
    struct carrier_settings carrier;
    struct text_limits limits; /* the api's, with the charset the settings ask for */
    const char *signature;     /* stands in front of every text; "" for none */
    int timeout_s;             /* for one request */
    int width;                 /* requests of the worker under way at once */
    struct {
        char *secret, *from, *ca_file, *url;
    } owned; /* what texts above point to: provider_clear */
};

/* Keys of every provider, whatever its api. */
extern const struct setting provider_keys[];

/* Make a provider of its section, which must outlive it. Every fault is added to faults with its line; usable
   says whether the provider can be used all the same. Returns false only when memory ran out. */
bool provider_open(const struct settings *settings, const struct section *section, struct provider *provider,
                   struct faults *faults, bool *usable, struct error *err);
void provider_clear(struct provider *provider);

/* What tells an account from all others, so that what is kept of it ends with it: the name, which comes first
   on a line of its own, the api, the URL and the user. */
bool provider_account(const struct provider *provider, struct buf *name, struct error *err);

#endif
