#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "test_templates.h"

#define HOSTILE "\"><script>alert('&')</script>\0\xff javascript:"

static struct arena *arena;
static struct buf out;
static struct view view;

static int setup(void **state)
{
    (void)state;
    arena = arena_new(4U << 20);
    return arena ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static struct view *fresh(enum lang lang)
{
    out = buf_in(arena, 1U << 20);
    view = (struct view){&out, lang};
    return &view;
}

static void assert_wrote(const char *expected)
{
    assert_false(buf_has_failed(&out));
    assert_string_equal(str_z(arena, buf_str(&out)), expected);
}

static void hostile_values_stay_values(void **state)
{
    (void)state;
    every_context(fresh(LANG_EN), S(HOSTILE), (struct html){S("<b>raw</b>")},
                  S("{\"a\":\"</script>&\"}"));
#define TEXT "\"&gt;&lt;script&gt;alert('&amp;')&lt;/script&gt;\ufffd javascript:"
#define ATTR "&quot;&gt;&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;\ufffd javascript:"
#define PART "%22%3E%3Cscript%3Ealert%28%27%26%27%29%3C%2Fscript%3E%00%FF%20javascript%3A"
    assert_wrote("<title>" TEXT "</title>\n"
                 "<p title=\"" ATTR "\" data-both=\"a " ATTR " b\">" TEXT "<b>raw</b></p>\n"
                 "<a href=\"#blocked\">1</a> <a href=\"/find?q=" PART "#" PART "\">2</a> "
                 "<a href=\"mailto:" PART "\">3</a>\n"
                 "<form action=\"#blocked\"><button formaction=\"/x/" PART "\">4</button></form>\n"
                 "<textarea name=\"t\">\n" TEXT "</textarea>\n"
                 "<pre>\n" TEXT "</pre>\n"
                 "<script type=\"application/json\" id=\"d\">"
                 "{\"a\":\"\\u003c/script\\u003e\\u0026\"}</script>");
#undef TEXT
#undef ATTR
#undef PART
}

static void url_values(void **state)
{
    (void)state;
    every_context(fresh(LANG_EN), S("/case/1?a=b&c"), (struct html){S("")}, S("{}"));
    assert_true(str_find(buf_str(&out), S("<a href=\"/case/1?a=b&amp;c\">1</a>")) > 0);
    every_context(fresh(LANG_EN), S("javascript:alert(1)"), (struct html){S("")}, S("{}"));
    assert_true(str_find(buf_str(&out), S("<a href=\"#blocked\">1</a>")) > 0);
    assert_true(str_find(buf_str(&out), S("<form action=\"#blocked\">")) > 0);
    assert_true(str_find(buf_str(&out), S("href=\"javascript:")) < 0);
}

static void white_space_is_collapsed_where_it_may(void **state)
{
    (void)state;
    spaces(fresh(LANG_EN));
    assert_wrote("<ul>\n<li>one two\nthree</li> <li>four</li>\n</ul>\n"
                 "<pre>\n  kept   as\n    it is</pre>");
}

static void numbers_and_texts(void **state)
{
    (void)state;
    numbers(fresh(LANG_EN), -7, INT64_MIN, SIZE_MAX, "<z>");
    assert_wrote("<b>-7</b><b>-9223372036854775808</b><b>18446744073709551615</b>"
                 "<b>&lt;z&gt;</b><b>a}\"}b</b><b>125</b>");
}

static void control_flow(void **state)
{
    const char *const items[] = {"a", "-b<"};

    (void)state;
    loop(fresh(LANG_EN), items, 2);
    assert_wrote("<ul>\n<li>a</li>\n<li class=\"off\">b&lt;</li>\n</ul>");
    loop(fresh(LANG_EN), items, 0);
    assert_wrote("<ul>\n</ul>");
    cases(fresh(LANG_EN), 1);
    assert_wrote("<i>one</i>\n");
    cases(fresh(LANG_EN), 9);
    assert_wrote("<i>many</i>\n");
}

static void attributes_on_condition(void **state)
{
    (void)state;
    conditional(fresh(LANG_EN), 1, S("e\"1"));
    assert_wrote("<input type=\"checkbox\" checked aria-describedby=\"hint e&quot;1\">");
    conditional(fresh(LANG_EN), 0, STR_NONE);
    assert_wrote("<input type=\"checkbox\" disabled>");
}

static void messages_in_their_places(void **state)
{
    struct html link = {S("<a>l</a>")};

    (void)state;
    messages(fresh(LANG_ES), S("\"<x>\""), 1, link);
    assert_wrote("<h1>Servicios de la ciudad</h1>\n"
                 "<p>Cambiar \"&lt;x&gt;\": Un resultado, Cambiar <a>l</a></p>\n"
                 "<a href=\"/\" title=\"Cambiar &quot;&lt;x&gt;&quot;\">No</a>\n"
                 "<title>Cambiar &lt;one&gt;</title>");
    messages(fresh(LANG_VI), S("x"), 3, link);
    assert_wrote("<h1>Dịch vụ thành phố</h1>\n"
                 "<p>Thay đổi x: 3 kết quả, Thay đổi <a>l</a></p>\n"
                 "<a href=\"/\" title=\"Thay đổi x\">Có</a>\n"
                 "<title>Thay đổi x</title>");
}

static void templates_in_templates(void **state)
{
    (void)state;
    outer(fresh(LANG_EN), S("T"));
    assert_wrote("<main><div class=\"x\"><h1>T</h1>\ntext\n<p title=\"T\">T</p>\nmore\n"
                 "</div></main>");
}

static void literal_characters(void **state)
{
    (void)state;
    literals(fresh(LANG_EN));
    assert_wrote("<p>100 { % } \"quoted\" back\\slash 'n' ?\?=</p>\n% at the start of a line\n"
                 "<svg viewBox=\"0 0 1 1\"><path d=\"M0 0\"/><title>x</title></svg>\n"
                 "<br><input disabled value=\"\">");
    document(fresh(LANG_VI));
    assert_wrote("<!doctype html>\n<html lang=\"vi\">\n<body>");
    empty(fresh(LANG_EN));
    assert_wrote("");
}

static void text_for_mail(void **state)
{
    (void)state;
    letter(fresh(LANG_EN), S("<O'Hara>"), 2);
    assert_wrote(
        "Dear <O'Hara>,\n\n  2 results & <Change <O'Hara>>\n   - several {\n% kept\nEnd\n");
    letter(fresh(LANG_EN), S("x"), 1);
    assert_wrote("Dear x,\n\n  One result & <Change x>\n% kept\nEnd\n");
}

static void lines_that_go_on(void **state)
{
    (void)state;
    multi_line(fresh(LANG_EN), 2, 3);
    assert_wrote("<p>5</p>\n<hr>\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostile_values_stay_values),
        cmocka_unit_test(url_values),
        cmocka_unit_test(white_space_is_collapsed_where_it_may),
        cmocka_unit_test(numbers_and_texts),
        cmocka_unit_test(control_flow),
        cmocka_unit_test(attributes_on_condition),
        cmocka_unit_test(messages_in_their_places),
        cmocka_unit_test(templates_in_templates),
        cmocka_unit_test(literal_characters),
        cmocka_unit_test(text_for_mail),
        cmocka_unit_test(lines_that_go_on),
    };

    return cmocka_run_group_tests_name("tools/templates", tests, setup, teardown);
}
