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
    "  postpaid       SMS57 counts below zero              false\n"
    "  results        codes by receiver, \"\" for none yet:  {\"01012345678\":\"101\"}, else delivered\n"
    "                 of one gateway:  {\"nanuminet/01012345678\":\"08\"}\n"
    "  clock_skew_s   reservations, results and lists are that far ahead of real time; logins never  0\n"
    "  token_ttl_s    life of new tokens                   (as the manuals say)\n"
    "  token_epoch    another number: all tokens expire    0\n"
    "  token          a token that is good everywhere      (none)\n"
    "  rate_per_s     requests a second for each gateway   0 (no limit)\n"
    "  latency_ms     wait before each answer              0\n"
    "  https_only     refuse plain HTTP where the manual does  true\n"
    "  prefix         path in front of all paths           \"\"\n"
    "  login_path, signup_path, token_key  of NotificationSMS\n"
    "                                          \"/api/v1/login\", \"/api/v1/signup\", \"token\"\n";

struct config config;

static char *current;
static struct exchange keeper; /* owns what config points to */

bool file_changed(const char *dir, const char *name, struct stat *seen)
{
    char path[4096];
    struct stat now = { 0 };
    bool same;

    snprintf(path, sizeof path, "%s/%s", dir, name);
    if (stat(path, &now) != 0)
        now = (struct stat){ 0 };
    same = now.st_ino == seen->st_ino && now.st_size == seen->st_size
           && now.st_mtim.tv_sec == seen->st_mtim.tv_sec && now.st_mtim.tv_nsec == seen->st_mtim.tv_nsec
           && now.st_ctim.tv_sec == seen->st_ctim.tv_sec && now.st_ctim.tv_nsec == seen->st_ctim.tv_nsec;
    *seen = now;
    return !same;
}

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

static void add_pair(struct pairs *list, const char *name, const char *value)
{
    pairs_add(&keeper, list,
              (struct pair){ .name = exchange_copy(&keeper, name, strlen(name)),
                             .value = exchange_copy(&keeper, value, strlen(value)),
                             .bytes = strlen(value) });
}

static void set_defaults(void)
{
    config = (struct config){ .https_only = true,
                              .balance = -1,
                              .signature = "【运维】",
                              .prefix = "",
                              .password = "both",
                              .login_path = "/api/v1/login",
                              .signup_path = "/api/v1/signup",
                              .token_key = "token",
                              .token = "" };
    add_pair(&config.senders, "", "0212345678");
    add_pair(&config.senders, "", "16441447");
}

/* Where the value of a key goes, by its type. */
static const struct {
    const char *key;
    long *number;
    bool *flag;
    const char **text;
    struct pairs *list, *map;
} keys[] = {
    { "token_ttl_s", .number = &config.token_ttl_s },
    { "token_epoch", .number = &config.token_epoch },
    { "rate_per_s", .number = &config.rate_per_s },
    { "latency_ms", .number = &config.latency_ms },
    { "balance", .number = &config.balance },
    { "clock_skew_s", .number = &config.clock_skew_s },
    { "https_only", .flag = &config.https_only },
    { "postpaid", .flag = &config.postpaid },
    { "signature", .text = &config.signature },
    { "prefix", .text = &config.prefix },
    { "password", .text = &config.password },
    { "login_path", .text = &config.login_path },
    { "signup_path", .text = &config.signup_path },
    { "token_key", .text = &config.token_key },
    { "token", .text = &config.token },
    { "senders", .list = &config.senders },
    { "wrong_numbers", .list = &config.wrong_numbers },
    { "results", .map = &config.results },
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

static bool set_list(struct pairs *list, struct json_object *value)
{
    if (!json_object_is_type(value, json_type_array))
        return false;
    *list = (struct pairs){ 0 };
    for (size_t i = 0; i < json_object_array_length(value); i++) {
        struct json_object *entry = json_object_array_get_idx(value, i);

        if (!json_object_is_type(entry, json_type_string))
            return false;
        add_pair(list, "", json_object_get_string(entry));
    }
    return true;
}

static bool set_map(struct pairs *map, struct json_object *value)
{
    if (!json_object_is_type(value, json_type_object))
        return false;
    json_object_object_foreach(value, key, entry)
    {
        if (!json_object_is_type(entry, json_type_string))
            return false;
        add_pair(map, key, json_object_get_string(entry));
    }
    return true;
}

static bool set_key(const char *key, struct json_object *value)
{
    size_t i = 0;

    if (strcmp(key, "shape") == 0)
        return json_object_is_type(value, json_type_string) && set_shape(json_object_get_string(value));
    while (i < LENGTH(keys) && strcmp(keys[i].key, key) != 0)
        i++;
    if (i == LENGTH(keys))
        return false;
    if (keys[i].list != NULL)
        return set_list(keys[i].list, value);
    if (keys[i].map != NULL)
        return set_map(keys[i].map, value);
    if (keys[i].number != NULL) {
        *keys[i].number = json_object_get_int64(value);
        return json_object_is_type(value, json_type_int);
    }
    if (keys[i].flag != NULL) {
        *keys[i].flag = json_object_get_boolean(value);
        return json_object_is_type(value, json_type_boolean);
    }
    if (!json_object_is_type(value, json_type_string))
        return false;
    *keys[i].text = exchange_format(&keeper, "%s", json_object_get_string(value));
    return true;
}

void config_refresh(const char *dir, void (*complain)(const char *text))
{
    static struct stat seen;
    struct json_object *object;
    size_t bytes;
    char *text;

    if (!file_changed(dir, "config", &seen) && current != NULL)
        return;
    text = file_read(dir, "config", &bytes);
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

time_t config_now(void)
{
    return time(NULL) + config.clock_skew_s;
}
