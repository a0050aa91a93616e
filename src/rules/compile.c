#include "rules/cel_internal.h"

#include "base/utf8.h"

static bool check_source(struct compile *compile)
{
    size_t most = compile->env->limits.max_chars;

    if (compile->source.n > most)
        return compile_problem(compile, 0, "the expression is longer than %zu characters: split it",
                               most);
    if (!utf8_is_valid(compile->source))
        return compile_problem(compile, 0, "the expression is not UTF-8 text");
    return true;
}

static bool check_result(struct check *check, struct node *root, const struct cel_type *expected)
{
    struct str is, wanted;

    if (!expected || types_fit(&check->bindings, root->type, expected))
        return true;
    is = check_type_text(check, root->type);
    wanted = check_type_text(check, expected);
    return compile_problem(check->compile, root->begin,
                           "a value of type %.*s is needed here, and this is %.*s", STR_ARG(wanted),
                           STR_ARG(is));
}

static struct cel_program *check_tree(struct compile *compile, struct node *root,
                                      const struct cel_type *expected)
{
    struct check check = {
        .compile = compile,
        .arena = compile->arena,
        .env = compile->env,
        .bindings = {.arena = compile->arena},
    };
    struct cel_program *program = ARENA_NEW(compile->arena, struct cel_program);

    bindings_reserve(&check.bindings, 1);
    if (!program || (expected && !exact_push(&check, root, expected)) ||
        !check_node(&check, root) || !check_result(&check, root, expected) ||
        !settle_node(&check, root))
        return NULL;
    *program = (struct cel_program){
        .source = compile->source,
        .root = root,
        .type = root->type,
        .expected = expected,
        .n_slots = check.n_slots,
        .n_variables = compile->env->n_variables,
        .uses = check.uses,
        .limits = compile->env->limits,
    };
    return program;
}

static enum rc compile_any(struct compile *compile, const struct cel_type *expected,
                           struct cel_program **ret, struct cel_problem *ret_problem)
{
    struct ctx *ctx = compile->ctx;
    struct cel_program *program = NULL;
    struct node *root;

    if (check_source(compile)) {
        compile->source = str_copy(compile->arena, compile->source);
        root = parse(compile);
        program = root ? check_tree(compile, root, expected) : NULL;
    }
    if (arena_has_failed(compile->arena) || (!program && !compile->has_problem))
        return FAIL(ctx, ERR_MEMORY);
    if (compile->has_problem) {
        *ret_problem = compile->problem;
        return FAIL(ctx, ERR_EXPRESSION, .detail = compile->problem.sentence);
    }
    *ret = program;
    return RC_OK;
}

enum rc cel_compile(struct ctx *ctx, struct cel_env *env, struct str source,
                    const struct cel_type *expected, struct cel_program **ret,
                    struct cel_problem *ret_problem)
{
    struct compile compile = {
        .ctx = ctx, .arena = ctx->arena, .env = env, .source = source, .is_checked = true};

    return compile_any(&compile, expected, ret, ret_problem);
}

enum rc cel_compile_unchecked(struct ctx *ctx, struct cel_env *env, struct str source,
                              struct cel_program **ret, struct cel_problem *ret_problem)
{
    struct compile compile = {.ctx = ctx, .arena = ctx->arena, .env = env, .source = source};

    return compile_any(&compile, NULL, ret, ret_problem);
}

const struct cel_type *cel_program_type(const struct cel_program *program)
{
    return program->type;
}

struct str cel_program_source(const struct cel_program *program)
{
    return program->source;
}

bool cel_program_uses(const struct cel_program *program, size_t variable)
{
    return variable < CEL_VARIABLES_MAX &&
           (program->uses.bits[variable / 64] >> (variable % 64) & 1);
}
