/* Requests as data: encoding, order, and nothing smuggled in. */
#include "driver.h"

static void encodes_everything_reserved(void **state)
{
    static const struct {
        const char *value, *encoded;
    } cases[] = {
        { "", "" },
        { "AZaz09-._~", "AZaz09-._~" },
        { "a b", "a%20b" },
        { "a+b&c=d", "a%2Bb%26c%3Dd" },
        { "100%", "100%25" },
        { "/?#[]@!$'()*,;:", "%2F%3F%23%5B%5D%40%21%24%27%28%29%2A%2C%3B%3A" },
        { "한", "%ED%95%9C" },
        { "a\nb\r\n", "a%0Ab%0D%0A" },
        { "\x01\x7f\xff", "%01%7F%FF" },
    };

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        struct request request = { 0 };
        struct error err = { 0 };
        char expected[200];

        assert_true(request_start(&request, "GET", "/p", &err));
        assert_true(request_segment(&request, cases[i].value, &err));
        assert_true(request_query(&request, "k", cases[i].value, &err));
        assert_true(request_query(&request, "l", cases[i].value, &err));
        snprintf(expected, sizeof expected, "GET /p/%s?k=%s&l=%s\n\n", cases[i].encoded, cases[i].encoded,
                 cases[i].encoded);
        driver_request_is(&request, expected);
    }
}

/* Longer than any piece that it may be written in, and each border of one somewhere. */
static void encodes_at_any_length(void **state)
{
    (void)state;
    for (size_t plain = 0; plain < 400; plain++) {
        struct request request = { 0 };
        struct error err = { 0 };
        char value[700] = "", expected[1600] = "GET /p/";

        memset(value, 'a', plain);
        memset(value + plain, ' ', 200);
        assert_true(request_start(&request, "GET", "/p", &err));
        assert_true(request_segment(&request, value, &err));
        memset(expected + strlen("GET /p/"), 'a', plain);
        for (size_t i = 0; i < 200; i++)
            strcat(expected, "%20");
        strcat(expected, "\n\n");
        driver_request_is(&request, expected);
    }
}

static void forms_keep_their_order(void **state)
{
    struct request request = { 0 };
    struct error err = { 0 };

    (void)state;
    assert_true(request_start(&request, "POST", "/sms", &err));
    assert_true(request_field(&request, "b", "1 2", &err));
    assert_true(request_field(&request, "a", "", &err));
    assert_true(request_field(&request, "c[]", "온도", &err));
    assert_int_equal(request.kind, BODY_FORM);
    driver_request_is(&request, "POST /sms\nContent-Type: application/x-www-form-urlencoded\n\n"
                                "b=1%202&a=&c%5B%5D=%EC%98%A8%EB%8F%84");
}

static void multipart_keeps_bytes(void **state)
{
    struct request request = { 0 };
    struct error err = { 0 };

    (void)state;
    assert_true(request_start(&request, "POST", "/1/send", &err));
    assert_true(request_part(&request, "msg", "line\nline & 한", &err));
    assert_true(request_part(&request, "empty", "", &err));
    assert_true(request_file(&request, "image", "a.jpg", "image/jpeg", "\xff\xd8\0\xff", 4, &err));
    assert_int_equal(request.kind, BODY_MULTIPART);
    assert_null(request.content_type);
    assert_memory_equal(request.part[2].data, "\xff\xd8\0\xff", 4);
    driver_request_is(&request,
                      "POST /1/send\n\nmsg=line\nline & 한\nempty=\nimage=<a.jpg image/jpeg 4 bytes>\n");
}

static void json_is_the_body(void **state)
{
    struct request request = { 0 };
    struct error err = { 0 };

    (void)state;
    assert_true(request_start(&request, "POST", "/x", &err));
    assert_true(request_json(&request, "application/json;charset=utf-8", "{\"a\":\"한\"}", &err));
    assert_int_equal(request.kind, BODY_JSON);
    driver_request_is(&request, "POST /x\nContent-Type: application/json;charset=utf-8\n\n{\"a\":\"한\"}");
}

static void authorizes(void **state)
{
    struct request request = { 0 };
    struct error err = { 0 };

    (void)state;
    assert_true(request_start(&request, "GET", "/x", &err));
    assert_true(request_basic(&request, "Aladdin", "open sesame", &err));
    driver_request_is(&request, "GET /x\nAuthorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\n\n");
    assert_true(request_start(&request, "GET", "/x", &err));
    assert_true(request_bearer(&request, "t0k.en", &err));
    driver_request_is(&request, "GET /x\nAuthorization: Bearer t0k.en\n\n");
}

static void refuses_header_injection(void **state)
{
    static const char *const values[] = { "a\r\nX: y", "a\nb", "\x01", "a\x7f", "a\tb" };

    (void)state;
    for (size_t i = 0; i < CASES(values); i++) {
        struct request request = { 0 };
        struct error err = { 0 };

        assert_true(request_start(&request, "GET", "/x", &err));
        assert_false(request_header(&request, "X-Key", values[i], &err));
        assert_int_equal(err.kind, ERROR_BUG);
        assert_non_null(strstr(err.text, "X-Key"));
        assert_false(request_bearer(&request, values[i], &err));
        driver_request_is(&request, "GET /x\n\n");
    }
}

static void shows_no_secret_in_its_error(void **state)
{
    struct request request = { 0 };
    struct error err = { 0 };

    (void)state;
    assert_true(request_start(&request, "GET", "/x", &err));
    assert_false(request_bearer(&request, "hush\n", &err));
    assert_null(strstr(err.text, "hush"));
    assert_false(request_bearer(&request, NULL, &err));
    assert_int_equal(err.kind, ERROR_BUG);
    request_clear(&request);
}

static void clears_twice(void **state)
{
    struct request request = { 0 };
    struct reply reply = driver_reply(200, "x");

    (void)state;
    request_clear(&request);
    request_clear(&request);
    reply_clear(&reply);
    reply_clear(&reply);
    assert_null(reply.body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(encodes_everything_reserved),
        cmocka_unit_test(encodes_at_any_length),
        cmocka_unit_test(forms_keep_their_order),
        cmocka_unit_test(multipart_keeps_bytes),
        cmocka_unit_test(json_is_the_body),
        cmocka_unit_test(authorizes),
        cmocka_unit_test(refuses_header_injection),
        cmocka_unit_test(shows_no_secret_in_its_error),
        cmocka_unit_test(clears_twice),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
