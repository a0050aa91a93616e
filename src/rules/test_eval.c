#include "rules/test_cel.h"

static void test_rules(void **state)
{
    static const struct expectation table[] = {
        {"place.layer(\"district\") in [\"1\", \"2\"] && lane", "true"},
        {"place.layer('district') == '3' ? 'east' : 'west'", "\"west\""},
        {"street.startsWith('Hamp') && !street.contains('Ave')", "true"},
        {"answers.size > 30 && answers['colour'] == 'red'", "true"},
        {"has(answers.size) && !has(answers.weight)", "true"},
        {"'size' in answers", "true"},
        {"case.priority + count", "5"},
        {"cel.bind(d, place.layer('district'), d + '/' + d)", "\"2/2\""},
        {"tags.exists(t, t == 'water') && tags.size() == 3", "true"},
        {"tags.map(t, t.size())", "[4, 5, 5]"},
        {"tags.map(t, t.size() > 4, t.upperAscii())", "[\"WATER\", \"NIGHT\"]"},
        {"tags.filter(t, t.endsWith('er'))", "[\"water\"]"},
        {"tags.all(i, t, i < 3 && t != '')", "true"},
        {"tags.exists_one(t, t.size() == 4)", "true"},
        {"tags.exists_one(t, t.size() == 5)", "false"},
        {"{'a': 1, 'b': 2}.transformMap(k, v, v > 1, v * 10)", "{\"b\": 20}"},
        {"[[1, 2], [3]].map(a, a.map(b, a.size() * b))", "[[2, 4], [3]]"},
        {"tags.map(t, tags.map(u, u == t).filter(x, x).size())", "[1, 1, 1]"},
        {"type(amount) == money && type(due) == date", "true"},
        {"has(place.ward)", "false"},
        {"host_number()", "0"},
        {"[1, 2.0, 3u] == [1.0, 2u, 3]", "true"},
        {"[dyn(1), dyn(2u)] == [dyn(1u), dyn(2)]", "true"},
        {"{dyn(1): 'a'} == {dyn(1u): 'a'}", "true"},
    };

    EACH(*state, gives, table);
}

static void test_rule_errors(void **state)
{
    static const struct expectation table[] = {
        {"1 / 0", "division by zero"},
        {"1 % 0", "modulus by zero"},
        {"1u / 0u", "division by zero"},
        {"9223372036854775807 + count", "overflow"},
        {"-9223372036854775808 / (count - 4)", "overflow"},
        {"-9223372036854775808 % (count - 4)", "overflow"},
        {"[1, 2][2]", "counted from 0"},
        {"[1, 2][-1]", "out of bounds"},
        {"answers.weight", "no such key: there is no weight in answers"},
        {"answers['weight']", "no such key: \"weight\""},
        {"{1: 2}[3]", "no such key: 3"},
        {"{'a': 1, 'a': 2}", "two equal keys"},
        {"{1: 1, dyn(1u): 2}", "two equal keys"},
        {"{dyn(1.5): 1}", "no text"},
        {"place.layer('ward')", "there is no layer ward"},
        {"place.ward", "no such key: there is no ward in place"},
        {"int('x')", "\"x\" is no int"},
        {"int(1e30)", "does not fit"},
        {"uint(-1)", "does not fit"},
        {"bool('maybe')", "is no bool"},
        {"string(b'\\xff')", "UTF-8"},
        {"dyn(1) + 'a'", "no such overload: _+_ does not take (int, string)"},
        {"dyn('a') && true", "true or false is needed, and dyn('a') is string"},
        {"dyn(1) ? 1 : 2", "true or false is needed"},
        {"dyn(1).foo", "something with fields is needed"},
        {"dyn(1).map(x, x)", "no list or map"},
        {"tags.all(t, dyn(t))", "not true or false"},
        {"tags.transformMapEntry(i, t, {'same': t})", "two equal keys"},
        {"tags.transformMapEntry(i, t, dyn(t))", "needs {key: value}"},
        {"tags.map(t, 1 / (t.size() - 4))", "division by zero"},
    };

    EACH(*state, fails, table);
}

/* && and || go past an error when another operand decides, in either order. */
static void test_absorbed_errors(void **state)
{
    static const struct expectation good[] = {
        {"1 / 0 > 0 || true", "true"},
        {"true || 1 / 0 > 0", "true"},
        {"1 / 0 > 0 && false", "false"},
        {"false && 1 / 0 > 0", "false"},
        {"1 / 0 > 0 || 2 / 0 > 0 || lane", "true"},
        {"[0, 1].exists(x, 1 / x == 1)", "true"},
        {"![0, 2].all(x, 1 / x == 1)", "true"},
        {"lane ? 1 : 1 / 0", "1"},
    };
    static const struct expectation bad[] = {
        {"1 / 0 > 0 || false", "division by zero"},
        {"[1, 2][5] == 1 && 1 / 0 > 0 && true", "out of bounds"}, /* the first error is told */
        {"[0, 1].exists(x, 1 / x == 2)", "division by zero"},
        {"[0, 1].all(x, 1 / x == 1)", "division by zero"},
        {"[0, 1].exists_one(x, 1 / x == 1)", "division by zero"},
    };

    EACH(*state, gives, good);
    EACH(*state, fails, bad);
}

/* A failure of the host is no error of the rule: nothing absorbs it, and it is handed on. */
static void test_host_failure(void **state)
{
    static const char *const sources[] = {"broken() || true", "[1].exists(x, broken() || x == 1)",
                                          "false ? true : broken()"};
    struct ctx *ctx = *state;
    struct test_world *world = test_world_of(ctx);

    for (size_t i = 0; i < COUNT(sources); i++) {
        struct cel_value value = cel_int(5);

        assert_int_equal(
            cel_eval(ctx, test_compile(ctx, world, sources[i]), &world->activation, &value),
            RC_UNAVAILABLE);
        assert_int_equal(ctx->err.id, ERR_UNAVAILABLE);
        assert_int_equal(value.integer, 5);
        ctx_clear_error(ctx);
    }
    gives(ctx, "true || broken()", "true");
}

static void test_activation(void **state)
{
    struct ctx *ctx = *state;
    struct test_world *world = test_world_of(ctx);
    struct cel_program *program =
        test_compile(ctx, world, "has(depth) ? depth * host_number() : -1");
    int64_t number = 7;
    struct cel_value value;

    assert_int_equal(cel_eval(ctx, program, &world->activation, &value), RC_OK);
    assert_int_equal(value.integer, -1);
    world->values[TEST_DEPTH] = cel_int(6);
    world->activation.host = &number;
    assert_int_equal(cel_eval(ctx, program, &world->activation, &value), RC_OK);
    assert_int_equal(value.integer, 42);

    /* A required variable that the host left out is an error that names it. */
    world->values[TEST_LANE] = (struct cel_value){.kind = CEL_ABSENT};
    assert_int_equal(cel_eval(ctx, test_compile(ctx, world, "!lane"), &world->activation, &value),
                     RC_INVALID);
    assert_str(ctx->err.detail, "lane has no value: ask has(lane) first");
}

/* One program, many evaluations: nothing of one is left in it for the next. */
static void test_repeated(void **state)
{
    struct ctx *ctx = *state;
    struct test_world *world = test_world_of(ctx);
    struct cel_program *program = test_compile(
        ctx, world, "[count, count + 1].map(x, string(x)).join('-').matches('^[0-9]-')");

    for (int64_t i = 0; i < 200; i++) {
        struct ctx own = {.arena = arena_new((size_t)1 << 20)};
        struct cel_value value;

        world->values[TEST_COUNT] = cel_int(i);
        assert_int_equal(cel_eval(&own, program, &world->activation, &value), RC_OK);
        assert_int_equal(value.boolean, i < 10);
        arena_free(own.arena);
    }
}

static void test_large_maps(void **state)
{
    struct ctx *ctx = *state;
    struct cel_entry entries[1000];
    struct cel_value map;
    uint64_t seed = 1;

    for (int i = 0; i < 1000; i++)
        entries[i] = (struct cel_entry){i % 2 ? cel_int(i) : cel_uint((uint64_t)i), cel_int(-i)};
    assert_true(cel_map_of(ctx->arena, entries, 1000, &map));
    for (int i = 0; i < 1000; i++) {
        const struct cel_value *found = cel_map_find(map.map, cel_double(i));

        assert_non_null(found);
        assert_int_equal(found->integer, -i);
    }
    assert_null(cel_map_find(map.map, cel_int(-1)));
    assert_null(cel_map_find(map.map, cel_double(0.5)));
    assert_null(cel_map_find(map.map, cel_double(1e300)));
    assert_null(cel_map_find(map.map, cel_string(S("1"))));
    entries[1 + test_random(&seed) % 900].key = cel_int(0);
    assert_false(cel_map_of(ctx->arena, entries, 1000, &map));
    entries[0].key = cel_null();
    assert_false(cel_map_of(ctx->arena, entries, 3, &map));
}

/* A missing key ends the search at every size of map. */
static void test_map_sizes(void **state)
{
    struct ctx *ctx = *state;
    struct cel_entry entries[70];
    struct cel_value map;

    for (int n = 0; n < 70; n++) {
        assert_true(cel_map_of(ctx->arena, entries, (size_t)n, &map));
        assert_null(cel_map_find(map.map, cel_int(1000)));
        for (int i = 0; i < n; i++)
            assert_int_equal(cel_map_find(map.map, cel_int(i))->integer, i);
        entries[n] = (struct cel_entry){cel_int(n), cel_int(n)};
    }
}

static void test_value_texts(void **state)
{
    struct ctx *ctx = *state;
    struct cel_value list[3] = {cel_string(S("a\"b")), cel_bytes(S("\x01\xff")), cel_null()};
    struct cel_value all = cel_list_of(ctx->arena, list, 3);

    assert_str(cel_value_text(ctx->arena, all, 100), "[\"a\\\"b\", b\"\\x01\\xff\", null]");
    assert_str(cel_value_text(ctx->arena, all, 8), "[\"a\\\"...");
    assert_str(cel_value_text(ctx->arena, cel_double(1.0), 20), "1.0");
    assert_str(cel_value_text(ctx->arena, cel_double(1e21), 20), "1e+21");
    assert_str(cel_value_text(ctx->arena, cel_double(123456789012345680.0), 30),
               "123456789012345680.0");
    assert_str(cel_value_text(ctx->arena, cel_double(0.00001), 20), "0.00001");
    assert_str(cel_value_text(ctx->arena, cel_double(-5e-324), 20), "-5e-324");
    assert_str(cel_value_text(ctx->arena, cel_double(1.0 / 0.0), 40), "double(\"Infinity\")");
    assert_str(cel_value_text(ctx->arena, cel_duration(-1500000000), 40), "duration(\"-1.5s\")");
    assert_str(cel_value_text(ctx->arena, (struct cel_value){.kind = CEL_ABSENT}, 40), "<absent>");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_rules),        TEST(test_rule_errors), TEST(test_absorbed_errors),
        TEST(test_host_failure), TEST(test_activation),  TEST(test_repeated),
        TEST(test_large_maps),   TEST(test_map_sizes),   TEST(test_value_texts),
    };

    return cmocka_run_group_tests_name("rules/eval", tests, NULL, NULL);
}
