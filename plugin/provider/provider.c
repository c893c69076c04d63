/* From a section of munja.conf to a provider that can be used, with every fault told. */
#include "provider/provider.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert/number.h"
#include "base/network.h"
#include "settings/opening.h"
#include "settings/url.h"

#define WIDTH_MAX     256
#define TIMEOUT_S_MAX 3600

const struct setting provider_keys[] = {
    { "api", SETTING_REQUIRED, "the gateway's interface, see munja.conf(5)", NULL, NULL },
    { "url", SETTING_TEXT, "base address; default: the api's own, where it has one", NULL, NULL },
    { "user", SETTING_TEXT, "login name, client id or account", NULL, NULL },
    { "secret", SETTING_SECRET, "password or key", NULL, NULL },
    { "secret_file", SETTING_TEXT, "file with the secret on one line, not readable by others", NULL, NULL },
    { "from", SETTING_TEXT, "sender number, registered at the gateway", NULL, NULL },
    { "charset", SETTING_TEXT, "what its phones can show", NULL, "euc-kr|cp949|ucs2" },
    { "ca_file", SETTING_TEXT, "certificates to trust instead of the system's", NULL, NULL },
    /* It may hold a password, and seldom does: no secret that a warning is due for. */
    { "proxy", SETTING_TEXT, "HTTP proxy; \"\" for none; default: the environment's", NULL, NULL },
    /* Half of the 20 s of a notify: one that hangs leaves time for the next. */
    { "timeout", SETTING_DURATION, "for one request", "10", NULL },
    { "width", SETTING_NUMBER, "requests of the worker under way at once", "4", NULL },
    { "resolve", SETTING_TEXT, "HOST:PORT:ADDRESS, in place of DNS", NULL, NULL },
    { "plaintext", SETTING_BOOL, "allow http:// too", "false", NULL },
    { "http2", SETTING_BOOL, "speak HTTP/2", "false", NULL },
    { "hook_token", SETTING_SECRET, "secret part of its webhook's path", NULL, NULL },
    { "allow", SETTING_LIST, "networks its webhooks may come from", NULL, NULL },
    { 0 },
};

static bool is_key_of_a_driver(const char *key)
{
    for (size_t i = 0; apis[i] != NULL; i++) {
        for (const struct setting *s = apis[i]->keys; s != NULL && s->name != NULL; s++) {
            if (strcmp(s->name, key) == 0)
                return true;
        }
    }
    return false;
}

/* While it is not known which api is meant, the keys of all drivers pass. */
static bool check_common_keys(const struct section *section, struct faults *faults, struct error *err)
{
    static const struct setting *const tables[] = { provider_keys, NULL };
    struct section common = *section;
    bool usable, checked;

    common.entries = 0;
    common.entry = calloc(section->entries + 1, sizeof *common.entry);
    if (common.entry == NULL)
        return error_memory(err);
    for (size_t i = 0; i < section->entries; i++) {
        if (!is_key_of_a_driver(section->entry[i].key))
            common.entry[common.entries++] = section->entry[i];
    }
    checked = section_check(&common, "provider", tables, faults, &usable, err);
    free(common.entry);
    return checked;
}

static bool check_keys(struct opening *opening, struct provider *provider, struct error *err)
{
    const struct api *api = provider->api;
    const struct setting *const tables[] = { provider_keys, api == NULL ? NULL : api->keys, NULL };
    bool usable = false;

    if (api == NULL) {
        opening->usable = false;
        return check_common_keys(opening->section, opening->faults, err);
    }
    if (!section_check(opening->section, "provider", tables, opening->faults, &usable, err))
        return false;
    opening->usable = opening->usable && usable;
    return true;
}

static bool find_api(struct opening *opening, struct provider *provider, struct error *err)
{
    const char *name = opening_value(opening, "api");
    struct buf names = { 0 };
    bool told = true;

    if (name == NULL || *name == '\0')
        return true; /* said already: it is a required key */
    provider->api = api_named(name);
    if (provider->api != NULL)
        return true;
    for (size_t i = 0; apis[i] != NULL && told; i++)
        told = buf_format(&names, "%s%s", i == 0 ? "" : ", ", apis[i]->name);
    told = told ? opening_blame(opening, "api", err, "no such api \"%s\" (%s)", name, buf_text(&names))
                : error_memory(err);
    buf_clear(&names);
    return told;
}

static bool open_from(struct opening *opening, struct provider *provider, struct error *err)
{
    char number[NUMBER_BYTES];

    if (!opening_has(opening, "from"))
        return true;
    if (!number_read(opening_value(opening, "from"), number, NULL))
        return opening_blame(opening, "from", err, "from must be a phone number");
    provider->owned.from = strdup(number);
    provider->account.from = provider->owned.from;
    return provider->account.from != NULL || error_memory(err);
}

/* Which of user, secret and from the api wants; a fixed token or an unsigned login spares some. */
static bool check_needs(struct opening *opening, struct provider *provider, struct error *err)
{
    const struct account *account = &provider->account;
    const struct api *api = provider->api;
    const char *hash = account_key(account, "hash");
    const bool fixed = account->token != NULL;
    const bool bare = fixed || (hash != NULL && strcmp(hash, "none") == 0);
    const struct {
        const char *key, *other;
        bool needed;
    } needs[] = {
        { "user", "user", api->needs_user && !fixed },
        { "secret", "secret_file", api->needs_secret && !bare },
        { "from", "from", api->needs_from },
    };

    if (opening->section->broken) /* what seems missing may be what could not be read */
        return true;
    for (size_t i = 0; i < sizeof needs / sizeof needs[0]; i++) {
        if (needs[i].needed && !opening_has(opening, needs[i].key) && !opening_has(opening, needs[i].other)
            && !opening_blame(opening, needs[i].key, err, "key %s is missing: %s needs it", needs[i].key,
                              api->name))
            return false;
    }
    return true;
}

static bool open_charset(struct opening *opening, struct provider *provider, struct error *err)
{
    const char *word = opening_value(opening, "charset");
    const bool korean = provider->api->country == COUNTRY_KOREA;
    enum charset charset;

    if (word == NULL || !charset_named(word, &charset))
        return true; /* no such charset: said already */
    if ((charset != CHARSET_UCS2) != korean)
        return opening_blame(opening, "charset", err, "charset must be %s with %s",
                             korean ? "euc-kr or cp949" : "ucs2", provider->api->name);
    provider->limits.charset = charset;
    return true;
}

static bool open_url(struct opening *opening, struct provider *provider, struct error *err)
{
    const char *url = opening_value(opening, "url");

    if (url == NULL)
        url = provider->api->url;
    if (url == NULL)
        return opening->section->broken
               || opening_blame(opening, "url", err, "key url is missing: %s has no address of its own",
                                provider->api->name);
    if (!opening_url(opening, url, provider->carrier.plaintext, &provider->owned.url, err))
        return false;
    provider->carrier.url = provider->owned.url;
    return true;
}

/* Values of the wrong type were told by section_check, and read as what they are by default. */
static bool open_carrier(struct opening *opening, struct provider *provider, struct error *err)
{
    bool_read(opening_value(opening, "plaintext"), &provider->carrier.plaintext);
    bool_read(opening_value(opening, "http2"), &provider->carrier.http2);
    provider->carrier.proxy = opening_value(opening, "proxy");
    provider->carrier.resolve = opening_value(opening, "resolve");
    if (duration_read(opening_value(opening, "timeout"), &provider->timeout_s)
        && (provider->timeout_s < 1 || provider->timeout_s > TIMEOUT_S_MAX)
        && !opening_blame(opening, "timeout", err, "timeout must be from 1 to %d seconds", TIMEOUT_S_MAX))
        return false;
    if (number_setting_read(opening_value(opening, "width"), &provider->width)
        && (provider->width < 1 || provider->width > WIDTH_MAX)
        && !opening_blame(opening, "width", err, "width must be from 1 to %d", WIDTH_MAX))
        return false;
    if (provider->carrier.resolve != NULL && !url_is_resolve(provider->carrier.resolve)
        && !opening_blame(opening, "resolve", err, "resolve must be HOST:PORT:ADDRESS"))
        return false;
    if (!open_url(opening, provider, err) || !opening_ca_file(opening, &provider->owned.ca_file, err))
        return false;
    provider->carrier.ca_file = provider->owned.ca_file;
    return true;
}

/* What its gateway may push, and from where: told, but no reason to keep an alert from going out. The token
   is the last part of a path. */
static bool check_hook(struct opening *opening, const struct api *api, struct error *err)
{
    const struct entry *token = section_entry(opening->section, "hook_token");
    const struct entry *allow = section_entry(opening->section, "allow");
    const char *name = opening->section->name;
    struct network network;

    if (token != NULL && token->values == 1
        && (*token->value[0] == '\0' || strchr(token->value[0], '/') != NULL)
        && !faults_add(opening->faults, token->line, err,
                       "provider \"%s\": hook_token must be one part of a path, without a slash", name))
        return false;
    if (token != NULL && api->webhook.judge == NULL
        && !faults_add(opening->faults, token->line, err, "provider \"%s\": hook_token: %s pushes nothing",
                       name, api->name))
        return false;
    for (size_t i = 0; allow != NULL && i < allow->values; i++)
        if (!network_read(allow->value[i], &network)
            && !faults_add(opening->faults, allow->line, err,
                           "provider \"%s\": allow: \"%.60s\" is no network, as in 203.0.113.0/24", name,
                           allow->value[i]))
            return false;
    return true;
}

bool provider_open(const struct settings *settings, const struct section *section, struct provider *provider,
                   struct faults *faults, bool *usable, struct error *err)
{
    struct opening opening = { settings, section, "provider", provider_keys, faults, true };
    const struct api *api;

    *provider = (struct provider){ .name = section->name, .signature = "" };
    if (!find_api(&opening, provider, err) || !check_keys(&opening, provider, err)
        || !opening_check_values(&opening, provider_keys, err)
        || !opening_secret(&opening, &provider->account.secret, &provider->owned.secret, err)
        || !open_from(&opening, provider, err))
        goto fail;
    api = provider->api;
    if (api != NULL) {
        provider->limits = api->limits;
        provider->account.name = section->name;
        provider->account.user = opening_value(&opening, "user");
        provider->account.section = section;
        provider->account.keys = api->keys;
        if (account_key(&provider->account, "token") != NULL
            && *account_key(&provider->account, "token") != '\0')
            provider->account.token = account_key(&provider->account, "token");
        if (account_key(&provider->account, "signature") != NULL)
            provider->signature = account_key(&provider->account, "signature");
        if (!opening_check_values(&opening, api->keys, err) || !check_needs(&opening, provider, err)
            || !open_charset(&opening, provider, err) || !open_carrier(&opening, provider, err)
            || !check_hook(&opening, api, err))
            goto fail;
    }
    *usable = opening.usable;
    return true;
fail:
    provider_clear(provider);
    return false;
}

bool provider_account(const struct provider *provider, struct buf *name, struct error *err)
{
    const struct account *account = &provider->account;

    return buf_format(name, "%s\n%s\n%s\n%s", provider->name, provider->api->name, provider->carrier.url,
                      account->user == NULL ? "" : account->user)
           || error_memory(err);
}

void provider_clear(struct provider *provider)
{
    if (provider->owned.secret != NULL)
        explicit_bzero(provider->owned.secret, strlen(provider->owned.secret));
    free(provider->owned.secret);
    free(provider->owned.from);
    free(provider->owned.ca_file);
    free(provider->owned.url);
    *provider = (struct provider){ 0 };
}
