#include "unit/unit.h"

#include "base/address.h"

static void tells_addresses(void **state)
{
    static const struct {
        const char *text;
        bool begins, holds;
        const char *why;
    } cases[] = {
        { "https://img.example/a.jpg?x=1", true, true, "an address" },
        { "http://10.0.0.1/a", true, true, "without TLS" },
        { "https://", true, false, "no host" },
        { "https:///a.jpg", true, false, "none but a path" },
        { "https://img.example/a b", true, false, "a blank" },
        { "https://img.example/a\nb", true, false, "a line break" },
        { "https://img.example/그림", true, false, "not ASCII" },
        { "ftp://img.example/a", false, false, "another scheme" },
        { "a.jpg", false, false, "a file" },
        { "", false, false, "nothing" },
    };

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++)
        if (address_begins(cases[i].text) != cases[i].begins
            || address_holds(cases[i].text) != cases[i].holds)
            fail_msg("%s", cases[i].why);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(tells_addresses) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
