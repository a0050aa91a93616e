/* How long a rule takes: compiling, evaluating and explaining a typical route. Prints one line
 * each; the reference is a loop that does the same in C without a language. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "rules/test_env.h"

#define ROUNDS 1000000

static double now_s(void)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static void fail(const struct ctx *ctx)
{
    fprintf(stderr, "%.*s\n", STR_ARG(ctx->err.detail));
    exit(EXIT_FAILURE);
}

static double time_eval(const struct cel_program *program, const struct test_world *world,
                        int rounds)
{
    struct ctx ctx = {.arena = arena_new((size_t)64 << 20)};
    struct cel_value value;
    double begin = now_s();

    for (int i = 0; i < rounds; i++) {
        if (cel_eval(&ctx, program, &world->activation, &value) != RC_OK)
            fail(&ctx);
        arena_reset(ctx.arena);
    }
    begin = now_s() - begin;
    arena_free(ctx.arena);
    return begin / rounds;
}

static double time_explain(const struct cel_program *program, const struct test_world *world,
                           int rounds)
{
    struct ctx ctx = {.arena = arena_new((size_t)64 << 20)};
    const struct cel_trace *trace;
    struct cel_value value;
    double begin = now_s();

    for (int i = 0; i < rounds; i++) {
        if (cel_explain(&ctx, program, &world->activation, &value, &trace) != RC_OK)
            fail(&ctx);
        cel_trace_json(ctx.arena, trace);
        arena_reset(ctx.arena);
    }
    begin = now_s() - begin;
    arena_free(ctx.arena);
    return begin / rounds;
}

static double time_compile(const struct test_world *world, struct str source, int rounds)
{
    double begin = now_s();

    for (int i = 0; i < rounds; i++) {
        struct ctx ctx = {.arena = arena_new((size_t)64 << 20)};
        struct cel_program *program;
        struct cel_problem problem;

        if (cel_compile(&ctx, world->env, source, NULL, &program, &problem) != RC_OK)
            fail(&ctx);
        arena_free(ctx.arena);
    }
    return (now_s() - begin) / rounds;
}

static void bench(struct ctx *ctx, const struct test_world *world, struct str source)
{
    struct cel_program *program;
    struct cel_problem problem;

    if (cel_compile(ctx, world->env, source, NULL, &program, &problem) != RC_OK)
        fail(ctx);
    printf("%-55.*s eval %7.0f ns  explain+json %7.0f ns  compile %7.0f ns\n", STR_ARG(source),
           time_eval(program, world, ROUNDS) * 1e9, time_explain(program, world, ROUNDS / 20) * 1e9,
           time_compile(world, source, ROUNDS / 200) * 1e9);
}

/* What the first rule says, written in C. */
static void bench_reference(void)
{
    volatile bool lane = true;
    const char *volatile district = "2";
    size_t n = 0;
    double begin = now_s();

    for (int i = 0; i < ROUNDS; i++)
        n += (str_eq(str_of(district), S("1")) || str_eq(str_of(district), S("2"))) && lane;
    printf("%-55s eval %7.1f ns\n", "the first rule in C", (now_s() - begin) / (double)n * 1e9);
}

int main(void)
{
    static const struct str sources[] = {
        STR("place.layer(\"district\") in [\"1\", \"2\"] && lane"),
        STR("lane"),
        STR("amount * 0.1 > rate * 100"),
        STR("tags.exists(t, t == \"night\")"),
        STR("due - date(\"2026-07-02\") > 5 && filed.getHours() >= 16"),
        STR("street.matches(\"^Hamp.*St$\")"),
        STR("has(depth) && depth > 10 || count > 2"),
    };
    struct ctx ctx = {.arena = arena_new((size_t)64 << 20)};
    struct test_world *world = ctx.arena ? test_world_new(&ctx, CEL_LIMITS) : NULL;

    if (!world)
        return EXIT_FAILURE;
    for (size_t i = 0; i < COUNT(sources); i++)
        bench(&ctx, world, sources[i]);
    bench_reference();
    arena_free(ctx.arena);
    return EXIT_SUCCESS;
}
