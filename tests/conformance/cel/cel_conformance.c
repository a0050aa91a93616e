/* cel_conformance FILE...: runs conformance files of the CEL specification (SimpleTestFile in
 * text format), prints each case that fails and closes with "N passed, N failed, N skipped".
 * Exit status 0 when none failed. A case is skipped only when it needs protobuf messages or
 * enums; what this program does not know of a case fails it, with the reason. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "cel_proto.h"

enum outcome { PASSED, FAILED, SKIPPED };

/* One case while it runs. */
struct test {
    struct ctx *ctx;
    const struct textproto *message;
    struct cel_proto proto;
    struct cel_program *program;
    struct cel_value values[CEL_VARIABLES_MAX];
    size_t n_values;
    struct str got; /* what came out, for the report */
};

struct report {
    const char *file;
    struct str section;
    int counts[3];
};

static bool refuse(struct test *test, bool needs_proto, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool refuse(struct test *test, bool needs_proto, const char *format, ...)
{
    va_list list;
    char text[300];

    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    if (test->proto.why.n == 0) {
        test->proto.needs_proto = needs_proto;
        test->proto.why = str_copy(test->ctx->arena, str_of(text));
    }
    return false;
}

/* The outcome of a case that could not be read. */
static enum outcome refused(struct test *test)
{
    test->got = test->proto.why;
    return test->proto.needs_proto ? SKIPPED : FAILED;
}

static bool is_flagged(const struct test *test, const char *name)
{
    struct str text = textproto_text(test->message, name);

    return str_eq(text, S("true")) || str_eq(text, S("True")) || str_eq(text, S("t")) ||
           str_eq(text, S("1"));
}

/* A name of protobuf's own package that is no type of CEL's: its messages and enums, and the
 * times where they are made as messages. */
static bool is_proto_name(struct str rest)
{
    struct str type = STR_NONE;

    if (str_starts_with(rest, S("Timestamp")))
        type = S("Timestamp");
    else if (str_starts_with(rest, S("Duration")))
        type = S("Duration");
    rest = str_trim(str_slice(rest, type.n, rest.n));
    return type.n == 0 || str_starts_with(rest, S("{"));
}

/* Messages and enums of the suite, or of protobuf itself, stand in the expression by name. */
static bool mentions_proto(struct test *test)
{
    struct str expr = textproto_text(test->message, "expr");
    ptrdiff_t at;

    if (str_find(expr, S("TestAllTypes")) >= 0 || str_find(expr, S("GlobalEnum")) >= 0)
        return !refuse(test, true, "a message or enum of the suite in the expression");
    while ((at = str_find(expr, S("google.protobuf."))) >= 0) {
        expr = str_slice(expr, (size_t)at + 16, expr.n);
        if (is_proto_name(expr))
            return !refuse(test, true, "a message of google.protobuf in the expression");
    }
    return false;
}

/* What no expression can name, as a variable "true", is left out. */
static bool declare_variable(struct test *test, struct str name, struct str type)
{
    struct cel_env *env = test->proto.env;
    const struct cel_type *found = cel_env_type_named(env, type);

    if (type.n == 0)
        return false;
    if (!found)
        return refuse(test, false, "the type %.*s", STR_ARG(type));
    if (cel_env_variable_count(env) == CEL_VARIABLES_MAX)
        return refuse(test, false, "too many variables");
    if (cel_env_may_name(env, name))
        cel_env_variable(env, name, found, false);
    return true;
}

static enum rc never_called(struct cel_call *call, const struct cel_value *args,
                            struct cel_value *ret)
{
    (void)args;
    (void)ret;
    return cel_fail(call, "declared for the type checker only");
}

/* "name(a, b): c", or "a.name(b): c" of a receiver. */
static struct str signature_of(struct test *test, struct str name, const struct textproto *overload)
{
    struct arena *arena = test->ctx->arena;
    bool is_member = str_eq(textproto_text(overload, "is_instance_function"), S("true")),
         is_first = true;
    const struct textproto *result = textproto_field(overload, "result_type");
    struct str text = is_member ? STR_NONE : str_fmt(arena, "%.*s(", STR_ARG(name)), type;

    for (const struct textproto *field = overload->first; field; field = field->next) {
        if (!str_eq(field->name, S("params")))
            continue;
        type = cel_proto_type(&test->proto, field);
        if (type.n == 0)
            return STR_NONE;
        if (is_member && is_first)
            text = str_fmt(arena, "%.*s.%.*s(", STR_ARG(type), STR_ARG(name));
        else
            text = str_fmt(arena, "%.*s%s%.*s", STR_ARG(text),
                           str_ends_with(text, S("(")) ? "" : ", ", STR_ARG(type));
        is_first = false;
    }
    type = result ? cel_proto_type(&test->proto, result) : S("dyn");
    return type.n ? str_fmt(arena, "%.*s): %.*s", STR_ARG(text), STR_ARG(type)) : STR_NONE;
}

/* A function that is there already stays as it is. */
static bool declare_overload(struct test *test, struct str name, const struct textproto *overload)
{
    struct str signature = signature_of(test, name, overload);
    const char *z = str_z(test->ctx->arena, signature);

    if (signature.n == 0)
        return false;
    if (cel_env_may_declare(test->proto.env, z))
        cel_env_function(test->proto.env, z, 1, never_called);
    return true;
}

static bool declare(struct test *test, const struct textproto *declaration)
{
    struct str name = textproto_text(declaration, "name");
    const struct textproto *ident = textproto_field(declaration, "ident");
    const struct textproto *function = textproto_field(declaration, "function");
    const struct textproto *type = textproto_field(ident, "type");

    if (ident)
        return declare_variable(test, name, type ? cel_proto_type(&test->proto, type) : S("dyn"));
    if (!function)
        return refuse(test, false, "line %d: neither variable nor function", declaration->line);
    for (const struct textproto *field = function->first; field; field = field->next) {
        if (str_eq(field->name, S("overloads")) && !declare_overload(test, name, field))
            return false;
    }
    return true;
}

/* A case without the checker may leave types out. A variable that is bound to an error has no
 * value, and whoever reads it gets an error. */
static bool bind_value(struct test *test, const struct textproto *binding)
{
    struct str name = textproto_text(binding, "key");
    const struct textproto *bound = textproto_field(binding, "value");
    const struct textproto *value = textproto_field(bound, "value");
    size_t number;

    if (!cel_env_variable_find(test->proto.env, name, &number) &&
        !declare_variable(test, name, S("dyn")))
        return false;
    if (!cel_env_variable_find(test->proto.env, name, &number))
        return true;
    if (value)
        return cel_proto_value(&test->proto, value, &test->values[number]);
    return textproto_field(bound, "error") ||
           refuse(test, false, "line %d: a variable bound to something unknown", binding->line);
}

static bool is_known_field(struct str name)
{
    static const char *const known[] = {
        "name",
        "description",
        "expr",
        "disable_macros",
        "disable_check",
        "type_env",
        "container",
        "locale",
        "check_only",
        "bindings",
        "value",
        "eval_error",
        "any_eval_errors",
        "typed_result",
    };

    for (size_t i = 0; i < COUNT(known); i++) {
        if (str_eq(name, str_of(known[i])))
            return true;
    }
    return false;
}

static bool prepare(struct test *test)
{
    const struct textproto *field;

    test->proto.ctx = test->ctx;
    test->proto.env = cel_env_new(test->ctx, CEL_LIMITS);
    cel_env_container(test->proto.env, textproto_text(test->message, "container"));
    if (is_flagged(test, "disable_macros"))
        cel_env_without_macros(test->proto.env);
    for (field = test->message->first; field; field = field->next) {
        if (!is_known_field(field->name))
            return refuse(test, false, "line %d: this program knows nothing of %.*s", field->line,
                          STR_ARG(field->name));
        if (str_eq(field->name, S("type_env")) && !declare(test, field))
            return false;
    }
    for (field = test->message->first; field; field = field->next) {
        if (str_eq(field->name, S("bindings")) && !bind_value(test, field))
            return false;
    }
    test->n_values = cel_env_variable_count(test->proto.env);
    return true;
}

static struct str error_text(struct test *test, const char *phase)
{
    struct str detail = test->ctx->err.detail;

    return str_fmt(test->ctx->arena, "%s error: %.*s", phase, STR_ARG(detail));
}

static enum outcome compile(struct test *test)
{
    struct str expr = textproto_text(test->message, "expr");
    struct cel_env *env = test->proto.env;
    struct cel_problem problem = {0};
    enum rc rc = is_flagged(test, "disable_check")
                     ? cel_compile_unchecked(test->ctx, env, expr, &test->program, &problem)
                     : cel_compile(test->ctx, env, expr, NULL, &test->program, &problem);

    if (rc == RC_OK)
        return PASSED;
    test->got = error_text(test, "compile");
    return str_starts_with(problem.sentence, S("protobuf messages")) ? SKIPPED : FAILED;
}

static enum outcome check_type(struct test *test, const struct textproto *typed)
{
    const struct textproto *deduced = textproto_field(typed, "deduced_type");
    struct str wanted, is;

    if (!deduced)
        return PASSED;
    wanted = cel_proto_type(&test->proto, deduced);
    if (wanted.n == 0)
        return refused(test);
    is = cel_type_text(test->ctx->arena, cel_program_type(test->program));
    test->got = str_fmt(test->ctx->arena, "type %.*s, not %.*s", STR_ARG(is), STR_ARG(wanted));
    return str_eq(is, wanted) ? PASSED : FAILED;
}

/* Equality of the suite: the same type, and a NaN equals a NaN, in lists and maps too. */
static bool is_same(struct cel_value a, struct cel_value b)
{
    if (a.kind != b.kind)
        return false;
    if (a.kind == CEL_DOUBLE && a.real != a.real)
        return b.real != b.real;
    if (a.kind == CEL_LIST) {
        for (size_t i = 0; i < a.list->n && i < b.list->n; i++) {
            if (!is_same(a.list->items[i], b.list->items[i]))
                return false;
        }
        return a.list->n == b.list->n;
    }
    if (a.kind != CEL_MAP)
        return cel_equal(a, b);
    for (size_t i = 0; i < a.map->n; i++) {
        const struct cel_value *other = cel_map_find(b.map, a.map->entries[i].key);

        if (!other || !is_same(a.map->entries[i].value, *other))
            return false;
    }
    return a.map->n == b.map->n;
}

static enum outcome check_value(struct test *test, struct cel_value value)
{
    const struct textproto *expected = textproto_field(test->message, "value");
    const struct textproto *typed = textproto_field(test->message, "typed_result");
    struct cel_value wanted = cel_bool(true); /* where the case says nothing */

    if (typed) {
        enum outcome outcome = check_type(test, typed);

        if (outcome != PASSED)
            return outcome;
        expected = textproto_field(typed, "result");
    }
    if (expected && !cel_proto_value(&test->proto, expected, &wanted))
        return refused(test);
    test->got = cel_value_text(test->ctx->arena, value, 300);
    return is_same(value, wanted) ? PASSED : FAILED;
}

static enum outcome evaluate(struct test *test)
{
    bool wants_error = textproto_field(test->message, "eval_error") ||
                       textproto_field(test->message, "any_eval_errors");
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
    enum outcome outcome;

    if (mentions_proto(test) || !prepare(test))
        return refused(test);
    outcome = compile(test);
    if (outcome != PASSED)
        return outcome;
    if (is_flagged(test, "check_only"))
        return check_type(test, textproto_field(test->message, "typed_result"));
    return evaluate(test);
}

static void print_expected(const struct textproto *message)
{
    static const char *const fields[] = {"value", "typed_result", "eval_error", "any_eval_errors"};

    for (size_t i = 0; i < COUNT(fields); i++) {
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
    struct test test = {.ctx = &ctx, .message = message, .proto = {.ctx = &ctx}};
    enum outcome outcome;

    if (!ctx.arena)
        abort();
    outcome = run(&test);
    report->counts[outcome]++;
    if (outcome == FAILED)
        print_failure(report, &test);
    else if (outcome == SKIPPED && getenv("CEL_CONFORMANCE_VERBOSE"))
        printf("skipped %s: %.*s/%.*s: %.*s\n", report->file, STR_ARG(report->section),
               STR_ARG(textproto_text(message, "name")), STR_ARG(test.got));
    ctx_done(&ctx);
    arena_free(ctx.arena);
}

static bool run_section(struct report *report, const struct textproto *section)
{
    bool is_known = true;

    report->section = textproto_text(section, "name");
    for (const struct textproto *field = section->first; field; field = field->next) {
        if (str_eq(field->name, S("test")))
            run_case(report, field);
        else
            is_known &= str_eq(field->name, S("name")) || str_eq(field->name, S("description"));
    }
    return is_known;
}

static bool run_sections(struct report *report, const struct textproto *file)
{
    bool is_known = true;

    for (const struct textproto *field = file->first; field; field = field->next) {
        if (str_eq(field->name, S("section")))
            is_known &= run_section(report, field);
        else
            is_known &= str_eq(field->name, S("name")) || str_eq(field->name, S("description"));
    }
    if (!is_known)
        fprintf(stderr, "%s has fields beside its sections and tests: not all of it was run\n",
                report->file);
    return is_known;
}

static bool run_file(struct report *report)
{
    struct ctx ctx = {.arena = arena_new((size_t)256 << 20)};
    const struct textproto *file = NULL;
    struct str source;
    bool is_good;

    if (!ctx.arena)
        abort();
    is_good = file_read(&ctx, report->file, (size_t)16 << 20, &source) == RC_OK &&
              textproto_parse(&ctx, source, &file) == RC_OK;
    if (is_good)
        is_good = run_sections(report, file);
    else
        fprintf(stderr, "%s cannot be read as a conformance file: %.*s\n", report->file,
                STR_ARG(ctx.err.detail));
    ctx_done(&ctx);
    arena_free(ctx.arena);
    return is_good;
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
