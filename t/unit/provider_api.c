/* What a driver says of itself is a promise: each is checked for every driver. */
#include "driver.h"

#include "base/utf8.h"

static const char *const names[] = { "smsjoa", "notificationsms", "apiplex", "nanuminet", "sms57" };

static bool is_text(const char *text)
{
    size_t bytes = text == NULL ? 0 : strlen(text);

    for (size_t at = 0, length; at < bytes; at += length) {
        length = utf8_decode(text + at, bytes - at, NULL);
        if (length == 0 || (unsigned char)text[at] < 0x20)
            return false;
    }
    return bytes > 0;
}

static bool is_ascii(const char *text)
{
    for (const char *c = text; *c != '\0'; c++) {
        if (*c < 0x20 || *c > 0x7e)
            return false;
    }
    return is_text(text);
}

static void all_five_are_there(void **state)
{
    size_t count = 0;

    (void)state;
    while (apis[count] != NULL)
        count++;
    assert_int_equal(count, CASES(names));
    for (size_t i = 0; i < count; i++) {
        const struct api *api = api_named(names[i]);
        assert_non_null(api);
        assert_string_equal(api->name, names[i]);
        assert_true(is_text(api->title));
    }
    assert_null(api_named(""));
    assert_null(api_named("SMSJOA"));
}

/* build without judge, or the reverse, is half a promise. */
static void operations_are_pairs(void **state)
{
    (void)state;
    for (size_t i = 0; apis[i] != NULL; i++) {
        const struct api *api = apis[i];
        const struct operation *const all[] = {
            &api->login,
            &api->balance,
            &api->result,
            &api->list,
            &api->reservation_list,
            &api->reservation_show,
            &api->reservation_cancel,
            &api->reservation_cancel_all,
            &api->unsubscribed_list,
            &api->unsubscribed_add,
            &api->unsubscribed_remove,
            &api->senders,
            &api->reports,
            &api->replies,
            &api->signup,
        };

        assert_non_null(api->send.build);
        assert_non_null(api->send.judge);
        for (size_t j = 0; j < CASES(all); j++)
            assert_int_equal(all[j]->build != NULL, all[j]->judge != NULL);
        assert_int_equal(api->webhook.judge != NULL, api->webhook.taken != NULL);
    }
}

static void urls_are_https_without_a_slash_at_the_end(void **state)
{
    (void)state;
    for (size_t i = 0; apis[i] != NULL; i++) {
        const char *url = apis[i]->url;
        if (url == NULL)
            continue;
        assert_memory_equal(url, "https://", 8);
        assert_int_not_equal(url[strlen(url) - 1], '/');
    }
}

static void limits_make_sense(void **state)
{
    (void)state;
    for (size_t i = 0; apis[i] != NULL; i++) {
        const struct api *api = apis[i];
        const struct text_limits *limits = &api->limits;

        assert_int_equal(limits->charset, api->country == COUNTRY_KOREA ? CHARSET_EUCKR : CHARSET_UCS2);
        assert_int_equal(limits->sms, api->country == COUNTRY_KOREA ? 90 : 70);
        assert_true(limits->lms == 0 || limits->lms == 2000);
        assert_true(limits->lms == 0 || limits->subject > 0);
        assert_int_equal(limits->joined > 0, limits->joined_most > 0);
        assert_true(limits->joined < limits->sms);
        assert_int_equal(limits->mms, api->caps & API_IMAGE ? 2000 : 0);
        assert_in_range(api->same_max, 1, 1000);
        assert_in_range(api->own_max, 0, 1000);
        assert_int_equal(api->own_max > 1, api->own_kinds != 0);
        assert_int_equal(api->own_kinds & ~(1u << KIND_SMS | 1u << KIND_LMS | 1u << KIND_MMS), 0);
        if (limits->lms == 0)
            assert_int_equal(api->own_kinds & 1u << KIND_LMS, 0);
    }
}

static void keys_are_documented(void **state)
{
    (void)state;
    for (size_t i = 0; apis[i] != NULL; i++) {
        for (const struct setting *key = apis[i]->keys; key != NULL && key->name != NULL; key++) {
            assert_int_equal(strspn(key->name, "abcdefghijklmnopqrstuvwxyz0123456789_"), strlen(key->name));
            assert_true(is_ascii(key->help));
            if (key->words != NULL && key->fallback != NULL)
                assert_non_null(strstr(key->words, key->fallback));
            for (const struct setting *other = apis[i]->keys; other < key; other++)
                assert_string_not_equal(other->name, key->name);
        }
    }
}

static void outcome_codes_hold(const struct api *api, const struct verdict *row)
{
    struct outcome outcome = { 0 };

    /* Outcomes keep codes and meanings whole. */
    outcome_from_code(&outcome, row, row->code, NULL);
    if (strcmp(outcome.code, row->code) != 0 || strcmp(outcome.meaning, row->meaning) != 0)
        fail_msg("%s: %s is cut or changed: %s", api->name, row->code, outcome.meaning);
    if (row->kind == OUTCOME_NONE || !is_ascii(row->meaning) || !is_text(row->printed))
        fail_msg("%s: row %s", api->name, row->code);
}

static void verdicts_are_whole(void **state)
{
    (void)state;
    for (size_t i = 0; apis[i] != NULL; i++) {
        assert_non_null(apis[i]->verdicts);
        for (const struct verdict_table *table = apis[i]->verdicts; table->rows != NULL; table++) {
            assert_true(is_text(table->title));
            assert_non_null(table->rows->code);
            for (const struct verdict *row = table->rows; row->code != NULL; row++) {
                outcome_codes_hold(apis[i], row);
                if (verdict_find(table->rows, row->code) != row)
                    fail_msg("%s: %s twice in %s", apis[i]->name, row->code, table->title);
            }
        }
    }
}

/* C is printed twice among API PLEX's results; both rows must then say the same to a program. */
static void receipts_are_whole(void **state)
{
    (void)state;
    for (size_t i = 0; apis[i] != NULL; i++) {
        for (const struct receipt_table *table = apis[i]->receipts; table != NULL && table->rows != NULL;
             table++) {
            assert_true(is_text(table->title));
            for (const struct receipt *row = table->rows; row->code != NULL; row++) {
                if (!is_ascii(row->code) || !is_ascii(row->meaning) || !is_text(row->printed))
                    fail_msg("%s: row %s", apis[i]->name, row->code);
                for (const struct receipt *other = table->rows; other < row; other++) {
                    if (strcmp(other->code, row->code) == 0 && other->kind != row->kind)
                        fail_msg("%s: %s means two things", apis[i]->name, row->code);
                }
            }
        }
    }
}

/* How many rows the manuals print. */
static void no_row_of_a_manual_is_missing(void **state)
{
    static const struct {
        const char *api;
        size_t table, rows;
        bool receipts;
    } printed[] = {
        { "smsjoa", 0, 30, false },  { "smsjoa", 1, 10, false },          { "smsjoa", 2, 6, false },
        { "smsjoa", 0, 15, true },   { "notificationsms", 0, 11, false }, { "notificationsms", 1, 1, false },
        { "apiplex", 0, 16, false }, { "apiplex", 0, 30, true },
    };

    (void)state;
    for (size_t i = 0; i < CASES(printed); i++) {
        const struct api *api = api_named(printed[i].api);
        size_t rows = 0;

        if (printed[i].receipts)
            while (api->receipts[printed[i].table].rows[rows].code != NULL)
                rows++;
        else
            while (api->verdicts[printed[i].table].rows[rows].code != NULL)
                rows++;
        assert_int_equal(rows, printed[i].rows);
    }
}

/* The first thing that a gateway is asked, and the message itself, can be made for every driver, and no
   secret shows outside of headers and bodies. */
static void requests_can_be_made(void **state)
{
    (void)state;
    for (size_t i = 0; apis[i] != NULL; i++) {
        struct account account = {
            .name = "p",
            .user = "user-1",
            .secret = "hush",
            .from = "0212345678",
            .token = "tok",
            .keys = apis[i]->keys,
        };
        struct batch_item item = { .to = "01012345678", .text = "text", .subject = "", .reference = "r-1" };
        struct batch batch = { .kind = KIND_SMS, .item = &item, .count = 1 };
        struct request request = { 0 };
        struct error err = { 0 };

        if (apis[i]->country == COUNTRY_CHINA)
            continue; /* signing needs libcrypto: its own test does that */
        assert_true(apis[i]->send.build(&batch, &account, &request, &err));
        assert_string_equal(request.method, "POST");
        assert_int_equal(buf_text(&request.target)[0], '/');
        assert_null(strstr(buf_text(&request.target), "hush"));
        request_clear(&request);
    }
}

/* A send of every kind of thing that a batch can ask for, at one gateway. The image is chosen so that its
   base64 has letters and digits alone. */
#define IMAGE        "JPEGbytes123"
#define IMAGE_BASE64 "SlBFR2J5dGVzMTIz"
#define IMAGE_URL    "https://images.example/a.jpg"
#define AT           "2026-12-31 08:05:00"
#define AT_DIGITS    "202612310805"

static bool send_is_built(const struct api *api, struct batch batch, struct buf *shown, struct error *err)
{
    struct account account = {
        .name = "p",
        .user = "user-1",
        .secret = "hush",
        .from = "0212345678",
        .token = "tok",
        .section = driver_section("sign", "plain", "extno", "1", NULL), /* signing needs libcrypto */
        .keys = api->keys,
    };
    struct batch_item item = { .to = api->country == COUNTRY_CHINA ? "+8613800138000" : "01012345678",
                               .text = "text",
                               .subject = "",
                               .reference = "17-provider" };
    struct request request = { 0 };
    bool built;

    batch.item = &item;
    batch.count = 1;
    built = api->send.build(&batch, &account, &request, err);
    if (built)
        driver_show(&request, shown);
    for (size_t i = 0; i < request.parts; i++)
        assert_true(buf_add(shown, request.part[i].data, request.part[i].bytes));
    request_clear(&request);
    return built;
}

/* The request holds one of these, percent-encoded or not; digits only compares nothing but digits. */
static bool shows(const struct buf *shown, const char *one, const char *other, bool digits_only)
{
    struct buf plain = { 0 };
    const char *text = buf_text(shown);
    bool found;

    for (unsigned byte; *text != '\0'; text++) {
        if (*text == '%' && sscanf(text + 1, "%2x", &byte) == 1)
            text += 2;
        else
            byte = (unsigned char)*text;
        if (!digits_only || (byte >= '0' && byte <= '9'))
            assert_true(buf_char(&plain, (char)byte));
    }
    found = strstr(buf_text(&plain), one) != NULL || strstr(buf_text(&plain), other) != NULL;
    buf_clear(&plain);
    return found;
}

static void what_is_asked_of_a_send_shows(void **state)
{
    static const struct {
        unsigned cap;
        struct batch batch;
        const char *one, *other;
        bool digits_only;
        enum error_kind refused; /* where the api lacks it */
    } asked[] = {
        { API_RESERVE, { .kind = KIND_SMS, .at = AT }, AT_DIGITS, AT_DIGITS, true, ERROR_USAGE },
        { API_IMAGE,
          { .kind = KIND_MMS, .image = IMAGE, .image_bytes = 12 },
          IMAGE,
          IMAGE_BASE64,
          false,
          ERROR_BUG },
        { API_IMAGE_URL,
          { .kind = KIND_MMS, .image_url = IMAGE_URL },
          IMAGE_URL,
          IMAGE_URL,
          false,
          ERROR_BUG },
        { API_IDEMPOTENT, { .kind = KIND_SMS }, "17-provider", "17-provider", false, ERROR_NONE },
        { API_LOOKUP, { .kind = KIND_SMS }, "17-provider", "17-provider", false, ERROR_NONE },
    };

    (void)state;
    for (size_t i = 0; apis[i] != NULL; i++) {
        for (size_t j = 0; j < CASES(asked); j++) {
            bool has = apis[i]->caps & asked[j].cap;
            struct buf shown = { 0 };
            struct error err = { 0 };
            bool built = send_is_built(apis[i], asked[j].batch, &shown, &err);

            if (built != (has || asked[j].refused == ERROR_NONE))
                fail_msg("%s, cap %u: built %d: %s", apis[i]->name, asked[j].cap, built, err.text);
            if (!built)
                assert_int_equal(err.kind, asked[j].refused);
            if (has && !shows(&shown, asked[j].one, asked[j].other, asked[j].digits_only))
                fail_msg("%s, cap %u: not in %s", apis[i]->name, asked[j].cap, buf_text(&shown));
            buf_clear(&shown);
        }
    }
}

/* What a gateway might take for another time, or for now, never goes out; an image goes with mms alone. */
static void nonsense_is_not_sent(void **state)
{
    static const struct batch nonsense[] = {
        { .kind = KIND_SMS, .at = "" },
        { .kind = KIND_SMS, .at = "now" },
        { .kind = KIND_SMS, .at = "2026-12-31" },
        { .kind = KIND_SMS, .at = "2026-12-31 08:05" },
        { .kind = KIND_SMS, .at = "2026-12-31T08:05:00" },
        { .kind = KIND_SMS, .at = "2026-12-31 08:05:00 " },
        { .kind = KIND_SMS, .at = " 2026-12-31 08:05:00" },
        { .kind = KIND_SMS, .at = "2026-12-31 8:05:00" },
        { .kind = KIND_SMS, .at = "2026-02-29 08:05:00" },
        { .kind = KIND_SMS, .at = "2026-13-01 08:05:00" },
        { .kind = KIND_SMS, .at = "2026-12-31 24:00:00" },
        { .kind = KIND_SMS, .at = "2026-12-31 23:60:00" },
        { .kind = KIND_SMS, .at = "2026-12-31 23:59:60" },
        { .kind = KIND_SMS, .at = "26-12-31 08:05:00" },
        { .kind = KIND_SMS, .at = "12026-12-31 08:05:00" },
        { .kind = KIND_SMS, .image = IMAGE, .image_bytes = 12 },
        { .kind = KIND_LMS, .image = IMAGE, .image_bytes = 12 },
        { .kind = KIND_LMS, .image_url = IMAGE_URL },
        { .kind = KIND_MMS, .image_url = "file:///etc/passwd" },
        { .kind = KIND_MMS, .image_url = "https://" },
        { .kind = KIND_MMS, .image_url = "https://a.example/ b" },
    };

    (void)state;
    for (size_t i = 0; apis[i] != NULL; i++) {
        for (size_t j = 0; j < CASES(nonsense); j++) {
            struct buf shown = { 0 };
            struct error err = { 0 };

            if (send_is_built(apis[i], nonsense[j], &shown, &err))
                fail_msg("%s, row %zu: %s", apis[i]->name, j, buf_text(&shown));
            assert_true(err.kind == ERROR_USAGE || err.kind == ERROR_BUG);
        }
    }
}

static void what_can_be_reserved_can_be_cancelled(void **state)
{
    (void)state;
    for (size_t i = 0; apis[i] != NULL; i++)
        assert_int_equal((apis[i]->caps & API_RESERVE) != 0,
                         api_operation(apis[i], "reservation-cancel") != NULL);
}

static void references_can_be_asked_for(void **state)
{
    static const struct {
        const char *ref;
        bool sane;
    } cases[] = {
        { "20261201000001", true },
        { "S/12345", true },
        { "a.b", true },
        { NULL, false },
        { "", false },
        { ".", false },
        { "..", false },
        { "...", false },
        { "a b", false },
        { "a\tb", false },
        { "\xed\x95\x9c", false },
        { "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123",
          true },
        { "012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345",
          false },
    };

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        struct query query = { .ref = cases[i].ref };
        struct error err = { 0 };

        assert_int_equal(query_has_ref(&query, &err), cases[i].sane);
        if (!cases[i].sane)
            assert_int_equal(err.kind, ERROR_USAGE);
    }
}

static void countries_are_reached(void **state)
{
    static const struct {
        const char *number;
        bool korea, china;
    } cases[] = {
        { "01012345678", true, false },
        { "0212345678", true, false },
        { "15881234", true, false },
        { "+8613800138000", false, true },
        { "+12025550123", false, false },
        { "0018005551234", false, false },
        { "", false, false },
        { "+", false, false },
        { "+821012345678", false, false },
        { "112", true, false },
    };

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        for (size_t j = 0; apis[j] != NULL; j++)
            assert_int_equal(api_reaches(apis[j], cases[i].number),
                             apis[j]->country == COUNTRY_KOREA ? cases[i].korea : cases[i].china);
    }
}

static void keys_have_fallbacks(void **state)
{
    struct account account = { .keys = api_smsjoa.keys };

    (void)state;
    assert_string_equal(account_key(&account, "newline"), "lf");
    account.section = driver_section("newline", "backslash-n", NULL);
    assert_string_equal(account_key(&account, "newline"), "backslash-n");
    account.section = driver_section("other", "x", NULL);
    assert_string_equal(account_key(&account, "newline"), "lf");
    account = (struct account){ .keys = api_notificationsms.keys };
    assert_null(account_key(&account, "token"));
    account.section = driver_section("token", "fixed", NULL);
    assert_string_equal(account_key(&account, "token"), "fixed");
}

static void answers_take_sane_tokens_only(void **state)
{
    static const char *const bad[] = { "", "a b", "a\nb", "\xed\x95\x9c", "\x7f" };
    struct answer answer = { 0 };
    char *token = calloc(1, 10001);

    (void)state;
    answer_login(&answer, "abc", 99);
    assert_int_equal(answer.outcome.kind, OUTCOME_ACCEPTED);
    assert_string_equal(answer.token, "abc");
    assert_int_equal(answer.token_until, 99);
    answer_clear(&answer);
    for (size_t i = 0; i < CASES(bad); i++) {
        answer_login(&answer, bad[i], 99);
        assert_int_equal(answer.outcome.kind, OUTCOME_UNSURE);
        assert_null(answer.token);
    }
    assert_non_null(token);
    memset(token, 'a', 10000);
    answer_login(&answer, token, 99);
    assert_null(answer.token);
    answer_login(&answer, NULL, 99);
    assert_null(answer.token);
    free(token);
    answer_clear(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_five_are_there),
        cmocka_unit_test(operations_are_pairs),
        cmocka_unit_test(urls_are_https_without_a_slash_at_the_end),
        cmocka_unit_test(limits_make_sense),
        cmocka_unit_test(keys_are_documented),
        cmocka_unit_test(verdicts_are_whole),
        cmocka_unit_test(receipts_are_whole),
        cmocka_unit_test(no_row_of_a_manual_is_missing),
        cmocka_unit_test(requests_can_be_made),
        cmocka_unit_test(what_is_asked_of_a_send_shows),
        cmocka_unit_test(nonsense_is_not_sent),
        cmocka_unit_test(what_can_be_reserved_can_be_cancelled),
        cmocka_unit_test(references_can_be_asked_for),
        cmocka_unit_test(countries_are_reached),
        cmocka_unit_test(keys_have_fallbacks),
        cmocka_unit_test(answers_take_sane_tokens_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
