/* plugin/store/token.c: one process logs in, all use the token. */
#include "unit/storage.h"

#define KEY "nanumi nanuminet https://api.example key"

static enum token_state take(struct store *store, const char *refused, char *token, size_t room)
{
    enum token_state state = TOKEN_AWAITED;
    struct error err = { 0 };
    char *taken = NULL;

    if (!token_take(store, KEY, refused, 20000, &state, &taken, &err))
        fail_msg("%s", err.text);
    snprintf(token, room, "%s", taken == NULL ? "" : taken);
    free(taken);
    return state;
}

static void put(struct store *store, const char *token, int64_t until_ms)
{
    struct error err = { 0 };

    if (!token_put(store, KEY, token, until_ms, &err))
        fail_msg("%s", err.text);
}

static void one_logs_in_the_others_wait(void **state)
{
    struct store *store = open_store(), *other = open_store();
    char token[64];

    (void)state;
    assert_int_equal(take(store, NULL, token, sizeof token), TOKEN_YOURS);
    assert_int_equal(take(other, NULL, token, sizeof token), TOKEN_AWAITED);
    assert_string_equal(token, "");
    put(store, "secret-1", NOON + HOUR);
    assert_int_equal(take(other, NULL, token, sizeof token), TOKEN_VALID);
    assert_string_equal(token, "secret-1");
    store_close(store);
    store_close(other);
}

static void a_failed_login_lets_others_try(void **state)
{
    struct store *store = open_store(), *other = open_store();
    char token[64];

    (void)state;
    assert_int_equal(take(store, NULL, token, sizeof token), TOKEN_YOURS);
    put(other, NULL, 0); /* not theirs to give up */
    assert_int_equal(take(other, NULL, token, sizeof token), TOKEN_AWAITED);
    put(store, NULL, 0);
    assert_int_equal(take(other, NULL, token, sizeof token), TOKEN_YOURS);
    store_close(store);
    store_close(other);
}

static void a_dead_one_is_not_awaited_for_ever(void **state)
{
    struct store *store = open_store(), *other = open_store();
    char token[64];

    (void)state;
    take(store, NULL, token, sizeof token);
    now_set(NOON + 20000);
    assert_int_equal(take(other, NULL, token, sizeof token), TOKEN_YOURS);
    now_set(NOON - DAY); /* nor one whose clock was wrong */
    assert_int_equal(take(store, NULL, token, sizeof token), TOKEN_YOURS);
    store_close(store);
    store_close(other);
}

static const struct {
    int64_t until_ms;
    const char *refused;
    enum token_state state;
    const char *why;
} ends[] = {
    { 0, NULL, TOKEN_VALID, "no known end" },
    { NOON + HOUR, "other", TOKEN_VALID, "somebody renewed it meanwhile" },
    { NOON + 61000, NULL, TOKEN_VALID, "just long enough" },
    { NOON + 60000, NULL, TOKEN_YOURS, "renewed before it ends on its way" },
    { NOON - HOUR, NULL, TOKEN_YOURS, "ended" },
    { NOON + HOUR, "it", TOKEN_YOURS, "refused by the gateway before its end" },
};

static void is_valid_until_its_end(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(ends); i++) {
        struct store *store = open_store();
        char token[64];

        put(store, "it", ends[i].until_ms);
        if (take(store, ends[i].refused, token, sizeof token) != ends[i].state)
            fail_msg("%s", ends[i].why);
        assert_string_equal(token, ends[i].state == TOKEN_VALID ? "it" : "");
        store_close(store);
    }
}

static void a_refused_token_is_dropped(void **state)
{
    struct store *store = open_store(), *other = open_store();
    char token[64];

    (void)state;
    put(store, "it", 0);
    assert_int_equal(take(store, "it", token, sizeof token), TOKEN_YOURS);
    assert_int_equal(take(other, NULL, token, sizeof token), TOKEN_AWAITED);
    assert_int_equal(take(other, "it", token, sizeof token), TOKEN_AWAITED);
    put(store, "new", 0);
    assert_int_equal(take(other, "it", token, sizeof token), TOKEN_VALID);
    assert_string_equal(token, "new");
    store_close(store);
    store_close(other);
}

static void keys_are_apart(void **state)
{
    struct store *store = open_store();
    enum token_state got = TOKEN_VALID;
    char *token = NULL;

    (void)state;
    put(store, "it", 0);
    assert_true(token_take(store, "another", NULL, 1000, &got, &token, NULL));
    assert_int_equal(got, TOKEN_YOURS);
    assert_null(token);
    store_close(store);
}

static void a_crowd_logs_in_once(void **state)
{
    enum { CROWD = 30 };
    int status, logins = 0;

    (void)state;
    now_set(0);
    store_close(open_store());
    for (int i = 0; i < CROWD; i++) {
        if (fork() == 0) {
            struct store *store = open_store();
            char token[64];
            enum token_state got = take(store, NULL, token, sizeof token);

            while (got == TOKEN_AWAITED) {
                usleep(2000);
                got = take(store, NULL, token, sizeof token);
            }
            if (got == TOKEN_YOURS)
                put(store, "it", 0);
            else if (strcmp(token, "it") != 0)
                _exit(9);
            _exit(got == TOKEN_YOURS);
        }
    }
    for (int i = 0; i < CROWD; i++) {
        assert_true(wait(&status) > 0 && WIFEXITED(status));
        logins += WEXITSTATUS(status);
    }
    assert_int_equal(logins, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_place_test(one_logs_in_the_others_wait),
        cmocka_place_test(a_failed_login_lets_others_try),
        cmocka_place_test(a_dead_one_is_not_awaited_for_ever),
        cmocka_place_test(is_valid_until_its_end),
        cmocka_place_test(a_refused_token_is_dropped),
        cmocka_place_test(keys_are_apart),
        cmocka_place_test(a_crowd_logs_in_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
