#ifndef MUNJA_T_ALERT_WORDS_H
#define MUNJA_T_ALERT_WORDS_H

/* Fields in one line for tests: "host=web01|state=DOWN|service=". */
#include "unit.h"

#include "alert/alert.h"

typedef void words_do(struct alert *alert, const char *name, const char *value, const char *why);

static inline void words_each(const char *words, words_do *each, struct alert *alert, const char *why)
{
    char *copy = strdup(words), *rest = copy;

    for (char *word; (word = strsep(&rest, "|")) != NULL;) {
        char *value = strchr(word, '=');
        if (value == NULL)
            fail_msg("%s: no = in %s", why, word);
        *value = '\0';
        each(alert, word, value + 1, why);
    }
    free(copy);
}

static inline void words_set(struct alert *alert, const char *name, const char *value, const char *why)
{
    struct error err = { 0 };

    if (!alert_set(alert, name, value, &err))
        fail_msg("%s: %s", why, err.text);
}

/* An empty value is a field that must be absent. */
static inline void words_expect(struct alert *alert, const char *name, const char *value, const char *why)
{
    if (strcmp(alert_get(alert, name), value) != 0)
        fail_msg("%s: %s is \"%s\", not \"%s\"", why, name, alert_get(alert, name), value);
}

#endif
