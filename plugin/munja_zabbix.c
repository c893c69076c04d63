/* The door for zabbix_agentd and zabbix_server, which load munja_zabbix.so and ask it for items. They load it
   before they fork, and ask in the processes that they fork: so loading does nothing, and the first item
   opens what it needs. What goes wrong is the error of an item; it never keeps a daemon from starting. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "after/gauge.h"
#include "base/line.h"
#include "settings/settings.h"

/* What Zabbix 6.0 and later agree on with a module. Later versions have more at the ends of request and
 * result. */
#define API_VERSION 2
#define TAKES_WORDS 1

enum { SERVED = 0, NOT_SERVED = 1 };
enum { HAS_COUNT = 1, HAS_NUMBER = 2, HAS_TEXT = 8, HAS_MESSAGE = 0x20 };

struct request {
    char *key;
    int words;
    char **word;
    uint64_t last_size;
    int time;
    int *type;
};

/* Texts are Zabbix' to free. */
struct result {
    uint64_t last_size;
    uint64_t count;
    double number;
    char *string;
    char *text;
    char *message;
    void *log;
    int has;
    int time;
};

typedef int serve_item(struct request *request, struct result *result);

struct metric {
    const char *key;
    unsigned flags;
    serve_item *serve;
    const char *test_words;
};

int zbx_module_api_version(void);
struct metric *zbx_module_item_list(void);

#define KEY       "munja."
#define WORDS_MAX 4

static int say(struct result *result, const char *why)
{
    char line[sizeof((struct error *)NULL)->text];

    /* A parameter may have been cut within a character. */
    line_copy(line, sizeof line, why);
    result->message = strdup(line);
    if (result->message != NULL)
        result->has |= HAS_MESSAGE;
    return NOT_SERVED;
}

static int answer(struct result *result, const struct gauge *gauge)
{
    switch (gauge->kind) {
    case GAUGE_COUNT:
        result->count = gauge->count;
        result->has |= HAS_COUNT;
        break;
    case GAUGE_AMOUNT:
        result->number = gauge->amount;
        result->has |= HAS_NUMBER;
        break;
    case GAUGE_TEXT:
        result->text = gauge->text;
        result->has |= HAS_TEXT;
        break;
    }
    return SERVED;
}

static int serve(struct request *request, struct result *result)
{
    static struct kept kept;
    const char *words[1 + WORDS_MAX] = { request->key + strlen(KEY) };
    struct gauge gauge = { 0 };
    struct error err = { 0 };

    if (request->words > WORDS_MAX)
        return say(result, "too many parameters");
    for (int i = 0; i < request->words; i++)
        words[1 + i] = request->word[i] == NULL ? "" : request->word[i];
    return gauge_read(&kept, settings_path(NULL, getenv("MUNJA_CONFIG")), words, 1 + (size_t)request->words,
                      &gauge, &err)
               ? answer(result, &gauge)
               : say(result, err.text);
}

int zbx_module_api_version(void)
{
    return API_VERSION;
}

/* Zabbix writes into the table. */
struct metric *zbx_module_item_list(void)
{
    static struct metric metrics[] = {
        { KEY "queue", TAKES_WORDS, serve, "depth" }, { KEY "delivery", TAKES_WORDS, serve, "accepted" },
        { KEY "balance", TAKES_WORDS, serve, NULL },  { KEY "breaker", TAKES_WORDS, serve, NULL },
        { KEY "providers", 0, serve, NULL },          { 0 },
    };

    return metrics;
}
