/* What munja knows of itself, as single values. Whoever reads them may be a process of a monitor that serves
   others meanwhile: so each is a small look, and a lock is not waited for. */
#include "after/gauge.h"

#include <stdlib.h>
#include <string.h>

#include "after/range.h"
#include "base/buf.h"
#include "base/now.h"
#include "flow/breaker.h"
#include "settings/settings.h"
#include "store/balance.h"
#include "store/count.h"

/* A reader waits only while somebody repairs the log after a crash. */
#define WAIT_MOST_MS 100

#define WINDOW_S      3600
#define BALANCE_HOURS 24

struct asked {
    const char *word[3]; /* behind the subject; "" for none */
    struct settings settings;
    struct kept *kept;
};

static bool look(const struct asked *asked, struct store **store, struct error *err)
{
    return kept_open(asked->kept, asked->settings.store, now_steady_ms() + WAIT_MOST_MS, store, err);
}

/* Which of the words it is: all of them, ended by NULL, and as a sentence. */
static bool choose(const struct asked *asked, const char *const *choices, const char *sentence, int *chosen,
                   struct error *err)
{
    for (*chosen = 0; choices[*chosen] != NULL; (*chosen)++)
        if (strcmp(asked->word[0], choices[*chosen]) == 0)
            return true;
    if (asked->word[0][0] == '\0')
        return error_set(err, ERROR_USAGE, 0, "%s is missing", sentence);
    return error_set(err, ERROR_USAGE, 0, "\"%.20s\" is not %s", asked->word[0], sentence);
}

static bool know_provider(const struct asked *asked, const char *name, struct error *err)
{
    const struct sections *providers = &asked->settings.providers;

    if (name[0] == '\0')
        return error_set(err, ERROR_USAGE, 0, "PROVIDER is missing");
    for (size_t i = 0; i < providers->count; i++)
        if (strcmp(providers->section[i].name, name) == 0)
            return true;
    return error_set(err, ERROR_USAGE, 0, "no such provider \"%.40s\" in %s", name, asked->settings.path);
}

static bool read_queue(const struct asked *asked, struct gauge *gauge, struct error *err)
{
    static const char *const choices[] = { "depth", "oldest", "dead", NULL };
    struct store *store = NULL;
    int64_t oldest_ms = 0;
    size_t count = 0;
    int chosen;

    if (!choose(asked, choices, "depth, oldest or dead", &chosen, err) || !look(asked, &store, err)
        || !(chosen == 2 ? count_dead(store, &count, err) : count_waiting(store, &count, &oldest_ms, err)))
        return false;
    if (chosen == 1) /* the clock may have been set back since */
        count = count > 0 && now_ms() > oldest_ms ? (size_t)((now_ms() - oldest_ms) / 1000) : 0;
    gauge->count = count;
    return true;
}

enum { ACCEPTED, FAILED, UNSURE, DELIVERED, UNDELIVERED };

static bool add_attempts(struct store *store, int64_t since_ms, const char *provider, int chosen,
                         struct gauge *gauge, struct error *err)
{
    struct attempt_count *list = NULL;
    size_t count = 0;

    if (!count_attempts(store, since_ms, &list, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (provider[0] == '\0' || strcmp(list[i].provider, provider) == 0)
            gauge->count += chosen == ACCEPTED ? list[i].accepted
                            : chosen == FAILED ? list[i].failed
                                               : list[i].unsure;
    free(list);
    return true;
}

static bool add_receipts(struct store *store, int64_t since_ms, const char *provider, int chosen,
                         struct gauge *gauge, struct error *err)
{
    struct receipt_count *list = NULL;
    size_t count = 0;

    if (!count_receipts(store, since_ms, &list, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (provider[0] == '\0' || strcmp(list[i].provider, provider) == 0)
            gauge->count += chosen == DELIVERED ? list[i].delivered : count_undelivered(&list[i]);
    free(list);
    return true;
}

static bool read_delivery(const struct asked *asked, struct gauge *gauge, struct error *err)
{
    static const char *const choices[] = { "accepted", "failed", "unsure", "delivered", "undelivered", NULL };
    const char *provider = asked->word[1], *window = asked->word[2];
    struct store *store = NULL;
    int chosen, window_s = WINDOW_S;

    if (!choose(asked, choices, "accepted, failed, unsure, delivered or undelivered", &chosen, err)
        || (provider[0] != '\0' && !know_provider(asked, provider, err)))
        return false;
    if (window[0] != '\0' && (!duration_read(window, &window_s) || window_s <= 0))
        return error_set(err, ERROR_USAGE, 0, "\"%.20s\" is no time, as in 90, 15m or 1h", window);
    return look(asked, &store, err)
           && (chosen >= DELIVERED ? add_receipts : add_attempts)(store, now_ms() - (int64_t)window_s * 1000,
                                                                  provider, chosen, gauge, err);
}

static bool read_balance(const struct asked *asked, struct gauge *gauge, struct error *err)
{
    const char *provider = asked->word[0];
    struct balance balance = { 0 };
    struct store *store = NULL;

    if (!know_provider(asked, provider, err) || !look(asked, &store, err)
        || !balance_get(store, provider, &balance, err))
        return false;
    if (now_ms() - balance.seen_ms > (int64_t)BALANCE_HOURS * 3600 * 1000)
        return error_set(err, ERROR_USAGE, 0, "%s was not asked for its balance in %d hours", provider,
                         BALANCE_HOURS);
    gauge->kind = GAUGE_AMOUNT;
    return range_number(balance.left, &gauge->amount)
           || error_set(err, ERROR_STORE, 0, "the balance of %s is no number", provider);
}

static bool read_breaker(const struct asked *asked, struct gauge *gauge, struct error *err)
{
    const char *provider = asked->word[0];
    struct breaker_kept *list = NULL;
    struct store *store = NULL;
    size_t count = 0;

    if (!know_provider(asked, provider, err) || !look(asked, &store, err)
        || !breaker_list(store, &list, &count, err))
        return false;
    gauge->count = breaker_pause(list, count, provider, now_ms()) != NULL;
    free(list);
    return true;
}

/* No name has a quote or a line break in it. */
static bool read_providers(const struct asked *asked, struct gauge *gauge, struct error *err)
{
    const struct sections *providers = &asked->settings.providers;
    struct buf json = { 0 };
    bool made = buf_char(&json, '[');

    for (size_t i = 0; made && i < providers->count; i++) {
        made = buf_str(&json, i > 0 ? ",{\"{#PROVIDER}\":\"" : "{\"{#PROVIDER}\":\"");
        for (const char *c = providers->section[i].name; made && *c != '\0'; c++)
            made = (*c != '\\' || buf_char(&json, '\\')) && buf_char(&json, *c);
        made = made && buf_str(&json, "\"}");
    }
    gauge->kind = GAUGE_TEXT;
    gauge->text = made && buf_char(&json, ']') ? buf_take(&json) : NULL;
    buf_clear(&json);
    return gauge->text != NULL || error_memory(err);
}

static const struct subject {
    const char *word;
    size_t words;
    bool (*read)(const struct asked *asked, struct gauge *gauge, struct error *err);
} subjects[] = {
    { "queue", 1, read_queue },     { "delivery", 3, read_delivery },   { "balance", 1, read_balance },
    { "breaker", 1, read_breaker }, { "providers", 0, read_providers },
};
#define SUBJECTS (sizeof subjects / sizeof subjects[0])

static const struct subject *subject_named(const char *word, struct error *err)
{
    for (size_t i = 0; i < SUBJECTS; i++)
        if (strcmp(subjects[i].word, word) == 0)
            return &subjects[i];
    if (word[0] == '\0')
        error_set(err, ERROR_USAGE, 0, "queue, delivery, balance, breaker or providers is missing");
    else
        error_set(err, ERROR_USAGE, 0, "\"%.20s\" is not queue, delivery, balance, breaker or providers",
                  word);
    return NULL;
}

bool gauge_read(struct kept *kept, const char *config, const char *const *words, size_t count,
                struct gauge *gauge, struct error *err)
{
    const struct subject *subject = subject_named(count > 0 ? words[0] : "", err);
    struct asked asked = { .word = { "", "", "" }, .kept = kept };
    struct gauge made = { 0 };
    bool done;

    if (subject == NULL)
        return false;
    if (count - 1 > subject->words)
        return error_set(err, ERROR_USAGE, 0, "%s takes no \"%.20s\"", subject->word,
                         words[subject->words + 1]);
    for (size_t i = 1; i < count; i++)
        asked.word[i - 1] = words[i];
    done = settings_load(config, &asked.settings, err) && subject->read(&asked, &made, err);
    settings_clear(&asked.settings);
    if (done)
        *gauge = made;
    else if (err != NULL && err->kind == ERROR_STORE)
        kept_close(kept); /* whatever is wrong with it: the next look begins anew */
    return done;
}
