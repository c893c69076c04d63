/* plugin/flow/remedy.c: what a route may say of texts that do not arrive. */
#include "unit/unit.h"

#include "flow/remedy.h"

static void words_are_read(void **state)
{
    static const struct {
        const char *text;
        enum remedy_kind kind;
        const char *recipient; /* NULL: it is none */
    } cases[] = {
        { "retry", REMEDY_RETRY, "" },
        { "next-provider", REMEDY_NEXT, "" },
        { "recipient:010-1234-5678", REMEDY_RECIPIENT, "01012345678" },
        { "recipient: +82 10 1234 5678", REMEDY_RECIPIENT, "01012345678" },
        { "recipient:+8613900001234", REMEDY_RECIPIENT, "+8613900001234" },
        { "", 0, NULL },
        { "Retry", 0, NULL },
        { "retry ", 0, NULL },
        { "next", 0, NULL },
        { "recipient", 0, NULL },
        { "recipient:", 0, NULL },
        { "recipient:12", 0, NULL },
        { "recipient:kim", 0, NULL },
    };

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        struct remedy remedy = { .kind = REMEDY_NEXT };
        struct error err = { 0 };
        bool read = remedy_read(cases[i].text, &remedy, &err);
        if (read != (cases[i].recipient != NULL))
            fail_msg("\"%s\": %s", cases[i].text, err.text);
        if (!read) {
            assert_true(err.text[0] != '\0');
            assert_int_equal(remedy.kind, REMEDY_NEXT);
            continue;
        }
        assert_int_equal(remedy.kind, cases[i].kind);
        assert_string_equal(remedy.recipient, cases[i].recipient);
    }
    assert_string_equal(remedy_name(REMEDY_RETRY), "retry");
    assert_string_equal(remedy_name(REMEDY_NEXT), "next-provider");
    assert_string_equal(remedy_name(REMEDY_RECIPIENT), "recipient");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(words_are_read) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
