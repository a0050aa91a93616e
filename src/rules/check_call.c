/* Which overload a call means. */
#include "rules/cel_internal.h"

#include "base/problem.h"

#define NAMES_MAX 600

/* math.abs(x) is parsed as a call on `math`; where that is no variable and a function has the
 * whole name, it is that function. */
static void resolve_namespace(struct check *check, struct call *call)
{
    struct str left, first, piece, whole;

    if (!call->is_member)
        return;
    left = first = node_dotted(check->arena, call->args[0]);
    if (str_is_empty(left) || !str_next(&first, '.', &piece) || check_is_variable(check, piece) ||
        check_is_variable(check, left))
        return;
    whole = str_fmt(check->arena, "%.*s.%.*s", STR_ARG(left), STR_ARG(call->name));
    for (size_t i = 0; i < env_overload_count(check->env); i++) {
        if (!env_overload(check->env, i)->is_member &&
            str_eq(env_overload(check->env, i)->name, whole)) {
            call->name = whole;
            call->is_member = false;
            call->args++;
            call->n_args--;
            return;
        }
    }
}

static bool is_candidate(const struct overload *overload, const struct call *call)
{
    return overload->is_member == call->is_member && !overload->is_property &&
           overload->n_params == call->n_args && str_eq(overload->name, call->name);
}

/* The overload's own type variables for this call. */
static uint32_t own_variables(struct check *check, const struct overload *overload)
{
    return overload->n_type_params ? bindings_reserve(&check->bindings, overload->n_type_params)
                                   : 0;
}

static bool fits(struct check *check, const struct overload *overload, const struct call *call,
                 const struct cel_type **ret_result)
{
    uint32_t first = own_variables(check, overload);

    for (size_t i = 0; i < call->n_args; i++) {
        const struct cel_type *param =
            bindings_rename(&check->bindings, overload->params[i], first);

        if (!types_fit(&check->bindings, call->args[i]->type, param))
            return false;
    }
    *ret_result = bindings_rename(&check->bindings, overload->result, first);
    return true;
}

static bool may_be_exact(const struct node *node)
{
    return node->kind == NODE_LIST || node->kind == NODE_IF ||
           (node->kind == NODE_LITERAL && node->number.n > 0);
}

/* As fits, where number literals may become exact to fit; those are looked at last, so that the
 * other arguments have said what is asked for. */
static bool fits_exactly(struct check *check, const struct overload *overload,
                         const struct call *call, const struct cel_type **ret_result)
{
    const struct cel_type *params[CEL_MAX_ARGS];
    uint32_t first = own_variables(check, overload);

    for (size_t i = 0; i < call->n_args; i++)
        params[i] = bindings_rename(&check->bindings, overload->params[i], first);
    for (int literals = 0; literals < 2; literals++) {
        for (size_t i = 0; i < call->n_args; i++) {
            const struct cel_type *type = types_final(&check->bindings, params[i]);
            size_t mark = check->bindings.n_undo;

            if (may_be_exact(call->args[i]) != literals)
                continue;
            if (literals && exact_may_become(call->args[i], type))
                continue;
            if (types_fit(&check->bindings, call->args[i]->type, params[i]))
                continue;
            bindings_rewind(&check->bindings, mark);
            return false;
        }
    }
    *ret_result = bindings_rename(&check->bindings, overload->result, first);
    return true;
}

static bool become_exact(struct check *check, const struct overload *overload,
                         const struct call *call)
{
    for (size_t i = 0; i < call->n_args; i++) {
        const struct cel_type *type = overload->params[i];

        /* A type variable has been decided by the other arguments: by the first exact one. */
        for (size_t j = 0; type->kind == CEL_PARAM && j < call->n_args; j++) {
            const struct cel_type *other = types_resolve(&check->bindings, call->args[j]->type);

            if (kind_is_exact(other->kind))
                type = other;
        }
        if (type->kind == CEL_LIST && type->args[0]->kind == CEL_PARAM)
            type = cel_type_list(check->arena, types_final(&check->bindings, call->args[0]->type));
        if (type && exact_may_become(call->args[i], type) &&
            !exact_become(check, call->args[i], type))
            return false;
    }
    return true;
}

/* Most calls have one or two for as long as the program lives; room is made in powers of two. */
static bool add_candidate(struct check *check, struct call *call, const struct overload *overload)
{
    size_t n = call->n_candidates, size = sizeof *call->candidates;

    if ((n & (n - 1)) == 0) {
        const struct overload **grown =
            arena_grow(check->arena, call->candidates, n * size, (n ? 2 * n : 1) * size);

        if (!grown)
            return false;
        call->candidates = grown;
    }
    call->candidates[call->n_candidates++] = overload;
    return true;
}

/* Counts the overloads that fit; *ret_result is their common result type, dyn if they differ. */
static bool find_candidates(struct check *check, struct call *call,
                            const struct cel_type **ret_result)
{
    const struct cel_type *common = NULL, *result;

    for (size_t i = 0; i < env_overload_count(check->env); i++) {
        const struct overload *overload = env_overload(check->env, i);
        size_t mark = check->bindings.n_undo;

        if (!is_candidate(overload, call))
            continue;
        if (!check->compile->is_checked || fits(check, overload, call, &result)) {
            result = check->compile->is_checked ? types_final(&check->bindings, result)
                                                : cel_type_of_kind(CEL_DYN);
            if (!add_candidate(check, call, overload))
                return false;
            common = !common || cel_type_eq(common, result) ? result : cel_type_of_kind(CEL_DYN);
        }
        bindings_rewind(&check->bindings, mark);
    }
    /* One candidate: its bindings stand, so that an empty list beside it gets its type. */
    if (call->n_candidates == 1 && check->compile->is_checked &&
        !fits(check, call->candidates[0], call, &common))
        return false;
    *ret_result = common;
    return true;
}

/* The first overload that takes the arguments with their literals made exact. */
static const struct cel_type *find_exact(struct check *check, struct call *call)
{
    const struct cel_type *result;

    for (size_t i = 0; i < env_overload_count(check->env); i++) {
        const struct overload *overload = env_overload(check->env, i);
        size_t mark = check->bindings.n_undo;

        if (!is_candidate(overload, call))
            continue;
        if (fits_exactly(check, overload, call, &result)) {
            if (!become_exact(check, overload, call) || !add_candidate(check, call, overload))
                return NULL;
            bindings_rewind(&check->bindings, mark);
            return fits(check, overload, call, &result) ? result : NULL;
        }
        bindings_rewind(&check->bindings, mark);
    }
    return NULL;
}

/* Whether an exact value stands beside a literal. */
static bool asks_for_exact(const struct check *check, const struct call *call)
{
    bool has_exact = false, has_literal = false;

    for (size_t i = 0; i < call->n_args; i++) {
        const struct cel_type *type = types_resolve(&check->bindings, call->args[i]->type);

        if (type->kind == CEL_LIST)
            type = types_resolve(&check->bindings, type->args[0]);
        has_exact |= kind_is_exact(type->kind);
        has_literal |= may_be_exact(call->args[i]);
    }
    return has_exact && has_literal;
}

/* "_+_" as "+", "@in" as "in". */
static struct str sign_of(struct str name)
{
    struct str sign = name;

    if (str_eq(name, S("_[_]")))
        return S("[ ]");
    if (str_eq(name, S("@in")))
        return S("in");
    while (sign.n && sign.p[0] == '_')
        sign = str_slice(sign, 1, sign.n);
    while (sign.n && sign.p[sign.n - 1] == '_')
        sign = str_slice(sign, 0, sign.n - 1);
    return sign;
}

static bool is_operator(struct str name)
{
    return name.p[0] == '@' || (name.p[0] == '_' && name.n > 1) || name.p[name.n - 1] == '_';
}

static struct str types_text(struct check *check, const struct cel_type *const *types, size_t n,
                             struct str glue)
{
    struct buf out = buf_in(check->arena, 1000);

    for (size_t i = 0; i < n; i++) {
        buf_add(&out, i ? glue : STR_NONE);
        buf_add(&out, check_type_text(check, types[i]));
    }
    return buf_str(&out);
}

static void unknown_function(struct check *check, const struct node *node)
{
    struct str names[NAMES_MAX], name = node->call.name, nearest;
    const char *dot = node->call.is_member ? "." : "";
    size_t n = 0;

    for (size_t i = 0; i < env_overload_count(check->env) && n < NAMES_MAX; i++) {
        const struct overload *overload = env_overload(check->env, i);

        if (overload->is_member == node->call.is_member && !overload->is_property &&
            !is_operator(overload->name))
            names[n++] = overload->name;
    }
    nearest = problem_nearest(name, names, n);
    if (str_is_empty(nearest))
        compile_problem(check->compile, node->begin,
                        "there is no function %s%.*s(): see the list of functions", dot,
                        STR_ARG(name));
    else
        compile_problem(check->compile, node->begin,
                        "there is no function %s%.*s(); did you mean %s%.*s()?", dot, STR_ARG(name),
                        dot, STR_ARG(nearest));
}

/* Whether some overload takes an exact number where the call gives a double. */
static bool wants_exact(struct check *check, const struct node *node,
                        const struct cel_type *const *types)
{
    for (size_t i = 0; i < env_overload_count(check->env); i++) {
        const struct overload *overload = env_overload(check->env, i);

        for (size_t arg = 0; is_candidate(overload, &node->call) && arg < node->call.n_args;
             arg++) {
            if (types[arg]->kind == CEL_DOUBLE && kind_is_exact(overload->params[arg]->kind))
                return true;
        }
    }
    return false;
}

/* Why exact and other numbers do not mix, or the empty text. */
static const char *exact_hint(struct check *check, const struct node *node,
                              const struct cel_type *const *types)
{
    bool has_exact = !is_operator(node->call.name) && wants_exact(check, node, types);
    bool has_double = false, has_int = false;

    for (size_t i = 0; i < node->call.n_args; i++) {
        has_exact |= kind_is_exact(types[i]->kind);
        has_double |= types[i]->kind == CEL_DOUBLE;
        has_int |= types[i]->kind == CEL_INT;
    }
    if (!has_exact)
        return "";
    if (has_double)
        return ": a double is not exact; write the number out, or use decimal values throughout";
    if (str_eq(node->call.name, S("_/_")))
        return ": a quotient must be rounded; use div(a, b, scale, \"half_up\")";
    if (has_int)
        return ": say whether the number is units or a factor, with money(\"...\") or *";
    return "";
}

static void wrong_types(struct check *check, const struct node *node)
{
    const struct cel_type *types[CEL_MAX_ARGS];
    size_t n = node->call.n_args < CEL_MAX_ARGS ? node->call.n_args : CEL_MAX_ARGS;
    struct str name = node->call.name, text;

    for (size_t i = 0; i < n; i++)
        types[i] = types_final(&check->bindings, node->call.args[i]->type);
    text = types_text(check, types, n, is_operator(name) ? S(" and ") : S(", "));
    if (is_operator(name)) {
        struct str sign = sign_of(name);

        compile_problem(check->compile, node->begin, "%.*s does not work with %.*s%s",
                        STR_ARG(sign), STR_ARG(text), exact_hint(check, node, types));
    } else {
        struct str takes = STR_NONE;

        for (size_t i = 0; i < env_overload_count(check->env); i++) {
            const struct overload *overload = env_overload(check->env, i);

            if (is_candidate(overload, &node->call) && takes.n < 200)
                takes = str_fmt(
                    check->arena, "%.*s%s(%.*s)", STR_ARG(takes), takes.n ? " or " : "",
                    STR_ARG(types_text(check, overload->params, overload->n_params, S(", "))));
        }
        compile_problem(check->compile, node->begin, "%.*s takes %.*s, not (%.*s)%s", STR_ARG(name),
                        STR_ARG(takes), STR_ARG(text), exact_hint(check, node, types));
    }
}

/* The name exists: in this form or the other, with this number of arguments or another. */
static void no_overload(struct check *check, const struct node *node)
{
    const struct call *call = &node->call;
    const struct overload *same_form = NULL, *other_form = NULL;

    for (size_t i = 0; i < env_overload_count(check->env); i++) {
        const struct overload *overload = env_overload(check->env, i);

        if (!str_eq(overload->name, call->name) || overload->is_property)
            continue;
        if (is_candidate(overload, call)) {
            wrong_types(check, node);
            return;
        }
        if (overload->is_member == call->is_member)
            same_form = overload;
        else
            other_form = overload;
    }
    if (same_form) {
        size_t takes = same_form->n_params - same_form->is_member;

        compile_problem(check->compile, node->begin, "%.*s() takes %zu argument%s, not %zu",
                        STR_ARG(call->name), takes, takes == 1 ? "" : "s",
                        call->n_args - call->is_member);
    } else if (other_form) {
        compile_problem(check->compile, node->begin,
                        other_form->is_member ? "%.*s() is called on a value: value.%.*s(...)"
                                              : "%.*s() is called plainly: %.*s(value)",
                        STR_ARG(call->name), STR_ARG(call->name));
    } else {
        unknown_function(check, node);
    }
}

const struct cel_type *check_call(struct check *check, struct node *node)
{
    struct call *call = &node->call;
    const struct cel_type *result = NULL;

    resolve_namespace(check, call);
    for (size_t i = 0; i < call->n_args; i++) {
        if (!check_node(check, call->args[i]))
            return NULL;
    }
    /* Exact first: a list of mixed literals would also pass as a list of dyn. */
    if (check->compile->is_checked && asks_for_exact(check, call))
        result = find_exact(check, call);
    if (check->compile->has_problem || (!result && !find_candidates(check, call, &result)))
        return NULL;
    if (!check->compile->is_checked)
        return cel_type_of_kind(CEL_DYN);
    if (!result && !check->compile->has_problem)
        result = find_exact(check, call);
    if (!result && !check->compile->has_problem && !arena_has_failed(check->arena))
        no_overload(check, node);
    return result;
}
