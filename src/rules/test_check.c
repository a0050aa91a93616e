#include "rules/test_cel.h"

static void test_types(void **state)
{
    static const struct expectation table[] = {
        {"1", "int"},
        {"null", "null"},
        {"[1, 2]", "list<int>"},
        {"[]", "list<dyn>"},
        {"[1, 'a']", "list<dyn>"},
        {"[[], [1]]", "list<list<int>>"},
        {"[[1], []]", "list<list<int>>"},
        {"{}", "map<dyn, dyn>"},
        {"{'a': [1.5]}", "map<string, list<double>>"},
        {"tags.map(t, t.size())", "list<int>"},
        {"tags.map(i, i != '', i)", "list<string>"},
        {"tags.filter(t, t != '')", "list<string>"},
        {"answers.filter(k, true)", "list<string>"},
        {"tags.transformList(i, t, i)", "list<int>"},
        {"{'a': 1}.transformMap(k, v, string(v))", "map<string, string>"},
        {"{'a': 1}.transformMapEntry(k, v, {v: k})", "map<int, string>"},
        {"[].map(x, x + 1.5)", "list<double>"},
        {"[] + [1]", "list<int>"},
        {"[1, 2][0]", "int"},
        {"answers.size", "dyn"},
        {"answers['size'] * 1.5", "double"},
        {"dyn(1) + dyn(2)", "dyn"},
        {"type(1)", "type"},
        {"int", "type"},
        {"lane ? [] : [1]", "list<int>"},
        {"cel.bind(a, [1], a + a)", "list<int>"},
        {"math.greatest(1, 2u)", "dyn"},
        {"math.greatest(1, 2)", "int"},
        {"amount", "money"},
        {"amount * rate", "decimal"},
        {"amount * 2", "money"},
        {"due + 3", "date"},
        {"due - due", "int"},
        {"filed - filed", "duration"},
        {"place", "place"},
        {"place.ward", "string"},
        {"case.priority", "int"},
    };

    EACH(*state, has_type, table);
}

static void test_unknown_names(void **state)
{
    static const struct expectation table[] = {
        {"lame", "1:1: did you mean lane?"},
        {"amont > 3", "1:1: did you mean amount?"},
        {"zzzzzz", "1:1: put quotes around a text"},
        {"lane && place.layer(distrikt) == \"1\"", "1:21: distrikt is not known"},
        {"tags.exists(tag, tagg == 'a')", "1:18: did you mean tag"},
        {"tags.exists(t, true) && t == ''", "1:25: t is not known"},
        {"case.prioritty", "1:1: case is not known"},
        {"has(lame)", "1:1: did you mean lane?"},
        {"place.laier('x')", "1:1: did you mean .layer()?"},
        {"mathabs(1)", "1:1: did you mean math.abs()"},
        {"frobnicate(1)", "1:1: no function frobnicate()"},
        {"place.wart", "1:1: place has no field wart"},
        {"street.length", "1:1: string has no field length"},
        {"dyn", "1:1: not known"},
    };

    EACH(*state, refused, table);
}

static void test_wrong_calls(void **state)
{
    static const struct expectation table[] = {
        {"place.layer()", "1:1: takes 1 argument, not 0"},
        {"place.layer('a', 'b')", "1:1: takes 1 argument, not 2"},
        {"place.layer(1)", "1:1: takes (place, string), not (place, int)"},
        {"layer(place)", "1:1: value.layer(...)"},
        {"street.div()", "1:1: div(value)"},
        {"street + 1", "1:1: + does not work with string and int"},
        {"'a' < 1", "1:1: < does not work with string and int"},
        {"1 == 'a'", "1:1: == does not work with int and string"},
        {"1 == 1u", "1:1: == does not work with int and uint"},
        {"1 in 'abc'", "1:1: in does not work with int and string"},
        {"'a' in [1, 2]", "1:1: in does not work with string and list<int>"},
        {"tags['a']", "1:1: [ ] does not work with list<string> and string"},
        {"!1", "1:1: ! does not work with int"},
        {"-'a'", "1:1: - does not work with string"},
        {"[1] < [2]", "1:1: < does not work"},
        {"lane && count", "1:9: each side of && must be true or false, and this is int"},
        {"count || lane", "1:1: each side of ||"},
        {"count ? 1 : 2", "1:1: condition before ?"},
        {"lane ? 1 : 'a'", "1:1: one type, and these are int and string"},
        {"count.all(x, true)", "1:1: only a list or a map"},
        {"tags.all(x, x)", "1:13: the condition must be true or false"},
        {"tags.filter(x, 1)", "1:16: the condition"},
        {"{[1]: 2}", "1:2: map's key"},
        {"{1.5: 2}", "1:2: map's key"},
        {"{'a': 1}.transformMapEntry(k, v, v)", "1:34: makes entries"},
        {"'a'.matches('(')", "1:13: pattern is wrong"},
        {"'a'.matches('(?=a)')", "1:13: ahead"},
        {"lane == place.ward", "1:1: == does not work with bool and string"},
    };

    EACH(*state, refused, table);
}

/* Doubles and exact numbers do not mix; what to do instead is said. */
static void test_exact_problems(void **state)
{
    static const struct expectation table[] = {
        {"amount * factor", "1:1: a double is not exact"},
        {"amount + factor", "1:1: a double is not exact"},
        {"rate * factor", "1:1: a double is not exact"},
        {"rate > factor", "1:1: a double is not exact"},
        {"amount * (0.1 + 0.2)", "1:1: a double is not exact"},
        {"amount / 3", "1:1: use div("},
        {"rate / rate", "1:1: use div("},
        {"amount + count", "1:1: units or a factor"},
        {"amount > count", "1:1: units or a factor"},
        {"amount * amount", "1:1: * does not work with money and money"},
        {"amount == rate", "1:1: == does not work with money and decimal"},
        {"amount + 0.005", "1:10: at most two decimals"},
        {"amount > 1e3", "1:10: at most two decimals"},
        {"rate + 1e3", "1:8: no exponent"},
        {"round(factor, 2, 'half_up')", "1:1: a double is not exact"},
        {"date('2026-02-30')", "1:1: a date is written as"},
        {"money('12.345')", "1:1: amount of money is written"},
        {"decimal('abc')", "1:1: decimal is written"},
        {"date(2026, 13, 1)", "1:1: no such day"},
        {"money(9223372036854775807)", "1:1: too large"},
        {"amount in [1, 0.005]", "1:15: at most two decimals"},
        {"[amount, factor]", "1:10: a double is not exact"},
        {"due + 1.5", "1:1: + does not work with date and double"},
    };

    EACH(*state, refused, table);
}

/* An optional variable is used only where has() has been asked. */
static void test_optional(void **state)
{
    static const struct expectation good[] = {
        {"has(depth) && depth > 3", "false"},
        {"!has(depth) || depth > 3", "true"},
        {"has(depth) ? depth : 0", "0"},
        {"!has(depth) ? 0 : depth", "0"},
        {"has(note) && has(depth) && depth > note.size()", "false"},
        {"has(note) && (lane || note == '')", "true"},
        {"has(note) ? tags.exists(t, t == note) : false", "false"},
        {"!(has(note) && has(depth)) || depth + note.size() > 0", "true"},
        {"has(note) && note == 'blocked'", "true"},
        {"has(lane)", "true"},
    };
    static const struct expectation bad[] = {
        {"depth > 3", "1:1: ask first, has(depth) &&"},
        {"depth > 3 && has(depth)", "1:1: may be left out"},
        {"has(depth) || depth > 3", "1:15: may be left out"},
        {"!has(depth) && depth > 3", "1:16: may be left out"},
        {"has(note) && depth > 3", "1:14: may be left out"},
        {"(has(depth) || lane) && depth > 3", "1:25: may be left out"},
        {"has(depth) ? 1 : depth", "1:18: may be left out"},
        {"(has(depth) && lane) || depth > 1", "1:25: may be left out"},
        {"tags.exists(t, has(t))", "1:16: always has a value"},
    };

    EACH(*state, gives, good);
    EACH(*state, refused, bad);
}

static void test_expected_type(void **state)
{
    struct ctx *ctx = *state;
    struct test_world *world = test_world_of(ctx);
    const struct cel_type *money = cel_type_of_kind(CEL_MONEY);
    struct cel_program *program;
    struct cel_problem problem;
    struct cel_value value;

    assert_int_equal(cel_compile(ctx, world->env, S("lane ? 12.5 : 3"), money, &program, &problem),
                     RC_OK);
    assert_int_equal(cel_eval(ctx, program, &world->activation, &value), RC_OK);
    assert_int_equal(value.kind, CEL_MONEY);
    assert_int_equal(value.money.cents, 1250);
    assert_int_equal(cel_compile(ctx, world->env, S("'a'"), money, &program, &problem), RC_INVALID);
    assert_str(problem.sentence, "a value of type money is needed here, and this is string");
    ctx_clear_error(ctx);

    /* What is dyn is looked at when it comes out. */
    assert_int_equal(cel_compile(ctx, world->env, S("answers.colour"), money, &program, &problem),
                     RC_OK);
    assert_int_equal(cel_eval(ctx, program, &world->activation, &value), RC_INVALID);
    assert_true(test_contains(ctx->err.detail, "money is needed"));
}

static void test_uses(void **state)
{
    struct ctx *ctx = *state;
    struct test_world *world = test_world_of(ctx);
    struct cel_program *program =
        test_compile(ctx, world, "has(depth) && tags.exists(lane, lane == street)");

    assert_true(cel_program_uses(program, TEST_DEPTH));
    assert_true(cel_program_uses(program, TEST_TAGS));
    assert_true(cel_program_uses(program, TEST_STREET));
    assert_false(cel_program_uses(program, TEST_LANE)); /* hidden by the macro's own */
    assert_false(cel_program_uses(program, TEST_AMOUNT));
    assert_false(cel_program_uses(program, 100000));
    assert_str(cel_program_source(program), "has(depth) && tags.exists(lane, lane == street)");
}

static void test_names(void **state)
{
    struct test_world *world = test_world_of(*state);
    size_t number = 99;

    assert_true(cel_env_may_name(world->env, S("a")));
    assert_true(cel_env_may_name(world->env, S("case.status_2")));
    assert_false(cel_env_may_name(world->env, S("")));
    assert_false(cel_env_may_name(world->env, S("lane")));
    assert_false(cel_env_may_name(world->env, S("2a")));
    assert_false(cel_env_may_name(world->env, S("a-b")));
    assert_false(cel_env_may_name(world->env, S("a.")));
    assert_false(cel_env_may_name(world->env, S(".a")));
    assert_false(cel_env_may_name(world->env, S("a..b")));
    assert_false(cel_env_may_name(world->env, S("true")));
    assert_false(cel_env_may_name(world->env, S("a.in")));
    assert_false(cel_env_may_name(world->env, S("package")));
    assert_false(cel_env_may_name(world->env, S("caf\u00e9")));
    assert_false(cel_env_variable_find(world->env, S("nothing"), &number));
    assert_int_equal(number, 99);
    assert_true(cel_env_variable_find(world->env, S("case.priority"), &number));
    assert_int_equal(number, TEST_PRIORITY);
}

static void test_declarations(void **state)
{
    struct test_world *world = test_world_of(*state);

    assert_true(cel_env_may_declare(world->env, "f(int): bool"));
    assert_true(cel_env_may_declare(world->env, "size(place): int"));
    assert_false(cel_env_may_declare(world->env, "size(string): int"));
    assert_false(cel_env_may_declare(world->env, "string.size(): dyn"));
    assert_false(cel_env_may_declare(world->env, "place.ward: string"));
    assert_false(cel_env_may_declare(world->env, "f(nothing): bool"));
    assert_false(cel_env_may_declare(world->env, "f(int"));
    assert_false(cel_env_may_declare(world->env, ""));
}

static void test_type_names(void **state)
{
    struct ctx *ctx = *state;
    struct test_world *world = test_world_of(ctx);
    static const char *const good[] = {
        "int", "list<string>", "map<string, list<money>>", "place", "timestamp", "dyn", "null"};
    static const char *const bad[] = {"",         "lists",   "list<", "list<int", "list<int, int>",
                                      "map<int>", "int int", "<int>", "list<>"};

    for (size_t i = 0; i < COUNT(good); i++) {
        const struct cel_type *type = cel_env_type_named(world->env, str_of(good[i]));

        assert_non_null(type);
        assert_str(cel_type_text(ctx->arena, type), good[i]);
    }
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_null(cel_env_type_named(world->env, str_of(bad[i])));
    assert_ptr_equal(cel_env_type(world->env, S("place")), cel_env_type(world->env, S("place")));
}

/* Types deep in each other are compared without blowing up. */
static void test_deep_types(void **state)
{
    struct ctx *ctx = *state;
    struct buf source = buf_in(ctx->arena, 20000);

    for (int i = 0; i < 60; i++)
        buf_add_fmt(&source, "cel.bind(x%d, [x%d, []], ", i + 1, i);
    BUF_ADD(&source, "1");
    for (int i = 0; i < 60; i++)
        BUF_ADD(&source, ")");
    gives(
        ctx,
        str_z(ctx->arena, str_fmt(ctx->arena, "cel.bind(x0, [], %.*s)", STR_ARG(buf_str(&source)))),
        "1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_types),          TEST(test_unknown_names), TEST(test_wrong_calls),
        TEST(test_exact_problems), TEST(test_optional),      TEST(test_expected_type),
        TEST(test_uses),           TEST(test_names),         TEST(test_declarations),
        TEST(test_type_names),     TEST(test_deep_types),
    };

    return cmocka_run_group_tests_name("rules/check", tests, NULL, NULL);
}
