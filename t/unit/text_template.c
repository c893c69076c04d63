/* Templates: what parses, what renders, and where the elastic pieces lie. */
#include "unit.h"

#include "text/template.h"

/* Fields of an alert that has both a service and template syntax in its values. */
static const char *value_of(const void *context, const char *name)
{
    static const struct {
        const char *name, *value;
    } fields[] = {
        { "host", "db01" },        { "service", "disk" },         { "state", "CRITICAL" },
        { "type", "PROBLEM" },     { "output", "/var 97%" },      { "long_output", "line 1\nline 2  \n" },
        { "comment", "" },         { "author", "{{host}} {{#x" }, { "markup", "<b> & \"q\"" },
        { "blanks", "a  \n\n b" }, { "nothing", "   \n" },
    };

    for (size_t i = 0; i < CASES(fields); i++)
        if (strcmp(fields[i].name, name) == 0)
            return fields[i].value;
    return context != NULL ? NULL : "";
}

static void renders(void **state)
{
    static const struct {
        const char *template, *text, *why;
    } cases[] = {
        { "", "", "nothing" },
        { "plain } text { {x}", "plain } text { {x}", "no tag" },
        { "{{host}} is {{state}}", "db01 is CRITICAL", "variables" },
        { "{{ host\t}}{{{ host }}}{{& host }}{{&host}}", "db01db01db01db01", "all forms of a variable" },
        { "{{markup}} {{{markup}}}", "<b> & \"q\" <b> & \"q\"", "nothing is escaped" },
        { "{{author}}", "{{host}} {{#x", "template syntax in a value is text" },
        { "[{{unknown}}]", "[]", "an absent field is empty" },
        { "{{host}}{{#service}}/{{service}}{{/service}}", "db01/disk", "a section shows" },
        { "{{host}}{{#comment}}: {{comment}}{{/comment}}", "db01", "a section of an empty field does not" },
        { "{{^comment}}no word{{/comment}}{{^host}}no host{{/host}}", "no word", "inverted sections" },
        { "{{#host}}{{#comment}}a{{/comment}}{{^comment}}b{{/comment}}{{/host}}", "b",
          "sections in sections" },
        { "{{#comment}}{{#host}}{{host}}{{/host}}{{/comment}}x", "x", "a hidden section hides all" },
        { "{{#host}}{{/host}}x", "x", "an empty section" },
        { "{{#comment}}{{/comment}}", "", "an empty one that is hidden" },
        { "a{{! {{ no } tag }}b", "ab", "a comment" },
        { "a\n{{#host}}\nb\n{{/host}}\nc", "a\nb\nc", "tags that stand alone take their line" },
        { "a\n  {{#comment}}  \nb\n\t{{/comment}}\nc", "a\nc", "with the blanks around them" },
        { "a\r\n{{#host}}\r\nb\r\n{{/host}}\r\nc", "a\r\nb\r\nc", "before CR LF, too" },
        { "a\n{{! two\nlines }}\nb", "a\nb", "a comment of two lines" },
        { "a\n{{#host}} b\n{{/host}}", "a\n b", "not alone" },
        { "a\n{{#host}}{{/host}}\nb", "a\n\nb", "two on a line are not alone" },
        { "a\n{{host}}\nb", "a\ndb01\nb", "a variable never takes its line" },
        { "{{#host}}\n{{#comment}}\nx\n{{/comment}}\n{{/host}}\nend", "end", "one behind the other" },
        { "a  \n\n b \t\n", "a\n\n b", "trailing blanks and lines go" },
        { "\n \n{{nothing}}\n a", " a", "blank lines at the start" },
        { "{{blanks}}|", "a\n\n b|", "blanks within a value" },
        { "{{nothing}}", "", "only blanks" },
        { "문자 {{host}} 왔다", "문자 db01 왔다", "any language" },
    };

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        struct error err = { 0 };
        struct rendered out = { 0 };
        struct template *t = template_parse(cases[i].template, &err);
        print_message("# %s\n", cases[i].why);
        assert_non_null(t);
        assert_true(template_render(t, value_of, NULL, &out, &err));
        assert_string_equal(buf_text(&out.text), cases[i].text);
        assert_int_equal(strlen(buf_text(&out.text)), out.text.len);
        rendered_clear(&out);
        assert_true(template_render(t, value_of, "a lookup may answer NULL", &out, &err));
        rendered_clear(&out);
        template_free(t);
    }
}

#define A4 "{{#a}}{{#a}}{{#a}}{{#a}}"

static void faults(void **state)
{
    static const struct {
        const char *template, *fault;
    } cases[] = {
        { "{{", "line 1 column 1: {{ without }}" },
        { "abc\n한 {{host", "line 2 column 3: {{ without }}" },
        { "{{{host}}", "line 1 column 1: {{{ without }}}" },
        { "{{! never", "line 1 column 1: {{ without }}" },
        { "{{}}", "line 1 column 1: a tag without a name" },
        { "{{ }}", "line 1 column 1: a tag without a name" },
        { "{{#}}{{/}}", "line 1 column 1: a tag without a name" },
        { "{{.}}", "line 1 column 1: a name has letters, digits and _ only" },
        { "{{a b}}", "line 1 column 1: a name has letters, digits and _ only" },
        { "{{a\nb}}", "line 1 column 1: a name has letters, digits and _ only" },
        { "{{{{host}}}}", "line 1 column 1: a name has letters, digits and _ only" },
        { "{{호스트}}", "line 1 column 1: a name has letters, digits and _ only" },
        { "{{aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}}",
          "line 1 column 1: a name of more than 64 characters" },
        { "x{{>part}}", "line 1 column 2: partials ({{> }}) are not part of munja's templates" },
        { "{{=<% %>=}}", "line 1 column 1: changing the braces ({{= }}) is not part of munja's templates" },
        { "{{#a}}x", "line 1 column 1: {{#a}} without {{/a}} behind it" },
        { "{{#a}}\n {{^b}}{{/b}}\n{{#c}}{{/c}}", "line 1 column 1: {{#a}} without {{/a}} behind it" },
        { "{{#a}}\n  {{/b}}", "line 2 column 3: {{/b}} where {{/a}} is due" },
        { "x {{/a}}", "line 1 column 3: {{/a}} without {{#a}} before it" },
        { "a\n\xff", "line 2 column 1: not UTF-8" },
        { A4 A4 A4 A4 "{{#a}}", "line 1 column 97: sections within more than 16 others" },
    };

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        struct error err = { 0 };
        assert_null(template_parse(cases[i].template, &err));
        assert_string_equal(err.text, cases[i].fault);
        assert_int_equal(err.kind, ERROR_SETTINGS);
    }
}

static void names(void **state)
{
    static const char *const used[] = { "host", "service", "service", "comment", "host", NULL };
    struct error err = { 0 };
    struct template *t = template_parse(
        "{{host}}{{#service}}/{{service}}{{/service}}{{! x }}{{^comment}} {{{host}}}{{/comment}}", &err);

    (void)state;
    assert_non_null(t);
    for (size_t i = 0; i < CASES(used); i++)
        if (used[i] == NULL)
            assert_null(template_name(t, i));
        else
            assert_string_equal(template_name(t, i), used[i]);
    template_free(t);
    assert_true(template_is_elastic("output"));
    assert_true(template_is_elastic("long_output"));
    assert_true(template_is_elastic("comment"));
    assert_false(template_is_elastic("host"));
}

/* The elastic pieces, joined by bars, as they lie in the tidied text. */
static void pieces(void **state)
{
    static const struct {
        const char *template, *pieces, *why;
    } cases[] = {
        { "{{host}} {{state}}", "", "none" },
        { "{{host}} {{output}} {{state}}", "/var 97%|", "one" },
        { "{{output}}\n{{long_output}}", "/var 97%|line 1\nline 2|", "trailing blanks go with their piece" },
        { "{{comment}}{{output}}", "/var 97%|", "an empty one is none" },
        { "\n\n  \n{{output}} \n{{output}}", "/var 97%|/var 97%|", "moved along" },
        { "{{long_output}}x", "line 1\nline 2\n|", "inner line breaks stay" },
        { "{{#output}}{{output}}{{/output}}", "/var 97%|", "in a section of itself" },
    };

    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        struct error err = { 0 };
        struct rendered out = { 0 };
        struct buf joined = { 0 };
        struct template *t = template_parse(cases[i].template, &err);
        print_message("# %s\n", cases[i].why);
        assert_non_null(t);
        assert_true(template_render(t, value_of, NULL, &out, &err));
        for (size_t e = 0; e < out.elastics; e++)
            assert_true(buf_add(&joined, out.text.data + out.elastic[e].start, out.elastic[e].bytes)
                        && buf_char(&joined, '|'));
        assert_string_equal(buf_text(&joined), cases[i].pieces);
        buf_clear(&joined);
        rendered_clear(&out);
        template_free(t);
    }
}

static const char *long_value(const void *context, const char *name)
{
    return template_is_elastic(name) ? context : "db01";
}

/* However long the output and however often it is used: the text has a bound, and what is rigid is in it. */
static void bounded(void **state)
{
    enum { HUGE = 600000 };
    struct error err = { 0 };
    struct rendered out = { 0 };
    char *huge = malloc(HUGE + 1);
    struct template *t = template_parse("{{output}}{{output}}{{long_output}} {{host}}", &err);

    (void)state;
    assert_non_null(huge);
    assert_non_null(t);
    memset(huge, 'x', HUGE);
    memcpy(huge + HUGE - 3, "가", 3);
    huge[HUGE] = '\0';
    assert_true(template_render(t, long_value, huge, &out, &err));
    assert_in_range(out.text.len, 500000, 1024 * 1024);
    assert_int_equal(out.elastics, 3);
    assert_string_equal(out.text.data + out.text.len - 5, " db01");
    rendered_clear(&out);
    template_free(t);
    free(huge);
}

static void long_template(void **state)
{
    enum { LONGEST = 16 * 1024 };
    struct error err = { 0 };
    char *text = calloc(1, LONGEST + 2);
    struct template *t;

    (void)state;
    assert_non_null(text);
    memset(text, 'x', LONGEST);
    t = template_parse(text, &err);
    assert_non_null(t);
    template_free(t);
    text[LONGEST] = 'x';
    assert_null(template_parse(text, &err));
    assert_string_equal(err.text, "a template of 16385 bytes; 16384 are the most");
    free(text);
    template_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(renders), cmocka_unit_test(faults),  cmocka_unit_test(names),
        cmocka_unit_test(pieces),  cmocka_unit_test(bounded), cmocka_unit_test(long_template),
    };

    return cmocka_run_group_tests_name("text_template", tests, NULL, NULL);
}
