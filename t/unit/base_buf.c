#include "unit/unit.h"

#include "base/buf.h"

static void grows(void **state)
{
    struct buf buf = { 0 };

    (void)state;
    assert_string_equal(buf_text(&buf), "");
    for (int i = 0; i < 1000; i++)
        assert_true(buf_format(&buf, "%d,", i));
    assert_int_equal(buf.len, 10 * 2 + 90 * 3 + 900 * 4);
    assert_int_equal(strlen(buf.data), buf.len);
    buf_cut(&buf, 4);
    assert_string_equal(buf_text(&buf), "0,1,");
    buf_cut(&buf, 400);
    assert_int_equal(buf.len, 4);
    assert_true(buf_add(&buf, "a\0b", 3) && buf_char(&buf, '!') && buf_str(&buf, NULL) && buf_str(&buf, "?"));
    assert_memory_equal(buf.data, "0,1,a\0b!?", 10);
    assert_false(buf_add(&buf, "x", SIZE_MAX / 2));
    assert_int_equal(buf.len, 9);
    buf_clear(&buf);
    assert_null(buf.data);
}

static void hands_over(void **state)
{
    struct buf buf = { 0 };
    char *text = buf_take(&buf);

    (void)state;
    assert_string_equal(text, "");
    free(text);
    buf_str(&buf, "mine");
    text = buf_take(&buf);
    assert_string_equal(text, "mine");
    assert_null(buf.data);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(grows), cmocka_unit_test(hands_over) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
