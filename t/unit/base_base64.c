/* The vectors of RFC 4648, 10, and bytes that are no text. */
#include "unit.h"

#include "base/base64.h"

static const struct {
    const char *data;
    size_t bytes;
    const char *encoded;
} cases[] = {
    { "", 0, "" },
    { "f", 1, "Zg==" },
    { "fo", 2, "Zm8=" },
    { "foo", 3, "Zm9v" },
    { "foob", 4, "Zm9vYg==" },
    { "fooba", 5, "Zm9vYmE=" },
    { "foobar", 6, "Zm9vYmFy" },
    { "\0\xff\xfe", 3, "AP/+" },
    { "\xfb\xf0", 2, "+/A=" },
};

static void encodes(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        struct buf out = { 0 };
        assert_true(base64_add(&out, cases[i].data, cases[i].bytes));
        assert_string_equal(buf_text(&out), cases[i].encoded);
        buf_clear(&out);
    }
}

static void appends(void **state)
{
    struct buf out = { 0 };

    (void)state;
    assert_true(buf_str(&out, "Basic "));
    assert_true(base64_add(&out, "a:b", 3));
    assert_string_equal(buf_text(&out), "Basic YTpi");
    buf_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(encodes), cmocka_unit_test(appends) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
