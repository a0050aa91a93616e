#include "base/json.h"
#include "rules/test_cel.h"

/* The tree as an indented list of "text = value" lines. */
static void write_tree(struct buf *out, const struct cel_trace *trace, int depth)
{
    for (int i = 0; i < depth; i++)
        buf_add_byte(out, ' ');
    if (trace->has_failed)
        buf_add_fmt(out, "%.*s ! %.*s\n", STR_ARG(trace->text), STR_ARG(trace->error));
    else
        buf_add_fmt(out, "%.*s = %.*s\n", STR_ARG(trace->text),
                    STR_ARG(cel_value_text(out->arena, trace->value, 100)));
    for (const struct cel_trace *child = trace->first; child; child = child->next)
        write_tree(out, child, depth + 1);
}

static void explains(struct ctx *ctx, const char *source, const char *expected)
{
    struct test_world *world = test_world_of(ctx);
    struct cel_program *program = test_compile(ctx, world, source);
    struct buf out = buf_in(ctx->arena, 100000);
    const struct cel_trace *trace = NULL;
    struct cel_value value, plain;
    enum rc rc = cel_explain(ctx, program, &world->activation, &value, &trace);

    assert_non_null(trace);
    write_tree(&out, trace, 0);
    if (!str_eq(buf_str(&out), str_of(expected)))
        fail_msg("%s:\ngot\n%.*sexpected\n%s", source, STR_ARG(buf_str(&out)), expected);
    ctx_clear_error(ctx);
    assert_int_equal(cel_eval(ctx, program, &world->activation, &plain), rc);
    if (rc == RC_OK)
        assert_str(cel_value_text(ctx->arena, plain, 1000),
                   str_z(ctx->arena, cel_value_text(ctx->arena, value, 1000)));
    ctx_clear_error(ctx);
}

static void test_trees(void **state)
{
    static const struct expectation table[] = {
        {"lane", "lane = true\n"},
        {"1 + 2", "1 + 2 = 3\n"},
        {"true", "true = true\n"},
        {"[1, 2]", "[1, 2] = [1, 2]\n"},
        {"count > 2", "count > 2 = true\n count = 3\n"},
        {"place.layer(\"district\") in [\"1\", \"2\"] && lane",
         "place.layer(\"district\") in [\"1\", \"2\"] && lane = true\n"
         " place.layer(\"district\") in [\"1\", \"2\"] = true\n"
         "  place.layer(\"district\") = \"2\"\n"
         "   place = <place>\n"
         " lane = true\n"},
        {"(amount + 1) * 2", "(amount + 1) * 2 = money(\"253.00\")\n"
                             " (amount + 1) = money(\"126.50\")\n"
                             "  amount = money(\"125.50\")\n"},
        {"has(depth) && depth > 3", "has(depth) && depth > 3 = false\n has(depth) = false\n"},
        {"amount * 0.1 > 10", "amount * 0.1 > 10 = true\n"
                              " amount * 0.1 = decimal(\"12.550\")\n"
                              "  amount = money(\"125.50\")\n"},
    };

    EACH(*state, explains, table);
}

/* Only what decided is kept. */
static void test_decisive(void **state)
{
    static const struct expectation table[] = {
        {"lane && !lane && count > 1", "lane && !lane && count > 1 = false\n"
                                       " !lane = false\n"
                                       "  lane = true\n"},
        {"!lane || count > 1 || lane", "!lane || count > 1 || lane = true\n"
                                       " count > 1 = true\n"
                                       "  count = 3\n"},
        {"!lane || count > 5", "!lane || count > 5 = false\n"
                               " !lane = false\n"
                               "  lane = true\n"
                               " count > 5 = false\n"
                               "  count = 3\n"},
        {"lane ? count : 1 / 0", "lane ? count : 1 / 0 = 3\n lane = true\n count = 3\n"},
        {"1 / (count - 3) > 0 || lane", "1 / (count - 3) > 0 || lane = true\n lane = true\n"},
        {"tags.exists(t, t == 'water')", "tags.exists(t, t == 'water') = true\n"
                                         " tags = [\"road\", \"water\", \"night\"]\n"
                                         " t == 'water' = true\n"
                                         "  t = \"water\"\n"},
        {"tags.exists(t, t == 'x')", "tags.exists(t, t == 'x') = false\n"
                                     " tags = [\"road\", \"water\", \"night\"]\n"},
        {"tags.all(t, t != 'road')", "tags.all(t, t != 'road') = false\n"
                                     " tags = [\"road\", \"water\", \"night\"]\n"
                                     " t != 'road' = false\n"
                                     "  t = \"road\"\n"},
        {"tags.map(t, t.size())", "tags.map(t, t.size()) = [4, 5, 5]\n"
                                  " tags = [\"road\", \"water\", \"night\"]\n"},
        {"cel.bind(a, count + 1, a * a)", "cel.bind(a, count + 1, a * a) = 16\n"
                                          " count + 1 = 4\n"
                                          "  count = 3\n"
                                          " a * a = 16\n"
                                          "  a = 4\n"
                                          "  a = 4\n"},
        {"cel.bind(a, 1 / (count - 3), lane || a > 1)",
         "cel.bind(a, 1 / (count - 3), lane || a > 1) = true\n"
         " lane || a > 1 = true\n"
         "  lane = true\n"},
    };

    EACH(*state, explains, table);
}

static void test_errors(void **state)
{
    static const struct expectation table[] = {
        {"1 / (count - 3)", "1 / (count - 3) ! division by zero\n"
                            " (count - 3) = 0\n"
                            "  count = 3\n"},
        {"lane && answers.weight > 1",
         "lane && answers.weight > 1 ! no such key: there is no weight in answers\n"
         " lane = true\n"
         " answers.weight > 1 ! no such key: there is no weight in answers\n"
         "  answers.weight ! no such key: there is no weight in answers\n"
         "   answers = {\"size\": 40, \"colour\": \"red\"}\n"},
        {"cel.bind(a, 1 / (count - 3), a + 1)",
         "cel.bind(a, 1 / (count - 3), a + 1) ! division by zero\n"
         " a + 1 ! division by zero\n"
         "  a ! division by zero\n"},
    };

    EACH(*state, explains, table);
}

static const struct cel_trace *explain(struct ctx *ctx, const char *source)
{
    struct test_world *world = test_world_of(ctx);
    const struct cel_trace *trace = NULL;
    struct cel_value value;

    assert_int_equal(
        cel_explain(ctx, test_compile(ctx, world, source), &world->activation, &value, &trace),
        RC_OK);
    return trace;
}

static void test_json(void **state)
{
    struct ctx *ctx = *state;
    struct str json = cel_trace_json(ctx->arena, explain(ctx, "street == \"\\\"\\n<\" || lane"));
    json_t *root;
    struct str text;

    assert_int_equal(json_parse(ctx, json, 10000, &root), RC_OK);
    assert_int_equal(json_get_str(ctx, root, S("expr"), &text), RC_OK);
    assert_str(text, "street == \"\\\"\\n<\" || lane");
    assert_int_equal(json_get_str(ctx, root, S("children[0].value"), &text), RC_OK);
    assert_str(text, "true");
    assert_null(json_get(root, S("children[0].children")));
    assert_true(test_contains(json, "\\u003c"));
}

static size_t count_nodes(const struct cel_trace *trace)
{
    size_t n = 1;

    for (const struct cel_trace *child = trace->first; child; child = child->next)
        n += count_nodes(child);
    return n;
}

/* However large or deep the rule, its explanation can be stored and read back. */
static void test_bounds(void **state)
{
    struct ctx *ctx = *state;
    struct buf wide = buf_in(ctx->arena, 20000), deep = buf_in(ctx->arena, 20000);
    json_t *root;

    BUF_ADD(&wide, "lane");
    BUF_ADD(&deep, "count");
    for (int i = 0; i < 400; i++)
        BUF_ADD(&wide, " && lane");
    for (int i = 0; i < 150; i++)
        BUF_ADD(&deep, " + 1");
    const struct cel_trace *trace = explain(ctx, str_z(ctx->arena, buf_str(&wide)));
    assert_int_equal(count_nodes(trace), 200);
    trace = explain(ctx, str_z(ctx->arena, buf_str(&deep)));
    assert_int_equal(count_nodes(trace), 12);
    assert_int_equal(json_parse(ctx, cel_trace_json(ctx->arena, trace), 100000, &root), RC_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_trees), TEST(test_decisive), TEST(test_errors),
        TEST(test_json),  TEST(test_bounds),
    };

    return cmocka_run_group_tests_name("rules/explain", tests, NULL, NULL);
}
