/* Checks for expressions in the environment of test_env.h. Each takes the context of the test. */
#ifndef RULES_TEST_CEL_H
#define RULES_TEST_CEL_H

#include "base/buf.h"
#include "base/test_support.h"
#include "rules/test_env.h"

/* An expression and what comes of it: the value's text, or a part of a sentence. */
struct expectation {
    const char *source;
    const char *expected;
};

#define EACH(ctx, check, table)                                     \
    for (size_t at = 0; at < sizeof(table) / sizeof *(table); at++) \
    check((ctx), (table)[at].source, (table)[at].expected)

static inline bool test_contains(struct str text, const char *part)
{
    return str_find(text, str_of(part)) >= 0;
}

static inline struct test_world *test_world_of(struct ctx *ctx)
{
    struct test_world *world = test_world_new(ctx, CEL_LIMITS);

    assert_non_null(world);
    return world;
}

static inline struct cel_program *test_compile(struct ctx *ctx, const struct test_world *world,
                                               const char *source)
{
    struct cel_program *program = NULL;
    struct cel_problem problem;

    if (cel_compile(ctx, world->env, str_of(source), NULL, &program, &problem) != RC_OK)
        fail_msg("%s: %d:%d: %.*s", source, problem.line, problem.column,
                 STR_ARG(problem.sentence));
    return program;
}

/* The expression has this value (cel_value_text). */
static inline void gives(struct ctx *ctx, const char *source, const char *expected)
{
    struct test_world *world = test_world_of(ctx);
    struct cel_program *program = test_compile(ctx, world, source);
    struct cel_value value;
    struct str text;

    if (cel_eval(ctx, program, &world->activation, &value) != RC_OK)
        fail_msg("%s: %.*s", source, STR_ARG(ctx->err.detail));
    text = cel_value_text(ctx->arena, value, 1000);
    if (!str_eq(text, str_of(expected)))
        fail_msg("%s: got %.*s, expected %s", source, STR_ARG(text), expected);
}

/* It compiles, and evaluating it fails with a sentence that contains the part. */
static inline void fails(struct ctx *ctx, const char *source, const char *part)
{
    struct test_world *world = test_world_of(ctx);
    struct cel_program *program = test_compile(ctx, world, source);
    struct cel_value value = cel_int(77);

    if (cel_eval(ctx, program, &world->activation, &value) != RC_INVALID)
        fail_msg("%s: should fail", source);
    assert_int_equal(value.integer, 77);
    assert_int_equal(ctx->err.id, ERR_EXPRESSION);
    if (!test_contains(ctx->err.detail, part))
        fail_msg("%s: \"%.*s\" does not say \"%s\"", source, STR_ARG(ctx->err.detail), part);
    ctx_clear_error(ctx);
}

/* It does not compile: expected is "line:column: part of the sentence". */
static inline void refused(struct ctx *ctx, const char *source, const char *expected)
{
    struct test_world *world = test_world_of(ctx);
    struct cel_program *program = NULL;
    struct cel_problem problem = {0};
    struct str is;

    if (cel_compile(ctx, world->env, str_of(source), NULL, &program, &problem) != RC_INVALID)
        fail_msg("%s: should be refused", source);
    assert_null(program);
    assert_int_equal(ctx->err.id, ERR_EXPRESSION);
    is =
        str_fmt(ctx->arena, "%d:%d: %.*s", problem.line, problem.column, STR_ARG(problem.sentence));
    if (!str_starts_with(is, str_slice(str_of(expected), 0, 4)) ||
        !test_contains(is, strchr(expected, ' ') + 1))
        fail_msg("%s: \"%.*s\" is not \"%s\"", source, STR_ARG(is), expected);
    ctx_clear_error(ctx);
}

/* Its checked type is this one. */
static inline void has_type(struct ctx *ctx, const char *source, const char *expected)
{
    struct test_world *world = test_world_of(ctx);
    struct str text = cel_type_text(ctx->arena, cel_program_type(test_compile(ctx, world, source)));

    if (!str_eq(text, str_of(expected)))
        fail_msg("%s: type %.*s, expected %s", source, STR_ARG(text), expected);
}

#endif
