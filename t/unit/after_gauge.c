/* plugin/after/gauge.c: single values, and why there is none. t/journey/zabbix_agent.t has them all. */
#include "unit/storage.h"

#include <string.h>

#include "after/gauge.h"
#include "store/balance.h"

#define WORDS_MOST 5

static char conf[128];

static void write_conf(void)
{
    FILE *file;

    snprintf(conf, sizeof conf, "%s/munja.conf", place_dir);
    file = fopen(conf, "w");
    assert_non_null(file);
    fprintf(
        file,
        "store = \"%s\"\nprovider \"joa\" { api = \"smsjoa\" }\nprovider \"a\\\\b\" { api = \"sms57\" }\n",
        place_file);
    fclose(file);
}

/* The words are separated by blanks. Returns the value, or the error, as text. */
static const char *asked(struct kept *kept, const char *words, char out[1024])
{
    const char *word[WORDS_MOST] = { NULL };
    struct gauge gauge = { 0 };
    struct error err = { 0 };
    char copy[128], *rest = copy, *next;
    size_t count = 0;

    snprintf(copy, sizeof copy, "%s", words);
    while ((next = strsep(&rest, " ")) != NULL && count < WORDS_MOST)
        word[count++] = next;
    if (!gauge_read(kept, conf, word, count, &gauge, &err))
        snprintf(out, 1024, "! %s", err.text);
    else if (gauge.kind == GAUGE_TEXT)
        snprintf(out, 1024, "%s", gauge.text);
    else if (gauge.kind == GAUGE_AMOUNT)
        snprintf(out, 1024, "%.10g", gauge.amount);
    else
        snprintf(out, 1024, "%llu", (unsigned long long)gauge.count);
    free(gauge.text);
    return out;
}

static const struct {
    const char *words, *said, *why;
} cases[] = {
    { "queue depth", "2", "what waits" },
    { "queue oldest", "60", "in seconds" },
    { "queue dead", "0", "nobody gave up" },
    { "delivery accepted", "0", "nothing was sent" },
    { "delivery failed joa 1m", "0", "likewise" },
    { "balance joa", "12.5", "as it was told" },
    { "breaker joa", "0", "nothing is wrong with it" },
    { "providers", "[{\"{#PROVIDER}\":\"joa\"},{\"{#PROVIDER}\":\"a\\\\b\"}]", "quoted as JSON wants it" },
    { "queue", "! depth, oldest or dead is missing", "a word is missing" },
    { "queue all", "! \"all\" is not depth, oldest or dead", "a word is wrong" },
    { "queue depth x", "! queue takes no \"x\"", "a word too many" },
    { "delivery accepted joa 1h x", "! delivery takes no \"x\"", "and as many as there may be" },
    { "delivery accepted joa 99999999999d", "! \"99999999999d\" is no time, as in 90, 15m or 1h",
      "too long" },
    { "balance a\\b", "! a\\b was not asked for its balance in 24 hours", "never" },
    { "weather", "! \"weather\" is not queue, delivery, balance, breaker or providers", "another subject" },
    { "", "! queue, delivery, balance, breaker or providers is missing", "none" },
};

static void tells_one_value(void **state)
{
    struct kept kept = { 0 };
    char out[1024];
    struct store *store;

    (void)state;
    write_conf();
    add_record("a", "CRITICAL");
    add_record("b", "CRITICAL");
    store = open_store();
    assert_true(balance_put(store, "joa", "12.5", NULL));
    store_close(store);
    now_set(NOON + MINUTE);
    for (size_t i = 0; i < CASES(cases); i++)
        if (strcmp(asked(&kept, cases[i].words, out), cases[i].said) != 0)
            fail_msg("%s (%s): %s", cases[i].words, cases[i].why, out);
    now_set(NOON - MINUTE); /* set back */
    assert_string_equal(asked(&kept, "queue oldest", out), "0");
    now_set(NOON + DAY + 1);
    assert_string_equal(asked(&kept, "balance joa", out), "! joa was not asked for its balance in 24 hours");
    kept_close(&kept);
}

static void has_nothing_to_look_into(void **state)
{
    struct kept kept = { 0 };
    char out[1024];

    (void)state;
    write_conf();
    assert_non_null(strstr(asked(&kept, "queue depth", out), "there is none yet"));
    assert_int_equal(access(place_file, F_OK), -1);
    unlink(conf);
    assert_non_null(strstr(asked(&kept, "queue depth", out), "munja.conf: No such file"));
    kept_close(&kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_place_test(tells_one_value),
        cmocka_place_test(has_nothing_to_look_into),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
