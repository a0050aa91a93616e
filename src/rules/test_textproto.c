/* The reader of the conformance files, and what it makes of their values and types. */
#include "../../tests/conformance/cel/cel_proto.h"

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

static void test_odd_forms(void **state)
{
    const struct textproto *message = parse(
        *state, "a: '\\ud83d\\ude00' b: - 5 c: <d: 1>, e { f: 'x' # y\n 'z' } g: [{h: 1}, <h: 2>]");

    assert_str(textproto_text(message, "a"), "\U0001f600");
    assert_str(textproto_text(message, "b"), "-5");
    assert_str(textproto_text(textproto_field(message, "c"), "d"), "1");
    assert_str(textproto_text(textproto_field(message, "e"), "f"), "xz");
    assert_str(textproto_text(textproto_field(message, "g")->next, "h"), "2");
}

/* What stands in the way of a value or type, and whether protobuf is asked for. */
struct obstacle {
    const char *source;
    bool needs_proto;
    const char *why;
};

static void check_obstacle(struct ctx *ctx, const struct obstacle *obstacle, bool is_type)
{
    struct cel_proto proto = {.ctx = ctx, .env = cel_env_new(ctx, CEL_LIMITS)};
    struct cel_value value;
    bool is_read = is_type ? cel_proto_type(&proto, parse(ctx, obstacle->source)).n > 0
                           : cel_proto_value(&proto, parse(ctx, obstacle->source), &value);

    if (is_read || proto.needs_proto != obstacle->needs_proto ||
        str_find(proto.why, str_of(obstacle->why)) < 0)
        fail_msg("%s: %.*s", obstacle->source, STR_ARG(proto.why));
}

static void test_values_refused(void **state)
{
    static const struct obstacle obstacles[] = {
        {"", false, "no kind"},
        {"int64_value: 9223372036854775808", false, "cannot be"},
        {"int64_value: five", false, "cannot be"},
        {"uint64_value: -1", false, "cannot be"},
        {"double_value: 1.5x", false, "cannot be"},
        {"bool_value: maybe", false, "cannot be"},
        {"list_value { value { int64_value: 1 } }", false, "no field value"},
        {"list_value { values { enum_value { type: 'a.B' value: 1 } } }", true, "enum"},
        {"map_value { entries { key { int64_value: 1 } } }", false, "key and value"},
        {"map_value { entries { key { null_value: 0 } value { int64_value: 1 } } }", false, "keys"},
        {"object_value {}", false, "no type"},
        {"object_value { type_url: 'x' value: 'y' }", true, "binary"},
        {"object_value { [type.googleapis.com/a.B] {} }", true, "message a.B"},
        {"object_value { [x/google.protobuf.FieldMask] {} }", true, "google.protobuf.FieldMask"},
        {"object_value { [x/google.protobuf.Duration] { seconds: 10000000000 } }", false, "292"},
        {"object_value { [x/google.protobuf.Value] { any: 1 } }", false, "no field any"},
        {"type_value: 'a.B'", true, "type a.B"},
        {"type_value: 'integer'", false, "type integer"},
        {"future_value: 1", false, "no field future_value"},
    };

    for (size_t i = 0; i < COUNT(obstacles); i++)
        check_obstacle(*state, &obstacles[i], false);
}

static void test_types_refused(void **state)
{
    static const struct obstacle obstacles[] = {
        {"", false, "no kind"},
        {"primitive: INT128", false, "INT128"},
        {"message_type: 'a.B'", true, "a.B"},
        {"list_type { elem_type { message_type: 'a.B' } }", true, "a.B"},
        {"map_type { key_type { error {} } value_type { dyn {} } }", false, "error"},
        {"abstract_type { name: 'a.b' }", false, "abstract type a.b"},
        {"type_param: '1'", false, "variable"},
    };

    for (size_t i = 0; i < COUNT(obstacles); i++)
        check_obstacle(*state, &obstacles[i], true);
}

static void test_damaged(void **state)
{
    static const char *const sources[] = {
        "a",
        "a:",
        "a {",
        "a { b: 1",
        "a: 'x",
        "a: 'x\n'",
        "}",
        "a: [1",
        "a: [1,",
        ": 1",
        "a: }",
        "a: \"\\",
        "[x",
        "a < b: 1 }",
        "a: '\\q'",
        "a: '\\ud800'",
        "a: '\\ud83d\\u0041'",
        "a: '\\U00110000'",
        "a: -",
    };
    struct ctx *ctx = *state;
    char deep[1000];

    for (size_t i = 0; i < COUNT(sources); i++) {
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
        TEST(test_fields),    TEST(test_strings),        TEST(test_any),
        TEST(test_odd_forms), TEST(test_values_refused), TEST(test_types_refused),
        TEST(test_damaged),
    };

    return cmocka_run_group_tests_name("rules/textproto", tests, NULL, NULL);
}
