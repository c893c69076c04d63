/* What an alert looks like on a phone: the templates of munja.conf, and munja's own. */
#include "flow/wording.h"

#include <string.h>

/* Munja's own words. What happened, how bad and where come first and cannot shrink, so that even a name
   longer than the message leaves them readable; the words of people before those of plugins; then the time,
   and what to answer where an answer comes back. On one line: some gateways take texts in one request only
   so. */
#define HOW_BAD "[{{type}}]{{#state}} {{state}}{{/state}}"
#define WHO_SAYS                                                                                             \
    "{{#author}} ({{author}}{{#comment}}: {{comment}}{{/comment}}){{/author}}"                               \
    "{{^author}}{{#comment}} ({{comment}}){{/comment}}{{/author}}"
#define WHAT_AND_WHEN                                                                                        \
    "{{#output}} {{output}}{{/output}}{{#when}} {{when}}{{/when}}{{#late}} ({{late}} late){{/late}}"         \
    "{{#replies}}{{#reply}} (ACK {{reply}}){{/reply}}{{/replies}}"

const struct setting template_keys[] = {
    { "service", SETTING_TEXT, "text for a service",
      HOW_BAD " {{#host}}{{host}}/{{/host}}{{service}}" WHO_SAYS WHAT_AND_WHEN, NULL },
    { "host", SETTING_TEXT, "text for a host", HOW_BAD "{{#host}} {{host}}{{/host}}" WHO_SAYS WHAT_AND_WHEN,
      NULL },
    { "subject", SETTING_TEXT, "title of long messages",
      "{{#host}}{{#state}}{{state}} {{/state}}{{host}}{{#service}}/{{service}}{{/service}}{{/host}}"
      "{{^host}}{{subject}}{{/host}}",
      NULL },
    { "text", SETTING_TEXT, "a text by hand", "{{output}}{{#late}} ({{late}} late){{/late}}", NULL },
    { 0 },
};

/* What delivery knows beside the alert's fields. */
static const char *const further_names[] = { "when", "late", "missed", "reply", "replies", NULL };

/* Fields of one's own (--field, custom variables) begin with an underscore; any other name is a slip. */
static bool is_field(const char *name)
{
    if (alert_knows(name))
        return true;
    for (size_t i = 0; further_names[i] != NULL; i++) {
        if (strcmp(further_names[i], name) == 0)
            return true;
    }
    return false;
}

static bool named_before(const struct template *template, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (strcmp(template_name(template, i), template_name(template, index)) == 0)
            return true;
    }
    return false;
}

static bool tell_strangers(const struct section *section, const struct entry *entry,
                           const struct template *template, struct faults *faults, struct error *err)
{
    const char *name;

    for (size_t i = 0; (name = template_name(template, i)) != NULL; i++) {
        if (!is_field(name) && !named_before(template, i)
            && !faults_add(faults, entry->line, err,
                           "template \"%s\": %s: unknown field %s (fields of your own begin with _)",
                           section->name, entry->key, name))
            return false;
    }
    return true;
}

static bool open_one(const struct section *section, const char *key, struct template **template,
                     struct faults *faults, bool *usable, struct error *err)
{
    static const struct section own = { 0 };
    const struct entry *entry = section == NULL ? NULL : section_entry(section, key);
    struct error fault = { 0 };

    *template = template_parse(section_text(section == NULL ? &own : section, template_keys, key), &fault);
    if (*template != NULL)
        return entry == NULL || tell_strangers(section, entry, *template, faults, err);
    if (fault.kind == ERROR_SYSTEM || entry == NULL) {
        *err = fault;
        return false;
    }
    *usable = false;
    return faults_add(faults, entry->line, err, "template \"%s\": %s: %s", section->name, key, fault.text);
}

bool wording_open(const struct section *section, struct wording *wording, struct faults *faults, bool *usable,
                  struct error *err)
{
    static const struct setting *const tables[] = { template_keys, NULL };

    *wording = (struct wording){ .name = section == NULL ? "default" : section->name };
    *usable = true;
    if (section != NULL && !section_check(section, "template", tables, faults, usable, err))
        return false;
    return open_one(section, "service", &wording->service, faults, usable, err)
           && open_one(section, "host", &wording->host, faults, usable, err)
           && open_one(section, "subject", &wording->subject, faults, usable, err)
           && open_one(section, "text", &wording->text, faults, usable, err);
}

void wording_clear(struct wording *wording)
{
    template_free(wording->service);
    template_free(wording->host);
    template_free(wording->subject);
    template_free(wording->text);
    *wording = (struct wording){ 0 };
}

const struct template *wording_for(const struct wording *wording, const struct alert *alert)
{
    const struct template *chosen = wording->service;

    if (strcmp(alert_get(alert, "type"), "TEXT") == 0)
        chosen = wording->text;
    else if (alert_get(alert, "service")[0] == '\0')
        chosen = wording->host;
    /* cppcheck-suppress CastIntegerToAddressAtReturn ; it takes "struct template" for C++ */
    return chosen;
}
