/* Any bytes as a CEL expression: compiled with and without the checker, evaluated, explained.
 * What compiles with the checker has a value of its type, or an error with a sentence; explaining
 * gives the same as evaluating, and its JSON can be read back. */
#include <assert.h>
#include <stdint.h>

#include "base/json.h"
#include "rules/test_env.h"

#define ARENA_BYTES ((size_t)64 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_of_type(struct cel_value value, const struct cel_type *type)
{
    return type->kind == CEL_DYN || type->kind == value.kind;
}

static void check_problem(const struct ctx *ctx, const struct cel_problem *problem)
{
    assert(ctx->err.id == ERR_EXPRESSION || ctx->err.id == ERR_MEMORY);
    if (ctx->err.id == ERR_EXPRESSION)
        assert(problem->line >= 1 && problem->column >= 1 && problem->sentence.n > 0);
}

static void check_trace(struct ctx *ctx, const struct cel_trace *trace)
{
    struct str json = cel_trace_json(ctx->arena, trace);
    json_t *root;

    assert(json_parse(ctx, json, (size_t)8 << 20, &root) == RC_OK || arena_has_failed(ctx->arena));
    ctx_clear_error(ctx);
}

static enum rc run(struct ctx *ctx, const struct test_world *world,
                   const struct cel_program *program, struct str *ret_text)
{
    struct cel_value value = cel_null();
    enum rc rc = cel_eval(ctx, program, &world->activation, &value);

    if (rc == RC_OK) {
        assert(is_of_type(value, cel_program_type(program)));
        assert(cel_equal(value, value) ||
               str_find(cel_value_text(ctx->arena, value, 100000), S("NaN")) >= 0);
    } else {
        assert(ctx->err.id != ERR_EXPRESSION || ctx->err.detail.n > 0);
    }
    *ret_text = cel_value_text(ctx->arena, value, 1000);
    ctx_clear_error(ctx);
    return rc;
}

static void check_program(struct ctx *ctx, const struct test_world *world,
                          const struct cel_program *program)
{
    const struct cel_trace *trace = NULL;
    struct cel_value value = cel_null();
    struct str text;
    enum rc rc = run(ctx, world, program, &text), again;

    again = cel_explain(ctx, program, &world->activation, &value, &trace);
    ctx_clear_error(ctx);
    if (arena_has_failed(ctx->arena))
        return;
    assert(rc == again);
    assert(str_eq(text, cel_value_text(ctx->arena, value, 1000)));
    if (rc == RC_OK || rc == RC_INVALID)
        check_trace(ctx, trace);
}

/* Made once: it takes longer than most expressions do. */
static struct test_world *the_world(void)
{
    static struct ctx ctx;
    static struct test_world *world;

    if (!world) {
        ctx.arena = arena_new(ARENA_BYTES);
        world = test_world_new(&ctx, CEL_LIMITS);
    }
    assert(world);
    return world;
}

static void check_source(struct str source, bool is_checked)
{
    struct ctx ctx = {.arena = arena_new(ARENA_BYTES)};
    struct test_world *world = the_world();
    struct cel_program *program;
    struct cel_problem problem = {0};
    enum rc rc;

    rc = is_checked ? cel_compile(&ctx, world->env, source, NULL, &program, &problem)
                    : cel_compile_unchecked(&ctx, world->env, source, &program, &problem);
    if (rc == RC_OK)
        check_program(&ctx, world, program);
    else
        check_problem(&ctx, &problem);
    ctx_done(&ctx);
    arena_free(ctx.arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str source = {(const char *)data, size};

    check_source(source, true);
    check_source(source, false);
    return 0;
}
