/* The template compiler's two small grammars: where C ends, and what HTML says of names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "clex.h"
#include "tags.h"

static void c_is_stepped_over(void **state)
{
    static const struct {
        const char *text;
        size_t end;
    } cases[] = {
        {"x", 1},           {"\"a}b\"c", 5},    {"\"\\\"}\" x", 5},      {"'}'", 3},
        {"'\\''x", 4},      {"/* } */x", 7},    {"(a, \")\")x", 8},      {"[({})]x", 6},
        {"{= '}' }x", 8},   {"/x", 1},          {"// }\nx", 4},          {"((a)", CLEX_OPEN},
        {"(a]", CLEX_OPEN}, {"\"a", CLEX_OPEN}, {"\"a\nb\"", CLEX_OPEN}, {"/* x", CLEX_OPEN},
        {")", CLEX_OPEN},   {"'\\", CLEX_OPEN},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(clex_skip_group(str_of(cases[i].text), 0), cases[i].end);
    assert_int_equal(clex_skip(S("(a)"), 0), 1);
    assert_int_equal(clex_skip(S("}"), 0), 1);
}

static void identifiers(void **state)
{
    (void)state;
    assert_int_equal(clex_identifier(S("a_1-b"), 0), 3);
    assert_int_equal(clex_identifier(S("1a"), 0), 0);
    assert_int_equal(clex_identifier(S("a"), 1), 0);
    assert_int_equal(clex_identifier(S(""), 0), 0);
}

static void names_of_html(void **state)
{
    (void)state;
    assert_true(tag_is_void(S("br")) && tag_is_void(S("IMG")));
    assert_false(tag_is_void(S("b")) || tag_is_void(S("brr")) || tag_is_void(STR_NONE));
    assert_true(tag_is_rcdata(S("title")) && tag_is_rcdata(S("TextArea")));
    assert_false(tag_keeps_space(S("title")));
    assert_true(tag_is_refused(S("style")) && tag_is_refused(S("STYLE")));
    assert_true(attr_is_url(S("href")) && attr_is_url(S("FormAction")));
    assert_false(attr_is_url(S("hreflang")) || attr_is_url(S("data-href")));
    assert_true(attr_is_handler(S("onclick")) && attr_is_handler(S("ONX")));
    assert_false(attr_is_handler(S("on")) || attr_is_handler(S("data-onclick")));
    assert_true(attr_is_compound(S("srcset")));
}

static void literal_urls(void **state)
{
    static const struct {
        const char *url;
        bool is_allowed, is_allowed_before_expression;
    } cases[] = {
        {"", true, true},
        {"/a/", true, true},
        {"?q=", true, true},
        {"#a:b", true, true},
        {"mailto:", true, true},
        {"tel:+1", true, true},
        {"https://x.org", true, false},
        {"https://x.org/", true, true},
        {"https://x.org?q=", true, true},
        {"HTTPS://x", true, false},
        {"http:", false, false},
        {"http:x", false, false},
        {"//x.org/", false, false},
        {"javascript:", false, false},
        {"data:text/plain,", false, false},
        {"x:", false, false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(url_is_allowed(str_of(cases[i].url), false), cases[i].is_allowed);
        assert_int_equal(url_is_allowed(str_of(cases[i].url), true),
                         cases[i].is_allowed_before_expression);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(c_is_stepped_over),
        cmocka_unit_test(identifiers),
        cmocka_unit_test(names_of_html),
        cmocka_unit_test(literal_urls),
    };

    return cmocka_run_group_tests_name("tools/htmlgen parts", tests, NULL, NULL);
}
