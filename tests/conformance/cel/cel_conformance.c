/* cel_conformance FILE...: runs conformance files of the CEL specification (SimpleTestFile in
 * text format), prints each case that fails and closes with "N passed, N failed, N skipped".
 * Exit status 0 when none failed. A case is skipped only when it needs protobuf messages or
 * enums. */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "cel_proto.h"

enum outcome { PASSED, FAILED, SKIPPED };

/* One case while it runs. */
struct test {
    struct ctx *ctx;
    const struct textproto *message;
    struct cel_env *env;
    struct cel_program *program;
    struct cel_value values[32];
    size_t n_values;
    bool needs_proto;
    struct str got; /* what came out, for the report */
};

struct report {
    const char *file;
    struct str section;
    int counts[3];
};

/* Messages and enums of the suite, or of protobuf itself but for its times, stand in the
 * expression by name. */
static bool mentions_proto(const struct test *test)
{
    struct str expr = textproto_text(test->message, "expr");
    ptrdiff_t at;

    if (str_find(expr, S("TestAllTypes")) >= 0 || str_find(expr, S("GlobalEnum")) >= 0)
        return true;
    while ((at = str_find(expr, S("google.protobuf."))) >= 0) {
        expr = str_slice(expr, (size_t)at + 16, expr.n);
        if ((!str_starts_with(expr, S("Timestamp")) && !str_starts_with(expr, S("Duration"))) ||
            str_find_byte(expr, '{') >= 0)
            return true;
    }
    return false;
}

static void declare_variable(struct test *test, struct str name, const struct textproto *type)
{
    struct str text = type ? cel_proto_type(test->ctx, test->env, type) : S("dyn");
    const struct cel_type *found = cel_env_type_named(test->env, text);

    if (!found) {
        test->needs_proto = true;
        return;
    }
    if (cel_env_may_name(test->env, name))
        cel_env_variable(test->env, name, found, false);
}

static enum rc never_called(struct cel_call *call, const struct cel_value *args,
                            struct cel_value *ret)
{
    (void)args;
    (void)ret;
    return cel_fail(call, "declared for the type checker only");
}

static void declare_overload(struct test *test, struct str name, const struct textproto *overload)
{
    struct str signature = str_fmt(test->ctx->arena, "%.*s(", STR_ARG(name)), type;
    const char *glue = "";

    for (const struct textproto *field = overload->first; field; field = field->next) {
        if (!str_eq(field->name, S("params")))
            continue;
        type = cel_proto_type(test->ctx, test->env, field);
        test->needs_proto |= type.n == 0;
        signature =
            str_fmt(test->ctx->arena, "%.*s%s%.*s", STR_ARG(signature), glue, STR_ARG(type));
        glue = ", ";
    }
    type = cel_proto_type(test->ctx, test->env, textproto_field(overload, "result_type"));
    test->needs_proto |= type.n == 0;
    if (!test->needs_proto)
        cel_env_function(test->env,
                         str_z(test->ctx->arena, str_fmt(test->ctx->arena, "%.*s): %.*s",
                                                         STR_ARG(signature), STR_ARG(type))),
                         1, never_called);
}

static void declare(struct test *test, const struct textproto *declaration)
{
    struct str name = textproto_text(declaration, "name");
    const struct textproto *ident = textproto_field(declaration, "ident");
    const struct textproto *function = textproto_field(declaration, "function");

    if (ident)
        declare_variable(test, name, textproto_field(ident, "type"));
    for (const struct textproto *field = function ? function->first : NULL; field;
         field = field->next) {
        if (str_eq(field->name, S("overloads")))
            declare_overload(test, name, field);
    }
}

static void bind_value(struct test *test, const struct textproto *binding)
{
    struct str name = textproto_text(binding, "key");
    const struct textproto *value = textproto_field(textproto_field(binding, "value"), "value");
    size_t number;

    if (!cel_env_variable_find(test->env, name, &number)) {
        declare_variable(test, name, NULL); /* a case without the checker may leave types out */
        if (!cel_env_variable_find(test->env, name, &number))
            return;
    }
    if (!value || !cel_proto_value(test->ctx, value, &test->values[number]))
        test->needs_proto = true;
}

static void prepare(struct test *test)
{
    test->env = cel_env_new(test->ctx, CEL_LIMITS);
    for (const struct textproto *field = test->message->first; field; field = field->next) {
        if (str_eq(field->name, S("type_env")))
            declare(test, field);
    }
    for (const struct textproto *field = test->message->first; field; field = field->next) {
        if (str_eq(field->name, S("bindings")))
            bind_value(test, field);
    }
    test->n_values = cel_env_variable_count(test->env);
}

static struct str error_text(struct test *test, const char *phase)
{
    struct str detail = test->ctx->err.detail;

    return str_fmt(test->ctx->arena, "%s error: %.*s", phase, STR_ARG(detail));
}

static bool compile(struct test *test)
{
    struct str expr = textproto_text(test->message, "expr");
    bool is_unchecked = str_eq(textproto_text(test->message, "disable_check"), S("true"));
    struct cel_problem problem;
    enum rc rc = is_unchecked
                     ? cel_compile_unchecked(test->ctx, test->env, expr, &test->program, &problem)
                     : cel_compile(test->ctx, test->env, expr, NULL, &test->program, &problem);

    if (rc != RC_OK)
        test->got = error_text(test, "compile");
    return rc == RC_OK;
}

static bool is_type_right(struct test *test, const struct textproto *typed)
{
    const struct textproto *deduced = textproto_field(typed, "deduced_type");
    struct str wanted, is;

    if (!deduced)
        return true;
    wanted = cel_proto_type(test->ctx, test->env, deduced);
    if (wanted.n == 0) {
        test->needs_proto = true;
        return false;
    }
    is = cel_type_text(test->ctx->arena, cel_program_type(test->program));
    test->got = str_fmt(test->ctx->arena, "type %.*s, not %.*s", STR_ARG(is), STR_ARG(wanted));
    return str_eq(is, wanted);
}

/* Equality of the suite: the same type, and a NaN equals a NaN. */
static bool is_same(struct cel_value a, struct cel_value b)
{
    if (a.kind == CEL_DOUBLE && b.kind == CEL_DOUBLE && a.real != a.real && b.real != b.real)
        return true;
    return a.kind == b.kind && cel_equal(a, b);
}

static enum outcome check_value(struct test *test, struct cel_value value)
{
    const struct textproto *expected = textproto_field(test->message, "value");
    const struct textproto *typed = textproto_field(test->message, "typed_result");
    struct cel_value wanted = cel_bool(true); /* where the case says nothing */

    if (typed) {
        if (!is_type_right(test, typed))
            return test->needs_proto ? SKIPPED : FAILED;
        expected = textproto_field(typed, "result");
    }
    if (expected && !cel_proto_value(test->ctx, expected, &wanted))
        return SKIPPED;
    test->got = cel_value_text(test->ctx->arena, value, 300);
    return is_same(value, wanted) ? PASSED : FAILED;
}

static enum outcome evaluate(struct test *test)
{
    bool wants_error = textproto_field(test->message, "eval_error") != NULL;
    struct cel_activation activation = {test->values, test->n_values, NULL};
    struct cel_value value;

    if (cel_eval(test->ctx, test->program, &activation, &value) != RC_OK) {
        test->got = error_text(test, "evaluation");
        return wants_error && test->ctx->err.id == ERR_EXPRESSION ? PASSED : FAILED;
    }
    if (wants_error) {
        test->got = cel_value_text(test->ctx->arena, value, 300);
        return FAILED;
    }
    return check_value(test, value);
}

static enum outcome run(struct test *test)
{
    bool is_check_only = str_eq(textproto_text(test->message, "check_only"), S("true"));

    if (mentions_proto(test))
        return SKIPPED;
    prepare(test);
    if (test->needs_proto)
        return SKIPPED;
    if (!compile(test))
        return FAILED;
    if (is_check_only)
        return is_type_right(test, textproto_field(test->message, "typed_result")) ? PASSED
                                                                                   : FAILED;
    return evaluate(test);
}

static void print_expected(const struct textproto *message)
{
    static const char *const fields[] = {"value", "typed_result", "eval_error", "unknown"};

    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        const struct textproto *field = textproto_field(message, fields[i]);

        if (field)
            printf("  expected: %s, line %d\n", fields[i], field->line);
    }
}

static void print_failure(const struct report *report, const struct test *test)
{
    struct str name = textproto_text(test->message, "name");
    struct str expr = textproto_text(test->message, "expr");

    printf("FAILED %s: %.*s/%.*s (line %d)\n", report->file, STR_ARG(report->section),
           STR_ARG(name), test->message->line);
    printf("  expr: %.*s\n", STR_ARG(expr));
    print_expected(test->message);
    printf("  got: %.*s\n", STR_ARG(test->got));
}

static void run_case(struct report *report, const struct textproto *message)
{
    struct ctx ctx = {.arena = arena_new((size_t)64 << 20)};
    struct test test = {.ctx = &ctx, .message = message};
    enum outcome outcome;

    if (!ctx.arena)
        abort();
    outcome = run(&test);
    report->counts[outcome]++;
    if (outcome == FAILED)
        print_failure(report, &test);
    else if (outcome == SKIPPED && getenv("CEL_CONFORMANCE_VERBOSE"))
        printf("skipped %s: %.*s\n", report->file, STR_ARG(textproto_text(message, "name")));
    ctx_done(&ctx);
    arena_free(ctx.arena);
}

static bool run_file(struct report *report)
{
    struct ctx ctx = {.arena = arena_new((size_t)256 << 20)};
    const struct textproto *file = NULL;
    struct str source;
    bool is_read;

    if (!ctx.arena)
        abort();
    is_read = file_read(&ctx, report->file, (size_t)16 << 20, &source) == RC_OK &&
              textproto_parse(&ctx, source, &file) == RC_OK;
    if (!is_read)
        fprintf(stderr, "%s cannot be read as a conformance file: %.*s\n", report->file,
                STR_ARG(ctx.err.detail));
    for (const struct textproto *section = file ? file->first : NULL; section;
         section = section->next) {
        if (!str_eq(section->name, S("section")))
            continue;
        report->section = textproto_text(section, "name");
        for (const struct textproto *test = section->first; test; test = test->next) {
            if (str_eq(test->name, S("test")))
                run_case(report, test);
        }
    }
    ctx_done(&ctx);
    arena_free(ctx.arena);
    return is_read;
}

int main(int argc, char **argv)
{
    struct report report = {0};
    bool is_good = argc > 1;

    if (argc < 2)
        fprintf(stderr, "usage: cel_conformance FILE...\n");
    for (int i = 1; i < argc; i++) {
        report.file = argv[i];
        is_good &= run_file(&report);
    }
    printf("%d passed, %d failed, %d skipped\n", report.counts[PASSED], report.counts[FAILED],
           report.counts[SKIPPED]);
    return is_good && report.counts[FAILED] == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
