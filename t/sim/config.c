/* Settings of the simulator: DIR/config, a JSON object. */
#include "sim/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char config_help[] =
    "DIR/config, a JSON object, read again whenever it changes:\n"
    "  shape          \"clean\", \"printed\" (replies as the manuals print them, broken JSON included) or\n"
    "                 \"other\" (types, order and HTTP status turned around where nothing is promised)\n"
    "  senders        registered sender numbers           [\"0212345678\",\"16441447\"]\n"
    "  wrong_numbers  receivers that are refused           []\n"
    "  signature      registered signature of SMS57        \"【运维】\"\n"
    "  password       SMS57 takes \"md5\", \"plain\" or \"both\"  \"both\"\n"
    "  balance        money or messages at every gateway   (each its own)\n"
    "  token_ttl_s    life of new tokens                   (as the manuals say)\n"
    "  token_epoch    another number: all tokens expire    0\n"
    "  token          a token that is good everywhere      (none)\n"
    "  rate_per_s     requests a second for each gateway   0 (no limit)\n"
    "  latency_ms     wait before each answer              0\n"
    "  https_only     refuse plain HTTP where the manual does  true\n"
    "  prefix         path in front of all paths           \"\"\n"
    "  login_path, token_key  of NotificationSMS           \"/api/v1/login\", \"token\"\n";

struct config config;

static char *current;
static struct exchange keeper; /* owns what config points to */

char *file_read(const char *dir, const char *name, size_t *bytes)
{
    char path[4096], *text = NULL;
    size_t room = 0;
    FILE *file;
    ssize_t length;

    snprintf(path, sizeof path, "%s/%s", dir, name);
    file = fopen(path, "r");
    if (file == NULL)
        return NULL;
    length = getdelim(&text, &room, '\0', file);
    fclose(file);
    if (length < 0) {
        free(text);
        return NULL;
    }
    *bytes = (size_t)length;
    return text;
}

static void add_number(struct pairs *list, const char *number)
{
    pairs_add(&keeper, list, (struct pair){ .name = "", .value = number, .bytes = strlen(number) });
}

static void set_defaults(void)
{
    config = (struct config){ .https_only = true,
                              .balance = -1,
                              .signature = "【运维】",
                              .prefix = "",
                              .password = "both",
                              .login_path = "/api/v1/login",
                              .token_key = "token",
                              .token = "" };
    add_number(&config.senders, "0212345678");
    add_number(&config.senders, "16441447");
}

static const struct {
    const char *key;
    long *number;
    const char **text;
    struct pairs *list;
} keys[] = {
    { "token_ttl_s", &config.token_ttl_s, NULL, NULL },
    { "token_epoch", &config.token_epoch, NULL, NULL },
    { "rate_per_s", &config.rate_per_s, NULL, NULL },
    { "latency_ms", &config.latency_ms, NULL, NULL },
    { "balance", &config.balance, NULL, NULL },
    { "signature", NULL, &config.signature, NULL },
    { "prefix", NULL, &config.prefix, NULL },
    { "password", NULL, &config.password, NULL },
    { "login_path", NULL, &config.login_path, NULL },
    { "token_key", NULL, &config.token_key, NULL },
    { "token", NULL, &config.token, NULL },
    { "senders", NULL, NULL, &config.senders },
    { "wrong_numbers", NULL, NULL, &config.wrong_numbers },
};

static bool set_shape(const char *word)
{
    static const char *const shapes[] = { "clean", "printed", "other" };

    for (size_t i = 0; i < LENGTH(shapes); i++)
        if (strcmp(shapes[i], word) == 0) {
            config.shape = (enum shape)i;
            return true;
        }
    return false;
}

static bool set_key(const char *key, struct json_object *value)
{
    if (strcmp(key, "shape") == 0)
        return set_shape(json_object_get_string(value));
    if (strcmp(key, "https_only") == 0) {
        config.https_only = json_object_get_boolean(value);
        return json_object_is_type(value, json_type_boolean);
    }
    for (size_t i = 0; i < LENGTH(keys); i++) {
        if (strcmp(keys[i].key, key) != 0)
            continue;
        if (keys[i].number != NULL) {
            *keys[i].number = json_object_get_int64(value);
            return json_object_is_type(value, json_type_int);
        }
        if (keys[i].text != NULL) {
            *keys[i].text = exchange_format(&keeper, "%s", json_object_get_string(value));
            return json_object_is_type(value, json_type_string);
        }
        if (!json_object_is_type(value, json_type_array))
            return false;
        *keys[i].list = (struct pairs){ 0 };
        for (size_t j = 0; j < json_object_array_length(value); j++)
            add_number(
                keys[i].list,
                exchange_format(&keeper, "%s", json_object_get_string(json_object_array_get_idx(value, j))));
        return true;
    }
    return false;
}

void config_refresh(const char *dir, void (*complain)(const char *text))
{
    size_t bytes;
    char *text = file_read(dir, "config", &bytes);
    struct json_object *object;

    if (text == NULL)
        text = strdup("{}");
    if (text == NULL)
        abort();
    if (current != NULL && strcmp(current, text) == 0) {
        free(text);
        return;
    }
    free(current);
    current = text;
    set_defaults();
    object = json_tokener_parse(text);
    if (!json_object_is_type(object, json_type_object)) {
        complain("config: no JSON object");
    } else {
        json_object_object_foreach(object, key, value) if (!set_key(key, value))
        {
            complain(exchange_format(&keeper, "config: bad key or value: %s", key));
        }
    }
    json_object_put(object);
}

static bool holds(const struct pairs *list, const char *number)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->pair[i].value, number) == 0)
            return true;
    return false;
}

bool config_sender(const char *number)
{
    return holds(&config.senders, number);
}

bool config_wrong(const char *number)
{
    return holds(&config.wrong_numbers, number);
}
