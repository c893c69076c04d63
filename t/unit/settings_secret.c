#include "conf.h"

static const struct {
    const char *text, *secret, *fault;
    size_t bytes;
    int mode;
} cases[] = {
    { "s3cret\n", "s3cret", NULL, 7, 0600 },
    { "s3cret\r\n", "s3cret", NULL, 8, 0640 },
    { " with blanks ", " with blanks ", NULL, 13, 0640 },
    { "비밀\n", "비밀", NULL, 7, 0640 },
    { "s3cret\n", NULL, "others may read", 7, 0644 },
    { "s3cret\n", NULL, "others may read", 7, 0602 },
    { "", NULL, "is empty", 0, 0600 },
    { "\n", NULL, "is empty", 1, 0600 },
    { "s3cret\nmore\n", NULL, "more than one line", 12, 0600 },
    { "s3c\0ret", NULL, "more than one line", 7, 0600 },
};

static void secrets_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        struct error err = { 0 };
        char *secret;

        conf_write_bytes("key", cases[i].text, cases[i].bytes, cases[i].mode);
        secret = secret_load(conf_path("munja.conf"), "key", &err);
        if (cases[i].secret != NULL) {
            assert_non_null(secret);
            assert_string_equal(secret, cases[i].secret);
        } else {
            assert_null(secret);
            assert_int_equal(err.kind, ERROR_SETTINGS);
            assert_non_null(strstr(err.text, cases[i].fault));
            assert_non_null(strstr(err.text, conf_path("key")));
            assert_null(strstr(err.text, "s3c"));
        }
        free(secret);
    }
}

static void other_files_are_refused(void **state)
{
    char large[5000];
    struct error err = { 0 };

    (void)state;
    memset(large, 'x', sizeof large);
    conf_write_bytes("key", large, sizeof large, 0600);
    assert_null(secret_load(conf_path("munja.conf"), "key", &err));
    assert_non_null(strstr(err.text, "too large"));
    assert_null(secret_load(conf_path("munja.conf"), "nothing", &err));
    assert_non_null(strstr(err.text, "No such file"));
    assert_null(secret_load(conf_path("munja.conf"), ".", &err));
    assert_non_null(strstr(err.text, "not a regular file"));
    assert_null(secret_load("munja.conf", "/dev/zero", &err));
    assert_non_null(strstr(err.text, "not a regular file"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secrets_are_read),
        cmocka_unit_test(other_files_are_refused),
    };
    return cmocka_run_group_tests(tests, conf_make, conf_remove);
}
