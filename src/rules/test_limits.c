/* Expressions that want too much: length, cost, memory, and every allocation failing in turn. */
#include <time.h>

#include "rules/test_cel.h"

static void test_length(void **state)
{
    struct ctx *ctx = *state;
    struct test_world *world = test_world_of(ctx);
    struct buf source = buf_in(ctx->arena, 20000);
    struct cel_program *program;
    struct cel_problem problem;

    BUF_ADD(&source, "true");
    while (source.n < 10000)
        buf_add_byte(&source, ' ');
    assert_int_equal(cel_compile(ctx, world->env, buf_str(&source), NULL, &program, &problem),
                     RC_OK);
    buf_add_byte(&source, ' ');
    assert_int_equal(cel_compile(ctx, world->env, buf_str(&source), NULL, &program, &problem),
                     RC_INVALID);
    assert_true(test_contains(problem.sentence, "longer than 10000"));
}

static int64_t processor_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* As long as five hundred plain expressions take that count up to the limit, on this machine, under
 * whatever watches it: some steps are dearer than they are charged, none without end. */
static int64_t most_ns_of(struct ctx *ctx, struct test_world *world)
{
    static const char plain[] = "cel.bind(l, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], l.all(a, l.all(b, "
                                "l.all(c, l.all(d, l.all(e, l.all(f, a >= 0)))))))";
    struct cel_program *program = test_compile(ctx, world, plain);
    struct cel_value value;
    int64_t begin = processor_ns();

    assert_int_equal(cel_eval(ctx, program, &world->activation, &value), RC_INVALID);
    ctx_clear_error(ctx);
    return 500 * (processor_ns() - begin);
}

/* Each of these would run for hours or fill the memory. */
static void test_cost(void **state)
{
    static const char *const ten = "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]";
    static const char *const sources[] = {
        "cel.bind(l, L, l.map(a, l.map(b, l.map(c, l.map(d, l.map(e, l)))))).size() > 0",
        "cel.bind(a, 'x' + street, cel.bind(b, a + a + a + a + a + a + a + a, cel.bind(c, b + b + "
        "b + b + b + b + b + b, cel.bind(d, c + c + c + c + c + c + c + c, cel.bind(e, d + d + d + "
        "d + d + d + d + d, cel.bind(f, e + e + e + e + e + e + e + e, cel.bind(g, f + f + f + f + "
        "f + f + f + f, g + g + g + g + g + g + g)))))))",
        "cel.bind(a, L, cel.bind(b, a + a + a + a + a + a, cel.bind(c, b + b + b + b + b + b, "
        "cel.bind(d, c + c + c + c + c + c, cel.bind(e, d + d + d + d + d + d, e + e + e + e + e + "
        "e + e + e))))) == []",
        "cel.bind(a, street.replace('', street), cel.bind(b, a.replace('', a), "
        "b.replace('', b).replace('', b))).size() > 0",
        "cel.bind(l, L, l.map(a, l.map(b, l.map(c, l.map(d, '%f%f'.format([1e300, "
        "1.0])))))).size() > 0",
        "cel.bind(s, '%f%f%f%f'.format([1e300, 1e300, 1e300, 1e300]), "
        "s.split('').map(c, s.split('').map(d, s.split('').size()))).size() > 0",
        "cel.bind(l, L, l.map(a, l.map(b, l.map(c, l.map(d, '%s'.format([[l, l, l]])))))).size() > "
        "0",
    };
    struct ctx *ctx = *state;
    struct test_world *world = test_world_of(ctx);
    int64_t most_ns = most_ns_of(ctx, world);

    for (size_t i = 0; i < COUNT(sources); i++) {
        struct str source = str_of(sources[i]);
        ptrdiff_t list = str_find(source, S(" L,"));
        struct cel_program *program;
        struct cel_value value;
        int64_t begin = processor_ns();

        if (list >= 0)
            source = str_fmt(ctx->arena, "%.*s %s%.*s", (int)list, source.p, ten,
                             STR_ARG(str_slice(source, (size_t)list + 2, source.n)));
        program = test_compile(ctx, world, str_z(ctx->arena, source));
        if (cel_eval(ctx, program, &world->activation, &value) != RC_INVALID)
            fail_msg("%s: should cost too much", sources[i]);
        assert_int_equal(ctx->err.id, ERR_EXPRESSION);
        if (!test_contains(ctx->err.detail, "the limit is 100000 steps"))
            fail_msg("%s: %.*s", sources[i], STR_ARG(ctx->err.detail));
        assert_true(processor_ns() - begin < most_ns);
        assert_false(arena_has_failed(ctx->arena));
        ctx_clear_error(ctx);
    }
}

/* A list of twice the same list, sixty deep, has 2^60 elements when it is walked. */
static void test_shared_parts(void **state)
{
    static const char *const uses[] = {"x60 == y60", "y60 in [x60]", "'%s'.format([x60]) == ''",
                                       "{'a': x60} == {'a': y60}"};
    struct ctx *ctx = *state;
    struct test_world *world = test_world_of(ctx);
    int64_t most_ns = most_ns_of(ctx, world);

    for (size_t i = 0; i < COUNT(uses); i++) {
        struct buf source = buf_in(ctx->arena, 20000);
        int64_t begin = processor_ns();
        struct cel_value value;

        BUF_ADD(&source, "cel.bind(x0, [count], ");
        for (int k = 0; k < 60; k++)
            buf_add_fmt(&source, "cel.bind(x%d, [x%d, x%d], ", k + 1, k, k);
        BUF_ADD(&source, "cel.bind(y60, x60 + [], ");
        buf_add(&source, str_of(uses[i]));
        for (int k = 0; k < 62; k++)
            BUF_ADD(&source, ")");
        assert_int_equal(cel_eval(ctx,
                                  test_compile(ctx, world, str_z(ctx->arena, buf_str(&source))),
                                  &world->activation, &value),
                         RC_INVALID);
        assert_true(test_contains(ctx->err.detail, "takes too long"));
        assert_true(processor_ns() - begin < most_ns);
        ctx_clear_error(ctx);
    }
}

/* && and || cannot hide that the cost is used up. */
static void test_cost_is_not_absorbed(void **state)
{
    struct ctx *ctx = *state;
    struct cel_limits limits = CEL_LIMITS;
    struct test_world *world;
    struct cel_value value;

    limits.max_cost = 10;
    world = test_world_new(ctx, limits);
    assert_int_equal(cel_eval(ctx,
                              test_compile(ctx, world, "[1, 2, 3, 4, 5, 6].all(x, x > 0) || true"),
                              &world->activation, &value),
                     RC_INVALID);
    assert_true(test_contains(ctx->err.detail, "takes too long"));
    ctx_clear_error(ctx);
    assert_int_equal(
        cel_eval(ctx, test_compile(ctx, world, "lane || false"), &world->activation, &value),
        RC_OK);
}

static void test_usage(void **state)
{
    struct ctx *ctx = *state;
    struct test_world *world = test_world_of(ctx);
    struct cel_value value;
    struct cel_usage usage = {0}, more = {0};

    assert_int_equal(cel_eval_measured(ctx, test_compile(ctx, world, "lane"), &world->activation,
                                       &value, &usage),
                     RC_OK);
    assert_int_equal(usage.cost, 1);
    assert_int_equal(cel_eval_measured(ctx,
                                       test_compile(ctx, world, "place.layer('district') == '1'"),
                                       &world->activation, &value, &more),
                     RC_OK);
    assert_int_equal(more.cost, 10); /* five nodes and the function's five */
}

static void test_memory_cap(void **state)
{
    struct ctx *ctx = *state;
    struct test_world *world = test_world_of(ctx);
    struct cel_program *program = test_compile(
        ctx, world, "[1, 2, 3, 4].map(a, [1, 2, 3, 4].map(b, [1, 2, 3, 4].map(c, tags + tags)))");
    struct ctx small = {.arena = arena_new(2000)};
    struct cel_value value = cel_int(3);

    assert_int_equal(cel_eval(&small, program, &world->activation, &value), RC_LIMIT);
    assert_int_equal(small.err.id, ERR_MEMORY);
    assert_int_equal(value.integer, 3);
    arena_free(small.arena);
}

/* With less memory than is needed, for every amount up to enough: no crash, and either the right
 * answer or ERR_MEMORY. */
static void test_every_cap(void **state)
{
    static const char *const sources[] = {
        "tags.map(t, t.upperAscii()).join('-').matches('ROAD.*') && amount * 0.1 in [12.55, 1]",
        "'%s'.format([{'a': [1, 2.5], 'b': due}]) == '{a: [1, 2.5], b: 2026-07-09}'",
        "cel.bind(m, {'a': 1}.transformMap(k, v, v + 1), m.a == 2) && street.split('').size() > 0",
    };
    size_t enough = 0;

    (void)state;
    for (size_t i = 0; i < COUNT(sources); i++) {
        for (size_t cap = 200; cap < 400000; cap += 509) {
            struct ctx ctx = {.arena = arena_new(cap)};
            struct test_world *world = test_world_new(&ctx, CEL_LIMITS);
            struct cel_program *program = NULL;
            struct cel_problem problem;
            struct cel_value value;
            enum rc rc =
                world ? cel_compile(&ctx, world->env, str_of(sources[i]), NULL, &program, &problem)
                      : RC_LIMIT;

            if (rc == RC_OK)
                rc = cel_eval(&ctx, program, &world->activation, &value);
            assert_true(rc == RC_OK || rc == RC_LIMIT);
            if (rc == RC_OK) {
                assert_true(value.kind == CEL_BOOL && value.boolean);
                enough++;
            }
            arena_free(ctx.arena);
        }
    }
    assert_true(enough > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_length),       TEST(test_cost),  TEST(test_cost_is_not_absorbed),
        TEST(test_shared_parts), TEST(test_usage), TEST(test_memory_cap),
        TEST(test_every_cap),
    };

    return cmocka_run_group_tests_name("rules/limits", tests, NULL, NULL);
}
