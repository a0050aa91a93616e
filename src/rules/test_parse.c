#include "rules/test_cel.h"

static void test_literals(void **state)
{
    static const struct expectation table[] = {
        {"42", "42"},
        {"0x1F", "31"},
        {"-0x1F", "-31"},
        {"7u", "7u"},
        {"0xFFFFFFFFFFFFFFFFu", "18446744073709551615u"},
        {"-9223372036854775808", "-9223372036854775808"},
        {".5", "0.5"},
        {"1e3", "1000.0"},
        {"7.", "7.0"},
        {"[7., -7.]", "[7.0, -7.0]"},
        {"amount * 2.", "decimal(\"251.00\")"},
        {"1.5E-2", "0.015"},
        {"1e30", "1e+30"},
        {"\"a\\tb\\x41\\u00e9\\U0001F600\\101\"", "\"a\\x09bA\u00e9\U0001F600A\""},
        {"r'\\d+'", "\"\\\\d+\""},
        {"r'\\'", "\"\\\\\""},
        {"'''a\n'b'''", "\"a\\n'b\""},
        {"r\"\"\"a\r\n\rb\"\"\"", "\"a\\n\\nb\""},
        {"'\\ud83d\\ude00'", "\"\U0001F600\""},
        {"b'\\xff\\377a'", "b\"\\xff\\xffa\""},
        {"bR\"\\n\"", "b\"\\\\n\""},
        {"null", "null"},
        {"[1, 2,]", "[1, 2]"},
        {"{'a': 1, 'b': 2,}", "{\"a\": 1, \"b\": 2}"},
        {"{1: 'x'}[1]", "\"x\""},
    };

    EACH(*state, gives, table);
}

static void test_precedence(void **state)
{
    static const struct expectation table[] = {
        {"1 + 2 * 3", "7"},
        {"(1 + 2) * 3", "9"},
        {"10 - 3 - 2", "5"},
        {"2 * 3 % 4", "2"},
        {"1 + 1 == 2 && 2 < 3", "true"},
        {"true || false && false", "true"},
        {"false ? 1 : true ? 2 : 3", "2"},
        {"!false && false", "false"},
        {"--5", "5"},
        {"-count", "-3"},
        {"- 5", "-5"},
        {"2 - -3", "5"},
        {"!!true", "true"},
        {"-[7][0]", "-7"},
        {"1 in [1] == true", "true"},
        {"{'a': {'b': [5, 6]}}.a.b[1]", "6"},
        {"{'in': 1}.in", "1"},
        {"{'a-b': 4}.`a-b`", "4"},
        {".count", "3"},
        {"1 // a comment\n + 1", "2"},
        {"1 +\t\r\n\f1", "2"},
        {"1 // a comment\r + 1", "2"},
    };

    EACH(*state, gives, table);
}

static void test_syntax_problems(void **state)
{
    static const struct expectation table[] = {
        {"", "1:1: empty"},
        {"  // nothing\n", "1:1: empty"},
        {"1 +", "1:4: ends too early"},
        {"(1", "1:3: closing )"},
        {"[1, 2", "1:6: a comma or ]"},
        {"{1: 2", "1:6: a comma or }"},
        {"{1 2}", "1:4: colon"},
        {"lane &&", "1:8: ends too early"},
        {"lane & lane", "1:6: write &&"},
        {"count = 3", "1:7: write =="},
        {"'it''s'", "1:5: operator or the end"},
        {"'a' 'b'", "1:5: operator or the end"},
        {"/*", "1:1: a value is expected"},
        {"count 3", "1:7: operator or the end"},
        {"a.", "1:3: name after the dot"},
        {"'abc", "1:1: has no end"},
        {"'ab\nc'", "1:1: has no end"},
        {"'\\q'", "1:2: escape"},
        {"'\\ud800'", "1:2: escape"},
        {"'\\ud800\\u0041'", "1:2: escape"},
        {"'\\ud800\\ue000'", "1:2: escape"},
        {"'\\udc00\\ud800'", "1:2: escape"},
        {"'\\ud800\\", "1:2: escape"},
        {"'\\U0000d83d\\ude00'", "1:2: escape"},
        {"7..", "1:3: name after the dot"},
        {".", "1:2: name after the dot"},
        {".for", "1:2: word of the language"},
        {"'\\U00110000'", "1:2: escape"},
        {"b'\\u0041'", "1:3: escape"},
        {"'\\400'", "1:2: escape"},
        {"9223372036854775808", "1:1: too large"},
        {"18446744073709551616u", "1:1: too large"},
        {"0x10000000000000000", "1:1: too large"},
        {"1e309", "1:1: too large for a double"},
        {"0x", "1:1: too large"},
        {"12abc", "1:3: space or an operator"},
        {"lane ? 1", "1:9: colon"},
        {"for", "1:1: word of the language"},
        {"in", "1:1: word of the language"},
        {"count # 1", "1:7: no meaning"},
        {"count \u20ac 1", "1:7: no meaning"},
        {"\n\n  'caf\u00e9' + \u20ac", "3:12: no meaning"},
        {"size(1,)", "1:8: a value"},
        {"foo{a: 1}", "1:1: use a map"},
        {"`a`", "1:1: a value"},
        {"{'a': 1}.`a", "1:10: second `"},
    };

    EACH(*state, refused, table);
}

static void test_macro_problems(void **state)
{
    static const struct expectation table[] = {
        {"tags.all(t)", "1:1: used as list.all(x"},
        {"tags.exists(1, true)", "1:13: plain name"},
        {"tags.exists(a.b, true)", "1:13: plain name"},
        {"tags.exists((a), true)", "1:13: plain name"},
        {"tags.exists(.a, true)", "1:13: plain name"},
        {"cel.bind(.a, 1, true)", "1:10: plain name"},
        {"tags.all(a, a, true)", "1:13: different names"},
        {"tags.filter(a, b, true)", "1:1: used as"},
        {"tags.transformList(a, true)", "1:1: used as"},
        {"has()", "1:1: takes one field"},
        {"has(1)", "1:5: asks for a field"},
        {"has(lane && lane)", "1:5: asks for a field"},
        {"cel.bind(a, 1)", "1:1: cel.bind(name"},
        {"cel.bind(1, 1, 1)", "1:10: plain name"},
        {"math.greatest()", "1:1: at least one"},
    };

    EACH(*state, refused, table);
}

/* Depth is bounded wherever it can grow: brackets, signs, chains, members. */
static void test_depth(void **state)
{
    static const char *const openers[] = {"(", "[", "!", "-", "1+", "lane?1:", "size(", "{1:"};
    struct ctx *ctx = *state;
    struct test_world *world = test_world_of(ctx);

    for (size_t i = 0; i < COUNT(openers); i++) {
        struct buf source = buf_in(ctx->arena, 20000);
        struct cel_program *program;
        struct cel_problem problem;

        for (int n = 0; n < 1200; n++)
            buf_add(&source, str_of(openers[i]));
        buf_add_byte(&source, '1');
        assert_int_equal(cel_compile(ctx, world->env, buf_str(&source), NULL, &program, &problem),
                         RC_INVALID);
        assert_true(test_contains(problem.sentence, "nested more than") ||
                    test_contains(problem.sentence, "signs in a row"));
        ctx_clear_error(ctx);
    }
}

/* What the standard demands of every implementation. */
static void test_demanded_sizes(void **state)
{
    struct ctx *ctx = *state;
    struct buf ors = buf_in(ctx->arena, 4000), parens = buf_in(ctx->arena, 4000);
    struct buf sum = buf_in(ctx->arena, 4000), choices = buf_in(ctx->arena, 4000);

    for (int i = 0; i < 32; i++) {
        BUF_ADD(&ors, "false || ");
        BUF_ADD(&parens, "(");
        BUF_ADD(&sum, "1 + ");
        BUF_ADD(&choices, "false ? 1 : ");
    }
    BUF_ADD(&ors, "true");
    BUF_ADD(&parens, "7");
    BUF_ADD(&sum, "1");
    BUF_ADD(&choices, "2");
    for (int i = 0; i < 32; i++)
        BUF_ADD(&parens, ")");
    gives(ctx, str_z(ctx->arena, buf_str(&ors)), "true");
    gives(ctx, str_z(ctx->arena, buf_str(&parens)), "7");
    gives(ctx, str_z(ctx->arena, buf_str(&sum)), "33");
    gives(ctx, str_z(ctx->arena, buf_str(&choices)), "2");
    gives(ctx, "!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!true", "true");
    gives(ctx, "--------------------------------19", "19");
}

static void test_hostile_bytes(void **state)
{
    static const struct str sources[] = {
        STR("\0"), STR("1\0+1"), STR("'\xff'"), STR("\xc3"), STR("'\xed\xa0\x80'"), STR("\x01"),
    };
    struct ctx *ctx = *state;
    struct test_world *world = test_world_of(ctx);

    for (size_t i = 0; i < COUNT(sources); i++) {
        struct cel_program *program;
        struct cel_problem problem = {0};

        assert_int_equal(cel_compile(ctx, world->env, sources[i], NULL, &program, &problem),
                         RC_INVALID);
        assert_true(problem.line >= 1 && problem.column >= 1 && problem.sentence.n > 0);
        ctx_clear_error(ctx);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_literals),       TEST(test_precedence), TEST(test_syntax_problems),
        TEST(test_macro_problems), TEST(test_depth),      TEST(test_demanded_sizes),
        TEST(test_hostile_bytes),
    };

    return cmocka_run_group_tests_name("rules/parse", tests, NULL, NULL);
}
