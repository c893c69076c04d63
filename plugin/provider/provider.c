/* From a section of munja.conf to a provider that can be used, with every fault told. */
#include "provider/provider.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alert/number.h"
#include "base/network.h"
#include "provider/url.h"

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

/* A provider on its way. */
struct opening {
    const struct settings *settings;
    const struct section *section;
    struct provider *provider;
    struct faults *faults;
    bool usable;
};

static const char *value_of(const struct opening *opening, const char *key)
{
    return section_text(opening->section, provider_keys, key);
}

static bool is_given(const struct opening *opening, const char *key)
{
    const char *value = value_of(opening, key);

    return value != NULL && *value != '\0';
}

/* A fault at the key's line, or at the section's when the key is not there. The provider is out. */
static bool blame(struct opening *opening, const char *key, struct error *err, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
static bool blame(struct opening *opening, const char *key, struct error *err, const char *format, ...)
{
    const struct entry *entry = section_entry(opening->section, key);
    char text[sizeof err->text];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    opening->usable = false;
    return faults_add(opening->faults, entry == NULL ? opening->section->line : entry->line, err,
                      "provider \"%s\": %s", opening->section->name, text);
}

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

static bool check_keys(struct opening *opening, struct error *err)
{
    const struct api *api = opening->provider->api;
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

static bool find_api(struct opening *opening, struct error *err)
{
    const char *name = value_of(opening, "api");
    struct buf names = { 0 };
    bool told = true;

    if (name == NULL || *name == '\0')
        return true; /* said already: it is a required key */
    opening->provider->api = api_named(name);
    if (opening->provider->api != NULL)
        return true;
    for (size_t i = 0; apis[i] != NULL && told; i++)
        told = buf_format(&names, "%s%s", i == 0 ? "" : ", ", apis[i]->name);
    told = told ? blame(opening, "api", err, "no such api \"%s\" (%s)", name, buf_text(&names))
                : error_memory(err);
    buf_clear(&names);
    return told;
}

/* Values go into headers and form fields; secrets must not stand where others read them. */
static bool check_values(struct opening *opening, const struct setting *keys, struct error *err)
{
    for (; keys != NULL && keys->name != NULL; keys++) {
        const struct entry *entry = section_entry(opening->section, keys->name);

        if (entry == NULL)
            continue;
        for (size_t i = 0; i < entry->values; i++) {
            if (strpbrk(entry->value[i], "\n\t") != NULL
                && !blame(opening, keys->name, err, "%s must be on one line, without tabs", keys->name))
                return false;
        }
        /* Told, but no reason to keep an alert from going out. */
        if ((keys->flags & SETTING_SECRET) && opening->settings->exposed
            && !faults_add(opening->faults, entry->line, err,
                           "provider \"%s\": %s stands in a file that others may read: chmod o= %s",
                           opening->section->name, keys->name, opening->settings->path))
            return false;
    }
    return true;
}

static bool open_secret(struct opening *opening, struct error *err)
{
    const char *file = value_of(opening, "secret_file");
    struct error fault = { 0 };
    char *secret;

    opening->provider->account.secret = value_of(opening, "secret");
    if (file == NULL)
        return true;
    if (section_entry(opening->section, "secret") != NULL)
        return blame(opening, "secret_file", err, "secret and secret_file are both given: one is enough");
    secret = secret_load(opening->settings->path, file, &fault);
    if (secret == NULL) {
        if (fault.kind != ERROR_SETTINGS) {
            *err = fault;
            return false;
        }
        return blame(opening, "secret_file", err, "secret_file: %s", fault.text);
    }
    opening->provider->owned.secret = secret;
    opening->provider->account.secret = secret;
    return true;
}

static bool open_from(struct opening *opening, struct error *err)
{
    char number[NUMBER_BYTES];

    if (!is_given(opening, "from"))
        return true;
    if (!number_read(value_of(opening, "from"), number, NULL))
        return blame(opening, "from", err, "from must be a phone number");
    opening->provider->owned.from = strdup(number);
    opening->provider->account.from = opening->provider->owned.from;
    return opening->provider->account.from != NULL || error_memory(err);
}

/* Which of user, secret and from the api wants; a fixed token or an unsigned login spares some. */
static bool check_needs(struct opening *opening, struct error *err)
{
    const struct account *account = &opening->provider->account;
    const struct api *api = opening->provider->api;
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
        if (needs[i].needed && !is_given(opening, needs[i].key) && !is_given(opening, needs[i].other)
            && !blame(opening, needs[i].key, err, "key %s is missing: %s needs it", needs[i].key, api->name))
            return false;
    }
    return true;
}

static bool open_charset(struct opening *opening, struct error *err)
{
    const char *word = value_of(opening, "charset");
    const bool korean = opening->provider->api->country == COUNTRY_KOREA;
    enum charset charset;

    if (word == NULL || !charset_named(word, &charset))
        return true; /* no such charset: said already */
    if ((charset != CHARSET_UCS2) != korean)
        return blame(opening, "charset", err, "charset must be %s with %s",
                     korean ? "euc-kr or cp949" : "ucs2", opening->provider->api->name);
    opening->provider->limits.charset = charset;
    return true;
}

static bool open_url(struct opening *opening, struct error *err)
{
    struct carrier_settings *carrier = &opening->provider->carrier;
    const char *url = value_of(opening, "url"), *fault;
    size_t length;

    if (url == NULL)
        url = opening->provider->api->url;
    if (url == NULL)
        return opening->section->broken
               || blame(opening, "url", err, "key url is missing: %s has no address of its own",
                        opening->provider->api->name);
    fault = url_fault(url, carrier->plaintext);
    if (fault != NULL)
        return blame(opening, "url", err, "url %s", fault);
    length = strlen(url);
    while (url[length - 1] == '/') /* every path begins with one */
        length--;
    opening->provider->owned.url = strndup(url, length);
    carrier->url = opening->provider->owned.url;
    return carrier->url != NULL || error_memory(err);
}

static bool open_ca_file(struct opening *opening, struct error *err)
{
    char *path;

    if (!is_given(opening, "ca_file"))
        return true;
    path = settings_beside(opening->settings->path, value_of(opening, "ca_file"));
    if (path == NULL)
        return error_memory(err);
    opening->provider->owned.ca_file = path;
    opening->provider->carrier.ca_file = path;
    return access(path, R_OK) == 0
           || blame(opening, "ca_file", err, "ca_file: %s: %s", path, strerror(errno));
}

/* Values of the wrong type were told by section_check, and read as what they are by default. */
static bool open_carrier(struct opening *opening, struct error *err)
{
    struct provider *provider = opening->provider;

    bool_read(value_of(opening, "plaintext"), &provider->carrier.plaintext);
    bool_read(value_of(opening, "http2"), &provider->carrier.http2);
    provider->carrier.proxy = value_of(opening, "proxy");
    provider->carrier.resolve = value_of(opening, "resolve");
    if (duration_read(value_of(opening, "timeout"), &provider->timeout_s)
        && (provider->timeout_s < 1 || provider->timeout_s > TIMEOUT_S_MAX)
        && !blame(opening, "timeout", err, "timeout must be from 1 to %d seconds", TIMEOUT_S_MAX))
        return false;
    if (number_setting_read(value_of(opening, "width"), &provider->width)
        && (provider->width < 1 || provider->width > WIDTH_MAX)
        && !blame(opening, "width", err, "width must be from 1 to %d", WIDTH_MAX))
        return false;
    if (provider->carrier.resolve != NULL && !url_is_resolve(provider->carrier.resolve)
        && !blame(opening, "resolve", err, "resolve must be HOST:PORT:ADDRESS"))
        return false;
    return open_url(opening, err) && open_ca_file(opening, err);
}

/* What its gateway may push, and from where: told, but no reason to keep an alert from going out. The token
   is the last part of a path. */
static bool check_hook(struct opening *opening, struct error *err)
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
    if (token != NULL && opening->provider->api->webhook.judge == NULL
        && !faults_add(opening->faults, token->line, err, "provider \"%s\": hook_token: %s pushes nothing",
                       name, opening->provider->api->name))
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
    struct opening opening = { settings, section, provider, faults, true };
    const struct api *api;

    *provider = (struct provider){ .name = section->name, .signature = "" };
    if (!find_api(&opening, err) || !check_keys(&opening, err) || !check_values(&opening, provider_keys, err)
        || !open_secret(&opening, err) || !open_from(&opening, err))
        goto fail;
    api = provider->api;
    if (api != NULL) {
        provider->limits = api->limits;
        provider->account.name = section->name;
        provider->account.user = value_of(&opening, "user");
        provider->account.section = section;
        provider->account.keys = api->keys;
        if (account_key(&provider->account, "token") != NULL
            && *account_key(&provider->account, "token") != '\0')
            provider->account.token = account_key(&provider->account, "token");
        if (account_key(&provider->account, "signature") != NULL)
            provider->signature = account_key(&provider->account, "signature");
        if (!check_values(&opening, api->keys, err) || !check_needs(&opening, err)
            || !open_charset(&opening, err) || !open_carrier(&opening, err) || !check_hook(&opening, err))
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
