/* From a record to the text that one provider can take. */
#include "flow/compose.h"

#include <string.h>

/* What a template may name beside the alert's fields: "to" is this recipient, not the whole list. */
static const char *look_up(const void *context, const char *name)
{
    const struct record *record = context;

    if (strcmp(name, "to") == 0)
        return record->recipient;
    return alert_get(&record->alert, name);
}

static enum kind kind_wanted(const struct record *record, const struct route *route)
{
    enum kind kind;

    return record->wish.kind[0] != '\0' && kind_named(record->wish.kind, &kind) ? kind : route->kind;
}

bool compose_text(const struct record *record, const struct route *route, const struct provider *provider,
                  struct fitted *fitted, struct error *err)
{
    struct rendered text = { 0 }, subject = { 0 };
    bool composed = false;

    if (!template_render(wording_for(route->wording, &record->alert), look_up, record, &text, err)
        || !template_render(route->wording->subject, look_up, record, &subject, err))
        goto out;
    composed = fit_text(&text, buf_text(&subject.text), provider->signature, &provider->limits,
                        kind_wanted(record, route), route->overflow, fitted, err);
out:
    if (!composed)
        error_prefix(err, "message for %s", provider->name);
    rendered_clear(&text);
    rendered_clear(&subject);
    return composed;
}

const char *compose_unit(const struct provider *provider)
{
    return provider->limits.charset == CHARSET_UCS2 ? "units" : "bytes";
}
