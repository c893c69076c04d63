/* plugin/text/ack.c: what people answer, on phones of three countries. */
#include "unit/unit.h"

#include "text/ack.h"

static const struct {
    const char *said;
    const char *says; /* b: bare, n: says no, l: leaves, q: quotes */
    const char *code; /* the first */
    const char *rest;
    const char *why;
} cases[] = {
    { "ACK 7K2", "", "7K2", "", "as the text on the phone says it" },
    { "7K2", "", "7K2", "", "the code alone" },
    { "7k2", "", "7K2", "", "as phones write it" },
    { "aCk 7k2x", "", "7K2X", "", "a long code" },
    { "확인 7K2", "", "7K2", "", "in Korean" },
    { "7K2 확인", "", "7K2", "", "the other way round" },
    { "확인7k2", "", "7K2", "", "without a blank" },
    { "ack7k2", "", "7K2", "", "nor here" },
    { "7k2ok", "", "7K2", "", "nor here" },
    { "收到 7K2", "", "7K2", "", "in Chinese" },
    { "收到7K2", "", "7K2", "", "without a blank" },
    { "ＡＣＫ　７Ｋ２", "", "7K2", "", "full width, blank and all" },
    { "７ｋ２", "", "7K2", "", "full width and small" },
    { "\"ACK 7K2\"", "", "7K2", "", "in quotes" },
    { "“ACK 7K2”", "", "7K2", "", "in other quotes" },
    { "[7K2]", "", "7K2", "", "in brackets" },
    { "ack: 7K2, going", "", "7K2", "going", "the rest is the comment" },
    { "ACK 7K2 지금 갑니다", "", "7K2", "지금 갑니다", "in Korean" },
    { "收到7K2，马上处理", "", "7K2", "马上处理", "in Chinese" },
    { "지금 갑니다 7K2 확인", "", "7K2", "지금 갑니다", "the comment in front" },
    { "disk swap 7K2 by noon", "", "7K2", "disk swap by noon", "on both sides" },
    { "확인했습니다 7K2", "", "7K2", "", "politely" },
    { "네 확인 7K2", "", "7K2", "네", "only the word beside it goes" },
    { "7K2\nrebooting\nnow", "", "7K2", "rebooting now", "on one line" },
    { "7K2; rm -rf /; x", "", "7K2", "rm -rf /; x", "whatever it is" },
    { "ACK 7K2 ㅠㅠ", "", "7K2", "ㅠㅠ", "letters alone stay what they are" },
    { "【张三】ACK 7K2", "", "7K2", "", "a signature in front" },
    { "收到【张三 9AF】", "b", "", NULL, "and behind" },
    { "【ACK 7K2", "", "7K2", "", "a signature that does not end is none" },
    { "24H 안에 처리 7K2", "", "24H", "안에 처리 7K2", "the store knows which is one" },
    { "ACK 7K2 not a real problem", "", "7K2", "not a real problem", "a no in the comment" },
    { "ok", "b", "", NULL, "the shortest" },
    { "OK!", "b", "", NULL, "with a mark" },
    { "Ok, thanks", "b", "", NULL, "politely" },
    { "ack", "b", "", NULL, "is no code: it has no digit" },
    { "확인", "b", "", NULL, "in Korean" },
    { "네 확인했습니다.", "b", "", NULL, "politely" },
    { "네확인했습니다", "b", "", NULL, "in one word" },
    { "收到", "b", "", NULL, "in Chinese" },
    { "好的，收到谢谢", "b", "", NULL, "in several words" },
    { "okok", "b", "", NULL, "twice" },
    { "okto 7K2", "", "7K2", "okto", "a word that only begins so" },
    { "확인?", "", "", NULL, "a question is none" },
    { "확인 후 연락드리겠습니다", "", "", NULL, "an answering machine" },
    { "收到，稍后回复", "", "", NULL, "another" },
    { "ok, 지금은 운전 중입니다", "", "", NULL, "and another" },
    { "ACK 7L2", "", "", NULL, "a code that cannot be one is not overlooked" },
    { "ACK 7K22X", "", "", NULL, "nor one that is too long" },
    { "ACK 777", "", "", NULL, "nor a number" },
    { "thanks", "", "", NULL, "says nothing" },
    { "[자동응답] 회의 중 [PROBLEM] CRITICAL db1/disk (ACK 7K2)", "q", "7K2",
      "자동응답] 회의 중 [PROBLEM] CRITICAL db1/disk", "a machine that repeats what it got" },
    { "ACK 7K2 > [PROBLEM] db1", "", "7K2", "PROBLEM] db1", "who repeats it behind what he says" },
    { "NACK 7K2", "n", "7K2", "NACK", "says no" },
    { "no 7K2", "n", "7K2", "no", "says no" },
    { "7K2 취소", "n", "7K2", "취소", "says no" },
    { "ACK 7K2 취소", "n", "7K2", "취소", "changes its mind" },
    { "취소", "n", "", NULL, "of what?" },
    { "TD", "l", "", NULL, "as Chinese texts are unsubscribed from" },
    { "退订", "l", "", NULL, "likewise" },
    { "수신거부", "l", "", NULL, "in Korea" },
    { "", "", "", NULL, "nothing" },
    { " \n\t ", "", "", NULL, "blanks" },
    { "?!…", "", "", NULL, "marks" },
    { "누구세요", "", "", NULL, "anything else" },
    { "\xff\xfe 7K2 \xed\x95", "", "7K2", "", "no UTF-8" },
};

static void texts_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        struct ack ack = { 0 };
        struct buf rest = { 0 };
        char code[CODE_BYTES] = "", says[8] = "";
        size_t token = 0;
        bool coded;

        assert_true(ack_read(cases[i].said, &ack, NULL));
        coded = ack_code(&ack, 0, code, &token);
        snprintf(says, sizeof says, "%s%s%s%s", ack_is_bare(&ack) ? "b" : "", ack_refuses(&ack) ? "n" : "",
                 ack_leaves(&ack) ? "l" : "", coded && ack_quotes(&ack, token) ? "q" : "");
        if (coded)
            assert_true(ack_comment(&ack, token, 200, &rest, NULL));
        if (strcmp(says, cases[i].says) != 0 || strcmp(code, cases[i].code) != 0
            || coded != (cases[i].rest != NULL) || (coded && strcmp(buf_text(&rest), cases[i].rest) != 0))
            fail_msg("\"%s\" (%s): says \"%s\", code \"%s\", rest \"%s\"", cases[i].said, cases[i].why, says,
                     code, buf_text(&rest));
        buf_clear(&rest);
        ack_clear(&ack);
    }
}

static void several_codes_in_their_order(void **state)
{
    struct ack ack = { 0 };
    struct buf rest = { 0 };
    char code[CODE_BYTES];
    size_t token = 0;

    (void)state;
    assert_true(ack_read("24H 안에 처리 ack7k2, 그리고 9afx", &ack, NULL));
    assert_true(ack_code(&ack, 0, code, &token));
    assert_string_equal(code, "24H");
    assert_true(ack_code(&ack, 1, code, &token));
    assert_string_equal(code, "7K2");
    assert_true(ack_comment(&ack, token, 200, &rest, NULL));
    assert_string_equal(buf_text(&rest), "24H 안에 처리 그리고 9afx");
    buf_clear(&rest);
    assert_true(ack_comment(&ack, token, 9, &rest, NULL));
    assert_string_equal(buf_text(&rest), "24H 안");
    assert_true(ack_code(&ack, 2, code, &token));
    assert_string_equal(code, "9AFX");
    assert_false(ack_code(&ack, 3, code, &token));
    buf_clear(&rest);
    ack_clear(&ack);
}

static void a_long_text_is_bounded(void **state)
{
    struct ack ack = { 0 };
    char said[2001], code[CODE_BYTES];
    size_t token = 0;

    (void)state;
    for (size_t i = 0; i < sizeof said - 1; i++)
        said[i] = i % 2 == 0 ? 'k' : ' ';
    said[sizeof said - 1] = '\0';
    memcpy(said + sizeof said - 5, " 7K2", 4);
    assert_true(ack_read(said, &ack, NULL));
    assert_int_equal(ack.tokens, ACK_TOKENS);
    assert_false(ack_code(&ack, 0, code, &token));
    ack_clear(&ack);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_read),
        cmocka_unit_test(several_codes_in_their_order),
        cmocka_unit_test(a_long_text_is_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
