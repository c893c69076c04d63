#include "alert_words.h"

#include "alert/alert.h"
#include "alert/source.h"
#include "base/buf.h"

/* Environments as the monitors' own processes had them, shortened to what matters. Nagios 4.4.6 exports every
   name, and leaves empty what does not apply. */
static const char *const nagios_service[] = {
    "PATH=/usr/bin",
    "HOSTNAME=monitor",
    "NAGIOS_HOSTNAME=web01",
    "NAGIOS_HOSTALIAS=웹 서버 01",
    "NAGIOS_HOSTADDRESS=192.0.2.7",
    "NAGIOS_SERVICEDESC=disk",
    "NAGIOS_SERVICESTATE=CRITICAL",
    "NAGIOS_SERVICEATTEMPT=1",
    "NAGIOS_LONGDATETIME=Sun Nov 22 14:22:29 KST 2026",
    "NAGIOS_TIMET=1795324949",
    "NAGIOS_LASTHOSTSTATECHANGE=0",
    "NAGIOS_LASTSERVICESTATECHANGE=1795324949",
    "NAGIOS_HOSTOUTPUT=(No output on stdout) stderr:",
    "NAGIOS_SERVICEOUTPUT=디스크 (위험) \"95%\" `id` $HOME C:\\new",
    "NAGIOS_CONTACTNAME=kim",
    "NAGIOS_CONTACTPAGER=+82-10-1234-5678",
    "NAGIOS_HOSTSTATE=UP",
    "NAGIOS_HOSTATTEMPT=1",
    "NAGIOS_NOTIFICATIONTYPE=PROBLEM",
    "NAGIOS_NOTIFICATIONNUMBER=1",
    "NAGIOS_HOSTDURATION=20779d 5h 22m 29s",
    "NAGIOS_SERVICEDURATION=0d 0h 0m 0s",
    "NAGIOS_HOSTGROUPNAME=",
    "NAGIOS_HOSTGROUPNAMES=db,web",
    "NAGIOS_LONGHOSTOUTPUT=",
    "NAGIOS_LONGSERVICEOUTPUT=line two C:\\\\new\\nline three ",
    "NAGIOS_HOSTNOTIFICATIONNUMBER=0",
    "NAGIOS_SERVICENOTIFICATIONNUMBER=1",
    "NAGIOS_HOSTNOTIFICATIONID=0",
    "NAGIOS_SERVICENOTIFICATIONID=7",
    "NAGIOS_HOSTNOTESURL=https://wiki.example/web01",
    "NAGIOS_SERVICENOTESURL=https://wiki.example/disk",
    "NAGIOS_NOTIFICATIONAUTHOR=",
    "NAGIOS_NOTIFICATIONCOMMENT=",
    "NAGIOS__HOSTRACK=B7",
    "NAGIOS__SERVICEOWNER=lee",
    "NAGIOS__CONTACTTEAM=$_CONTACTTEAM$",
    NULL,
};

static const char *const nagios_host[] = {
    "NAGIOS_HOSTNAME=web02",
    "NAGIOS_HOSTALIAS=web02",
    "NAGIOS_SERVICEDESC=",
    "NAGIOS_SERVICESTATE=",
    "NAGIOS_SERVICEATTEMPT=",
    "NAGIOS_TIMET=",
    "NAGIOS_LONGDATETIME=Sun Nov 22 14:22:30 KST 2026",
    "NAGIOS_LASTHOSTSTATECHANGE=1795324950",
    "NAGIOS_LASTSERVICESTATECHANGE=",
    "NAGIOS_HOSTOUTPUT=PING CRITICAL (100%) * ?",
    "NAGIOS_SERVICEOUTPUT=",
    "NAGIOS_CONTACTNAME=kim",
    "NAGIOS_CONTACTPAGER=",
    "NAGIOS_HOSTSTATE=DOWN",
    "NAGIOS_HOSTATTEMPT=1",
    "NAGIOS_NOTIFICATIONTYPE=ACKNOWLEDGEMENT",
    "NAGIOS_NOTIFICATIONNUMBER=1",
    "NAGIOS_HOSTDURATION=0d 0h 0m 0s",
    "NAGIOS_HOSTNOTIFICATIONNUMBER=1",
    "NAGIOS_SERVICENOTIFICATIONNUMBER=",
    "NAGIOS_HOSTNOTIFICATIONID=2",
    "NAGIOS_SERVICENOTIFICATIONID=",
    "NAGIOS_NOTIFICATIONAUTHOR=김철수",
    "NAGIOS_NOTIFICATIONCOMMENT=확인 중; \"곧\" 감",
    NULL,
};

/* Icinga 2.13.6 appends its variables behind the daemon's: a container's HOSTNAME comes first. */
static const char *const icinga_service[] = {
    "HOSTNAME=container-7f3a",
    "PATH=/usr/bin",
    "NOTIFICATIONTYPE=PROBLEM",
    "HOSTNAME=web01",
    "HOSTDISPLAYNAME=웹 서버 01",
    "HOSTADDRESS=192.0.2.7",
    "SERVICENAME=disk",
    "SERVICEDISPLAYNAME=디스크",
    "SERVICESTATE=CRITICAL",
    "SERVICEOUTPUT=디스크 사용률 95% \nline two \"q\" $HOME $user.pager$",
    "LONGDATETIME=2026-11-22 11:53:38 +0900",
    "NOTIFICATIONAUTHORNAME=",
    "NOTIFICATIONCOMMENT=",
    "USEREMAIL=kim@example.com",
    "USERPAGER=+82-10-1234-5678",
    "NOTIFICATIONNUMBER=2",
    "LASTSERVICESTATECHANGE=1795324881",
    NULL,
};

static const char *const icinga_host[] = {
    "NOTIFICATIONTYPE=DOWNTIMEEND",
    "HOSTNAME=web02",
    "HOSTDISPLAYNAME=web02",
    "HOSTADDRESS=",
    "HOSTADDRESS6=2001:db8::7",
    "HOSTSTATE=DOWN",
    "HOSTOUTPUT=PING CRITICAL",
    "LONGDATETIME=2026-11-22 11:53:38 +0900",
    "SERVICENAME=",
    "NOTIFICATIONAUTHORNAME=kim",
    "NOTIFICATIONCOMMENT=done",
    "USERPAGER=",
    NULL,
};

static const char *const checkmk_service[] = {
    "NOTIFY_SOCKET=/run/systemd/notify",
    "OMD_SITE=main",
    "NOTIFY_WHAT=SERVICE",
    "NOTIFY_NOTIFICATIONTYPE=PROBLEM",
    "NOTIFY_HOSTNAME=web01",
    "NOTIFY_HOSTALIAS=웹 서버 01",
    "NOTIFY_HOSTADDRESS=192.0.2.7",
    "NOTIFY_HOSTSTATE=UP",
    "NOTIFY_HOSTOUTPUT=OK - rta 0.054ms",
    "NOTIFY_SERVICEDESC=Filesystem /",
    "NOTIFY_SERVICESTATE=CRITICAL",
    "NOTIFY_SERVICEOUTPUT=CRIT - 90.0% used",
    "NOTIFY_LONGSERVICEOUTPUT=line two\\nline three",
    "NOTIFY_SERVICEATTEMPT=1",
    "NOTIFY_CONTACTNAME=kim",
    "NOTIFY_CONTACTPAGER=010-1234-5678",
    "NOTIFY_NOTIFICATIONAUTHOR=",
    "NOTIFY_NOTIFICATIONCOMMENT=",
    "NOTIFY_MICROTIME=1795324949123456",
    "NOTIFY_SERVICEPROBLEMID=41",
    "NOTIFY_HOSTPROBLEMID=0",
    "NOTIFY_LASTSERVICESTATECHANGE=1795324900",
    "NOTIFY_LONGDATETIME=Sun Nov 22 14:22:29 KST 2026",
    "NOTIFY_SHORTDATETIME=2026-11-22 14:22:29",
    "NOTIFY_SERVICENOTIFICATIONNUMBER=1",
    "NOTIFY_HOSTNOTIFICATIONNUMBER=1",
    "NOTIFY_HOSTGROUPNAMES=db,web",
    "NOTIFY_HOST_RACK=B7",
    "NOTIFY_HOSTLABEL_cmk/os_family=linux",
    "NOTIFY_CONTACT_TEAM=ops",
    "NOTIFY_HOST_cmk/site=x",
    NULL,
};

static const char *const checkmk_host[] = {
    "NOTIFY_WHAT=HOST",
    "NOTIFY_NOTIFICATIONTYPE=ALERTHANDLER (OK)",
    "NOTIFY_HOSTNAME=web02",
    "NOTIFY_HOSTSTATE=DOWN",
    "NOTIFY_HOSTOUTPUT=down",
    "NOTIFY_LONGHOSTOUTPUT=more",
    "NOTIFY_LONGDATETIME=Sun Nov 22 14:22:29 KST 2026",
    "NOTIFY_CONTACTNAME=kim",
    "NOTIFY_CONTACTPAGER=",
    "NOTIFY_HOSTPROBLEMID=5",
    NULL,
};

static const char *const nothing[] = { "PATH=/usr/bin", "HOSTNAME=monitor",
                                       "NOTIFY_SOCKET=/run/systemd/notify", "broken", NULL };
static const char *const empty[] = { "NAGIOS_HOSTNAME=", "NOTIFICATIONTYPE=$notification.type$",
                                     "NOTIFY_HOSTNAME=", NULL };

/* Read as whoever the guess says; an empty value is a field that is absent. */
static void expect(enum source source, const char *const *environment, const char *subject,
                   const char *message, const char *fields)
{
    struct input input = { .environment = (char *const *)environment,
                           .subject = subject,
                           .message = message };
    struct alert alert = { 0 };
    struct error err = { 0 };

    assert_string_equal(source_name(source_guess(&input)), source_name(source));
    if (!source_read(SOURCE_GUESS, &input, &alert, &err))
        fail_msg("%s", err.text);
    words_each(fields, words_expect, &alert, source_name(source));
    alert_clear(&alert);
}

static void reads_nagios(void **state)
{
    (void)state;
    expect(SOURCE_NAGIOS, nagios_service, NULL, NULL,
           "source=nagios|type=PROBLEM|host=web01|alias=웹 서버 01|address=192.0.2.7|service=disk"
           "|state=CRITICAL|output=디스크 (위험) \"95%\" `id` $HOME C:\\new"
           "|long_output=line two C:\\new\nline three |time=1795324949|duration=0d 0h 0m 0s|attempt=1"
           "|number=1|author=|comment=|id=7|since=1795324949|url=https://wiki.example/disk|group=db"
           "|contact=kim|to=+82-10-1234-5678|_hostrack=B7|_serviceowner=lee|_contactteam=");
    expect(SOURCE_NAGIOS, nagios_host, NULL, NULL,
           "type=ACKNOWLEDGEMENT|host=web02|service=|state=DOWN|output=PING CRITICAL (100%) * ?"
           "|long_output=|time=Sun Nov 22 14:22:30 KST 2026|id=2|since=1795324950|number=1"
           "|author=김철수|comment=확인 중; \"곧\" 감|to=");
}

static void reads_icinga(void **state)
{
    struct input input = { .environment = (char *const *)nothing };
    struct alert alert = { 0 };
    struct error err = { 0 };

    (void)state;
    expect(SOURCE_ICINGA, icinga_service, NULL, NULL,
           "source=icinga|type=PROBLEM|host=web01|alias=웹 서버 01|address=192.0.2.7|service=disk"
           "|state=CRITICAL|output=디스크 사용률 95% \nline two \"q\" $HOME $user.pager$"
           "|time=2026-11-22 11:53:38 +0900|author=|to=+82-10-1234-5678|number=2|since=1795324881");
    expect(SOURCE_ICINGA, icinga_host, NULL, NULL,
           "type=DOWNTIMEEND|host=web02|address=2001:db8::7|service=|state=DOWN|output=PING CRITICAL"
           "|author=kim|comment=done|to=");
    /* Its own command names the source and brings everything as --field: the shell's HOSTNAME is nobody's. */
    assert_true(source_read(SOURCE_ICINGA, &input, &alert, &err));
    assert_int_equal(alert.fields, 1);
    assert_string_equal(alert_get(&alert, "source"), "icinga");
    alert_clear(&alert);
}

static void reads_checkmk(void **state)
{
    (void)state;
    expect(SOURCE_CHECKMK, checkmk_service, NULL, NULL,
           "source=checkmk|type=PROBLEM|host=web01|alias=웹 서버 01|address=192.0.2.7|service=Filesystem /"
           "|state=CRITICAL|output=CRIT - 90.0% used|long_output=line two\nline three"
           "|time=1795324949|attempt=1|number=1|id=41|since=1795324900|notified=1795324949123456"
           "|group=db|contact=kim|to=010-1234-5678|_host_rack=B7|_contact_team=ops");
    expect(SOURCE_CHECKMK, checkmk_host, NULL, NULL,
           "type=ALERTHANDLER (OK)|host=web02|service=|state=DOWN|output=down|long_output=more"
           "|time=Sun Nov 22 14:22:29 KST 2026|id=5|to=");
}

static void reads_operands(void **state)
{
    (void)state;
    expect(SOURCE_ZABBIX, nothing, "디스크가 찼다", NULL, "source=zabbix|output=디스크가 찼다|subject=");
    expect(SOURCE_ARGS, nothing, NULL, NULL, "source=args|host=|output=");
    expect(SOURCE_ARGS, empty, NULL, NULL, "source=args|host=|type=");
    expect(SOURCE_NAGIOS, nagios_host, "-- own\ttext", "", "host=web02|output=-- own text|subject=");
    expect(SOURCE_NAGIOS, nagios_host, "a", "b", "subject=a|output=b");
}

static void takes_the_last_entry(void **state)
{
    static const char *const environment[] = { "A=1", "AB=2", "A", "A=3", "A=", NULL };
    struct input input = { .environment = (char *const *)environment };

    (void)state;
    assert_string_equal(input_env(&input, "A"), "");
    assert_string_equal(input_env(&input, "AB"), "2");
    assert_null(input_env(&input, "B"));
    input.environment = NULL;
    assert_null(input_env(&input, "A"));
}

static void names_sources(void **state)
{
    static const char *const names[] = { "nagios", "icinga", "zabbix", "checkmk", "args" };
    enum source source = SOURCE_GUESS;

    (void)state;
    for (size_t i = 0; i < CASES(names); i++) {
        assert_true(source_named(names[i], &source));
        assert_string_equal(source_name(source), names[i]);
    }
    assert_false(source_named("Nagios", &source));
    assert_false(source_named("", &source));
}

/* A thousand custom variables leave room for --field. */
static void bounds_custom_variables(void **state)
{
    char *environment[1002] = { 0 };
    struct input input = { .environment = environment };
    struct alert alert = { 0 };
    struct error err = { 0 };

    (void)state;
    environment[0] = strdup("NAGIOS_HOSTNAME=web01");
    for (int i = 1; i <= 1000; i++) {
        environment[i] = malloc(64);
        snprintf(environment[i], 64, "NAGIOS__HOSTV%d=%d", i, i);
    }
    assert_true(source_read(SOURCE_GUESS, &input, &alert, &err));
    assert_string_equal(alert_get(&alert, "_hostv1"), "1");
    assert_true(alert.fields < ALERT_FIELDS_MAX - 20);
    assert_true(alert_set(&alert, "extra", "x", &err));
    alert_clear(&alert);
    for (int i = 0; i <= 1000; i++)
        free(environment[i]);
}

/* Raw bytes of a CP949 plugin, and a value as long as the kernel lets through. */
static void takes_hostile_values(void **state)
{
    struct buf output = { 0 };
    char *environment[] = { (char *)(uintptr_t) "NAGIOS_HOSTNAME=\xb5\xf0\x1b[2J\xe2\x80\xae"
                                                "01",
                            NULL, NULL };
    struct input input = { .environment = environment };
    struct alert alert = { 0 };
    struct error err = { 0 };

    (void)state;
    assert_true(buf_str(&output, "NAGIOS_HOSTOUTPUT="));
    while (output.len < 131000)
        assert_true(buf_str(&output, "한글\xff"));
    environment[1] = output.data;
    assert_true(source_read(SOURCE_NAGIOS, &input, &alert, &err));
    assert_true(alert_check(&alert, &err));
    assert_string_equal(alert_get(&alert, "host"), "\xef\xbf\xbd\xef\xbf\xbd[2J01");
    assert_true(alert.bytes <= ALERT_BYTES_MAX);
    assert_true(strlen(alert_get(&alert, "output")) > 100000);
    alert_clear(&alert);
    buf_clear(&output);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_nagios),
        cmocka_unit_test(reads_icinga),
        cmocka_unit_test(reads_checkmk),
        cmocka_unit_test(reads_operands),
        cmocka_unit_test(takes_the_last_entry),
        cmocka_unit_test(names_sources),
        cmocka_unit_test(bounds_custom_variables),
        cmocka_unit_test(takes_hostile_values),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
