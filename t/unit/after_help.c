/* plugin/after/help.c: what phones are told, in their language and in one short message. */
#include "unit/unit.h"

#include "after/help.h"
#include "text/charset.h"

#define KOREA  "01012345678"
#define CHINA  "+8613900001234"
#define FRANCE "+33612345678"

static const struct problem web = { .code = "7K2", .place = "web1/HTTP", .taken_by = "kim" };
static const struct problem none;
static const struct problem open[] = { { .code = "7K2", .place = "web1/HTTP" },
                                       { .code = "9AF", .place = "창고/온도" },
                                       { .code = "4TR", .place = "db1" },
                                       { .code = "X88", .place = "db2" } };

static const struct {
    enum help help;
    const char *phone, *code;
    const struct problem *about;
    size_t open;
    const char *text;
} cases[] = {
    { HELP_UNKNOWN, KOREA, "7K9", &none, 1, "7K9: 없는 코드입니다. 답장 예: ACK 7K2 - 7K2 web1/HTTP" },
    { HELP_UNKNOWN, KOREA, "7K9", &none, 0, "7K9: 없는 코드입니다." },
    { HELP_OLD, KOREA, "7K2", &web, 1, "7K2 web1/HTTP: 기한이 지난 코드입니다." },
    { HELP_OVER, KOREA, "7K2", &web, 1, "7K2 web1/HTTP: 이미 복구되었습니다." },
    { HELP_TAKEN, KOREA, "7K2", &web, 1, "7K2 web1/HTTP: 이미 확인되었습니다 (kim)." },
    { HELP_TAKEN, FRANCE, "7K2", &open[0], 1, "7K2 web1/HTTP: acknowledged already, by ?." },
    { HELP_SEVERAL, KOREA, "", &none, 2,
      "열린 장애가 2건입니다. 답장 예: ACK 7K2 - 7K2 web1/HTTP, 9AF 창고/온도" },
    { HELP_SEVERAL, CHINA, "", &none, 5,
      "有5个未恢复的故障。请回复“ACK 7K2”：7K2 web1, 9AF 창, 4TR db1, X88 db2 +1" },
    { HELP_NONE, CHINA, "", &none, 0, "没有需要确认的故障。" },
    { HELP_UNCLEAR, FRANCE, "", &none, 1, "Not understood. Answer ACK 7K2: 7K2 web1/HTTP" },
    { HELP_UNCLEAR, FRANCE, "", &none, 0, "Not understood." },
    { HELP_LOST, KOREA, "7K2", &web, 1, "7K2 web1/HTTP: 모니터에 전하지 못해 확인되지 않았습니다." },
    { HELP_LOST, CHINA, "7K2", &web, 0, "7K2 web1/HTTP：无法通知监控系统，尚未确认。" },
};

static void every_fault_has_its_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        struct buf text = { 0 };
        assert_true(help_write(cases[i].help, cases[i].phone, cases[i].code, cases[i].about, open,
                               cases[i].open, &text, NULL));
        assert_string_equal(buf_text(&text), cases[i].text);
        buf_clear(&text);
    }
}

/* Whatever the problems are called, the codes of four are to be seen. */
static void it_fits_a_short_message(void **state)
{
    static const char place[] = "a-very-long-name.of-a-host.example.com/and a service with a long name";
    struct problem many[HELP_LISTED] = { 0 }, about = { .code = "7K2X", .taken_by = "+82****5678" };

    (void)state;
    assert_true(charset_open(CHARSET_EUCKR, NULL));
    memcpy(about.place, place, sizeof place);
    for (size_t i = 0; i < HELP_LISTED; i++) {
        many[i] = about;
        many[i].code[0] = (char)('4' + i);
    }
    for (int help = HELP_UNKNOWN; help <= HELP_UNCLEAR; help++) {
        struct buf text = { 0 };
        long bytes;

        assert_true(help_write((enum help)help, KOREA, "7K2X", &about, many, 99, &text, NULL));
        bytes = charset_measure(CHARSET_EUCKR, buf_text(&text), text.len);
        if (bytes < 0 || bytes > 90)
            fail_msg("%ld bytes: %s", bytes, buf_text(&text));
        buf_clear(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fault_has_its_words),
        cmocka_unit_test(it_fits_a_short_message),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
