/* plugin/worker/hook.c: whose push it is, by its path. What comes of it: t/journey/hook.t. */
#include "unit.h"

#include "worker/hook.h"

static const struct {
    const char *path, *provider, *token; /* provider NULL: no such path */
} cases[] = {
    { "/hook/plex/secret", "plex", "secret" },
    { "/hook/두 번째/a b", "두 번째", "a b" },
    { "/hook/a/b/secret", "a/b", "secret" },
    { "/hook//x/secret", "/x", "secret" },
    { "/hook/plex/", NULL, NULL },
    { "/hook/plex", NULL, NULL },
    { "/hook//secret", NULL, NULL },
    { "/hook/", NULL, NULL },
    { "/hook", NULL, NULL },
    { "/hooks/plex/secret", NULL, NULL },
    { "//hook/plex/secret", NULL, NULL },
    { "/HOOK/plex/secret", NULL, NULL },
    { "", NULL, NULL },
};

static void paths_name_provider_and_token(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        char provider[HOOK_NAME_BYTES];
        const char *token = NULL;

        if (hook_path(cases[i].path, provider, &token) != (cases[i].provider != NULL))
            fail_msg("\"%s\"", cases[i].path);
        if (cases[i].provider == NULL)
            continue;
        assert_string_equal(provider, cases[i].provider);
        assert_string_equal(token, cases[i].token);
    }
}

static void a_name_has_its_bounds(void **state)
{
    char path[400] = HOOK_PATH, provider[HOOK_NAME_BYTES];
    const char *token;

    (void)state;
    for (size_t bytes = HOOK_NAME_BYTES - 2; bytes < HOOK_NAME_BYTES + 2; bytes++) {
        memset(path + sizeof HOOK_PATH - 1, 'n', bytes);
        strcpy(path + sizeof HOOK_PATH - 1 + bytes, "/t");
        assert_int_equal(hook_path(path, provider, &token), bytes < HOOK_NAME_BYTES);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_name_provider_and_token),
        cmocka_unit_test(a_name_has_its_bounds),
    };

    return cmocka_run_group_tests_name("flow_hook", tests, NULL, NULL);
}
