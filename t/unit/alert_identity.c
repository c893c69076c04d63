#include "alert_words.h"

#include "alert/identity.h"

static struct identity identity(const char *fields, const char *recipient)
{
    struct alert alert = { 0 };
    struct identity found;

    words_each(fields, words_set, &alert, fields);
    identity_of(&alert, recipient, "", &found);
    alert_clear(&alert);
    return found;
}

#define EVENT "source=nagios|host=web01|service=disk|type=PROBLEM|state=CRITICAL|since=1763779998|number=1"

static const struct {
    const char *first, *second;
    bool same, lasting; /* lasting: of the second */
    const char *why;
} pairs[] = {
    { EVENT, EVENT, true, true, "handed over twice" },
    { EVENT "|output=95%", EVENT "|output=96%", true, true,
      "a repeat whose output moved on is the same event" },
    { EVENT, EVENT "|number=2", false, true, "a reminder is another alert" },
    { EVENT, EVENT "|since=1763779999", false, true, "a second failure is another alert" },
    { EVENT, EVENT "|type=RECOVERY|state=OK", false, true, "recovery" },
    { EVENT, EVENT "|state=WARNING", false, true, "another state" },
    { EVENT "|id=7", EVENT "|id=8", false, true, "another id" },
    { EVENT "|notified=1", EVENT "|notified=2", false, true, "another time of notification" },
    { EVENT "|type=CUSTOM|comment=on my way", EVENT "|type=CUSTOM|comment=there now", false, true,
      "two custom notifications with different comments" },
    { EVENT "|type=CUSTOM|author=kim", EVENT "|type=CUSTOM|author=lee", false, true, "of two authors" },
    { "host=a|service=bc|since=1", "host=ab|service=c|since=1", false, false,
      "host and service do not run together" },
    { "host=a|id=1", "service=a|id=1", false, false, "a host is not a service" },
    { "host=a|id=1", "host=a|since=1", false, false, "an id is not a time" },
    { "host=web01|id=1", "host=web01|id=1", true, false, "an id alone is not lasting: reminders share it" },
    { "host=web01|id=1|notified=5", "host=web01|id=1|notified=5", true, true, "with its notification it is" },
    { "output=a", "output=a", true, false, "text alone counts within the window" },
    { "output=a", "output=b", false, false, "another text" },
    { "subject=a|output=b", "subject=b|output=a", false, false, "another place" },
    { "host=a|since=0|id=0|output=x", "host=a|since=0|id=0|output=y", false, false,
      "0 is no time and no id" },
    { "host=a|since=0.000000|number=1|output=x", "host=a|since=0.000000|number=1|output=x", true, false,
      "Icinga's 0 neither" },
};

static void tells_apart(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(pairs); i++) {
        struct identity first = identity(pairs[i].first, "01012345678");
        struct identity second = identity(pairs[i].second, "01012345678");
        if ((strcmp(first.key, second.key) == 0) != pairs[i].same || second.lasting != pairs[i].lasting)
            fail_msg("%s: %s %s %d", pairs[i].why, first.key, second.key, second.lasting);
    }
}

static void tells_recipients_apart(void **state)
{
    struct identity first = identity(EVENT, "01012345678"), second = identity(EVENT, "01012345679");

    (void)state;
    assert_string_not_equal(first.key, second.key);
}

/* Keys are on disk and in other nodes: they must not change from version to version or machine to machine. */
static void is_the_same_everywhere(void **state)
{
    (void)state;
    assert_string_equal(identity(EVENT, "01012345678").key, "1660d520a66379ee32f18a4c7f73e733");
    assert_string_equal(identity("output=a", "112").key, "95da64210e2692d2f304c7c0481a4e76");
}

static bool topic(const char *fields, const char *recipient, char out[IDENTITY_BYTES])
{
    struct alert alert = { 0 };
    bool told;

    words_each(fields, words_set, &alert, fields);
    told = identity_topic(&alert, recipient, out);
    alert_clear(&alert);
    return told;
}

/* What is said about it makes no difference; what it is about does. */
static void topics(void **state)
{
    static const struct {
        const char *first, *second;
        bool told, same; /* told: the second has one */
    } cases[] = {
        { EVENT, "source=nagios|host=web01|service=disk|type=RECOVERY|state=OK|since=99|id=7", true, true },
        { EVENT, "source=nagios|host=web01|service=load", true, false },
        { EVENT, "source=nagios|host=web02|service=disk", true, false },
        { EVENT, "source=icinga|host=web01|service=disk", true, false },
        { EVENT, "source=nagios|host=web01", true, false },
        { EVENT, "source=nagios|service=disk", false, false },
        { "source=args|host=a|service=b", "source=args|host=a|service=b|output=x", true, true },
        { "source=args|host=a|service=b", "source=args|host=a", false, false },
        { "source=zabbix|host=a|id=7", "source=zabbix|host=a|id=7|output=x", true, true },
        { "source=zabbix|host=a|id=7", "source=zabbix|host=a|id=8", true, false },
        { "source=zabbix|host=a|id=7", "source=zabbix|host=a|service=b", false, false },
    };

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        char first[IDENTITY_BYTES] = "", second[IDENTITY_BYTES] = "", other[IDENTITY_BYTES] = "";

        assert_true(topic(cases[i].first, "01012345678", first));
        if (topic(cases[i].second, "01012345678", second) != cases[i].told
            || (strcmp(first, second) == 0) != cases[i].same)
            fail_msg("%s and %s", cases[i].first, cases[i].second);
        assert_true(topic(cases[i].first, "01099998888", other));
        assert_string_not_equal(first, other);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(topics),
        cmocka_unit_test(tells_apart),
        cmocka_unit_test(tells_recipients_apart),
        cmocka_unit_test(is_the_same_everywhere),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
