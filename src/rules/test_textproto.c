/* The reader of the conformance files. */
#include "../../tests/conformance/cel/textproto.h"

#include "base/test_support.h"

static const struct textproto *parse(struct ctx *ctx, const char *source)
{
    const struct textproto *message = NULL;

    assert_int_equal(textproto_parse(ctx, str_of(source), &message), RC_OK);
    assert_non_null(message);
    return message;
}

static void test_fields(void **state)
{
    const struct textproto *message =
        parse(*state, "# a comment\nname: \"x\" value { int64_value: -5 }\n"
                      "list: [1, 2,3] empty: [] flag: true; other < a: 'b' >, big: 1e99");

    assert_str(textproto_text(message, "name"), "x");
    assert_str(textproto_text(textproto_field(message, "value"), "int64_value"), "-5");
    assert_int_equal(textproto_field(message, "value")->line, 2);
    assert_str(textproto_text(message, "list"), "1");
    assert_str(textproto_field(message, "list")->next->next->text, "3");
    assert_null(textproto_field(message, "empty"));
    assert_str(textproto_text(message, "flag"), "true");
    assert_str(textproto_text(textproto_field(message, "other"), "a"), "b");
    assert_str(textproto_text(message, "big"), "1e99");
    assert_str(textproto_text(message, "nothing"), "");
    assert_str(textproto_text(NULL, "nothing"), "");
}

static void test_strings(void **state)
{
    const struct textproto *message = parse(
        *state, "a: 'it\\'s' b: \"x\" 'y'\n  \"z\" c: \"\\303\\277\\x41\\u00e9\\U0001f600\\n\\?\""
                " d: \"\\000\\1\"");

    assert_str(textproto_text(message, "a"), "it's");
    assert_str(textproto_text(message, "b"), "xyz");
    assert_str(textproto_text(message, "c"), "\303\277A\u00e9\U0001f600\n?");
    assert_true(str_eq(textproto_text(message, "d"), (struct str){"\0\1", 2}));
    assert_true(textproto_field(message, "a")->is_string);
}

static void test_any(void **state)
{
    const struct textproto *message =
        parse(*state, "object { [type.googleapis.com/a.B] { seconds: 3 } }");
    const struct textproto *any = textproto_field(message, "object")->first;

    assert_str(any->name, "[type.googleapis.com/a.B]");
    assert_str(textproto_text(any, "seconds"), "3");
}

static void test_damaged(void **state)
{
    static const char *const sources[] = {
        "a",     "a:",     "a {", "a { b: 1", "a: 'x",   "a: 'x\n'", "}",
        "a: [1", "a: [1,", ": 1", "a: }",     "a: \"\\", "[x",       "a < b: 1 }",
    };
    struct ctx *ctx = *state;
    char deep[1000];

    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        const struct textproto *message = NULL;

        if (textproto_parse(ctx, str_of(sources[i]), &message) != RC_INVALID)
            fail_msg("%s: should be refused", sources[i]);
        assert_null(message);
        assert_int_equal(ctx->err.id, ERR_FORMAT);
        ctx_clear_error(ctx);
    }
    for (size_t i = 0; i + 1 < sizeof deep; i += 2)
        memcpy(deep + i, "a{", 2);
    const struct textproto *message = NULL;
    assert_int_equal(textproto_parse(ctx, (struct str){deep, sizeof deep}, &message), RC_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_fields),
        TEST(test_strings),
        TEST(test_any),
        TEST(test_damaged),
    };

    return cmocka_run_group_tests_name("rules/textproto", tests, NULL, NULL);
}
