/* From a record to the text that one provider can take. */
#include "flow/compose.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/now.h"
#include "base/utf8.h"
#include "base/when.h"

/* A record as templates see it. */
struct view {
    const struct record *record;
    bool replies;      /* what its phone answers comes back */
    char time[64];     /* the alert's, else when munja accepted it */
    char when[64];     /* the same without year and seconds, which nobody needs at night */
    char late[16];     /* "12 min" when it was kept for long; "" otherwise */
    struct buf missed; /* "CRITICAL 03:10" of PROBLEMs that only this text tells; "" otherwise */
};

/* So many are told one by one. */
#define MISSED_TOLD 3

/* A text that comes so long after its alert says so: what it tells may be over. */
#define LATE_MIN 5

static void say_how_late(struct view *view)
{
    int64_t minutes = (now_ms() - view->record->created_ms) / 60000;

    if (minutes < LATE_MIN)
        return;
    if (minutes < 120)
        snprintf(view->late, sizeof view->late, "%d min", (int)minutes);
    else
        snprintf(view->late, sizeof view->late, "%d h", minutes < 9999 * 60 ? (int)(minutes / 60) : 9999);
}

static void view_open(struct view *view, const struct record *record)
{
    const char *said = alert_get(&record->alert, "time");
    time_t accepted = (time_t)(record->created_ms / 1000);
    struct tm local = { 0 };

    *view = (struct view){ .record = record };
    if (said[0] == '\0' && localtime_r(&accepted, &local) != NULL)
        strftime(view->time, sizeof view->time, "%Y-%m-%d %H:%M:%S", &local);
    else
        UTF8_COPY(view->time, said);
    if (when_begins(view->time))
        snprintf(view->when, sizeof view->when, "%.11s", view->time + strlen("YYYY-"));
    else
        memcpy(view->when, view->time, sizeof view->when);
    say_how_late(view);
}

/* In their order, the last ones when there are many; the day only where it is another. */
static bool say_missed(struct view *view, struct error *err)
{
    size_t count = view->record->missed_count, told = count < MISSED_TOLD ? count : MISSED_TOLD;
    bool said = told == count || buf_format(&view->missed, "%zu more, ", count - told);

    for (size_t i = told; said && i-- > 0;) {
        const struct record *missed = &view->record->missed[i];
        const char *state = alert_get(&missed->alert, "state");
        struct view its;
        bool same_day;

        view_open(&its, missed);
        same_day = when_begins(its.time) && strncmp(its.when, view->when, strlen("MM-DD ")) == 0;
        said = buf_format(&view->missed, "%s %s%s", state[0] != '\0' ? state : "PROBLEM",
                          its.when + (same_day ? strlen("MM-DD ") : 0), i > 0 ? ", " : "");
    }
    return said || error_memory(err);
}

/* Most names differ in their first letter. */
static bool is(const char *name, const char *other)
{
    return name[0] == other[0] && strcmp(name, other) == 0;
}

/* What a template may name beside the alert's fields: "to" is this recipient, not the whole list. */
static const char *look_up(const void *context, const char *name)
{
    const struct view *view = context;

    if (is(name, "to"))
        return view->record->recipient;
    if (is(name, "time"))
        return view->time;
    if (is(name, "when"))
        return view->when;
    if (is(name, "late"))
        return view->late;
    if (is(name, "missed"))
        return buf_text(&view->missed);
    if (is(name, "reply"))
        return view->record->reply;
    if (is(name, "replies"))
        return view->replies ? "yes" : "";
    return alert_get(&view->record->alert, name);
}

/* Whoever wrote the template may not have thought of it; the words would be lost. */
static bool add_missed(const struct template *template, const struct view *view, struct buf *text,
                       struct error *err)
{
    const char *name;

    if (view->missed.len == 0)
        return true;
    for (size_t i = 0; (name = template_name(template, i)) != NULL; i++)
        if (strcmp(name, "missed") == 0)
            return true;
    return buf_format(text, " (%s not delivered)", buf_text(&view->missed)) || error_memory(err);
}

bool compose_has_image(const struct record *record, const struct provider *provider)
{
    /* Whoever asks for a short text gets one. */
    if (strcmp(record->wish.kind, kind_name(KIND_SMS)) == 0
        || strcmp(record->wish.kind, kind_name(KIND_LMS)) == 0)
        return false;
    return (record->image != NULL && (provider->api->caps & API_IMAGE) != 0)
           || (record->wish.image_url[0] != '\0' && (provider->api->caps & API_IMAGE_URL) != 0);
}

static enum kind kind_wanted(const struct record *record, const struct route *route,
                             const struct provider *provider)
{
    enum kind kind = route->kind;

    if (compose_has_image(record, provider))
        return KIND_MMS;
    if (record->wish.kind[0] != '\0')
        kind_named(record->wish.kind, &kind);
    /* Without an image there is nothing that a longer text would not do. */
    return kind == KIND_MMS ? KIND_LMS : kind;
}

bool compose_text(const struct record *record, const struct route *route, const struct provider *provider,
                  struct fitted *fitted, struct error *err)
{
    const struct template *template = wording_for(route->wording, &record->alert);
    struct rendered text = { 0 }, subject = { 0 };
    struct view view;
    bool composed = false;

    view_open(&view, record);
    view.replies = provider->api->replies.build != NULL;
    if (!say_missed(&view, err) || !template_render(template, look_up, &view, &text, err)
        || !add_missed(template, &view, &text.text, err)
        || !template_render(route->wording->subject, look_up, &view, &subject, err))
        goto out;
    composed = fit_text(&text, buf_text(&subject.text), provider->signature, &provider->limits,
                        kind_wanted(record, route, provider), route->overflow, fitted, err);
out:
    if (!composed)
        error_prefix(err, "message for %s", provider->name);
    rendered_clear(&text);
    rendered_clear(&subject);
    buf_clear(&view.missed);
    return composed;
}

const char *compose_unit(const struct provider *provider)
{
    return provider->limits.charset == CHARSET_UCS2 ? "units" : "bytes";
}
