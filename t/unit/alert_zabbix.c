#include "alert_words.h"

#include "alert/alert.h"
#include "alert/source.h"

#define OWN                                                                                                  \
    "type: PROBLEM\r\nid: 41\r\nhost: web01\r\nalias: 웹 서버 01\r\naddress: *UNKNOWN*\r\nseverity: "     \
    "High\r\n"                                                                                               \
    "time: 2026.11.22 12:00:01\r\nnotified: 2026.11.22 12:00:05\r\nurl: {TRIGGER.URL}\r\n"

/* What the fields are after reading; an empty value is a field that is absent. */
static void expect(const char *why, const char *subject, const char *message, const char *fields)
{
    struct input input = { .subject = subject, .message = message };
    struct alert alert = { 0 };
    struct error err = { 0 };

    if (!source_read(SOURCE_ZABBIX, &input, &alert, &err))
        fail_msg("%s: %s", why, err.text);
    words_each(fields, words_expect, &alert, why);
    alert_clear(&alert);
}

static void reads_munjas_own(void **state)
{
    (void)state;
    expect("munja's own problem", "High CPU", OWN "output: High CPU\r\nlong_output: load 5.2\r\n7.1\r\n",
           "type=PROBLEM|id=41|host=web01|alias=웹 서버 01|address=|severity=High|state=High"
           "|time=2026-11-22 12:00:01|notified=2026-11-22 12:00:01|url=|output=High CPU"
           "|long_output=load 5.2\n7.1|subject=|status=|action=");
    expect("recovery", "x", "type: RECOVERY\nhost: web01\nseverity: High\noutput: High CPU",
           "type=RECOVERY|state=OK|severity=High|output=High CPU");
    expect("acknowledgement", "x",
           "type: UPDATE\nhost: web01\nseverity: High\nstatus: PROBLEM\naction: acknowledged and "
           "commented\nauthor:   (munja-ack)\n"
           "comment: 확인 중\noutput: High CPU",
           "type=ACKNOWLEDGEMENT|state=High|author=(munja-ack)|comment=확인 중|action=");
    expect("taking it back", "x",
           "type: UPDATE\nhost: web01\naction: unacknowledged\ncomment:\noutput: High CPU",
           "type=CUSTOM|comment=unacknowledged");
    expect("names offered until one is known", "x",
           "type: PROBLEM\nhost: web01\nservice: {ITEM.NAME}\nservice: *UNKNOWN*\nservice: CPU load\n"
           "service: other\noutput: b",
           "service=CPU load|output=b|long_output=service: other");
    expect("update of a solved problem", "x",
           "type: UPDATE\nhost: web01\nseverity: High\nstatus: RESOLVED\naction: commented\ncomment: "
           "끝\noutput: High CPU",
           "type=CUSTOM|state=OK|comment=끝|status=");
}

static void takes_no_orders_from_values(void **state)
{
    (void)state;
    expect("an event name cannot write other fields", "x",
           OWN "output: evil\nhost: other\nto: 0601234\nstate: OK\ncomment: all is well\nlong_output: "
               "x\noutput: y\nseverity: Low",
           "host=web01|to=|state=High|comment=|output=evil\nhost: other\nto: 0601234\nstate: OK\ncomment: "
           "all is well|long_output=x\noutput: y\nseverity: Low");
    expect("nor can a comment", "x", OWN "comment: one\nid: 7\n\nhost: x\noutput: High CPU\n",
           "id=41|host=web01|comment=one\nid: 7\n\nhost: x|output=High CPU");
    expect("a recipient is never read", "x",
           "type: PROBLEM\nto: 0601234\nsource: nagios\nhost: web01\noutput: a",
           "source=zabbix|to=|host=web01|long_output=to: 0601234\nsource: nagios");
    expect("a name twice", "x", "type: PROBLEM\nhost: web01\nhost: web02\noutput: a",
           "host=web01|output=a|long_output=host: web02");
}

static void reads_the_defaults(void **state)
{
    (void)state;
    expect("Zabbix' default problem", "Problem: High CPU",
           "Problem started at 12:00:01 on 2026.11.22\r\nProblem name: High CPU\r\nHost: web01\r\n"
           "Severity: High\r\nOperational data: 97 %\r\nOriginal problem ID: 41\r\n"
           "https://zabbix.example/tr?id=1\r\n",
           "type=PROBLEM|time=2026-11-22 12:00:01|output=High CPU|host=web01|severity=High|state=High"
           "|long_output=97 %|id=41|url=https://zabbix.example/tr?id=1|subject=");
    expect(
        "its recovery", "Resolved in 5m: High CPU",
        "Problem has been resolved at 12:05:01 on 2026.11.22\nProblem name: High CPU\n"
        "Problem duration: 5m 0s\nHost: web01\nSeverity: High\nOriginal problem ID: 41\n{TRIGGER.URL}",
        "type=RECOVERY|time=2026-11-22 12:05:01|duration=5m 0s|state=OK|id=41|host=web01|url=|long_output=");
    expect("its recovery since 6.4", "x",
           "Problem has been resolved in 5m at 12:05:01 on 2026.11.22\nProblem name: High CPU\nHost: web01",
           "type=RECOVERY|time=2026-11-22 12:05:01|host=web01");
}

static void keeps_free_text(void **state)
{
    (void)state;
    expect("free text", "PROBLEM 41 4", "[High] web01: High CPU\r\n12:00:01 97 % #41",
           "type=|host=|subject=PROBLEM 41 4"
           "|output=PROBLEM 41 4\n[High] web01: High CPU\n12:00:01 97 % #41");
    expect("a test from the frontend", "Test subject", "This is the test message from Zabbix",
           "subject=Test subject|output=Test subject\nThis is the test message from Zabbix");
    expect("a subject that the message repeats", "High CPU", "High CPU on web01", "output=High CPU on web01");
    expect("no message", "디스크가 찼다", "", "output=디스크가 찼다|subject=");
    expect("nothing", "", "", "output=|subject=|source=zabbix");
    expect("a text that begins like munja's own", "x", "type: leak\nplease look",
           "type=|output=x\ntype: leak\nplease look");
    expect("or like a default", "x", "Problem started at noon", "type=|output=x\nProblem started at noon");
}

static void marks_a_cancelled_escalation(void **state)
{
    (void)state;
    expect("an escalation that ended", "High CPU",
           "NOTE: Escalation canceled: trigger \"High CPU\" disabled.\nLast message sent:\n" OWN
           "output: High CPU",
           "type=CUSTOM|host=web01|state=High|output=High CPU|comment=NOTE: Escalation canceled: trigger "
           "\"High CPU\" disabled.");
    expect("with free text it stays whole", "High CPU",
           "NOTE: Escalation canceled\nLast message sent:\nweb01 high",
           "type=|comment=|output=High CPU\nNOTE: Escalation canceled\nLast message sent:\nweb01 high");
    expect("and with none", "High CPU", "NOTE: Escalation canceled",
           "output=High CPU\nNOTE: Escalation canceled");
}

/* Made anew after a restart it is the same message; a reminder is another. */
static void tells_reminders_from_repeats(void **state)
{
    static const struct {
        const char *time, *made, *notified;
    } cases[] = {
        { "2026.11.22 12:00:01", "2026.11.22 12:00:04", "2026-11-22 12:00:01" },
        { "2026.11.22 12:00:01", "2026.11.22 12:01:00", "2026-11-22 12:00:01" },
        { "2026.11.22 12:00:01", "2026.11.22 12:01:01", "2026-11-22 12:01:01" },
        { "2026.11.22 23:59:58", "2026.11.23 00:05:00", "2026-11-23 00:04:58" },
        { "2026.11.22 12:00:01", "2026.11.22 11:59:59", "2026-11-22 11:59:59" }, /* a clock set back */
        { "2026.11.22", "2026.11.22 12:00:05", "2026-11-22 12:00:05" },
        { "2026.11.22 12:00:01", "noon", "noon" },
    };
    char message[256], fields[64];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(message, sizeof message, "type: PROBLEM\nhost: web01\ntime: %s\nnotified: %s\noutput: x",
                 cases[i].time, cases[i].made);
        snprintf(fields, sizeof fields, "notified=%s", cases[i].notified);
        expect(cases[i].made, "x", message, fields);
    }
}

static void survives_oddities(void **state)
{
    (void)state;
    expect("a dash in front", "-x", "--help", "subject=-x|output=-x\n--help");
    expect("values are missing", "x", "type:\nhost:\nhost: web01\noutput:", "type=|host=web01|output=");
    expect("a default without its words", "x", "Problem started at noon\nHost: web01",
           "type=PROBLEM|time=|host=web01");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_munjas_own),
        cmocka_unit_test(takes_no_orders_from_values),
        cmocka_unit_test(reads_the_defaults),
        cmocka_unit_test(keeps_free_text),
        cmocka_unit_test(marks_a_cancelled_escalation),
        cmocka_unit_test(tells_reminders_from_repeats),
        cmocka_unit_test(survives_oddities),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
