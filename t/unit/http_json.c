/* JSON of gateways: what is read, what is forgiven, what is not. */
#include "driver.h"

#include "http/json.h"

static struct json_object *read_bytes(const char *body, size_t bytes)
{
    char *copy = malloc(bytes + 1);
    struct reply reply = { .carried = CARRIED_WHOLE, .status = 200, .body = copy, .bytes = bytes };
    struct json_object *value;

    assert_non_null(copy);
    memcpy(copy, body, bytes);
    copy[bytes] = '\0';
    value = json_read(&reply);
    reply_clear(&reply);
    return value;
}

static struct json_object *read_text(const char *body)
{
    return read_bytes(body, strlen(body));
}

static const struct {
    const char *body;
    bool read;
    const char *why;
} cases[] = {
    { "{}", true, "an object" },
    { " \r\n{\"a\":1}\n\t ", true, "blanks around it" },
    { "[{\"a\":1}]", true, "an array" },
    { "{\"a\":\"잔액부족\"}", true, "Hangul" },
    { "{\"a\":\"\\uc794\\uc561\"}", true, "Hangul escaped" },
    { "\xef\xbb\xbf{\"a\":1}", true, "a byte order mark" },
    { "{\"a\":\"b\",\n}", true, "a comma too many, as the manuals' samples have" },
    { "{\"a\":[1,2,],}", true, "the same in an array" },
    { "", false, "nothing" },
    { "  ", false, "blanks" },
    { "null", false, "no object" },
    { "true", false, "a truth" },
    { "12", false, "a number" },
    { "\"text\"", false, "a text" },
    { "{", false, "cut off" },
    { "{\"a\":\"b", false, "cut off in a text" },
    { "{\"a\":1", false, "cut off after a value" },
    { "{\"a\":1}x", false, "more behind it" },
    { "{\"a\":1}{\"a\":2}", false, "two" },
    { "{\"a\":1},", false, "a comma behind it" },
    { "<html>down</html>", false, "a page" },
    { "{\"a\":\"\xb0\xa1\"}", true, "words in EUC-KR" },
    { "\xb0\xa1", false, "EUC-KR alone" },
    { "{\"a\":\"\xed\x95", false, "cut off in a character" },
    { "[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]", false, "deep" },
};

static void reads_objects_only(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        struct json_object *value = read_text(cases[i].body);
        if ((value != NULL) != cases[i].read)
            fail_msg("%s: %s", cases[i].why, cases[i].body);
        json_object_put(value);
    }
}

static void reads_no_bytes_after_a_nul(void **state)
{
    (void)state;
    assert_null(read_bytes("{\"a\":1}\0{\"b\":2}", 15));
    assert_null(read_bytes("{\"a\0\":1}", 8));
    assert_null(read_bytes("\0", 1));
}

/* Hundreds of MiB would be spent on a body of one. */
static void reads_no_bomb(void **state)
{
    static const char unit[] = "{},";
    struct buf bomb = { 0 };

    (void)state;
    assert_true(buf_char(&bomb, '['));
    while (bomb.len + 10 < REPLY_BYTES_MAX)
        assert_true(buf_str(&bomb, unit));
    assert_true(buf_str(&bomb, "{}]"));
    assert_null(read_bytes(bomb.data, bomb.len));
    buf_clear(&bomb);
}

static void finds_members(void **state)
{
    struct json_object *said = read_text("{\" "
                                         "msg_serial\":\"7\",\"n\":12,\"d\":1.50,\"big\":123456789012345,"
                                         "\"most\":18446744073709551614,\"huge\":12345678901234567890123,"
                                         "\"least\":-12345678901234567890123,\"nul\":null,\"yes\":true,"
                                         "\"o\":{\"in\":\"x\"},\"l\":[\"a\",2],\"n \":13,\"e\":\"\"}");

    (void)state;
    assert_string_equal(json_text(said, "msg_serial"), "7");
    assert_string_equal(json_text(said, "n"), "12");
    assert_string_equal(json_text(said, "d"), "1.50");
    assert_string_equal(json_text(said, "big"), "123456789012345");
    assert_string_equal(json_text(said, "most"), "18446744073709551614");
    assert_null(json_text(said, "huge"));
    assert_null(json_text(said, "least"));
    assert_string_equal(json_text(said, "e"), "");
    assert_true(json_has(said, "nul") && json_has(said, "msg_serial") && json_has(said, "n"));
    assert_false(json_has(said, "msg") || json_has(NULL, "n") || json_has(json_member(said, "l"), "a"));
    assert_null(json_text(said, "nul"));
    assert_null(json_text(said, "yes"));
    assert_null(json_text(said, "o"));
    assert_null(json_text(said, "l"));
    assert_null(json_text(said, "msg"));
    assert_null(json_text(said, "msg_serial2"));
    assert_string_equal(json_text(json_member(said, "o"), "in"), "x");
    assert_int_equal(json_count(json_member(said, "l")), 2);
    assert_string_equal(json_scalar(json_item(json_member(said, "l"), 1)), "2");
    assert_null(json_item(json_member(said, "l"), 2));
    assert_int_equal(json_count(said), 0);
    assert_null(json_item(said, 0));
    assert_null(json_text(json_member(said, "l"), "a"));
    assert_null(json_text(json_member(json_member(said, "n"), "x"), "y"));
    assert_null(json_text(NULL, "a"));
    assert_int_equal(json_count(NULL), 0);
    json_object_put(said);
}

static void foreign_bytes_become_utf8(void **state)
{
    struct json_object *said = read_text("{\"a\":\"x\xb0\xa1y\",\"b\":\"\xc0\xaf\",\"c\":\"\\ud800\"}");

    (void)state;
    assert_string_equal(json_text(said, "a"), "x\xef\xbf\xbd\xef\xbf\xbdy");
    assert_string_equal(json_text(said, "b"), "\xef\xbf\xbd\xef\xbf\xbd");
    assert_string_equal(json_text(said, "c"), "\xef\xbf\xbd");
    json_object_put(said);
}

static void the_last_of_a_double_key_counts(void **state)
{
    struct json_object *said = read_text("{\"a\":1,\"a\":2}");

    (void)state;
    assert_string_equal(json_text(said, "a"), "2");
    json_object_put(said);
}

static void writes_one_line_of_utf8(void **state)
{
    struct json_object *object = json_object_new_object(), *list = json_object_new_array();

    (void)state;
    assert_true(json_add(object, "text", json_object_new_string("한/\"\\\n\x01")));
    assert_true(json_push(list, json_object_new_string("a")));
    assert_true(json_add(object, "list", list));
    assert_string_equal(json_print(object), "{\"text\":\"한/\\\"\\\\\\n\\u0001\",\"list\":[\"a\"]}");
    json_object_put(object);
}

static void adding_nothing_is_an_error(void **state)
{
    struct json_object *object = json_object_new_object();

    (void)state;
    assert_false(json_add(object, "a", NULL));
    assert_false(json_push(NULL, json_object_new_string("x")));
    assert_false(json_add(NULL, "a", json_object_new_string("x")));
    json_object_put(object);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_objects_only),
        cmocka_unit_test(reads_no_bytes_after_a_nul),
        cmocka_unit_test(reads_no_bomb),
        cmocka_unit_test(finds_members),
        cmocka_unit_test(foreign_bytes_become_utf8),
        cmocka_unit_test(the_last_of_a_double_key_counts),
        cmocka_unit_test(writes_one_line_of_utf8),
        cmocka_unit_test(adding_nothing_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
